//! What may be in a message, type by type. The limits are those of Meta's pages of each type (2026-05 … 2026-09).

use serde_json::{Map, Value};

use super::Result;
use super::error::{GraphError, invalid, missing};
use super::interactive;
use crate::media::class;
use crate::world::World;

/// What can be sent.
const TYPES: &[&str] = &[
    "audio",
    "contacts",
    "document",
    "image",
    "interactive",
    "location",
    "reaction",
    "sticker",
    "template",
    "text",
    "video",
];
/// What only comes in.
const INBOUND_ONLY: &[&str] = &["button", "edit", "order", "poll", "revoke", "system", "unsupported"];

/// A text at `path` of an object: there, not empty, not longer than `most` letters.
pub(super) fn text<'a>(object: &'a Map<String, Value>, key: &str, path: &str, most: usize) -> Result<&'a str> {
    match object.get(key) {
        None | Some(Value::Null) => Err(missing(path)),
        Some(Value::String(text)) if text.trim().is_empty() => Err(missing(path)),
        Some(Value::String(text)) if text.chars().count() > most => {
            Err(invalid(path, &format!("must be at most {most} characters long")))
        }
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(invalid(path, "must be a string")),
    }
}

/// The same where it need not be there.
pub(super) fn optional_text<'a>(
    object: &'a Map<String, Value>,
    key: &str,
    path: &str,
    most: usize,
) -> Result<Option<&'a str>> {
    match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(_) => text(object, key, path, most).map(Some),
    }
}

pub(super) fn object<'a>(value: Option<&'a Value>, path: &str) -> Result<&'a Map<String, Value>> {
    match value {
        None | Some(Value::Null) => Err(missing(path)),
        Some(Value::Object(object)) => Ok(object),
        Some(_) => Err(invalid(path, "must be an object")),
    }
}

pub(super) fn list<'a>(value: Option<&'a Value>, path: &str) -> Result<&'a [Value]> {
    match value {
        None | Some(Value::Null) => Err(missing(path)),
        Some(Value::Array(list)) if list.is_empty() => Err(invalid(path, "must not be empty")),
        Some(Value::Array(list)) => Ok(list),
        Some(_) => Err(invalid(path, "must be a list")),
    }
}

/// The type of a message, and that the object named after it is as it has to be. Templates are checked elsewhere.
pub(super) fn check<'a>(world: &World, number: &str, body: &'a Map<String, Value>) -> Result<&'a str> {
    let kind = match body.get("type") {
        None | Some(Value::Null) => "text",
        Some(Value::String(kind)) => kind.as_str(),
        Some(_) => return Err(GraphError::parameter("Param type must be a string")),
    };
    if INBOUND_ONLY.contains(&kind) {
        return Err(GraphError::coded(131_051, format!("Messages of type {kind} cannot be sent")));
    }
    if !TYPES.contains(&kind) {
        let all = TYPES.join(", ").to_ascii_uppercase();
        return Err(GraphError::parameter(&format!("Param type must be one of {{{all}}} - got \"{kind}\".")));
    }
    match kind {
        "text" => {
            let object = object(body.get(kind), kind)?;
            text(object, "body", "text.body", usize::MAX)?;
            if text(object, "body", "text.body", 4096).is_err() {
                return Err(GraphError::parameter("Param text['body'] must be at most 4096 characters long."));
            }
            if object.get("preview_url").is_some_and(|value| !value.is_boolean()) {
                return Err(invalid("text.preview_url", "must be a boolean"));
            }
        }
        "image" | "video" | "audio" | "document" | "sticker" => {
            medium(world, number, kind, object(body.get(kind), kind)?, kind)?;
        }
        "location" => location(object(body.get(kind), kind)?, kind)?,
        "contacts" => contacts(list(body.get(kind), kind)?)?,
        "reaction" => reaction(world, object(body.get(kind), kind)?)?,
        "interactive" => interactive::check(world, number, object(body.get(kind), kind)?)?,
        _ => {
            object(body.get(kind), kind)?;
        }
    }
    Ok(kind)
}

/// A medium by id or link; also in headers.
pub(super) fn medium(world: &World, number: &str, kind: &str, object: &Map<String, Value>, path: &str) -> Result<()> {
    match (object.get("id"), object.get("link")) {
        (Some(Value::String(id)), None) => {
            let medium = world.media.get(id, world.now_ms()).filter(|medium| medium.number == number);
            let Some(medium) = medium else {
                return Err(invalid(&format!("{path}.id"), &format!("is no medium that is there: {id}")));
            };
            let fits = match class(&medium.mime) {
                Some((class, most)) => (class == kind || kind == "document") && medium.bytes.len() <= most,
                None => kind == "document",
            };
            if !fits {
                return Err(invalid(&format!("{path}.id"), &format!("is of type {}, not for {kind}", medium.mime)));
            }
        }
        (None, Some(Value::String(link))) => {
            if !link.starts_with("https://") && !link.starts_with("http://") {
                return Err(invalid(&format!("{path}.link"), "must be a URL"));
            }
        }
        (None, None) => return Err(GraphError::parameter(&format!("The parameter {path}['id'] is required."))),
        (Some(_), Some(_)) => return Err(invalid(path, "must have either id or link")),
        _ => return Err(invalid(path, "must have a string id or link")),
    }
    if matches!(kind, "image" | "video" | "document") {
        optional_text(object, "caption", &format!("{path}.caption"), 1024)?;
    } else if object.contains_key("caption") {
        return Err(invalid(&format!("{path}.caption"), &format!("is not for {kind}")));
    }
    if kind == "document" {
        optional_text(object, "filename", &format!("{path}.filename"), 240)?;
    }
    Ok(())
}

/// Numbers come as numbers or as text.
fn coordinate(object: &Map<String, Value>, key: &str, path: &str, most: f64) -> Result<()> {
    let path = format!("{path}.{key}");
    let value = match object.get(key) {
        None | Some(Value::Null) => return Err(missing(&path)),
        Some(Value::Number(number)) => number.as_f64(),
        Some(Value::String(text)) => text.parse().ok(),
        Some(_) => None,
    };
    match value {
        Some(value) if value.abs() <= most => Ok(()),
        _ => Err(invalid(&path, &format!("must be between -{most} and {most}"))),
    }
}

pub(super) fn location(object: &Map<String, Value>, path: &str) -> Result<()> {
    coordinate(object, "latitude", path, 90.0)?;
    coordinate(object, "longitude", path, 180.0)?;
    optional_text(object, "name", &format!("{path}.name"), 1000)?;
    optional_text(object, "address", &format!("{path}.address"), 1000)?;
    Ok(())
}

fn contacts(contacts: &[Value]) -> Result<()> {
    const PARTS: &[&str] = &["first_name", "last_name", "middle_name", "suffix", "prefix"];
    if contacts.len() > 257 {
        return Err(invalid("contacts", "must have at most 257 elements"));
    }
    for (at, contact) in contacts.iter().enumerate() {
        let path = format!("contacts[{at}]");
        let contact = object(Some(contact), &path)?;
        let name = object(contact.get("name"), &format!("{path}.name"))?;
        text(name, "formatted_name", &format!("{path}.name.formatted_name"), 1000)?;
        if !PARTS.iter().any(|part| name.get(*part).is_some_and(Value::is_string)) {
            return Err(missing(&format!("{path}.name: one of {}", PARTS.join(", "))));
        }
        for key in ["phones", "emails", "urls", "addresses"] {
            if contact.get(key).is_some_and(|value| !value.is_array() && !value.is_null()) {
                return Err(invalid(&format!("{path}.{key}"), "must be a list"));
            }
        }
        if let Some(birthday) = optional_text(contact, "birthday", &format!("{path}.birthday"), 10)? {
            let shape = birthday.bytes().enumerate().all(|(at, byte)| match at {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            });
            if birthday.len() != 10 || !shape {
                return Err(invalid(&format!("{path}.birthday"), "must be YYYY-MM-DD"));
            }
        }
    }
    Ok(())
}

fn reaction(world: &World, object: &Map<String, Value>) -> Result<()> {
    let id = text(object, "message_id", "reaction.message_id", 1000)?;
    if world.messages.get(id).is_none() {
        return Err(invalid("reaction.message_id", "is no message of this conversation"));
    }
    match object.get("emoji") {
        None => Err(missing("reaction.emoji")),
        // Empty takes the reaction back.
        Some(Value::String(emoji))
            if emoji.chars().count() <= 16 && !emoji.bytes().any(|b| b.is_ascii_alphabetic()) =>
        {
            Ok(())
        }
        Some(_) => Err(invalid("reaction.emoji", "must be one emoji")),
    }
}
