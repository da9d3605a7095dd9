//! The phrase lexicon: what the words of keys are about.

use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::LazyLock;

static LEXICON: LazyLock<Lexicon> = LazyLock::new(Lexicon::load);

/// A set of concepts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Set([u64; 10]);

impl Set {
    pub fn insert(&mut self, concept: u16) {
        if let Some(block) = self.0.get_mut(usize::from(concept / 64)) {
            *block |= 1 << (concept % 64);
        }
    }

    pub fn has(&self, concept: u16) -> bool {
        self.0.get(usize::from(concept / 64)).is_some_and(|block| block & (1 << (concept % 64)) != 0)
    }

    // Plain loops: the compiler makes a few wide instructions of them, of `array::from_fn` a call for each block.

    pub fn and(mut self, other: &Set) -> Set {
        for (block, other) in self.0.iter_mut().zip(&other.0) {
            *block &= other;
        }
        self
    }

    pub fn or(mut self, other: &Set) -> Set {
        for (block, other) in self.0.iter_mut().zip(&other.0) {
            *block |= other;
        }
        self
    }

    pub fn without(mut self, other: &Set) -> Set {
        for (block, other) in self.0.iter_mut().zip(&other.0) {
            *block &= !other;
        }
        self
    }

    pub fn is_empty(&self) -> bool {
        self.0.iter().fold(0, |all, block| all | block) == 0
    }

    pub fn meets(&self, other: &Set) -> bool {
        self.0.iter().zip(&other.0).fold(0, |all, (block, other)| all | (block & other)) != 0
    }

    pub fn count(&self) -> usize {
        self.0.iter().map(|block| block.count_ones() as usize).sum()
    }

    pub fn iter(&self) -> impl Iterator<Item = u16> + '_ {
        (0_u16..).zip(self.0).flat_map(|(block, bits)| {
            // The lowest bit that is left, until none is.
            let rest = std::iter::successors(Some(bits), |bits| Some(bits & bits.wrapping_sub(1)))
                .take_while(|bits| *bits != 0);
            rest.map(move |bits| block * 64 + u16::try_from(bits.trailing_zeros()).unwrap_or(0))
        })
    }
}

/// Words that join others and say nothing.
const STOP: &[&str] = &[
    "de", "del", "la", "el", "los", "las", "do", "da", "dos", "das", "of", "the", "your", "su", "tu", "seu", "sua",
    "mi", "my", "meu", "minha", "para", "p", "for", "al", "y", "e", "and", "o", "a", "os", "as", "en", "em", "na",
    "in", "un", "una", "um", "uma", "an", "que", "qual", "cual", "es", "is", "at", "on", "lo", "le", "te", "se", "sus",
    "sr", "sra",
];

static STOPS: LazyLock<FxHashSet<&str>> = LazyLock::new(|| STOP.iter().copied().collect());

pub(crate) fn is_stop(word: &str) -> bool {
    STOPS.contains(word)
}

/// Words of questions and forms that say nothing about what is asked.
const NOISE: &[&str] = &[
    "no",
    "por",
    "con",
    "com",
    "to",
    "with",
    "nos",
    "us",
    "by",
    "quieres",
    "quiere",
    "quer",
    "want",
    "would",
    "like",
    "gustaria",
    "gostaria",
    "tienes",
    "tiene",
    "tem",
    "voce",
    "you",
    "do",
    "does",
    "did",
    "are",
    "esta",
    "estas",
    "cual",
    "qual",
    "cuales",
    "quais",
    "que",
    "what",
    "which",
    "how",
    "como",
    "please",
    "favor",
    "indica",
    "indique",
    "ingresa",
    "ingrese",
    "escribe",
    "escriba",
    "selecciona",
    "seleccione",
    "enter",
    "select",
    "choose",
    "informe",
    "digite",
    "we",
    "me",
    "ti",
    "si",
    "has",
    "have",
    "ha",
    "hay",
    "there",
    "can",
    "could",
    "puede",
    "puedes",
    "pode",
    "podemos",
    "deseas",
    "desea",
    "deseja",
    "gusta",
    "our",
    "nuestro",
    "nuestra",
    "nosso",
    "nossa",
    "this",
    "esto",
    "este",
    "isso",
    "it",
    "be",
    "ser",
    "sea",
    "need",
    "necesitas",
    "necesita",
    "necesitan",
    "precisa",
    "requiere",
    "requieres",
    "cuentas",
    "cuenta",
    "posee",
    "possui",
    "usted",
    "ustedes",
    "tus",
    "seus",
    "suas",
    "will",
    "if",
    "or",
    "ou",
    "u",
    "when",
    "vas",
    "va",
    "vai",
    "field",
    "campo",
    "custom",
    "cf",
    "fld",
    "input",
    "txt",
    "val",
    "value",
    "valor",
    "values",
    "col",
    "column",
    "columna",
    "coluna",
    "paso",
    "step",
    "pregunta",
    "pergunta",
    "question",
    "answer",
    "respuesta",
    "resposta",
    "q",
    "hs",
    "properties",
    "form",
    "formulario",
    "entry",
    "acf",
    "wpforms",
    "opcional",
    "optional",
    "obligatorio",
    "obrigatorio",
    "required",
    "requerido",
    "attr",
    "prop",
    "data",
    "info",
    "informacion",
    "informacao",
    "information",
    "datos",
    "dados",
    "lead",
    "mmerge",
    "merge",
    "crm",
    "studio",
    "udf",
    "userfield",
    "customfield",
    "var",
    "param",
    "item",
    "requested",
    "resolved",
    "original",
    "needed",
    "wanted",
    "enabled",
    "solicitado",
    "solicitada",
    "favorito",
    "favoritos",
    "favorite",
];

static NOISES: LazyLock<FxHashSet<&str>> = LazyLock::new(|| STOP.iter().chain(NOISE).copied().collect());

pub(crate) fn is_noise(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit()) || word.len() == 1 || NOISES.contains(word)
}

pub(crate) struct Lexicon {
    names: Vec<String>,
    weights: Vec<f32>,
    phrases: FxHashMap<String, Vec<u16>>,
    /// Phrases of several words written as one: `numberofemployees`.
    glued: FxHashMap<String, String>,
    /// First word of a phrase → words of the longest phrase that begins with it.
    longest: FxHashMap<String, usize>,
    /// Words that mean it only where nothing stands beside them: "rep", "sale".
    alone: FxHashMap<String, Vec<u16>>,
}

/// A phrase that was found: its concepts and the words it covers.
#[derive(Clone, Debug)]
pub(crate) struct Hit {
    pub concepts: &'static [u16],
    pub from: usize,
    pub to: usize,
}

impl Lexicon {
    fn load() -> Lexicon {
        let mut lexicon = Lexicon {
            names: Vec::new(),
            weights: Vec::new(),
            phrases: FxHashMap::default(),
            glued: FxHashMap::default(),
            longest: FxHashMap::default(),
            alone: FxHashMap::default(),
        };
        let base: serde_json::Value =
            serde_json::from_str(include_str!("../assets/lexicon-es-pt-en.json")).unwrap_or_default();
        for (name, entry) in base.as_object().into_iter().flatten() {
            let weight = entry.get("weight").and_then(serde_json::Value::as_f64).unwrap_or(1.0);
            #[expect(clippy::cast_possible_truncation, reason = "weights are small decimals")]
            let concept = lexicon.concept(name, Some(weight as f32));
            for phrase in entry.get("phrases").and_then(serde_json::Value::as_array).into_iter().flatten() {
                lexicon.add(concept, &phrase.as_str().unwrap_or("").replace('_', " "));
            }
        }
        for line in include_str!("../assets/lexicon-wide.txt").lines() {
            let Some((head, phrases)) = line.split_once(" = ").filter(|_| !line.starts_with('#')) else { continue };
            let Some((name, weight)) = head.split_once(' ') else { continue };
            let concept = lexicon.concept(name, weight.parse().ok());
            for phrase in phrases.split(", ") {
                if let Some(gone) = phrase.strip_prefix('-') {
                    lexicon.take(concept, gone);
                } else if let Some(all) = phrase.strip_prefix('=') {
                    lexicon.alone.entry(all.to_owned()).or_default().push(concept);
                } else {
                    lexicon.add(concept, phrase);
                }
            }
        }
        for (word, concepts) in &mut lexicon.alone {
            concepts.extend(lexicon.phrases.get(word).into_iter().flatten());
        }
        lexicon
    }

    fn concept(&mut self, name: &str, weight: Option<f32>) -> u16 {
        let known = self.names.iter().position(|other| other == name);
        let at = known.unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.weights.push(1.0);
            self.names.len() - 1
        });
        if let Some(weight) = weight {
            self.weights[at] = weight;
        }
        u16::try_from(at).unwrap_or(u16::MAX)
    }

    fn add(&mut self, concept: u16, phrase: &str) {
        let bare = strip_stops(phrase.split_whitespace());
        let longest = self.longest.entry(bare.first().copied().unwrap_or("").to_owned()).or_default();
        *longest = bare.len().max(*longest);
        if phrase.contains(' ') {
            for glued in [bare.concat(), phrase.replace(' ', "")] {
                if glued.len() >= 7 {
                    self.glued.entry(glued).or_insert_with(|| bare.join(" "));
                }
            }
        }
        let concepts = self.phrases.entry(bare.join(" ")).or_default();
        if !concepts.contains(&concept) {
            concepts.push(concept);
        }
    }

    fn take(&mut self, concept: u16, phrase: &str) {
        let bare = strip_stops(phrase.replace('_', " ").split_whitespace()).join(" ");
        if let Some(concepts) = self.phrases.get_mut(&bare) {
            concepts.retain(|other| *other != concept);
            if concepts.is_empty() {
                self.phrases.remove(&bare);
            }
        }
    }
}

/// Drops words that join others, unless nothing else is there.
fn strip_stops<'a>(words: impl Iterator<Item = &'a str> + Clone) -> Vec<&'a str> {
    let kept: Vec<&str> = words.clone().filter(|word| !is_stop(word)).collect();
    if kept.is_empty() { words.collect() } else { kept }
}

pub(crate) fn weight(concept: u16) -> f32 {
    LEXICON.weights.get(usize::from(concept)).copied().unwrap_or(0.0)
}

#[cfg(test)]
pub(crate) fn name(concept: u16) -> &'static str {
    LEXICON.names.get(usize::from(concept)).map_or("", String::as_str)
}

/// The concept of a name; every name in the code is in the assets (a test says so).
pub(crate) fn concept(name: &str) -> u16 {
    LEXICON.names.iter().position(|other| other == name).and_then(|at| u16::try_from(at).ok()).unwrap_or(u16::MAX)
}

/// A set by names.
pub(crate) fn set(names: &[&str]) -> Set {
    let mut set = Set::default();
    for name in names {
        set.insert(concept(name));
    }
    set
}

pub(crate) use crate::related::related;

/// Finds phrases in words (folded), longest first, left to right. Joining words are skipped over.
pub(crate) fn find(words: &[String]) -> Vec<Hit> {
    let kept: Vec<usize> = (0..words.len()).filter(|at| !is_stop(&words[*at])).collect();
    let kept = if kept.is_empty() { (0..words.len()).collect() } else { kept };
    let mut hits = Vec::new();
    let mut at = 0;
    let mut phrase = String::new();
    while at < kept.len() {
        let mut found = None;
        if words.len() == 1
            && let Some(concepts) = LEXICON.alone.get(&words[0])
        {
            found = Some((concepts.as_slice(), 1));
        }
        let longest = match found {
            Some(_) => 0,
            None => LEXICON.longest.get(&words[kept[at]]).copied().unwrap_or(1),
        };
        for length in (1..=longest.min(kept.len() - at)).rev() {
            phrase.clear();
            for (place, word) in kept[at..at + length].iter().enumerate() {
                if place > 0 {
                    phrase.push(' ');
                }
                phrase.push_str(&words[*word]);
            }
            if let Some(concepts) = lookup(&phrase, length) {
                found = Some((concepts, length));
                break;
            }
        }
        if let Some((concepts, length)) = found {
            hits.push(Hit { concepts, from: kept[at], to: kept[at + length - 1] + 1 });
            at += length;
        } else {
            at += 1;
        }
    }
    hits
}

pub(crate) fn lookup(phrase: &str, words: usize) -> Option<&'static [u16]> {
    if let Some(concepts) = LEXICON.phrases.get(phrase) {
        return Some(concepts);
    }
    if words > 1 || phrase.len() < 5 {
        return None;
    }
    if phrase.len() >= 7
        && let Some(concepts) = LEXICON.glued.get(phrase).and_then(|phrase| LEXICON.phrases.get(phrase))
    {
        return Some(concepts);
    }
    // Plurals and the other gender.
    let stem = phrase.strip_suffix("es").filter(|stem| stem.len() > 4).and_then(|stem| LEXICON.phrases.get(stem));
    let stem = stem.or_else(|| LEXICON.phrases.get(phrase.strip_suffix('s')?));
    let stem = stem.or_else(|| {
        let other = match phrase.as_bytes().last()? {
            b'a' => 'o',
            b'o' => 'a',
            _ => return None,
        };
        LEXICON.phrases.get(&format!("{}{other}", &phrase[..phrase.len() - 1]))
    });
    stem.map(Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::words;

    fn concepts(key: &str) -> Vec<&'static str> {
        find(&words(key)).iter().flat_map(|hit| hit.concepts).map(|concept| name(*concept)).collect()
    }

    #[test]
    fn sets_name_their_members_in_order() {
        let mut set = Set::default();
        for concept in [575, 0, 63, 64, 130] {
            set.insert(concept);
        }
        assert_eq!(set.iter().collect::<Vec<_>>(), [0, 63, 64, 130, 575]);
        assert_eq!(Set::default().iter().next(), None);
    }

    #[test]
    fn phrases_are_found_longest_first() {
        assert_eq!(concepts("Fecha de nacimiento"), ["BIRTH"]);
        assert_eq!(concepts("tel_emergencia"), ["PHONE", "R_EMERG"]);
        assert_eq!(concepts("apellidoMaterno"), ["LAST2"]);
        assert_eq!(concepts("vacunada"), ["VACCINE"]);
        assert!(LEXICON.names.len() < 640, "{}", LEXICON.names.len());
    }

    #[test]
    fn some_words_mean_it_only_alone() {
        assert!(concepts("sale").contains(&"DEPARTURE"));
        assert!(!concepts("sale date").contains(&"DEPARTURE"));
        assert!(concepts("rep").contains(&"R_AGENT"));
        assert!(!concepts("rep_celular").contains(&"R_AGENT"));
    }
}
