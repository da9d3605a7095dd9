//! Taking what is due: `sending` on disk before anybody outside hears of it.

use store::params;
use structuring::phone::read_possible;

use super::{Fate, Waiting, leave, settle, uploaded};
use crate::channels::Channel;
use crate::contacts::Contact;
use crate::error::Result;
use crate::id::{ChannelId, ContactId, MediaId, MessageId};
use crate::leases::{self, Lease};
use crate::messages::{Content, Failure, Message, MessageStatus, destination, window_is_open};
use crate::time::Timestamp;
use crate::work::Work;

/// A message that this worker is to send, now.
#[derive(Debug, Clone)]
pub struct Claimed {
    pub message: MessageId,
    pub contact: ContactId,
    pub content: Content,
    /// Digits with the country code, as the provider last gave them or as they were dialled.
    pub to: Option<String>,
    /// The person's id at the provider, where no number is known.
    pub recipient: Option<String>,
    /// The provider's id of the message that it answers.
    pub reply_to: Option<String>,
    /// How often it was tried before.
    pub attempts: i64,
    pub queued_at: Timestamp,
    /// What the provider calls the files in it.
    pub files: Vec<(MediaId, String)>,
}

/// What a claim came to.
#[derive(Debug, Clone, Default)]
pub struct Paced {
    pub send: Vec<Claimed>,
    /// Files that have to be brought to the provider before the message goes that waits for each.
    pub upload: Vec<(Waiting, MediaId)>,
    /// Whether there may be more that is due.
    pub more: bool,
}

/// A message whose file is being brought is looked at again then, should whoever brings it die.
const UPLOAD_SECONDS: i64 = 600;

/// At most `most` of what is due. `wait` says how many microseconds a person has to be left alone. `None`: the lease is not
/// this worker's any more, or the channel is stopped.
pub fn claim(
    w: &mut Work<'_, '_>,
    lease: &Lease,
    channel: ChannelId,
    most: usize,
    wait: &dyn Fn(ContactId, Timestamp) -> i64,
) -> Result<Option<Paced>> {
    if !leases::check(w.tx, lease)? {
        return Ok(None);
    }
    let setup = w.setup.clone();
    let Some(channel) = setup.channel(channel).filter(|channel| !channel.archived && !channel.is_stopped()) else {
        return Ok(None);
    };
    let rows = w.tx.query(
        "SELECT message_id, contact_id, attempts, queued_at FROM outbox
         WHERE organization_id = $1 AND channel_id = $2 AND due_at <= $3 ORDER BY due_at, message_id LIMIT $4",
        params![w.caller.organization, channel.id, w.now, most as i64],
    )?;
    let mut paced = Paced { more: rows.len() == most, ..Paced::default() };
    for row in &rows {
        let (id, contact): (MessageId, ContactId) = (row.at(0)?, row.at(1)?);
        let micros = wait(contact, w.now);
        if micros > 0 {
            put_off(w, id, Timestamp::from_micros(w.now.micros().saturating_add(micros)))?;
            continue;
        }
        let message = Message::get(w, id)?;
        if message.status != MessageStatus::Queued {
            // Cancelled, or settled by a status that came early.
            let now = w.now;
            leave(w, id, now)?;
            continue;
        }
        let person = Contact::get(w, message.contact_id)?;
        let Some(content) = content_of(&message) else {
            // It would end the claim each time, and whatever stands behind it would wait for ever.
            tracing::error!(message = %id, "the content of a message cannot be read; it failed");
            settle(w, lease, id, &Fate::Failed(unreadable()))?;
            continue;
        };
        if let Some(failure) = refusal(w, channel, &person, &message, &content)? {
            settle(w, lease, id, &Fate::Failed(failure))?;
            continue;
        }
        let mut files = Vec::new();
        let mut missing = Vec::new();
        for (_, file, _) in content.files() {
            match uploaded(w, file, channel.id)? {
                Some(name) => files.push((file, name)),
                None => missing.push(file),
            }
        }
        if !missing.is_empty() {
            let again = w.now.plus_seconds(UPLOAD_SECONDS);
            put_off(w, id, again)?;
            let waiting = Waiting { message: id, attempts: row.at(2)?, queued_at: row.at(3)? };
            paced.upload.extend(missing.into_iter().map(|file| (waiting.clone(), file)));
            continue;
        }
        let recipient = if person.phone.is_none() { provider_user(w, &person)? } else { None };
        let dialled = message.address.clone().or_else(|| own_number(&person));
        mark_sending(w, lease, id)?;
        paced.send.push(Claimed {
            message: id,
            contact: person.id,
            content,
            to: dialled.map(|number| number.trim_start_matches('+').to_owned()),
            recipient,
            reply_to: message.reply_to.clone(),
            attempts: row.at(2)?,
            queued_at: row.at(3)?,
            files,
        });
    }
    Ok(Some(paced))
}

fn put_off(w: &mut Work<'_, '_>, message: MessageId, until: Timestamp) -> Result<()> {
    w.tx.execute(
        "UPDATE outbox SET due_at = $3 WHERE organization_id = $1 AND message_id = $2",
        params![w.caller.organization, message, until],
    )?;
    Ok(())
}

fn mark_sending(w: &mut Work<'_, '_>, lease: &Lease, message: MessageId) -> Result<()> {
    w.tx.execute(
        "UPDATE outbox SET state = 'sending', due_at = NULL, attempts = attempts + 1, fence = $3
         WHERE organization_id = $1 AND message_id = $2",
        params![w.caller.organization, message, lease.fence],
    )?;
    w.tx.execute(
        "UPDATE messages SET status = 'sending' WHERE organization_id = $1 AND id = $2 AND status = 'queued'",
        params![w.caller.organization, message],
    )?;
    Ok(())
}

/// What is sent; none where nobody can read it. Messages that were queued before content was kept are their text.
fn content_of(message: &Message) -> Option<Content> {
    match &message.payload {
        None => Some(Content::text(message.body.clone())),
        Some(payload) => serde_json::from_str(payload).ok(),
    }
}

fn unreadable() -> Failure {
    Failure {
        code: "unreadable_content".to_owned(),
        title: None,
        details: Some("What was to be sent cannot be read any more.".to_owned()),
        advice: Some("Send it as a new message.".to_owned()),
    }
}

/// What changed between queueing and now: a window that has shut, a person who was blocked.
fn refusal(
    w: &mut Work<'_, '_>,
    channel: &Channel,
    person: &Contact,
    message: &Message,
    content: &Content,
) -> Result<Option<Failure>> {
    let of = |code: &str, details: &str, advice: &str| {
        let details = Some(details.to_owned());
        Ok(Some(Failure { code: code.to_owned(), title: None, details, advice: Some(advice.to_owned()) }))
    };
    if person.blocked {
        return of("contact_blocked", "The contact was blocked while this waited.", "Unblock it, then send it again.");
    }
    if !channel.speaks_cloud() || content.is_template() {
        return Ok(None);
    }
    let number = message.address.as_ref().or(person.phone.as_ref());
    if !window_is_open(w.now, destination(w, channel, person, number.map(String::as_str))?.wrote_at) {
        return of(
            "outside_service_window",
            "The 24 h service window shut while this waited.",
            "Send an approved template, or wait until the person writes.",
        );
    }
    Ok(None)
}

/// As WhatsApp last gave it, where that is the number itself: an older merge may have left another one's there.
fn own_number(person: &Contact) -> Option<String> {
    let is_own = |wa_id: &&String| match &person.phone {
        Some(phone) => read_possible(&format!("+{wa_id}"), None).is_ok_and(|read| read.as_str() == phone),
        None => true,
    };
    person.wa_id.as_ref().filter(is_own).or(person.phone.as_ref()).cloned()
}

/// Business-scoped user id of somebody whose number is not known.
fn provider_user(w: &mut Work<'_, '_>, person: &Contact) -> Result<Option<String>> {
    let row = w.tx.query_opt(
        "SELECT value FROM contact_identifiers
         WHERE organization_id = $1 AND contact_id = $2 AND kind = 'bsuid' ORDER BY created_at DESC, value LIMIT 1",
        params![w.caller.organization, person.id],
    )?;
    Ok(row.map(|row| row.at(0)).transpose()?)
}
