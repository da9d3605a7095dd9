//! What a change of a contact did, for its event.

use structuring::Json;
use structuring::json::Object;

use crate::contacts::Contact;
use crate::error::Result;
use crate::events::{self, Fact, Topic};
use crate::work::Work;

#[derive(Default)]
pub(crate) struct Changes {
    data: Object,
    previous: Object,
    /// Members of `custom_fields` and of `metadata`, of which there may be many.
    fields: (Object, Object),
    metadata: (Object, Object),
}

impl Changes {
    pub fn set(&mut self, key: &str, now: impl Into<Json>, before: impl Into<Json>) {
        self.data.push(key, now);
        self.previous.push(key, before);
    }

    pub fn field(&mut self, key: &str, now: Option<Json>, before: Option<Json>) {
        self.fields.0.push(key, now);
        self.fields.1.push(key, before);
    }

    pub fn metadata(&mut self, key: &str, now: Option<Json>, before: Option<Json>) {
        self.metadata.0.push(key, now);
        self.metadata.1.push(key, before);
    }

    /// Of a contact that was created with them: that event has these.
    pub fn leave_snapshot(&mut self) {
        for key in ["name", "email", "phone"] {
            self.data.remove(key);
            self.previous.remove(key);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.data.is_empty() && self.fields.0.is_empty() && self.metadata.0.is_empty()
    }

    /// What is now and what was; none where nothing changed.
    fn into_parts(mut self) -> Option<(Json, Json)> {
        for (name, (now, before)) in [("custom_fields", self.fields), ("metadata", self.metadata)] {
            if !now.is_empty() {
                self.data.push(name, now);
                self.previous.push(name, before);
            }
        }
        if self.data.is_empty() { None } else { Some((self.data.into(), self.previous.into())) }
    }

    /// Writes the event, with ids of what else it is about; nothing where nothing changed.
    pub fn record(self, w: &mut Work<'_, '_>, contact: &Contact, subject: serde_json::Value) -> Result<()> {
        if let Some((data, previous)) = self.into_parts() {
            let fact = Fact::new(Topic::ContactUpdated).contact(contact.id).subject(subject);
            events::record(w, fact.data(data).previous(previous))?;
        }
        Ok(())
    }
}
