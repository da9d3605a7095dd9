//! Custom fields: what the organization wants to know about customers or tickets.

mod convert;
mod create;
mod identifier;
mod remove;
mod shape;
mod update;
mod value;

pub use create::{NewField, create};
pub use remove::remove;
pub use update::{FieldPatch, update};
pub use value::read_value;

use schemars::SchemaGenerator;
use serde::Serialize;
use store::{Tx, params};
use structuring::FieldType;

use crate::error::{Error, Result};
use crate::id::{FieldId, OrganizationId};
use crate::setup::Setup;
use crate::time::Timestamp;
use crate::wire_enum;
use crate::work::Work;

/// How many fields an entity has at most.
pub const MOST_FIELDS: usize = 500;
/// How many values one change converts at most: it is one transaction, and others wait.
pub const CONVERT_LIMIT: i64 = 5000;

/// The types of fields, as they are spelt.
pub const TYPE_NAMES: &[&str] =
    &["text", "number", "date", "boolean", "select", "multi_select", "phone", "email", "url", "currency"];

fn type_schema(_: &mut SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({"type": "string", "enum": TYPE_NAMES})
}

wire_enum! {
    pub enum Entity { Customer = "customer", Ticket = "ticket" }
}

#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct CustomField {
    pub id: FieldId,
    /// snake_case, unique per entity
    pub key: String,
    pub name: String,
    pub entity: Entity,
    #[serde(rename = "type")]
    #[schemars(schema_with = "type_schema")]
    pub field_type: FieldType,
    /// Of `select` and `multi_select`.
    pub options: Vec<String>,
    /// Of `currency`: the one currency its values are in.
    pub currency: Option<String>,
    pub description: Option<String>,
    pub required: bool,
    /// Two customers with the same value are one person.
    pub identifier: bool,
    pub position: i64,
    #[serde(skip)]
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl CustomField {
    /// The kind of identifier that its values are.
    pub(crate) fn identifier_kind(&self) -> String {
        format!("field:{}", self.key)
    }

    /// By entity and position, archived ones left out.
    pub fn load_all(tx: &mut Tx<'_>, organization: OrganizationId) -> Result<Vec<CustomField>> {
        let mut fields = Vec::new();
        for row in tx.query(
            "SELECT id, key, name, entity, type, options, currency, description, required, identifier, position, version,
                    created_at, updated_at
             FROM custom_fields WHERE organization_id = $1 AND NOT archived ORDER BY entity, position, id",
            params![organization],
        )? {
            let type_name: String = row.get("type")?;
            let options: String = row.get("options")?;
            fields.push(CustomField {
                id: row.get("id")?,
                key: row.get("key")?,
                name: row.get("name")?,
                entity: row.get("entity")?,
                field_type: FieldType::from_name(&type_name)
                    .ok_or_else(|| Error::Internal(format!("field type {type_name}")))?,
                options: serde_json::from_str(&options).map_err(|e| Error::Internal(format!("field options: {e}")))?,
                currency: row.get("currency")?,
                description: row.get("description")?,
                required: row.get("required")?,
                identifier: row.get("identifier")?,
                position: row.get("position")?,
                version: row.get("version")?,
                created_at: row.get("created_at")?,
                updated_at: row.get("updated_at")?,
            });
        }
        Ok(fields)
    }
}

/// By id, or 404.
pub fn get(setup: &Setup, id: FieldId) -> Result<&CustomField> {
    setup.field_by_id(id).ok_or_else(|| Error::not_found("custom field"))
}

/// The ids of an entity's fields, in order.
fn ids_of(setup: &Setup, entity: Entity) -> Vec<FieldId> {
    setup.fields.iter().filter(|field| field.entity == entity).map(|field| field.id).collect()
}

fn count_values(w: &mut Work<'_, '_>, id: FieldId) -> Result<i64> {
    let row = w.tx.query_one(
        "SELECT count(*) AS n FROM field_values WHERE organization_id = $1 AND field_id = $2",
        params![w.caller.organization, id],
    )?;
    Ok(row.get("n")?)
}
