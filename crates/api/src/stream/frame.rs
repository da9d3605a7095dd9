//! Frames of a stream, as Server-Sent Events has them (https://html.spec.whatwg.org/multipage/server-sent-events.html).

use bytes::Bytes;
use crm::events::{EventFilter, EventRow, Topic};
use crm::id::{ContactId, TicketId};
use serde_json::Value;

use crate::problem::Problem;
use crate::v1::events::view;

/// One frame, made once, whoever gets it.
#[derive(Debug, Clone)]
pub struct Frame {
    pub text: Bytes,
    /// None: of the moment only, and not in the log.
    pub event: Option<Place>,
}

/// What is told of an event without reading its text.
#[derive(Debug, Clone)]
pub struct Place {
    pub sequence: i64,
    /// None: a topic that a newer version writes.
    pub topic: Option<Topic>,
    pub contact: Option<ContactId>,
    pub ticket: Option<TicketId>,
}

impl Frame {
    /// `id:` is the sequence. Without an `event:`, so that one handler in a browser gets all topics.
    pub fn of(row: &EventRow) -> Result<Frame, Problem> {
        let view =
            serde_json::to_string(&view(row)?).map_err(|error| Problem::internal(format!("a frame: {error}")))?;
        let event = Place {
            sequence: row.sequence,
            topic: Topic::from_name(&row.topic),
            contact: row.contact,
            ticket: row.ticket,
        };
        let text = format!("id: {}\ndata: {}\n\n", row.sequence, one_line(&view));
        Ok(Frame { text: text.into(), event: Some(event) })
    }

    /// Something of the moment, such as that somebody types. Without an `id:`: where a stream is resumed it is not repeated.
    pub fn passing(name: &str, data: &Value) -> Frame {
        Frame { text: passing(name, data), event: None }
    }

    /// Passing frames go to those who want everything.
    pub fn is_wanted(&self, filter: &EventFilter) -> bool {
        let Some(event) = &self.event else {
            return filter.topics.is_empty() && filter.contact.is_none() && filter.ticket.is_none();
        };
        let topic = filter.topics.is_empty() || event.topic.is_some_and(|topic| filter.topics.contains(&topic));
        topic
            && filter.contact.is_none_or(|contact| event.contact == Some(contact))
            && filter.ticket.is_none_or(|ticket| event.ticket == Some(ticket))
    }
}

pub fn passing(name: &str, data: &Value) -> Bytes {
    format!("event: {name}\ndata: {}\n\n", one_line(&data.to_string())).into()
}

/// A sign of life. Its `id:` moves the reader's place on where nothing was for him; without data nobody sees it.
pub fn heartbeat(position: i64) -> Bytes {
    format!(":\nid: {position}\n\n").into()
}

/// A stream's first words: when to come back, and from where.
pub fn opening(retry_millis: u64, position: i64) -> Bytes {
    format!("retry: {retry_millis}\nid: {position}\n\n").into()
}

pub fn remark(text: &str) -> Bytes {
    format!(": {text}\n\n").into()
}

/// A line break in JSON is white space, wherever it stands.
fn one_line(json: &str) -> String {
    json.replace(['\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_one_line_of_data() {
        let row = EventRow {
            sequence: 7,
            id: Default::default(),
            topic: "note.created".to_owned(),
            occurred_at: crm::Timestamp::from_micros(0),
            actor: "system".to_owned(),
            contact: Some(ContactId::default()),
            ticket: None,
            subject: "{\n}".to_owned(),
            data: "{\r\n\"text\":\"a\\nb\"}".to_owned(),
            previous: None,
            request_id: "r".to_owned(),
        };
        let frame = Frame::of(&row).unwrap();
        let text = String::from_utf8(frame.text.to_vec()).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!((lines.len(), lines[0]), (3, "id: 7"));
        let data: Value = serde_json::from_str(lines[1].strip_prefix("data: ").unwrap()).unwrap();
        assert_eq!(data["data"]["text"], "a\nb");
    }

    #[test]
    fn who_wants_something_gets_that() {
        let mine = ContactId(uuid::Uuid::from_u128(1));
        let place = Place { sequence: 1, topic: Some(Topic::NoteCreated), contact: Some(mine), ticket: None };
        let frame = Frame { text: Bytes::new(), event: Some(place) };
        let passing = Frame::passing("typing", &Value::Null);
        let filter = |topics: &[Topic], contact| EventFilter { topics: topics.to_vec(), contact, ticket: None };
        assert!(frame.is_wanted(&filter(&[], None)) && passing.is_wanted(&filter(&[], None)));
        assert!(frame.is_wanted(&filter(&[Topic::TicketClosed, Topic::NoteCreated], Some(mine))));
        assert!(!frame.is_wanted(&filter(&[Topic::TicketClosed], None)));
        assert!(!frame.is_wanted(&filter(&[], Some(ContactId::default()))));
        assert!(!passing.is_wanted(&filter(&[Topic::NoteCreated], None)));
    }
}
