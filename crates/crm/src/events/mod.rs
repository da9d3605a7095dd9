//! The append-only log: one row per fact, in the transaction of the change itself. History, live updates, webhooks and
//! audit read it. `sequence` grows with every event; a reader that goes on after the last one it saw has missed none.

mod list;
mod tail;
mod track;
mod waiting;

pub(crate) use list::COLUMNS;
pub use list::{EventFilter, EventRow, Listed, list};
pub use tail::{Tail, head, tail};
pub use track::{Tracked, track};
pub use waiting::{HeldBack, LONG as HELD_BACK_SECONDS, held_back};

use std::fmt::Display;

use serde_json::Value;
use store::params;

use crate::access::Actor;
use crate::error::Result;
use crate::id::{ContactId, EventId, TicketId};
use crate::work::Work;

/// Every topic that is written today. Others join with the features that write them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Topic {
    ContactCreated,
    ContactUpdated,
    TicketCreated,
    TicketUpdated,
    TicketClosed,
    StageChanged,
    AgentAssigned,
    NoteCreated,
    MessageQueued,
    /// Something came in: from a person, or a change of what they wrote.
    MessageReceived,
    /// Something went out: the provider took it, or it was written on the phone beside the API.
    MessageSent,
    /// What became of an outbound message.
    MessageStatus,
    /// Two contacts turned out to be one; or, with `undone`, two again.
    ContactMerged,
    /// The person was erased; nothing else is known of the contact any more.
    ContactErased,
    /// How a channel does, as its provider or its worker says.
    ChannelStatus,
    /// An event that another system reported about a contact (`POST /api/v1/events`).
    EventTracked,
    /// The organization's own set-up: channels, pipelines, fields, tags, members, keys.
    SetupChanged,
    /// An operation of the API goes away.
    OperationDeprecated,
    /// It does so within 90, 30, 7 or 1 days, and is still called.
    OperationSunsetSoon,
    OperationRemoved,
    /// Somebody decided about a value that structuring was not sure of.
    ReviewDecided,
    /// A message is to go out at a time of its own.
    ScheduledMessageCreated,
    /// At another time now.
    ScheduledMessageUpdated,
    /// Its time came: it is queued as a message.
    ScheduledMessageSent,
    /// Its time came, and it could not go.
    ScheduledMessageFailed,
    ScheduledMessageCancelled,
    /// A webhook is given up: its receiver said so, or did not answer for days.
    WebhookDisabled,
}

impl Topic {
    pub const ALL: [Topic; 27] = [
        Topic::ContactCreated,
        Topic::ContactUpdated,
        Topic::TicketCreated,
        Topic::TicketUpdated,
        Topic::TicketClosed,
        Topic::StageChanged,
        Topic::AgentAssigned,
        Topic::NoteCreated,
        Topic::MessageQueued,
        Topic::MessageReceived,
        Topic::MessageSent,
        Topic::MessageStatus,
        Topic::ContactMerged,
        Topic::ContactErased,
        Topic::ChannelStatus,
        Topic::EventTracked,
        Topic::SetupChanged,
        Topic::OperationDeprecated,
        Topic::OperationSunsetSoon,
        Topic::OperationRemoved,
        Topic::ReviewDecided,
        Topic::ScheduledMessageCreated,
        Topic::ScheduledMessageUpdated,
        Topic::ScheduledMessageSent,
        Topic::ScheduledMessageFailed,
        Topic::ScheduledMessageCancelled,
        Topic::WebhookDisabled,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Topic::ContactCreated => "contact.created",
            Topic::ContactUpdated => "contact.updated",
            Topic::TicketCreated => "ticket.created",
            Topic::TicketUpdated => "ticket.updated",
            Topic::TicketClosed => "ticket.closed",
            Topic::StageChanged => "stage.changed",
            Topic::AgentAssigned => "agent.assigned",
            Topic::NoteCreated => "note.created",
            Topic::MessageQueued => "message.queued",
            Topic::MessageReceived => "message.received",
            Topic::MessageSent => "message.sent",
            Topic::MessageStatus => "message.status",
            Topic::ContactMerged => "contact.merged",
            Topic::ContactErased => "contact.erased",
            Topic::ChannelStatus => "channel.status",
            Topic::EventTracked => "event.tracked",
            Topic::SetupChanged => "setup.changed",
            Topic::OperationDeprecated => "operation.deprecated",
            Topic::OperationSunsetSoon => "operation.sunset_soon",
            Topic::OperationRemoved => "operation.removed",
            Topic::ReviewDecided => "review.decided",
            Topic::ScheduledMessageCreated => "scheduled_message.created",
            Topic::ScheduledMessageUpdated => "scheduled_message.updated",
            Topic::ScheduledMessageSent => "scheduled_message.sent",
            Topic::ScheduledMessageFailed => "scheduled_message.failed",
            Topic::ScheduledMessageCancelled => "scheduled_message.cancelled",
            Topic::WebhookDisabled => "webhook.disabled",
        }
    }

    /// `ticket.opened` is another name for `ticket.created`.
    pub fn from_name(name: &str) -> Option<Topic> {
        let name = if name == "ticket.opened" { "ticket.created" } else { name };
        Topic::ALL.into_iter().find(|topic| topic.name() == name)
    }
}

/// A fact to be written.
#[derive(Debug, Clone)]
pub struct Fact {
    pub topic: Topic,
    pub contact: Option<ContactId>,
    pub ticket: Option<TicketId>,
    /// Ids of whatever else it is about: `{"channel_id": …}`.
    pub subject: Value,
    /// JSON text of an object: text, because numbers stay as they were written.
    data: Option<String>,
    previous: Option<String>,
    audit: Option<String>,
    /// Who did it, if not the caller: a person whose message the provider brings.
    by: Option<Actor>,
}

impl Fact {
    pub fn new(topic: Topic) -> Self {
        Fact {
            topic,
            contact: None,
            ticket: None,
            subject: Value::Null,
            data: None,
            previous: None,
            audit: None,
            by: None,
        }
    }

    pub fn contact(mut self, id: ContactId) -> Self {
        self.contact = Some(id);
        self
    }

    pub fn ticket(mut self, id: TicketId) -> Self {
        self.ticket = Some(id);
        self
    }

    pub fn subject(mut self, subject: Value) -> Self {
        self.subject = subject;
        self
    }

    pub fn by(mut self, actor: Actor) -> Self {
        self.by = Some(actor);
        self
    }

    /// Anything that displays as a JSON object.
    pub fn data(mut self, data: impl Display) -> Self {
        self.data = Some(data.to_string());
        self
    }

    /// What the changed members were before, the same way.
    pub fn previous(mut self, previous: impl Display) -> Self {
        self.previous = Some(previous.to_string());
        self
    }

    /// What the audit log tells besides, and no other reader of the log: a JSON object.
    pub fn audit(mut self, audit: impl Display) -> Self {
        self.audit = Some(audit.to_string());
        self
    }
}

/// The ids of what it is about, as stored. Most events are about a contact and its ticket only, and every upsert writes some.
fn subject_of(fact: &Fact) -> String {
    let ids =
        [("contact_id", fact.contact.map(|id| id.to_string())), ("ticket_id", fact.ticket.map(|id| id.to_string()))];
    match &fact.subject {
        Value::Object(others) if !others.is_empty() => {
            let mut subject = others.clone();
            for (key, id) in ids {
                subject.extend(id.map(|id| (key.to_owned(), Value::String(id))));
            }
            Value::Object(subject).to_string()
        }
        _ => {
            let ids = ids.into_iter().filter_map(|(key, id)| Some(format!(r#""{key}":"{}""#, id?)));
            format!("{{{}}}", ids.collect::<Vec<_>>().join(","))
        }
    }
}

/// Writes one event. The only place that does.
pub fn record(w: &mut Work<'_, '_>, fact: Fact) -> Result<EventId> {
    let id: EventId = w.new_id();
    let sequence = w.tx.dialect().next_event_sequence(w.tx)?;
    let subject = subject_of(&fact);
    let data = fact.data.unwrap_or_else(|| "{}".to_owned());
    // The column is the engine's own counter where `sequence` is null.
    w.tx.execute(
        "INSERT INTO events (sequence, organization_id, id, topic, occurred_at, actor, contact_id, ticket_id, subject, data,
                             previous, request_id, audit)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        params![
            sequence,
            w.caller.organization,
            id,
            fact.topic.name(),
            w.now,
            fact.by.unwrap_or(w.caller.actor).to_string(),
            fact.contact,
            fact.ticket,
            subject,
            data,
            fact.previous,
            &*w.caller.request_id,
            fact.audit
        ],
    )?;
    Ok(id)
}
