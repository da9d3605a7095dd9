//! Another type for a field that has values: all of them are read anew, or nothing changes.

use store::params;
use structuring::json::Mode;
use structuring::{FieldType, Json, written_in};
use uuid::Uuid;

use super::{CONVERT_LIMIT, CustomField, count_values, read_value};
use crate::customers::value_key;
use crate::error::{Error, Result};
use crate::work::Work;

/// Whether values kept under one definition may be no values of the other.
pub(super) fn is_needed(before: &CustomField, now: &CustomField) -> bool {
    before.field_type != now.field_type
        || before.options.iter().any(|option| !now.options.contains(option))
        || before.currency != now.currency
}

/// Rewrites every value of the field under its new definition; answers how many there are. 409 `type_change` with the
/// counts where some do not convert, or where they are more than one transaction should take.
pub(super) fn convert(w: &mut Work<'_, '_>, before: &CustomField, now: &CustomField) -> Result<i64> {
    let count = count_values(w, before.id)?;
    if count == 0 {
        return Ok(0);
    }
    if before.field_type == FieldType::Currency
        && now.field_type == FieldType::Currency
        && before.currency != now.currency
    {
        let kept = before.currency.as_deref().unwrap_or_default();
        let message = format!(
            "{count} values are kept in {kept}: no rate is applied. Make another field for the other currency."
        );
        return Err(Error::conflict("currency_change", message));
    }
    if count > CONVERT_LIMIT {
        let message = format!(
            "This field has {count} values; at most {CONVERT_LIMIT} are converted at once. Make another field and fill that."
        );
        return Err(Error::conflict("type_change", message));
    }
    let rows = w.tx.query(
        "SELECT entity_id, value FROM field_values WHERE organization_id = $1 AND field_id = $2",
        params![w.caller.organization, before.id],
    )?;
    let country = w.setup.organization.country.clone();
    let mut changed: Vec<(Uuid, Json)> = Vec::new();
    let mut refused = 0;
    for row in &rows {
        let text: String = row.at(1)?;
        let value = Json::parse(text.as_bytes(), Mode::Lenient)
            .map_err(|error| Error::Internal(format!("a field's value: {error}")))?;
        // Kept as machines write it, and from now on read as people of the country do.
        let wanted = match &value {
            Json::Number(number) if now.field_type == FieldType::Text => Json::from(written_in(number, Some(&country))),
            other => other.clone(),
        };
        match read_value(now, &wanted, Some(&country)) {
            Ok(read) => {
                if read != value {
                    changed.push((row.at(0)?, read));
                }
            }
            Err(_) => refused += 1,
        }
    }
    if refused > 0 {
        let what = if before.field_type == now.field_type { "with these options" } else { "of this type" };
        let message = format!(
            "{refused} of {count} values are no values {what}; {} are. Nothing was changed. Correct or remove those first.",
            count - refused
        );
        return Err(Error::conflict("type_change", message));
    }
    for (entity, value) in &changed {
        w.tx.execute(
            "UPDATE field_values SET value = $4, value_key = $5, updated_at = $6
             WHERE organization_id = $1 AND entity_id = $2 AND field_id = $3",
            params![w.caller.organization, entity, before.id, value.to_string(), value_key(value), w.now],
        )?;
    }
    Ok(count)
}
