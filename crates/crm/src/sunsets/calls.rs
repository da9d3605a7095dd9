//! The ledger: how often an operation that goes away was called, by key, user agent and day.

use std::collections::HashSet;

use store::{Tx, params};

use crate::error::Result;
use crate::id::{ApiKeyId, OrganizationId};
use crate::time::Timestamp;

/// A longer user agent is cut there.
pub const AGENT_CHARACTERS: usize = 120;
/// User agents of one key and day that are told apart.
pub const AGENTS_A_DAY: usize = 50;
/// All others.
pub const OTHER: &str = "other";
/// Beyond the year that an operation has, and a month.
const KEPT_DAYS: i64 = 400;

/// Calls to be added to what is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallCount {
    pub organization: OrganizationId,
    pub operation: &'static str,
    pub key: ApiKeyId,
    /// Days since 1970, UTC.
    pub day: i64,
    /// Cut already; empty where none was sent.
    pub user_agent: String,
    pub calls: i64,
    pub last_call_at: Timestamp,
}

/// Adds counts, of any organizations. How many agents a day has is decided here, because here all servers meet.
pub fn add(tx: &mut Tx<'_>, counts: &[CallCount]) -> Result<()> {
    let group = |count: &CallCount| (count.organization, count.operation, count.key, count.day);
    for counts in counts.chunk_by(|a, b| group(a) == group(b)) {
        let Some(first) = counts.first() else { continue };
        let mut known: HashSet<String> = tx
            .query(
                "SELECT user_agent FROM sunset_calls
                 WHERE organization_id = $1 AND operation = $2 AND day = $3 AND api_key_id = $4",
                params![first.organization, first.operation, first.day, first.key],
            )?
            .iter()
            .map(|row| row.at(0))
            .collect::<std::result::Result<_, store::Error>>()?;
        for count in counts {
            // `other` itself is no agent that takes a place.
            let apart = known.iter().filter(|agent| *agent != OTHER).count();
            let told_apart = known.contains(&count.user_agent) || apart < AGENTS_A_DAY;
            let agent = if told_apart { count.user_agent.as_str() } else { OTHER };
            if !known.contains(agent) {
                known.insert(agent.to_owned());
            }
            tx.execute(
                "INSERT INTO sunset_calls (organization_id, operation, day, api_key_id, user_agent, calls, last_call_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)
                 ON CONFLICT (organization_id, operation, day, api_key_id, user_agent) DO UPDATE
                   SET calls = sunset_calls.calls + excluded.calls,
                       last_call_at = CASE WHEN excluded.last_call_at > sunset_calls.last_call_at
                                           THEN excluded.last_call_at ELSE sunset_calls.last_call_at END",
                params![
                    count.organization,
                    count.operation,
                    count.day,
                    count.key,
                    agent,
                    count.calls,
                    count.last_call_at
                ],
            )?;
        }
    }
    Ok(())
}

/// Forgets what is older than 400 days, at most `limit` rows a call; answers how many.
pub fn forget_old(tx: &mut Tx<'_>, today: i64, limit: i64) -> Result<u64> {
    Ok(tx.execute(
        "DELETE FROM sunset_calls WHERE (organization_id, operation, day, api_key_id, user_agent) IN
           (SELECT organization_id, operation, day, api_key_id, user_agent FROM sunset_calls WHERE day < $1 LIMIT $2)",
        params![today - KEPT_DAYS, limit],
    )?)
}
