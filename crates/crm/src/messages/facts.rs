//! What the events of a message carry: one shape for received, sent and status, with the names that integrations read.

use serde_json::{Value, json};

use super::{Direction, Message};
use crate::contacts::Contact;
use crate::setup::Setup;

/// `fromNumber` is digits without a plus: the person's where the message came in, the channel's where it went out.
pub(crate) fn message_data(setup: &Setup, contact: &Contact, message: &Message) -> Value {
    let channel = setup.channel(message.channel_id);
    let inbound = message.direction == Direction::Inbound;
    let theirs = || message.address.as_deref().or(contact.phone.as_deref());
    let from = if inbound { theirs() } else { channel.and_then(|channel| channel.phone.as_deref()) };
    let mut data = json!({
        "contact_id": contact.id,
        "contact_name": contact.name,
        "message_id": message.id,
        "message_body": message.body,
        "platform": channel.map_or("", |channel| channel.channel_type.name()),
        "channel_id": message.channel_id,
        "direction": message.direction,
        "status": message.status,
        "sent_at": message.sent_at,
        "fromNumber": from.map(|phone| phone.trim_start_matches('+')),
        "message": message.body,
        "messageId": message.id,
        "messageType": message.kind,
        "name": contact.name,
        "stageId": contact.stage_id,
    });
    let more = [
        ("source", message.source.as_ref().map(|source| json!(source))),
        ("error", message.failure.as_ref().map(|failure| json!(failure))),
    ];
    if let Value::Object(data) = &mut data {
        data.extend(more.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    }
    data
}
