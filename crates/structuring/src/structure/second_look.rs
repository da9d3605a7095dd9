//! A second look at what is left: no rule placed it, and something is still open. What was learnt from labelled records
//! weighs the whole record: how many values could be it, what else is open, what stands beside it.
//!
//! It only adds. What it places is asked about, never written over anything.

mod fields;
mod person;
mod text_names;

use super::Desk;
use crate::against::strangeness;
use crate::forest::{Model, least, likely};
use crate::keys::fold;
use crate::known::KNOWN;
use crate::lexicon::{Set, set};
use crate::{Json, Method, Placement, Source, Target};
use std::sync::LazyLock;

/// Something that is left and what it could be.
pub(crate) struct Weighed {
    pub model: Model,
    pub target: Target,
    pub value: Json,
    /// Leaves it would take; of a name that is completed, those of its other parts too.
    pub leaves: Vec<usize>,
    pub method: Method,
    pub features: Vec<f32>,
    /// It takes the place of the name that was placed without its family name.
    completes: bool,
    /// Characters from–to where it is a part of a running text, which stays whole in the rest.
    span: Option<(usize, usize)>,
}

/// What is a number or a code, whatever of.
static NUMBERED: LazyLock<Set> = LazyLock::new(|| set(&["NUMBER", "CODE"]));

static TOWNS: LazyLock<Set> = LazyLock::new(|| set(&["CITY", "STATE", "COUNTRY"]));
static QUARTERS: LazyLock<Set> = LazyLock::new(|| set(&["NEIGH", "ADDRESS", "ZIP"]));
static AGENTS: LazyLock<Set> = LazyLock::new(|| set(&["R_AGENT"]));

/// Nothing that was weighed is sure enough to be written over something.
const MOST: f32 = 0.84;
const LEAST: f32 = 0.52;
/// From here a value is no text of the field, whatever its key says.
const STRANGE: f32 = 0.6;

impl Desk<'_> {
    /// All that is left, with its features.
    pub(super) fn weighed(&mut self) -> Vec<Weighed> {
        let mut all = self.persons_left();
        let (fields, _) = self.fields_left(|_, _, _| Some(0.0));
        all.extend(fields.into_iter().map(|(_, weighed)| weighed));
        all
    }

    /// Places the likeliest first; what a value was taken for, no other target gets.
    pub(super) fn second_look(&mut self) {
        let persons = self.persons_left();
        let (fields, weighed) = self.fields_left(likely);
        self.steps.add(persons.len() + weighed);
        let mut found: Vec<(f32, Weighed)> = persons
            .into_iter()
            .filter_map(|weighed| {
                let least = least(weighed.model, &weighed.target);
                Some((likely(weighed.model, least, &weighed.features)?, weighed))
            })
            .chain(fields)
            .filter(|(_, weighed)| !self.spared(weighed))
            .collect();
        found.sort_by(|a, b| b.0.total_cmp(&a.0));
        for (chance, weighed) in found {
            let fresh = weighed.leaves.last().copied();
            if fresh.is_none_or(|leaf| self.taken[leaf] || self.denied(leaf, &weighed.target)) {
                continue;
            }
            if weighed.completes {
                let Some(place) = self.outcome.placements.iter().position(|other| other.target == weighed.target)
                else {
                    continue;
                };
                self.outcome.placements.remove(place);
            } else if self.filled(&weighed.target) {
                continue;
            }
            let confidence = (chance - 0.1).clamp(LEAST, MOST);
            self.place(weighed.target, weighed.value, &weighed.leaves, confidence, weighed.method);
        }
    }

    /// Left to the running text, which reads the parts of a line, or plainly of another kind than the field.
    fn spared(&self, weighed: &Weighed) -> bool {
        let Some(key) = weighed.target.key() else { return false };
        let reading = &self.readings[weighed.leaves[0]];
        let text = reading.text().unwrap_or("");
        let field = self.request.definitions.fields.iter().find(|field| field.definition.key == key);
        // A city is no quarter of one, "Chuy" no customer's number, "Q 250.00" no tax number, who keeps the record in no field of the customer's.
        let key_concepts = self.keys[weighed.leaves[0]].key.concepts();
        let unlike = field.is_some_and(|field| {
            let numbered = field.concepts.meets(&KNOWN.ids.or(&NUMBERED));
            let digits = text.contains(|c: char| c.is_ascii_digit());
            !field.is_typed()
                && field.choices.is_empty()
                && (numbered && (!digits || text.contains(['$', '€', '£', '%']))
                    || key_concepts.meets(&AGENTS) && !field.concepts.meets(&AGENTS)
                    || self.keys[weighed.leaves[0]].key.tail.concepts.meets(&TOWNS)
                        && !field.concepts.meets(&TOWNS)
                        && field.concepts.meets(&QUARTERS))
        });
        if unlike {
            return true;
        }
        let strange = field.is_some_and(|field| !field.is_typed() && strangeness(field, reading) >= STRANGE);
        // "4m" of a duration is no mark or grade.
        let letters = text.trim_start_matches(|c: char| c.is_ascii_digit());
        let glued = field.is_some_and(|field| {
            field.definition.field_type == crate::FieldType::Number
                && letters.len() < text.len()
                && (1..=2).contains(&letters.len())
                && letters.bytes().all(|b| b.is_ascii_alphabetic())
                && !field.says(&[letters])
        });
        if glued {
            return true;
        }
        // "M" of sizes is not what begins with it.
        let initial = field.is_some_and(|field| !field.choices.is_empty())
            && weighed.value.as_str().is_some_and(|option| option.len() <= 2 && fold(option) != fold(text));
        strange || initial || text.matches([';', '|', '\t']).count() > 2
    }

    /// The name in a running text that nothing announced.
    pub(super) fn second_reading(&mut self) {
        if self.filled(&Target::Name) {
            return;
        }
        let least = least(Model::Text, &Target::Name);
        let names = self
            .text_names()
            .into_iter()
            .filter_map(|weighed| Some((likely(Model::Text, least, &weighed.features)?, weighed)));
        let Some((chance, weighed)) = names.max_by(|a, b| a.0.total_cmp(&b.0)) else { return };
        if self.denied(weighed.leaves[0], &weighed.target) {
            return;
        }
        let pointer = self.readings[weighed.leaves[0]].leaf().pointer.clone();
        self.outcome.placements.push(Placement {
            target: weighed.target,
            value: weighed.value,
            sources: vec![Source { pointer, span: weighed.span }],
            confidence: (chance - 0.1).clamp(LEAST, MOST),
            method: weighed.method,
            alternatives: Vec::new(),
            flags: Vec::new(),
        });
    }
}

fn flag(it: bool) -> f32 {
    f32::from(u8::from(it))
}

#[expect(clippy::cast_precision_loss, reason = "small counts")]
fn count(it: usize) -> f32 {
    it.min(9) as f32
}

#[cfg(test)]
mod tests {
    use crate::eval::Record;
    use crate::{Method, Target};

    fn record(data: &str) -> Record {
        let fields = r#"[{"key":"nacimiento","name":"Fecha de nacimiento","type":"date"},
            {"key":"personas","name":"Personas en el hogar","type":"number"}]"#;
        let line = format!(r#"{{"id":"1","channel_country":"CL","definitions":{fields},"meta_data":{data}}}"#);
        Record::read(&line).unwrap()
    }

    #[test]
    fn what_is_left_is_weighed_with_what_is_open() {
        let targets =
            |data: &str| -> Vec<Target> { record(data).weighed().into_iter().map(|(target, ..)| target).collect() };
        let born = Target::Field("nacimiento".to_owned());
        assert!(targets(r#"{"xqzt": "1990-11-30"}"#).contains(&born));
        assert!(targets(r#"{"zzkw": {"vvb": "+56 9 5550 1234"}}"#).contains(&Target::Phone));
        // Filled already, or nothing like it.
        assert!(!targets(r#"{"fecha de nacimiento": "1990-11-30", "xqzt": "1991-12-01"}"#).contains(&born));
        assert!(!targets(r#"{"telefono": "+56 9 5550 1234", "zzkw": "+56 9 5550 4321"}"#).contains(&Target::Phone));
        assert!(targets("{}").is_empty());
    }

    #[test]
    fn the_only_person_and_the_only_date_are_placed_and_asked_about() {
        let person = r#"{"zzkw": {"vvb": "+56 9 5550 1234", "ann": "Ana Ruiz"}}"#;
        let date = r#"{"tel": "+56 9 5550 1234", "nombre": "Ana Ruiz", "zzxw": "1990-11-30"}"#;
        let born = Target::Field("nacimiento".to_owned());
        for (data, target) in [(person, Target::Phone), (person, Target::Name), (date, born)] {
            let outcome = record(data).structure();
            let placed = outcome.placed(&target).unwrap();
            assert!((0.5..0.85).contains(&placed.confidence), "{target:?} {}", placed.confidence);
            assert!(outcome.review.iter().any(|item| item.target == target), "{target:?}");
        }
    }

    #[test]
    fn a_family_name_completes_a_given_one() {
        let outcome = record(r#"{"customer": {"fn": "Rhonda", "xln": "Castellano"}}"#).structure();
        let name = outcome.placed(&Target::Name).unwrap();
        assert_eq!(name.value.as_str(), Some("Rhonda Castellano"));
        assert_eq!(name.sources.len(), 2);
        assert_eq!(name.method, Method::Pattern);
    }
}
