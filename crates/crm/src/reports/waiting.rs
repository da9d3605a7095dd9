//! Who waits for an answer now, and for how long already.

use super::table::{Grouping, Place, summary};
use super::{Cell, Group, MOST_ROWS, ReportFilter, Table};
use crate::access::Actor;
use crate::error::Result;
use crate::id::MemberId;
use crate::query::Query;
use crate::work::Work;

/// Now: `from` and `to` do not count. By channel, unless by agent; of several agents each one has it.
pub fn waiting(w: &mut Work<'_, '_>, filter: &ReportFilter) -> Result<Table> {
    let group = filter.group.unwrap_or(Group::Channel);
    let agents = if group == Group::Agent || filter.agent.is_some() {
        "LEFT JOIN contact_agents g ON g.organization_id = v.organization_id AND g.contact_id = v.contact_id"
    } else {
        ""
    };
    let agent = if agents.is_empty() { "NULL" } else { "g.member_id" };
    let mut query = Query::new(
        format!(
            "SELECT v.waiting_since, v.channel_id, s.pipeline_id, {agent} AS member_id FROM conversations v
             LEFT JOIN stages s ON s.organization_id = v.organization_id AND s.id = v.stage_id {agents}
             WHERE v.waiting_since IS NOT NULL AND NOT v.blocked AND v.organization_id = "
        ),
        w.caller.organization,
    );
    query.and_if("v.channel_id = ", &filter.channel).and_if("s.pipeline_id = ", &filter.pipeline);
    query.and_if("g.member_id = ", &filter.agent);
    query.push(" ORDER BY v.waiting_since, v.contact_id LIMIT ", MOST_ROWS + 1);
    let setup = w.setup.clone();
    let grouping = Grouping::new(&setup, group);
    let rows = w.tx.query(query.sql(), &query.params())?;
    let mut groups = std::collections::BTreeMap::<String, Vec<i64>>::new();
    let mut all = Vec::new();
    for row in rows.iter().take(MOST_ROWS as usize) {
        let since: crate::Timestamp = row.at(0)?;
        let member: Option<MemberId> = row.at(3)?;
        let actor = member.map(|member| Actor::Member(member).to_string());
        let place = Place { at: since, channel: row.at(1)?, pipeline: row.at(2)?, actor };
        let seconds = (w.now.micros() - since.micros()).max(0) / 1_000_000;
        groups.entry(grouping.of(&place)).or_default().push(seconds);
        all.push(seconds);
    }
    let row = |name: Cell, seconds: &mut Vec<i64>| {
        let longest = seconds.iter().copied().max();
        let [count, median, ..] = summary(seconds);
        vec![name, count, median, Cell::seconds(longest)]
    };
    let rows_of = groups.into_iter().map(|(name, mut seconds)| row(Cell::Text(name), &mut seconds)).collect();
    Ok(Table {
        columns: vec![grouping.column(), "waiting", "median_seconds", "longest_seconds"],
        rows: rows_of,
        totals: row(Cell::Nothing(()), &mut all),
        cut: rows.len() as i64 > MOST_ROWS,
    })
}
