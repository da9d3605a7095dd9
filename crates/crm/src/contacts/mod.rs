//! A person on one channel.

mod assign;
mod assistant;
mod detail;
mod identity;
mod list;
mod merge;
mod named_twice;
mod not_same;
mod phone;
mod recognize;
mod save;
mod tag;
mod update;

pub use assign::{Assigned, Leaving, assign, opened_for};
pub(crate) use assign::{Reason, assign_for};
pub use assistant::pause_assistant;
pub(crate) use assistant::turned as assistant_turned;
pub use detail::{Detail, detail};
pub use identity::{IdentifierRow, Identity, ProposalRow, identity};
pub use list::{
    ContactFilter, ContactSort, FieldFilter, MOST_CONTACTS, browse, by_identifier, by_number, recent, search,
    with_open_tickets,
};
pub(crate) use merge::note_joined;
pub use merge::{
    Follows, MOVED_AT_ONCE, MergeRow, MergeRule, MergeStatus, Merged, NAMED, merge, merge_row, merges_of, move_on,
    undo_merge,
};
pub use named_twice::check_is_theirs;
pub use not_same::dismiss_proposal;
pub use recognize::{Naming, recognize};
pub(crate) use save::{insert, save, save_activity};
pub use tag::{TaggedByName, add_by_name, replace_tags, tags_of, unknown_contact};
pub(crate) use tag::{check_tag, put_tag};
pub use update::{Edit, edit, update_metadata};

use serde::Serialize;
use store::{Row, Tx, params};
use structuring::json::Object;

use crate::error::{Error, FieldError, Result};
use crate::id::{ChannelId, ContactId, CustomerId, OrganizationId, StageId};
use crate::setup::Setup;
use crate::time::Timestamp;
use crate::wire_enum;
use crate::work::Work;

wire_enum! {
    pub enum ChatStatus {
        /// The last message is inbound.
        Unattended = "UNATTENDED",
        Attended = "ATTENDED",
        /// The last ticket is closed and nothing came in since.
        Closed = "CLOSED",
    }
}

wire_enum! {
    /// Who said a value; what a stronger one said is never overwritten by an inference.
    pub enum ValueSource { Explicit = "explicit", Member = "member", Inferred = "inferred", Channel = "channel" }
}

impl ValueSource {
    /// Whether a value that was inferred now may replace it.
    pub fn yields_to_inference(self) -> bool {
        matches!(self, ValueSource::Inferred | ValueSource::Channel)
    }
}

#[derive(Debug, Clone)]
pub struct Contact {
    pub id: ContactId,
    pub customer_id: CustomerId,
    pub channel_id: ChannelId,
    pub name: Option<String>,
    pub name_source: Option<ValueSource>,
    /// E.164
    pub phone: Option<String>,
    /// Who said the phone; none where its channel did, or nobody knows any more.
    pub phone_source: Option<ValueSource>,
    pub email: Option<String>,
    pub email_source: Option<ValueSource>,
    pub external_user_id: Option<String>,
    /// As WhatsApp last gave it: digits, and what messages are sent to.
    pub wa_id: Option<String>,
    /// On WhatsApp; shown, never a key.
    pub username: Option<String>,
    /// JSON object, keys in snake_case.
    pub metadata: String,
    /// Of the open ticket, else of the last one.
    pub stage_id: Option<StageId>,
    pub chat_status: ChatStatus,
    pub blocked: bool,
    pub is_chat_read: bool,
    pub last_message_at: Option<Timestamp>,
    pub last_inbound_at: Option<Timestamp>,
    /// When WhatsApp last told of another number of theirs.
    pub moved_at: Option<Timestamp>,
    /// Since when the person wants no marketing.
    pub opted_out_at: Option<Timestamp>,
    /// When they last said whether they want it.
    pub preference_at: Option<Timestamp>,
    /// Whether an assistant may not answer by itself.
    pub assistant_paused: bool,
    /// The contact that this one turned out to be; [`NOBODY`] where the person was erased.
    pub merged_into: Option<ContactId>,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Of the words that it is found by, as they were read; 0 of one that is new.
    pub(crate) words_hash: u64,
}

pub(crate) const COLUMNS: &str = "c.id, c.customer_id, c.channel_id, c.name, c.name_source, c.phone, c.email, c.email_source, \
     c.external_user_id, c.metadata, c.stage_id, c.chat_status, c.blocked, c.is_chat_read, c.last_message_at, \
     c.last_inbound_at, c.version, c.created_at, c.updated_at, c.wa_id, c.username, c.opted_out_at, c.merged_into, \
     c.preference_at, c.assistant_paused, c.phone_source, c.moved_at";

/// Whom an erased contact is an alias of: it is found by nothing, and answers as nobody.
pub(crate) const NOBODY: ContactId = ContactId(uuid::Uuid::nil());

impl Contact {
    pub(crate) fn is_erased(&self) -> bool {
        self.merged_into == Some(NOBODY)
    }

    pub(crate) fn from_row(row: &Row) -> Result<Contact> {
        let mut contact = Contact {
            id: row.at(0)?,
            customer_id: row.at(1)?,
            channel_id: row.at(2)?,
            name: row.at(3)?,
            name_source: row.at(4)?,
            phone: row.at(5)?,
            email: row.at(6)?,
            email_source: row.at(7)?,
            external_user_id: row.at(8)?,
            metadata: row.at(9)?,
            stage_id: row.at(10)?,
            chat_status: row.at(11)?,
            blocked: row.at(12)?,
            is_chat_read: row.at(13)?,
            last_message_at: row.at(14)?,
            last_inbound_at: row.at(15)?,
            version: row.at(16)?,
            created_at: row.at(17)?,
            updated_at: row.at(18)?,
            wa_id: row.at(19)?,
            username: row.at(20)?,
            opted_out_at: row.at(21)?,
            merged_into: row.at(22)?,
            preference_at: row.at(23)?,
            assistant_paused: row.at(24)?,
            phone_source: row.at(25)?,
            moved_at: row.at(26)?,
            words_hash: 0,
        };
        contact.words_hash = crate::search::contact_hash(&contact);
        Ok(contact)
    }

    /// One that turned out to be another answers as that other.
    pub fn find(tx: &mut Tx<'_>, organization: OrganizationId, id: ContactId) -> Result<Option<Contact>> {
        let found = Contact::as_stored(tx, organization, id)?;
        match found.as_ref().and_then(|contact| contact.merged_into) {
            Some(survivor) => Contact::as_stored(tx, organization, survivor),
            None => Ok(found),
        }
    }

    /// The row itself, also of one that turned out to be another.
    pub(crate) fn as_stored(tx: &mut Tx<'_>, organization: OrganizationId, id: ContactId) -> Result<Option<Contact>> {
        let sql = format!("SELECT {COLUMNS} FROM contacts c WHERE c.organization_id = $1 AND c.id = $2");
        tx.query_opt(&sql, params![organization, id])?.as_ref().map(Contact::from_row).transpose()
    }

    /// The id that a filter means: of one that turned out to be another the other's. 400 for nobody's.
    pub fn meant(w: &mut Work<'_, '_>, id: ContactId) -> Result<ContactId> {
        let found = Contact::find(w.tx, w.caller.organization, id)?;
        let nobody = || Error::Invalid(vec![FieldError::unknown_reference("?contact_id", "contact", id)]);
        Ok(found.ok_or_else(nobody)?.id)
    }

    /// By its id, or 404.
    pub fn get(w: &mut Work<'_, '_>, id: ContactId) -> Result<Contact> {
        let organization = w.organization();
        Contact::find(w.tx, organization, id)?.ok_or_else(|| Error::not_found("contact"))
    }

    pub fn metadata(&self) -> Result<Object> {
        structuring::Json::parse(self.metadata.as_bytes(), structuring::json::Mode::Lenient)
            .ok()
            .and_then(structuring::Json::into_object)
            .ok_or_else(|| Error::Internal("contact metadata is not a JSON object".into()))
    }

    /// The chat status while a ticket is open: whether the person waits for an answer.
    pub(crate) fn status_while_open(&self) -> ChatStatus {
        match self.last_inbound_at {
            Some(inbound) if self.last_message_at.is_none_or(|last| inbound >= last) => ChatStatus::Unattended,
            _ => ChatStatus::Attended,
        }
    }

    /// WhatsApp lets a business write freely for 24 h after a person's last message; after that only templates. None on other
    /// channels, and where they never wrote; what came before WhatsApp told of another number opened the window of the one before.
    pub fn service_window_ends_at(&self, setup: &Setup) -> Option<Timestamp> {
        let cloud = setup.channel(self.channel_id)?.speaks_cloud();
        let wrote_at = self.last_inbound_at.filter(|at| self.moved_at.is_none_or(|moved| *at > moved))?;
        Some(wrote_at.plus_seconds(24 * 3600)).filter(|_| cloud)
    }

    /// Whether anything happened with this contact: a message, a note, a ticket.
    pub(crate) fn has_history(&self, w: &mut Work<'_, '_>) -> Result<bool> {
        let row = w.tx.query_one(
            "SELECT EXISTS (SELECT 1 FROM messages WHERE organization_id = $1 AND contact_id = $2)
                 OR EXISTS (SELECT 1 FROM tickets WHERE organization_id = $1 AND contact_id = $2) AS history",
            params![w.caller.organization, self.id],
        )?;
        Ok(row.at(0)?)
    }
}

/// The part of a contact that events carry.
#[derive(Debug, Serialize)]
pub(crate) struct ContactSnapshot<'a> {
    id: ContactId,
    customer_id: CustomerId,
    channel_id: ChannelId,
    platform: &'static str,
    name: Option<&'a str>,
    phone: Option<&'a str>,
    email: Option<&'a str>,
    external_user_id: Option<&'a str>,
}

impl Contact {
    pub(crate) fn snapshot(&self, w: &Work<'_, '_>) -> serde_json::Value {
        let platform = w.setup.channel(self.channel_id).map_or("", |c| c.channel_type.name());
        serde_json::json!(ContactSnapshot {
            id: self.id,
            customer_id: self.customer_id,
            channel_id: self.channel_id,
            platform,
            name: self.name.as_deref(),
            phone: self.phone.as_deref(),
            email: self.email.as_deref(),
            external_user_id: self.external_user_id.as_deref(),
        })
    }
}
