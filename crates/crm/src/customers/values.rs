//! Values of custom fields, of a customer or of a ticket.

use store::params;
use structuring::Json;
use uuid::Uuid;

use crate::contacts::ValueSource;
use crate::error::Result;
use crate::id::{FieldId, StructuringId};
use crate::text::fold;
use crate::time::Timestamp;
use crate::work::Work;

#[derive(Debug, Clone)]
pub struct FieldValue {
    pub field_id: FieldId,
    /// Typed JSON text.
    pub value: String,
    pub source: ValueSource,
    pub structuring_id: Option<StructuringId>,
    pub updated_at: Timestamp,
}

impl FieldValue {
    pub fn json(&self) -> Json {
        Json::parse(self.value.as_bytes(), structuring::json::Mode::Lenient).unwrap_or(Json::Null)
    }
}

/// `entity` is a customer's or a ticket's id.
pub fn values_of(w: &mut Work<'_, '_>, entity: Uuid) -> Result<Vec<FieldValue>> {
    let rows = w.tx.query(
        "SELECT field_id, value, source, structuring_id, updated_at FROM field_values
         WHERE organization_id = $1 AND entity_id = $2",
        params![w.caller.organization, entity],
    )?;
    let value = |row: &store::Row| -> Result<FieldValue> {
        Ok(FieldValue {
            field_id: row.at(0)?,
            value: row.at(1)?,
            source: row.at(2)?,
            structuring_id: row.at(3)?,
            updated_at: row.at(4)?,
        })
    };
    rows.iter().map(value).collect()
}

pub fn write_value(
    w: &mut Work<'_, '_>,
    entity: Uuid,
    field: FieldId,
    value: &Json,
    source: ValueSource,
    structuring: Option<StructuringId>,
) -> Result<()> {
    w.tx.execute(
        "INSERT INTO field_values (organization_id, entity_id, field_id, value, value_key, source, structuring_id, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (organization_id, entity_id, field_id) DO UPDATE
           SET value = excluded.value, value_key = excluded.value_key, source = excluded.source,
               structuring_id = excluded.structuring_id, updated_at = excluded.updated_at",
        params![w.caller.organization, entity, field, value.to_string(), value_key(value), source, structuring, w.now],
    )?;
    Ok(())
}

/// Removes a value; answers what it was.
pub fn remove_value(w: &mut Work<'_, '_>, entity: Uuid, field: FieldId) -> Result<Option<Json>> {
    let row = w.tx.query_opt(
        "DELETE FROM field_values WHERE organization_id = $1 AND entity_id = $2 AND field_id = $3 RETURNING value",
        params![w.caller.organization, entity, field],
    )?;
    let Some(row) = row else { return Ok(None) };
    let text: String = row.at(0)?;
    Ok(Some(Json::parse(text.as_bytes(), structuring::json::Mode::Lenient).unwrap_or(Json::Null)))
}

/// A value as filters compare it: at most 200 characters of [`comparable`].
pub fn value_key(value: &Json) -> String {
    let mut key = comparable(value);
    if let Some((end, _)) = key.char_indices().nth(200) {
        key.truncate(end);
    }
    key
}

/// Text folded, numbers as written, lists joined by a line feed.
pub(super) fn comparable(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::Bool(flag) => flag.to_string(),
        Json::Number(number) => number.as_str().to_owned(),
        Json::String(text) => fold(text),
        Json::Array(items) => items.iter().map(comparable).collect::<Vec<_>>().join("\n"),
        Json::Object(_) => fold(&value.to_string()),
    }
}
