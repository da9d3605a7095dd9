//! What the document says about operations that go away.

use serde_json::{Value, json};

use crate::lifecycle::{Registered, Registry};

/// Names of the operations that go away.
pub(super) fn names() -> Vec<&'static str> {
    Registry::standard().all().map(Registered::operation).collect()
}

/// Marks an operation as deprecated, with all that its answers carry for that.
pub(super) fn mark(operation: &mut Value, row: &Registered) {
    operation["deprecated"] = true.into();
    operation["x-sunset"] = row.dates().removed_on.to_string().into();
    operation["x-successors"] = json!(row.successors());
    let about = format!("How to move away from {}", row.operation());
    operation["externalDocs"] = json!({"url": row.guide_path(), "description": about});
    if let Some(parameters) = operation["parameters"].as_array_mut() {
        parameters.push(json!({
            "name": "Recado-Preview-Date", "in": "header", "required": false,
            "schema": {"type": "string", "format": "date"},
            "description": "Answers as on that day; not counted as a call. Stored times do not move.",
        }));
    }
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    responses.insert("400".into(), json!({"$ref": "#/components/responses/Problem"}));
    responses.insert("410".into(), json!({"$ref": "#/components/responses/Problem"}));
    for (status, response) in responses {
        if !status.starts_with('2') {
            continue;
        }
        response["headers"] = json!({
            "Deprecation": {"schema": {"type": "string"}, "description": "RFC 9745: since when, as `@<unix seconds>`."},
            "Sunset": {"schema": {"type": "string"}, "description": "RFC 8594: from when on it answers 410."},
            "Link": {"schema": {"type": "string"}, "description": "RFC 8288: the migration guide and each successor."},
            "Recado-Warning": {
                "schema": {"type": "string"},
                "description": "From six months on, where the answer is no object: a DeprecationWarning as JSON in ASCII.",
            },
        });
        let schema = &mut response["content"]["application/json"]["schema"];
        if schema["type"] != "array" {
            let warnings = json!({
                "type": "object",
                "properties": {"warnings": {
                    "type": "array",
                    "items": {"$ref": "#/components/schemas/DeprecationWarning"},
                    "description": "From six months on.",
                }},
            });
            *schema = json!({"allOf": [schema.take(), warnings]});
        }
    }
}

pub(super) fn warning_schema() -> Value {
    json!({
        "type": "object",
        "required": ["code", "message", "sunset", "days_left", "guide", "replacement"],
        "properties": {
            "code": {"type": "string", "const": "deprecated_operation"},
            "message": {"type": "string"},
            "sunset": {"type": "string", "format": "date"},
            "days_left": {"type": "integer", "minimum": 1},
            "guide": {"type": "string"},
            "replacement": {
                "type": ["object", "null"],
                "description": "The caller's own request, translated, ready to run; null where it cannot be.",
                "properties": {
                    "method": {"type": "string"},
                    "path": {"type": "string"},
                    "body": {"type": ["object", "null"]},
                },
            },
        },
    })
}
