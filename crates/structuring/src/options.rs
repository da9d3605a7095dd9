//! Which option of a select a text means.

mod numbers;

pub(crate) use self::numbers::at_clock;
use self::numbers::{by_clock, by_number, in_range, only_number, ordinal, range};
use crate::keys::fold;
use crate::lexicon::is_stop;
use crate::offers::{By, Choices, joint, one, stems};
use crate::steps::Steps;
use crate::vectors::{Vector, calibrated, embed};
use rustc_hash::FxHashMap;
use std::cell::OnceCell;
use std::sync::LazyLock;

static GROUPS: LazyLock<FxHashMap<String, Vec<u16>>> = LazyLock::new(|| {
    let mut groups: FxHashMap<String, Vec<u16>> = FxHashMap::default();
    let lines = include_str!("../assets/options-wide.txt").lines().filter(|line| !line.starts_with('#'));
    for (at, line) in (0_u16..).zip(lines) {
        for word in line.split(", ") {
            let list = groups.entry(fold(word)).or_default();
            if !list.contains(&at) {
                list.push(at);
            }
        }
    }
    groups
});

/// One option, prepared.
pub(crate) struct Choice {
    pub text: String,
    pub folded: String,
    joined: String,
    words: Vec<String>,
    groups: Vec<u16>,
    vector: Option<Vector>,
    range: Option<(f64, f64)>,
    /// "Other": chosen only when written so.
    other: bool,
    digits: bool,
    /// The only number it has, as it is written.
    number: Option<String>,
    /// The number of "primera", "third", where it begins so.
    ordinal: Option<String>,
    /// Which bytes it has, for a first look at likeness.
    letters: u64,
}

/// `1_Efectivo`: message flows number the options they send.
pub(crate) fn unindexed(text: &str) -> &str {
    match text.split_once('_') {
        Some((index, rest)) if index.len() < 3 && index.bytes().all(|b| b.is_ascii_digit()) && !index.is_empty() => {
            rest
        }
        _ => text,
    }
}

/// Folded, with the sign of a blood group as a word: `O+`, `AB Rh -`.
fn fold_choice(text: &str) -> String {
    let folded = fold(text);
    let bare = text.trim();
    if bare.len() > 8 {
        return folded;
    }
    let group = folded.trim_end_matches(" rh");
    if matches!(group, "a" | "b" | "ab" | "o" | "0") {
        let sign = match bare.chars().next_back() {
            Some('+') => "positivo",
            Some('-' | '−' | '–') => "negativo",
            _ => return folded,
        };
        return format!("{} {sign}", if group == "0" { "o" } else { group });
    }
    folded
}

impl Choice {
    pub fn new(text: &str) -> Choice {
        let folded = fold_choice(text);
        let words: Vec<String> = content(&folded);
        Choice {
            digits: has_digits(&folded),
            number: only_number(&folded),
            ordinal: words.first().and_then(|word| ordinal(word)),
            letters: letters(&folded),
            text: text.to_owned(),
            joined: folded.replace(' ', ""),
            groups: groups_of(&folded).to_vec(),
            vector: embed(words.iter().map(String::as_str)),
            range: range(text),
            other: groups_of("otro").iter().any(|group| groups_of(&folded).contains(group)),
            words,
            folded,
        }
    }
}

impl Choice {
    /// Whether words are the option's own, inflections aside.
    pub fn is_written<'a>(&self, mut words: impl Iterator<Item = &'a str>) -> bool {
        let mut own = self.folded.split(' ');
        loop {
            match (own.next(), words.next()) {
                (None, None) => return true,
                (Some(a), Some(b)) if stem(a) == stem(b) => {}
                _ => return false,
            }
        }
    }
}

impl Choice {
    pub fn words(&self) -> &[String] {
        &self.words
    }

    pub fn joined(&self) -> &str {
        &self.joined
    }

    pub fn groups(&self) -> &[u16] {
        &self.groups
    }

    pub fn number(&self) -> Option<&str> {
        self.number.as_deref()
    }

    pub fn ordinal(&self) -> Option<&str> {
        self.ordinal.as_deref()
    }

    pub fn has_digits(&self) -> bool {
        self.digits
    }

    pub fn is_range(&self) -> bool {
        self.range.is_some()
    }

    pub fn is_other(&self) -> bool {
        self.other
    }

    /// A day of the week.
    pub fn is_weekday(&self) -> bool {
        const DAYS: [&str; 7] = ["lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo"];
        DAYS.iter().any(|day| groups_of(day).iter().any(|group| self.groups.contains(group)))
    }
}

fn content(folded: &str) -> Vec<String> {
    let words: Vec<String> =
        folded.split(' ').filter(|word| !is_stop(word) && !word.is_empty()).map(str::to_owned).collect();
    if words.is_empty() { folded.split(' ').map(str::to_owned).collect() } else { words }
}

fn groups_of(folded: &str) -> &'static [u16] {
    GROUPS.get(folded).or_else(|| GROUPS.get(folded.strip_suffix('s')?)).map_or(&[], Vec::as_slice)
}

/// A chosen option and how sure the choice is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Chosen {
    pub option: usize,
    pub quality: f32,
}

/// Longest text that is looked at as a choice.
const LONGEST: usize = 120;

/// A text that may mean an option, prepared once for all fields.
pub(crate) struct Said {
    pub folded: String,
    joined: OnceCell<String>,
    words: OnceCell<Vec<String>>,
    /// Bits of the stems of its words.
    marks: OnceCell<u64>,
    /// Groups of the whole.
    groups: OnceCell<&'static [u16]>,
    /// Groups of its single words and pairs of words.
    inner: OnceCell<Vec<u16>>,
    vector: OnceCell<Option<Vector>>,
    amount: OnceCell<Option<f64>>,
    negated: bool,
    lettered: bool,
    digits: bool,
    /// Which bytes it has.
    letters: u64,
}

impl Said {
    /// Nothing for texts too long to be a choice, and for empty ones.
    pub fn new(text: &str) -> Option<Said> {
        if text.len() > LONGEST {
            return None;
        }
        let folded = fold_choice(unindexed(text));
        if folded.is_empty() {
            return None;
        }
        let mut words = folded.split(' ').filter(|word| !is_stop(word) && !word.is_empty());
        // No stop word is among them, so that a text of stop words alone is not negated either.
        let negated =
            matches!(words.next(), Some("no" | "nao" | "sin" | "sem" | "not" | "ni")) && words.next().is_some();
        Some(Said {
            joined: OnceCell::new(),
            words: OnceCell::new(),
            marks: OnceCell::new(),
            groups: OnceCell::new(),
            inner: OnceCell::new(),
            vector: OnceCell::new(),
            amount: OnceCell::new(),
            lettered: folded.contains(char::is_alphabetic),
            digits: has_digits(&folded),
            letters: letters(&folded),
            negated,
            folded,
        })
    }

    fn words(&self) -> &[String] {
        self.words.get_or_init(|| content(&self.folded))
    }

    fn joined(&self) -> &str {
        self.joined.get_or_init(|| self.folded.split(' ').collect())
    }

    fn marks(&self) -> u64 {
        *self.marks.get_or_init(|| marks(self.words()))
    }

    fn groups(&self) -> &'static [u16] {
        self.groups.get_or_init(|| groups_of(&self.folded))
    }

    fn inner(&self) -> &[u16] {
        self.inner.get_or_init(|| {
            let words = self.words();
            let single = words.iter().filter(|word| word.len() > 3).flat_map(|word| groups_of(word));
            single.chain(words.windows(2).flat_map(|pair| groups_of(&pair.join(" ")))).copied().collect()
        })
    }

    fn vector(&self) -> Option<&Vector> {
        self.vector
            .get_or_init(|| {
                let words = self.words();
                let short = words.len() > 5 || words.iter().all(|word| word.len() < 3);
                if short { None } else { embed(words.iter().map(String::as_str)) }
            })
            .as_ref()
    }
}

/// Bits of the stems of words: two lists that have no bit in common have no stem in common.
pub(crate) fn marks(words: &[String]) -> u64 {
    words.iter().fold(0, |all, word| all | one(stems(std::iter::once(word.as_str()))))
}

/// Whether an option has this word among its telling ones.
pub(crate) fn tells(choice: &Choice, word: &str) -> bool {
    choice.words.iter().any(|own| stem(own) == stem(word))
}

/// The option a text means: itself, an abbreviation, an inflection, a synonym, another language, a number in a range.
pub(crate) fn choose(choices: &Choices, said: &Said, steps: &Steps) -> Option<Chosen> {
    let place = |at: &u32| usize::try_from(*at).unwrap_or(0);
    // Most texts have no word of any option: what compares words has nothing to find then.
    let shared = said.marks() & choices.marks != 0;
    if shared {
        let own = choices.by(By::Text(&said.folded), steps).iter().map(place);
        if let Some(at) = own.into_iter().find(|at| choices[*at].folded == said.folded) {
            return Some(Chosen { option: at, quality: 1.0 });
        }
    }
    if said.negated {
        return None;
    }
    let chosen = |quality: f32| move |option| Chosen { option, quality };
    let joined = || {
        if choices.joints & joint(said.joined()) == 0 {
            return None;
        }
        let places = choices.by(By::Joined(said.joined()), steps);
        choices.only(places.iter().copied(), |choice| choice.joined == said.joined()).map(chosen(0.98))
    };
    // Digits alone are no word for anything: a size, a range or a number of an option.
    if !said.lettered {
        return joined()
            .or_else(|| in_range(choices, said, steps))
            .or_else(|| by_number(choices, said, steps))
            .or_else(|| by_clock(choices, said, steps));
    }
    let words = said.words();
    let named = |by: By<'_>, fits: &dyn Fn(&Choice) -> bool| choices.only(choices.by(by, steps).iter().copied(), fits);
    let all_stems = || {
        if !shared {
            return None;
        }
        let by = By::Stems(stems(words.iter().map(String::as_str)));
        named(by, &|choice| same_stems(&choice.words, words)).map(chosen(0.96))
    };
    let short = || {
        let initial = words.first().and_then(|word| word.bytes().next()).unwrap_or(0);
        if choices.heads & one(u64::from(initial)) == 0 {
            return None;
        }
        let by = By::Initial(initial, words.len());
        named(by, &|choice| !choice.other && abbreviates(words, &choice.words)).map(chosen(0.9))
    };
    let part = || {
        if !shared {
            return None;
        }
        let by = By::Word(stem(words.first().map_or("", |word| word.as_str())));
        let fits = |choice: &Choice| !choice.other && words.len() < choice.words.len() && covers(&choice.words, words);
        named(by, &fits).map(chosen(0.8))
    };
    // "MAYOR.", "DOMIC.": the one option with a word that begins so.
    let begun = || {
        let [word] = words else { return None };
        let fits = |choice: &Choice| !choice.other && choice.words.iter().any(|own| begins(word, own));
        if !(4..=7).contains(&word.len()) || choices.len() > FEW || !steps.look(choices.len()) {
            return None;
        }
        choices.only((0..choices.len()).filter_map(|at| u32::try_from(at).ok()), fits).map(chosen(0.84))
    };
    let misspelt = || {
        let length = said.folded.len();
        if length < LONGER {
            return None;
        }
        let places = choices.of_lengths(length.saturating_sub(2)..=length + 2, steps);
        let alike = |choice: &Choice| (choice.letters ^ said.letters).count_ones() <= 4;
        choices.only(places, |choice| alike(choice) && near(&choice.folded, &said.folded)).map(chosen(0.86))
    };
    joined()
        .or_else(all_stems)
        .or_else(|| sharing(choices, said.groups(), true, steps).map(chosen(0.93)))
        .or_else(short)
        .or_else(|| mentioned(choices, said, shared, steps))
        .or_else(|| in_range(choices, said, steps))
        .or_else(|| by_number(choices, said, steps))
        .or_else(part)
        .or_else(begun)
        .or_else(misspelt)
        .or_else(|| by_initial(choices, said, steps))
        .or_else(|| by_clock(choices, said, steps))
        .or_else(|| by_meaning(choices, said, steps))
}

/// Whether a text may be an option as it is written, inflections aside: nothing else is as sure as that.
pub(crate) fn may_be_written(choices: &Choices, said: &Said) -> bool {
    said.marks() & choices.marks != 0 || choices.joints & joint(said.joined()) != 0
}

/// All of one option's words (or one of its synonyms) stand in the text, and the longest such option is alone.
fn mentioned(choices: &Choices, said: &Said, shared: bool, steps: &Steps) -> Option<Chosen> {
    let words = said.words();
    if words.len() < 2 || !shared && !choices.has_groups(said.inner()) {
        return None;
    }
    let mut best: Option<(usize, usize)> = None;
    let mut tie = false;
    let heads = words.iter().map(|word| By::Head(stem(word)));
    let places = choices.by_any(heads.chain(said.inner().iter().map(|group| By::Group(*group))), steps);
    for at in places.iter().filter_map(|at| usize::try_from(*at).ok()) {
        let choice = &choices[at];
        let short = || choice.words.iter().all(|word| word.len() < 3);
        let size = if shared && !choice.other && covers(words, &choice.words) && !short() {
            choice.words.len()
        } else if !choice.other && choice.groups.iter().any(|group| said.inner().contains(group)) {
            1
        } else {
            continue;
        };
        match best {
            Some((_, most)) if most > size => {}
            Some((_, most)) if most == size => tie = true,
            _ => {
                best = Some((at, size));
                tie = false;
            }
        }
    }
    best.filter(|_| !tie).map(|(option, _)| Chosen { option, quality: 0.88 })
}

/// Whether all of `needle`'s words stand in `words`, inflections aside.
fn covers(words: &[String], needle: &[String]) -> bool {
    needle.iter().all(|wanted| words.iter().any(|word| stem(word) == stem(wanted)))
}

fn same_stems(a: &[String], b: &[String]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| stem(a) == stem(b))
}

/// Without plural and gender: `casada` and `casados` are `casad`, `escorpião` and `escorpiões` are `escorpi`.
pub(crate) fn stem(word: &str) -> &str {
    if word.len() < 4 {
        return word;
    }
    let plural = ["oes", "aes", "aos"].iter().find_map(|end| word.strip_suffix(end)).filter(|stem| stem.len() > 2);
    if let Some(stem) = plural.or_else(|| word.strip_suffix("ao").filter(|stem| stem.len() > 2)) {
        return stem;
    }
    let word = word.strip_suffix('s').unwrap_or(word);
    if word.len() > 4 { word.strip_suffix(['a', 'o', 'e']).unwrap_or(word) } else { word }
}

/// `ing industrial` for `ingenieria industrial`: every word begins the option's word at its place.
fn abbreviates(words: &[String], option: &[String]) -> bool {
    words.len() == option.len()
        && words.iter().zip(option).all(|(short, long)| long.starts_with(short.as_str()) || contracts(short, long))
        && words.iter().any(|word| word.len() >= 3)
}

/// So many options are looked at one by one.
const FEW: usize = 24;

/// Whether a word is cut off within another: `mayor` of `mayorista`.
fn begins(short: &str, long: &str) -> bool {
    long.len() > short.len() + 2 && long.starts_with(short)
}

/// `cta` for `cuenta`, `dpto` for `departamento`: the first and the last letter, and some between in their order.
fn contracts(short: &str, long: &str) -> bool {
    let (a, b) = (short.as_bytes(), long.as_bytes());
    let mut rest = b.iter();
    (3..=5).contains(&a.len())
        && b.len() > a.len() + 1
        && a[0] == b[0]
        && a.last() == b.last()
        && a.iter().all(|letter| rest.any(|other| other == letter))
}

/// "T" of morning, afternoon, night: the option that alone begins with the letter, where all begin differently.
fn by_initial(choices: &Choices, said: &Said, steps: &Steps) -> Option<Chosen> {
    let letter = *said.folded.as_bytes().first().filter(|_| said.folded.len() == 1 && choices.len() < 6)?;
    let mut initials: Vec<u8> = choices.iter().filter_map(|choice| choice.folded.bytes().next()).collect();
    let option = choices.iter().position(|choice| choice.folded.as_bytes().first() == Some(&letter))?;
    // Parts of the day are shortened so everywhere; of other options one letter says too little.
    synonym(choices, groups_of("tarde"), steps)?;
    initials.sort_unstable();
    let apart = initials.windows(2).all(|pair| pair[0] != pair[1]);
    (apart && choices.len() > 1 && choices.iter().all(|choice| choice.folded.len() > 2))
        .then_some(Chosen { option, quality: 0.8 })
}

/// Bytes from which on a text may have a letter wrong.
const LONGER: usize = 5;

/// One or two letters wrong, in longer words only.
fn near(a: &str, b: &str) -> bool {
    let allowed = match a.len().min(b.len()) {
        ..LONGER => return false,
        LONGER..=8 => 1,
        _ => 2,
    };
    a.len().abs_diff(b.len()) <= allowed
        && a.len() < 40
        && b.len() < 60
        && distance(a.as_bytes(), b.as_bytes()) <= allowed
}

fn distance(a: &[u8], b: &[u8]) -> usize {
    // Texts of less than sixty bytes are compared.
    let mut row = [0_usize; 64];
    row.iter_mut().enumerate().for_each(|(at, cell)| *cell = at);
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (diagonal + usize::from(x != y)).min(above + 1).min(row[j] + 1);
            diagonal = above;
        }
    }
    row[b.len()]
}

fn has_digits(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_digit())
}

/// Which bytes a text has, folded onto 64.
fn letters(text: &str) -> u64 {
    text.bytes().fold(0, |all, byte| all | 1 << (byte & 63))
}

/// The nearest option by meaning, when it is near and the next one is not.
fn by_meaning(choices: &Choices, said: &Said, steps: &Steps) -> Option<Chosen> {
    let vector = said.vector()?;
    // A look at a vector is as long as some at words.
    if !steps.look(4 * choices.len()) {
        return None;
    }
    let (mut option, mut best, mut next) = (0, 0.0_f32, 0.0_f32);
    for (at, choice) in choices.iter().enumerate().filter(|(_, choice)| !choice.other) {
        let score = choice.vector.as_ref().map_or(0.0, |other| other.cosine(vector));
        if score > best {
            (option, best, next) = (at, score, best);
        } else {
            next = next.max(score);
        }
    }
    (best >= 0.52 && best - next >= 0.12).then(|| Chosen { option, quality: (0.6 + 0.25 * calibrated(best)).min(0.88) })
}

/// Whether a longer word misses an option by a letter or two: `catamaran` for `Catamarã`.
pub(crate) fn misspells(choice: &Choice, text: &str) -> bool {
    choice.folded.len() >= 7 && choice.folded.as_bytes()[0] == text.as_bytes()[0] && near(&choice.folded, text)
}

/// The groups a folded text belongs to as a whole.
pub(crate) fn synonyms(folded: &str) -> &'static [u16] {
    GROUPS.get(folded).map_or(&[], Vec::as_slice)
}

/// The one option that shares a group.
pub(crate) fn synonym(choices: &Choices, groups: &[u16], steps: &Steps) -> Option<usize> {
    sharing(choices, groups, false, steps)
}

/// The one option that shares a group, "other" among them or not.
fn sharing(choices: &Choices, groups: &[u16], others: bool, steps: &Steps) -> Option<usize> {
    if !choices.has_groups(groups) {
        return None;
    }
    let shares =
        |choice: &Choice| (others || !choice.other) && choice.groups.iter().any(|group| groups.contains(group));
    match groups {
        [group] => choices.only(choices.by(By::Group(*group), steps).iter().copied(), shares),
        _ => choices.only(choices.by_any(groups.iter().map(|group| By::Group(*group)), steps).iter().copied(), shares),
    }
}

/// The nearest option whatever its distance: for measuring.
pub(crate) fn nearest(choices: &Choices, text: &str) -> Option<usize> {
    let said = Said::new(text)?;
    if let Some(chosen) = choose(choices, &said, &Steps::default()) {
        return Some(chosen.option);
    }
    let vector = embed(said.words().iter().map(String::as_str))?;
    let score = |choice: &Choice| choice.vector.as_ref().map_or(-1.0, |other| other.cosine(&vector));
    (0..choices.len()).max_by(|a, b| score(&choices[*a]).total_cmp(&score(&choices[*b])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pick<'a>(options: &[&'a str], text: &str) -> Option<&'a str> {
        let list = || options.iter().map(|option| Choice::new(option)).collect();
        let said = Said::new(text)?;
        let [plain, table] = [usize::MAX, 0].map(|many| choose(&Choices::of(list(), many), &said, &Steps::default()));
        assert_eq!(plain, table, "{text} of {options:?}");
        plain.map(|chosen| options[chosen.option])
    }

    #[test]
    fn options_are_recognised() {
        let pay = ["Contado", "Crédito", "Leasing", "Permuta"];
        assert_eq!(pick(&pay, "cash"), Some("Contado"));
        assert_eq!(pick(&pay, "credito"), Some("Crédito"));
        assert_eq!(pick(&["Fonasa", "Isapre", "Particular"], "Fonasa tramo B"), Some("Fonasa"));
        assert_eq!(
            pick(&["Derecho", "Ingeniería Industrial", "Psicología"], "Ing. Industrial"),
            Some("Ingeniería Industrial")
        );
        assert_eq!(pick(&["Derecho", "Psicología", "Contaduría"], "Gastronomía"), None);
        assert_eq!(pick(&["Soltero", "Casado"], "casada"), Some("Casado"));
        assert_eq!(pick(&["1-10", "11-50", "51-200", "200+"], "35"), Some("11-50"));
        assert_eq!(pick(&["100 Megas", "300 Megas"], "300 megas"), Some("300 Megas"));
        assert_eq!(pick(&["Perro", "Gato", "Otro"], "dog"), Some("Perro"));
        assert_eq!(pick(&["Luna de miel", "Familiar"], "luna_de_miel"), Some("Luna de miel"));
        assert_eq!(pick(&["AI", "Automation", "Support"], "no support"), None);
        assert_eq!(pick(&["PP", "P", "M", "G", "GG"], "GG"), Some("GG"));
        assert_eq!(pick(&["Efectivo", "Cuenta corriente"], "Cta. Cte."), Some("Cuenta corriente"));
        assert_eq!(pick(&["Manhã", "Tarde", "Noite"], "T"), Some("Tarde"));
        assert_eq!(pick(&["Mañana", "Tarde", "Noche"], "19:30"), Some("Noche"));
        assert_eq!(pick(&["Mañana", "Tarde", "Noche"], "18:30"), None);
    }
}
