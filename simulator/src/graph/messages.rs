//! `POST /{phone_number_id}/messages`: sending, read receipts, typing.

use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::call::Call;
use super::error::{GraphError, invalid};
use super::{Result, content, template_send};
use crate::knobs::{Refusals, Window};
use crate::limits::TooFast;
use crate::messages::{Known, Out, Sent, Way};
use crate::people::{digits, is_user_id};
use crate::webhook::status;
use crate::world::World;

pub(super) fn post(world: &mut World, call: &Call, number: &str) -> Result {
    let body = &call.parameters;
    if world.numbers.get(number).is_none_or(|state| state.status != "CONNECTED") {
        return Err(GraphError::coded(133_010, "The phone number is not registered with the Cloud API"));
    }
    match call.text("messaging_product") {
        None => return Err(GraphError::parameter("The parameter messaging_product is required.")),
        Some("whatsapp") => {}
        Some(_) => return Err(GraphError::parameter("Param messaging_product must be one of {WHATSAPP}")),
    }
    if body.contains_key("status") {
        return receipt(world, call, number);
    }
    let marketing = call.segments.get(1).is_some_and(|edge| edge == "marketing_messages");
    send(world, body, number, marketing)
}

/// Marks a message and what came before it as read; with `typing_indicator` the person sees that somebody types.
fn receipt(world: &mut World, call: &Call, number: &str) -> Result {
    if call.text("status") != Some("read") {
        return Err(GraphError::parameter("Param status must be one of {READ}"));
    }
    let Some(id) = call.text("message_id") else {
        return Err(GraphError::parameter("The parameter message_id is required."));
    };
    if let Some(typing) = call.parameters.get("typing_indicator")
        && typing.get("type").and_then(Value::as_str) != Some("text")
    {
        return Err(invalid("typing_indicator.type", "must be text"));
    }
    match world.messages.get_mut(id) {
        Some(Known { number: to, way: Way::In { read }, .. }) if to == number => {
            *read = true;
            Ok(Answer::success())
        }
        Some(_) => Err(GraphError::coded(131_009, format!("{id} is no message that was received"))),
        None => Err(GraphError::no_such_object("POST", id)),
    }
}

struct Recipient {
    /// As it was written.
    input: String,
    person: usize,
    by_user_id: bool,
}

fn recipient(world: &mut World, body: &Map<String, Value>, number: &str) -> Result<Recipient> {
    match body.get("recipient_type").map(Value::as_str) {
        None | Some(Some("individual")) => {}
        Some(Some("group")) => return Err(invalid("recipient_type", "group: groups are not simulated")),
        Some(_) => return Err(GraphError::parameter("Param recipient_type must be one of {INDIVIDUAL, GROUP}")),
    }
    let text = |key: &str| match body.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(GraphError::parameter(&format!("Param {key} must be a string"))),
    };
    let (input, by_user_id) = match (text("to")?, text("recipient")?) {
        // Where both are given the number counts.
        (Some(to), _) => (to, false),
        (None, Some(recipient)) if is_user_id(&recipient) => (recipient, true),
        (None, Some(_)) => return Err(invalid("recipient", "must be a business-scoped user id")),
        (None, None) => return Err(GraphError::parameter("The parameter to is required.")),
    };
    if !by_user_id {
        let plain = input.chars().all(|c| c.is_ascii_digit() || " +-()".contains(c));
        if !plain || !(6..=15).contains(&digits(&input).len()) {
            return Err(invalid("to", "must be a phone number with country code"));
        }
        if world.display(number).is_some_and(|display| display == digits(&input)) {
            return Err(GraphError::coded(131_021, "Recipient phone number cannot be the sender's"));
        }
    } else if world.people.find(&input).is_none() {
        // Such an id says nothing about a number, so nobody can be made up from it.
        return Err(GraphError::coded(131_026, format!("No user has the id {input} for this business")));
    }
    let person = world
        .people
        .find_or_make(&input, world.config.seed)
        .map_err(|cannot| GraphError::coded(131_000, cannot.to_string()))?;
    Ok(Recipient { input, person, by_user_id })
}

fn send(world: &mut World, body: &Map<String, Value>, number: &str, marketing: bool) -> Result {
    let to = recipient(world, body, number)?;
    let kind = content::check(world, number, body)?.to_owned();
    if let Some(context) = body.get("context") {
        let id = context.get("message_id").and_then(Value::as_str);
        if id.is_none_or(str::is_empty) {
            return Err(GraphError::parameter("The parameter context['message_id'] is required."));
        }
    }
    let callback = match body.get("biz_opaque_callback_data") {
        None | Some(Value::Null) => None,
        Some(Value::String(data)) if data.chars().count() <= 512 => Some(data.clone()),
        Some(Value::String(_)) => {
            let message = "Param biz_opaque_callback_data must be at most 512 characters long.";
            return Err(GraphError::parameter(message));
        }
        Some(_) => return Err(GraphError::parameter("Param biz_opaque_callback_data must be a string")),
    };
    let template = match kind.as_str() {
        "template" => Some(template_send::check(world, number, body, to.by_user_id)?),
        _ if marketing => return Err(GraphError::parameter("Param type must be one of {TEMPLATE}")),
        _ => None,
    };
    let now = world.now_ms();
    if let Err(too_fast) = world.limits.take(&world.knobs, number, to.person, now) {
        return Err(match too_fast {
            TooFast::Number => GraphError::coded(130_429, "Cloud API message throughput has been reached.").waiting(1),
            TooFast::Pair => {
                GraphError::coded(131_056, "Too many messages were sent to this recipient phone number in a short time")
            }
        });
    }
    let talk = world.messages.talk(number, to.person);
    let open = match world.knobs.window {
        Window::Kept => talk.is_open(now),
        Window::Shut => false,
        Window::Open => true,
    };
    let category = template.as_ref().map(|template| template.category.to_lowercase());
    let failure = failure(world, number, to.person, category.as_deref(), open);
    if let Some((code, details)) = &failure
        && world.knobs.refusals == Refusals::AtOnce
        && world.knobs.fail_with.is_none()
    {
        return Err(GraphError::coded(*code, details));
    }
    let person = world.people.get(to.person).clone();
    let id = world.random.message_id(&digits(&to.input));
    let pricing_type = match category.as_deref() {
        _ if talk.is_free(now) => "free_entry_point",
        None => "free_customer_service",
        Some("utility") if open => "free_customer_service",
        Some(_) => "regular",
    };
    let whole = Value::Object(body.clone());
    let weight = whole.to_string().len();
    let sent = Sent {
        id: id.clone(),
        phone_number_id: number.to_owned(),
        to: to.input.clone(),
        phone: person.phone.clone(),
        user_id: person.user_id.clone(),
        kind,
        body: whole,
        biz_opaque_callback_data: callback,
        status: "accepted",
        error: None,
        answer_cut: false,
        at_ms: now,
    };
    let buttons = template.map(|template| template.buttons).unwrap_or_default();
    let out = Out { sent, category, buttons, pricing_type, by_user_id: to.by_user_id };
    let known = Known { number: number.to_owned(), person: to.person, way: Way::Out(Box::new(out)) };
    world.messages.add(&id, known, weight);
    status::begin(world, &id, failure);
    let contact = if to.by_user_id {
        json!({"input": to.input, "user_id": to.input})
    } else {
        json!({"input": to.input, "wa_id": person.wa_id})
    };
    let mut answer = Answer::json(json!({
        "messaging_product": "whatsapp",
        "contacts": [contact],
        "messages": [{"id": id, "message_status": "accepted"}],
    }));
    answer.accepted = Some(id);
    Ok(answer)
}

/// Why this message will not reach this person.
fn failure(world: &World, number: &str, person: usize, category: Option<&str>, open: bool) -> Option<(i64, String)> {
    let who = world.people.get(person);
    let blocked = world
        .numbers
        .get(number)
        .is_some_and(|state| state.blocked.iter().any(|blocked| world.people.find(blocked) == Some(person)));
    let (code, details) = if let Some(code) = world.knobs.fail_with {
        (code, "The simulator was told to let this fail.")
    } else if blocked {
        (130_403, "The business has blocked this user.")
    } else if !who.on_whatsapp {
        (131_026, "The recipient is not a WhatsApp user, or cannot get this message.")
    } else if category.is_none() && !open {
        (131_047, "More than 24 hours have passed since the recipient last replied to the sender number.")
    } else if category == Some("marketing") && who.opted_out {
        (131_050, "The user has stopped marketing messages of this business.")
    } else {
        return None;
    };
    Some((code, details.to_owned()))
}
