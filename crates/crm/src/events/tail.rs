//! Reading the log as it grows, of several organizations at once: for whoever passes events on.

use store::{Tx, params};

use super::EventRow;
use super::list::{COLUMNS, PAGE_BYTES, PIECE};
use crate::error::Result;
use crate::id::OrganizationId;
use crate::query::Query;

/// What came after a position.
#[derive(Debug)]
pub struct Tail {
    /// In order of their sequence.
    pub events: Vec<(OrganizationId, EventRow)>,
    /// Everything of these organizations up to here is in `events`, or was before.
    pub reached: i64,
    /// There is more to take at once.
    pub more: bool,
    /// There are events that may not be taken yet, because a transaction that began before them is still open. Its end
    /// wakes nobody: look again soon.
    pub held: bool,
}

/// Up to `limit` events after `after`, fewer where they are heavy.
pub fn tail(tx: &mut Tx<'_>, organizations: &[OrganizationId], after: i64, limit: usize) -> Result<Tail> {
    let head = head(tx)?;
    let Some((first, others)) = organizations.split_first() else {
        return Ok(Tail { events: Vec::new(), reached: head, more: false, held: false });
    };
    let mut events: Vec<(OrganizationId, EventRow)> = Vec::new();
    let mut held = false;
    let mut bytes = 0;
    let more = loop {
        let wanted = PIECE.min(limit + 1 - events.len());
        let from = events.last().map_or(after, |(_, last)| last.sequence);
        let sql = format!("SELECT {COLUMNS}, e.organization_id FROM events e WHERE e.organization_id IN (");
        let mut query = Query::new(sql, *first);
        // Few texts, whatever the number: each is prepared once.
        let places = organizations.len().next_power_of_two();
        for place in 1..places {
            query.push(", ", *others.get(place - 1).unwrap_or(first));
        }
        query.text(")").and("e.sequence > ", from).push(" ORDER BY e.sequence LIMIT ", wanted as i64);
        let rows = tx.query(query.sql(), &query.params())?;
        for row in &rows {
            let event = EventRow::from_row(row)?;
            if event.sequence > head {
                held = true;
                break;
            }
            bytes += event.bytes();
            events.push((row.at(11)?, event));
        }
        if held || rows.len() < wanted {
            break false;
        }
        if events.len() > limit || bytes >= PAGE_BYTES {
            break true;
        }
    };
    events.truncate(limit);
    let reached = match events.last() {
        Some((_, last)) if more => last.sequence,
        _ => head.max(after),
    };
    Ok(Tail { events, reached, more, held })
}

/// The sequence up to which the log can be read; what comes later is above it.
pub fn head(tx: &mut Tx<'_>) -> Result<i64> {
    if let Some(bound) = tx.dialect().readable_events_bound(tx)? {
        return Ok(bound - 1);
    }
    Ok(tx.query_one("SELECT coalesce(max(sequence), 0) AS head FROM events", params![])?.at(0)?)
}
