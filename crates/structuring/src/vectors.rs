//! Static word vectors: what words of three languages mean, compiled in.

use rustc_hash::FxBuildHasher;
use std::hash::BuildHasher;
use std::sync::LazyLock;

static FILE: &[u8] = include_bytes!("../assets/static-es-pt-en-128.bin");

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(FILE).unwrap_or_default());

/// The vector table; its format is in `assets/README.md`, its size in its first eight bytes.
#[derive(Default)]
struct Table {
    dimensions: usize,
    /// Where each word begins, in the order of the words' bytes; the byte before is its length.
    words: Vec<u32>,
    /// Row of the word at the same place in `words`; none where each is its place.
    rows: Vec<u32>,
    /// Places of words in `words`, by their hash: one more than the place, and above it other bits of the hash, so that
    /// the word itself is looked at where it is the right one.
    slots: Vec<u32>,
    /// Bits of a slot that are the place.
    low: u32,
    values: &'static [u8],
    weights: &'static [u8],
}

impl Table {
    fn read(file: &'static [u8]) -> Option<Table> {
        let number = |at: usize| Some(u32::from_le_bytes(file.get(at..at + 4)?.try_into().ok()?));
        let (n, dimensions) = (usize::try_from(number(0)?).ok()?, usize::try_from(number(4)?).ok()?);
        let mut words = Vec::with_capacity(n);
        let mut at = 8;
        for _ in 0..n {
            let length = *file.get(at)?;
            words.push(u32::try_from(at + 1).ok()?);
            at += 1 + usize::from(length);
        }
        let values = file.get(at..at + n * dimensions)?;
        let weights = file.get(at + n * dimensions..at + n * dimensions + 4 * n)?;
        let mut rows = Vec::new();
        if !words.is_sorted_by_key(|word| slice(*word)) {
            rows = (0..u32::try_from(n).ok()?).collect();
            rows.sort_by_key(|row| slice(words[usize::try_from(*row).unwrap_or(0)]));
            words = rows.iter().map(|row| words[usize::try_from(*row).unwrap_or(0)]).collect();
        }
        let low = (n + 2).next_power_of_two().trailing_zeros();
        let mut slots = vec![0_u32; (n + n / 2 + 2).next_power_of_two()];
        for (word, place) in words.iter().zip(1_u32..) {
            let (mut at, print) = home(slice(*word), slots.len(), low);
            while *slots.get(at)? != 0 {
                at = (at + 1) & (slots.len() - 1);
            }
            slots[at] = print | place;
        }
        Some(Table { dimensions, words, rows, slots, low, values, weights })
    }

    /// The row of the word at a place.
    fn row(&self, place: usize) -> Option<usize> {
        if self.rows.is_empty() { Some(place) } else { usize::try_from(*self.rows.get(place)?).ok() }
    }

    fn find(&self, word: &str) -> Option<usize> {
        let (mut at, print) = home(word.as_bytes(), self.slots.len(), self.low);
        let own = !(u32::MAX << self.low);
        loop {
            let slot = *self.slots.get(at)?;
            if slot == 0 {
                return None;
            }
            if slot & !own == print {
                let place = usize::try_from(slot & own).ok()? - 1;
                if slice(*self.words.get(place)?) == word.as_bytes() {
                    return self.row(place);
                }
            }
            at = (at + 1) & self.slots.len().wrapping_sub(1);
        }
    }

    /// An inflection: the neighbour in the alphabet that shares all but the last three letters.
    fn near(&self, word: &str) -> Option<usize> {
        if word.len() < 7 {
            return None;
        }
        let at = self.words.partition_point(|entry| slice(*entry) < word.as_bytes());
        let from = at.saturating_sub(4);
        let shared = |entry: u32| slice(entry).iter().zip(word.as_bytes()).take_while(|(a, b)| a == b).count();
        let (place, length) = (from..(at + 4).min(self.words.len()))
            .map(|place| (place, shared(self.words[place])))
            .max_by_key(|(_, length)| *length)?;
        let other = slice(self.words[place]).len();
        (length + 3 >= word.len() && length + 3 >= other && length >= 5).then(|| self.row(place))?
    }

    fn weight(&self, row: usize) -> f32 {
        self.weights.get(4 * row..4 * row + 4).and_then(|b| b.try_into().ok()).map_or(0.0, f32::from_le_bytes)
    }
}

/// The word that begins at a place of the file.
fn slice(at: u32) -> &'static [u8] {
    let at = usize::try_from(at).unwrap_or(0);
    let length = at.checked_sub(1).and_then(|before| FILE.get(before)).copied().unwrap_or(0);
    FILE.get(at..at + usize::from(length)).unwrap_or_default()
}

/// Where the search for a word begins among so many slots (a power of two), and the bits above the place that its slot has.
#[expect(clippy::cast_possible_truncation, reason = "the bits that are wanted")]
fn home(word: &[u8], slots: usize, low: u32) -> (usize, u32) {
    let hash = FxBuildHasher.hash_one(word);
    ((hash >> 20) as usize & slots.wrapping_sub(1), (hash as u32) << low)
}

/// The row of a word, of its singular, or of another form of it that the table knows.
fn row_of(word: &str) -> Option<usize> {
    TABLE.find(word).or_else(|| TABLE.find(word.strip_suffix('s')?)).or_else(|| TABLE.near(word))
}

/// The direction of a text: unit length.
#[derive(Clone, Debug)]
pub(crate) struct Vector(Box<[f32]>);

impl Vector {
    /// Cosine with another.
    pub fn cosine(&self, other: &Vector) -> f32 {
        // Eight sums side by side: the processor adds them at once.
        let mut sums = [0.0_f32; 8];
        let (mine, theirs) = (self.0.chunks_exact(8), other.0.chunks_exact(8));
        let rest: f32 = mine.remainder().iter().zip(theirs.remainder()).map(|(a, b)| a * b).sum();
        for (a, b) in mine.zip(theirs) {
            for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
                *sum += a * b;
            }
        }
        rest + sums.iter().sum::<f32>()
    }

    /// Its share of another direction.
    pub fn along(&self, direction: &[f32]) -> f32 {
        self.0.iter().zip(direction).map(|(a, b)| a * b).sum()
    }
}

/// The vector of words (folded): their weighted sum; nothing when none is known.
pub(crate) fn embed<'a>(words: impl IntoIterator<Item = &'a str>) -> Option<Vector> {
    let mut sum = vec![0.0_f32; TABLE.dimensions];
    let mut known = false;
    for word in words {
        let Some(row) = row_of(word) else { continue };
        let weight = TABLE.weight(row) / 127.0;
        let values = TABLE.values.get(row * TABLE.dimensions..(row + 1) * TABLE.dimensions)?;
        for (total, value) in sum.iter_mut().zip(values) {
            *total += weight * f32::from(value.cast_signed());
        }
        known = true;
    }
    let length = sum.iter().map(|x| x * x).sum::<f32>().sqrt();
    if !known || length < 1e-6 {
        return None;
    }
    sum.iter_mut().for_each(|x| *x /= length);
    Some(Vector(sum.into_boxed_slice()))
}

/// How telling a word is: near 1 for rare words, near 0 for "the"; nothing when unknown.
pub(crate) fn weight(word: &str) -> Option<f32> {
    row_of(word).map(|row| TABLE.weight(row))
}

/// A cosine as a score: 0 below what unrelated words have, 1 where translations are.
pub(crate) fn calibrated(cosine: f32) -> f32 {
    ((cosine - 0.27) / (0.69 - 0.27)).clamp(0.0, 1.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn translations_are_near_and_strangers_are_not() {
        let text = |text: &str| embed(text.split(' ')).unwrap();
        let near = text("fecha nacimiento").cosine(&text("birth date"));
        let far = text("fecha nacimiento").cosine(&text("shoe color"));
        assert!(near > 0.6, "{near}");
        assert!(far < 0.35, "{far}");
        assert!(embed(["qwzxqwzx"]).is_none());
    }
}
