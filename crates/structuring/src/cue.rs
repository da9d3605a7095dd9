//! Words around something in running text, and how well they name a field.

use crate::compiled::Field;
use crate::known::KNOWN;
use crate::lexicon::{self, Set, is_noise, is_stop, set};
use crate::scan::Word;
use crate::units::Units;
use crate::vectors::{Vector, calibrated, embed};
use std::sync::LazyLock;

static PEOPLE: LazyLock<Set> = LazyLock::new(|| set(&["PEOPLE", "PAX"]));
static CEILING: LazyLock<Set> = LazyLock::new(|| set(&["MAXQ", "BUDGET"]));

/// A few words, prepared once for all fields.
pub(crate) struct Cue {
    units: Units,
    vector: Option<Vector>,
}

impl Cue {
    /// Nothing where only joining words stand.
    pub fn new(words: &[&Word]) -> Option<Cue> {
        if words.iter().all(|word| is_stop(&word.folded)) {
            return None;
        }
        let folded: Vec<String> = words.iter().map(|word| word.folded.clone()).collect();
        let vector = embed(folded.iter().map(String::as_str).filter(|word| !is_noise(word)));
        Some(Cue { units: Units::of_words(&folded), vector })
    }

    /// 0–1.
    pub fn names(&self, field: &Field) -> f32 {
        let said = &self.units.concepts;
        let concepts = said.without(&KNOWN.qualifiers);
        let own = field.concepts.without(&KNOWN.qualifiers);
        let near = || concepts.iter().any(|a| own.iter().any(|b| lexicon::related(a, b) >= 0.7));
        let people = said.meets(&PEOPLE) && field.concepts.meets(&PEOPLE);
        let ceiling = said.meets(&CEILING) && field.concepts.meets(&CEILING);
        let shared: f32 = if concepts.meets(&own) || people || ceiling || near() { 0.75 } else { 0.0 };
        let alike = self.units.similarity(&field.by_name).score.max(self.units.similarity(&field.by_key).score);
        let meant = |other: &Option<Vector>| match (&self.vector, other) {
            (Some(mine), Some(theirs)) => calibrated(mine.cosine(theirs)),
            _ => 0.0,
        };
        shared.max(alike).max(0.8 * meant(&field.name_vector).max(meant(&field.key_vector)))
    }
}

/// How well a cue, where there is one, names a field.
pub(crate) fn names(cue: Option<&Cue>, field: &Field) -> f32 {
    cue.map_or(0.0, |cue| cue.names(field))
}
