//! What becomes of an outbound message between its queueing and the provider's word: back in the queue, refused, out of
//! sight; and what a person decides about one whose fate nobody knows.

use serde_json::json;
use store::params;

use super::change::{self, Change, Reactor, What};
use super::facts::message_data;
use super::status::{record, write};
use super::{Failure, Message, MessageStatus};
use crate::contacts::Contact;
use crate::conversations;
use crate::error::{Error, Result};
use crate::events::{Fact, Topic};
use crate::id::{ChannelId, MessageId};
use crate::outbox;
use crate::wire_enum;
use crate::work::Work;

wire_enum! {
    /// What a refusal comes to, in one word.
    pub enum Remedy {
        /// Temporary: tried again by itself.
        Retry = "retry",
        /// Too much for now.
        Wait = "wait",
        /// Only a template may be sent.
        NeedsTemplate = "needs_template",
        /// Token or permission.
        NeedsToken = "needs_token",
        Unreachable = "unreachable",
        OptedOut = "opted_out",
        /// Something is to be put in order at the account or the number.
        Account = "account",
        /// The message is wrong.
        Bug = "bug",
    }
}

/// Refused for now: it waits again, and shows why.
pub(crate) fn put_back(w: &mut Work<'_, '_>, message: &Message, failure: &Failure) -> Result<()> {
    let mut message = message.clone();
    message.status = MessageStatus::Queued;
    message.failure = Some(failure.clone());
    write(w, &message, None)
}

/// Refused, for good.
pub(crate) fn failed(w: &mut Work<'_, '_>, mut message: Message, failure: &Failure) -> Result<()> {
    // What the provider says of a message that it took stands above what it answered to the sending.
    if !matches!(message.status, MessageStatus::Queued | MessageStatus::Sending | MessageStatus::Unknown) {
        return Ok(());
    }
    let before = message.status;
    message.status = MessageStatus::Failed;
    message.failure = Some(failure.clone());
    message.progress.failed_at = Some(w.now);
    write(w, &message, None)?;
    conversations::answer_undone(w, &message)?;
    tell(w, &message, before)
}

/// Handed over, and no answer came.
pub(crate) fn lost_sight_of(w: &mut Work<'_, '_>, mut message: Message) -> Result<()> {
    let before = message.status;
    message.status = MessageStatus::Unknown;
    message.failure = Some(Failure {
        code: "unknown".to_owned(),
        title: None,
        details: Some("It was handed over, and no answer came: it may have arrived.".to_owned()),
        advice: Some(
            "A status usually tells within a minute. If none comes, ask the person, then retry or discard it."
                .to_owned(),
        ),
    });
    write(w, &message, None)?;
    tell(w, &message, before)
}

fn tell(w: &mut Work<'_, '_>, message: &Message, before: MessageStatus) -> Result<()> {
    let contact = Contact::get(w, message.contact_id)?;
    let data = message_data(&w.setup, &contact, message);
    let fact = Fact::new(Topic::MessageStatus).contact(contact.id).data(data).previous(json!({"status": before}));
    record(w, fact, message)
}

/// Our reaction reached the message that the provider calls so.
pub(crate) fn reacted(w: &mut Work<'_, '_>, channel: ChannelId, provider_id: &str, emoji: &str) -> Result<()> {
    let what = What::Reaction { reactor: Reactor::Business, emoji: emoji.to_owned() };
    change::apply(w, channel, &Change { provider_id: provider_id.to_owned(), what, at: w.now })?;
    Ok(())
}

/// Sends a message once more that failed, or whose fate is unknown: somebody decided that it may arrive twice. 409
/// `wrong_status` or `not_retryable` otherwise.
pub fn retry(w: &mut Work<'_, '_>, id: MessageId) -> Result<Message> {
    let mut message = decidable(w, id, &[MessageStatus::Failed, MessageStatus::Unknown, MessageStatus::Cancelled])?;
    let contact = Contact::get(w, message.contact_id)?;
    let setup = w.setup.clone();
    let channel = crate::channels::of_contact(&setup, message.channel_id)?;
    if message.provider_id.is_some() {
        let text = "The provider had taken this message; send it as a new one.";
        return Err(Error::conflict("not_retryable", text));
    }
    let content = message.payload.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let number = message.address.as_ref().or(contact.phone.as_ref());
    let to = super::destination(w, channel, &contact, number.map(String::as_str))?;
    let template_by = "`template` of POST /api/v1/messages";
    super::check_may_send(w.now, w.now, channel, &contact, &to, content.as_ref(), template_by)?;
    let before = message.status;
    let now = w.now;
    outbox::leave(w, id, now)?;
    message.status = MessageStatus::Queued;
    message.failure = None;
    message.progress.failed_at = None;
    write(w, &message, None)?;
    conversations::answer_redone(w, &message)?;
    outbox::put(w, &message, contact.id)?;
    tell(w, &message, before)?;
    Ok(message)
}

/// Gives up a message that waits, or whose fate is unknown. 409 `wrong_status` where it is on its way or beyond.
pub fn discard(w: &mut Work<'_, '_>, id: MessageId) -> Result<Message> {
    let mut message = decidable(w, id, &[MessageStatus::Queued, MessageStatus::Unknown, MessageStatus::Failed])?;
    let before = message.status;
    let now = w.now;
    outbox::leave(w, id, now)?;
    message.status = MessageStatus::Cancelled;
    write(w, &message, None)?;
    conversations::answer_undone(w, &message)?;
    tell(w, &message, before)?;
    Ok(message)
}

fn decidable(w: &mut Work<'_, '_>, id: MessageId, from: &[MessageStatus]) -> Result<Message> {
    let message = Message::get(w, id)?;
    if message.direction == super::Direction::Outbound && from.contains(&message.status) {
        return Ok(message);
    }
    let may = from.iter().map(|status| status.name()).collect::<Vec<_>>().join(", ");
    let text = format!("This is possible for an outbound message that is {may}; this one is {}.", message.status);
    Err(Error::conflict("wrong_status", text))
}

/// How many messages of a channel nobody knows the fate of.
pub fn unknown_of(w: &mut Work<'_, '_>, channel: ChannelId) -> Result<i64> {
    let row = w.tx.query_one(
        "SELECT count(*) AS n FROM messages WHERE organization_id = $1 AND channel_id = $2 AND status = 'unknown'",
        params![w.caller.organization, channel],
    )?;
    Ok(row.at(0)?)
}
