//! Values that could be an open field's where no rule was sure enough.

use super::{Weighed, count, flag};
use crate::against::strangeness;
use crate::forest::{Model, least_of_fields};
use crate::known::KNOWN;
use crate::structure::Desk;
use crate::{FieldType, Json, Method, Target, values};

/// A leaf and an open field that its value fits in type.
struct Pair {
    leaf: usize,
    field: usize,
    /// Nothing where it is the text as it stands.
    value: Option<Json>,
    own: f32,
    fused: f32,
}

/// The best and the next best of some scores, and how many there were.
#[derive(Clone, Copy, Default)]
struct Tops {
    best: f32,
    next: f32,
    count: usize,
}

impl Tops {
    fn add(&mut self, score: f32) {
        if score > self.best {
            (self.best, self.next) = (score, self.best);
        } else {
            self.next = self.next.max(score);
        }
        self.count += 1;
    }

    /// The best of the others.
    fn besides(&self, score: f32) -> f32 {
        if score >= self.best { self.next } else { self.best }
    }
}

/// What a leaf says by itself, looked at once for all its pairs.
struct Look {
    everywhere: f32,
    digits: usize,
    concepts: usize,
    /// Nine and more are alike.
    words: usize,
    capital: bool,
    formatted: bool,
    of_others: bool,
    reaches: bool,
    marked: bool,
    vague: bool,
    numbered: bool,
}

/// As many as are weighed.
const FEATURES: usize = 51;

/// Least score of a key for a field of texts; below the second the key says nothing of it, the value's form does.
const HINT: f32 = 0.1;
const SAYS: f32 = 0.2;
/// Beyond so many of them a record is not looked at again: the cost of pairs is bounded.
const MOST_PAIRS: usize = 600;

impl Desk<'_> {
    /// What could be an open field's with the chance that `likely` finds enough, and how much was weighed.
    pub(super) fn fields_left(
        &self,
        likely: impl Fn(Model, f32, &[f32]) -> Option<f32>,
    ) -> (Vec<(f32, Weighed)>, usize) {
        let fields = &self.request.definitions.fields;
        let open: Vec<usize> = self.open().iter().enumerate().filter(|(_, open)| **open).map(|(at, _)| at).collect();
        if open.is_empty() {
            return (Vec::new(), 0);
        }
        let left: Vec<usize> = (0..self.readings.len())
            .filter(|leaf| {
                let reading = &self.readings[*leaf];
                let member = reading.leaf().part.as_ref().is_some_and(|part| part.span.is_none() && !part.loose);
                !self.taken[*leaf]
                    && !reading.leaf().unread
                    && !member
                    && !reading.is_prose()
                    && reading.text().is_none_or(|text| !text.is_empty())
            })
            .collect();
        if left.len() * open.len() > MOST_PAIRS {
            return (Vec::new(), 0);
        }
        let mut pairs: Vec<Pair> = Vec::new();
        for &leaf in &left {
            for &field in &open {
                pairs.extend(self.pair(leaf, field));
            }
        }
        let mut columns = vec![Tops::default(); fields.len()];
        pairs.iter().for_each(|pair| columns[pair.field].add(pair.fused));
        // How well the best key of the whole record names each field.
        let mut anywhere = vec![0.0_f32; fields.len()];
        for scored in &self.keys {
            anywhere.iter_mut().zip(&scored.scores).for_each(|(top, score)| *top = top.max(score.fused));
        }
        let total = (left.len(), open.len());
        let (mut found, mut weighed) = (Vec::new(), 0);
        for of_leaf in pairs.chunk_by(|a, b| a.leaf == b.leaf) {
            let mut row = Tops::default();
            of_leaf.iter().for_each(|pair| row.add(pair.fused));
            let mut look = None;
            // A text could be anything: without a hint in its key it is no field's.
            for pair in of_leaf.iter().filter(|pair| pair.value.is_some() || pair.fused >= HINT) {
                weighed += 1;
                let look = look.get_or_insert_with(|| self.look(pair.leaf));
                let tops = (row, columns[pair.field], anywhere[pair.field]);
                let features = self.weigh_field(pair, of_leaf, look, tops, total);
                let Some(chance) = likely(Model::Field, least_of_fields(), &features) else { continue };
                let value = pair.value.clone();
                let it = Weighed {
                    model: Model::Field,
                    target: Target::Field(fields[pair.field].definition.key.clone()),
                    value: value.unwrap_or_else(|| Json::from(self.readings[pair.leaf].text().unwrap_or(""))),
                    leaves: vec![pair.leaf],
                    method: if pair.fused < SAYS {
                        Method::Pattern
                    } else {
                        self.keys[pair.leaf].scores[pair.field].method
                    },
                    features: features.to_vec(),
                    completes: false,
                    span: None,
                };
                found.push((chance, it));
            }
        }
        (found, weighed)
    }

    fn pair(&self, leaf: usize, at: usize) -> Option<Pair> {
        let field = &self.request.definitions.fields[at];
        let score = self.keys[leaf].scores.get(at)?;
        if score.excluded || !score.bond.agree || score.bond.anybody {
            return None;
        }
        let reading = &self.readings[leaf];
        // {"order": {"id": 5550881}} is not how many orders there are.
        let counts = matches!(field.definition.field_type, FieldType::Number | FieldType::Currency);
        if (counts || score.fused < SAYS) && self.keys[leaf].key.is_a_title() {
            return None;
        }
        if field.definition.field_type == FieldType::Text && reading.text().is_none() {
            return None;
        }
        let (value, own) = if field.definition.field_type == FieldType::Text {
            (None, 0.0)
        } else {
            let (value, own) = values::typed(field, reading, self.request.learnt, self.country)?;
            (Some(value), own)
        };
        Some(Pair { leaf, field: at, value, own, fused: score.fused.min(1.1) })
    }

    /// What the leaf itself says, whatever the field.
    fn look(&self, leaf: usize) -> Look {
        let (reading, scored) = (&self.readings[leaf], &self.keys[leaf]);
        let text = reading.text().unwrap_or("");
        Look {
            everywhere: scored.scores.iter().map(|other| other.fused).fold(0.0_f32, f32::max),
            digits: text.bytes().filter(u8::is_ascii_digit).count(),
            concepts: scored.key.tail.concepts.count(),
            words: text.split_whitespace().take(9).count(),
            capital: text.starts_with(char::is_uppercase),
            formatted: reading.amount().is_some_and(|amount| amount.formatted),
            of_others: scored.key.concepts().meets(&KNOWN.others),
            reaches: text.contains('@') || reading.phone().is_some(),
            marked: text.contains(['$', '€', '£', '%']),
            vague: scored.key.tail.concepts.meets(&KNOWN.vague),
            numbered: scored.key.tail.concepts.meets(&KNOWN.source.or(&KNOWN.ids)),
        }
    }

    fn weigh_field(
        &self,
        pair: &Pair,
        of_leaf: &[Pair],
        look: &Look,
        (row, column, anywhere): (Tops, Tops, f32),
        (leaves, open): (usize, usize),
    ) -> [f32; FEATURES] {
        let field = &self.request.definitions.fields[pair.field];
        let scored = &self.keys[pair.leaf];
        let (key, score) = (&scored.key, &scored.scores[pair.field]);
        let reading = &self.readings[pair.leaf];
        let kind = field.definition.field_type;
        let fields = &self.request.definitions.fields;
        let others = || of_leaf.iter().filter(|other| other.field != pair.field);
        let same_kind = |other: &&Pair| fields[other.field].definition.field_type == kind;
        let text = reading.text().unwrap_or("");
        let select = matches!(kind, FieldType::Select | FieldType::MultiSelect);
        [
            pair.fused,
            score.letters,
            score.meaning,
            flag(score.differ),
            pair.own,
            flag(kind == FieldType::Text),
            flag(kind == FieldType::Number),
            flag(kind == FieldType::Currency),
            flag(kind == FieldType::Date),
            flag(kind == FieldType::Boolean),
            flag(select),
            flag(matches!(kind, FieldType::Phone | FieldType::Email | FieldType::Url)),
            pair.fused - row.besides(pair.fused),
            pair.fused - column.besides(pair.fused),
            count(row.count - 1),
            count(column.count - 1),
            count(others().filter(same_kind).count()),
            flag(key.opaque),
            count(key.unknown),
            count(look.concepts),
            flag(key.tail.concepts.meets(&field.concepts)),
            flag(key.context.meets(&field.concepts)),
            count(field.by_name.unknown()),
            count(field.concepts.without(&KNOWN.qualifiers).count()),
            count(text.len() / 8),
            count(look.words),
            flag(look.capital),
            count(look.digits),
            flag(look.digits == text.len()),
            if kind == FieldType::Text { strangeness(field, reading) } else { 0.0 },
            flag(look.formatted),
            flag(reading.date().is_some()),
            flag(reading.boolean().is_some()),
            reading.likeness(),
            flag(reading.date().is_some_and(|date| date.stamp)),
            flag(reading.is_prose()),
            flag(reading.leaf().part.is_some()),
            count(leaves),
            count(open),
            pair.fused - look.everywhere,
            pair.fused - anywhere,
            flag(look.of_others),
            flag(!field.roles.is_empty()),
            flag(look.reaches),
            flag(key.negated),
            flag(look.marked),
            flag(look.vague),
            flag(key.foreign),
            flag(look.numbered),
            count(reading.leaf().path.len()),
            others().map(|other| other.own).fold(0.0_f32, f32::max),
        ]
    }
}
