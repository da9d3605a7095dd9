//! Reading an organization's log in order.

use store::{Row, params};

use super::{Topic, head};
use crate::contacts::Contact;
use crate::error::Result;
use crate::id::{ContactId, EventId, TicketId};
use crate::query::Query;
use crate::time::Timestamp;
use crate::work::Work;

/// Entries of the log's index that one page by topic or ticket looks at, at most: of a rare one a page may have none, and goes on
/// from there.
const LOOKED_AT: i64 = 20_000;

/// Rows that are read at once.
pub(super) const PIECE: usize = 64;
/// A page ends with the piece that brings it here, in bytes of JSON.
pub(super) const PAGE_BYTES: usize = 4 * 1024 * 1024;

#[derive(Debug, Clone)]
pub struct EventRow {
    pub sequence: i64,
    pub id: EventId,
    pub topic: String,
    pub occurred_at: Timestamp,
    /// Stored form of [`crate::Actor`].
    pub actor: String,
    pub contact: Option<ContactId>,
    pub ticket: Option<TicketId>,
    /// JSON objects.
    pub subject: String,
    pub data: String,
    pub previous: Option<String>,
    pub request_id: String,
}

pub(crate) const COLUMNS: &str = "e.sequence, e.id, e.topic, e.occurred_at, e.actor, e.contact_id, e.ticket_id, e.subject, e.data, \
     e.previous, e.request_id";

impl EventRow {
    /// What makes one event heavier than another.
    pub(super) fn bytes(&self) -> usize {
        self.data.len() + self.previous.as_ref().map_or(0, String::len)
    }

    pub(crate) fn from_row(row: &Row) -> Result<EventRow> {
        Ok(EventRow {
            sequence: row.at(0)?,
            id: row.at(1)?,
            topic: row.at(2)?,
            occurred_at: row.at(3)?,
            actor: row.at(4)?,
            contact: row.at(5)?,
            ticket: row.at(6)?,
            subject: row.at(7)?,
            data: row.at(8)?,
            previous: row.at(9)?,
            request_id: row.at(10)?,
        })
    }
}

/// Which events; empty: all.
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    pub topics: Vec<Topic>,
    pub contact: Option<ContactId>,
    pub ticket: Option<TicketId>,
}

#[derive(Debug)]
pub struct Listed {
    pub events: Vec<EventRow>,
    /// Up to here everything has been looked at: where the next page begins. Never behind what came before, unless the log
    /// itself is: a backup was restored.
    pub last_sequence: i64,
    /// Whether there was more to look at.
    pub more: bool,
}

/// The log is never changed: what happened to those who turned out to be this contact stands under their own ids.
fn names_of(w: &mut Work<'_, '_>, contact: ContactId) -> Result<Vec<ContactId>> {
    const MOST: i64 = 500;
    let contact = Contact::meant(w, contact)?;
    let rows = w.tx.query(
        "SELECT id FROM contacts WHERE organization_id = $1 AND merged_into = $2 ORDER BY id LIMIT $3",
        params![w.caller.organization, contact, MOST],
    )?;
    let others = rows.iter().map(|row| row.at(0)).collect::<std::result::Result<Vec<ContactId>, _>>()?;
    Ok(std::iter::once(contact).chain(others).collect())
}

/// Those after `after`, in order of `sequence`; fewer than `limit`, and more to come, where they are heavy. On PostgreSQL only up to where every lower sequence is decided: a
/// transaction that is still open may commit below what is already visible, and a reader that had passed it would never
/// see it.
pub fn list(w: &mut Work<'_, '_>, filter: &EventFilter, after: i64, limit: u32) -> Result<Listed> {
    let organization = w.caller.organization;
    let head = head(w.tx)?;
    let mut end = head;
    if filter.contact.is_none() && !(filter.topics.is_empty() && filter.ticket.is_none()) {
        let far = w.tx.query_opt(
            "SELECT e.sequence FROM events e WHERE e.organization_id = $1 AND e.sequence > $2 AND e.sequence <= $3
             ORDER BY e.sequence LIMIT 1 OFFSET $4",
            params![organization, after, head, LOOKED_AT - 1],
        )?;
        end = far.map(|row| row.at(0)).transpose()?.unwrap_or(head);
    }
    // The contact and those who turned out to be it.
    let named = filter.contact.map(|contact| names_of(w, contact)).transpose()?;
    let limit = limit as usize;
    let mut events: Vec<EventRow> = Vec::new();
    let mut bytes = 0;
    // In pieces: what was read and is too much for a page is in memory already.
    let surplus = loop {
        let wanted = PIECE.min(limit + 1 - events.len());
        let from = events.last().map_or(after, |last| last.sequence);
        let mut query = Query::new(format!("SELECT {COLUMNS} FROM events e WHERE e.organization_id = "), organization);
        query.and("e.sequence > ", from).and("e.sequence <= ", end);
        if let Some(named) = &named {
            query.and_in("e.contact_id IN ", named);
        }
        query.and_if("e.ticket_id = ", &filter.ticket);
        if let Some((first, others)) = filter.topics.split_first() {
            query.and("e.topic IN (", first.name());
            for topic in others {
                query.push(", ", topic.name());
            }
            query.text(")");
        }
        query.push(" ORDER BY e.sequence LIMIT ", wanted as i64);
        let rows = w.tx.query(query.sql(), &query.params())?;
        for row in &rows {
            let event = EventRow::from_row(row)?;
            bytes += event.bytes();
            events.push(event);
        }
        if rows.len() < wanted {
            break false;
        }
        if events.len() > limit || bytes >= PAGE_BYTES {
            break true;
        }
    };
    events.truncate(limit);
    let last_sequence = match events.last() {
        Some(last) if surplus => last.sequence,
        _ => end,
    };
    Ok(Listed { events, last_sequence, more: surplus || end < head })
}
