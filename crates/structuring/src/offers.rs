//! Options by what a text could call them by, so that a text looks at few of many.

use crate::options::{Choice, marks, stem};
use crate::steps::Steps;
use rustc_hash::FxHasher;
use std::borrow::Cow;
use std::hash::{Hash, Hasher};
use std::ops::{Deref, RangeInclusive};

/// Shorter lists are looked through as they are.
const MANY: usize = 24;

/// What options are found by. Options of one hash need not be alike: whoever looks one up compares.
#[derive(Clone, Copy, Hash)]
pub(crate) enum By<'a> {
    /// Folded, as a whole.
    Text(&'a str),
    /// Folded, without spaces.
    Joined(&'a str),
    /// The hash of the stems of the telling words, in order.
    Stems(u64),
    /// A group of synonyms.
    Group(u16),
    /// First letter of the first telling word, and how many there are.
    Initial(u8, usize),
    /// Stem of the first telling word.
    Head(&'a str),
    /// Stem of any telling word.
    Word(&'a str),
    /// Bytes of the folded text.
    Length(usize),
    /// The only number it has.
    Number(&'a str),
}

fn hash(by: impl Hash) -> u64 {
    let mut hasher = FxHasher::default();
    by.hash(&mut hasher);
    hasher.finish()
}

/// One bit of 64 for a hash or a small number.
pub(crate) fn one(hash: u64) -> u64 {
    1 << (hash & 63)
}

/// One bit for a text without spaces, by its length and first letter.
pub(crate) fn joint(joined: &str) -> u64 {
    one(7 * joined.len() as u64 + u64::from(joined.bytes().next().unwrap_or(0)))
}

/// The hash of the stems of words, in order.
pub(crate) fn stems<'a>(words: impl Iterator<Item = &'a str>) -> u64 {
    let mut hasher = FxHasher::default();
    words.for_each(|word| stem(word).hash(&mut hasher));
    hasher.finish()
}

/// Entries of one hash, side by side.
struct Table<T> {
    hashes: Vec<u64>,
    places: Vec<T>,
}

impl<T: Copy + Ord> Table<T> {
    fn new(mut entries: Vec<(u64, T)>) -> Table<T> {
        entries.sort_unstable();
        entries.dedup();
        Table {
            hashes: entries.iter().map(|entry| entry.0).collect(),
            places: entries.iter().map(|entry| entry.1).collect(),
        }
    }

    /// In ascending order.
    fn get(&self, hash: u64) -> &[T] {
        let from = self.hashes.partition_point(|other| *other < hash);
        let count = self.hashes[from..].iter().take_while(|other| **other == hash).count();
        &self.places[from..from + count]
    }
}

/// The options of one field.
pub(crate) struct Choices {
    list: Vec<Choice>,
    /// All places, for lists that are not many.
    all: Box<[u32]>,
    table: Option<Table<u32>>,
    /// How many have a digit; whether some of those have more than one number.
    pub numbered: usize,
    pub muddled: bool,
    pub ranged: bool,
    /// How many begin with an ordinal.
    pub ordinals: usize,
    /// Bits of the stems of all words, of first letters, of how each is written without spaces, of groups: what has none
    /// of them has nothing to find.
    pub marks: u64,
    pub heads: u64,
    pub joints: u64,
    groups: u64,
}

impl Deref for Choices {
    type Target = [Choice];

    fn deref(&self) -> &[Choice] {
        &self.list
    }
}

impl Choices {
    pub fn new(options: &[String]) -> Choices {
        Choices::of(options.iter().map(|option| Choice::new(option)).collect(), MANY)
    }

    /// With a table from so many options on.
    pub fn of(list: Vec<Choice>, many: usize) -> Choices {
        let table = (list.len() > many).then(|| {
            let entries = list.iter().zip(0_u32..).flat_map(|(choice, at)| {
                let words = choice.words();
                let head = words.first().map_or("", |word| word.as_str());
                let mut hashes = vec![
                    hash(By::Text(&choice.folded)),
                    hash(By::Joined(choice.joined())),
                    hash(By::Stems(stems(words.iter().map(String::as_str)))),
                    hash(By::Initial(initial(choice), words.len())),
                    hash(By::Head(stem(head))),
                    hash(By::Length(choice.folded.len())),
                ];
                hashes.extend(choice.groups().iter().map(|group| hash(By::Group(*group))));
                hashes.extend(words.iter().map(|word| hash(By::Word(stem(word)))));
                hashes.extend(choice.number().map(|number| hash(By::Number(number))));
                hashes.into_iter().map(move |hash| (hash, at))
            });
            Table::new(entries.collect())
        });
        Choices {
            all: (0_u32..).take(if table.is_some() { 0 } else { list.len() }).collect(),
            numbered: list.iter().filter(|choice| choice.has_digits()).count(),
            muddled: list.iter().any(|choice| choice.has_digits() && choice.number().is_none()),
            ranged: list.iter().any(Choice::is_range),
            ordinals: list.iter().filter(|choice| choice.ordinal().is_some()).count(),
            marks: list.iter().fold(0, |all, choice| all | marks(choice.words())),
            heads: list.iter().fold(0, |all, choice| all | one(u64::from(initial(choice)))),
            joints: list.iter().fold(0, |all, choice| all | joint(choice.joined())),
            groups: list.iter().flat_map(Choice::groups).fold(0, |all, group| all | one(u64::from(*group))),
            table,
            list,
        }
    }

    /// Places of the options that may be called so, ascending; none once the record has looked at too many.
    pub fn by(&self, by: By<'_>, steps: &Steps) -> &[u32] {
        let places = self.table.as_ref().map_or(&*self.all, |table| table.get(hash(by)));
        if steps.look(1 + places.len()) { places } else { &[] }
    }

    /// Whether some option may be of one of these groups.
    pub fn has_groups(&self, groups: &[u16]) -> bool {
        groups.iter().any(|group| self.groups & one(u64::from(*group)) != 0)
    }

    /// Places under any of several names, each once, ascending.
    pub fn by_any<'a>(&self, names: impl Iterator<Item = By<'a>>, steps: &Steps) -> Cow<'_, [u32]> {
        let mut places: Vec<u32> = Vec::new();
        if self.table.is_none() {
            return Cow::Borrowed(if steps.look(self.len()) { &self.all } else { &[] });
        }
        for by in names {
            places.extend(self.by(by, steps));
        }
        places.sort_unstable();
        places.dedup();
        Cow::Owned(places)
    }

    /// Places of folded texts of about so many bytes, in no order.
    pub fn of_lengths(&self, lengths: RangeInclusive<usize>, steps: &Steps) -> impl Iterator<Item = u32> {
        let lengths = if self.table.is_some() { lengths } else { 0..=0 };
        lengths.flat_map(|length| self.by(By::Length(length), steps)).copied()
    }

    /// The one option of some that fits.
    pub fn only(&self, places: impl IntoIterator<Item = u32>, fits: impl Fn(&Choice) -> bool) -> Option<usize> {
        let mut fitting = places.into_iter().map(place).filter(|at| fits(&self.list[*at]));
        let at = fitting.next()?;
        fitting.next().is_none().then_some(at)
    }
}

/// The first letter of the first telling word.
fn initial(choice: &Choice) -> u8 {
    choice.words().first().and_then(|word| word.bytes().next()).unwrap_or(0)
}

fn place(at: u32) -> usize {
    usize::try_from(at).unwrap_or(0)
}

/// An option of one of the fields: places of the field and of the option.
pub(crate) type Offer = (usize, usize);

/// What running text calls an option by.
#[derive(Clone, Copy, Hash)]
enum Said<'a> {
    /// The hash of the stems of all its words.
    Written(u64),
    /// Stem of the first word.
    Head(&'a str),
    Group(u16),
    /// Stem of a telling word of several.
    Word(&'a str),
    /// First letter and bytes of a longer text.
    Like(u8, usize),
}

/// The options of all fields, for running text.
pub(crate) struct Offers(Table<(u32, u32)>);

impl Offers {
    pub fn new<'a>(fields: impl Iterator<Item = &'a Choices>) -> Offers {
        let mut entries = Vec::new();
        for (choices, field) in fields.zip(0_u32..) {
            for (choice, at) in choices.iter().zip(0_u32..) {
                let mut add = |said: Said<'_>| entries.push((hash(said), (field, at)));
                let mut words = choice.folded.split(' ');
                add(Said::Written(stems(words.clone())));
                add(Said::Head(stem(words.next().unwrap_or(""))));
                choice.groups().iter().for_each(|group| add(Said::Group(*group)));
                choice.words().iter().for_each(|word| add(Said::Word(stem(word))));
                if choice.folded.len() >= 7 {
                    add(Said::Like(choice.folded.as_bytes()[0], choice.folded.len()));
                }
            }
        }
        Offers(Table::new(entries))
    }

    fn get(&self, said: Said<'_>, steps: &Steps) -> impl Iterator<Item = Offer> {
        let offers = self.0.get(hash(said));
        let offers = if steps.look(1 + offers.len()) { offers } else { &[] };
        offers.iter().map(|(field, option)| (place(*field), place(*option)))
    }

    /// Whether some option may begin with the word.
    pub fn begins(&self, word: &str) -> bool {
        !self.0.get(hash(Said::Head(stem(word)))).is_empty()
    }

    /// Options that may be these words, inflections aside.
    pub fn written<'a>(&self, words: impl Iterator<Item = &'a str>, steps: &Steps) -> impl Iterator<Item = Offer> {
        self.get(Said::Written(stems(words)), steps)
    }

    pub fn group(&self, group: u16, steps: &Steps) -> impl Iterator<Item = Offer> {
        self.get(Said::Group(group), steps)
    }

    /// Options that may have the word among their telling ones.
    pub fn with(&self, word: &str, steps: &Steps) -> impl Iterator<Item = Offer> {
        self.get(Said::Word(stem(word)), steps)
    }

    /// Options that begin as the word does and are about as long.
    pub fn like<'s>(&'s self, word: &'s str, steps: &'s Steps) -> impl Iterator<Item = Offer> + 's {
        let letter = word.as_bytes().first().copied().unwrap_or(0);
        (word.len().saturating_sub(2)..=word.len() + 2)
            .flat_map(move |length| self.get(Said::Like(letter, length), steps))
    }
}
