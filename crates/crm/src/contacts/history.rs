//! A contact's timeline: its messages and notes, and everything else from the event log, newest first.

use store::params;

use super::Contact;
use crate::error::Result;
use crate::events::{self, EventRow};
use crate::id::ContactId;
use crate::messages::{self, Message};
use crate::page::{Page, PageRequest, bad_cursor};
use crate::time::Timestamp;
use crate::work::Work;

#[derive(Debug)]
pub enum TimelineEntry {
    Message(Box<Message>),
    Event(EventRow),
}

impl TimelineEntry {
    pub fn at(&self) -> Timestamp {
        match self {
            TimelineEntry::Message(message) => message.sent_at,
            TimelineEntry::Event(event) => event.occurred_at,
        }
    }

    fn id(&self) -> uuid::Uuid {
        match self {
            TimelineEntry::Message(message) => message.id.0,
            TimelineEntry::Event(event) => event.id.0,
        }
    }
}

/// The cursor is `<micros>~<id>` of the last entry.
pub fn timeline(w: &mut Work<'_, '_>, id: ContactId, page: &PageRequest) -> Result<Page<TimelineEntry>> {
    let id = Contact::get(w, id)?.id;
    let (at, last) = match page.cursor.as_deref() {
        None => (i64::MAX, uuid::Uuid::max()),
        Some(cursor) => {
            let (at, last) = cursor.split_once('~').ok_or_else(bad_cursor)?;
            (at.parse().map_err(|_| bad_cursor())?, last.parse().map_err(|_| bad_cursor())?)
        }
    };
    let surplus = i64::from(page.limit) + 1;
    let organization = w.caller.organization;
    let sql = format!(
        "SELECT {} FROM messages m WHERE m.organization_id = $1 AND m.contact_id = $2 AND (m.sent_at, m.id) < ($3, $4)
         ORDER BY m.sent_at DESC, m.id DESC LIMIT $5",
        messages::COLUMNS
    );
    let mut entries = Vec::new();
    for row in w.tx.query(&sql, params![organization, id, at, last, surplus])? {
        entries.push(TimelineEntry::Message(Box::new(Message::from_row(&row)?)));
    }
    // Messages and notes are shown from their own table.
    let sql = format!(
        "SELECT {} FROM events e WHERE e.organization_id = $1
           AND e.contact_id IN (SELECT $2 UNION ALL SELECT k.id FROM contacts k WHERE k.organization_id = $1 AND k.merged_into = $2)
           AND (e.occurred_at, e.id) < ($3, $4)
           AND e.topic NOT IN ('note.created', 'message.queued', 'message.received', 'message.sent', 'message.status')
         ORDER BY e.occurred_at DESC, e.id DESC LIMIT $5",
        events::COLUMNS
    );
    for row in w.tx.query(&sql, params![organization, id, at, last, surplus])? {
        entries.push(TimelineEntry::Event(EventRow::from_row(&row)?));
    }
    entries.sort_by_key(|entry| std::cmp::Reverse((entry.at(), entry.id())));
    Ok(Page::from_surplus(entries, page.limit, |entry| format!("{}~{}", entry.at().micros(), entry.id())))
}
