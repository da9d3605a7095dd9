//! How long tickets were open, of those that closed.

use super::table::{Durations, Grouping, Place};
use super::{Group, MOST_ROWS, ReportFilter, Table};
use crate::access::Actor;
use crate::error::Result;
use crate::id::MemberId;
use crate::query::Query;
use crate::work::Work;

/// By when they closed. One that only a merge closed was resolved by nobody.
pub fn resolution(w: &mut Work<'_, '_>, filter: &ReportFilter) -> Result<Table> {
    let mut query = Query::new(
        "SELECT t.closed_at, t.created_at, c.channel_id, t.pipeline_id, t.agent_id FROM tickets t
         JOIN contacts c ON c.organization_id = t.organization_id AND c.id = t.contact_id WHERE t.organization_id = ",
        w.caller.organization,
    );
    query.text(" AND (t.reason IS NULL OR t.outcome IS NOT NULL OR t.reason NOT IN ('merged', 'erased'))");
    query.and("t.closed_at >= ", filter.from).and("t.closed_at < ", filter.to);
    query.and_if("c.channel_id = ", &filter.channel).and_if("t.pipeline_id = ", &filter.pipeline);
    query.and_if("t.agent_id = ", &filter.agent);
    query.push(" ORDER BY t.closed_at DESC LIMIT ", MOST_ROWS + 1);
    let setup = w.setup.clone();
    let grouping = Grouping::new(&setup, filter.group.unwrap_or(Group::Day));
    let rows = w.tx.query(query.sql(), &query.params())?;
    let mut durations = Durations::default();
    for row in rows.iter().take(MOST_ROWS as usize) {
        let (closed, opened): (crate::Timestamp, crate::Timestamp) = (row.at(0)?, row.at(1)?);
        let agent: Option<MemberId> = row.at(4)?;
        let actor = agent.map(|agent| Actor::Member(agent).to_string());
        let place = Place { at: closed, channel: row.at(2)?, pipeline: row.at(3)?, actor };
        durations.add(grouping.of(&place), closed.micros() - opened.micros());
    }
    Ok(durations.table(grouping.column(), "tickets", rows.len() as i64 > MOST_ROWS))
}
