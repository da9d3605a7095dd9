//! The line of records that the model is to be asked about: joined in the transaction that wrote what was found at once.

use store::params;

use super::Status;
use super::record::Asks;
use crate::error::Result;
use crate::id::{ContactId, StructuringId};
use crate::provenance::{COLUMNS, Run};
use crate::work::Work;

/// A question and what became of it.
#[derive(Debug, Clone)]
pub struct Asked {
    pub contact: ContactId,
    pub digest: i64,
    pub status: Status,
    pub structuring: Option<StructuringId>,
    pub review_count: i64,
}

/// One statement, whatever is there. What was asked before is not asked again; what failed is.
pub fn enqueue(
    w: &mut Work<'_, '_>,
    contact: ContactId,
    source: &str,
    country: Option<&str>,
    asks: &Asks,
) -> Result<Asked> {
    let row = w.tx.query_one(
        "INSERT INTO structuring_questions (organization_id, contact_id, digest, source, country, record, request_id, status,
           attempts, claims, claimed, lapses, due_at, review_count, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'waiting', 0, 0, $9, 0, $8, 0, $8)
         ON CONFLICT (organization_id, contact_id, digest) DO UPDATE SET
           record = CASE WHEN structuring_questions.status = 'failed' THEN excluded.record ELSE structuring_questions.record END,
           request_id =
             CASE WHEN structuring_questions.status = 'failed' THEN excluded.request_id ELSE structuring_questions.request_id END,
           attempts = CASE WHEN structuring_questions.status = 'failed' THEN 0 ELSE structuring_questions.attempts END,
           lapses = CASE WHEN structuring_questions.status = 'failed' THEN 0 ELSE structuring_questions.lapses END,
           due_at = CASE WHEN structuring_questions.status = 'failed' THEN excluded.due_at ELSE structuring_questions.due_at END,
           created_at =
             CASE WHEN structuring_questions.status = 'failed' THEN excluded.created_at ELSE structuring_questions.created_at END,
           finished_at = CASE WHEN structuring_questions.status = 'failed' THEN NULL ELSE structuring_questions.finished_at END,
           status = CASE WHEN structuring_questions.status = 'failed' THEN 'waiting' ELSE structuring_questions.status END
         RETURNING status, structuring_id, review_count",
        params![
            w.caller.organization,
            contact,
            asks.digest,
            source,
            country,
            asks.record,
            &*w.caller.request_id,
            w.now,
            false
        ],
    )?;
    w.tx.announce();
    Ok(Asked { contact, digest: asks.digest, status: row.at(0)?, structuring: row.at(1)?, review_count: row.at(2)? })
}

/// What the model found and was written; none where nothing was.
pub fn run_of(w: &mut Work<'_, '_>, asked: &Asked) -> Result<Option<Run>> {
    let Some(id) = asked.structuring else { return Ok(None) };
    let sql = format!("SELECT {COLUMNS} FROM structurings s WHERE s.organization_id = $1 AND s.id = $2");
    w.tx.query_opt(&sql, params![w.caller.organization, id])?.map(|row| Run::from_row(&row)).transpose()
}

/// What became of it by now.
pub fn asked(w: &mut Work<'_, '_>, contact: ContactId, digest: i64) -> Result<Option<Asked>> {
    let row = w.tx.query_opt(
        "SELECT status, structuring_id, review_count FROM structuring_questions
         WHERE organization_id = $1 AND contact_id = $2 AND digest = $3",
        params![w.caller.organization, contact, digest],
    )?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Asked { contact, digest, status: row.at(0)?, structuring: row.at(1)?, review_count: row.at(2)? }))
}
