//! The shape of an answer.

use serde_json::{Value, json};

/// Only what all kinds of endpoints enforce: types, enumerations, required members.
pub(super) fn schema(leaves: &[&str], targets: &[&str], options: &[&str]) -> Value {
    let options: Vec<&str> = std::iter::once("").chain(options.iter().copied()).collect();
    let list = |members: Value| {
        let required: Vec<&String> = members.as_object().map(|members| members.keys().collect()).unwrap_or_default();
        json!({"type": "array", "items": {
            "type": "object", "properties": members, "required": required, "additionalProperties": false}})
    };
    let placements = list(json!({
        "leaf": {"type": "string", "enum": leaves},
        "target": {"type": "string", "enum": targets},
        "option": {"type": "string", "enum": options},
        "sure": {"type": "boolean"},
    }));
    let spans = list(json!({
        "leaf": {"type": "string", "enum": leaves},
        "target": {"type": "string", "enum": targets},
        "quote": {"type": "string"},
    }));
    json!({
        "type": "object",
        "properties": {"placements": placements, "spans": spans},
        "required": ["placements", "spans"],
        "additionalProperties": false,
    })
}
