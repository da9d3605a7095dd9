//! Reading the ledger.

use store::{Row, Tx};

use super::day_of;
use crate::error::Result;
use crate::id::{ApiKeyId, OrganizationId};
use crate::page::{Page, PageRequest, bad_cursor};
use crate::query::Query;
use crate::time::Timestamp;
use crate::work::Work;

/// Who called within so many days, today among them, still calls.
pub const CALLED_WITHIN_DAYS: i64 = 30;

/// Calendar days in UTC, today among them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Calls {
    pub last_1_day: i64,
    pub last_7_days: i64,
    pub last_30_days: i64,
}

impl Calls {
    fn add(&mut self, days_ago: i64, calls: i64) {
        for (window, sum) in [(1, &mut self.last_1_day), (7, &mut self.last_7_days), (30, &mut self.last_30_days)] {
            if days_ago < window {
                *sum += calls;
            }
        }
    }
}

/// How much an operation is called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usage {
    pub calls: Calls,
    /// Of the last 30 days, oldest first.
    pub daily: Vec<i64>,
    pub last_call_at: Option<Timestamp>,
}

/// By one organization, or by all of them.
pub fn usage(tx: &mut Tx<'_>, organization: Option<OrganizationId>, operation: &str, now: Timestamp) -> Result<Usage> {
    let today = day_of(now);
    let mut query = Query::new(
        "SELECT c.day, CAST(sum(c.calls) AS BIGINT) AS calls, max(c.last_call_at) AS last FROM sunset_calls c
         WHERE c.operation = ",
        operation,
    );
    query.and_if("c.organization_id = ", &organization).text(" GROUP BY c.day");
    let mut usage = Usage { daily: vec![0; CALLED_WITHIN_DAYS as usize], ..Usage::default() };
    for row in tx.query(query.sql(), &query.params())? {
        let (day, calls): (i64, i64) = (row.at(0)?, row.at(1)?);
        usage.last_call_at = usage.last_call_at.max(Some(row.at(2)?));
        // A day to come, where the clock was put back, counts as today.
        let ago = (today - day).max(0);
        usage.calls.add(ago, calls);
        if let Some(sum) = usage.daily.iter_mut().rev().nth(ago as usize) {
            *sum += calls;
        }
    }
    Ok(usage)
}

/// One key with one user agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallsBy {
    pub key: ApiKeyId,
    /// None where the key is not known any more.
    pub key_name: Option<String>,
    pub key_revoked: bool,
    pub user_agent: String,
    pub calls: Calls,
    pub last_call_at: Timestamp,
}

impl CallsBy {
    fn from_row(row: &Row) -> Result<CallsBy> {
        Ok(CallsBy {
            key: row.at(0)?,
            user_agent: row.at(1)?,
            calls: Calls { last_1_day: row.at(2)?, last_7_days: row.at(3)?, last_30_days: row.at(4)? },
            last_call_at: row.at(5)?,
            key_name: row.at(6)?,
            key_revoked: row.at(7)?,
        })
    }
}

/// The last to call first; the cursor is the last row's time, key and agent.
pub fn callers(w: &mut Work<'_, '_>, operation: &str, page: &PageRequest) -> Result<Page<CallsBy>> {
    let after = page.cursor.as_deref().map(parse_cursor).transpose()?;
    let today = day_of(w.now);
    let mut query = Query::new(
        "WITH g AS (SELECT c.organization_id, c.api_key_id, c.user_agent, max(c.last_call_at) AS last,
                           CAST(coalesce(sum(c.calls) FILTER (WHERE c.day >= ",
        today,
    );
    query.push("), 0) AS BIGINT) AS one, CAST(coalesce(sum(c.calls) FILTER (WHERE c.day > ", today - 7);
    query.push("), 0) AS BIGINT) AS seven, CAST(coalesce(sum(c.calls) FILTER (WHERE c.day > ", today - 30);
    query.push("), 0) AS BIGINT) AS thirty FROM sunset_calls c WHERE c.organization_id = ", w.caller.organization);
    query.and("c.operation = ", operation);
    query.text(
        " GROUP BY c.organization_id, c.api_key_id, c.user_agent)
         SELECT g.api_key_id, g.user_agent, g.one, g.seven, g.thirty, g.last, k.name, k.revoked_at IS NOT NULL AS revoked
         FROM g LEFT JOIN api_keys k ON k.organization_id = g.organization_id AND k.id = g.api_key_id",
    );
    if let Some((last, key, agent)) = after {
        query.push(" WHERE (g.last, g.api_key_id, g.user_agent) < (", last).push(", ", key).push(", ", agent).text(")");
    }
    query.push(" ORDER BY g.last DESC, g.api_key_id DESC, g.user_agent DESC LIMIT ", i64::from(page.limit) + 1);
    let rows = w.tx.query(query.sql(), &query.params())?;
    let callers = rows.iter().map(CallsBy::from_row).collect::<Result<Vec<_>>>()?;
    Ok(Page::from_surplus(callers, page.limit, |by| {
        format!("{}~{}~{}", by.last_call_at.micros(), by.key, by.user_agent)
    }))
}

fn parse_cursor(cursor: &str) -> Result<(i64, ApiKeyId, &str)> {
    let mut parts = cursor.splitn(3, '~');
    let mut next = || parts.next().ok_or_else(bad_cursor);
    let (last, key, agent) = (next()?, next()?, next()?);
    Ok((last.parse().map_err(|_| bad_cursor())?, key.parse().map_err(|_| bad_cursor())?, agent))
}

/// The few that called last.
pub fn latest_callers(w: &mut Work<'_, '_>, operation: &str, most: u32) -> Result<Vec<CallsBy>> {
    Ok(callers(w, operation, &PageRequest { limit: most, cursor: None })?.data)
}
