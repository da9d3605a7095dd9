//! Texts as weighted units: concepts and words, alike by letters and by meaning.

use crate::lexicon::{self, Set, find, is_noise, is_stop};
use crate::options::stem;
use crate::vectors::{self, Vector, embed};

/// Something a key is about: a concept of the lexicon or a word it does not know.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Unit {
    Concept(u16),
    Word(String),
}

/// A unit with its weight and the direction of the words it stands for.
#[derive(Clone, Debug)]
pub(crate) struct Weighted {
    pub unit: Unit,
    weight: f32,
    vector: Option<Vector>,
    /// The words a concept was read from: abbreviations are compared with them.
    surface: Vec<String>,
}

/// The weighted units of a text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Units {
    list: Vec<Weighted>,
    total: f32,
    pub concepts: Set,
    pub plural: bool,
    pub negated: bool,
    /// All words, the ones that say nothing included.
    pub words: usize,
    asked: Vec<String>,
}

/// How similar two texts are by their units.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Likeness {
    /// 1 for the same, 0 for strangers.
    pub score: f32,
    /// How much of it came from words no phrase covers, by their letters; and by their meaning.
    pub by_letters: f32,
    pub by_meaning: f32,
}

impl Units {
    pub fn add(&mut self, unit: Unit, weight: f32, vector: Option<Vector>) {
        if let Some(known) = self.list.iter_mut().find(|other| other.unit == unit) {
            known.weight = known.weight.max(weight);
        } else {
            self.list.push(Weighted { unit, weight, vector, surface: Vec::new() });
        }
        self.total = self.list.iter().map(|unit| unit.weight).sum();
    }

    pub fn of_words(words: &[String]) -> Units {
        let mut units = Units::default();
        units.extend(words);
        units.words = words.len();
        units.asked = words.to_vec();
        units.plural = words.iter().any(|word| word.len() > 3 && word.ends_with('s') && !is_noise(word));
        units
    }

    /// Whether every word belongs to a phrase of the lexicon.
    pub fn unknown_free(&self) -> bool {
        self.unknown() == 0
    }

    /// Whether one of these words stands in the text itself.
    pub fn says(&self, words: &[&str]) -> bool {
        self.asked.iter().any(|word| words.contains(&word.as_str()))
    }

    /// Words no phrase covers.
    pub fn unknown(&self) -> usize {
        self.list.iter().filter(|unit| matches!(unit.unit, Unit::Word(_))).count()
    }

    pub fn extend(&mut self, words: &[String]) {
        let hits = find(words);
        for hit in &hits {
            let vector = embed(words[hit.from..hit.to].iter().map(String::as_str).filter(|word| !is_stop(word)));
            for concept in hit.concepts {
                // A word of several meanings counts for each, but not more than once in all.
                #[expect(clippy::cast_precision_loss, reason = "a handful of concepts")]
                let share = lexicon::weight(*concept) / (hit.concepts.len() as f32).sqrt();
                self.concepts.insert(*concept);
                self.add(Unit::Concept(*concept), share, vector.clone());
                if let Some(added) = self.list.iter_mut().find(|unit| unit.unit == Unit::Concept(*concept)) {
                    added.surface = words[hit.from..hit.to].iter().filter(|word| word.len() > 4).cloned().collect();
                }
            }
        }
        for (at, word) in words.iter().enumerate() {
            if hits.iter().any(|hit| hit.from <= at && at < hit.to) {
                continue;
            }
            if at == 0 && word == "no" && words.len() > 1
                || matches!(word.as_str(), "not" | "nao" | "sin" | "sem" | "without" | "non")
            {
                self.negated = true;
                self.add(Unit::Word("not".to_owned()), 0.6, None);
            } else if !is_noise(word) {
                let weight = vectors::weight(word).map_or(0.8, |weight| weight.clamp(0.35, 0.9));
                self.add(Unit::Word(word.clone()), weight, embed([word.as_str()]));
            }
        }
    }

    /// Shared weight over both, unit by unit.
    pub fn similarity(&self, other: &Units) -> Likeness {
        if self.list.is_empty() || other.list.is_empty() {
            return Likeness::default();
        }
        let (mut shared_a, mut shared_b) = (0.0, 0.0);
        let mut likeness = Likeness::default();
        for theirs in &other.list {
            let mut best = (0.0_f32, false);
            let mut mine = 0.0;
            for own in &self.list {
                let alike = unit_similarity(theirs, own);
                if alike.0 > best.0 {
                    best = alike;
                    mine = own.weight;
                }
            }
            shared_b += best.0 * theirs.weight;
            shared_a += best.0 * mine;
            if best.1 {
                likeness.by_meaning += best.0 * theirs.weight;
            } else if matches!(theirs.unit, Unit::Word(_)) {
                likeness.by_letters += best.0 * theirs.weight;
            }
        }
        if shared_b <= 0.0 {
            return Likeness::default();
        }
        let (a, b) = ((shared_a / self.total).min(1.0), (shared_b / other.total).min(1.0));
        likeness.by_letters /= shared_b;
        likeness.by_meaning /= shared_b;
        likeness.score = 2.0 * a * b / (a + b);
        likeness
    }
}

/// Least likeness in meaning that counts between two units.
const MEANT: f32 = 0.62;

/// How alike two units are, and whether their meaning (not their letters or concept) says so.
fn unit_similarity(a: &Weighted, b: &Weighted) -> (f32, bool) {
    let plain = match (&a.unit, &b.unit) {
        (Unit::Concept(a), Unit::Concept(b)) => return (lexicon::related(*a, *b), false),
        (Unit::Word(a), Unit::Word(b)) => word_similarity(a, b),
        (Unit::Word(word), Unit::Concept(_)) => shortened(word, &b.surface),
        (Unit::Concept(_), Unit::Word(word)) => shortened(word, &a.surface),
    };
    if plain < 0.9
        && let (Some(a), Some(b)) = (&a.vector, &b.vector)
    {
        let meant = 0.92 * vectors::calibrated(a.cosine(b)).min(1.0);
        if meant >= MEANT && meant > plain {
            return (meant, true);
        }
    }
    (plain, false)
}

/// How well an unknown word shortens one of a phrase's words: `distr`, `mpio`.
fn shortened(word: &str, surface: &[String]) -> f32 {
    if word.len() < 3 || word.len() > 8 || vectors::weight(word).is_some_and(|weight| weight < 0.5) {
        return 0.0;
    }
    let alike = |long: &String| {
        if long.len() >= word.len() + 2 && long.starts_with(word) {
            if word.len() >= 4 { 0.85 } else { 0.72 }
        } else if is_skeleton(word, long) {
            0.66
        } else {
            0.0
        }
    };
    surface.iter().map(alike).fold(0.0, f32::max)
}

/// `mpio` for `municipio`: first and last letter the same, the others in order, vowels left out.
pub(crate) fn is_skeleton(short: &str, long: &str) -> bool {
    let (a, b) = (short.as_bytes(), long.as_bytes());
    if a.len() < 3 || b.len() < a.len() + 3 || a[0] != b[0] || a.last() != b.last() {
        return false;
    }
    let vowels = a[..a.len() - 1].iter().filter(|b| matches!(b, b'a' | b'e' | b'i' | b'o' | b'u')).count();
    let mut rest = b.iter();
    vowels <= 1 && a.iter().all(|letter| rest.any(|other| other == letter))
}

/// Equal, inflected, abbreviated or alike by letters.
pub(crate) fn word_similarity(a: &str, b: &str) -> f32 {
    if a == b {
        return 1.0;
    }
    if stem(a) == stem(b) {
        return 0.95;
    }
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    if short.len() >= 4 && long.starts_with(short) {
        return 0.8;
    }
    if short.len() >= 3 && long.starts_with(short) && long.len() >= short.len() + 3 {
        return 0.7;
    }
    let dice = dice(a.as_bytes(), b.as_bytes());
    if dice >= 0.6 { dice } else { 0.0 }
}

/// Dice coefficient of character trigrams, ends marked.
fn dice(a: &[u8], b: &[u8]) -> f32 {
    if a.len() > 40 || b.len() > 40 || a.is_empty() || b.is_empty() {
        return 0.0;
    }
    // A word of n letters has n trigrams between its marked ends. Too unlike in length: 0.6 cannot be reached.
    let total = a.len() + b.len();
    if 2 * a.len().min(b.len()) * 10 < 6 * total {
        return 0.0;
    }
    let letter = |text: &[u8], at: usize| if at == 0 || at > text.len() { b' ' } else { text[at - 1] };
    let gram = |text: &[u8], at: usize| [letter(text, at), letter(text, at + 1), letter(text, at + 2)];
    let mut used = 0_u64;
    let mut shared = 0_u16;
    for at in 0..a.len() {
        let mine = gram(a, at);
        if let Some(other) = (0..b.len()).find(|other| used & (1 << other) == 0 && gram(b, *other) == mine) {
            used |= 1 << other;
            shared += 1;
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "short words")]
    let total = total as f32;
    2.0 * f32::from(shared) / total
}
