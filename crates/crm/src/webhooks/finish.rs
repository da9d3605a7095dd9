//! What a try came to: delivered, to be tried again, given up; and what that says about its endpoint.

use std::collections::BTreeMap;

use store::{Tx, Written, params};

use super::disable::Reason;
use super::schedule::{FAILING_SECONDS, next_try, pause_until};
use crate::error::Result;
use crate::id::{EventId, OrganizationId, WebhookCallId, WebhookId};
use crate::time::Timestamp;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// 2xx
    Delivered,
    /// Anything else, or no answer; in seconds what `Retry-After` asked for.
    Failed { retry_after: Option<i64> },
    /// 410: never again.
    Gone,
}

/// A try that has ended.
#[derive(Debug, Clone)]
pub struct Tried {
    pub organization: OrganizationId,
    pub endpoint: WebhookId,
    pub event: EventId,
    pub topic: String,
    pub attempt: i64,
    pub claim: i64,
    pub verdict: Verdict,
    /// Of HTTP; none: there was no answer, and `error` says why.
    pub status: Option<u16>,
    pub error: Option<String>,
    /// The beginning of the answer's body.
    pub answer: Option<String>,
    pub started_at: Timestamp,
    pub duration_ms: i64,
    /// Made outside, so that a closure which is run again writes the same.
    pub call: WebhookCallId,
    /// 0 to 1: how the next try is spread.
    pub chance: f64,
}

/// Endpoints that are to be given up.
#[derive(Debug, Clone, Default)]
pub struct Finished {
    pub disable: Vec<(OrganizationId, WebhookId, Reason)>,
}

/// Writes what tries came to, those of many endpoints at once. Runs in a [`store::Db::write_claim`].
pub fn finish(tx: &mut Tx<'_>, tries: &[Tried], now: Timestamp) -> Result<Finished> {
    let mut health: BTreeMap<(OrganizationId, WebhookId), Health> = BTreeMap::new();
    for tried in tries {
        write(tx, tried, now)?;
        health.entry((tried.organization, tried.endpoint)).or_default().add(tried);
    }
    let mut finished = Finished::default();
    // In order, so that two nodes never wait for each other.
    for ((organization, endpoint), health) in health {
        if let Some(reason) = health.write(tx, organization, endpoint, now)? {
            finished.disable.push((organization, endpoint, reason));
        }
    }
    Ok(finished)
}

fn write(tx: &mut Tx<'_>, tried: &Tried, now: Timestamp) -> Result<()> {
    let Tried { organization, endpoint, event, .. } = *tried;
    let next = match tried.verdict {
        Verdict::Delivered => None,
        Verdict::Failed { retry_after } => next_try(now, tried.attempt, tried.chance, retry_after),
        Verdict::Gone => next_try(now, tried.attempt, tried.chance, None),
    };
    // Only by whoever has it: one that lapsed is somebody else's by now.
    match next {
        None => tx.execute(
            "DELETE FROM webhook_deliveries
             WHERE organization_id = $1 AND endpoint_id = $2 AND event_id = $3 AND claims = $4",
            params![organization, endpoint, event, tried.claim],
        )?,
        Some(next) => tx.execute(
            "UPDATE webhook_deliveries SET due_at = $5, attempts = $6, claimed = $7
             WHERE organization_id = $1 AND endpoint_id = $2 AND event_id = $3 AND claims = $4",
            params![organization, endpoint, event, tried.claim, next, tried.attempt, false],
        )?,
    };
    let outcome = match (tried.verdict, next) {
        (Verdict::Delivered, _) => "delivered",
        (_, Some(_)) => "retrying",
        (_, None) => "failed",
    };
    tx.execute(
        "INSERT INTO webhook_calls (organization_id, id, endpoint_id, event_id, topic, attempt, outcome, status, error, answer,
                                    started_at, duration_ms, next_try_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        params![
            organization,
            tried.call,
            endpoint,
            event,
            tried.topic,
            tried.attempt,
            outcome,
            tried.status,
            tried.error,
            tried.answer,
            tried.started_at,
            tried.duration_ms,
            next
        ],
    )?;
    Ok(())
}

/// What the tries of one batch say about their endpoint.
#[derive(Default)]
struct Health {
    delivered: bool,
    failures: i64,
    first_failure: Option<Timestamp>,
    asked: Option<i64>,
    gone: bool,
}

impl Health {
    fn add(&mut self, tried: &Tried) {
        match tried.verdict {
            Verdict::Delivered => self.delivered = true,
            Verdict::Failed { retry_after } => {
                self.failures += 1;
                self.asked = self.asked.max(retry_after);
                self.first_failure.get_or_insert(tried.started_at);
            }
            Verdict::Gone => self.gone = true,
        }
    }

    /// One that takes some is well, whatever else failed.
    fn write(
        &self,
        tx: &mut Tx<'_>,
        organization: OrganizationId,
        endpoint: WebhookId,
        now: Timestamp,
    ) -> Result<Option<Reason>> {
        if self.gone {
            return Ok(Some(Reason::Gone));
        }
        if self.delivered {
            // Nearly always it was well before, and nothing is written.
            tx.execute(
                "UPDATE webhooks SET failures = 0, failing_since = NULL, paused_until = 0
                 WHERE organization_id = $1 AND id = $2 AND failures > 0",
                params![organization, endpoint],
            )?;
            return Ok(None);
        }
        let row = tx.write_row(
            "UPDATE webhooks SET failures = failures + $3, failing_since = coalesce(failing_since, $4)
             WHERE organization_id = $1 AND id = $2",
            &Written {
                table: "webhooks",
                key: "organization_id = $1 AND id = $2",
                columns: "failures, failing_since, active, paused_until",
            },
            params![organization, endpoint, self.failures, self.first_failure],
        )?;
        let Some(row) = row else { return Ok(None) };
        let (failures, failing_since): (i64, Option<Timestamp>) = (row.at(0)?, row.at(1)?);
        let (active, paused): (bool, Timestamp) = (row.at(2)?, row.at(3)?);
        let pause = pause_until(now, failures, self.asked);
        if pause > paused {
            tx.execute(
                "UPDATE webhooks SET paused_until = $3 WHERE organization_id = $1 AND id = $2",
                params![organization, endpoint, pause],
            )?;
        }
        let given_up = failing_since.is_some_and(|since| now >= since.plus_seconds(FAILING_SECONDS));
        Ok(Some(Reason::Failing).filter(|_| active && given_up))
    }
}
