//! A value that somebody gives a field by name.

use structuring::{FieldType, Json, ValueError};

use super::CustomField;
use crate::money;
use crate::setup::definition_of;

/// The value as its field keeps it; an error says what the field wants. Money has no more decimals than its currency, which
/// is the field's. A value that was read before reads as itself.
pub fn read_value(field: &CustomField, value: &Json, country: Option<&str>) -> Result<Json, ValueError> {
    let read = structuring::read_value(&definition_of(field), value, country)?;
    if field.field_type == FieldType::Currency
        && let (Some(currency), Some(number)) = (&field.currency, read.as_number())
    {
        money::parse_amount(number.as_str(), currency)
            .map_err(|error| ValueError { code: error.code(), message: error.to_string() })?;
    }
    Ok(read)
}
