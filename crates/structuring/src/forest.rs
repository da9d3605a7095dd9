//! What was learnt from labelled records: small boosted trees, and the direction in which words name the customer.
//!
//! `tools/second-look/train.py` makes the table; its format is written there.

use std::sync::LazyLock;

static FILE: &[u8] = include_bytes!("../assets/second-look.bin");

static LEARNT: LazyLock<Learnt> = LazyLock::new(|| Learnt::read(FILE).unwrap_or_default());

/// Levels of a tree: seven questions, eight answers.
const LEVELS: usize = 3;
const QUESTIONS: usize = (1 << LEVELS) - 1;
const ANSWERS: usize = 1 << LEVELS;

#[derive(Default)]
struct Learnt {
    role: Vec<f32>,
    role_bias: f32,
    models: [Forest; 3],
    least: [f32; 5],
}

#[derive(Default)]
struct Forest {
    base: f32,
    trees: Vec<Tree>,
    /// The most that each tree and those after it can add.
    most: Vec<f32>,
}

struct Tree {
    /// Feature and threshold: above it the right branch.
    questions: [(u8, f32); QUESTIONS],
    answers: [f32; ANSWERS],
}

/// What is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Model {
    /// Whether a value is the customer's own phone, e-mail or name.
    Person,
    /// Whether a value is a field's.
    Field,
    /// Whether a run of capitals in a text is the customer's name.
    Text,
}

struct Bytes(&'static [u8]);

impl Bytes {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }

    fn count(&mut self) -> Option<usize> {
        self.take().map(|bytes| usize::from(u16::from_le_bytes(bytes)))
    }

    fn number(&mut self) -> Option<f32> {
        self.take().map(f32::from_le_bytes)
    }
}

impl Learnt {
    fn read(file: &'static [u8]) -> Option<Learnt> {
        let mut bytes = Bytes(file);
        let dimensions = bytes.count()?;
        let role = (0..dimensions).map(|_| bytes.number()).collect::<Option<Vec<f32>>>()?;
        let role_bias = bytes.number()?;
        let models = [Forest::read(&mut bytes)?, Forest::read(&mut bytes)?, Forest::read(&mut bytes)?];
        let mut least = [1.0; 5];
        for chance in &mut least {
            *chance = bytes.number()?;
        }
        Some(Learnt { role, role_bias, models, least })
    }
}

impl Forest {
    fn read(bytes: &mut Bytes) -> Option<Forest> {
        let (count, base) = (bytes.count()?, bytes.number()?);
        let trees = (0..count).map(|_| Tree::read(bytes)).collect::<Option<Vec<Tree>>>()?;
        let mut most: Vec<f32> = Vec::with_capacity(trees.len());
        for tree in trees.iter().rev() {
            most.push(most.last().unwrap_or(&0.0) + tree.answers.iter().copied().fold(f32::MIN, f32::max));
        }
        most.reverse();
        Some(Forest { base, trees, most })
    }
}

impl Tree {
    fn read(bytes: &mut Bytes) -> Option<Tree> {
        let mut questions = [(0, 0.0); QUESTIONS];
        for question in &mut questions {
            *question = (bytes.take::<1>()?[0], bytes.number()?);
        }
        let mut answers = [0.0; ANSWERS];
        for answer in &mut answers {
            *answer = bytes.number()?;
        }
        Some(Tree { questions, answers })
    }

    fn answer(&self, features: &[f32]) -> f32 {
        let mut at = 0;
        for _ in 0..LEVELS {
            let (feature, threshold) = self.questions[at];
            let above = features.get(usize::from(feature)).is_some_and(|value| *value > threshold);
            at = 2 * at + 1 + usize::from(above);
        }
        self.answers[at - QUESTIONS]
    }
}

/// The chance from which something is placed: chosen where records that were left out of the training were right often
/// enough. A wrong phone is worse than none.
pub(crate) fn least(model: Model, target: &crate::Target) -> f32 {
    let place = match (model, target) {
        (Model::Text, _) => 4,
        (_, crate::Target::Phone) => 0,
        (_, crate::Target::Email) => 1,
        (_, crate::Target::Name) => 2,
        (_, crate::Target::Field(_)) => 3,
    };
    LEARNT.least[place]
}

/// As [`least`], of any field.
pub(crate) fn least_of_fields() -> f32 {
    LEARNT.least[3]
}

/// How likely it is, 0–1, on records like those it was learnt from, where that reaches `least`; most that do not are given up after a few trees.
pub(crate) fn likely(model: Model, least: f32, features: &[f32]) -> Option<f32> {
    /// Trees between two looks at what is left to gain; far more than rounding can make of their sum.
    const STRIDE: usize = 8;
    const MARGIN: f32 = 0.05;
    let forest = &LEARNT.models[model as usize];
    let needed = (least / (1.0 - least)).ln() - MARGIN - forest.base;
    let mut sum = 0.0_f32;
    for (trees, most) in forest.trees.chunks(STRIDE).zip(forest.most.iter().step_by(STRIDE)) {
        if sum + most < needed {
            return None;
        }
        for tree in trees {
            sum += tree.answer(features);
        }
    }
    let chance = if forest.trees.is_empty() { 0.0 } else { 1.0 / (1.0 + (-(forest.base + sum)).exp()) };
    (chance >= least).then_some(chance)
}

/// Whether words rather name the customer (above 0) or somebody else (below).
pub(crate) fn role(direction: &crate::vectors::Vector) -> f32 {
    direction.along(&LEARNT.role) + LEARNT.role_bias
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors::embed;

    #[test]
    fn the_table_is_read_whole() {
        let learnt = Learnt::read(FILE).unwrap();
        assert_eq!(learnt.role.len(), 128);
        assert!(learnt.models.iter().all(|forest| !forest.trees.is_empty()));
    }

    #[test]
    fn words_for_customers_are_told_from_words_for_others() {
        for (own, other) in [("shopper", "salesman"), ("pasajera", "vendedora"), ("hóspede", "corretora")] {
            let role = |word: &str| role(&embed([crate::fold(word).as_str()]).unwrap());
            assert!(role(own) > role(other), "{own} {other}");
        }
    }
}
