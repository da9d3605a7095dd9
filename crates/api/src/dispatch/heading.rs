//! What a request says beside its body: its id, its query, its idempotency key.

use axum::http::header::{HeaderMap, HeaderValue};
use axum::http::request::Parts;
use bytes::Bytes;
use crm::FieldError;
use crm::idempotency::RequestKey;
use sha2::{Digest, Sha256};

use crate::form::essence_of_parts;
use crate::problem::Problem;
use crate::route::Route;

/// The caller's own, or a new one.
pub(super) fn request_id(headers: &HeaderMap) -> String {
    let sound = |text: &&str| !text.is_empty() && text.len() <= 128 && text.bytes().all(|b| (0x21..0x7f).contains(&b));
    match headers.get("x-request-id").and_then(|value| value.to_str().ok()).filter(sound) {
        Some(given) => given.to_owned(),
        None => uuid::Uuid::new_v4().to_string(),
    }
}

pub(super) fn pairs(query: Option<&str>) -> Vec<(String, String)> {
    let query = query.unwrap_or("").as_bytes();
    form_urlencoded::parse(query).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

/// Some forms and tools can set no header. The key is nowhere else than in the header afterwards; where both came, the header's counts.
pub(super) fn key_from_query(query: &mut Vec<(String, String)>, headers: &mut HeaderMap) {
    let Some(at) = query.iter().position(|(name, _)| name == KEY) else { return };
    let given = HeaderValue::from_str(&query[at].1);
    query.retain(|(name, _)| name != KEY);
    if let (Ok(key), false) = (given, headers.contains_key(KEY)) {
        headers.insert(KEY, key);
    }
}

const KEY: &str = "x-api-key";

/// Method and path of a request with an idempotency key, in bytes.
const LONGEST_OPERATION: usize = 512;

pub(super) async fn idempotency_key(
    route: &Route,
    path: &[(String, String)],
    parts: &Parts,
    body: &Bytes,
) -> Result<Option<RequestKey>, Problem> {
    let Some(value) = parts.headers.get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().ok().map(str::trim).filter(|key| (1..=255).contains(&key.len()));
    let Some(key) = key else {
        let message = "Expected 1 to 255 visible ASCII characters.";
        return Err(Problem::invalid(vec![FieldError::new("Idempotency-Key", "invalid_header", message)]));
    };
    let mut operation = format!("{} {}", route.method.name(), route.path);
    for (_, value) in path {
        operation.push(' ');
        operation.push_str(value);
    }
    if operation.len() > LONGEST_OPERATION {
        // An index entry has a largest size; what is this long is told apart by its hash.
        let hash = Sha256::digest(operation.as_bytes());
        operation = format!("{} {} {hash:x}", route.method.name(), route.path);
    }
    let mut hash = Sha256::new();
    hash.update(parts.uri.query().unwrap_or(""));
    hash.update([0]);
    let content_type = parts.headers.get("content-type").and_then(|value| value.to_str().ok());
    match essence_of_parts(body, content_type).await {
        Some(essence) => hash.update(essence),
        None => hash.update(body),
    }
    Ok(Some(RequestKey { operation, key: key.to_owned(), request_hash: hash.finalize().into() }))
}
