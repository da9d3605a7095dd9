//! The ladder that a sent message climbs: sent, delivered, read, played; or failed.

use serde_json::{Map, Value, json};

use super::queue::{Change, Part};
use crate::graph::error::in_webhook;
use crate::messages::{Out, Way};
use crate::people::put;
use crate::world::{Refused, World};

/// Where a message can be.
pub(crate) const STATUSES: &[&str] = &["sent", "delivered", "read", "played", "failed"];

/// Everything that is going to happen to a message that was just accepted. `failure`: why it will fail.
pub(crate) fn begin(world: &mut World, id: &str, failure: Option<(i64, String)>) {
    let now = world.now_ms();
    let knobs = world.knobs.clone();
    let at = |after: u64| now.saturating_add(i64::try_from(after).unwrap_or(i64::MAX));
    if let Some((code, details)) = failure {
        tell(world, id, "failed", Some((code, &details)), at(knobs.sent_after_ms.unwrap_or(0)));
        return;
    }
    let voice = world
        .messages
        .out_mut(id)
        .is_some_and(|out| out.sent.body.pointer("/audio/voice").and_then(Value::as_bool).unwrap_or(false));
    if let Some(after) = knobs.sent_after_ms {
        tell(world, id, "sent", None, at(after));
    }
    if let Some(after) = knobs.delivered_after_ms {
        tell(world, id, "delivered", None, at(after));
    }
    if let Some(after) = knobs.read_after_ms {
        tell(world, id, "read", None, at(after));
        if voice {
            tell(world, id, "played", None, at(after));
        }
    }
}

/// A status by hand, now. Any order is possible, as on the wire.
pub(crate) fn by_hand(world: &mut World, id: &str, status: &str, code: Option<i64>) -> Result<(), Refused> {
    let Some(status) = STATUSES.iter().find(|known| **known == status) else {
        return Err(Refused(format!("status is one of {}", STATUSES.join(", "))));
    };
    if world.messages.out_mut(id).is_none() {
        return Err(Refused(format!("no message {id} was sent by the business")));
    }
    let now = world.now_ms();
    let code = code.unwrap_or(131_026);
    let failure = (*status == "failed").then_some((code, "This message failed because the simulator was told so."));
    tell(world, id, status, failure, now);
    Ok(())
}

fn tell(world: &mut World, id: &str, status: &'static str, failure: Option<(i64, &str)>, due_ms: i64) {
    let (conversation, failed_with_contacts) = (world.knobs.conversation, world.knobs.failed_with_contacts);
    let Some(known) = world.messages.get(id) else { return };
    let Way::Out(out) = &known.way else { return };
    let person = world.people.get(known.person).clone();
    let number = known.number.clone();
    let mut item = Map::new();
    item.insert("id".to_owned(), json!(id));
    item.insert("status".to_owned(), json!(status));
    item.insert("timestamp".to_owned(), json!(due_ms.div_euclid(1000).to_string()));
    put(&mut item, "recipient_id", person.shown_wa_id());
    // A failed message to a number does not give the user id away.
    if failure.is_none() || out.by_user_id {
        put(&mut item, "recipient_user_id", person.user_id.as_deref());
    }
    put(&mut item, "biz_opaque_callback_data", out.sent.biz_opaque_callback_data.as_deref());
    if matches!(status, "sent" | "delivered") {
        item.insert("pricing".to_owned(), pricing(out));
        if conversation || out.pricing_type == "free_entry_point" {
            item.insert("conversation".to_owned(), conversation_of(out, &number, known.person, due_ms));
        }
    }
    if let Some((code, details)) = failure {
        item.insert("errors".to_owned(), json!([in_webhook(code, details)]));
    }
    let contact = (failure.is_none() || failed_with_contacts).then(|| person.contact());
    let part = Part::Status { contact, item: Value::Object(item) };
    if let Some(out) = world.messages.out_mut(id)
        && let Some((code, _)) = failure
    {
        out.sent.error = Some(code);
    }
    let Some((waba, metadata)) = world.metadata(&number) else { return };
    let about = Some((id.to_owned(), status));
    world.queue.tell(due_ms, Change { waba, field: "messages".to_owned(), metadata, part, about });
}

fn pricing(out: &Out) -> Value {
    let category = match out.pricing_type {
        "free_entry_point" => "referral_conversion",
        _ => out.category.as_deref().unwrap_or("service"),
    };
    json!({
        "billable": out.pricing_type == "regular",
        "pricing_model": "PMP",
        "type": out.pricing_type,
        "category": category,
    })
}

fn conversation_of(out: &Out, number: &str, person: usize, at_ms: i64) -> Value {
    let day = at_ms.div_euclid(24 * 3600 * 1000);
    let category = out.category.as_deref().unwrap_or("service");
    let kind = if out.pricing_type == "free_entry_point" { "referral_conversion" } else { category };
    let id = crate::random::of_text(day.unsigned_abs(), &format!("{number} {person} {kind}"));
    json!({
        "id": format!("{id:016x}{:016x}", id.rotate_left(17)),
        "expiration_timestamp": (at_ms.div_euclid(1000) + 24 * 3600).to_string(),
        "origin": {"type": kind},
    })
}
