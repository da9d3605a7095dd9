//! Merges, as they are told of.

use store::params;

use super::before::Before;
use super::{MergeRule, Merged};
use crate::error::{Error, Result};
use crate::id::{ContactId, MergeId};
use crate::time::Timestamp;
use crate::work::Work;

/// A merge, as it is told of.
#[derive(Debug)]
pub struct MergeRow {
    pub merged: Merged,
    pub rule: MergeRule,
    /// Stored form of [`crate::Actor`].
    pub actor: String,
    pub created_at: Timestamp,
    pub undone_at: Option<Timestamp>,
}

const ROW: &str = "id, contact_id, merged_id, status, rule, actor, created_at, undone_at, before";

impl MergeRow {
    fn from_row(row: &store::Row) -> Result<MergeRow> {
        let before: Before =
            serde_json::from_str(row.text("before")?).map_err(|error| Error::Internal(format!("a merge: {error}")))?;
        Ok(MergeRow {
            merged: Merged {
                id: row.at(0)?,
                contact: row.at(1)?,
                merged: row.at(2)?,
                status: row.at(3)?,
                one_contact: before.contacts.is_some(),
            },
            rule: row.at(4)?,
            actor: row.at(5)?,
            created_at: row.at(6)?,
            undone_at: row.at(7)?,
        })
    }
}

/// By its id, or 404.
pub fn merge_row(w: &mut Work<'_, '_>, id: MergeId) -> Result<MergeRow> {
    let sql = format!("SELECT {ROW} FROM merges WHERE organization_id = $1 AND id = $2");
    let row = w.tx.query_opt(&sql, params![w.caller.organization, id])?;
    MergeRow::from_row(&row.ok_or_else(|| Error::not_found("merge"))?)
}

/// Merges that the contact was in, newest first.
pub fn merges_of(w: &mut Work<'_, '_>, contact: ContactId) -> Result<Vec<MergeRow>> {
    let sql = format!(
        "SELECT {ROW} FROM merges WHERE organization_id = $1 AND (contact_id = $2 OR merged_id = $2) ORDER BY id DESC LIMIT 100"
    );
    w.tx.query(&sql, params![w.caller.organization, contact])?.iter().map(MergeRow::from_row).collect()
}
