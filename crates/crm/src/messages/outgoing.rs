//! Queueing a message: the row with status `queued` is the queue. A channel's worker sends it; nothing is sent here.

use serde_json::json;

use super::{Direction, Message, MessageStatus, insert};
use crate::channels::{Channel, ChannelType};
use crate::contacts::{self, ChatStatus, Contact};
use crate::error::{Error, Result};
use crate::events::{self, Fact, Topic};
use crate::id::{MessageId, TicketId};
use crate::work::Work;

/// WhatsApp lets a business write freely for 24 h after a person's last message; after that only templates.
const SERVICE_WINDOW_HOURS: i64 = 24;

#[derive(Debug, Clone)]
pub struct Outgoing {
    pub ticket: Option<TicketId>,
    pub body: String,
}

/// Whether plain text may go to this contact now. 409 `contact_blocked` or `outside_service_window`.
pub fn check_may_send(w: &Work<'_, '_>, channel: &Channel, contact: &Contact) -> Result<()> {
    if contact.blocked {
        return Err(Error::conflict("contact_blocked", "This contact is blocked. Unblock it before writing to it."));
    }
    if channel.channel_type != ChannelType::Whatsapp {
        return Ok(());
    }
    let opened = w.now.plus_seconds(-SERVICE_WINDOW_HOURS * 3600);
    if contact.last_inbound_at.is_some_and(|at| at > opened) {
        return Ok(());
    }
    let message = "The 24 h service window of this person is shut: they have not written within the last 24 hours. \
                   Send an approved template instead (message.templateId), or wait until they write.";
    Err(Error::conflict("outside_service_window", message))
}

pub fn queue(w: &mut Work<'_, '_>, channel: &Channel, contact: &mut Contact, outgoing: &Outgoing) -> Result<MessageId> {
    check_may_send(w, channel, contact)?;
    let mut message =
        Message::new(w.new_id(), contact, Direction::Outbound, outgoing.body.clone(), MessageStatus::Queued);
    message.ticket_id = outgoing.ticket;
    message.actor = w.caller.actor.to_string();
    (message.sent_at, message.created_at) = (w.now, w.now);
    insert(w, &message)?;
    // A clock that was put back moves nobody down the list.
    contact.last_message_at = contact.last_message_at.max(Some(w.now));
    if contact.chat_status == ChatStatus::Unattended {
        contact.chat_status = ChatStatus::Attended;
    }
    contacts::save(w, contact)?;
    let mut fact = Fact::new(Topic::MessageQueued).contact(contact.id);
    fact = fact.subject(json!({"message_id": message.id, "channel_id": channel.id}));
    if let Some(ticket) = outgoing.ticket {
        fact = fact.ticket(ticket);
    }
    events::record(
        w,
        fact.data(json!({"message_id": message.id, "message_body": message.body, "status": message.status})),
    )?;
    Ok(message.id)
}
