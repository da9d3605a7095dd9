//! Remembered answers: a retried request gets the answer of the first, stored in the same transaction as the change.

use store::{Row, params};

use crate::error::{Error, Result};
use crate::time::Timestamp;
use crate::work::Work;

/// How long an answer is remembered.
pub const REMEMBERED_HOURS: i64 = 24;

/// What makes two requests the same one.
#[derive(Debug, Clone)]
pub struct RequestKey {
    /// Method and path.
    pub operation: String,
    /// The caller's own key, ≤ 255 characters.
    pub key: String,
    /// SHA-256 of query and body.
    pub request_hash: [u8; 32],
}

#[derive(Debug, Clone)]
pub struct Remembered {
    pub status: u16,
    pub body: Vec<u8>,
    pub etag: Option<String>,
    pub sealed: bool,
}

/// What to do with a request that carries a key.
#[derive(Debug)]
pub enum Claim {
    /// The first: do it, then `remember`.
    First,
    Replay(Remembered),
}

/// Claims the key by writing, so that of two twins one waits for the other. A row older than 24 h is taken over.
pub fn claim(w: &mut Work<'_, '_>, request: &RequestKey) -> Result<Claim> {
    let oldest = Timestamp::from_micros(w.now.micros() - REMEMBERED_HOURS * 3_600_000_000);
    let actor = w.caller.actor.to_string();
    let claimed = w.tx.execute(
        "INSERT INTO idempotency (organization_id, actor, operation, key, request_hash, status, body, sealed, created_at)
         VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $8)
         ON CONFLICT (organization_id, actor, operation, key) DO UPDATE
           SET request_hash = excluded.request_hash, status = 0, body = excluded.body, etag = NULL, sealed = excluded.sealed,
               created_at = excluded.created_at
           WHERE idempotency.created_at < $9",
        params![
            w.caller.organization,
            &actor,
            &request.operation,
            &request.key,
            &request.request_hash[..],
            &[] as &[u8],
            false,
            w.now,
            oldest
        ],
    )?;
    if claimed == 1 {
        return Ok(Claim::First);
    }
    let row = w.tx.query_one(
        "SELECT request_hash, status, body, etag, sealed FROM idempotency
         WHERE organization_id = $1 AND actor = $2 AND operation = $3 AND key = $4",
        params![w.caller.organization, &actor, &request.operation, &request.key],
    )?;
    if row.get::<Vec<u8>>("request_hash")? != request.request_hash {
        return Err(Error::IdempotencyReused);
    }
    remembered(&row).map(Claim::Replay)
}

/// What this very request was answered, without claiming anything.
pub fn recall(w: &mut Work<'_, '_>, request: &RequestKey) -> Result<Option<Remembered>> {
    let oldest = Timestamp::from_micros(w.now.micros() - REMEMBERED_HOURS * 3_600_000_000);
    let row = w.tx.query_opt(
        "SELECT status, body, etag, sealed FROM idempotency
         WHERE organization_id = $1 AND actor = $2 AND operation = $3 AND key = $4 AND request_hash = $5 AND created_at >= $6",
        params![
            w.caller.organization,
            w.caller.actor.to_string(),
            &request.operation,
            &request.key,
            &request.request_hash[..],
            oldest
        ],
    )?;
    row.as_ref().map(remembered).transpose()
}

fn remembered(row: &Row) -> Result<Remembered> {
    let status = u16::try_from(row.get::<i64>("status")?).unwrap_or(500);
    Ok(Remembered { status, body: row.get("body")?, etag: row.get("etag")?, sealed: row.get("sealed")? })
}

/// Stores the answer with the change.
pub fn remember(w: &mut Work<'_, '_>, request: &RequestKey, answer: &Remembered) -> Result<()> {
    w.tx.execute(
        "UPDATE idempotency SET status = $5, body = $6, etag = $7, sealed = $8
         WHERE organization_id = $1 AND actor = $2 AND operation = $3 AND key = $4",
        params![
            w.caller.organization,
            w.caller.actor.to_string(),
            &request.operation,
            &request.key,
            i64::from(answer.status),
            &answer.body[..],
            answer.etag.as_deref(),
            answer.sealed
        ],
    )?;
    Ok(())
}

/// Forgets what is older than 24 h, at most `limit` rows a call; answers how many.
pub fn forget_old(tx: &mut store::Tx<'_>, now: Timestamp, limit: i64) -> Result<u64> {
    let oldest = now.micros() - REMEMBERED_HOURS * 3_600_000_000;
    Ok(tx.execute(
        "DELETE FROM idempotency WHERE (organization_id, actor, operation, key) IN
           (SELECT organization_id, actor, operation, key FROM idempotency WHERE created_at < $1 LIMIT $2)",
        params![oldest, limit],
    )?)
}
