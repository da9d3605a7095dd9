//! Schema drift: keys of metadata that no field knows. A chore counts them off the event log; from 20 contacts on one is
//! a proposal to make a field, which a person accepts (then history is filled, in pieces) or dismisses.

mod accept;
mod fill;
mod guess;
mod list;
mod watch;

pub use accept::{Acceptance, accept, dismiss};
pub use fill::fill;
pub use list::{get, page};
pub use watch::watch;

use store::Row;
use structuring::FieldType;

use crate::error::{Error, Result};
use crate::id::{FieldId, ProposalId};
use crate::time::Timestamp;
use crate::wire_enum;

/// How many contacts must have a key before it is proposed.
pub const CONTACTS: i64 = 20;

wire_enum! {
    pub enum ProposalStatus {
        /// Waits for a person.
        Proposed = "proposed",
        /// Accepted; what is in the metadata of contacts is being moved into the field.
        Filling = "filling",
        Accepted = "accepted",
        Dismissed = "dismissed",
    }
}

#[derive(Debug, Clone)]
pub struct Proposal {
    pub id: ProposalId,
    pub key: String,
    pub status: ProposalStatus,
    /// How many contacts got the key.
    pub contacts: i64,
    pub field_type: FieldType,
    /// Of a select.
    pub options: Vec<String>,
    pub first_seen_at: Timestamp,
    pub last_seen_at: Timestamp,
    pub decided_at: Option<Timestamp>,
    pub decided_by: Option<String>,
    /// The field that was made.
    pub field_id: Option<FieldId>,
    /// How many customers it was filled of so far.
    pub filled: i64,
}

const COLUMNS: &str = "id, key, status, contacts, type, options, first_seen_at, last_seen_at, decided_at, decided_by, field_id, \
     filled";

impl Proposal {
    fn from_row(row: &Row) -> Result<Proposal> {
        let field_type: Option<String> = row.get("type")?;
        let field_type = field_type.as_deref().and_then(FieldType::from_name);
        Ok(Proposal {
            id: row.get("id")?,
            key: row.get("key")?,
            status: row.get("status")?,
            contacts: row.get("contacts")?,
            field_type: field_type.ok_or_else(|| Error::Internal("a proposal without its type".to_owned()))?,
            options: serde_json::from_str(row.text("options")?)
                .map_err(|error| Error::Internal(format!("options of a proposal: {error}")))?,
            first_seen_at: row.get("first_seen_at")?,
            last_seen_at: row.get("last_seen_at")?,
            decided_at: row.get("decided_at")?,
            decided_by: row.get("decided_by")?,
            field_id: row.get("field_id")?,
            filled: row.get("filled")?,
        })
    }
}

/// A key's name for people: `fecha_nac` → `Fecha nac`.
pub fn name_of(key: &str) -> String {
    let text = key.replace('_', " ");
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
