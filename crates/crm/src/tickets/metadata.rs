//! C20: merges into a ticket's metadata; keys that equal a ticket field fill that field.

use std::borrow::Cow;

use structuring::Json;
use structuring::json::{Object, escape_pointer};

use super::{Ticket, record_update, save};
use crate::contacts::ValueSource;
use crate::customers::{merge_metadata, metadata_text, remove_value, said, values_of, write_value};
use crate::error::{FieldError, Problems, Result};
use crate::fields::{CustomField, Entity, read_value};
use crate::setup::Setup;
use crate::work::Work;

/// A request's metadata, read against the ticket fields of one revision of the set-up.
#[derive(Debug, Clone, Default)]
pub struct MetadataChange {
    rest: Vec<(String, Json)>,
    /// Keys with an explicit null.
    removed: Vec<String>,
    fields: Vec<(CustomField, Json)>,
    pointer: &'static str,
    /// What it was read from, to be read again where the fields have moved since.
    revision: i64,
    object: Object,
    country: Option<String>,
}

impl MetadataChange {
    /// Ticket fields are filled by exact key only; a value that its field cannot take is an error, not metadata.
    pub fn read(
        setup: &Setup,
        object: &Object,
        pointer: &'static str,
        country: Option<&str>,
        problems: &mut Problems,
    ) -> MetadataChange {
        let mut change = MetadataChange {
            pointer,
            revision: setup.revision,
            object: object.clone(),
            country: country.map(str::to_owned),
            ..Default::default()
        };
        for (snake, key, value) in said(object) {
            if value.is_null() {
                change.removed.push(snake);
            } else if let Some(field) = setup.field(Entity::Ticket, &snake) {
                match read_value(field, value, country) {
                    Ok(typed) => change.fields.push((field.clone(), typed)),
                    Err(error) => {
                        let mut at = pointer.to_owned();
                        escape_pointer(&mut at, key);
                        problems.add(FieldError::new(at, error.code, error.message));
                    }
                }
            } else {
                change.rest.push((snake, value.clone()));
            }
        }
        change
    }

    /// The same change under this set-up: read again only where it moved since.
    fn under(&self, setup: &Setup) -> Result<Cow<'_, MetadataChange>> {
        if setup.revision == self.revision || self.object.is_empty() {
            return Ok(Cow::Borrowed(self));
        }
        let mut problems = Problems::default();
        let again = MetadataChange::read(setup, &self.object, self.pointer, self.country.as_deref(), &mut problems);
        problems.check()?;
        Ok(Cow::Owned(again))
    }

    pub fn is_empty(&self) -> bool {
        self.rest.is_empty() && self.removed.is_empty() && self.fields.is_empty()
    }
}

pub fn change_metadata(w: &mut Work<'_, '_>, ticket: &mut Ticket, change: &MetadataChange) -> Result<bool> {
    let setup = w.setup.clone();
    let change = change.under(&setup)?;
    let mut noted = Noted::default();
    let mut metadata = ticket.metadata()?;
    let merged = merge_metadata(&mut metadata, &change.rest, &change.removed, |key, now, before| {
        noted.add(key, now.cloned(), before.cloned());
    });
    if merged {
        ticket.metadata = metadata_text(metadata, change.pointer)?;
    }
    let mut fields_changed = false;
    if !change.fields.is_empty() || !change.removed.is_empty() {
        let known = values_of(w, ticket.id.0)?;
        for (field, value) in &change.fields {
            let before = known.iter().find(|v| v.field_id == field.id);
            if before.is_none_or(|v| v.value != value.to_string()) {
                write_value(w, ticket.id.0, field.id, value, ValueSource::Explicit, None)?;
                noted.add(&field.key, Some(value.clone()), before.map(|v| v.json()));
                fields_changed = true;
            }
        }
        for key in &change.removed {
            if let Some(field) = setup.field(Entity::Ticket, key)
                && let Some(before) = remove_value(w, ticket.id.0, field.id)?
            {
                noted.add(key, None, Some(before));
                fields_changed = true;
            }
        }
    }
    if !merged && !fields_changed {
        return Ok(false);
    }
    save(w, ticket)?;
    let metadata = |of: Object| format!(r#"{{"metadata":{}}}"#, Json::Object(of));
    record_update(w, ticket, metadata(noted.changed), metadata(noted.previous))?;
    Ok(true)
}

/// Keys with what they are now and what they were, null where there was or is none.
#[derive(Default)]
struct Noted {
    changed: Object,
    previous: Object,
}

impl Noted {
    fn add(&mut self, key: &str, now: Option<Json>, before: Option<Json>) {
        self.changed.push(key, now);
        self.previous.push(key, before);
    }
}
