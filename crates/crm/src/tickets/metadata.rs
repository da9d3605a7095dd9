//! C20: merges into a ticket's metadata; keys that equal a ticket field fill that field.

use std::collections::HashMap;

use serde_json::{Map, json};
use structuring::json::{Object, escape_pointer};
use structuring::{Json, snake_key};

use super::{Ticket, record_update, save};
use crate::contacts::ValueSource;
use crate::customers::{merge_metadata, metadata_text, remove_value, values_of, write_value};
use crate::error::{FieldError, Problems, Result};
use crate::fields::{CustomField, Entity};
use crate::setup::{Setup, definition_of};
use crate::work::Work;

/// A request's metadata, read against the ticket fields.
#[derive(Debug, Default)]
pub struct MetadataChange {
    rest: Vec<(String, Json)>,
    /// Keys with an explicit null.
    removed: Vec<String>,
    fields: Vec<(CustomField, Json)>,
    pointer: &'static str,
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
        let mut change = MetadataChange { pointer, ..Default::default() };
        let mut place: HashMap<String, usize> = HashMap::new();
        for (key, value) in object.iter() {
            let snake = snake_key(key);
            if value.is_null() {
                change.removed.push(snake);
            } else if value.as_str() == Some("") {
                // Nothing was said.
            } else if let Some(field) = setup.field(Entity::Ticket, &snake) {
                match structuring::read_value(&definition_of(field), value, country) {
                    Ok(typed) => change.fields.push((field.clone(), typed)),
                    Err(error) => {
                        let mut at = pointer.to_owned();
                        escape_pointer(&mut at, key);
                        problems.add(FieldError::new(at, error.code, error.message));
                    }
                }
            } else if let Some(&at) = place.get(&snake) {
                change.rest[at].1 = value.clone();
            } else {
                place.insert(snake.clone(), change.rest.len());
                change.rest.push((snake, value.clone()));
            }
        }
        change
    }

    pub fn is_empty(&self) -> bool {
        self.rest.is_empty() && self.removed.is_empty() && self.fields.is_empty()
    }
}

pub fn change_metadata(w: &mut Work<'_, '_>, ticket: &mut Ticket, change: &MetadataChange) -> Result<bool> {
    let mut changed = Map::new();
    let mut previous = Map::new();
    let mut metadata = ticket.metadata()?;
    let merged = merge_metadata(&mut metadata, &change.rest, &change.removed, |key, now, before| {
        changed.insert(key.to_owned(), json!(now));
        previous.insert(key.to_owned(), json!(before));
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
                changed.insert(field.key.clone(), json!(value));
                previous.insert(field.key.clone(), json!(before.map(|v| v.json())));
                fields_changed = true;
            }
        }
        let setup = w.setup.clone();
        for key in &change.removed {
            if let Some(field) = setup.field(Entity::Ticket, key)
                && let Some(before) = remove_value(w, ticket.id.0, field.id)?
            {
                changed.insert(key.clone(), json!(null));
                previous.insert(key.clone(), json!(before));
                fields_changed = true;
            }
        }
    }
    if !merged && !fields_changed {
        return Ok(false);
    }
    save(w, ticket)?;
    record_update(w, ticket, json!({"metadata": changed}), json!({"metadata": previous}))?;
    Ok(true)
}
