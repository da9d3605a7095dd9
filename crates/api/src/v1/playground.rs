//! Playing the other side of a playground channel: what people write, what becomes of what they are sent, and what can go wrong.
//! All of it goes through the simulator, so that it comes in by the signed hook as from WhatsApp.

use std::sync::Arc;

use crm::channels::{self, ChannelType};
use crm::contacts::Contact;
use crm::id::{ChannelId, ContactId, MessageId};
use crm::messages::Message;
use crm::{FieldError, wire_enum};
use recado_simulator::{Inbound, Knobs, Simulator};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};
use structuring::json::Object;

use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input};
use crate::kinds::{AnyObject, Flag, PhoneText, SHORT, Text, Whole, id};
use crate::one_of;
use crate::problem::Problem;

/// The channel's simulator. 409 `no_playground` where this server plays none.
async fn simulator(call: &Call) -> Result<(ChannelId, Arc<Simulator>), Problem> {
    let id: ChannelId = call.id("id", "channel")?;
    call.prepare(|setup| {
        let channel = channels::get(setup, id)?;
        if channel.channel_type == ChannelType::Playground {
            return Ok(());
        }
        let message = format!("This is a channel of type {}: only a playground is played with.", channel.channel_type);
        Err(crm::Error::conflict("not_of_this_type", message).into())
    })
    .await?;
    let found = call.app.options.playgrounds.as_ref().and_then(|playgrounds| playgrounds.get(id));
    let found = found.ok_or_else(|| {
        let message = "This server does not play this channel (yet): it does with its embedded database, and with `recado serve --demo`.";
        Problem::from(crm::Error::conflict("no_playground", message))
    })?;
    Ok((id, found))
}

fn refused(why: recado_simulator::Refused) -> Problem {
    Problem::invalid(vec![FieldError::new("", "invalid_value", why.to_string())])
}

#[derive(Debug)]
pub struct WriteInput {
    from: String,
    name: Option<String>,
    text: Option<String>,
    parts: Vec<(&'static str, Object)>,
    press: Option<String>,
    message_id: Option<MessageId>,
}

const PARTS: [(&str, &str); 8] = [
    ("image", "Such as {\"caption\": \"…\"}: comes with a small picture, or with `data` (base64) and `mime_type`."),
    ("video", "The same."),
    ("audio", "The same; {\"voice\": true} is a voice note."),
    ("document", "The same, with `filename`."),
    ("sticker", "The same."),
    ("location", "{\"latitude\": …, \"longitude\": …, \"name\": \"…\"}"),
    ("reaction", "{\"emoji\": \"…\"}, to `message_id`."),
    ("contacts", "{\"contacts\": […]}, as Meta has them."),
];

impl Input for WriteInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let from = f.required("from", PhoneText, "The person's number; who is not known yet is made up.");
        let name = f.optional("name", SHORT, "What they call themselves.");
        let text = f.optional("text", Text { max: 4096 }, "What they write.");
        let mut parts = Vec::new();
        for (name, about) in PARTS {
            parts.extend(f.optional(name, AnyObject, about).map(|object| (name, object)));
        }
        let press =
            f.optional("press", SHORT, "Id, payload or title of a button or a row of the message `message_id`.");
        let message_id =
            f.optional("message_id", id::<MessageId>(), "The message that is answered, reacted to, pressed.");
        let said = usize::from(text.is_some()) + parts.len() + usize::from(press.is_some());
        if said != 1 && !f.describes() && f.problems.is_empty() {
            let names: Vec<&str> = PARTS.iter().map(|(name, _)| *name).collect();
            f.problem(
                "text",
                "required",
                format!("Exactly one of text, press, {} says what is written.", names.join(", ")),
            );
        }
        Some(WriteInput { from: from?, name, text, parts, press, message_id })
    }
}

/// What came in.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Written {
    /// What the provider calls the message; it arrives by the hook.
    pub provider_id: String,
}

pub async fn write(call: Call) -> Result<Answer, Problem> {
    let (channel, simulator) = simulator(&call).await?;
    let input: WriteInput = call.read_body()?;
    let country = call.setup.channel(channel).map(|channel| channel.country.clone());
    let from = structuring::phone::read_possible(&input.from, country.as_deref())
        .map_err(|error| Problem::invalid(vec![FieldError::new("/from", "invalid_phone", error.to_string())]))?;
    let from = from.as_str().trim_start_matches('+').to_owned();
    let about = match input.message_id {
        Some(id) => Some(provider_id(&call, channel, id).await?),
        None => None,
    };
    let provider_id = if let Some(what) = &input.press {
        let about = about.ok_or_else(|| missing("press"))?;
        simulator.press(&about, what).map_err(refused)?
    } else {
        let mut message = match (&input.text, input.parts.into_iter().next()) {
            (Some(text), _) => json!({"type": "text", "text": {"body": text}}),
            (None, Some((name, object))) => part(name, &object)?,
            (None, None) => return Err(missing("text")),
        };
        if message["type"] == "reaction" {
            message["reaction"]["message_id"] = json!(about.clone().ok_or_else(|| missing("reaction"))?);
        }
        let mut inbound = Inbound::new(&from, message);
        inbound.name = input.name;
        if let Some(about) = about.filter(|_| !inbound.message.contains_key("reaction")) {
            inbound = inbound.quoting(&about);
        }
        simulator.inbound(inbound).map_err(refused)?
    };
    Answer::json(202, &Written { provider_id })
}

fn missing(what: &str) -> Problem {
    let message = format!("`message_id` is required with {what}.");
    Problem::invalid(vec![FieldError::new("/message_id", "required", message)])
}

/// Meta's own object of it.
fn part(name: &str, object: &Object) -> Result<Value, Problem> {
    let value: Value =
        serde_json::from_str(&structuring::Json::Object(object.clone()).to_string()).map_err(Problem::internal)?;
    let value = if name == "contacts" { value["contacts"].clone() } else { value };
    let mut message = Map::new();
    message.insert("type".to_owned(), json!(name));
    message.insert(name.to_owned(), value);
    Ok(Value::Object(message))
}

/// What the provider calls a message of the channel.
async fn provider_id(call: &Call, channel: ChannelId, id: MessageId) -> Result<String, Problem> {
    let found = call
        .read(move |w| match Message::get(w, id) {
            Ok(message) => Ok(Some(message).filter(|message| message.channel_id == channel)),
            Err(crm::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        })
        .await?;
    let wrong = |error: FieldError| Problem::invalid(vec![error]);
    let message =
        found.ok_or_else(|| wrong(FieldError::unknown_reference("/message_id", "message of this channel", id)))?;
    message.provider_id.ok_or_else(|| {
        let text = "This message is not at the simulator (yet).";
        wrong(FieldError::new("/message_id", "message_not_sent", text))
    })
}

wire_enum! {
    pub enum Told { Delivered = "delivered", Read = "read", Played = "played", Failed = "failed" }
}

#[derive(Debug)]
pub struct StatusInput {
    message_id: MessageId,
    status: Told,
    code: Option<i64>,
    times: i64,
}

impl Input for StatusInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let message_id = f.required("message_id", id::<MessageId>(), "One that was sent.");
        let status = f.required("status", one_of!(Told), "What becomes of it.");
        let code = f.optional("code", Whole { min: 0, max: 999_999 }, "Of a failure, by itself 131026: not reachable.");
        let times = f.optional("times", Whole { min: 1, max: 10 }, "How often it is told (1).");
        Some(StatusInput { message_id: message_id?, status: status?, code, times: times.unwrap_or(1) })
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Done {
    pub done: bool,
}

pub async fn status(call: Call) -> Result<Answer, Problem> {
    let (channel, simulator) = simulator(&call).await?;
    let input: StatusInput = call.read_body()?;
    let message = provider_id(&call, channel, input.message_id).await?;
    for _ in 0..input.times {
        simulator.status(&message, input.status.name(), input.code).map_err(refused)?;
    }
    Answer::json(200, &Done { done: true })
}

#[derive(Debug)]
pub struct WindowInput {
    contact_id: ContactId,
    open: bool,
}

impl Input for WindowInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let contact_id = f.required("contact_id", id::<ContactId>(), "Whose.");
        let open = f.required("open", Flag, "False: as if they had last written 25 hours ago.");
        Some(WindowInput { contact_id: contact_id?, open: open? })
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct WindowAnswer {
    pub contact_id: ContactId,
    pub service_window_ends_at: Option<crm::Timestamp>,
}

pub async fn window(call: Call) -> Result<Answer, Problem> {
    let (channel, _) = simulator(&call).await?;
    let WindowInput { contact_id, open } = call.read_body()?;
    let known = call.read(move |w| Ok(Contact::find(w.tx, w.caller.organization, contact_id)?.is_some())).await?;
    if !known {
        let error = FieldError::unknown_reference("/contact_id", "contact", contact_id);
        return Err(Problem::invalid(vec![error]));
    }
    call.write(
        move |w| channels::set_window(w, channel, contact_id, open),
        |contact, setup| {
            let service_window_ends_at = contact.service_window_ends_at(setup);
            Answer::json(200, &WindowAnswer { contact_id: contact.id, service_window_ends_at })
        },
    )
    .await
}

/// The weather. None leaves as it is.
#[derive(Debug)]
pub struct KnobsInput(Map<String, Value>);

impl Input for KnobsInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        const MILLIS: Whole = Whole { min: 0, max: 3_600_000 };
        let mut knobs = Map::new();
        let hold =
            f.optional("hold", Flag, "Everything that WhatsApp tells waits until this is false again: late statuses.");
        let twice = f.optional("duplicates", Flag, "Everything comes twice.");
        let shuffle = f.optional("shuffle", Flag, "In any order.");
        let delivered =
            f.nullable("delivered_after_ms", MILLIS, "When messages are delivered; null: never by themselves.");
        let read = f.nullable("read_after_ms", MILLIS, "When they are read; null: never by themselves.");
        let fail =
            f.nullable("fail_with", Whole { min: 1, max: 999_999 }, "Every message fails with this code; null: none.");
        knobs.extend(hold.map(|hold| ("hold".to_owned(), json!(hold))));
        knobs.extend(twice.map(|twice| ("duplicates".to_owned(), json!(if twice { 1.0 } else { 0.0 }))));
        // What nothing waits for cannot be shuffled.
        knobs.extend(shuffle.map(|shuffle| ("shuffle".to_owned(), json!(shuffle))));
        knobs.extend(shuffle.map(|shuffle| ("gather_ms".to_owned(), json!(if shuffle { 1500 } else { 0 }))));
        knobs.extend(delivered.map(|millis| ("delivered_after_ms".to_owned(), json!(millis))));
        knobs.extend(read.map(|millis| ("read_after_ms".to_owned(), json!(millis))));
        knobs.extend(fail.map(|code| ("fail_with".to_owned(), json!(code))));
        Some(KnobsInput(knobs))
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct KnobsView {
    pub hold: bool,
    pub duplicates: bool,
    pub shuffle: bool,
    pub delivered_after_ms: Option<u64>,
    pub read_after_ms: Option<u64>,
    pub fail_with: Option<i64>,
}

fn shown(knobs: &Knobs) -> Result<Answer, Problem> {
    Answer::json(
        200,
        &KnobsView {
            hold: knobs.hold,
            duplicates: knobs.duplicates > 0.0,
            shuffle: knobs.shuffle,
            delivered_after_ms: knobs.delivered_after_ms,
            read_after_ms: knobs.read_after_ms,
            fail_with: knobs.fail_with,
        },
    )
}

pub async fn knobs(call: Call) -> Result<Answer, Problem> {
    shown(&simulator(&call).await?.1.knobs())
}

pub async fn turn(call: Call) -> Result<Answer, Problem> {
    let (_, simulator) = simulator(&call).await?;
    let KnobsInput(change) = call.read_body()?;
    let next = simulator
        .knobs()
        .with(&Value::Object(change))
        .map_err(|why| Problem::invalid(vec![FieldError::new("", "invalid_value", why)]))?;
    simulator.turn(|knobs| *knobs = next.clone()).map_err(refused)?;
    shown(&simulator.knobs())
}
