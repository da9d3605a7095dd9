//! What happened with a contact or a ticket: messages, notes and everything else.

use crm::id::{ContactId, TicketId};
use crm::messages::Message;
use crm::page::{Page, PageRequest};
use crm::timeline::{TimelineEntry, TimelineOrder, of_contact, of_ticket};
use crm::{Timestamp, Work};
use schemars::JsonSchema;
use serde::Serialize;

use super::events::{EventView, view as event_view};
use super::messages::{MessageView, views};
use super::paging::page;
use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input};
use crate::one_of;
use crate::problem::Problem;

#[derive(Debug)]
pub struct TimelineQuery {
    page: PageRequest,
    order: TimelineOrder,
}

impl Input for TimelineQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let page = page(f);
        let about = "Newest first (`desc`, without it) or oldest first (`asc`). With the `cursor` of an entry either goes on from there.";
        let order = f.optional("order", one_of!(TimelineOrder), about);
        Some(TimelineQuery { page, order: order.unwrap_or(TimelineOrder::NewestFirst) })
    }
}

/// Either `message` or `event`, as `type` says.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EntryView {
    /// `message` (also a note) or `event`
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub at: Timestamp,
    /// Where this entry stands: a page goes on from here in either order.
    pub cursor: String,
    pub message: Option<MessageView>,
    pub event: Option<EventView>,
}

/// A page of entries, and its messages as they are shown.
struct Shown {
    entries: Page<TimelineEntry>,
    messages: Vec<MessageView>,
}

fn shown(w: &mut Work<'_, '_>, entries: Page<TimelineEntry>) -> crm::Result<Shown> {
    let message = |entry: &TimelineEntry| match entry {
        TimelineEntry::Message(message) => Some(Message::clone(message)),
        TimelineEntry::Event(_) => None,
    };
    let messages: Vec<Message> = entries.data.iter().filter_map(message).collect();
    let messages = views(w, &messages)?;
    Ok(Shown { entries, messages })
}

fn answer(Shown { entries, messages }: Shown) -> Result<Answer, Problem> {
    // They stand in the same order.
    let mut messages = messages.into_iter();
    let mut view = |entry: &TimelineEntry| -> Result<EntryView, Problem> {
        let (kind, message, event) = match entry {
            TimelineEntry::Message(_) => ("message", messages.next(), None),
            TimelineEntry::Event(event) => ("event", None, Some(event_view(event)?)),
        };
        Ok(EntryView { kind, at: entry.at(), cursor: entry.cursor(), message, event })
    };
    let data = entries.data.iter().map(&mut view).collect::<Result<_, _>>()?;
    Answer::json(200, &Page { data, next_cursor: entries.next_cursor })
}

pub async fn contact(call: Call) -> Result<Answer, Problem> {
    let query: TimelineQuery = call.read_query()?;
    let contact: ContactId = call.id("id", "contact")?;
    let read = move |w: &mut Work<'_, '_>| {
        let entries = of_contact(w, contact, query.order, &query.page)?;
        shown(w, entries)
    };
    answer(call.read(read).await?)
}

pub async fn ticket(call: Call) -> Result<Answer, Problem> {
    let query: TimelineQuery = call.read_query()?;
    let ticket: TicketId = call.id("id", "ticket")?;
    let read = move |w: &mut Work<'_, '_>| {
        let entries = of_ticket(w, ticket, query.order, &query.page)?;
        shown(w, entries)
    };
    answer(call.read(read).await?)
}
