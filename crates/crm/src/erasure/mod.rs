//! Erasing a person: all contacts of one customer, on every channel, and everything that is kept of them. The first transaction
//! makes the person nobody's, so that whoever comes again is somebody new; what there is a lot of is overwritten in pieces, each a
//! transaction of a few milliseconds that also says how far it came. Rows stay where something else stands on them: ids, times,
//! topics and numbers are nobody's data (docs/decisions/074).

mod begin;
mod events;
mod kept;
mod messages;
mod piece;
mod quotes;
mod read;
mod records;
mod tables;

pub use begin::begin;
pub use kept::{Kept, MOST_ROWS, kept};
pub use piece::{Piece, Step, piece, unfinished};
pub use read::{get, list};
pub use tables::{Erases, TABLES};

use std::collections::BTreeMap;

use store::Row;

use crate::error::{Error, Result};
use crate::id::{ContactId, CustomerId, ErasureId};
use crate::time::Timestamp;
use crate::wire_enum;

wire_enum! {
    pub enum ErasureStatus {
        /// The person is gone for everybody; what there is much of is still being overwritten.
        Running = "running",
        Done = "done",
    }
}

/// How many rows of which table.
pub type Counts = BTreeMap<String, i64>;

/// The receipt: nothing of whom it was about.
#[derive(Debug, Clone)]
pub struct Erasure {
    pub id: ErasureId,
    /// Whom the call named.
    pub contact: ContactId,
    pub customer: CustomerId,
    pub status: ErasureStatus,
    pub counts: Counts,
    /// Stored form of [`crate::Actor`].
    pub actor: String,
    pub started_at: Timestamp,
    pub finished_at: Option<Timestamp>,
}

const COLUMNS: &str = "id, contact_id, customer_id, counts, actor, started_at, finished_at";

impl Erasure {
    fn from_row(row: &Row) -> Result<Erasure> {
        let finished_at: Option<Timestamp> = row.at(6)?;
        Ok(Erasure {
            id: row.at(0)?,
            contact: row.at(1)?,
            customer: row.at(2)?,
            status: if finished_at.is_some() { ErasureStatus::Done } else { ErasureStatus::Running },
            counts: counts_of(row.text("counts")?)?,
            actor: row.at(4)?,
            started_at: row.at(5)?,
            finished_at,
        })
    }
}

fn counts_of(stored: &str) -> Result<Counts> {
    serde_json::from_str(stored).map_err(|error| Error::Internal(format!("counts of an erasure: {error}")))
}

/// What a person's whole log, their texts and their remembered answers say from then on.
const ERASED: &str = r#"{"erased":true}"#;

fn add(counts: &mut Counts, table: &str, rows: u64) {
    if rows > 0 {
        *counts.entry(table.to_owned()).or_default() += i64::try_from(rows).unwrap_or(i64::MAX);
    }
}
