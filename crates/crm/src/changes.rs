//! What every change of an organization's set-up shares: the entity tag it may be conditional on, the event that tells of
//! it, the refusal to remove what is in use.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::error::{Error, Result};
use crate::events::{self, Fact, Topic};
use crate::work::Work;

/// How many tickets or contacts one change of the set-up moves at most: it is one transaction, and others wait.
pub const MOVE_LIMIT: i64 = 1000;

/// What becomes of the things that use what is being removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Users<T> {
    /// Nothing: where there are any, 409 `in_use` with their counts.
    #[default]
    Refuse,
    /// They move there.
    Move(T),
    /// They stay as they are; what is removed is kept out of sight, because they name it.
    Archive,
}

/// How something was removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Removed {
    /// True: kept out of sight, because something still names it. False: gone.
    pub archived: bool,
    /// How many tickets and contacts moved.
    pub moved: i64,
}

/// Whether the caller saw the thing as it is now.
pub(crate) fn check_version(expected: Option<i64>, current: i64) -> Result<()> {
    match expected {
        Some(expected) if expected != current => Err(Error::Stale { current }),
        _ => Ok(()),
    }
}

/// 409 `in_use`: `counts` in words for people, `remedy` says what would be accepted.
pub(crate) fn in_use(noun: &str, counts: &[(&str, i64)], remedy: &str) -> Error {
    Error::conflict("in_use", format!("This {noun} is in use: {}. {remedy}", counted(counts)))
}

/// `12 open tickets, 1 channel`, those that are none left out.
pub(crate) fn counted(counts: &[(&str, i64)]) -> String {
    let some = counts.iter().filter(|(_, count)| *count != 0);
    let words = some.map(|(word, count)| match (*count, word.strip_suffix('s')) {
        (1, Some(one)) => format!("1 {one}"),
        _ => format!("{count} {word}"),
    });
    words.collect::<Vec<_>>().join(", ")
}

/// 409 `too_many_to_move`.
pub(crate) fn too_many(noun: &str, counts: &[(&str, i64)]) -> Error {
    let message = format!(
        "This {noun} has {}; at most {MOVE_LIMIT} are moved at once. Move some of them first, or archive it.",
        counted(counts)
    );
    Error::conflict("too_many_to_move", message)
}

/// What a change did, member by member, for its event.
#[derive(Default)]
pub(crate) struct Changes {
    changed: Map<String, Value>,
    previous: Map<String, Value>,
}

impl Changes {
    /// Sets the member, and notes it if it is another value now.
    pub fn set<T: Serialize + PartialEq>(&mut self, name: &str, slot: &mut T, value: T) {
        if *slot != value {
            self.changed.insert(name.to_owned(), json!(value));
            self.previous.insert(name.to_owned(), json!(slot));
            *slot = value;
        }
    }

    /// Notes something that is kept elsewhere.
    pub fn note(&mut self, name: &str, now: Value, before: Value) {
        self.changed.insert(name.to_owned(), now);
        self.previous.insert(name.to_owned(), before);
    }

    pub fn is_empty(&self) -> bool {
        self.changed.is_empty()
    }

    /// What is now, and what was.
    pub fn into_parts(self) -> (Map<String, Value>, Map<String, Value>) {
        (self.changed, self.previous)
    }

    pub fn record(self, w: &mut Work<'_, '_>, noun: &str, id: impl Serialize) -> Result<()> {
        let details = json!({"changed": self.changed});
        record(w, noun, id, "updated", details, Some(self.previous.into()))
    }
}

/// Writes the event of one change. `change` is `created`, `updated`, `deleted`, `archived` or `revoked`; `details` an object.
pub(crate) fn record(
    w: &mut Work<'_, '_>,
    noun: &str,
    id: impl Serialize,
    change: &str,
    details: Value,
    previous: Option<Value>,
) -> Result<()> {
    let mut fact = fact(noun, id, change, details);
    if let Some(previous) = previous {
        fact = fact.previous(previous);
    }
    events::record(w, fact)?;
    Ok(())
}

/// The same, with what only the audit log tells: where somebody signs in from, and how, is nothing for everybody who reads
/// events. `audit` is an object.
pub(crate) fn record_for_audit(
    w: &mut Work<'_, '_>,
    noun: &str,
    id: impl Serialize,
    change: &str,
    details: Value,
    audit: Value,
) -> Result<()> {
    let fact = fact(noun, id, change, details).audit(audit);
    events::record(w, fact)?;
    Ok(())
}

fn fact(noun: &str, id: impl Serialize, change: &str, details: Value) -> Fact {
    let id = json!(id);
    let mut subject = Map::new();
    subject.insert(format!("{noun}_id"), id.clone());
    let mut data = Map::new();
    data.insert("noun".into(), json!(noun));
    data.insert("id".into(), id);
    data.insert("change".into(), json!(change));
    if let Value::Object(details) = details {
        data.extend(details);
    }
    Fact::new(Topic::SetupChanged).subject(subject.into()).data(Value::Object(data))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_read_as_a_sentence() {
        assert_eq!(
            counted(&[("open tickets", 12), ("closed tickets", 0), ("channels", 1)]),
            "12 open tickets, 1 channel"
        );
    }

    #[test]
    fn only_what_changed_is_noted() {
        let mut changes = Changes::default();
        let (mut name, mut size) = ("a".to_owned(), 1);
        changes.set("name", &mut name, "a".to_owned());
        assert!(changes.is_empty());
        changes.set("size", &mut size, 2);
        assert_eq!((changes.changed.len(), changes.previous["size"].clone(), size), (1, json!(1), 2));
    }
}
