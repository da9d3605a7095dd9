//! What happened with a contact or a ticket: messages and notes from their own table, everything else from the event log.

use store::Value;
use uuid::Uuid;

use crate::contacts::Contact;
use crate::error::Result;
use crate::events::{self, EventRow};
use crate::id::{ContactId, OrganizationId, TicketId};
use crate::messages::{self, Message};
use crate::page::{Page, PageRequest, bad_cursor};
use crate::query::Query;
use crate::tickets::Ticket;
use crate::time::Timestamp;
use crate::wire_enum;
use crate::work::Work;

wire_enum! {
    pub enum TimelineOrder { NewestFirst = "desc", OldestFirst = "asc" }
}

#[derive(Debug)]
pub enum TimelineEntry {
    Message(Box<Message>),
    Event(Box<EventRow>),
}

impl TimelineEntry {
    pub fn at(&self) -> Timestamp {
        match self {
            TimelineEntry::Message(message) => message.sent_at,
            TimelineEntry::Event(event) => event.occurred_at,
        }
    }

    fn place(&self) -> Place {
        let at = self.at().micros();
        match self {
            TimelineEntry::Event(event) => Place { at, of: Of::Event(event.sequence) },
            TimelineEntry::Message(message) => Place { at, of: Of::Message(message.id.0) },
        }
    }

    /// From here a page in either order goes on.
    pub fn cursor(&self) -> String {
        let Place { at, of } = self.place();
        match of {
            Of::Event(sequence) => format!("{at}~{sequence}"),
            Of::Message(id) => format!("{at}~{id}"),
        }
    }
}

/// Where an entry stands: by time; of one instant events first, in the order of the log, then messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    at: i64,
    of: Of,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Of {
    Event(i64),
    Message(Uuid),
}

impl Place {
    fn read(cursor: &str) -> Result<Place> {
        let (at, of) = cursor.split_once('~').ok_or_else(bad_cursor)?;
        let at = at.parse().map_err(|_| bad_cursor())?;
        let event = of.parse().ok().map(Of::Event);
        let of = event.or_else(|| of.parse().ok().map(Of::Message)).ok_or_else(bad_cursor)?;
        Ok(Place { at, of })
    }

    /// The last event that may stand at or before it.
    fn event(self) -> i64 {
        match self.of {
            Of::Event(sequence) => sequence,
            Of::Message(_) => i64::MAX,
        }
    }

    /// The last message that may.
    fn message(self) -> Uuid {
        match self.of {
            Of::Event(_) => Uuid::nil(),
            Of::Message(id) => id,
        }
    }
}

/// Topics whose events are the messages and notes themselves. The log's indexes by contact and by ticket leave them out, in
/// these very words: both planners compare texts.
const MESSAGES: &str = "('note.created', 'message.queued', 'message.received', 'message.sent', 'message.status')";

/// Of a contact, and of the contacts that turned out to be this one.
pub fn of_contact(
    w: &mut Work<'_, '_>,
    id: ContactId,
    order: TimelineOrder,
    page: &PageRequest,
) -> Result<Page<TimelineEntry>> {
    let contact = Contact::get(w, id)?;
    let rows = w.tx.query(
        "WITH RECURSIVE same (id) AS (
            SELECT c.id FROM contacts c WHERE c.organization_id = $1 AND c.id = $2
            UNION
            SELECT c.id FROM contacts c JOIN same ON c.merged_into = same.id WHERE c.organization_id = $1)
         SELECT id FROM same",
        store::params![w.caller.organization, contact.id],
    )?;
    let ids = rows.iter().map(|row| row.at(0)).collect::<std::result::Result<Vec<Uuid>, _>>()?;
    read(w, "contact_id", &ids, order, page)
}

/// Of a ticket, whoever it belongs to now.
pub fn of_ticket(
    w: &mut Work<'_, '_>,
    id: TicketId,
    order: TimelineOrder,
    page: &PageRequest,
) -> Result<Page<TimelineEntry>> {
    let ticket = Ticket::get(w, id)?;
    read(w, "ticket_id", &[ticket.id.0], order, page)
}

fn read(
    w: &mut Work<'_, '_>,
    column: &str,
    ids: &[Uuid],
    order: TimelineOrder,
    page: &PageRequest,
) -> Result<Page<TimelineEntry>> {
    let from = page.cursor.as_deref().map(Place::read).transpose()?;
    let surplus = i64::from(page.limit) + 1;
    let history = History { organization: w.caller.organization, column, ids, order, from, surplus };
    let mut entries = Vec::new();
    let found = history.messages();
    for row in w.tx.query(found.sql(), &found.params())? {
        entries.push(TimelineEntry::Message(Box::new(Message::from_row(&row)?)));
    }
    let found = history.events();
    for row in w.tx.query(found.sql(), &found.params())? {
        entries.push(TimelineEntry::Event(Box::new(EventRow::from_row(&row)?)));
    }
    match order {
        TimelineOrder::NewestFirst => entries.sort_by_key(|entry| std::cmp::Reverse(entry.place())),
        TimelineOrder::OldestFirst => entries.sort_by_key(TimelineEntry::place),
    }
    Ok(Page::from_surplus(entries, page.limit, TimelineEntry::cursor))
}

/// What one page reads from either table.
struct History<'a> {
    organization: OrganizationId,
    /// `contact_id` or `ticket_id`, which is one of `ids`.
    column: &'a str,
    ids: &'a [Uuid],
    order: TimelineOrder,
    from: Option<Place>,
    surplus: i64,
}

impl History<'_> {
    fn messages(&self) -> Query {
        let tie = self.from.map(|from| Value::Uuid(from.message()));
        self.query(messages::COLUMNS, "messages", "", ("sent_at", "id"), tie)
    }

    fn events(&self) -> Query {
        let not = format!(" AND e.topic NOT IN {MESSAGES}");
        let tie = self.from.map(|from| Value::Int(from.event()));
        self.query(events::COLUMNS, "events", &not, ("occurred_at", "sequence"), tie)
    }

    fn query(&self, columns: &str, table: &str, and: &str, key: (&str, &str), tie: Option<Value>) -> Query {
        let (compared, direction) = match self.order {
            TimelineOrder::NewestFirst => ("<", "DESC"),
            TimelineOrder::OldestFirst => (">", "ASC"),
        };
        let (name, column, (time, last)) = (&table[..1], self.column, key);
        let sql = format!("SELECT {columns} FROM {table} {name} WHERE {name}.organization_id = ");
        let mut query = Query::new(sql, self.organization);
        for (n, id) in self.ids.iter().enumerate() {
            let text = if n == 0 { format!(" AND {name}.{column} IN (") } else { ", ".to_owned() };
            query.push(&text, *id);
        }
        query.text(")").text(and);
        if let (Some(from), Some(tie)) = (self.from, tie) {
            query.push(&format!(" AND ({name}.{time}, {name}.{last}) {compared} ("), from.at);
            query.push(", ", tie).text(")");
        }
        let sorted = format!(" ORDER BY {name}.{time} {direction}, {name}.{last} {direction} LIMIT ");
        query.push(&sorted, self.surplus);
        query
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::work::Crm;

    /// The log's entries of a contact or ticket are found by an index that has no messages, in their order.
    #[test]
    fn a_history_reads_the_log_by_its_own_index() {
        let fresh = store::testing::fresh_sqlite();
        let crm = Crm::open(fresh.clone()).unwrap();
        for (column, index) in [("contact_id", "events_contact"), ("ticket_id", "events_ticket")] {
            for from in [None, Some(Place { at: 5, of: Of::Event(7) })] {
                let plan = move |tx: &mut store::Tx<'_>| -> Result<Vec<String>> {
                    let (organization, ids, order) =
                        (OrganizationId::default(), [Uuid::nil()], TimelineOrder::NewestFirst);
                    let query = History { organization, column, ids: &ids, order, from, surplus: 51 }.events();
                    let rows = tx.query(&format!("EXPLAIN QUERY PLAN {}", query.sql()), &query.params())?;
                    rows.iter().map(|row| Ok(row.text("detail")?.to_owned())).collect()
                };
                let plan = crm.db().read_blocking(store::Priority::Interactive, plan).unwrap();
                assert!(plan.len() == 1 && plan[0].contains(index), "{column}: {plan:#?}");
            }
        }
    }

    #[test]
    fn a_cursor_names_an_event_or_a_message() {
        let event = Place::read("5~17").unwrap();
        let message = Place::read("5~0190c5e2-7a3b-7c1d-9e4f-2b6a8d1c3e5f").unwrap();
        assert!(event < message && message < Place::read("6~1").unwrap());
        assert_eq!((event.event(), event.message()), (17, Uuid::nil()));
        assert_eq!(message.event(), i64::MAX);
        for bad in ["", "x", "5", "5~", "~5", "5~x", "x~5"] {
            assert!(Place::read(bad).is_err(), "{bad}");
        }
    }
}
