//! Reading for the team. Two agents may read at once, and a message may come between: what was read is said by the message
//! that was seen last, and never goes back.

use serde_json::json;
use store::params;

use super::SILENT;
use super::rebuild::{Marker, came_after, marker_of, unread_of};
use crate::contacts::{self, Contact};
use crate::error::{Error, Result};
use crate::events::{self, Fact, Topic};
use crate::id::{ContactId, MessageId};
use crate::messages::Message;
use crate::work::Work;

/// What reading came to.
#[derive(Debug)]
pub struct Read {
    pub contact: Contact,
    /// The newest message that was read now, by which its sender can be told.
    pub newest: Option<Message>,
}

/// Up to a message, in the order in which they came; without one, all that are here. 404 for a message that is not this
/// contact's.
pub fn mark_read(w: &mut Work<'_, '_>, id: ContactId, up_to: Option<MessageId>) -> Result<Read> {
    let contact = Contact::get(w, id)?;
    let seen = match up_to {
        Some(message) => Some(Message::get(w, message)?).filter(|message| message.contact_id == contact.id),
        None => newest_inbound(w, contact.id, None)?,
    };
    if up_to.is_some() && seen.is_none() {
        return Err(Error::not_found("message of this contact"));
    }
    let Some(seen) = seen else {
        let contact = settle(w, contact, 0)?;
        return Ok(Read { contact, newest: None });
    };
    let marker = Marker { at: seen.created_at.micros(), id: seen.id };
    let before = unread_of(w, contact.id)?;
    let moves = marker_of(w, contact.id)?.is_none_or(|known| known < marker);
    let unread = match up_to {
        None => 0,
        // More than there were it cannot be.
        Some(_) if moves => came_after(w, contact.id, Some(marker), before)?,
        Some(_) => before,
    };
    if moves {
        w.tx.execute(
            "UPDATE conversations SET read_at = $3, read_id = $4 WHERE organization_id = $1 AND contact_id = $2",
            params![w.caller.organization, contact.id, marker.at, marker.id],
        )?;
    }
    let newest = if unread < before { newest_inbound(w, contact.id, Some(marker))? } else { None };
    let contact = settle(w, contact, unread)?;
    Ok(Read { contact, newest })
}

/// The newest of a person's messages that the team has read.
pub fn read_up_to(w: &mut Work<'_, '_>, contact: ContactId) -> Result<Option<MessageId>> {
    let Some(marker) = marker_of(w, contact)? else { return Ok(None) };
    Ok(newest_inbound(w, contact, Some(marker))?.map(|message| message.id))
}

/// Somebody should look again: the last inbound message counts as unread.
pub fn mark_unread(w: &mut Work<'_, '_>, id: ContactId) -> Result<Contact> {
    let contact = Contact::get(w, id)?;
    if unread_of(w, contact.id)? > 0 {
        return Ok(contact);
    }
    let last = newest_inbound(w, contact.id, None)?;
    let marker = last.map(|last| Marker { at: last.created_at.micros() - 1, id: MessageId::default() });
    w.tx.execute(
        "UPDATE conversations SET read_at = $3, read_id = $4 WHERE organization_id = $1 AND contact_id = $2",
        params![w.caller.organization, contact.id, marker.map(|m| m.at), marker.map(|m| m.id)],
    )?;
    settle(w, contact, 1)
}

/// Writes the count here and the flag on the contact, and the event where either is another.
fn settle(w: &mut Work<'_, '_>, mut contact: Contact, unread: i64) -> Result<Contact> {
    let before = unread_of(w, contact.id)?;
    if before != unread {
        w.tx.execute(
            "UPDATE conversations SET unread = $3 WHERE organization_id = $1 AND contact_id = $2",
            params![w.caller.organization, contact.id, unread],
        )?;
    }
    let read = unread == 0;
    let was = contact.is_chat_read;
    if was != read {
        contact.is_chat_read = read;
        contacts::save(w, &mut contact)?;
    }
    if was != read || before != unread {
        let data = json!({"is_chat_read": read, "unread": unread});
        let fact = Fact::new(Topic::ContactUpdated).contact(contact.id).data(data);
        events::record(w, fact.previous(json!({"is_chat_read": was, "unread": before})))?;
    }
    Ok(contact)
}

/// The contact's own row says so already: all is read, or the last message is not.
pub(crate) fn follow(w: &mut Work<'_, '_>, contact: &Contact) -> Result<()> {
    let marker = newest_inbound(w, contact.id, None)?.map(|last| match contact.is_chat_read {
        true => Marker { at: last.created_at.micros(), id: last.id },
        false => Marker { at: last.created_at.micros() - 1, id: MessageId::default() },
    });
    w.tx.execute(
        "UPDATE conversations SET unread = $3, read_at = $4, read_id = $5 WHERE organization_id = $1 AND contact_id = $2",
        params![
            w.caller.organization,
            contact.id,
            i64::from(!contact.is_chat_read),
            marker.map(|marker| marker.at),
            marker.map(|marker| marker.id)
        ],
    )?;
    Ok(())
}

/// In the order in which they came, up to one.
fn newest_inbound(w: &mut Work<'_, '_>, contact: ContactId, up_to: Option<Marker>) -> Result<Option<Message>> {
    let (at, id) = up_to.map_or((i64::MAX, MessageId::default()), |marker| (marker.at, marker.id));
    // Late ones are few: the last that came is among the last by their own time, or is not worth a receipt.
    let row = w.tx.query_opt(
        &format!(
            "SELECT id FROM (SELECT id, created_at FROM messages WHERE organization_id = $1 AND contact_id = $2
                AND direction = 'inbound' AND type NOT IN {SILENT} AND (created_at, id) <= ($3, $4)
              ORDER BY sent_at DESC, created_at DESC, id DESC LIMIT 100) AS latest
             ORDER BY created_at DESC, id DESC LIMIT 1"
        ),
        params![w.caller.organization, contact, at, id],
    )?;
    let id: Option<MessageId> = row.map(|row| row.at(0)).transpose()?;
    id.map(|id| Message::get(w, id)).transpose()
}
