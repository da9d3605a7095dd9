//! An event that another system reports about a contact.

use structuring::Json;
use structuring::json::Object;

use super::{Fact, Topic, record};
use crate::error::Result;
use crate::id::{ContactId, EventId};
use crate::time::Timestamp;
use crate::work::Work;

#[derive(Debug)]
pub struct Tracked {
    /// 1–100 characters.
    pub name: String,
    pub properties: Object,
    /// When it happened, as the other system says; the log's own time is that of its arrival.
    pub occurred_at: Option<Timestamp>,
}

pub fn track(w: &mut Work<'_, '_>, contact: ContactId, tracked: &Tracked) -> Result<EventId> {
    let mut data = Object::new();
    data.push("event", tracked.name.as_str());
    data.push("properties", tracked.properties.clone());
    data.push("occurred_at", tracked.occurred_at.unwrap_or(w.now).to_string());
    record(w, Fact::new(Topic::EventTracked).contact(contact).data(Json::Object(data)))
}
