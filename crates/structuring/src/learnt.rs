//! What an organization has decided before: which path means what, which word means which option.
//!
//! No personal values are in it: sources, paths, kinds of values, field keys and option words only.

use crate::reading::Reading;
use crate::steps::Steps;
use crate::{Json, Source, Target};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// What kind of value stood at a path; a mapping holds for its kind only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueKind {
    Phone,
    Email,
    Url,
    Date,
    Number,
    Boolean,
    Text,
    Object,
}

impl ValueKind {
    /// As they are spelt, in the order of the variants.
    pub const NAMES: &'static [&'static str] =
        &["phone", "email", "url", "date", "number", "boolean", "text", "object"];

    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    pub fn from_name(name: &str) -> Option<ValueKind> {
        use ValueKind::{Boolean, Date, Email, Number, Object, Phone, Text, Url};
        [Phone, Email, Url, Date, Number, Boolean, Text, Object].into_iter().find(|kind| kind.name() == name)
    }
}

/// How sure a mapping is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// A person said so.
    Confirmed,
    /// Five or more agreeing records.
    Learned,
    /// A person said no: beats everything but what is given explicitly.
    Denied,
}

/// One decision about a path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mapping {
    /// Where the data came from (a key, a form, an import).
    pub source: String,
    /// As [`crate::learnt_key`] answers it.
    pub path: String,
    pub kind: ValueKind,
    pub target: Target,
    pub standing: Standing,
}

/// One decision about a word that stands for an option of a field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OptionWord {
    pub field: String,
    /// As it was written; compared folded.
    pub word: String,
    pub option: String,
    pub standing: Standing,
}

/// All decisions of one organization. [`Learnt::default`] knows nothing.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Lists", into = "Lists")]
pub struct Learnt {
    mappings: HashMap<String, Vec<Mapping>>,
    words: HashMap<String, Vec<OptionWord>>,
}

#[derive(Clone, Default, Serialize, Deserialize)]
struct Lists {
    mappings: Vec<Mapping>,
    option_words: Vec<OptionWord>,
}

impl From<Lists> for Learnt {
    fn from(lists: Lists) -> Learnt {
        let mut learnt = Learnt::default();
        lists.mappings.into_iter().for_each(|mapping| learnt.add(mapping));
        lists.option_words.into_iter().for_each(|word| learnt.add_word(word));
        learnt
    }
}

impl From<Learnt> for Lists {
    fn from(learnt: Learnt) -> Lists {
        Lists {
            mappings: learnt.mappings.into_values().flatten().collect(),
            option_words: learnt.words.into_values().flatten().collect(),
        }
    }
}

impl Learnt {
    pub fn is_empty(&self) -> bool {
        self.mappings.is_empty() && self.words.is_empty()
    }

    /// Adds a decision; one about the same source, path, kind and target is replaced.
    pub fn add(&mut self, mapping: Mapping) {
        let list = self.mappings.entry(mapping.path.clone()).or_default();
        list.retain(|old| (&old.source, old.kind, &old.target) != (&mapping.source, mapping.kind, &mapping.target));
        list.push(mapping);
    }

    /// Adds a decision about an option word; one about the same field and word is replaced.
    pub fn add_word(&mut self, word: OptionWord) {
        let folded = crate::keys::fold(&word.word);
        let list = self.words.entry(folded).or_default();
        list.retain(|old| (&old.field, &old.option) != (&word.field, &word.option));
        list.push(word);
    }

    /// Decisions about a path, whatever their source and kind.
    pub(crate) fn of_path(&self, path: &str) -> &[Mapping] {
        self.mappings.get(path).map_or(&[], Vec::as_slice)
    }

    /// Decisions about a folded word, whatever the field.
    pub(crate) fn of_any_word(&self, folded: &str) -> &[OptionWord] {
        self.words.get(folded).map_or(&[], Vec::as_slice)
    }

    /// Decisions about a folded word of a field.
    pub(crate) fn of_word<'a>(&'a self, field: &'a str, folded: &str) -> impl Iterator<Item = &'a OptionWord> + 'a {
        self.words.get(folded).map_or(&[][..], Vec::as_slice).iter().filter(move |word| word.field == field)
    }
}

/// The path of a leaf as mappings are kept by: snake_case keys; places in lists and the plumbing of name/value pairs do
/// not count, so that the same question of a form has the same path in every record.
pub(crate) fn path_of(leaf: &crate::flatten::Leaf<'_>) -> String {
    let mut path = String::with_capacity(24);
    for (at, segment) in leaf.path.iter().enumerate() {
        if at > 0 {
            path.push('/');
        }
        crate::keys::push_snake(segment, &mut path);
    }
    path
}

/// What kind of value a leaf holds.
pub(crate) fn kind_of(reading: &Reading<'_>) -> ValueKind {
    match reading.leaf().value.as_ref() {
        Json::Bool(_) => ValueKind::Boolean,
        Json::Array(_) | Json::Object(_) => ValueKind::Object,
        _ if reading.email().is_some() => ValueKind::Email,
        _ if reading.url().is_some() => ValueKind::Url,
        _ if reading.date().is_some() => ValueKind::Date,
        _ if reading.phone().is_some_and(|(_, _, whole)| *whole) => ValueKind::Phone,
        _ if reading.amount().is_some() => ValueKind::Number,
        _ if reading.boolean().is_some() => ValueKind::Boolean,
        _ => ValueKind::Text,
    }
}

/// Path and kind of what stands at a pointer of the data: the key of a [`Mapping`] to be made of a decision.
pub fn learnt_key(data: &Json, pointer: &str, country: Option<&str>) -> Option<(String, ValueKind)> {
    let flat = crate::flatten::flatten(data);
    let leaf = flat.leaves.iter().find(|leaf| leaf.pointer == pointer)?;
    Some((path_of(leaf), kind_of(&Reading::new(leaf, country, &Steps::default()))))
}

/// Where one value of a record stood, as decisions about it are kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// As the path of a [`Mapping`].
    pub path: String,
    pub kind: ValueKind,
    /// The value was all that stood there. Where it was a piece of running text a mapping would take the whole text, so
    /// none can be made; that the path is *not* of a target can still be said.
    pub whole: bool,
    /// What stood there, where a placement takes it out of the rest: a list and a text of which parts were used stay.
    pub taken: Option<Json>,
}

/// The places of values, in the order of their sources; none where nothing stands there.
pub(crate) fn places_of<'s>(
    readings: &[Reading<'_>],
    sources: impl IntoIterator<Item = &'s Source>,
) -> Vec<Option<Place>> {
    let span = |leaf: &crate::flatten::Leaf<'_>| leaf.part.as_ref().and_then(|part| part.span);
    let place = |source: &Source| {
        let at = |whole: bool| {
            readings.iter().find(|reading| {
                let leaf = reading.leaf();
                leaf.pointer == source.pointer && if whole { span(leaf) == source.span } else { leaf.part.is_none() }
            })
        };
        let (reading, whole) = at(true).map(|at| (at, true)).or_else(|| at(false).map(|at| (at, false)))?;
        let leaf = reading.leaf();
        Some(Place {
            path: path_of(leaf),
            kind: kind_of(reading),
            whole,
            taken: (whole && leaf.part.is_none()).then(|| leaf.value.as_ref().clone()),
        })
    };
    sources.into_iter().map(place).collect()
}
