//! What happened with a contact: messages, notes and everything else, newest first.

use crm::Timestamp;
use crm::contacts::{TimelineEntry, timeline};
use crm::id::ContactId;
use crm::messages::Message;
use crm::page::Page;
use schemars::JsonSchema;
use serde::Serialize;

use super::events::{EventView, view as event_view};
use super::messages::{MessageView, views};
use super::paging::PageQuery;
use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

/// Either `message` or `event`, as `type` says.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EntryView {
    /// `message` (also a note) or `event`
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub at: Timestamp,
    pub message: Option<MessageView>,
    pub event: Option<EventView>,
}

pub async fn list(call: Call) -> Result<Answer, Problem> {
    let PageQuery(page) = call.read_query()?;
    let contact: ContactId = call.id("id", "contact")?;
    let (found, messages) = call
        .read(move |w| {
            let found = timeline(w, contact, &page)?;
            let messages: Vec<Message> = found
                .data
                .iter()
                .filter_map(|entry| match entry {
                    TimelineEntry::Message(message) => Some((**message).clone()),
                    TimelineEntry::Event(_) => None,
                })
                .collect();
            let messages = views(w, &messages)?;
            Ok((found, messages))
        })
        .await?;
    // In the same order.
    let mut messages = messages.into_iter();
    let entry = |entry: &TimelineEntry| -> Result<EntryView, Problem> {
        Ok(match entry {
            TimelineEntry::Message(_) => {
                EntryView { kind: "message", at: entry.at(), message: messages.next(), event: None }
            }
            TimelineEntry::Event(event) => {
                EntryView { kind: "event", at: entry.at(), message: None, event: Some(event_view(event)?) }
            }
        })
    };
    let data = found.data.iter().map(entry).collect::<Result<_, _>>()?;
    Answer::json(200, &Page { data, next_cursor: found.next_cursor })
}
