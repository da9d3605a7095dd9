//! One message of a payload, of every type there is.

use crm::media::MediaType;
use crm::messages::{Change, Incoming, IncomingFile, Item, Person, Reactor, Way, What};
use structuring::Json;
use structuring::json::Object;

use super::people::{self, Sender, named};
use super::reading::{clipped, instant, provider_id, said, sha256, text};
use super::webhook::{MOST_RAW, list};

/// Characters of a message's text; WhatsApp allows 4096 to businesses and more to people.
const MOST_BODY: usize = 65_536;
/// Members of a message that stand in columns of their own, or say who it is from.
const NOT_KEPT: [&str; 10] = [
    "from",
    "from_user_id",
    "from_parent_user_id",
    "to",
    "to_user_id",
    "to_parent_user_id",
    "id",
    "timestamp",
    "type",
    "biz_opaque_callback_data",
];

/// None where nothing says who it is from, or what it is called.
pub(super) fn read_message(message: &Json, people: &[Person], sender: Sender) -> Option<Item> {
    let person = match sender {
        Sender::Person => named(message, "from", "from_user_id", "from_parent_user_id", people),
        Sender::Phone => named(message, "to", "to_user_id", "to_parent_user_id", people),
    };
    let id = provider_id(message.get("id"))?;
    // What is said in a group is not said to us.
    if !person.is_somebody() || message.get("group_id").is_some_and(|group| !group.is_null()) {
        return None;
    }
    let at = instant(message.get("timestamp"));
    let kind = said(message.get("type"), 50)?;
    let change = |target: &str, what| {
        let provider_id = provider_id(message.pointer(target))?;
        Some(Item::Change(Change { provider_id, what, at: at.unwrap_or_default() }))
    };
    match kind.as_str() {
        "reaction" => {
            let reactor = match sender {
                Sender::Person => Reactor::Contact,
                Sender::Phone => Reactor::Business,
            };
            let emoji = said(message.pointer("/reaction/emoji"), 20).unwrap_or_default();
            return change("/reaction/message_id", What::Reaction { reactor, emoji });
        }
        "revoke" => return change("/revoke/original_message_id", What::Deletion),
        "edit" => {
            let edited = message.pointer("/edit/message")?;
            let kind = said(edited.get("type"), 50)?;
            let what = What::Edit { body: body(edited, &kind), payload: payload(edited, &kind) };
            return change("/edit/original_message_id", what);
        }
        _ => {}
    }
    let way = match (sender, kind.as_str()) {
        (Sender::Phone, _) => Way::Echo,
        (Sender::Person, "system") => Way::Notice(Box::new(new_ids(message))),
        (Sender::Person, _) => Way::Received,
    };
    Some(Item::Message(Box::new(Incoming {
        provider_id: id,
        person,
        body: body(message, &kind),
        payload: payload(message, &kind),
        files: file(message, &kind).into_iter().collect(),
        reply_to: provider_id(message.pointer("/context/id")),
        at,
        way,
        kind,
    })))
}

/// What a system message says of the person: a new number, a new id.
fn new_ids(message: &Json) -> Person {
    let Some(system) = message.get("system") else { return Person::default() };
    let changed = system.get("type").and_then(Json::as_str);
    // Older versions: `new_wa_id`, and `customer_changed_number`.
    let member = if system.get("wa_id").is_some() { "wa_id" } else { "new_wa_id" };
    match changed {
        Some("user_changed_number" | "customer_changed_number" | "user_changed_user_id") => {
            named(system, member, "user_id", "parent_user_id", &[])
        }
        _ => Person::default(),
    }
}

/// What a list of messages shows of it.
fn body(message: &Json, kind: &str) -> String {
    let of = |pointer: &str| said(message.pointer(pointer), MOST_BODY);
    let first = |pointers: &[&str]| pointers.iter().find_map(|pointer| of(pointer)).unwrap_or_default();
    match kind {
        // Blanks at its ends are the person's own.
        "text" => message.pointer("/text/body").and_then(Json::as_str).map(|b| text(b, MOST_BODY)).unwrap_or_default(),
        "image" => first(&["/image/caption"]),
        "video" => first(&["/video/caption"]),
        "document" => first(&["/document/caption", "/document/filename"]),
        "audio" | "sticker" => String::new(),
        "location" => location(message),
        "contacts" => {
            let names = list(message, "contacts").iter().filter_map(|c| said(c.pointer("/name/formatted_name"), 200));
            text(&names.collect::<Vec<_>>().join(", "), MOST_BODY)
        }
        "interactive" => first(&[
            "/interactive/button_reply/title",
            "/interactive/list_reply/title",
            "/interactive/nfm_reply/body",
            "/interactive/nfm_reply/name",
        ]),
        "button" => first(&["/button/text", "/button/payload"]),
        "order" => order(message),
        "system" => first(&["/system/body"]),
        "unsupported" => {
            let what = said(message.pointer("/unsupported/type"), 50);
            what.map_or_else(|| "[unsupported]".to_owned(), |what| format!("[{what}]"))
        }
        // The text of one that is not known yet, if it has one where texts are.
        other => {
            let object = message.get(other);
            let found = ["body", "text", "caption", "title"].iter().find_map(|m| said(object?.get(m), MOST_BODY));
            found.unwrap_or_else(|| format!("[{other}]"))
        }
    }
}

fn location(message: &Json) -> String {
    let of = |pointer: &str| said(message.pointer(pointer), 1000);
    let named: Vec<String> = ["/location/name", "/location/address"].iter().filter_map(|p| of(p)).collect();
    if !named.is_empty() {
        return named.join(", ");
    }
    let degrees = |pointer: &str| message.pointer(pointer).map(|value| value.to_string().replace('"', ""));
    match (degrees("/location/latitude"), degrees("/location/longitude")) {
        (Some(latitude), Some(longitude)) => text(&format!("{latitude}, {longitude}"), 100),
        _ => String::new(),
    }
}

fn order(message: &Json) -> String {
    if let Some(said) = said(message.pointer("/order/text"), MOST_BODY) {
        return said;
    }
    let items = message.pointer("/order/product_items").and_then(Json::as_array).unwrap_or_default();
    let line = |item: &Json| {
        let name = said(item.get("product_retailer_id"), 100)?;
        let quantity = item.get("quantity").map_or_else(|| "1".to_owned(), |q| q.to_string().replace('"', ""));
        Some(format!("{} × {name}", text(&quantity, 20)))
    };
    text(&items.iter().take(100).filter_map(line).collect::<Vec<_>>().join(", "), MOST_BODY)
}

fn file(message: &Json, kind: &str) -> Option<IncomingFile> {
    let media_type = MediaType::from_name(kind)?;
    let object = message.get(kind)?;
    Some(IncomingFile {
        media_type,
        provider_media_id: people::digits(object.get("id")).or_else(|| said(object.get("id"), 100))?,
        mime: said(object.get("mime_type"), 200),
        sha256: sha256(object.get("sha256")),
        file_name: said(object.get("filename"), 255),
    })
}

/// What else belongs to the message: all of it but what has a column. Of a plain text nothing.
fn payload(message: &Json, kind: &str) -> Option<String> {
    let mut kept = Object::new();
    for (key, value) in message.as_object()?.iter() {
        if NOT_KEPT.contains(&key) || (kind == "text" && key == "text") {
            continue;
        }
        let mut value = value.clone();
        // A short-lived address that opens with the channel's token only.
        if MediaType::from_name(key).is_some()
            && let Some(file) = value.as_object_mut()
        {
            file.remove("url");
        }
        kept.push(key, value);
    }
    (!kept.is_empty()).then(|| clipped(&Json::Object(kept), MOST_RAW))
}
