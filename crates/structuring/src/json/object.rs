//! Objects that keep order and duplicates.

use super::Json;
use std::collections::{HashMap, HashSet};

/// Below this many members a scan beats a hash set.
const FEW: usize = 12;

/// Members in the order they were written, equal keys included; [`Object::get`] answers the last of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object(pub(super) Vec<(String, Json)>);

impl Object {
    pub fn new() -> Object {
        Object::default()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn get(&self, key: &str) -> Option<&Json> {
        self.0.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    pub fn get_mut(&mut self, key: &str) -> Option<&mut Json> {
        self.0.iter_mut().rev().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&str, &Json)> + ExactSizeIterator {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(key, _)| key.as_str())
    }

    pub fn values(&self) -> impl Iterator<Item = &Json> {
        self.0.iter().map(|(_, value)| value)
    }

    /// Adds a member at the end, whether or not the key is there already.
    pub fn push(&mut self, key: impl Into<String>, value: impl Into<Json>) {
        self.0.push((key.into(), value.into()));
    }

    /// Sets a key, in place where it is there already (equal keys become one); answers what it was.
    pub fn insert(&mut self, key: impl Into<String>, value: impl Into<Json>) -> Option<Json> {
        let (key, value) = (key.into(), value.into());
        match self.0.iter().position(|(name, _)| *name == key) {
            None => {
                self.0.push((key, value));
                None
            }
            Some(first) => {
                let mut old = std::mem::replace(&mut self.0[first].1, value);
                let mut at = first + 1;
                while at < self.0.len() {
                    if self.0[at].0 == key {
                        old = self.0.remove(at).1;
                    } else {
                        at += 1;
                    }
                }
                Some(old)
            }
        }
    }

    /// Sets a key only where it is there already; answers what it was.
    pub fn replace(&mut self, key: &str, value: impl Into<Json>) -> Option<Json> {
        if self.contains_key(key) { self.insert(key, value) } else { None }
    }

    /// Removes every member of that key and answers the last of them.
    pub fn remove(&mut self, key: &str) -> Option<Json> {
        let mut last = None;
        let members = std::mem::take(&mut self.0);
        for (name, value) in members {
            if name == key {
                last = Some(value);
            } else {
                self.0.push((name, value));
            }
        }
        last
    }

    /// A key that is there twice, if any (this level only).
    pub fn has_duplicate(&self) -> Option<&str> {
        if self.0.len() <= FEW {
            let twice = |(at, (key, _)): &(usize, &(String, Json))| self.0[..*at].iter().any(|(other, _)| other == key);
            return self.0.iter().enumerate().find(twice).map(|(_, (key, _))| key.as_str());
        }
        let mut seen = HashSet::with_capacity(self.0.len());
        self.keys().find(|key| !seen.insert(*key))
    }

    /// Of equal keys the last value stays, at the place of the first (this level only).
    pub fn dedupe(&mut self) {
        if self.has_duplicate().is_none() {
            return;
        }
        let mut place: HashMap<String, usize> = HashMap::with_capacity(self.0.len());
        let mut members: Vec<(String, Json)> = Vec::with_capacity(self.0.len());
        for (key, value) in std::mem::take(&mut self.0) {
            if let Some(&at) = place.get(&key) {
                members[at].1 = value;
            } else {
                place.insert(key.clone(), members.len());
                members.push((key, value));
            }
        }
        self.0 = members;
    }
}

impl FromIterator<(String, Json)> for Object {
    fn from_iter<I: IntoIterator<Item = (String, Json)>>(members: I) -> Self {
        Object(members.into_iter().collect())
    }
}

impl IntoIterator for Object {
    type Item = (String, Json);
    type IntoIter = std::vec::IntoIter<(String, Json)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Object {
    type Item = &'a (String, Json);
    type IntoIter = std::slice::Iter<'a, (String, Json)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}
