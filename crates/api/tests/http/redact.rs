//! Answers without what differs from run to run.

use serde_json::{Map, Value};

/// The same JSON with `<id>` for UUIDs, `<time>` for instants of the form that answers have, `<sequence>` for places in
/// the log.
pub fn redact(value: &Value) -> Value {
    match value {
        Value::String(text) if is_id(text) => "<id>".into(),
        Value::String(text) if is_time(text) => "<time>".into(),
        Value::Array(items) => items.iter().map(redact).collect(),
        Value::Object(members) => {
            let member = |(key, value): (&String, &Value)| match key.as_str() {
                "sequence" => (key.clone(), "<sequence>".into()),
                _ => (key.clone(), redact(value)),
            };
            Value::Object(members.iter().map(member).collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}

fn is_id(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::parse_str(text).is_ok()
}

/// RFC 3339, UTC with `Z`, milliseconds.
fn is_time(text: &str) -> bool {
    let form = "0000-00-00T00:00:00.000Z";
    text.len() == form.len()
        && text.chars().zip(form.chars()).all(|(c, f)| if f == '0' { c.is_ascii_digit() } else { c == f })
}

/// `pointer code` of each bad part, sorted.
pub fn wrong(problem: &Value) -> Vec<String> {
    let errors = problem["errors"].as_array().cloned().unwrap_or_default();
    let mut errors: Vec<String> = errors
        .iter()
        .map(|e| format!("{} {}", e["pointer"].as_str().unwrap_or("?"), e["code"].as_str().unwrap_or("?")))
        .collect();
    errors.sort();
    errors
}
