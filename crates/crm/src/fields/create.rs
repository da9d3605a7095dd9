//! Defining a field.

use serde_json::json;
use store::params;
use structuring::{FieldType, snake_key};

use super::shape::{check_identifier, put_currency, put_options};
use super::{CustomField, Entity, MOST_FIELDS, get, ids_of};
use crate::error::{Error, FieldError, Problems, Result};
use crate::id::FieldId;
use crate::setup::Setup;
use crate::work::Work;
use crate::{changes, checks, order};

/// Longest key, in characters.
const KEY_LIMIT: usize = 64;

#[derive(Debug, Clone)]
pub struct NewField {
    /// snake_case. None: made from the name.
    pub key: Option<String>,
    pub name: String,
    pub entity: Entity,
    pub field_type: FieldType,
    /// Of `select` and `multi_select`: 1–500, each another.
    pub options: Vec<String>,
    /// Of `currency`. None: the organization's.
    pub currency: Option<String>,
    pub description: Option<String>,
    pub required: bool,
    /// Two customers with the same value are one person.
    pub identifier: bool,
    /// Among the entity's fields, from 0. None: last.
    pub position: Option<i64>,
}

impl NewField {
    /// Everything that can be said without the database.
    pub fn check(&self, setup: &Setup, problems: &mut Problems) {
        self.read(setup, problems);
    }

    fn read(&self, setup: &Setup, problems: &mut Problems) -> CustomField {
        let name = checks::name(&self.name, "/name", problems);
        let key = match &self.key {
            Some(key) => read_key(key, problems),
            None => key_of(&name, problems),
        };
        let mut field = CustomField {
            id: FieldId::default(),
            key,
            name,
            entity: self.entity,
            field_type: self.field_type,
            options: Vec::new(),
            currency: None,
            description: checks::description(self.description.as_deref(), "/description", problems),
            required: self.required,
            identifier: self.identifier,
            position: 0,
            version: 1,
            created_at: Default::default(),
            updated_at: Default::default(),
        };
        put_options(&mut field, Some(&self.options), problems);
        put_currency(&mut field, self.currency.as_deref(), setup, problems);
        check_identifier(&field, problems);
        field
    }
}

fn read_key(key: &str, problems: &mut Problems) -> String {
    let key = key.trim();
    let snake = snake_key(key);
    if snake != key || key.is_empty() || key.chars().count() > KEY_LIMIT {
        let example = if snake.is_empty() || snake.chars().count() > KEY_LIMIT { "monthly_income" } else { &snake };
        let message =
            format!("A key is in snake_case without accents, at most {KEY_LIMIT} characters, such as {example}.");
        problems.add(FieldError::new("/key", "invalid_key", message));
    }
    key.to_owned()
}

fn key_of(name: &str, problems: &mut Problems) -> String {
    let snake = snake_key(name);
    let key: String = snake.chars().take(KEY_LIMIT).collect();
    let key = key.trim_end_matches('_').to_owned();
    if key.is_empty() && !name.is_empty() {
        let message = "This name has no letters or digits to make a key from; give a key.";
        problems.add(FieldError::new("/key", "required", message));
    }
    key
}

/// 409 `field_exists` where the entity has a field of that key.
pub fn create(w: &mut Work<'_, '_>, new: &NewField) -> Result<CustomField> {
    let setup = w.setup.clone();
    let mut problems = Problems::default();
    let field = new.read(&setup, &mut problems);
    problems.check()?;
    if let Some(other) = setup.field(field.entity, &field.key) {
        let message =
            format!("There is a {} field with the key {} already: “{}”.", other.entity, other.key, other.name);
        return Err(Error::conflict("field_exists", message));
    }
    let mut ids = ids_of(&setup, field.entity);
    if ids.len() >= MOST_FIELDS {
        return Err(Error::conflict("limit_reached", format!("At most {MOST_FIELDS} fields of a {}.", field.entity)));
    }
    w.bump_revision()?;
    let id: FieldId = w.new_id();
    order::place(&mut ids, id, new.position);
    let position = ids.iter().position(|known| *known == id).unwrap_or_default() as i64;
    w.tx.execute(
        "INSERT INTO custom_fields (organization_id, id, key, name, entity, type, options, currency, description, required,
            identifier, position, archived, version, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1, $14, $14)",
        params![
            w.caller.organization,
            id,
            field.key,
            field.name,
            field.entity,
            field.field_type.as_str(),
            json!(field.options).to_string(),
            field.currency,
            field.description,
            field.required,
            field.identifier,
            position,
            false,
            w.now
        ],
    )?;
    order::save(w, "custom_fields", &ids, |id| setup.field_by_id(*id).map(|field| field.position), &id)?;
    w.reload_setup()?;
    let field = get(&w.setup, id)?.clone();
    changes::record(w, "custom_field", id, "created", json!({"custom_field": field}), None)?;
    Ok(field)
}
