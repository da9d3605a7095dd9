//! How much is said, and when.

use std::collections::BTreeMap;

use super::range::first_id;
use super::table::{Grouping, Place};
use super::{Cell, Group, ReportFilter, Table};
use crate::access::Actor;
use crate::error::Result;
use crate::messages::Direction;
use crate::query::Query;
use crate::time::Timestamp;
use crate::work::Work;

const HOUR: i64 = 3_600_000_000;

/// By when they came or were written; reactions and notes left out. Ids begin with that time, so that a range of time is a
/// range of the messages' own key.
pub fn messages(w: &mut Work<'_, '_>, filter: &ReportFilter) -> Result<Table> {
    let group = filter.group.unwrap_or(Group::Day);
    // Not under the name of a column: GROUP BY would take that one, and each contact that wrote be a group of its own.
    let who = match group {
        Group::Agent => "CASE WHEN m.direction = 'outbound' THEN m.actor ELSE '' END",
        _ => "''",
    };
    let mut query = Query::new(
        format!(
            "SELECT m.created_at / {HOUR} AS hour, m.channel_id AS channel_id, m.direction AS direction, {who} AS who,
                    count(*) AS n, count(*) FILTER (WHERE m.status = 'failed') AS failed
             FROM messages m WHERE m.direction <> 'note' AND m.type NOT IN ('reaction', 'system') AND m.organization_id = "
        ),
        w.caller.organization,
    );
    query.and("m.id >= ", first_id(filter.from)).and("m.id < ", first_id(filter.to));
    query.and_if("m.channel_id = ", &filter.channel);
    query.and_if("m.actor = ", &filter.agent.map(|agent| Actor::Member(agent).to_string()));
    if let Some(pipeline) = filter.pipeline {
        query.and(
            "EXISTS (SELECT 1 FROM tickets t WHERE t.organization_id = m.organization_id AND t.id = m.ticket_id AND t.pipeline_id = ",
            pipeline,
        );
        query.text(")");
    }
    query.text(" GROUP BY hour, channel_id, direction, who");
    let setup = w.setup.clone();
    let grouping = Grouping::new(&setup, group);
    let mut groups = BTreeMap::<String, [i64; 3]>::new();
    let mut totals = [0; 3];
    for row in w.tx.query(query.sql(), &query.params())? {
        let at = Timestamp::from_micros(row.get::<i64>("hour")? * HOUR);
        let place =
            Place { at, channel: row.get("channel_id")?, pipeline: filter.pipeline, actor: Some(row.get("who")?) };
        let (direction, count, failed): (Direction, i64, i64) =
            (row.get("direction")?, row.get("n")?, row.get("failed")?);
        let name =
            if group == Group::Agent && direction == Direction::Inbound { "-".to_owned() } else { grouping.of(&place) };
        for counts in [groups.entry(name).or_default(), &mut totals] {
            counts[usize::from(direction == Direction::Outbound)] += count;
            counts[2] += failed;
        }
    }
    let cells = |counts: [i64; 3]| counts.map(Cell::Whole);
    let rows =
        groups.into_iter().map(|(name, counts)| [vec![Cell::Text(name)], cells(counts).to_vec()].concat()).collect();
    Ok(Table {
        columns: vec![grouping.column(), "inbound", "outbound", "failed"],
        rows,
        totals: [vec![Cell::Nothing(())], cells(totals).to_vec()].concat(),
        cut: false,
    })
}
