//! How long people waited for the first answer of a ticket.

use super::table::{Durations, Grouping, Place};
use super::{Group, MOST_ROWS, ReportFilter, Table};
use crate::access::Actor;
use crate::error::Result;
use crate::query::Query;
use crate::work::Work;

/// By when it was answered. Each ticket's first answer; of a contact without one, their first.
pub fn first_response(w: &mut Work<'_, '_>, filter: &ReportFilter) -> Result<Table> {
    let mut query = Query::new(
        "SELECT a.answered_at, a.waited_since, a.channel_id, s.pipeline_id, a.actor FROM answers a
         LEFT JOIN stages s ON s.organization_id = a.organization_id AND s.id = a.stage_id WHERE a.first AND a.organization_id = ",
        w.caller.organization,
    );
    query.and("a.answered_at >= ", filter.from).and("a.answered_at < ", filter.to);
    query.and_if("a.channel_id = ", &filter.channel).and_if("s.pipeline_id = ", &filter.pipeline);
    query.and_if("a.actor = ", &filter.agent.map(|agent| Actor::Member(agent).to_string()));
    query.push(" ORDER BY a.answered_at DESC LIMIT ", MOST_ROWS + 1);
    let setup = w.setup.clone();
    let grouping = Grouping::new(&setup, filter.group.unwrap_or(Group::Day));
    let rows = w.tx.query(query.sql(), &query.params())?;
    let mut durations = Durations::default();
    for row in rows.iter().take(MOST_ROWS as usize) {
        let (answered, waited): (crate::Timestamp, crate::Timestamp) = (row.at(0)?, row.at(1)?);
        let place = Place { at: answered, channel: row.at(2)?, pipeline: row.at(3)?, actor: Some(row.at(4)?) };
        durations.add(grouping.of(&place), answered.micros() - waited.micros());
    }
    Ok(durations.table(grouping.column(), "answers", rows.len() as i64 > MOST_ROWS))
}
