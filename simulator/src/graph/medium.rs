//! Media in two steps: upload or hear of an id, ask for the address, fetch it with the token.

use axum::http::header::{ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use bytes::Bytes;
use serde_json::json;

use super::Result;
use super::answer::Answer;
use super::call::Call;
use super::error::GraphError;
use crate::media::{ADDRESS_SECONDS, all_types, class, plain};
use crate::random::of_text;
use crate::world::World;

/// Where answers may point to: what was configured, else the name by which the caller came.
pub(super) fn base(world: &World, call: &Call) -> String {
    match (&world.config.public_url, &call.host) {
        (Some(url), _) => url.trim_end_matches('/').to_owned(),
        (None, Some(host)) => format!("http://{host}"),
        (None, None) => world.url.clone(),
    }
}

pub(super) fn upload(world: &mut World, call: &Call, number: &str) -> Result {
    if call.text("messaging_product") != Some("whatsapp") {
        return Err(GraphError::parameter("The parameter messaging_product is required."));
    }
    let Some(file) = &call.file else {
        return Err(GraphError::parameter("The parameter file is required."));
    };
    // The type of the part counts; `type` beside it is what older clients send.
    let mime = file.content_type.as_deref().filter(|mime| plain(mime) != "application/octet-stream");
    let mime = mime.or_else(|| call.text("type")).unwrap_or("application/octet-stream").to_owned();
    let Some((class, most)) = class(&mime) else {
        let text = format!(
            "Param file must be a file with one of the following types: {}. Received file of type '{mime}'.",
            all_types()
        );
        return Err(GraphError::parameter(&text));
    };
    if file.bytes.is_empty() {
        return Err(GraphError::parameter("Param file must not be empty"));
    }
    let most = most.min(world.config.bounds.largest_file);
    if file.bytes.len() > most {
        let details = format!("A file for {class} has at most {most} bytes, this one has {}", file.bytes.len());
        return Err(GraphError::coded(131_053, details));
    }
    let id = world.random.object_id();
    let now = world.now_ms();
    world.media.put(&id, number, &mime, file.bytes.clone(), now, true);
    Ok(Answer::json(json!({"id": id})))
}

/// Another number's medium is as good as none.
fn is_of(world: &World, call: &Call, id: &str) -> bool {
    let asked = call.text("phone_number_id");
    world.media.get(id, world.now_ms()).is_some_and(|medium| asked.is_none_or(|number| number == medium.number))
}

pub(super) fn info(world: &World, call: &Call, id: &str) -> Result {
    let Some(medium) = world.media.get(id, world.now_ms()).filter(|_| is_of(world, call, id)) else {
        return Err(GraphError::no_such_object("GET", id));
    };
    let until = world.now_ms().div_euclid(1000) + ADDRESS_SECONDS;
    let url = format!(
        "{}/lookaside/whatsapp_business/attachments/?mid={id}&ext={until}&hash={}",
        base(world, call),
        mark(world, id, until)
    );
    Ok(Answer::json(json!({
        "messaging_product": "whatsapp",
        "id": id,
        "url": url,
        "mime_type": medium.mime,
        "sha256": medium.sha256_hex(),
        "file_size": medium.bytes.len(),
    })))
}

/// What makes an address unguessable enough for a simulator, and its end unchangeable.
fn mark(world: &World, id: &str, until: i64) -> String {
    format!("{:016x}", of_text(world.config.seed, &format!("{id} {until} {}", world.config.app_secret)))
}

pub(super) fn delete(world: &mut World, call: &Call, id: &str) -> Result {
    if !is_of(world, call, id) || !world.media.remove(id) {
        return Err(GraphError::no_such_object("DELETE", id));
    }
    Ok(Answer::success())
}

/// The bytes. The address is good for five minutes; after that, and for whatever is not there, 404 without Meta's JSON.
pub(super) fn download(world: &World, call: &Call) -> Result {
    let id = call.text("mid").unwrap_or_default();
    let until: i64 = call.text("ext").and_then(|ext| ext.parse().ok()).unwrap_or_default();
    let good = call.text("hash") == Some(mark(world, id, until).as_str()) && world.now_ms().div_euclid(1000) < until;
    let Some(medium) = world.media.get(id, world.now_ms()).filter(|_| good) else {
        return Ok(plain_answer(StatusCode::NOT_FOUND, HeaderMap::new(), Bytes::new()));
    };
    let whole = &medium.bytes;
    let mut headers = HeaderMap::new();
    let mime = HeaderValue::from_str(&medium.mime);
    headers.insert(CONTENT_TYPE, mime.unwrap_or_else(|_| HeaderValue::from_static("application/octet-stream")));
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    let Some(range) = call.range.as_deref().and_then(|range| range.strip_prefix("bytes=")) else {
        return Ok(plain_answer(StatusCode::OK, headers, whole.clone()));
    };
    let (from, to) = range.split_once('-').unwrap_or((range, ""));
    let from: Option<usize> = from.parse().ok();
    let last = to.parse().unwrap_or(usize::MAX).min(whole.len().saturating_sub(1));
    match from {
        Some(from) if from <= last => {
            if let Ok(value) = HeaderValue::from_str(&format!("bytes {from}-{last}/{}", whole.len())) {
                headers.insert(CONTENT_RANGE, value);
            }
            Ok(plain_answer(StatusCode::PARTIAL_CONTENT, headers, whole.slice(from..=last)))
        }
        _ => Ok(plain_answer(StatusCode::RANGE_NOT_SATISFIABLE, HeaderMap::new(), Bytes::new())),
    }
}

fn plain_answer(status: StatusCode, mut headers: HeaderMap, body: Bytes) -> Answer {
    headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    Answer { status, headers, body, accepted: None }
}
