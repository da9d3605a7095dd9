//! Reading the log in order.

use store::Row;

use super::Topic;
use crate::error::Result;
use crate::id::EventId;
use crate::query::Query;
use crate::time::Timestamp;
use crate::work::Work;

#[derive(Debug, Clone)]
pub struct EventRow {
    pub sequence: i64,
    pub id: EventId,
    pub topic: String,
    pub occurred_at: Timestamp,
    /// Stored form of [`crate::Actor`].
    pub actor: String,
    /// JSON objects.
    pub subject: String,
    pub data: String,
    pub previous: Option<String>,
    pub request_id: String,
}

pub(crate) const COLUMNS: &str =
    "e.sequence, e.id, e.topic, e.occurred_at, e.actor, e.subject, e.data, e.previous, e.request_id";

impl EventRow {
    pub(crate) fn from_row(row: &Row) -> Result<EventRow> {
        Ok(EventRow {
            sequence: row.at(0)?,
            id: row.at(1)?,
            topic: row.at(2)?,
            occurred_at: row.at(3)?,
            actor: row.at(4)?,
            subject: row.at(5)?,
            data: row.at(6)?,
            previous: row.at(7)?,
            request_id: row.at(8)?,
        })
    }
}

#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    /// Events after this sequence.
    pub after: i64,
    pub topics: Vec<Topic>,
    pub limit: u32,
}

/// In order of `sequence`. On PostgreSQL only up to where every lower sequence is decided: a transaction that is still
/// open may commit below what is already visible, and a reader that had passed it would never see it.
pub fn list(w: &mut Work<'_, '_>, filter: &EventFilter) -> Result<Vec<EventRow>> {
    let bound = w.tx.dialect().readable_events_bound(w.tx)?;
    let mut query =
        Query::new(format!("SELECT {COLUMNS} FROM events e WHERE e.organization_id = "), w.caller.organization);
    query.and("e.sequence > ", filter.after);
    query.and_if("e.sequence < ", &bound);
    if let Some((first, others)) = filter.topics.split_first() {
        query.and("e.topic IN (", first.name());
        for topic in others {
            query.push(", ", topic.name());
        }
        query.text(")");
    }
    query.push(" ORDER BY e.sequence LIMIT ", i64::from(filter.limit));
    w.tx.query(query.sql(), &query.params())?.iter().map(EventRow::from_row).collect()
}
