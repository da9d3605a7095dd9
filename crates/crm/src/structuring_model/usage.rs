//! What was asked on a day, and whether more may be: the budget is taken from before a call begins, so that no kill gives any of
//! it back.

use schemars::JsonSchema;
use serde::Serialize;
use store::{Tx, params};

use super::ModelEndpoint;
use crate::error::{Error, Result};
use crate::id::OrganizationId;
use crate::time::Timestamp;
use crate::work::Work;

const DAY_MICROS: i64 = 86_400_000_000;

/// What it has cost today, in UTC.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "StructuringModelUsage")]
pub struct Today {
    pub calls: i64,
    /// In and out together, as the endpoint tells them.
    pub tokens: i64,
}

fn day(now: Timestamp) -> i64 {
    now.micros().div_euclid(DAY_MICROS)
}

pub fn today(tx: &mut Tx<'_>, organization: OrganizationId, now: Timestamp) -> Result<Today> {
    let row = tx.query_opt(
        "SELECT calls, tokens FROM structuring_model_days WHERE organization_id = $1 AND day = $2",
        params![organization, day(now)],
    )?;
    row.map_or(Ok(Today::default()), |row| Ok(Today { calls: row.at(0)?, tokens: row.at(1)? }))
}

/// Takes up to so many calls from what is left of the day; how many it got.
pub(super) fn reserve(
    tx: &mut Tx<'_>,
    organization: OrganizationId,
    endpoint: &ModelEndpoint,
    wanted: i64,
    now: Timestamp,
) -> Result<i64> {
    let mut calls = if endpoint.tokens_per_day > 0 { wanted.min(endpoint.calls_per_day) } else { 0 };
    while calls > 0 {
        let row = tx.query_opt(
            "INSERT INTO structuring_model_days (organization_id, day, calls, tokens) VALUES ($1, $2, $3, 0)
             ON CONFLICT (organization_id, day) DO UPDATE SET calls = structuring_model_days.calls + $3
               WHERE structuring_model_days.calls + $3 <= $4 AND structuring_model_days.tokens < $5
             RETURNING calls",
            params![organization, day(now), calls, endpoint.calls_per_day, endpoint.tokens_per_day],
        )?;
        if row.is_some() {
            return Ok(calls);
        }
        calls /= 2;
    }
    Ok(0)
}

/// Gives back calls that were not made, and counts what was told of.
pub(super) fn settle(
    tx: &mut Tx<'_>,
    organization: OrganizationId,
    unused: i64,
    tokens: i64,
    now: Timestamp,
) -> Result<()> {
    tx.execute(
        "INSERT INTO structuring_model_days (organization_id, day, calls, tokens) VALUES ($1, $2, 0, $4)
         ON CONFLICT (organization_id, day) DO UPDATE SET
           calls = CASE WHEN structuring_model_days.calls > $3 THEN structuring_model_days.calls - $3 ELSE 0 END,
           tokens = structuring_model_days.tokens + $4",
        params![organization, day(now), unused.max(0), tokens.max(0)],
    )?;
    Ok(())
}

/// For a self-test: 409 `budget_ended` where the day has not so many calls left.
pub fn reserve_trial(w: &mut Work<'_, '_>, endpoint: &ModelEndpoint, calls: i64) -> Result<()> {
    let (organization, now) = (w.caller.organization, w.now);
    if reserve(w.tx, organization, endpoint, calls, now)? == calls {
        return Ok(());
    }
    // What it got of it does not count: nothing is written where a closure fails.
    let message = format!(
        "A test takes up to {calls} calls, and today's budget has not that many left. Raise it, or try tomorrow."
    );
    Err(Error::conflict("budget_ended", message))
}

/// What a self-test came to.
pub fn tried(w: &mut Work<'_, '_>, unused: i64, tokens: i64) -> Result<()> {
    let (organization, now) = (w.caller.organization, w.now);
    settle(w.tx, organization, unused, tokens, now)
}
