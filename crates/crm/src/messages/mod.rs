//! Inbound and outbound messages, and internal notes.

mod address;
mod change;
mod content;
mod early;
mod extras;
mod facts;
mod incoming;
mod list;
mod news;
mod note;
mod outgoing;
mod receive;
mod send;
mod send_to_customer;
mod sending;
mod status;

pub use address::{Destination, destination};
pub use change::{Change, Reactor, What, apply as apply_change};
pub use content::{
    Action, Attachment, Button, Card, Component, Content, File, Interactive, Parameter, Place, Section, SectionRow,
    TEXT_LIMIT, TemplateContent,
};
pub use early::sweep_early;
pub use extras::{Extras, ReactionRow, extras, under_way};
pub use incoming::{Incoming, IncomingFile, Item, Kept, Leftover, News, Person, Way};
pub use list::{Conversation, MOST_MESSAGES, conversations, page_of, recent_of};
pub use note::{NOTE_LIMIT, add_note};
pub(crate) use outgoing::SERVICE_WINDOW_HOURS;
pub use outgoing::{Outgoing, TEMPLATE_BY, check_may_send, outside_service_window, queue, window_is_open};
pub(crate) use receive::take;
pub use receive::{Receipt, forget_leftovers, is_of_the_item, put_aside, receive};
pub(crate) use send::by_phone;
pub use send::{Addressee, By, Places, Queued, Send, What as Sent, send};
pub use send_to_customer::{ToCustomer, ToSend, send_to_customer};
pub use sending::{Remedy, discard, retry, unknown_of};
pub(crate) use sending::{failed, lost_sight_of, put_back, reacted};
pub use status::{Advance, StatusUpdate, accepted, advance};

use store::Row;

use crate::contacts::Contact;
use crate::conversations;
use crate::error::{Error, Result};
use crate::id::{ChannelId, ContactId, MessageId, TicketId};
use crate::search;
use crate::time::Timestamp;
use crate::wire_enum;
use crate::work::Work;

wire_enum! {
    pub enum Direction { Inbound = "inbound", Outbound = "outbound", Note = "note" }
}

wire_enum! {
    /// Where a message is on its way. Of a note: `stored`.
    pub enum MessageStatus {
        /// Waits for its channel's worker.
        Queued = "queued",
        /// Handed over; the answer is not here yet.
        Sending = "sending",
        /// The provider took it.
        Sent = "sent",
        Delivered = "delivered",
        Read = "read",
        /// A voice note was listened to.
        Played = "played",
        /// Final.
        Failed = "failed",
        /// Handed over, and no answer says whether it was taken.
        Unknown = "unknown",
        /// Inbound.
        Received = "received",
        Cancelled = "cancelled",
        Stored = "stored",
    }
}

/// A message to be written. What is not said is [`Message::new`]'s.
#[derive(Debug, Clone)]
pub struct Message {
    pub id: MessageId,
    pub contact_id: ContactId,
    pub channel_id: ChannelId,
    pub ticket_id: Option<TicketId>,
    pub direction: Direction,
    /// `text`, `image`, `video`, `audio`, `document`, `sticker`, `location`, `contacts`, `interactive`, `button`, `order`,
    /// `template`, `system`, `unsupported`; one that is not known here is the provider's word.
    pub kind: String,
    /// What is read in a list: the text, the caption, or what the rest comes to in a few words.
    pub body: String,
    /// JSON object of what else belongs to the type.
    pub payload: Option<String>,
    pub status: MessageStatus,
    /// Stored form of [`crate::Actor`].
    pub actor: String,
    /// What messages are ordered by: provider time inbound, queue time outbound.
    pub sent_at: Timestamp,
    /// When it arrived here, or was made.
    pub created_at: Timestamp,
    /// What the provider calls it; at most 200 characters.
    pub provider_id: Option<String>,
    /// Provider's id of the message that it answers.
    pub reply_to: Option<String>,
    /// `phone`: written in the app beside the API.
    pub source: Option<String>,
    /// The person's number, E.164; none: their own one.
    pub address: Option<String>,
    pub edited_at: Option<Timestamp>,
    pub deleted_at: Option<Timestamp>,
    pub progress: Progress,
    pub failure: Option<Failure>,
}

/// When an outbound message reached each status, by the provider's clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// `sent`
    pub accepted_at: Option<Timestamp>,
    pub delivered_at: Option<Timestamp>,
    pub read_at: Option<Timestamp>,
    pub played_at: Option<Timestamp>,
    pub failed_at: Option<Timestamp>,
}

/// Why a message failed.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Failure {
    /// The provider's code, or a word of ours.
    pub code: String,
    pub title: Option<String>,
    pub details: Option<String>,
    /// What to do about it.
    pub advice: Option<String>,
}

pub(crate) const COLUMNS: &str = "m.id, m.contact_id, m.channel_id, m.ticket_id, m.direction, m.type, m.body, m.status, m.actor, \
     m.sent_at, m.created_at, m.payload, m.provider_id, m.reply_to, m.source, m.edited_at, m.deleted_at, m.accepted_at, \
     m.delivered_at, m.read_at, m.played_at, m.failed_at, m.error_code, m.error_title, m.error_details, m.error_advice, m.address";

impl Message {
    /// A text that is there now, of nobody's provider yet.
    pub fn new(id: MessageId, contact: &Contact, direction: Direction, body: String, status: MessageStatus) -> Message {
        Message {
            id,
            contact_id: contact.id,
            channel_id: contact.channel_id,
            ticket_id: None,
            direction,
            kind: "text".to_owned(),
            body,
            payload: None,
            status,
            actor: String::new(),
            sent_at: Timestamp::default(),
            created_at: Timestamp::default(),
            provider_id: None,
            reply_to: None,
            source: None,
            address: None,
            edited_at: None,
            deleted_at: None,
            progress: Progress::default(),
            failure: None,
        }
    }

    pub(crate) fn from_row(row: &Row) -> Result<Message> {
        let code: Option<String> = row.at(22)?;
        let failure = match code {
            Some(code) => Some(Failure { code, title: row.at(23)?, details: row.at(24)?, advice: row.at(25)? }),
            None => None,
        };
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
            payload: row.at(11)?,
            provider_id: row.at(12)?,
            reply_to: row.at(13)?,
            source: row.at(14)?,
            address: row.at(26)?,
            edited_at: row.at(15)?,
            deleted_at: row.at(16)?,
            progress: Progress {
                accepted_at: row.at(17)?,
                delivered_at: row.at(18)?,
                read_at: row.at(19)?,
                played_at: row.at(20)?,
                failed_at: row.at(21)?,
            },
            failure,
        })
    }

    /// By its id, or 404.
    pub fn get(w: &mut Work<'_, '_>, id: MessageId) -> Result<Message> {
        let sql = format!("SELECT {COLUMNS} FROM messages m WHERE m.organization_id = $1 AND m.id = $2");
        let row = w.tx.query_opt(&sql, store::params![w.caller.organization, id])?;
        Message::from_row(&row.ok_or_else(|| Error::not_found("message"))?)
    }

    /// The one that the channel's provider calls so.
    pub fn of_provider(w: &mut Work<'_, '_>, channel: ChannelId, provider_id: &str) -> Result<Option<Message>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM messages m WHERE m.organization_id = $1 AND m.channel_id = $2 AND m.provider_id = $3"
        );
        let row = w.tx.query_opt(&sql, store::params![w.caller.organization, channel, provider_id])?;
        row.as_ref().map(Message::from_row).transpose()
    }
}

/// Writes a message, and what follows from it for its conversation, unless its channel has one of the same provider's id
/// already; whether it did.
pub(crate) fn insert(w: &mut Work<'_, '_>, message: &Message) -> Result<bool> {
    let inserted = w.tx.execute(
        "INSERT INTO messages (organization_id, id, contact_id, channel_id, ticket_id, direction, type, body, status, actor,
                               sent_at, created_at, payload, provider_id, reply_to, source, address)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
         ON CONFLICT (organization_id, channel_id, provider_id) WHERE provider_id IS NOT NULL DO NOTHING",
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
            message.created_at,
            message.payload,
            message.provider_id,
            message.reply_to,
            message.source,
            message.address
        ],
    )?;
    if inserted == 1 {
        conversations::said(w, message)?;
        search::message_written(w, message)?;
    }
    Ok(inserted == 1)
}
