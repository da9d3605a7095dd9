//! Taking a field away.

use serde_json::json;
use store::params;

use super::{Entity, count_values, get, identifier, ids_of};
use crate::changes::{Removed, check_version, in_use, record};
use crate::error::Result;
use crate::id::FieldId;
use crate::order;
use crate::rules;
use crate::work::Work;

/// A field that has values is removed only with `archive`: it is put out of sight and its values stay. Its key is free for
/// another field either way.
pub fn remove(w: &mut Work<'_, '_>, id: FieldId, if_version: Option<i64>, archive: bool) -> Result<Removed> {
    let setup = w.setup.clone();
    let field = get(&setup, id)?;
    check_version(if_version, field.version)?;
    let values = count_values(w, id)?;
    if values > 0 && !archive {
        let remedy = "Delete it with archive=true to keep them and put the field out of sight.";
        return Err(in_use("custom field", &[("values", values)], remedy));
    }
    w.bump_revision()?;
    if field.identifier {
        identifier::forget(w, field)?;
    }
    if field.entity == Entity::Customer {
        rules::forget_field(w, &field.key)?;
    }
    let organization = w.caller.organization;
    let archived = values > 0;
    if archived {
        w.tx.execute(
            "UPDATE custom_fields SET archived = $3, version = version + 1, updated_at = $4
             WHERE organization_id = $1 AND id = $2",
            params![organization, id, true, w.now],
        )?;
    } else {
        w.tx.execute("DELETE FROM custom_fields WHERE organization_id = $1 AND id = $2", params![organization, id])?;
    }
    let mut left = ids_of(&setup, field.entity);
    left.retain(|known| *known != id);
    order::save(w, "custom_fields", &left, |id| setup.field_by_id(*id).map(|field| field.position), &id)?;
    let change = if archived { "archived" } else { "deleted" };
    record(w, "custom_field", id, change, json!({"values": values}), Some(json!({"custom_field": field})))?;
    w.reload_setup()?;
    Ok(Removed { archived, moved: 0 })
}
