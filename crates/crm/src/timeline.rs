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

/// Topics whose events are the messages and notes themselves. The log's index by ticket leaves them out, in these very words:
/// the planners compare texts.
const MESSAGES: &str = "('note.created', 'message.queued', 'message.received', 'message.sent', 'message.status')";

/// Of a contact, and of the contacts that turned out to be this one.
pub fn of_contact(
    w: &mut Work<'_, '_>,
    id: ContactId,
    order: TimelineOrder,
    page: &PageRequest,
) -> Result<Page<TimelineEntry>> {
    let contact = Contact::get(w, id)?;
    read(w, contact.id, None, order, page)
}

/// Of a ticket, whoever it belongs to now.
pub fn of_ticket(
    w: &mut Work<'_, '_>,
    id: TicketId,
    order: TimelineOrder,
    page: &PageRequest,
) -> Result<Page<TimelineEntry>> {
    let ticket = Ticket::get(w, id)?;
    read(w, ticket.contact_id, Some(ticket.id), order, page)
}

fn read(
    w: &mut Work<'_, '_>,
    contact: ContactId,
    ticket: Option<TicketId>,
    order: TimelineOrder,
    page: &PageRequest,
) -> Result<Page<TimelineEntry>> {
    let organization = w.caller.organization;
    let contacts = names_of(w, contact, ticket.is_some())?;
    let from = page.cursor.as_deref().map(Place::read).transpose()?;
    let surplus = i64::from(page.limit) + 1;
    let history = History { organization, contacts: &contacts, ticket, order, from, surplus };
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

/// Under which contacts there may be something of one: itself and those that turned out to be it. `once`: also those that it was
/// once joined to, as what was said meanwhile in a ticket stays with them when it is parted again.
fn names_of(w: &mut Work<'_, '_>, contact: ContactId, once: bool) -> Result<Vec<Uuid>> {
    let turned_out = "c.id FROM contacts c JOIN same ON c.merged_into = same.id WHERE c.organization_id = $1";
    let joined_to = "m.contact_id FROM merges m JOIN same ON m.merged_id = same.id WHERE m.organization_id = $1";
    let mut names: Vec<Uuid> = Vec::new();
    for next in [Some(turned_out), Some(joined_to).filter(|_| once)].into_iter().flatten() {
        let sql = format!(
            "WITH RECURSIVE same (id) AS (
               SELECT c.id FROM contacts c WHERE c.organization_id = $1 AND c.id = $2 UNION SELECT {next})
             SELECT id FROM same"
        );
        for row in w.tx.query(&sql, store::params![w.caller.organization, contact])? {
            names.push(row.at(0)?);
        }
    }
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

/// What one page reads from either table.
struct History<'a> {
    organization: OrganizationId,
    contacts: &'a [Uuid],
    /// This one of theirs alone.
    ticket: Option<TicketId>,
    order: TimelineOrder,
    from: Option<Place>,
    surplus: i64,
}

impl History<'_> {
    /// Those of a ticket by its contact, whose messages an index has in order and with their tickets: one by ticket would have an
    /// entry of each message, to be found by one look in a thousand.
    fn messages(&self) -> Query {
        let mut query = self.of(messages::COLUMNS, "messages m", "m.contact_id", self.contacts);
        query.and_if("m.ticket_id = ", &self.ticket);
        self.page(query, ("m.sent_at", "m.id"), self.from.map(|from| Value::Uuid(from.message())))
    }

    /// Those of a ticket by the ticket alone: it goes with its contact when two turn out to be one, and what the log has of it stays.
    fn events(&self) -> Query {
        let mut query = match self.ticket {
            Some(ticket) => self.of(events::COLUMNS, "events e", "e.ticket_id", &[ticket.0]),
            None => self.of(events::COLUMNS, "events e", "e.contact_id", self.contacts),
        };
        query.text(&format!(" AND e.topic NOT IN {MESSAGES}"));
        self.page(query, ("e.occurred_at", "e.sequence"), self.from.map(|from| Value::Int(from.event())))
    }

    fn of(&self, columns: &str, table: &str, column: &str, ids: &[Uuid]) -> Query {
        let name = &column[..1];
        let sql = format!("SELECT {columns} FROM {table} WHERE {name}.organization_id = ");
        let mut query = Query::new(sql, self.organization);
        for (n, id) in ids.iter().enumerate() {
            let text = if n == 0 { format!(" AND {column} IN (") } else { ", ".to_owned() };
            query.push(&text, *id);
        }
        query.text(")");
        query
    }

    fn page(&self, mut query: Query, (time, last): (&str, &str), tie: Option<Value>) -> Query {
        let (compared, direction) = match self.order {
            TimelineOrder::NewestFirst => ("<", "DESC"),
            TimelineOrder::OldestFirst => (">", "ASC"),
        };
        if let (Some(from), Some(tie)) = (self.from, tie) {
            query.push(&format!(" AND ({time}, {last}) {compared} ("), from.at);
            query.push(", ", tie).text(")");
        }
        query.push(&format!(" ORDER BY {time} {direction}, {last} {direction} LIMIT "), self.surplus);
        query
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::work::Crm;

    /// Messages and the log's entries, of a contact as of a ticket, are found by an index in their order.
    #[test]
    fn a_history_is_read_by_its_indexes() {
        let fresh = store::testing::fresh_sqlite();
        let crm = Crm::open(fresh.clone()).unwrap();
        for ticket in [None, Some(TicketId(Uuid::nil()))] {
            for from in [None, Some(Place { at: 5, of: Of::Event(7) })] {
                let plans = move |tx: &mut store::Tx<'_>| -> Result<Vec<String>> {
                    let (contacts, order) = ([Uuid::nil()], TimelineOrder::NewestFirst);
                    let organization = OrganizationId::default();
                    let history = History { organization, contacts: &contacts, ticket, order, from, surplus: 51 };
                    let mut plans = Vec::new();
                    for query in [history.messages(), history.events()] {
                        let rows = tx.query(&format!("EXPLAIN QUERY PLAN {}", query.sql()), &query.params())?;
                        let steps: Vec<&str> =
                            rows.iter().map(|row| row.text("detail")).collect::<std::result::Result<_, _>>()?;
                        plans.push(steps.join("; "));
                    }
                    Ok(plans)
                };
                let plans = crm.db().read_blocking(store::Priority::Interactive, plans).unwrap();
                let log = if ticket.is_some() { "events_ticket" } else { "events_contact" };
                for (plan, index) in plans.iter().zip(["messages_contact", log]) {
                    assert!(
                        plan.contains(index) && !plan.contains("B-TREE FOR ORDER BY"),
                        "{ticket:?} {from:?}: {plan}"
                    );
                }
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
