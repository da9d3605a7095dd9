//! Changing a field. Its key and its entity never change: integrations send the one, values hang on the other.

use serde_json::json;
use store::params;
use structuring::FieldType;

use super::convert::{convert, is_needed};
use super::shape::{check_identifier, put_currency, put_options};
use super::{CustomField, get, identifier, ids_of};
use crate::changes::{Changes, check_version, record};
use crate::error::{Error, Problems, Result};
use crate::id::FieldId;
use crate::work::Work;
use crate::{checks, order};

/// None leaves as it is; an inner none removes.
#[derive(Debug, Clone, Default)]
pub struct FieldPatch {
    pub name: Option<String>,
    pub description: Option<Option<String>>,
    /// 409 `type_change` unless every value there is converts.
    pub field_type: Option<FieldType>,
    /// All of them, in order. Taking one away that is a value somewhere is a `type_change`.
    pub options: Option<Vec<String>>,
    pub currency: Option<String>,
    pub required: Option<bool>,
    pub identifier: Option<bool>,
    /// Among the entity's fields, from 0; beyond the end is the end.
    pub position: Option<i64>,
    pub if_version: Option<i64>,
}

pub fn update(w: &mut Work<'_, '_>, id: FieldId, patch: &FieldPatch) -> Result<CustomField> {
    let setup = w.setup.clone();
    let current = get(&setup, id)?;
    check_version(patch.if_version, current.version)?;
    let mut problems = Problems::default();
    let mut field = current.clone();
    if let Some(name) = &patch.name {
        field.name = checks::name(name, "/name", &mut problems);
    }
    if let Some(text) = &patch.description {
        field.description = checks::description(text.as_deref(), "/description", &mut problems);
    }
    field.field_type = patch.field_type.unwrap_or(field.field_type);
    field.required = patch.required.unwrap_or(field.required);
    field.identifier = patch.identifier.unwrap_or(field.identifier);
    put_options(&mut field, patch.options.as_deref(), &mut problems);
    put_currency(&mut field, patch.currency.as_deref(), &setup, &mut problems);
    check_identifier(&field, &mut problems);
    problems.check()?;

    let mut ids = ids_of(&setup, field.entity);
    order::place(&mut ids, id, patch.position);
    field.position = ids.iter().position(|known| *known == id).unwrap_or_default() as i64;
    let changes = differences(current, &field);
    if changes.is_empty() {
        return Ok(field);
    }
    w.bump_revision()?;
    let converted = if is_needed(current, &field) { convert(w, current, &field)? } else { 0 };
    if current.identifier && (!field.identifier || converted > 0) {
        identifier::forget(w, current)?;
    }
    if field.identifier && (!current.identifier || converted > 0) {
        identifier::register(w, &field)?;
    }
    save(w, &field)?;
    order::save(w, "custom_fields", &ids, |id| setup.field_by_id(*id).map(|field| field.position), &id)?;
    let (changed, previous) = changes.into_parts();
    record(w, "custom_field", id, "updated", json!({"changed": changed, "values": converted}), Some(previous.into()))?;
    w.reload_setup()?;
    get(&w.setup, id).cloned()
}

fn differences(current: &CustomField, field: &CustomField) -> Changes {
    let mut changes = Changes::default();
    let mut before = current.clone();
    changes.set("name", &mut before.name, field.name.clone());
    changes.set("description", &mut before.description, field.description.clone());
    changes.set("type", &mut before.field_type, field.field_type);
    changes.set("options", &mut before.options, field.options.clone());
    changes.set("currency", &mut before.currency, field.currency.clone());
    changes.set("required", &mut before.required, field.required);
    changes.set("identifier", &mut before.identifier, field.identifier);
    changes.set("position", &mut before.position, field.position);
    changes
}

fn save(w: &mut Work<'_, '_>, field: &CustomField) -> Result<()> {
    let written = w.tx.execute(
        "UPDATE custom_fields SET name = $3, type = $4, options = $5, currency = $6, description = $7, required = $8,
            identifier = $9, position = $10, version = version + 1, updated_at = $11
         WHERE organization_id = $1 AND id = $2",
        params![
            w.caller.organization,
            field.id,
            field.name,
            field.field_type.as_str(),
            json!(field.options).to_string(),
            field.currency,
            field.description,
            field.required,
            field.identifier,
            field.position,
            w.now
        ],
    )?;
    if written == 1 { Ok(()) } else { Err(Error::Internal("a field vanished within its own transaction".into())) }
}
