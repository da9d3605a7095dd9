//! How a question ended, and what each says about the model.

use store::{Tx, Written, params};

use super::claim::Taken;
use super::usage::settle;
use super::{BREAKS_AT, LONGEST_ASKED, LONGEST_PAUSE, SHORTEST_PAUSE, Status};
use crate::error::Result;
use crate::time::Timestamp;

/// What waits after each failed try, in seconds; after as many as there are here, and one, it is given up.
const WAITS: [i64; 3] = [10, 60, 300];
/// An endpoint that asks for time without saying how much.
const WAIT_UNSAID: i64 = 10;
/// Questions of one organization that wait, at most: the oldest beyond are given up.
const MOST_WAITING: i64 = 5_000;
/// How long a question is known to have been asked.
const KEPT_DAYS: i64 = 30;

/// What was wrong with a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// 429 or 503 with the seconds that it asks for: no failure of anything, and no try of the question.
    Busy(Option<i64>),
    /// No answer, or one that says that it cannot: tried again.
    Failed,
    /// An answer that cannot be read, twice: not asked again, and no failure of the line.
    Unreadable,
}

/// What one question cost, and how the model did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    pub calls: i64,
    pub tokens: i64,
    /// None: it answered.
    pub trouble: Option<(Trouble, String)>,
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// What it found is written next, in its own transaction, which closes it.
    Answered,
    /// There was nothing to ask any more, or nothing was found.
    Nothing,
    /// As [`Report::trouble`] says.
    Troubled,
}

/// Writes how a question ended. Runs in a [`store::Db::write_claim`].
pub fn end(tx: &mut Tx<'_>, taken: &Taken, ended: &Ended, report: &Report, now: Timestamp) -> Result<()> {
    match (ended, &report.trouble) {
        (Ended::Answered, _) => {}
        (Ended::Troubled, Some((Trouble::Busy(asked), _))) => {
            again(tx, taken, taken.attempts, now.plus_seconds(busy_for(*asked)))?;
        }
        (Ended::Troubled, Some((Trouble::Failed, _))) => {
            let wait = usize::try_from(taken.attempts).ok().and_then(|attempts| WAITS.get(attempts));
            match wait {
                Some(wait) => again(tx, taken, taken.attempts + 1, now.plus_seconds(*wait))?,
                None => close(tx, taken, Status::Failed, now)?,
            }
        }
        (Ended::Troubled, _) => close(tx, taken, Status::Failed, now)?,
        (Ended::Nothing, _) => close(tx, taken, Status::Nothing, now)?,
    }
    settle(tx, taken.organization, taken.calls - report.calls, report.tokens, now)?;
    health(tx, taken, report, now)
}

fn busy_for(asked: Option<i64>) -> i64 {
    asked.unwrap_or(WAIT_UNSAID).clamp(1, LONGEST_ASKED)
}

/// Only by whoever has it: one that lapsed is somebody else's by now.
fn again(tx: &mut Tx<'_>, taken: &Taken, attempts: i64, due: Timestamp) -> Result<()> {
    tx.execute(
        "UPDATE structuring_questions SET due_at = $5, attempts = $6, claimed = $7
         WHERE organization_id = $1 AND contact_id = $2 AND digest = $3 AND claims = $4 AND status = 'waiting'",
        params![taken.organization, taken.contact, taken.digest, taken.claim, due, attempts, false],
    )?;
    Ok(())
}

fn close(tx: &mut Tx<'_>, taken: &Taken, status: Status, now: Timestamp) -> Result<()> {
    tx.execute(
        "UPDATE structuring_questions SET status = $5, due_at = NULL, record = '', claimed = $6, finished_at = $7
         WHERE organization_id = $1 AND contact_id = $2 AND digest = $3 AND claims = $4 AND status = 'waiting'",
        params![taken.organization, taken.contact, taken.digest, taken.claim, status, false, now],
    )?;
    // Somebody may wait for it.
    tx.announce();
    Ok(())
}

fn health(tx: &mut Tx<'_>, taken: &Taken, report: &Report, now: Timestamp) -> Result<()> {
    let organization = taken.organization;
    let Some((trouble, error)) = &report.trouble else {
        if report.calls > 0 {
            tx.execute(
                "UPDATE structuring_models SET failures = 0, paused_until = 0, last_answer_at = $2 WHERE organization_id = $1",
                params![organization, now],
            )?;
        }
        return Ok(());
    };
    let failed = i64::from(*trouble == Trouble::Failed);
    let row = tx.write_row(
        "UPDATE structuring_models SET failures = failures + $2, last_error = $3, last_error_at = $4 WHERE organization_id = $1",
        &Written { table: "structuring_models", key: "organization_id = $1", columns: "failures" },
        params![organization, failed, error, now],
    )?;
    let Some(row) = row else { return Ok(()) };
    let over: i64 = row.at::<i64>(0)? - BREAKS_AT;
    let pause = match trouble {
        Trouble::Busy(asked) => busy_for(*asked),
        Trouble::Failed if over >= 0 => (SHORTEST_PAUSE << over.min(8)).min(LONGEST_PAUSE),
        _ => return Ok(()),
    };
    tx.execute(
        "UPDATE structuring_models SET paused_until = $2 WHERE organization_id = $1 AND paused_until < $2",
        params![organization, now.plus_seconds(pause)],
    )?;
    Ok(())
}

/// Forgets what was asked long ago, and gives up what waits beyond what one organization may have waiting; whether there may be
/// more.
pub fn forget_old(tx: &mut Tx<'_>, now: Timestamp, most: i64) -> Result<bool> {
    let before = now.plus_days(-KEPT_DAYS);
    let forgotten = tx.execute(
        "DELETE FROM structuring_questions WHERE (organization_id, contact_id, digest) IN
           (SELECT organization_id, contact_id, digest FROM structuring_questions WHERE finished_at < $1 LIMIT $2)",
        params![before, most],
    )?;
    tx.execute(
        "DELETE FROM structuring_model_days WHERE day < $1",
        params![before.micros().div_euclid(86_400_000_000)],
    )?;
    let mut more = forgotten.cast_signed() == most;
    for row in tx.query("SELECT organization_id FROM structuring_models WHERE mode <> 'off'", params![])? {
        let organization: crate::id::OrganizationId = row.at(0)?;
        let last = tx.query_opt(
            "SELECT due_at FROM structuring_questions WHERE organization_id = $1 AND due_at IS NOT NULL
             ORDER BY due_at DESC LIMIT 1 OFFSET $2",
            params![organization, MOST_WAITING],
        )?;
        let Some(last) = last else { continue };
        let given_up = tx.execute(
            "UPDATE structuring_questions SET status = 'failed', due_at = NULL, record = '', finished_at = $4
             WHERE organization_id = $1 AND (contact_id, digest) IN
               (SELECT contact_id, digest FROM structuring_questions WHERE organization_id = $1 AND due_at <= $2 LIMIT $3)",
            params![organization, last.at::<Timestamp>(0)?, most, now],
        )?;
        more |= given_up.cast_signed() == most;
    }
    Ok(more)
}
