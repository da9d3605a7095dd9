//! What of a model's answer may stand: every id is one that was offered, every quote stands in its leaf, every value is what
//! the engine's own readings make of it. Anything else is left out, and never an error: the rest of the answer stands.

use std::borrow::Cow;

use serde::Deserialize;

use super::question::{AskedTarget, Question, certain};
use super::{ENGINE, instructions};
use crate::compiled::Field;
use crate::flatten::{Leaf, Part};
use crate::reading::Reading;
use crate::structure::{Desk, structure_and_look};
use crate::{FieldType, Flag, Json, Method, Outcome, Place, Placement, Request, Source, Target, learnt, names, values};

/// The model says it is sure, and the value reads as its target's type.
const SURE: f32 = 0.88;
/// A part of a text: what it is a part of may deny it.
const QUOTED: f32 = 0.80;
/// The model would ask a person; or only the model's word speaks for it.
const UNSURE: f32 = 0.70;
/// The model chose one option, and the engine's words for options say another.
const DISPUTED: f32 = 0.60;
/// Never written by itself under the ordinary threshold: a number that reaches somebody, and what contradicts the first engine.
const TO_BE_ASKED: f32 = 0.84;
/// Entries of an answer that are looked at.
const MOST_ENTRIES: usize = 256;
/// Longest name, in characters.
const LONGEST_NAME: usize = 80;
/// Below, a text is little like a person's name.
const LIKE_A_NAME: f32 = 0.35;

/// An answer that is not of the shape that was asked for.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the answer is not the JSON that was asked for")]
pub struct Unreadable {
    why: String,
}

impl Unreadable {
    /// What to say to the model that gave it.
    pub fn repair(&self) -> String {
        format!("{}{}", instructions::REPAIR, self.why)
    }
}

/// What of an answer may stand.
#[derive(Debug)]
pub struct Read {
    /// Placements of method `model`; no rest and no review, which are the first engine's.
    pub outcome: Outcome,
    /// Of each source of the placements, in order.
    pub places: Vec<Option<Place>>,
    /// How many entries of the answer have no ground.
    pub dropped: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    placements: Vec<Chosen>,
    spans: Vec<Quoted>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Chosen {
    leaf: String,
    target: String,
    option: String,
    sure: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Quoted {
    leaf: String,
    target: String,
    quote: String,
}

/// Reads what a model answered to the question about this request.
pub fn read(request: &Request<'_>, question: &Question, answer: &str) -> Result<Read, Unreadable> {
    let wire: Wire = serde_json::from_str(only_json(answer)).map_err(|error| Unreadable { why: error.to_string() })?;
    let (_, _, read) = structure_and_look(request, |desk| {
        let mut reader = Reader { desk, question, placements: Vec::new(), used: Vec::new(), dropped: 0 };
        // Sure ones first: of two for one target the first stays.
        let (sure, unsure): (Vec<_>, Vec<_>) =
            wire.placements.iter().take(MOST_ENTRIES).partition(|chosen: &&Chosen| chosen.sure);
        for chosen in sure.into_iter().chain(unsure) {
            let placed = reader.chosen(chosen);
            reader.count(placed);
        }
        for quoted in wire.spans.iter().take(MOST_ENTRIES) {
            let placed = reader.quoted(quoted);
            reader.count(placed);
        }
        let Reader { placements, dropped, .. } = reader;
        let places = learnt::places_of(&desk.readings, placements.iter().flat_map(|placement| &placement.sources));
        Read { outcome: Outcome { placements, engine: ENGINE, ..Outcome::default() }, places, dropped }
    });
    Ok(read)
}

/// Without the fence and the words that some models put around it.
fn only_json(answer: &str) -> &str {
    match (answer.find('{'), answer.rfind('}')) {
        (Some(from), Some(to)) if from < to => &answer[from..=to],
        _ => answer,
    }
}

struct Reader<'d, 'a> {
    desk: &'d Desk<'a>,
    question: &'d Question,
    placements: Vec<Placement>,
    /// Leaves that are the value of something.
    used: Vec<usize>,
    dropped: usize,
}

impl Reader<'_, '_> {
    fn count(&mut self, placed: Option<()>) {
        self.dropped += usize::from(placed.is_none());
    }

    fn chosen(&mut self, chosen: &Chosen) -> Option<()> {
        let desk = self.desk;
        let at = leaf_of(self.question, &chosen.leaf)?;
        let target = target_of(self.question, &chosen.target)?;
        let to = target.to.clone();
        let option = match chosen.option.as_str() {
            "" => None,
            id => Some(target.options.iter().find(|option| option.id == id)?.at),
        };
        let reading = desk.readings.get(at)?;
        if desk.denied(at, &to) {
            return None;
        }
        if self.used.contains(&at) {
            return self.one_more_option(at, &to, option?);
        }
        let confidence = if chosen.sure { SURE } else { UNSURE };
        let (value, confidence) = value_of(desk, &to, reading, option, confidence)?;
        let source = Source { pointer: reading.leaf().pointer.clone(), span: None };
        self.place(to, value, source, confidence)?;
        self.used.push(at);
        Some(())
    }

    /// Of a field of several options the same leaf may mean more than one.
    fn one_more_option(&mut self, at: usize, to: &Target, option: usize) -> Option<()> {
        let field = field_of(self.desk, to).filter(|field| field.definition.field_type == FieldType::MultiSelect)?;
        let pointer = &self.desk.readings[at].leaf().pointer;
        let of_it = |placement: &&mut Placement| {
            placement.target == *to && placement.sources.iter().any(|source| source.pointer == *pointer)
        };
        let placement = self.placements.iter_mut().find(of_it)?;
        let Json::Array(chosen) = &mut placement.value else { return None };
        let option = field.definition.options.get(option)?;
        if !chosen.iter().any(|known| known.as_str() == Some(option)) {
            chosen.push(Json::from(option.as_str()));
        }
        Some(())
    }

    fn quoted(&mut self, quoted: &Quoted) -> Option<()> {
        let desk = self.desk;
        let at = leaf_of(self.question, &quoted.leaf)?;
        let to = target_of(self.question, &quoted.target)?.to.clone();
        let leaf = desk.readings.get(at)?.leaf();
        let (text, quote) = (leaf.text()?, quoted.quote.trim());
        let from = text.find(quote).filter(|_| !quote.is_empty())?;
        if desk.denied(at, &to) {
            return None;
        }
        let chars = |end: usize| text[..end].chars().count();
        let span = Some((chars(from), chars(from + quote.len())));
        let part = Leaf {
            path: leaf.path.clone(),
            alias: leaf.alias.clone(),
            pointer: leaf.pointer.clone(),
            value: Cow::Owned(Json::from(quote)),
            part: Some(Part { owner: at, span, divides: false, loose: true }),
            unread: false,
        };
        let reading = Reading::new(&part, desk.country, desk.steps);
        let (value, confidence) = value_of(desk, &to, &reading, None, QUOTED)?;
        self.place(to, value, Source { pointer: leaf.pointer.clone(), span }, confidence)
    }

    fn place(&mut self, target: Target, value: Json, source: Source, confidence: f32) -> Option<()> {
        let stands = self.desk.outcome.placed(&target);
        if stands.is_some_and(|placement| certain(placement.method)) {
            return None;
        }
        // Agreed with: nothing to say.
        if stands.is_some_and(|placement| placement.value == value) {
            return Some(());
        }
        if self.placements.iter().any(|placement| placement.target == target) {
            return None;
        }
        let disagrees = stands.is_some();
        self.placements.push(Placement {
            target,
            value,
            sources: vec![source],
            confidence: if disagrees { confidence.min(TO_BE_ASKED) } else { confidence },
            method: Method::Model,
            alternatives: Vec::new(),
            flags: if disagrees { vec![Flag::Conflict] } else { Vec::new() },
        });
        Some(())
    }
}

fn leaf_of(question: &Question, id: &str) -> Option<usize> {
    question.leaves.iter().find(|leaf| leaf.id == id).map(|leaf| leaf.at)
}

fn target_of<'q>(question: &'q Question, id: &str) -> Option<&'q AskedTarget> {
    question.targets.iter().find(|target| target.id == id)
}

/// The value by our own readings, and how sure it can be.
fn value_of(
    desk: &Desk<'_>,
    to: &Target,
    reading: &Reading<'_>,
    option: Option<usize>,
    confidence: f32,
) -> Option<(Json, f32)> {
    match to {
        Target::Phone => {
            let (phone, ..) = reading.phone()?;
            Some((Json::from(phone.as_str()), confidence.min(TO_BE_ASKED)))
        }
        Target::Email => Some((Json::from(reading.email()?), confidence)),
        Target::Name => {
            let text = reading.text().filter(|_| reading.is_string())?;
            let letters = text.chars().filter(|c| c.is_alphabetic()).count();
            let plain = !text.contains(|c: char| c.is_ascii_digit() || c == '@' || c == '\n');
            if letters < 2 || !plain || text.chars().count() > LONGEST_NAME {
                return None;
            }
            let like = if reading.likeness() >= LIKE_A_NAME { confidence } else { confidence.min(UNSURE) };
            Some((Json::from(names::tidy(text)), like))
        }
        Target::Field(_) => {
            let field = field_of(desk, to)?;
            let read = values::typed(field, reading, desk.request.learnt, desk.country);
            let read = read.map(|(value, _)| value);
            match (field.definition.field_type, option) {
                (FieldType::Select | FieldType::MultiSelect, Some(option)) => {
                    option_of(field, option, read, confidence)
                }
                _ => Some((read?, confidence)),
            }
        }
    }
}

/// The option that was chosen; surer where the engine's own words for options read the same.
fn option_of(field: &Field, option: usize, read: Option<Json>, confidence: f32) -> Option<(Json, f32)> {
    let option = field.definition.options.get(option)?;
    let several = field.definition.field_type == FieldType::MultiSelect;
    let value = if several { Json::from(vec![option.as_str()]) } else { Json::from(option.as_str()) };
    let confidence = match read {
        Some(read) if read == value => confidence,
        Some(Json::Array(all)) if all.iter().any(|one| one.as_str() == Some(option)) => confidence.min(QUOTED),
        Some(_) => confidence.min(DISPUTED),
        None => confidence.min(QUOTED),
    };
    Some((value, confidence))
}

fn field_of<'a>(desk: &'a Desk<'_>, to: &Target) -> Option<&'a Field> {
    let key = to.key()?;
    desk.request.definitions.fields.iter().find(|field| field.definition.key == key)
}
