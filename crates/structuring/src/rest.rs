//! What no placement used up.

use crate::flatten::Leaf;
use crate::keys::push_snake;
use crate::reading::Reading;
use crate::{Json, Warning};
use rustc_hash::FxHashMap;
use std::collections::HashMap;

/// The key a leaf has in the rest: its path in snake_case.
pub(crate) fn key_of(leaf: &Leaf<'_>) -> String {
    let mut key = String::with_capacity(24);
    for segment in &leaf.path {
        let before = key.len();
        if before > 0 {
            key.push('_');
        }
        let from = key.len();
        // "Sister's mobile" is `sister_s_mobile`: whatever is no letter and no digit parts words here.
        if segment.contains(['\'', '’']) {
            push_snake(&segment.replace(['\'', '’'], " "), &mut key);
        } else {
            push_snake(segment, &mut key);
        }
        if key.len() == from {
            key.truncate(before);
        }
    }
    if key.is_empty() { "value".to_owned() } else { key }
}

/// Where the keys of the rest stand.
#[derive(Default)]
struct Places(HashMap<String, usize>);

/// Up to so many keys are looked through one by one.
const FEW: usize = 24;

impl Places {
    /// Where the key stood before the one that is added to `rest` now.
    fn insert(&mut self, key: &str, rest: &[Option<(String, Json)>]) -> Option<usize> {
        let named = |entry: &Option<(String, Json)>| entry.as_ref().is_some_and(|(name, _)| name == key);
        if rest.len() < FEW {
            return rest.iter().position(named);
        }
        if self.0.is_empty() {
            let known = rest.iter().enumerate().filter_map(|(at, entry)| Some((entry.as_ref()?.0.clone(), at)));
            self.0.extend(known);
        }
        self.0.insert(key.to_owned(), rest.len())
    }
}

/// Of values that are divided into parts, whether all of these were used: then the value is.
pub(crate) fn used_up(readings: &[Reading<'_>], taken: &[bool]) -> FxHashMap<usize, bool> {
    let mut divided: FxHashMap<usize, bool> = FxHashMap::default();
    for (leaf, reading) in readings.iter().enumerate() {
        if let Some(part) = reading.leaf().part.as_ref().filter(|part| part.divides) {
            *divided.entry(part.owner).or_insert(true) &= taken[leaf];
        }
    }
    divided
}

/// Every leaf that was not used, by snake_case key in the order of the data; of two that fold alike the last stays.
pub(crate) fn rest(readings: &[Reading<'_>], taken: &[bool], data: &Json) -> (Vec<(String, Json)>, Vec<Warning>) {
    let divided = used_up(readings, taken);
    let mut rest: Vec<Option<(String, Json)>> = Vec::with_capacity(8);
    let mut places = Places::default();
    let mut warnings = Vec::new();
    for (at, reading) in readings.iter().enumerate() {
        let leaf = reading.leaf();
        if taken[at] || leaf.part.is_some() || divided.get(&at) == Some(&true) {
            continue;
        }
        let key = key_of(leaf);
        if let Some(before) = places.insert(&key, &rest) {
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
