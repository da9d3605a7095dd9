//! The event log, in order.

use crm::Timestamp;
use crm::access::actor_parts;
use crm::events::{EventFilter, EventRow, Topic, list as list_events};
use crm::id::{ContactId, EventId, TicketId};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::answer::Answer;
use crate::call::Call;
use crate::compat::views::raw;
use crate::input::{Fields, Input};
use crate::kinds::{Text, Whole, id};
use crate::problem::Problem;

/// Which events, of the log and of the stream alike.
pub fn filter(f: &mut Fields<'_>) -> EventFilter {
    let topic = f.optional("topic", Text { max: 1000 }, "One topic, or several separated by commas.");
    let contact = f.optional("contact_id", id::<ContactId>(), "Only events about this contact.");
    let ticket = f.optional("ticket_id", id::<TicketId>(), "Only events about this ticket.");
    let mut topics = Vec::new();
    for name in topic.iter().flat_map(|list| list.split(',')).map(str::trim).filter(|name| !name.is_empty()) {
        match Topic::from_name(name) {
            Some(topic) => topics.push(topic),
            None => {
                let known: Vec<&str> = Topic::ALL.iter().map(|topic| topic.name()).collect();
                f.problem("topic", "unknown_topic", format!("Topics are: {}.", known.join(", ")));
            }
        }
    }
    EventFilter { topics, contact, ticket }
}

#[derive(Debug)]
pub struct EventsQuery {
    pub after: i64,
    pub filter: EventFilter,
    pub limit: u32,
}

impl Input for EventsQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let after = f.optional("after", Whole { min: 0, max: i64::MAX }, "Only events after this sequence.");
        let filter = filter(f);
        let limit = f.optional("limit", Whole { min: 1, max: 1000 }, "At most so many (100).");
        Some(EventsQuery { after: after.unwrap_or(0), filter, limit: limit.map_or(100, |l| l as u32) })
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ActorView {
    /// `api_key`, `member`, `contact`, `assistant` or `system`
    #[serde(rename = "type")]
    pub kind: String,
    pub id: Option<String>,
}

pub fn actor(stored: &str) -> ActorView {
    let (kind, id) = actor_parts(stored);
    ActorView { kind: kind.to_owned(), id: id.map(str::to_owned) }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct EventView {
    pub id: EventId,
    pub sequence: i64,
    pub topic: String,
    pub occurred_at: Timestamp,
    pub actor: ActorView,
    /// Ids of what it is about.
    #[schemars(with = "Map<String, Value>")]
    pub subject: Box<RawValue>,
    #[schemars(with = "Map<String, Value>")]
    pub data: Box<RawValue>,
    /// What the changed members were before.
    #[schemars(with = "Option<Map<String, Value>>")]
    pub previous: Option<Box<RawValue>>,
    pub request_id: String,
}

pub fn view(event: &EventRow) -> Result<EventView, Problem> {
    Ok(EventView {
        id: event.id,
        sequence: event.sequence,
        topic: event.topic.clone(),
        occurred_at: event.occurred_at,
        actor: actor(&event.actor),
        subject: raw(&event.subject)?,
        data: raw(&event.data)?,
        previous: event.previous.as_deref().map(raw).transpose()?,
        request_id: event.request_id.clone(),
    })
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct EventsPage {
    pub data: Vec<EventView>,
    /// Give it back as `after` for what comes next, now or later. It moves on where nothing matches, too.
    pub last_sequence: i64,
    /// Whether there is more to read now. With a filter a page may have few events, or none, and more come after it.
    pub more: bool,
}

pub async fn list(call: Call) -> Result<Answer, Problem> {
    let query: EventsQuery = call.read_query()?;
    let found = call.read(move |w| list_events(w, &query.filter, query.after, query.limit)).await?;
    let data = found.events.iter().map(view).collect::<Result<_, _>>()?;
    Answer::json(200, &EventsPage { data, last_sequence: found.last_sequence, more: found.more })
}
