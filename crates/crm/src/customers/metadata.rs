//! Merging what came in into metadata that is there.

use std::collections::HashMap;

use structuring::json::Object;
use structuring::{Json, snake_key};

use crate::error::{Error, Result};

/// What an object says, by snake_case key: of keys that fold alike the last one alone counts, whether it gives a value or
/// removes one with null; an empty text says nothing.
pub fn said(object: &Object) -> Vec<(String, &str, &Json)> {
    let mut said: Vec<(String, &str, &Json)> = Vec::with_capacity(object.len());
    let mut places: HashMap<String, usize> = HashMap::new();
    for (key, value) in object.iter().filter(|(_, value)| value.as_str() != Some("")) {
        let snake = snake_key(key);
        match places.get(&snake) {
            Some(&at) => said[at] = (snake, key, value),
            None => {
                places.insert(snake.clone(), said.len());
                said.push((snake, key, value));
            }
        }
    }
    said
}

/// Metadata of one contact or ticket, as JSON text.
const METADATA_LIMIT: usize = 256 * 1024;

/// Merges by top-level key; answers whether anything is different now.
pub(crate) fn merge_metadata(
    metadata: &mut Object,
    rest: &[(String, Json)],
    removed: &[String],
    mut note: impl FnMut(&str, Option<&Json>, Option<&Json>),
) -> bool {
    if rest.len() + removed.len() > MANY_KEYS {
        return merge_many(metadata, rest, removed, note);
    }
    let mut changed = false;
    for (key, value) in rest {
        let before = metadata.get(key);
        if before != Some(value) {
            note(key, Some(value), before);
            metadata.insert(key.clone(), value.clone());
            changed = true;
        }
    }
    for key in removed {
        if let Some(before) = metadata.remove(key) {
            note(key, None, Some(&before));
            changed = true;
        }
    }
    changed
}

/// Above, keys are looked up in an index: an object finds its keys one after the other, and a hundred thousand of them
/// would hold up the writer for seconds.
const MANY_KEYS: usize = 64;

fn merge_many(
    metadata: &mut Object,
    rest: &[(String, Json)],
    removed: &[String],
    mut note: impl FnMut(&str, Option<&Json>, Option<&Json>),
) -> bool {
    let mut members: Vec<(String, Option<Json>)> =
        std::mem::take(metadata).into_iter().map(|(key, value)| (key, Some(value))).collect();
    let mut places: HashMap<String, usize> =
        members.iter().enumerate().map(|(at, (key, _))| (key.clone(), at)).collect();
    let mut changed = false;
    for (key, value) in rest {
        match places.get(key) {
            Some(&at) if members[at].1.as_ref() == Some(value) => continue,
            Some(&at) => {
                let before = members[at].1.replace(value.clone());
                note(key, Some(value), before.as_ref());
            }
            None => {
                places.insert(key.clone(), members.len());
                members.push((key.clone(), Some(value.clone())));
                note(key, Some(value), None);
            }
        }
        changed = true;
    }
    for key in removed {
        if let Some(before) = places.get(key).and_then(|&at| members[at].1.take()) {
            note(key, None, Some(&before));
            changed = true;
        }
    }
    *metadata = members.into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
    changed
}

pub(crate) fn metadata_text(metadata: Object, pointer: &str) -> Result<String> {
    let text = Json::Object(metadata).to_string();
    if text.len() > METADATA_LIMIT {
        let message = format!(
            "With this the metadata would be {} bytes of JSON; at most {METADATA_LIMIT} are kept. Send less, or remove keys \
             by setting them to null.",
            text.len()
        );
        return Err(Error::invalid(pointer, "too_large", message));
    }
    Ok(text)
}
