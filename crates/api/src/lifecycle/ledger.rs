//! Counts of calls in memory, on their way to the database. Counting takes a lock and a look-up; the writing is done
//! every few seconds by a chore. A kill loses the counts since then, and nothing else.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crm::id::{ApiKeyId, OrganizationId};
use crm::sunsets::{self, AGENT_CHARACTERS, AGENTS_A_DAY, CallCount, OTHER, day_of};
use crm::{Crm, Timestamp};
use store::Priority;

/// Rows a transaction: others wait no longer than for any request.
const CHUNK: usize = 100;
/// Rows kept at once; beyond, user agents are not told apart.
const MOST_ROWS: usize = 200_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Group {
    organization: OrganizationId,
    operation: &'static str,
    key: ApiKeyId,
    day: i64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Count {
    /// Since the last time that they were written. A day's agents stay at 0, so that the fifty are the same all day.
    calls: i64,
    last_call_at: Timestamp,
}

#[derive(Debug, Default)]
struct Counts {
    groups: HashMap<Group, HashMap<Box<str>, Count>>,
    rows: usize,
}

#[derive(Debug, Default)]
pub struct Ledger {
    counts: Mutex<Counts>,
    /// One at a time writes.
    writing: tokio::sync::Mutex<()>,
}

impl Ledger {
    pub fn count(
        &self,
        organization: OrganizationId,
        operation: &'static str,
        key: ApiKeyId,
        user_agent: &[u8],
        now: Timestamp,
    ) {
        let group = Group { organization, operation, key, day: day_of(now) };
        self.lock().add(group, &shortened(user_agent), 1, now);
    }

    /// Adds what was counted to the database; answers how many rows that were. What could not be written is kept.
    pub async fn flush(&self, crm: &Crm) -> crm::Result<usize> {
        let _alone = self.writing.lock().await;
        let taken = self.lock().take(day_of(crm.now()));
        for (at, chunk) in taken.chunks(CHUNK).enumerate() {
            let rows = chunk.to_vec();
            let written = crm.db().write(Priority::Background, move |tx| sunsets::add(tx, &rows)).await;
            if let Err(error) = written {
                self.keep(&taken[at * CHUNK..]);
                return Err(error);
            }
        }
        Ok(taken.len())
    }

    fn keep(&self, rows: &[CallCount]) {
        let mut counts = self.lock();
        for row in rows {
            let group = Group { organization: row.organization, operation: row.operation, key: row.key, day: row.day };
            counts.add(group, &row.user_agent, row.calls, row.last_call_at);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    fn add(&mut self, group: Group, agent: &str, calls: i64, at: Timestamp) {
        let full = self.rows >= MOST_ROWS;
        let agents = self.groups.entry(group).or_default();
        let agent = match agents.contains_key(agent) || (agents.len() < AGENTS_A_DAY && !full) {
            true => agent,
            false => OTHER,
        };
        match agents.get_mut(agent) {
            Some(count) => {
                count.calls += calls;
                count.last_call_at = count.last_call_at.max(at);
            }
            None => {
                agents.insert(agent.into(), Count { calls, last_call_at: at });
                self.rows += 1;
            }
        }
    }

    /// What there is to be written, group by group; past days are forgotten here.
    fn take(&mut self, today: i64) -> Vec<CallCount> {
        let mut taken = Vec::new();
        for (group, agents) in &mut self.groups {
            for (agent, count) in agents.iter_mut().filter(|(_, count)| count.calls > 0) {
                taken.push(CallCount {
                    organization: group.organization,
                    operation: group.operation,
                    key: group.key,
                    day: group.day,
                    user_agent: agent.to_string(),
                    calls: std::mem::take(&mut count.calls),
                    last_call_at: count.last_call_at,
                });
            }
        }
        self.groups.retain(|group, _| group.day == today);
        self.rows = self.groups.values().map(HashMap::len).sum();
        taken.sort_by(|a, b| {
            let key = |row: &CallCount| (row.organization, row.operation, row.key, row.day);
            key(a).cmp(&key(b)).then_with(|| a.user_agent.cmp(&b.user_agent))
        });
        taken
    }
}

/// The first 120 characters, control characters left out.
fn shortened(user_agent: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(user_agent.trim_ascii());
    match text.len() <= AGENT_CHARACTERS && !text.chars().any(char::is_control) {
        true => text,
        false => text.chars().filter(|c| !c.is_control()).take(AGENT_CHARACTERS).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    fn key(bits: u128) -> ApiKeyId {
        ApiKeyId(uuid::Uuid::from_u128(bits))
    }

    #[test]
    fn agents_are_cut_at_a_character_and_beyond_fifty_are_one() {
        assert_eq!(shortened("ñ".repeat(130).as_bytes()), "ñ".repeat(120));
        assert_eq!(shortened(b" curl/8\xff\t\x07 "), "curl/8\u{fffd}");
        let ledger = Ledger::default();
        for n in 0..60 {
            ledger.count(OrganizationId::default(), "x", key(1), format!("agent {n}").as_bytes(), AT);
        }
        // Written, and the day goes on: the fifty stay the fifty.
        let first = ledger.lock().take(day_of(AT));
        assert_eq!(first.len(), 51);
        assert_eq!(first.iter().find(|row| row.user_agent == OTHER).map(|row| row.calls), Some(10));
        for agent in ["agent 3", "agent 55"] {
            ledger.count(OrganizationId::default(), "x", key(1), agent.as_bytes(), AT);
        }
        let second: Vec<String> = ledger.lock().take(day_of(AT)).into_iter().map(|row| row.user_agent).collect();
        assert_eq!(second, ["agent 3", OTHER]);
        assert!(ledger.lock().take(day_of(AT)).is_empty());
        // Another key has fifty of its own, and so has the next day.
        ledger.count(OrganizationId::default(), "x", key(2), b"agent 55", AT);
        ledger.count(OrganizationId::default(), "x", key(1), b"agent 55", AT.plus_days(1));
        assert!(ledger.lock().take(day_of(AT) + 1).iter().all(|row| row.user_agent == "agent 55" && row.calls == 1));
        let counts = ledger.lock();
        assert_eq!((counts.groups.len(), counts.rows), (1, 1), "yesterday is forgotten");
    }

    #[test]
    fn what_could_not_be_written_is_kept() {
        let ledger = Ledger::default();
        for agent in ["a", "b"] {
            ledger.count(OrganizationId::default(), "x", key(1), agent.as_bytes(), AT);
        }
        let taken = ledger.lock().take(day_of(AT));
        ledger.count(OrganizationId::default(), "x", key(1), b"a", AT.plus_seconds(1));
        ledger.keep(&taken[..1]);
        let kept = ledger.lock().take(day_of(AT));
        assert_eq!((kept.len(), kept[0].calls, kept[0].last_call_at), (1, 2, AT.plus_seconds(1)));
    }
}
