//! From the bytes of a webhook to what it says: pure, and nothing in a payload makes it fail. What is not known is kept as it
//! came; one bad item never costs the others.
//!
//! Shapes: `docs/whatsapp.md` and Meta's pages on webhooks, as of Graph v26.0.

use crm::Timestamp;
use crm::messages::{Item, Kept, Leftover, News, Person};
use structuring::Json;
use structuring::json::Mode;

use super::message::read_message;
use super::people::{self, Sender};
use super::reading::{clipped, instant, text};
use super::status::read_status;

/// One thing, and whose it is: by phone number id where it has one, else by WhatsApp Business account.
#[derive(Debug, Clone)]
pub struct Routed {
    pub phone_number_id: Option<String>,
    pub waba_id: Option<String>,
    pub item: Item,
}

/// JSON of what is kept raw, in bytes.
pub const MOST_RAW: usize = 64 * 1024;
/// Of one payload; Meta batches up to 1000. What is beyond is not read, and the call is refused.
pub const MOST_ITEMS: usize = 20_000;

/// Not JSON at all, not an object, or more than can be. Anything else is read as far as it can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("the body is not a JSON object")]
    NotJson,
    #[error("the body has more than {MOST_ITEMS} items")]
    TooMany,
}

pub fn read(body: &[u8]) -> Result<Vec<Routed>, Unreadable> {
    let payload = Json::parse(body, Mode::Lenient).map_err(|_| Unreadable::NotJson)?;
    payload.as_object().ok_or(Unreadable::NotJson)?;
    let mut found = Vec::new();
    for entry in list(&payload, "entry") {
        let waba_id = people::digits(entry.get("id"));
        let changes = list(entry, "changes");
        if changes.is_empty() {
            found.push(Routed { phone_number_id: None, waba_id, item: leftover(Leftover::Unreadable, entry) });
            continue;
        }
        for change in changes {
            let phone_number_id = people::digits(change.pointer("/value/metadata/phone_number_id"));
            let mut items = Vec::new();
            read_change(change, instant(entry.get("time")), &mut items);
            if found.len() + items.len() > MOST_ITEMS {
                return Err(Unreadable::TooMany);
            }
            let route = |item| Routed { phone_number_id: phone_number_id.clone(), waba_id: waba_id.clone(), item };
            found.extend(items.into_iter().map(route));
        }
    }
    if found.is_empty() {
        let item = leftover(Leftover::Unreadable, &payload);
        found.push(Routed { phone_number_id: None, waba_id: None, item });
    }
    Ok(found)
}

/// `at`: of the entry it stands in, which only what concerns the account has.
fn read_change(change: &Json, at: Option<Timestamp>, items: &mut Vec<Item>) {
    let field = change.get("field").and_then(Json::as_str).unwrap_or("");
    let Some(value) = change.get("value").filter(|value| value.as_object().is_some()) else {
        return items.push(leftover(Leftover::Unreadable, change));
    };
    let before = items.len();
    match field {
        "messages" | "smb_message_echoes" => read_messages(value, at, items),
        "user_preferences" => read_preferences(value, items),
        "user_id_update" => read_new_ids(value, items),
        "account_update"
        | "account_alerts"
        | "account_review_update"
        | "business_capability_update"
        | "business_username_update"
        | "phone_number_name_update"
        | "phone_number_quality_update"
        | "security"
        | "message_template_status_update"
        | "message_template_quality_update"
        | "message_template_components_update"
        | "template_category_update" => items.push(Item::News(news(field, value, at))),
        _ => {}
    }
    if items.len() == before {
        items.push(leftover(Leftover::UnknownField, change));
    }
}

fn read_messages(value: &Json, at: Option<Timestamp>, items: &mut Vec<Item>) {
    let people = people::directory(value);
    for message in list(value, "messages") {
        items.push(read_message(message, &people, Sender::Person).unwrap_or_else(|| unreadable(message)));
    }
    for message in list(value, "message_echoes") {
        items.push(read_message(message, &people, Sender::Phone).unwrap_or_else(|| unreadable(message)));
    }
    for status in list(value, "statuses") {
        items.push(match read_status(status, &people) {
            Some((update, person)) => Item::Status(Box::new(update), person),
            None => unreadable(status),
        });
    }
    let said = list(value, "messages").len() + list(value, "statuses").len() + list(value, "message_echoes").len();
    if said == 0 && !list(value, "errors").is_empty() {
        items.push(Item::News(news("errors", value, at)));
    }
}

fn read_preferences(value: &Json, items: &mut Vec<Item>) {
    let people = people::directory(value);
    for preference in list(value, "user_preferences") {
        let person = people::named(preference, "wa_id", "user_id", "parent_user_id", &people);
        let marketing = match preference.get("value").and_then(Json::as_str) {
            Some("stop") => Some(false),
            Some("resume" | "signup") => Some(true),
            _ => None,
        };
        let about_marketing = preference.get("category").and_then(Json::as_str) == Some("marketing_messages");
        items.push(match marketing {
            Some(marketing) if about_marketing && person.is_somebody() => {
                Item::Preference { person, marketing, at: instant(preference.get("timestamp")) }
            }
            _ => unreadable(preference),
        });
    }
}

/// Who went by one id goes by another as well.
fn read_new_ids(value: &Json, items: &mut Vec<Item>) {
    let people = people::directory(value);
    for update in list(value, "user_id_update") {
        let mut known = people::named(update, "wa_id", "", "", &people);
        known.bsuid = people::bsuid(update.pointer("/user_id/previous"));
        known.parent_bsuid = people::bsuid(update.pointer("/parent_user_id/previous"));
        let new = Person {
            bsuid: people::bsuid(update.pointer("/user_id/current")),
            parent_bsuid: people::bsuid(update.pointer("/parent_user_id/current")),
            ..Person::default()
        };
        let sound = known.is_somebody() && new.is_somebody();
        items.push(if sound { Item::Identity { known, new } } else { unreadable(update) });
    }
}

fn news(field: &str, value: &Json, at: Option<Timestamp>) -> News {
    let event = value.get("event").and_then(Json::as_str).unwrap_or("");
    let status = match (field, event) {
        ("account_update", "DISABLED_UPDATE") => match value.pointer("/ban_info/waba_ban_state").and_then(Json::as_str)
        {
            Some("REINSTATE") => Some("unchecked"),
            _ => Some("disabled"),
        },
        ("account_update", "ACCOUNT_DELETED" | "ACCOUNT_OFFBOARDED" | "PARTNER_REMOVED") => Some("disconnected"),
        ("account_update", "ACCOUNT_RESTRICTION") => Some("restricted"),
        ("account_update", "ACCOUNT_RECONNECTED") => Some("unchecked"),
        _ => None,
    };
    let about = match value.get("message_template_id") {
        Some(template) => template.as_str().map_or_else(|| template.to_string(), str::to_owned),
        // One event says what the account is, and another takes it back; the others are each about something else.
        None if field == "account_update" => if status.is_some() { "status" } else { event }.to_owned(),
        None => value.get("display_phone_number").and_then(Json::as_str).unwrap_or("").to_owned(),
    };
    News { field: text(field, 100), about: text(&about, 100), at, data: clipped(value, MOST_RAW), status }
}

pub(super) fn list<'j>(value: &'j Json, member: &str) -> &'j [Json] {
    value.get(member).and_then(Json::as_array).unwrap_or_default()
}

fn unreadable(item: &Json) -> Item {
    leftover(Leftover::Unreadable, item)
}

fn leftover(reason: Leftover, raw: &Json) -> Item {
    Item::Leftover(Kept::new(reason, clipped(raw, MOST_RAW)))
}
