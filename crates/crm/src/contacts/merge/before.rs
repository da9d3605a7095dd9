//! What a merge keeps so that its undo can make two of one again, beside the list of moved rows: stored as JSON, so that
//! members are only ever added, with a default.

use serde::{Deserialize, Serialize};

use crate::contacts::{ChatStatus, Contact, ValueSource};
use crate::conversations::{Marker, ReadBefore};
use crate::customers::{Joined, Proposed};
use crate::id::{ChannelId, ContactId, MemberId, StageId, TicketId};
use crate::time::Timestamp;

/// A contact's own columns, as they were.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
pub(super) struct Columns {
    pub name: Option<String>,
    pub name_source: Option<ValueSource>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub email_source: Option<ValueSource>,
    pub wa_id: Option<String>,
    pub username: Option<String>,
    pub metadata: String,
    pub stage_id: Option<StageId>,
    pub chat_status: ChatStatus,
    pub blocked: bool,
    pub is_chat_read: bool,
    pub last_message_at: Option<i64>,
    pub last_inbound_at: Option<i64>,
    pub opted_out_at: Option<i64>,
    pub preference_at: Option<i64>,
    #[serde(default)]
    pub assistant_paused: bool,
    #[serde(default)]
    pub phone_source: Option<ValueSource>,
    #[serde(default)]
    pub moved_at: Option<i64>,
}

impl Columns {
    pub(super) fn of(contact: &Contact) -> Columns {
        let micros = |at: Option<Timestamp>| at.map(Timestamp::micros);
        Columns {
            name: contact.name.clone(),
            name_source: contact.name_source,
            phone: contact.phone.clone(),
            email: contact.email.clone(),
            email_source: contact.email_source,
            wa_id: contact.wa_id.clone(),
            username: contact.username.clone(),
            metadata: contact.metadata.clone(),
            stage_id: contact.stage_id,
            chat_status: contact.chat_status,
            blocked: contact.blocked,
            is_chat_read: contact.is_chat_read,
            last_message_at: micros(contact.last_message_at),
            last_inbound_at: micros(contact.last_inbound_at),
            opted_out_at: micros(contact.opted_out_at),
            preference_at: micros(contact.preference_at),
            assistant_paused: contact.assistant_paused,
            phone_source: contact.phone_source,
            moved_at: micros(contact.moved_at),
        }
    }

    pub(super) fn put_back(&self, contact: &mut Contact) {
        let instant = |at: Option<i64>| at.map(Timestamp::from_micros);
        contact.name.clone_from(&self.name);
        contact.name_source = self.name_source;
        contact.phone.clone_from(&self.phone);
        contact.email.clone_from(&self.email);
        contact.email_source = self.email_source;
        contact.wa_id.clone_from(&self.wa_id);
        contact.username.clone_from(&self.username);
        contact.metadata.clone_from(&self.metadata);
        contact.stage_id = self.stage_id;
        contact.chat_status = self.chat_status;
        contact.blocked = self.blocked;
        contact.is_chat_read = self.is_chat_read;
        contact.last_message_at = instant(self.last_message_at);
        contact.last_inbound_at = instant(self.last_inbound_at);
        contact.opted_out_at = instant(self.opted_out_at);
        contact.preference_at = instant(self.preference_at);
        contact.assistant_paused = self.assistant_paused;
        contact.phone_source = self.phone_source;
        contact.moved_at = instant(self.moved_at);
    }
}

/// What is needed to make two of one again, beside the list of moved rows.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Before {
    /// None where only the customers were joined.
    pub contacts: Option<ContactsBefore>,
    /// None where they had one customer already.
    pub customers: Option<Joined>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ContactsBefore {
    pub survivor: Columns,
    /// The survivor right after the merge: what is another since stays.
    pub merged_as: Columns,
    pub merged: Columns,
    /// (channel, kind, value)
    pub identifiers: Vec<(ChannelId, String, String)>,
    pub tags: Vec<i64>,
    pub tags_added: Vec<i64>,
    pub agents: Vec<MemberId>,
    pub agents_added: Vec<MemberId>,
    /// Proposals to join the merged one with somebody, and which of them, (kind, value), the survivor did not have.
    #[serde(default)]
    pub proposals: Vec<Proposed>,
    #[serde(default)]
    pub proposals_added: Vec<(String, String)>,
    /// Ids that had turned out to be the merged one.
    pub stubs: Vec<ContactId>,
    /// Of two open tickets the younger, which was closed.
    pub closed_ticket: Option<TicketId>,
    /// How far each was read, and how much of both was not.
    #[serde(default)]
    pub read: [Option<Marker>; 2],
    #[serde(default)]
    pub unread: i64,
    /// Drafts that moved: whose, and their `updated_at` (microseconds).
    #[serde(default)]
    pub drafts: Vec<(MemberId, i64)>,
}

impl ContactsBefore {
    /// The number that the merged one was reached by: what was exchanged with it stays with it.
    pub(super) fn number(&self) -> Option<&str> {
        let phone = self.merged.phone.as_deref()?;
        self.identifiers.iter().any(|(_, kind, value)| kind == "phone" && value == phone).then_some(phone)
    }

    /// `merged_at`: when the merge was.
    pub(super) fn read_before(&self, merged_at: Timestamp) -> ReadBefore {
        ReadBefore { markers: self.read, all: [self.survivor.is_chat_read, self.merged.is_chat_read], merged_at }
    }
}
