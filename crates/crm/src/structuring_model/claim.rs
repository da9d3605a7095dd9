//! Taking the next question of an organization, with the calls that it may cost.

use std::sync::Arc;

use store::{Tx, params};

use super::record::Record;
use super::usage::reserve;
use super::{BREAKS_AT, GIVEN_UP_AFTER_SECONDS, ModelEndpoint, find};
use crate::error::Result;
use crate::id::{ContactId, OrganizationId};
use crate::time::Timestamp;

/// Calls of one question: one, and another where its answer cannot be read.
const CALLS: i64 = 2;
/// Beside the time that its calls may take: who has not told the end of it by then is gone.
const CLAIM_MARGIN: i64 = 15;
/// Organizations that one look finds, at most.
const MOST_READY: i64 = 1_000;
/// Questions that are given up at once where the day's budget is at its end.
const MOST_GIVEN_UP: i64 = 500;

/// A question that is being asked.
#[derive(Debug, Clone)]
pub struct Taken {
    pub organization: OrganizationId,
    pub contact: ContactId,
    pub digest: i64,
    pub source: Arc<str>,
    pub country: Option<String>,
    pub(crate) record: Record,
    pub request_id: Arc<str>,
    /// Calls that failed before.
    pub attempts: i64,
    /// The how many-th time it was taken.
    pub claim: i64,
    /// Calls that it may cost, and that are taken from the day's budget.
    pub calls: i64,
    pub endpoint: ModelEndpoint,
    pub sealed_key: Option<Vec<u8>>,
}

#[derive(Debug)]
pub enum Claimed {
    /// Nothing is due, or nothing may be asked now.
    Nothing,
    /// There may be more at once.
    Passed,
    One(Box<Taken>),
}

/// Whether any organization has a model that is asked.
pub fn any_on(tx: &mut Tx<'_>) -> Result<bool> {
    Ok(tx.query_opt("SELECT 1 AS one FROM structuring_models WHERE mode <> 'off' LIMIT 1", params![])?.is_some())
}

/// Organizations that have something due, and whose model is not paused.
pub fn ready(tx: &mut Tx<'_>, now: Timestamp) -> Result<Vec<OrganizationId>> {
    let rows = tx.query(
        "SELECT m.organization_id FROM structuring_models m
         WHERE m.mode <> 'off' AND m.paused_until <= $1
           AND EXISTS (SELECT 1 FROM structuring_questions q
                       WHERE q.organization_id = m.organization_id AND q.due_at <= $1)
         LIMIT $2",
        params![now, MOST_READY],
    )?;
    rows.iter().map(|row| Ok(row.at(0)?)).collect()
}

/// Takes the one that has waited longest. `running`: questions of the organization that are being asked already; a model that
/// fails is asked one at a time. Runs in a [`store::Db::write_claim`].
pub fn claim(tx: &mut Tx<'_>, organization: OrganizationId, running: usize, now: Timestamp) -> Result<Claimed> {
    let Some((endpoint, sealed_key)) = find(tx, organization, now)? else { return Ok(Claimed::Nothing) };
    let broken = endpoint.state.failures >= BREAKS_AT;
    if endpoint.mode == super::Mode::Off || endpoint.state.paused_until.is_some() || broken && running > 0 {
        return Ok(Claimed::Nothing);
    }
    let calls = reserve(tx, organization, &endpoint, CALLS, now)?;
    if calls == 0 {
        let count = give_up(tx, organization, now)?;
        return Ok(if count == 0 { Claimed::Nothing } else { Claimed::Passed });
    }
    let suffix = tx.dialect().claim_suffix();
    let sql = format!(
        "WITH picked AS MATERIALIZED (
           SELECT contact_id, digest FROM structuring_questions WHERE organization_id = $1 AND due_at <= $2
           ORDER BY due_at, contact_id, digest LIMIT 1 {suffix})
         UPDATE structuring_questions
         SET due_at = $3, claims = claims + 1, claimed = $4, lapses = lapses + CASE WHEN claimed THEN 1 ELSE 0 END
         WHERE organization_id = $1 AND (contact_id, digest) IN (SELECT contact_id, digest FROM picked)
         RETURNING contact_id, digest, source, country, record, request_id, attempts, claims, lapses, created_at"
    );
    let until = now.plus_seconds(endpoint.timeout_seconds * CALLS + CLAIM_MARGIN);
    let Some(row) = tx.query_opt(&sql, params![organization, now, until, true])? else {
        super::usage::settle(tx, organization, calls, 0, now)?;
        return Ok(Claimed::Nothing);
    };
    let (contact, digest): (ContactId, i64) = (row.get("contact_id")?, row.get("digest")?);
    let created_at: Timestamp = row.get("created_at")?;
    let record = Record::parse(row.text("record")?);
    let late = created_at.plus_seconds(GIVEN_UP_AFTER_SECONDS) < now;
    // Whoever asked it was gone twice before the end: not a third time.
    let lapsed = row.get::<i64>("lapses")? > 1;
    let Some(record) = record.filter(|_| !late && !lapsed) else {
        super::usage::settle(tx, organization, calls, 0, now)?;
        tx.execute(
            "UPDATE structuring_questions SET status = 'failed', due_at = NULL, record = '', claimed = $4, finished_at = $5
             WHERE organization_id = $1 AND contact_id = $2 AND digest = $3",
            params![organization, contact, digest, false, now],
        )?;
        return Ok(Claimed::Passed);
    };
    Ok(Claimed::One(Box::new(Taken {
        organization,
        contact,
        digest,
        source: row.text("source")?.into(),
        country: row.get("country")?,
        record,
        request_id: row.text("request_id")?.into(),
        attempts: row.get("attempts")?,
        claim: row.get("claims")?,
        calls,
        endpoint,
        sealed_key,
    })))
}

/// The day's budget is at its end: the first engine's results stand.
fn give_up(tx: &mut Tx<'_>, organization: OrganizationId, now: Timestamp) -> Result<u64> {
    let sql = format!(
        "WITH picked AS MATERIALIZED (
           SELECT contact_id, digest FROM structuring_questions WHERE organization_id = $1 AND due_at <= $2 LIMIT $3 {})
         UPDATE structuring_questions SET status = 'failed', due_at = NULL, record = '', claimed = $4, finished_at = $2
         WHERE organization_id = $1 AND (contact_id, digest) IN (SELECT contact_id, digest FROM picked)",
        tx.dialect().claim_suffix()
    );
    Ok(tx.execute(&sql, params![organization, now, MOST_GIVEN_UP, false])?)
}

/// What was being asked is due: on the embedded database, which one server has to itself, whoever asked is gone when it starts.
pub fn reclaim_all(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64> {
    Ok(tx.execute("UPDATE structuring_questions SET due_at = $1 WHERE claimed AND due_at IS NOT NULL", params![now])?)
}
