//! A value of an identifier field, as two people's are compared.

use sha2::{Digest, Sha256};
use structuring::{FieldType, Json};

use super::values::comparable;
use crate::fields::CustomField;

/// What an index entry can hold, in characters.
const LONGEST: usize = 200;
const BEGINNING: usize = 150;

/// Letter case and accents count in web addresses only. A long value is its beginning and a hash: two that differ far
/// behind are two.
pub fn identity_key(field: &CustomField, value: &Json) -> String {
    let whole = match (field.field_type, value.as_str()) {
        (FieldType::Url, Some(address)) => address.to_owned(),
        _ => comparable(value),
    };
    if whole.chars().count() <= LONGEST {
        return whole;
    }
    let beginning: String = whole.chars().take(BEGINNING).collect();
    format!("{beginning}…{:.32x}", Sha256::digest(whole.as_bytes()))
}
