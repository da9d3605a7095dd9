//! What no placement used up.

use crate::flatten::Leaf;
use crate::keys::snake_key;
use crate::reading::Reading;
use crate::{Json, Warning};
use std::collections::HashMap;

/// The key a leaf has in the rest: its path in snake_case.
pub(crate) fn key_of(leaf: &Leaf<'_>) -> String {
    let mut key = String::new();
    for segment in &leaf.path {
        let snake = snake_key(segment);
        if !snake.is_empty() {
            if !key.is_empty() {
                key.push('_');
            }
            key.push_str(&snake);
        }
    }
    if key.is_empty() { "value".to_owned() } else { key }
}

/// Every leaf that was not used, by snake_case key in the order of the data; of two that fold alike the last stays.
pub(crate) fn rest(readings: &[Reading<'_>], taken: &[bool], data: &Json) -> (Vec<(String, Json)>, Vec<Warning>) {
    // A value all of whose parts were used is used.
    let mut divided: HashMap<usize, bool> = HashMap::new();
    for (leaf, reading) in readings.iter().enumerate() {
        if let Some(part) = reading.leaf().part.as_ref().filter(|part| part.divides) {
            *divided.entry(part.owner).or_insert(true) &= taken[leaf];
        }
    }
    let mut rest: Vec<Option<(String, Json)>> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut warnings = Vec::new();
    for (at, reading) in readings.iter().enumerate() {
        let leaf = reading.leaf();
        if taken[at] || leaf.part.is_some() || divided.get(&at) == Some(&true) {
            continue;
        }
        let key = key_of(leaf);
        if let Some(before) = places.insert(key.clone(), rest.len()) {
            rest[before] = None;
            warnings.push(Warning {
                code: "duplicate_key",
                pointer: leaf.pointer.clone(),
                message: format!("{key} was there twice; the last one stays"),
            });
        }
        rest.push(Some((key, leaf.value.as_ref().clone())));
    }
    if let Json::Array(items) = data
        && items.len() > 1
        && readings.is_empty()
    {
        rest.push(Some(("value".to_owned(), data.clone())));
    }
    (rest.into_iter().flatten().collect(), warnings)
}
