//! Taking what is due, so that no other node takes it as well. A try that is never told the end of lapses, and the next
//! who looks takes it again.

use std::sync::Arc;

use store::{Tx, params};

use super::schedule::{BREAKS_AT, CLAIM_SECONDS};
use crate::error::Result;
use crate::id::{EventId, OrganizationId, WebhookId};
use crate::query::Query;
use crate::time::Timestamp;

/// Endpoints that one look finds, at most; the next look finds others.
const MOST_READY: i64 = 10_000;

pub type Ready = (OrganizationId, WebhookId);

/// Active endpoints for which something is due, and which are not paused.
pub fn ready(tx: &mut Tx<'_>, now: Timestamp) -> Result<Vec<Ready>> {
    let rows = tx.query(
        "SELECT w.organization_id, w.id FROM webhooks w
         WHERE w.active AND w.deleted_at IS NULL AND w.paused_until <= $1
           AND EXISTS (SELECT 1 FROM webhook_deliveries d
                       WHERE d.organization_id = w.organization_id AND d.endpoint_id = w.id AND d.due_at <= $1)
         LIMIT $2",
        params![now, MOST_READY],
    )?;
    rows.iter().map(|row| Ok((row.at(0)?, row.at(1)?))).collect()
}

/// How much of an endpoint is taken.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub endpoint: Ready,
    pub most: i64,
    /// Tries of it that run already: one that fails is given one at a time.
    pub running: i64,
}

/// An endpoint, and what of it was taken.
#[derive(Debug, Clone)]
pub struct Claimed {
    pub organization: OrganizationId,
    pub endpoint: WebhookId,
    pub url: String,
    /// Sealed: the one that signs, and the former one while that signs along.
    pub secrets: Vec<Vec<u8>>,
    pub due: Vec<Due>,
}

/// One event to be sent.
#[derive(Debug, Clone)]
pub struct Due {
    pub event: EventId,
    pub topic: String,
    pub body: Arc<str>,
    /// The how many-th try this is, from 1.
    pub attempt: i64,
    /// The how many-th time it was taken.
    pub claim: i64,
}

/// Takes what is due of these endpoints, as far as the time of a background closure goes; also how many of them it looked
/// at. Runs in a [`store::Db::write_claim`].
pub fn claim(tx: &mut Tx<'_>, wanted: &[Wanted], now: Timestamp) -> Result<(Vec<Claimed>, usize)> {
    let mut claimed = Vec::new();
    for (looked, wanted) in wanted.iter().enumerate() {
        if looked > 0 && tx.out_of_time() {
            return Ok((claimed, looked));
        }
        claimed.extend(claim_of(tx, wanted, now)?);
    }
    Ok((claimed, wanted.len()))
}

fn claim_of(tx: &mut Tx<'_>, wanted: &Wanted, now: Timestamp) -> Result<Option<Claimed>> {
    let (organization, endpoint) = wanted.endpoint;
    let row = tx.query_opt(
        "SELECT url, secret, CASE WHEN previous_until > $3 THEN previous_secret END AS previous, failures FROM webhooks
         WHERE organization_id = $1 AND id = $2 AND active AND deleted_at IS NULL AND paused_until <= $3",
        params![organization, endpoint, now],
    )?;
    let Some(row) = row else { return Ok(None) };
    let failures: i64 = row.get("failures")?;
    let most = if failures >= BREAKS_AT { (1 - wanted.running).max(0) } else { wanted.most };
    if most == 0 {
        return Ok(None);
    }
    let sql = format!(
        "SELECT event_id, attempts, claims FROM webhook_deliveries
         WHERE organization_id = $1 AND endpoint_id = $2 AND due_at <= $3 ORDER BY due_at, event_id LIMIT $4 {}",
        tx.dialect().claim_suffix()
    );
    let rows = tx.query(&sql, params![organization, endpoint, now, most])?;
    if !rows.is_empty() {
        let mut taken = Query::new("UPDATE webhook_deliveries SET claims = claims + 1, claimed = ", true);
        taken.push(", due_at = ", now.plus_seconds(CLAIM_SECONDS));
        taken.push(" WHERE organization_id = ", organization).push(" AND endpoint_id = ", endpoint);
        of_events(&mut taken, &rows)?;
        tx.execute(taken.sql(), &taken.params())?;
    }
    let mut due = Vec::with_capacity(rows.len());
    let bodies = if rows.is_empty() { Vec::new() } else { bodies(tx, organization, &rows)? };
    for row in &rows {
        let event: EventId = row.at(0)?;
        match bodies.iter().find(|(id, ..)| *id == event) {
            Some((_, topic, body)) => due.push(Due {
                event,
                topic: topic.clone(),
                body: body.clone(),
                attempt: row.at::<i64>(1)? + 1,
                claim: row.at::<i64>(2)? + 1,
            }),
            // What it would send is not kept any more.
            None => {
                tx.execute(
                    "DELETE FROM webhook_deliveries WHERE organization_id = $1 AND endpoint_id = $2 AND event_id = $3",
                    params![organization, endpoint, event],
                )?;
            }
        }
    }
    let previous: Option<Vec<u8>> = row.get("previous")?;
    let secrets = [row.get("secret")?].into_iter().chain(previous).collect();
    Ok(Some(Claimed { organization, endpoint, url: row.get("url")?, secrets, due }))
}

fn bodies(
    tx: &mut Tx<'_>,
    organization: OrganizationId,
    claimed: &[store::Row],
) -> Result<Vec<(EventId, String, Arc<str>)>> {
    let mut query =
        Query::new("SELECT event_id, topic, body FROM webhook_bodies WHERE organization_id = ", organization);
    of_events(&mut query, claimed)?;
    let rows = tx.query(query.sql(), &query.params())?;
    rows.iter().map(|row| Ok((row.at(0)?, row.at(1)?, Arc::from(row.text("body")?)))).collect()
}

/// Of the events that these rows begin with.
fn of_events(query: &mut Query, rows: &[store::Row]) -> Result<()> {
    query.text(" AND event_id IN (");
    for (n, row) in rows.iter().enumerate() {
        query.push(if n == 0 { "" } else { ", " }, row.at::<EventId>(0)?);
    }
    query.text(")");
    Ok(())
}

/// What was being tried is due: on the embedded database, which one server has to itself, whoever tried it is gone when it
/// starts.
pub fn reclaim_all(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64> {
    Ok(tx.execute("UPDATE webhook_deliveries SET due_at = $1, claimed = $2 WHERE claimed", params![now, false])?)
}
