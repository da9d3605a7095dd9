//! Inbound and outbound messages, and internal notes.

mod list;
mod note;
mod outgoing;

pub use list::{Conversation, MOST_MESSAGES, conversations, page_of, recent_of};
pub use note::{NOTE_LIMIT, add_note};
pub use outgoing::{Outgoing, check_may_send, queue};

use store::Row;

use crate::error::Result;
use crate::id::{ChannelId, ContactId, MessageId, TicketId};
use crate::time::Timestamp;
use crate::wire_enum;

wire_enum! {
    pub enum Direction { Inbound = "inbound", Outbound = "outbound", Note = "note" }
}

#[derive(Debug, Clone)]
pub struct Message {
    pub id: MessageId,
    pub contact_id: ContactId,
    pub channel_id: ChannelId,
    pub ticket_id: Option<TicketId>,
    pub direction: Direction,
    /// `text`, `image`, …
    pub kind: String,
    pub body: String,
    pub status: String,
    /// Stored form of [`crate::Actor`].
    pub actor: String,
    /// What messages are ordered by: provider time inbound, queue time outbound.
    pub sent_at: Timestamp,
    pub created_at: Timestamp,
}

pub(crate) const COLUMNS: &str = "m.id, m.contact_id, m.channel_id, m.ticket_id, m.direction, m.type, m.body, m.status, m.actor, \
     m.sent_at, m.created_at";

impl Message {
    pub(crate) fn from_row(row: &Row) -> Result<Message> {
        Ok(Message {
            id: row.at(0)?,
            contact_id: row.at(1)?,
            channel_id: row.at(2)?,
            ticket_id: row.at(3)?,
            direction: row.at(4)?,
            kind: row.at(5)?,
            body: row.at(6)?,
            status: row.at(7)?,
            actor: row.at(8)?,
            sent_at: row.at(9)?,
            created_at: row.at(10)?,
        })
    }
}

pub(crate) fn insert(w: &mut crate::Work<'_, '_>, message: &Message) -> Result<()> {
    w.tx.execute(
        "INSERT INTO messages (organization_id, id, contact_id, channel_id, ticket_id, direction, type, body, status, actor,
                               sent_at, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        store::params![
            w.caller.organization,
            message.id,
            message.contact_id,
            message.channel_id,
            message.ticket_id,
            message.direction,
            message.kind,
            message.body,
            message.status,
            message.actor,
            message.sent_at,
            message.created_at
        ],
    )?;
    Ok(())
}
