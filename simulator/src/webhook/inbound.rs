//! What people write to the business.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::queue::{Change, Part};
use crate::media::sample;
use crate::messages::{Known, Way};
use crate::people::{digits, is_user_id, put};
use crate::world::{Refused, World};

/// A message of a person. `message` is Meta's own object of it, `{"type": "text", "text": {"body": "hola"}}`, without
/// what the simulator knows itself (id, time, sender). `context`, `referral` and whatever else stands beside the type go along.
///
/// Media need no id: `{"type": "image", "image": {}}` comes with a small valid file, `{"image": {"data": "<base64>",
/// "mime_type": "image/jpeg"}}` with that one. Anything may be a `type`; receivers have to live with new ones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inbound {
    /// A number (digits) or a business-scoped user id. Who is not known yet is made up.
    pub from: String,
    /// The `phone_number_id` it goes to; the first one where it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Changes the person's name first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `wamid.…` instead of a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Seconds since 1970 instead of now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<i64>,
    #[serde(flatten)]
    pub message: Map<String, Value>,
}

impl Inbound {
    /// Any message.
    #[must_use]
    pub fn new(from: &str, message: Value) -> Self {
        let message = if let Value::Object(message) = message { message } else { Map::new() };
        Self { from: from.to_owned(), to: None, name: None, id: None, at: None, message }
    }

    #[must_use]
    pub fn text(from: &str, body: &str) -> Self {
        Self::new(from, json!({"type": "text", "text": {"body": body}}))
    }

    /// `image`, `video`, `audio`, `document` or `sticker` with these bytes.
    #[must_use]
    pub fn media(from: &str, kind: &str, mime_type: &str, bytes: &[u8]) -> Self {
        Self::new(from, json!({"type": kind, kind: {"mime_type": mime_type, "data": STANDARD.encode(bytes)}}))
    }

    /// To this number.
    #[must_use]
    pub fn to(mut self, phone_number_id: &str) -> Self {
        self.to = Some(phone_number_id.to_owned());
        self
    }

    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.name = Some(name.to_owned());
        self
    }

    /// As a reply that quotes this message.
    #[must_use]
    pub fn quoting(mut self, message_id: &str) -> Self {
        self.message.insert("context".to_owned(), json!({"id": message_id}));
        self
    }
}

const MEDIA: &[&str] = &["image", "video", "audio", "document", "sticker"];
/// Types whose object has to be there.
const WITH_OBJECT: &[&str] =
    &["text", "location", "contacts", "reaction", "interactive", "button", "order", "system", "edit", "revoke"];

/// The message goes to the receiver; answers with its id.
pub(crate) fn receive(world: &mut World, inbound: Inbound) -> Result<String, Refused> {
    let number = world.number_id(inbound.to.as_deref())?;
    let person = world.people.find_or_make(&inbound.from, world.config.seed)?;
    if let Some(name) = inbound.name {
        world.people.get_mut(person).name = name;
    }
    let mut message = inbound.message;
    let kind = message.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    if kind.is_empty() {
        return Err(Refused("a message needs a \"type\", such as \"text\"".to_owned()));
    }
    if WITH_OBJECT.contains(&kind.as_str()) && !message.contains_key(&kind) {
        return Err(Refused(format!("a message of type {kind} needs an object {kind:?}")));
    }
    if MEDIA.contains(&kind.as_str()) {
        let object = complete_medium(world, &number, &kind, message.remove(&kind))?;
        message.insert(kind.clone(), object);
    }
    if kind == "unsupported" && !message.contains_key("errors") {
        let error = crate::graph::error::in_webhook(131_051, "Message type is currently not supported.");
        message.insert("errors".to_owned(), json!([error]));
        message.entry("unsupported").or_insert_with(|| json!({"type": "poll_creation"}));
    }
    complete_context(world, &number, &mut message);
    let at = inbound.at.unwrap_or_else(|| world.now_ms().div_euclid(1000));
    let who = world.people.get(person).clone();
    let id = match inbound.id {
        Some(id) => id,
        None => world.random.message_id(&digits(&inbound.from)),
    };
    put(&mut message, "from", who.shown_wa_id());
    put(&mut message, "from_user_id", who.user_id.as_deref());
    put(&mut message, "from_parent_user_id", who.parent_user_id.as_deref());
    message.insert("id".to_owned(), json!(id));
    message.insert("timestamp".to_owned(), json!(at.to_string()));
    let by_advertisement = message.contains_key("referral");
    let weight = message.values().map(|value| value.to_string().len()).sum();
    // System messages have no contacts; a number that changed would not be theirs.
    let contact = (kind != "system").then(|| who.contact());
    world.messages.add(&id, Known { number: number.clone(), person, way: Way::In { read: false } }, weight);
    if kind != "system" {
        world.messages.wrote(&number, person, at.saturating_mul(1000), by_advertisement);
    }
    tell(world, &number, Part::Message { contact, item: Value::Object(message) }, "messages")?;
    Ok(id)
}

pub(crate) fn tell(world: &mut World, number: &str, part: Part, field: &str) -> Result<(), Refused> {
    let (waba, metadata) = world.metadata(number).ok_or_else(|| Refused(format!("there is no number {number}")))?;
    let now = world.now_ms();
    world.queue.tell(now, Change { waba, field: field.to_owned(), metadata, part, about: None });
    Ok(())
}

/// A medium of somebody's: its bytes are kept, so that they can be fetched.
pub(crate) fn complete_medium(
    world: &mut World,
    number: &str,
    kind: &str,
    object: Option<Value>,
) -> Result<Value, Refused> {
    let mut object = match object {
        Some(Value::Object(object)) => object,
        None => Map::new(),
        Some(_) => return Err(Refused(format!("{kind} is an object"))),
    };
    let now = world.now_ms();
    if !object.contains_key("id") {
        let given = object.remove("data");
        let (mime, bytes) = match &given {
            Some(Value::String(data)) => {
                let bytes = STANDARD.decode(data).map_err(|_| Refused(format!("{kind}.data is not base64")))?;
                (None, Bytes::from(bytes))
            }
            Some(_) => return Err(Refused(format!("{kind}.data is base64 text"))),
            None => {
                let (mime, bytes) = sample(kind);
                (Some(mime), bytes)
            }
        };
        let mime = object
            .get("mime_type")
            .and_then(Value::as_str)
            .or(mime)
            .ok_or_else(|| Refused(format!("{kind}.data needs a {kind}.mime_type beside it")))?
            .to_owned();
        let id = world.random.object_id();
        world.media.put(&id, number, &mime, bytes, now, false);
        object.insert("mime_type".to_owned(), json!(mime));
        object.insert("id".to_owned(), json!(id));
    }
    if let Some(medium) = object.get("id").and_then(Value::as_str).and_then(|id| world.media.get(id, now)) {
        let (sha256, mime) = (medium.sha256_base64(), medium.mime.clone());
        object.entry("sha256").or_insert_with(|| json!(sha256));
        object.entry("mime_type").or_insert_with(|| json!(mime));
    }
    match kind {
        "audio" => object.entry("voice").or_insert(json!(false)),
        "sticker" => object.entry("animated").or_insert(json!(false)),
        "document" => object.entry("filename").or_insert(json!("document.pdf")),
        _ => return Ok(Value::Object(object)),
    };
    Ok(Value::Object(object))
}

/// A quote says whose message it is.
fn complete_context(world: &World, number: &str, message: &mut Map<String, Value>) {
    let Some(Value::Object(context)) = message.get_mut("context") else { return };
    let Some(known) = context.get("id").and_then(Value::as_str).and_then(|id| world.messages.get(id)) else { return };
    let person = world.people.get(known.person);
    let (from, user_id) = match known.way {
        Way::Out(_) => (world.display(number), None),
        Way::In { .. } => (person.shown_wa_id().map(str::to_owned), person.user_id.clone()),
    };
    if !context.contains_key("from") {
        put(context, "from", from.as_deref());
        put(context, "from_user_id", user_id.as_deref());
    }
}

/// The person presses something on a message of the business: a reply button, a row of a list, a quick reply of a
/// template. `what` is its id or payload, or its text, or its place among all (from 0).
pub(crate) fn press(world: &mut World, message_id: &str, what: &str) -> Result<String, Refused> {
    let Some(Known { number, person, way: Way::Out(out) }) = world.messages.get(message_id).cloned() else {
        return Err(Refused(format!("no message {message_id} was sent by the business")));
    };
    let choices = choices(&out.sent.body, &out.buttons);
    let chosen = choices
        .iter()
        .find(|choice| choice.id == what)
        .or_else(|| choices.iter().find(|choice| choice.title == what))
        .or_else(|| what.parse::<usize>().ok().and_then(|at| choices.get(at)));
    let Some(chosen) = chosen else {
        let all: Vec<&str> = choices.iter().map(|choice| choice.title.as_str()).collect();
        return Err(Refused(format!("{what:?} is nothing that can be pressed there; there is: {}", all.join(", "))));
    };
    let mut message = chosen.message.clone();
    message.insert("context".to_owned(), json!({"id": message_id}));
    let person = world.people.get(person);
    let from = person.phone.clone().or_else(|| person.user_id.clone()).unwrap_or_default();
    receive(world, Inbound { from, to: Some(number), name: None, id: None, at: None, message })
}

struct Choice {
    id: String,
    title: String,
    message: Map<String, Value>,
}

fn choices(body: &Value, template_buttons: &Value) -> Vec<Choice> {
    let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut all = Vec::new();
    let mut add = |id: String, title: String, message: Value| {
        if let Value::Object(message) = message {
            all.push(Choice { id, title, message });
        }
    };
    for button in list(body.pointer("/interactive/action/buttons")) {
        let reply = button.get("reply").cloned().unwrap_or_default();
        let message = json!({"type": "interactive", "interactive": {"type": "button_reply", "button_reply": reply}});
        add(text(&reply, "id"), text(&reply, "title"), message);
    }
    for section in list(body.pointer("/interactive/action/sections")) {
        for row in list(section.get("rows")) {
            let message = json!({"type": "interactive", "interactive": {"type": "list_reply", "list_reply": row}});
            add(text(&row, "id"), text(&row, "title"), message);
        }
    }
    let given = list(body.pointer("/template/components"));
    for (at, button) in list(Some(template_buttons)).iter().enumerate() {
        if text(button, "type") != "QUICK_REPLY" {
            continue;
        }
        let title = text(button, "text");
        let payload = given
            .iter()
            .filter(|component| text(component, "type").eq_ignore_ascii_case("button"))
            .find(|component| component.get("index").is_some_and(|index| index_of(index) == Some(at)))
            .and_then(|component| component.pointer("/parameters/0/payload"))
            .and_then(Value::as_str)
            .map_or_else(|| title.clone(), str::to_owned);
        let message = json!({"type": "button", "button": {"payload": payload, "text": title}});
        add(payload, title, message);
    }
    all
}

/// Meta takes `"0"` and `0`.
pub(crate) fn index_of(index: &Value) -> Option<usize> {
    match index {
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => number.as_u64().and_then(|n| usize::try_from(n).ok()),
        _ => None,
    }
}

/// A message that the business sent from the phone, with the WhatsApp Business app; the API only hears of it.
pub(crate) fn echo(world: &mut World, echo: Inbound) -> Result<String, Refused> {
    let number = world.number_id(echo.to.as_deref())?;
    let person = world.people.find_or_make(&echo.from, world.config.seed)?;
    let who = world.people.get(person).clone();
    let mut message = echo.message;
    let kind = message.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    if kind.is_empty() {
        return Err(Refused("an echo needs a \"type\", such as \"text\"".to_owned()));
    }
    if MEDIA.contains(&kind.as_str()) {
        let object = complete_medium(world, &number, &kind, message.remove(&kind))?;
        message.insert(kind, object);
    }
    let id = match echo.id {
        Some(id) => id,
        None => world.random.message_id(&digits(&echo.from)),
    };
    let at = echo.at.unwrap_or_else(|| world.now_ms().div_euclid(1000));
    put(&mut message, "from", world.display(&number).as_deref());
    // The phone knows the number that it wrote to, unless there is none.
    put(&mut message, "to", who.wa_id.as_deref());
    put(&mut message, "to_user_id", who.user_id.as_deref());
    message.insert("id".to_owned(), json!(id));
    message.insert("timestamp".to_owned(), json!(at.to_string()));
    let (_, metadata) = world.metadata(&number).ok_or_else(|| Refused(format!("there is no number {number}")))?;
    let value = json!({
        "messaging_product": "whatsapp",
        "metadata": metadata,
        "contacts": [who.contact()],
        "message_echoes": [message],
    });
    tell(world, &number, Part::Whole(value), "smb_message_echoes")?;
    Ok(id)
}

/// A person takes another number: they get another user id, and a `system` message says so.
pub(crate) fn change_number(world: &mut World, who: &str, phone: &str, to: Option<&str>) -> Result<String, Refused> {
    if is_user_id(phone) {
        return Err(Refused("the new number is a phone number".to_owned()));
    }
    let (person, before) = world.people.change_number(who, phone, world.config.seed)?;
    let now = world.people.get(person).clone();
    let number = world.number_id(to)?;
    let mut system = Map::new();
    let (old, new) = (before.shown_wa_id().unwrap_or_default(), now.shown_wa_id().unwrap_or_default());
    let body = match (old, new) {
        ("", _) | (_, "") => format!("User {} changed their number", before.name),
        _ => format!("User {} changed from {old} to {new}", before.name),
    };
    system.insert("body".to_owned(), json!(body));
    put(&mut system, "wa_id", now.shown_wa_id());
    put(&mut system, "user_id", now.user_id.as_deref());
    let kind = if before.hides_phone { "user_changed_user_id" } else { "user_changed_number" };
    system.insert("type".to_owned(), json!(kind));
    let id = world.random.message_id(&digits(phone));
    let mut message = Map::new();
    put(&mut message, "from", before.shown_wa_id());
    put(&mut message, "from_user_id", before.user_id.as_deref());
    message.insert("id".to_owned(), json!(id));
    message.insert("timestamp".to_owned(), json!(world.now_ms().div_euclid(1000).to_string()));
    message.insert("type".to_owned(), json!("system"));
    message.insert("system".to_owned(), Value::Object(system));
    world.messages.add(&id, Known { number: number.clone(), person, way: Way::In { read: false } }, 300);
    tell(world, &number, Part::Message { contact: None, item: Value::Object(message) }, "messages")?;
    Ok(id)
}
