//! What concerns the account, the templates and the wishes of people rather than a message.

use serde_json::{Value, json};

use super::inbound;
use super::queue::{Change, Part};
use crate::world::{Refused, World};

/// Any field with any value, from this account (the first one where none is given).
pub(crate) fn event(world: &mut World, waba: Option<&str>, field: &str, value: Value) -> Result<(), Refused> {
    let waba = match waba {
        Some(waba) if world.wabas.contains_key(waba) => waba.to_owned(),
        Some(waba) => return Err(Refused(format!("there is no account {waba}"))),
        None => world.config.numbers[0].waba_id.clone(),
    };
    if field.is_empty() {
        return Err(Refused("an event needs a \"field\", such as \"account_update\"".to_owned()));
    }
    let now = world.now_ms();
    let change = Change { waba, field: field.to_owned(), metadata: Value::Null, part: Part::Whole(value), about: None };
    world.queue.tell(now, change);
    Ok(())
}

/// A person stops or resumes marketing messages of a number.
pub(crate) fn preference(world: &mut World, who: &str, value: &str, to: Option<&str>) -> Result<(), Refused> {
    if !["stop", "resume", "signup"].contains(&value) {
        return Err(Refused("a preference is stop, resume or signup".to_owned()));
    }
    let number = world.number_id(to)?;
    let person = world.people.find_or_make(who, world.config.seed)?;
    world.people.get_mut(person).opted_out = value == "stop";
    let who = world.people.get(person).clone();
    let mut preference = json!({
        "category": "marketing_messages",
        "value": value,
        "detail": format!("User requested to {value} marketing messages"),
        "timestamp": world.now_ms().div_euclid(1000),
    });
    if let Some(wa_id) = who.shown_wa_id() {
        preference["wa_id"] = json!(wa_id);
    }
    if let Some(user_id) = &who.user_id {
        preference["user_id"] = json!(user_id);
    }
    let (_, metadata) = world.metadata(&number).ok_or_else(|| Refused(format!("there is no number {number}")))?;
    let value = json!({
        "messaging_product": "whatsapp",
        "metadata": metadata,
        "contacts": [who.contact()],
        "user_preferences": [preference],
    });
    inbound::tell(world, &number, Part::Whole(value), "user_preferences")
}
