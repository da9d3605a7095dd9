//! The phrase lexicon: what the words of keys are about.

use std::collections::HashMap;
use std::sync::LazyLock;

static LEXICON: LazyLock<Lexicon> = LazyLock::new(Lexicon::load);

/// A set of concepts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Set([u64; 5]);

impl Set {
    pub fn insert(&mut self, concept: u16) {
        if let Some(block) = self.0.get_mut(usize::from(concept / 64)) {
            *block |= 1 << (concept % 64);
        }
    }

    pub fn has(&self, concept: u16) -> bool {
        self.0.get(usize::from(concept / 64)).is_some_and(|block| block & (1 << (concept % 64)) != 0)
    }

    pub fn and(&self, other: &Set) -> Set {
        Set(std::array::from_fn(|at| self.0[at] & other.0[at]))
    }

    pub fn or(&self, other: &Set) -> Set {
        Set(std::array::from_fn(|at| self.0[at] | other.0[at]))
    }

    pub fn without(&self, other: &Set) -> Set {
        Set(std::array::from_fn(|at| self.0[at] & !other.0[at]))
    }

    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|block| *block == 0)
    }

    pub fn meets(&self, other: &Set) -> bool {
        !self.and(other).is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = u16> + '_ {
        (0..320).filter(|concept| self.has(*concept))
    }
}

/// Words that join others and say nothing.
const STOP: &[&str] = &[
    "de", "del", "la", "el", "los", "las", "do", "da", "dos", "das", "of", "the", "your", "su", "tu", "seu", "sua",
    "mi", "my", "meu", "minha", "para", "p", "for", "al", "y", "e", "and", "o", "a", "os", "as", "en", "em", "na",
    "in", "un", "una", "um", "uma", "an", "que", "qual", "cual", "es", "is", "at", "on", "lo", "le", "te", "se", "sus",
    "sr", "sra",
];

pub(crate) fn is_stop(word: &str) -> bool {
    STOP.contains(&word)
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
    "favorito",
    "favoritos",
    "favorite",
];

pub(crate) fn is_noise(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit()) || is_stop(word) || NOISE.contains(&word)
}

pub(crate) struct Lexicon {
    names: Vec<String>,
    weights: Vec<f32>,
    phrases: HashMap<String, Vec<u16>>,
    longest: usize,
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
        let mut lexicon = Lexicon { names: Vec::new(), weights: Vec::new(), phrases: HashMap::new(), longest: 1 };
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
                match phrase.strip_prefix('-') {
                    Some(gone) => lexicon.take(concept, gone),
                    None => lexicon.add(concept, phrase),
                }
            }
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
        self.longest = self.longest.max(bare.len());
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

/// Concepts that are not the same but near: how much one stands for the other.
static RELATED: LazyLock<HashMap<(u16, u16), f32>> = LazyLock::new(|| {
    let mut related = HashMap::new();
    for (a, b, near) in [
        ("PHONE", "MOBILE", 0.9),
        ("PHONE", "WHATSAPP", 0.85),
        ("PHONE", "LANDLINE", 0.7),
        ("MOBILE", "WHATSAPP", 0.85),
        ("PEOPLE", "PAX", 0.85),
        ("PEOPLE", "ADULTS", 0.5),
        ("PEOPLE", "EMPLOYEES", 0.5),
        ("CITY", "DISTRICT", 0.6),
        ("NEIGH", "DISTRICT", 0.85),
        ("PRODUCT", "TREAT", 0.7),
        ("PRODUCT", "PLAN", 0.5),
        ("PROGRAM", "LANGUAGE", 0.5),
        ("PROGRAM", "PRODUCT", 0.5),
        ("START", "ARRIVAL", 0.75),
        ("START", "HANDIN", 0.8),
        ("ARRIVAL", "HANDIN", 0.7),
        ("START", "PICKUPDATE", 0.75),
        ("END", "RETURN", 0.75),
        ("START", "DEPARTURE", 0.6),
        ("REASON", "TREAT", 0.6),
        ("REASON", "CASETYPE", 0.5),
        ("REASON", "CASEDESC", 0.7),
        ("NOTES", "CASEDESC", 0.75),
        ("HEALTHINS", "INSTYPE", 0.6),
        ("ORDERTOTAL", "TOTAL", 0.85),
        ("ORDERTOTAL", "AMOUNT", 0.6),
        ("LOANAMT", "AMOUNT", 0.6),
        ("DONATION", "AMOUNT", 0.6),
        ("FEE", "AMOUNT", 0.6),
        ("FEE", "PREMIUM", 0.5),
        ("VENUE", "ADDRESS", 0.5),
        ("LEVEL", "LANGLEVEL", 0.85),
        ("EXPERIENCE", "YEARSEXP", 0.9),
        ("CHILDREN", "DEPEND", 0.6),
        ("R_OWNER", "HOMEOWNER", 0.8),
        ("APPOINT", "FIRSTAPPT", 0.85),
        ("PRODUCT", "INTEREST", 0.5),
        ("VEHICLE", "BRAND", 0.6),
        ("VEHICLE", "CARLINE", 0.7),
        ("VEHICLE", "CARCLASS", 0.6),
        ("SPENT", "ORDERTOTAL", 0.4),
        ("ORDERDATE", "PURCHASE", 0.6),
        ("HOUR", "AVAIL", 0.6),
        ("WEEKDAYS", "AVAIL", 0.7),
        ("INCOME", "SALARYEXP", 0.5),
        ("FINANCING", "LOANAMT", 0.4),
        ("PAYMENT", "FINANCE", 0.7),
        ("FINANCING", "FINANCE", 0.7),
        ("FINANCING", "PAYMENT", 0.5),
        ("JOB", "INDUSTRY", 0.3),
        ("ORIGIN", "ADDRESS", 0.4),
        ("SHIPPING", "ADDRESS", 0.3),
        ("BUDGET", "AMOUNT", 0.6),
        ("CONSENT", "MARKETING", 0.8),
        ("CERT", "MEDCERT", 0.6),
        ("VEHICLE", "PLATE", 0.1),
        ("AMOUNT", "DAYRATE", 0.6),
        ("AMOUNT", "SESSIONFEE", 0.6),
        ("AMOUNT", "PREMIUM", 0.5),
        ("COMPANY", "OPERATOR", 0.3),
        ("CITY", "NEIGH", 0.2),
        ("PROPERTY", "ROOMTYPE", 0.4),
        ("BIRTH", "AGE", 0.1),
        ("ELECTRICBILL", "KWH", 0.2),
        ("INSTYPE", "POLICY", 0.2),
        ("GOAL", "REASON", 0.6),
        ("MONTHLY", "FEE", 0.4),
        ("TOTAL", "AMOUNT", 0.7),
        ("COUNTRY", "NATIONALITY", 0.6),
        ("CREATED", "ORDERDATE", 0.3),
        ("EVENTDATE", "APPOINT", 0.5),
        ("HOMEOWNER", "PROPERTY", 0.2),
        ("SIZE", "AREASIZE", 0.3),
        ("DEPARTURE", "RETURN", 0.2),
        ("INJURY", "ALLERGY", 0.3),
        ("MEDICATION", "TREAT", 0.4),
        ("MOVEDATE", "START", 0.5),
        ("INSTALLDATE", "APPOINT", 0.4),
        ("DELIVERDATE", "SHIPPING", 0.5),
    ] {
        let (a, b) = (concept(a), concept(b));
        related.insert((a, b), near);
        related.insert((b, a), near);
    }
    related
});

/// 1 for the same concept, less for near ones, 0 for strangers.
pub(crate) fn related(a: u16, b: u16) -> f32 {
    if a == b { 1.0 } else { RELATED.get(&(a, b)).copied().unwrap_or(0.0) }
}

/// Finds phrases in words (folded), longest first, left to right. Joining words are skipped over.
pub(crate) fn find(words: &[String]) -> Vec<Hit> {
    let kept: Vec<usize> = (0..words.len()).filter(|at| !is_stop(&words[*at])).collect();
    let kept = if kept.is_empty() { (0..words.len()).collect() } else { kept };
    let mut hits = Vec::new();
    let mut at = 0;
    let mut phrase = String::new();
    while at < kept.len() {
        let mut found = None;
        for length in (1..=LEXICON.longest.min(kept.len() - at)).rev() {
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

fn lookup(phrase: &str, words: usize) -> Option<&'static [u16]> {
    if let Some(concepts) = LEXICON.phrases.get(phrase) {
        return Some(concepts);
    }
    if words > 1 || phrase.len() < 5 {
        return None;
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
    fn phrases_are_found_longest_first() {
        assert_eq!(concepts("Fecha de nacimiento"), ["BIRTH"]);
        assert_eq!(concepts("tel_emergencia"), ["PHONE", "R_EMERG"]);
        assert_eq!(concepts("apellidoMaterno"), ["LAST2"]);
        assert_eq!(concepts("vacunada"), ["VACCINE"]);
        assert!(LEXICON.names.len() < 320, "{}", LEXICON.names.len());
    }
}
