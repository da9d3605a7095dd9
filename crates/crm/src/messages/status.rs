//! What became of an outbound message. Providers tell it twice, late, out of order, and before their own answer to the
//! sending: statuses only go up (sent < delivered < read < played), failed is above all and final.

use serde_json::json;
use store::params;

use super::early::{self, Early};
use super::facts::message_data;
use super::{COLUMNS, Direction, Failure, Message, MessageStatus, Progress};
use crate::contacts::Contact;
use crate::conversations;
use crate::error::{Error, Result};
use crate::events::{self, Fact, Topic};
use crate::id::{ChannelId, MessageId};
use crate::outbox;
use crate::time::Timestamp;
use crate::work::Work;

#[derive(Debug, Clone)]
pub struct StatusUpdate {
    pub provider_id: String,
    /// The message's own id, which went out with it and came back.
    pub message_id: Option<MessageId>,
    /// `sent`, `delivered`, `read`, `played` or `failed`.
    pub status: MessageStatus,
    /// By the provider's clock.
    pub at: Timestamp,
    pub failure: Option<Failure>,
    /// JSON, as it came.
    pub pricing: Option<String>,
}

/// How far a status is; a message never goes back.
fn rank(status: MessageStatus) -> u8 {
    match status {
        MessageStatus::Queued | MessageStatus::Cancelled => 0,
        MessageStatus::Sending => 1,
        MessageStatus::Unknown => 2,
        MessageStatus::Sent => 3,
        MessageStatus::Delivered => 4,
        MessageStatus::Read => 5,
        MessageStatus::Played => 6,
        MessageStatus::Failed => 7,
        // Of other directions: nothing is above them.
        MessageStatus::Received | MessageStatus::Stored => u8::MAX,
    }
}

/// What a status did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advance {
    /// The message is further now.
    Moved,
    /// It was as far already, or further.
    Known,
    /// Its message is not here (yet): kept.
    Early,
}

/// Applies a provider's status; one of a message that is not here yet is kept for it.
pub fn advance(w: &mut Work<'_, '_>, channel: ChannelId, update: &StatusUpdate) -> Result<Advance> {
    match find(w, channel, update)? {
        Some(message) if message.direction == Direction::Outbound => apply(w, message, update),
        Some(_) => Ok(Advance::Known),
        None => {
            early::keep(w, channel, &Early::Status(update.clone()))?;
            Ok(Advance::Early)
        }
    }
}

/// By what the provider calls it, else by its own id; one that had no provider's id has this one then.
fn find(w: &mut Work<'_, '_>, channel: ChannelId, update: &StatusUpdate) -> Result<Option<Message>> {
    if let Some(message) = Message::of_provider(w, channel, &update.provider_id)? {
        return Ok(Some(message));
    }
    let Some(id) = update.message_id else { return Ok(None) };
    let sql = format!(
        "SELECT {COLUMNS} FROM messages m WHERE m.organization_id = $1 AND m.id = $2 AND m.channel_id = $3
           AND m.direction = 'outbound'"
    );
    let Some(row) = w.tx.query_opt(&sql, params![w.caller.organization, id, channel])? else { return Ok(None) };
    let mut message = Message::from_row(&row)?;
    if message.provider_id.is_none() && Contact::find(w.tx, w.caller.organization, message.contact_id)?.is_some() {
        name(w, &mut message, &update.provider_id)?;
    }
    Ok(Some(message))
}

fn name(w: &mut Work<'_, '_>, message: &mut Message, provider_id: &str) -> Result<()> {
    w.tx.execute(
        "UPDATE messages SET provider_id = $3 WHERE organization_id = $1 AND id = $2 AND provider_id IS NULL",
        params![w.caller.organization, message.id, provider_id],
    )?;
    message.provider_id = Some(provider_id.to_owned());
    Ok(())
}

fn apply(w: &mut Work<'_, '_>, mut message: Message, update: &StatusUpdate) -> Result<Advance> {
    // Whoever was erased meanwhile is told of no more.
    let Some(contact) = Contact::find(w.tx, w.caller.organization, message.contact_id)? else {
        return Ok(Advance::Known);
    };
    let before = (message.status, message.progress);
    let at = slot(&mut message.progress, update.status)
        .ok_or_else(|| Error::Internal(format!("{} is no status that a provider tells", update.status)))?;
    // The first word on it counts: it is what came before everything that followed from it.
    at.get_or_insert(update.at);
    let moved = rank(update.status) > rank(message.status);
    if moved {
        message.status = update.status;
        if update.status == MessageStatus::Failed {
            message.failure = Some(update.failure.clone().unwrap_or_default());
        }
    }
    if before == (message.status, message.progress) && update.pricing.is_none() {
        return Ok(Advance::Known);
    }
    write(w, &message, update.pricing.as_deref())?;
    if !moved {
        return Ok(Advance::Known);
    }
    if update.status == MessageStatus::Failed {
        conversations::answer_undone(w, &message)?;
    }
    if before.0 == MessageStatus::Unknown {
        outbox::known(w, message.id)?;
    }
    let data = message_data(&w.setup, &contact, &message);
    let topic = Topic::MessageStatus;
    let fact = Fact::new(topic).contact(contact.id).data(data).previous(json!({"status": before.0}));
    record(w, fact, &message)?;
    Ok(Advance::Moved)
}

pub(super) fn record(w: &mut Work<'_, '_>, fact: Fact, message: &Message) -> Result<()> {
    let fact = fact.subject(json!({"message_id": message.id, "channel_id": message.channel_id}));
    events::record(
        w,
        match message.ticket_id {
            Some(ticket) => fact.ticket(ticket),
            None => fact,
        },
    )?;
    Ok(())
}

fn slot(progress: &mut Progress, status: MessageStatus) -> Option<&mut Option<Timestamp>> {
    match status {
        MessageStatus::Sent => Some(&mut progress.accepted_at),
        MessageStatus::Delivered => Some(&mut progress.delivered_at),
        MessageStatus::Read => Some(&mut progress.read_at),
        MessageStatus::Played => Some(&mut progress.played_at),
        MessageStatus::Failed => Some(&mut progress.failed_at),
        _ => None,
    }
}

pub(super) fn write(w: &mut Work<'_, '_>, message: &Message, pricing: Option<&str>) -> Result<()> {
    let failure = message.failure.as_ref();
    w.tx.execute(
        "UPDATE messages SET status = $3, accepted_at = $4, delivered_at = $5, read_at = $6, played_at = $7, failed_at = $8,
            error_code = $9, error_title = $10, error_details = $11, error_advice = $12, pricing = coalesce($13, pricing)
         WHERE organization_id = $1 AND id = $2",
        params![
            w.caller.organization,
            message.id,
            message.status,
            message.progress.accepted_at,
            message.progress.delivered_at,
            message.progress.read_at,
            message.progress.played_at,
            message.progress.failed_at,
            failure.map(|failure| failure.code.as_str()),
            failure.and_then(|failure| failure.title.as_deref()),
            failure.and_then(|failure| failure.details.as_deref()),
            failure.and_then(|failure| failure.advice.as_deref()),
            pricing
        ],
    )?;
    Ok(())
}

/// The provider took the message and calls it so: `message.sent`, and whatever was told of it before its answer came.
pub fn accepted(w: &mut Work<'_, '_>, id: MessageId, provider_id: &str) -> Result<Message> {
    let mut message = Message::get(w, id)?;
    if message.provider_id.is_none() {
        name(w, &mut message, provider_id)?;
    }
    if rank(message.status) < rank(MessageStatus::Sent) {
        message.status = MessageStatus::Sent;
        message.progress.accepted_at.get_or_insert(w.now);
        write(w, &message, None)?;
    }
    let contact = Contact::get(w, message.contact_id)?;
    let data = message_data(&w.setup, &contact, &message);
    record(w, Fact::new(Topic::MessageSent).contact(contact.id).data(data), &message)?;
    early::apply_to(w, &message)?;
    Message::get(w, id)
}
