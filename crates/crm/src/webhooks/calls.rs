//! Every try, as it can be looked up.

use serde::Serialize;
use store::{Row, params};

use super::finish::{Tried, Verdict};
use crate::error::Result;
use crate::id::{EventId, WebhookCallId, WebhookId};
use crate::query::Query;
use crate::time::Timestamp;
use crate::work::Work;

/// One try.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[schemars(rename = "WebhookCall")]
pub struct Call {
    pub id: WebhookCallId,
    pub webhook_id: WebhookId,
    /// What the receiver got as `webhook-id`.
    pub event_id: EventId,
    pub topic: String,
    /// From 1; 0: a test.
    pub attempt: i64,
    /// `delivered`, `retrying`, or `failed`: it was the last try.
    pub outcome: String,
    /// Of HTTP; null where there was no answer.
    pub status: Option<i64>,
    /// Why there was none.
    pub error: Option<String>,
    pub request: CallRequest,
    /// The first 4 KiB of the answer's body.
    pub response: Option<String>,
    pub started_at: Timestamp,
    pub duration_ms: i64,
    pub next_try_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[schemars(rename = "WebhookCallRequest")]
pub struct CallRequest {
    pub method: &'static str,
    /// As it is now.
    pub url: String,
    /// The body that was sent; null once it is not kept any more.
    pub body: Option<String>,
}

#[derive(Debug, Clone, Default)]
pub struct CallFilter {
    pub id: Option<WebhookCallId>,
    pub endpoint: Option<WebhookId>,
    pub topic: Option<String>,
    /// A status of HTTP.
    pub status: Option<i64>,
    pub outcome: Option<String>,
    /// Those before this one.
    pub before: Option<WebhookCallId>,
    pub offset: i64,
    pub limit: i64,
}

/// Newest first.
pub fn calls(w: &mut Work<'_, '_>, filter: &CallFilter) -> Result<Vec<Call>> {
    let mut query = Query::new(
        "SELECT c.id, c.endpoint_id, c.event_id, c.topic, c.attempt, c.outcome, c.status, c.error, c.answer, c.started_at,
                c.duration_ms, c.next_try_at, w.url, b.body
         FROM webhook_calls c
         JOIN webhooks w ON w.organization_id = c.organization_id AND w.id = c.endpoint_id
         LEFT JOIN webhook_bodies b ON b.organization_id = c.organization_id AND b.event_id = c.event_id
         WHERE c.organization_id = ",
        w.caller.organization,
    );
    query
        .and_if("c.id = ", &filter.id)
        .and_if("c.endpoint_id = ", &filter.endpoint)
        .and_if("c.topic = ", &filter.topic);
    query
        .and_if("c.status = ", &filter.status)
        .and_if("c.outcome = ", &filter.outcome)
        .and_if("c.id < ", &filter.before);
    query.push(" ORDER BY c.id DESC LIMIT ", filter.limit).push(" OFFSET ", filter.offset);
    w.tx.query(query.sql(), &query.params())?.iter().map(from_row).collect()
}

fn from_row(row: &Row) -> Result<Call> {
    Ok(Call {
        id: row.at(0)?,
        webhook_id: row.at(1)?,
        event_id: row.at(2)?,
        topic: row.at(3)?,
        attempt: row.at(4)?,
        outcome: row.at(5)?,
        status: row.at(6)?,
        error: row.at(7)?,
        response: row.at(8)?,
        started_at: row.at(9)?,
        duration_ms: row.at(10)?,
        next_try_at: row.at(11)?,
        request: CallRequest { method: "POST", url: row.at(12)?, body: row.at(13)? },
    })
}

/// A test, with what it came to. It says nothing about the endpoint: it was asked for.
pub fn record_test(w: &mut Work<'_, '_>, tried: &Tried, body: &str) -> Result<Call> {
    let delivered = tried.verdict == Verdict::Delivered;
    w.tx.execute(
        "INSERT INTO webhook_bodies (organization_id, event_id, topic, body, queued_at) VALUES ($1, $2, $3, $4, $5)",
        params![w.caller.organization, tried.event, tried.topic, body, w.now],
    )?;
    w.tx.execute(
        "INSERT INTO webhook_calls (organization_id, id, endpoint_id, event_id, topic, attempt, outcome, status, error, answer,
                                    started_at, duration_ms)
         VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $8, $9, $10, $11)",
        params![
            w.caller.organization,
            tried.call,
            tried.endpoint,
            tried.event,
            tried.topic,
            if delivered { "delivered" } else { "failed" },
            tried.status,
            tried.error,
            tried.answer,
            tried.started_at,
            tried.duration_ms
        ],
    )?;
    // By its id: the newest of the endpoint may be one that was made while the test was under way.
    let filter = CallFilter { id: Some(tried.call), limit: 1, ..CallFilter::default() };
    calls(w, &filter)?.pop().ok_or_else(|| crate::Error::Internal("a call vanished within its own transaction".into()))
}
