//! One run, piece by piece. How far it came is in the transaction of each piece.

use serde_json::json;
use store::params;
use uuid::Uuid;

use super::{Before, Retention, Rules, calls, files, log, messages};
use crate::changes::record;
use crate::error::Result;
use crate::time::Timestamp;
use crate::wire_enum;
use crate::work::Work;

const EVERY_DAYS: i64 = 1;

/// What a piece did.
#[derive(Debug, Default)]
pub struct Piece {
    /// Files, below the media directory, that may have nobody any more.
    pub paths: Vec<String>,
    /// The run goes on.
    pub more: bool,
}

wire_enum! {
    pub enum Step { Messages = "messages", Files = "files", Calls = "calls", Log = "log" }
}

pub(super) struct Progress {
    pub started_at: Timestamp,
    step: Step,
    /// What was looked at last in this step.
    pub after: Uuid,
    pub messages: i64,
    pub files: i64,
    pub webhook_calls: i64,
    pub log_after: i64,
    pub paths: Vec<String>,
}

/// What a step found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// There may be more.
    More,
    Nothing,
}

/// Begins the run that is due, or goes on with the one that was begun, until its few milliseconds are over.
pub fn piece(w: &mut Work<'_, '_>) -> Result<Piece> {
    let organization = w.caller.organization;
    let retention = Retention::load(w.tx, organization)?;
    let row = w.tx.query_opt(
        "SELECT started_at, step, after, messages, files, webhook_calls, log_after, finished_at FROM retention_runs
         WHERE organization_id = $1",
        params![organization],
    )?;
    let due = retention.next_run_at.is_some_and(|due| due <= w.now);
    let mut progress = match row {
        Some(row) if row.at::<Option<Timestamp>>(7)?.is_none() => Progress {
            started_at: row.at(0)?,
            step: row.at(1)?,
            after: row.at(2)?,
            messages: row.at(3)?,
            files: row.at(4)?,
            webhook_calls: row.at(5)?,
            log_after: row.at(6)?,
            paths: Vec::new(),
        },
        _ if !due => return Ok(Piece::default()),
        row => Progress {
            started_at: w.now,
            step: Step::Messages,
            after: Uuid::nil(),
            messages: 0,
            files: 0,
            webhook_calls: 0,
            log_after: row.map(|row| row.at(6)).transpose()?.unwrap_or(0),
            paths: Vec::new(),
        },
    };
    let mut more = true;
    while more {
        if step(w, &retention.rules, &mut progress)? == Found::Nothing {
            let next = match progress.step {
                Step::Messages => Some(Step::Files),
                Step::Files => Some(Step::Calls),
                Step::Calls => Some(Step::Log),
                Step::Log => None,
            };
            more = next.is_some();
            progress.step = next.unwrap_or(progress.step);
            progress.after = Uuid::nil();
        }
        if w.tx.out_of_time() {
            break;
        }
    }
    save(w, &progress, !more)?;
    if !more {
        finish(w, &progress)?;
    }
    Ok(Piece { paths: progress.paths, more })
}

/// A little of where it is.
fn step(w: &mut Work<'_, '_>, rules: &Rules, progress: &mut Progress) -> Result<Found> {
    let before = |days: Option<i64>| days.map(|days| Before::days(progress.started_at, days));
    match progress.step {
        Step::Messages => match before(rules.messages_days) {
            Some(before) => messages::delete(w, before, rules.spare_open, progress),
            None => Ok(Found::Nothing),
        },
        Step::Files => match before(rules.files_days) {
            Some(before) => files::delete(w, before, rules.spare_open, progress),
            None => Ok(Found::Nothing),
        },
        Step::Calls => match before(rules.webhook_calls_days) {
            Some(before) => calls::delete(w, before, progress),
            None => Ok(Found::Nothing),
        },
        Step::Log => match before(rules.messages_days) {
            Some(before) => log::blot_out(w, before, progress),
            None => Ok(Found::Nothing),
        },
    }
}

fn save(w: &mut Work<'_, '_>, progress: &Progress, finished: bool) -> Result<()> {
    w.tx.execute(
        "INSERT INTO retention_runs (organization_id, started_at, finished_at, step, after, messages, files, webhook_calls, log_after)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (organization_id) DO UPDATE SET started_at = excluded.started_at, finished_at = excluded.finished_at,
           step = excluded.step, after = excluded.after, messages = excluded.messages, files = excluded.files,
           webhook_calls = excluded.webhook_calls, log_after = excluded.log_after",
        params![
            w.caller.organization,
            progress.started_at,
            finished.then_some(w.now),
            progress.step,
            progress.after,
            progress.messages,
            progress.files,
            progress.webhook_calls,
            progress.log_after
        ],
    )?;
    Ok(())
}

/// One entry a run that deleted anything: how many of what.
fn finish(w: &mut Work<'_, '_>, progress: &Progress) -> Result<()> {
    let organization = w.caller.organization;
    w.tx.execute(
        "UPDATE retention_rules SET due_at = $2 WHERE organization_id = $1 AND due_at <= $3",
        params![organization, progress.started_at.plus_days(EVERY_DAYS), w.now],
    )?;
    if progress.messages + progress.files + progress.webhook_calls == 0 {
        return Ok(());
    }
    let details = json!({"deleted": {
        "messages": progress.messages, "files": progress.files, "webhook_calls": progress.webhook_calls,
    }});
    record(w, "retention", organization, "ran", details, None)
}
