//! Internal notes: on the timeline, never sent to anybody.

use serde_json::json;

use super::{Direction, Message, MessageStatus, insert};
use crate::contacts::Contact;
use crate::error::Result;
use crate::events::{self, Fact, Topic};
use crate::id::TicketId;
use crate::work::Work;

/// Characters of a note, at most.
pub const NOTE_LIMIT: usize = 4096;

pub fn add_note(w: &mut Work<'_, '_>, contact: &Contact, ticket: Option<TicketId>, text: &str) -> Result<Message> {
    let mut message = Message::new(w.new_id(), contact, Direction::Note, text.to_owned(), MessageStatus::Stored);
    message.ticket_id = ticket;
    message.actor = w.caller.actor.to_string();
    (message.sent_at, message.created_at) = (w.now, w.now);
    insert(w, &message)?;
    let mut fact = Fact::new(Topic::NoteCreated).contact(contact.id).data(json!({"note_id": message.id, "text": text}));
    if let Some(ticket) = ticket {
        fact = fact.ticket(ticket);
    }
    events::record(w, fact)?;
    Ok(message)
}
