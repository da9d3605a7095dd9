//! What the log is told about operations that go away: `operation.deprecated`, `operation.sunset_soon`,
//! `operation.removed`, each once for an organization and a date of removal. A row decides it, so that several servers,
//! restarts and a clock that jumps write nothing twice.

use std::collections::HashSet;

use serde_json::json;
use store::params;

use super::{CALLED_WITHIN_DAYS, Dates, Phase, date_of, day_number, day_of, usage};
use crate::error::Result;
use crate::events::{Fact, Topic, record};
use crate::work::Work;

/// Days before the removal, nearest first.
const THRESHOLDS: [i64; 4] = [1, 7, 30, 90];

/// An operation that goes away, as the log names it.
#[derive(Debug, Clone)]
pub struct Ending {
    pub operation: &'static str,
    pub method: &'static str,
    pub path: &'static str,
    pub dates: Dates,
    pub guide: String,
    pub successors: &'static [&'static str],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Notice {
    Deprecated,
    /// So many days before the removal, or fewer where nobody was there to say it.
    Soon(i64),
    Removed,
}

impl Notice {
    fn name(self) -> String {
        match self {
            Notice::Deprecated => "deprecated".to_owned(),
            Notice::Soon(days) => format!("soon_{days}"),
            Notice::Removed => "removed".to_owned(),
        }
    }

    fn topic(self) -> Topic {
        match self {
            Notice::Deprecated => Topic::OperationDeprecated,
            Notice::Soon(_) => Topic::OperationSunsetSoon,
            Notice::Removed => Topic::OperationRemoved,
        }
    }

    /// Those that this one makes pointless: they are taken as said, so that a clock put back does not bring them.
    fn outdates(self) -> Vec<Notice> {
        match self {
            Notice::Deprecated => Vec::new(),
            Notice::Soon(days) => THRESHOLDS.into_iter().filter(|more| *more > days).map(Notice::Soon).collect(),
            Notice::Removed => {
                let mut earlier = vec![Notice::Deprecated];
                earlier.extend(THRESHOLDS.map(Notice::Soon));
                earlier
            }
        }
    }
}

/// Those of a day, whether or not they were written: of the thresholds the nearest only.
fn of_day(dates: &Dates, now: crate::Timestamp) -> Vec<Notice> {
    let today = date_of(now);
    match dates.phase(today) {
        Phase::Planned => Vec::new(),
        Phase::Removed => vec![Notice::Removed],
        Phase::Announced | Phase::Warning => {
            let left = dates.days_left(today);
            let nearest = THRESHOLDS.into_iter().find(|threshold| left <= *threshold);
            [Notice::Deprecated].into_iter().chain(nearest.map(Notice::Soon)).collect()
        }
    }
}

/// What is due and not written.
pub fn unwritten(w: &mut Work<'_, '_>, endings: &[Ending]) -> Result<Vec<(usize, Notice)>> {
    let mut due = Vec::new();
    for (at, ending) in endings.iter().enumerate() {
        let removed_on = day_number(ending.dates.removed_on);
        // Who came after the end never knew the operation.
        if day_of(w.setup.organization.created_at) >= removed_on {
            continue;
        }
        let rows = w.tx.query(
            "SELECT notice FROM sunset_notices WHERE organization_id = $1 AND operation = $2 AND removed_on = $3",
            params![w.caller.organization, ending.operation, removed_on],
        )?;
        let written: HashSet<String> =
            rows.iter().map(|row| row.at(0)).collect::<std::result::Result<_, store::Error>>()?;
        for notice in of_day(&ending.dates, w.now) {
            if written.contains(&notice.name()) || (matches!(notice, Notice::Soon(_)) && !is_called(w, ending)?) {
                continue;
            }
            due.push((at, notice));
        }
    }
    Ok(due)
}

fn is_called(w: &mut Work<'_, '_>, ending: &Ending) -> Result<bool> {
    let row = w.tx.query_opt(
        "SELECT day FROM sunset_calls WHERE organization_id = $1 AND operation = $2 AND day > $3 LIMIT 1",
        params![w.caller.organization, ending.operation, day_of(w.now) - CALLED_WITHIN_DAYS],
    )?;
    Ok(row.is_some())
}

/// Writes what is due and was not written; answers what that was.
pub fn announce(w: &mut Work<'_, '_>, endings: &[Ending]) -> Result<Vec<(&'static str, Notice)>> {
    let mut written = Vec::new();
    for (at, notice) in unwritten(w, endings)? {
        let ending = &endings[at];
        if !mark(w, ending, notice)? {
            continue;
        }
        for pointless in notice.outdates() {
            mark(w, ending, pointless)?;
        }
        let usage = usage(w.tx, Some(w.caller.organization), ending.operation, w.now)?;
        let today = date_of(w.now);
        let data = json!({
            "operation": ending.operation,
            "method": ending.method,
            "path": ending.path,
            "phase": ending.dates.phase(today),
            "announced_on": ending.dates.announced_on.to_string(),
            "warns_from": ending.dates.warns_from.to_string(),
            "sunset": ending.dates.removed_on.to_string(),
            "days_left": ending.dates.days_left(today),
            "guide": ending.guide,
            "successors": ending.successors,
            "calls_last_30_days": usage.calls.last_30_days,
            "last_call_at": usage.last_call_at,
        });
        record(w, Fact::new(notice.topic()).subject(json!({"operation": ending.operation})).data(data))?;
        written.push((ending.operation, notice));
    }
    Ok(written)
}

/// Whether it was not there.
fn mark(w: &mut Work<'_, '_>, ending: &Ending, notice: Notice) -> Result<bool> {
    let inserted = w.tx.execute(
        "INSERT INTO sunset_notices (organization_id, operation, removed_on, notice, written_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (organization_id, operation, removed_on, notice) DO NOTHING",
        params![w.caller.organization, ending.operation, day_number(ending.dates.removed_on), notice.name(), w.now],
    )?;
    Ok(inserted == 1)
}
