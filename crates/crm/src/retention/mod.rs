//! What is deleted by itself once it is old: messages, files of messages, calls of webhooks. Each organization says after how many
//! days, and nothing goes before it does (docs/decisions/059). A run goes in pieces of a few milliseconds, each a transaction that
//! also says how far it came, so that it goes on where a server was ended.

mod calls;
mod due;
mod files;
mod log;
mod messages;
mod preview;
mod run;
mod update;

pub use due::due;
pub use preview::{Preview, preview};
pub use run::{Piece, Step, piece};
pub use update::{RetentionPatch, run_now, update};

use serde::Serialize;
use store::{Tx, params};
use uuid::Uuid;

use crate::error::Result;
use crate::id::OrganizationId;
use crate::time::Timestamp;

/// The most days that a rule may name: ten years.
pub const MOST_DAYS: i64 = 3650;

/// Days that something is kept, from when it came here; none: for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Rules {
    /// Files of messages: their bytes and their name; the message stays, and says that there was one.
    pub files_days: Option<i64>,
    /// Messages and notes with their files and reactions, and their text in the log.
    pub messages_days: Option<i64>,
    /// What was sent to webhooks and what they answered.
    pub webhook_calls_days: Option<i64>,
    /// Whether conversations with an open ticket keep their messages and files.
    pub spare_open: bool,
}

impl Default for Rules {
    fn default() -> Rules {
        Rules { files_days: None, messages_days: None, webhook_calls_days: None, spare_open: true }
    }
}

impl Rules {
    pub fn delete_anything(&self) -> bool {
        [self.files_days, self.messages_days, self.webhook_calls_days].iter().any(Option::is_some)
    }
}

/// The run that goes on, or the last one: numbers, and nothing of whom it was about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Run {
    pub started_at: Timestamp,
    /// Null while it goes on.
    pub finished_at: Option<Timestamp>,
    pub messages: i64,
    pub files: i64,
    pub webhook_calls: i64,
}

#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Retention {
    #[serde(flatten)]
    pub rules: Rules,
    /// When the next run begins; null where no rule deletes anything.
    pub next_run_at: Option<Timestamp>,
    /// Null: there was none yet.
    pub last_run: Option<Run>,
    /// Counts the changes of the rules.
    #[serde(skip)]
    pub version: i64,
}

impl Retention {
    pub fn load(tx: &mut Tx<'_>, organization: OrganizationId) -> Result<Retention> {
        let row = tx.query_opt(
            "SELECT files_days, messages_days, webhook_calls_days, spare_open, due_at, version FROM retention_rules
             WHERE organization_id = $1",
            params![organization],
        )?;
        let run = tx.query_opt(
            "SELECT started_at, finished_at, messages, files, webhook_calls FROM retention_runs WHERE organization_id = $1",
            params![organization],
        )?;
        let last_run = run
            .map(|run| -> Result<Run> {
                Ok(Run {
                    started_at: run.at(0)?,
                    finished_at: run.at(1)?,
                    messages: run.at(2)?,
                    files: run.at(3)?,
                    webhook_calls: run.at(4)?,
                })
            })
            .transpose()?;
        let Some(row) = row else {
            return Ok(Retention { rules: Rules::default(), next_run_at: None, last_run, version: 0 });
        };
        let rules = Rules {
            files_days: row.at(0)?,
            messages_days: row.at(1)?,
            webhook_calls_days: row.at(2)?,
            spare_open: row.at(3)?,
        };
        let due: Timestamp = row.at(4)?;
        Ok(Retention { next_run_at: rules.delete_anything().then_some(due), rules, last_run, version: row.at(5)? })
    }
}

/// The time before which everything goes; and the id that nothing made before it reaches, because ours begin with their time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Before {
    at: Timestamp,
    id: Uuid,
}

impl Before {
    fn days(now: Timestamp, days: i64) -> Before {
        let at = now.plus_days(-days);
        let milliseconds = u128::try_from(at.micros().div_euclid(1000)).unwrap_or(0);
        Before { at, id: Uuid::from_u128(milliseconds << 80) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::IdSource;

    #[test]
    fn ids_are_told_apart_by_the_millisecond_in_which_they_were_made() {
        let now = Timestamp::from_micros(1_800_000_000_123_456);
        let before = Before::days(now.plus_days(3), 3);
        let made = |at: Timestamp| IdSource::new(at, 7).new_uuid();
        assert!(made(Timestamp::from_micros(now.micros() - 1000)) < before.id);
        assert!(made(now) > before.id && made(now.plus_seconds(1)) > before.id);
        assert_eq!(Before::days(Timestamp::from_micros(0), 9).id, Uuid::nil());
    }
}
