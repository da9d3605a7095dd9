//! How far the tickets of a pipeline get: of those that were opened in a time.

use super::range::first_id;
use super::table::summary;
use super::{Cell, MOST_ROWS, ReportFilter, Table};
use crate::error::{Error, Result};
use crate::id::StageId;
use crate::pipelines::Outcome;
use crate::query::Query;
use crate::tickets::TicketStatus;
use crate::work::Work;

/// A ticket that stands in a stage has reached every open one before it on the board; one that was won, all of them. Of a lost one
/// nobody can tell how far it came but where it stands.
pub fn funnel(w: &mut Work<'_, '_>, filter: &ReportFilter) -> Result<Table> {
    let setup = w.setup.clone();
    let pipeline = match filter.pipeline {
        Some(id) => setup.pipeline(id).ok_or_else(|| Error::not_found("pipeline"))?,
        None => setup.pipelines.first().ok_or_else(|| Error::not_found("pipeline"))?,
    };
    let mut query = Query::new(
        "SELECT t.stage_id, t.status, t.outcome, t.stage_since, t.closed_at FROM tickets t
         JOIN contacts c ON c.organization_id = t.organization_id AND c.id = t.contact_id WHERE t.organization_id = ",
        w.caller.organization,
    );
    // One that only a merge closed is in the other, which stayed.
    query.text(" AND (t.reason IS NULL OR t.outcome IS NOT NULL OR t.reason NOT IN ('merged', 'erased'))");
    query.and("t.pipeline_id = ", pipeline.id);
    query.and("t.id >= ", first_id(filter.from)).and("t.id < ", first_id(filter.to));
    query.and_if("c.channel_id = ", &filter.channel).and_if("t.agent_id = ", &filter.agent);
    query.push(" ORDER BY t.id DESC LIMIT ", MOST_ROWS + 1);
    let rows = w.tx.query(query.sql(), &query.params())?;
    let open: Vec<StageId> =
        pipeline.stages.iter().filter(|stage| stage.outcome == Outcome::Open).map(|stage| stage.id).collect();
    let mut reached = vec![0i64; pipeline.stages.len()];
    let mut standing = vec![Vec::new(); pipeline.stages.len()];
    let mut total = 0;
    for row in rows.iter().take(MOST_ROWS as usize) {
        let (stage, status, outcome): (StageId, TicketStatus, Option<Outcome>) = (row.at(0)?, row.at(1)?, row.at(2)?);
        let (since, closed): (crate::Timestamp, Option<crate::Timestamp>) = (row.at(3)?, row.at(4)?);
        total += 1;
        let until = closed.unwrap_or(w.now);
        let last = open.iter().position(|id| *id == stage);
        for (at, known) in pipeline.stages.iter().enumerate() {
            let before = open.iter().position(|id| *id == known.id);
            let passed = match (before, last) {
                (Some(before), Some(last)) => before <= last || outcome == Some(Outcome::Won),
                (Some(_), None) => outcome == Some(Outcome::Won),
                // Closed where it stood, it has its outcome all the same.
                (None, _) => known.id == stage || (status == TicketStatus::Closed && outcome == Some(known.outcome)),
            };
            reached[at] += i64::from(passed || before == Some(0));
            if known.id == stage && status == TicketStatus::Open {
                standing[at].push((until.micros() - since.micros()).max(0) / 1_000_000);
            }
        }
    }
    let mut table = Vec::new();
    for (at, stage) in pipeline.stages.iter().enumerate() {
        let share = if total == 0 { Cell::Nothing(()) } else { Cell::Share(reached[at] as f64 / total as f64) };
        let [now, median, ..] = summary(&mut standing[at]);
        let name = Cell::Text(stage.name.clone());
        table.push(vec![
            name,
            Cell::Text(stage.outcome.name().to_owned()),
            Cell::Whole(reached[at]),
            share,
            now,
            median,
        ]);
    }
    let nothing = || Cell::Nothing(());
    Ok(Table {
        columns: vec!["stage", "outcome", "reached", "conversion", "standing", "median_seconds_in_stage"],
        rows: table,
        totals: vec![nothing(), nothing(), Cell::Whole(total), nothing(), nothing(), nothing()],
        cut: rows.len() as i64 > MOST_ROWS,
    })
}
