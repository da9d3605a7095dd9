//! What a key says: the words along its path, their concepts, whose it is.

use crate::keys::words;
use crate::lexicon::{self, Set, find, is_noise, is_stop, set};
use crate::options::stem;
use crate::vectors::{self, Vector, embed};
use std::sync::LazyLock;

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
}

/// The weighted units of a text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Units {
    list: Vec<Weighted>,
    total: f32,
    pub concepts: Set,
    pub plural: bool,
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
    fn add(&mut self, unit: Unit, weight: f32, vector: Option<Vector>) {
        if let Some(known) = self.list.iter_mut().find(|other| other.unit == unit) {
            known.weight = known.weight.max(weight);
        } else {
            self.list.push(Weighted { unit, weight, vector });
        }
        self.total = self.list.iter().map(|unit| unit.weight).sum();
    }

    pub fn of_words(words: &[String]) -> Units {
        let mut units = Units::default();
        units.extend(words);
        units.plural = words.iter().any(|word| word.len() > 3 && word.ends_with('s') && !is_noise(word));
        units
    }

    /// Whether every word belongs to a phrase of the lexicon.
    pub fn unknown_free(&self) -> bool {
        self.unknown() == 0
    }

    /// Words no phrase covers.
    pub fn unknown(&self) -> usize {
        self.list.iter().filter(|unit| matches!(unit.unit, Unit::Word(_))).count()
    }

    fn extend(&mut self, words: &[String]) {
        let hits = find(words);
        for hit in &hits {
            let vector = embed(words[hit.from..hit.to].iter().map(String::as_str).filter(|word| !is_stop(word)));
            for concept in hit.concepts {
                // A word of several meanings counts for each, but not more than once in all.
                #[expect(clippy::cast_precision_loss, reason = "a handful of concepts")]
                let share = lexicon::weight(*concept) / (hit.concepts.len() as f32).sqrt();
                self.concepts.insert(*concept);
                self.add(Unit::Concept(*concept), share, vector.clone());
            }
        }
        for (at, word) in words.iter().enumerate() {
            if hits.iter().any(|hit| hit.from <= at && at < hit.to) {
                continue;
            }
            if at == 0 && word == "no" && words.len() > 1
                || matches!(word.as_str(), "not" | "nao" | "sin" | "sem" | "without" | "non")
            {
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
        _ => 0.0,
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
    let grams = |text: &[u8]| -> Vec<[u8; 3]> {
        let mut padded = Vec::with_capacity(text.len() + 2);
        padded.push(b' ');
        padded.extend_from_slice(text);
        padded.push(b' ');
        padded.windows(3).filter_map(|w| w.try_into().ok()).collect()
    };
    if a.len() > 40 || b.len() > 40 {
        return 0.0;
    }
    let (a, mut b) = (grams(a), grams(b));
    let total = a.len() + b.len();
    if total == 0 {
        return 0.0;
    }
    let mut shared = 0_u16;
    for gram in &a {
        if let Some(at) = b.iter().position(|other| other == gram) {
            b.swap_remove(at);
            shared += 1;
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "short words")]
    let total = total as f32;
    2.0 * f32::from(shared) / total
}

/// Sets the engine asks about.
pub(crate) struct Known {
    pub others: Set,
    pub subject: Set,
    pub name: Set,
    pub first: Set,
    pub last: Set,
    pub last2: Set,
    pub middle: Set,
    pub phone: Set,
    pub mobile: Set,
    pub whatsapp: Set,
    pub landline: Set,
    pub fax: Set,
    pub area: Set,
    pub country_code: Set,
    pub email: Set,
    pub contact: Set,
    pub number: Set,
    pub notes: Set,
    pub company: Set,
    pub owner: Set,
    pub parent: Set,
    pub fiance: Set,
    pub pet: Set,
    pub pet_traits: Set,
    pub manager: Set,
    pub work: Set,
    pub alt: Set,
    pub billing: Set,
    pub brand: Set,
    pub carline: Set,
    pub vehicle: Set,
    /// Concepts that qualify others and never stand for a field alone.
    pub qualifiers: Set,
    pub city: Set,
    pub ids: Set,
    pub source: Set,
    pub person_docs: Set,
    /// Says that something is wanted or of a kind, not what.
    pub vague: Set,
    pub order_traits: Set,
    pub order_aspects: Set,
}

pub(crate) static KNOWN: LazyLock<Known> = LazyLock::new(|| Known {
    others: set(&[
        "R_AGENT",
        "R_DOCTOR",
        "R_EMERG",
        "R_SPOUSE",
        "R_PARENT",
        "R_REF",
        "R_SITE",
        "R_SUPPORT",
        "R_BENEF",
        "R_COMPANION",
        "R_PLANNER",
        "R_PET",
        "R_OWNER",
        "R_FIANCE",
        "COMPANY",
        "BILLING",
        "FAX",
        "OPPOSING",
        "SHIPPING",
    ]),
    subject: set(&["R_SUBJECT"]),
    name: set(&["NAME"]),
    first: set(&["FIRST"]),
    last: set(&["LAST"]),
    last2: set(&["LAST2"]),
    middle: set(&["MIDDLE"]),
    phone: set(&["PHONE", "MOBILE", "WHATSAPP", "LANDLINE"]),
    mobile: set(&["MOBILE"]),
    whatsapp: set(&["WHATSAPP"]),
    landline: set(&["LANDLINE"]),
    fax: set(&["FAX"]),
    area: set(&["AREACODE"]),
    country_code: set(&["COUNTRYCODE"]),
    email: set(&["EMAIL"]),
    contact: set(&["CONTACT"]),
    number: set(&["NUMBER"]),
    notes: set(&["NOTES", "CASEDESC", "REASON"]),
    company: set(&["COMPANY"]),
    owner: set(&["R_OWNER"]),
    parent: set(&["R_PARENT"]),
    fiance: set(&["R_FIANCE"]),
    pet: set(&["R_PET"]),
    pet_traits: set(&["R_PET", "SPECIES", "BREED", "VACCINE", "NEUTERED"]),
    manager: set(&["R_MANAGER"]),
    work: set(&["WORK"]),
    alt: set(&["ALT"]),
    billing: set(&["BILLING"]),
    brand: set(&["BRAND"]),
    carline: set(&["CARLINE"]),
    vehicle: set(&["VEHICLE"]),
    qualifiers: set(&[
        "NAME",
        "NUMBER",
        "TYPE",
        "DATE",
        "TOTAL",
        "AMOUNT",
        "CODE",
        "R_SUBJECT",
        "CONTACT",
        "MAXQ",
        "MINQ",
        "CURRENTQ",
        "PREVQ",
        "LASTQ",
        "FIRSTQ",
        "MONTHLY",
        "ANNUAL",
        "DAILY",
        "INTEREST",
        "PERSONAL",
        "WORK",
        "ALT",
        "MARKETING",
        "R_MANAGER",
        "TRIP",
        "CATEGORY",
        "LEVEL",
        "HOUR",
        "AVAIL",
        "PEOPLE",
        "PRODUCT",
    ]),
    city: set(&["CITY", "STATE"]),
    ids: set(&[
        "ID", "CODE", "IDDOC", "RUT", "CPF", "CNPJ", "CURP", "RFC", "RUC", "NIT", "CUIT", "CIF", "RG", "PASSPORT",
        "ZIP", "PLATE", "VIN", "POLICY", "METER", "LICENSE", "PURCHASE",
    ]),
    source: set(&["SOURCE"]),
    vague: set(&["INTEREST", "TYPE", "PRODUCT", "CATEGORY", "NUMBER", "PLAN", "EXTRAS"]),
    order_traits: set(&[
        "BILLING",
        "SHIPPING",
        "PAYMENT",
        "TOTAL",
        "ORDERTOTAL",
        "COUPON",
        "CURRENCY",
        "STATUS",
        "PURCHASE",
    ]),
    order_aspects: set(&["NUMBER", "CREATED", "DATE", "TOTAL", "ID"]),
    person_docs: set(&["IDDOC", "RUT", "CPF", "CURP", "RG", "PASSPORT", "BIRTH", "AGE", "GENDER", "MARITAL"]),
});

/// Path segments that only hold things together.
const WRAPPERS: &[&str] = &[
    "data",
    "attributes",
    "properties",
    "payload",
    "body",
    "lead",
    "leads",
    "form",
    "answers",
    "answer",
    "field_data",
    "user_column_data",
    "custom_fields",
    "custom_fields_values",
    "value",
    "values",
    "fields",
    "field",
    "info",
    "information",
    "details",
    "detail",
    "datos",
    "dados",
    "record",
    "object",
    "result",
    "results",
    "entry",
    "entries",
    "response",
    "responses",
    "respuestas",
    "respostas",
    "extra",
    "extras",
    "general",
    "form_response",
    "formresponse",
    "form_data",
    "hidden",
    "event",
    "lead_details",
    "custom_questions",
    "questions",
    "preguntas",
    "perguntas",
    "metadata",
    "meta_data",
    "custom",
    "content",
    "input",
    "params",
    "parameters",
    "request",
    "submission",
    "submitted",
    "variables",
    "vars",
    "bot",
    "webhook",
    "json",
    "raw",
    "items",
    "item",
    "node",
    "root",
    "main",
    "ficha",
    "form_values",
    "user_data",
    "userdata",
    "profile",
    "perfil",
    "perfil_cliente",
    "basic",
    "basico",
    "basicos",
    "contact_info",
    "contactinfo",
    "informacion",
    "informacion_adicional",
    "additional_info",
    "formulario",
    "cadastro",
    "registro",
    "inscripcion",
    "solicitud",
    "solicitacao",
    "intake",
    "lead_data",
    "contact_data",
    "note_attributes",
    "campos",
    "campos_adicionales",
    "otros_datos",
    "datos_personales",
    "dados_pessoais",
    "personal_info",
    "personal",
    "personales",
];

static ORDERS: LazyLock<Set> = LazyLock::new(|| set(&["PURCHASE"]));
static MADE: LazyLock<Set> = LazyLock::new(|| set(&["CREATED", "DATE"]));
static ORDER_DATE: LazyLock<u16> = LazyLock::new(|| lexicon::concept("ORDERDATE"));

/// A key, analysed. Depends on the path alone, so it is kept between records.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    /// The last telling segment, snake_case.
    pub snake: String,
    pub tail: Units,
    /// All telling segments.
    pub full: Units,
    /// Concepts of the segments before the last.
    pub context: Set,
    pub tail_vector: Option<Vector>,
    pub full_vector: Option<Vector>,
    /// Content words of the last segment no phrase covers.
    pub unknown: usize,
    /// The key is no word at all: `q3`, `n`, `field_12`.
    pub opaque: bool,
    pub negated: bool,
    pub ordinal: u32,
}

impl Key {
    pub fn of_path(path: &[&str]) -> Key {
        let last = path.last().copied().unwrap_or("");
        let mut tail_words = words(last);
        let mut ancestors: Vec<&str> = path[..path.len().saturating_sub(1)].to_vec();
        // "value", "text", a number: the segment before it says what it is.
        // A lone noise word that is a concept of its own ("data" is a date in Portuguese) says something all the same.
        let generic = |words: &[String]| {
            words.iter().all(|word| is_noise(word))
                && (words.iter().any(|word| matches!(word.as_str(), "value" | "values")) || find(words).is_empty())
        };
        while generic(&tail_words)
            && let Some(above) = ancestors.pop()
        {
            let more = words(above);
            if !generic(&more) || ancestors.is_empty() {
                tail_words = more;
                break;
            }
        }
        let context_words: Vec<Vec<String>> = ancestors
            .iter()
            .map(|segment| (crate::keys::snake_key(segment), words(segment)))
            .filter(|(snake, _)| !WRAPPERS.contains(&snake.as_str()))
            .map(|(_, words)| words)
            .collect();
        let tail = Units::of_words(&tail_words);
        let mut context = Set::default();
        let mut full = tail.clone();
        for words in &context_words {
            for hit in find(words) {
                hit.concepts.iter().for_each(|concept| context.insert(*concept));
            }
            full.extend(words);
        }
        // A phrase may run over segments: membership/type, fecha/nacimiento.
        if let Some(above) = context_words.last() {
            let joined: Vec<String> = above.iter().chain(&tail_words).cloned().collect();
            let hits = find(&joined);
            for hit in hits.iter().filter(|hit| hit.from < above.len() && hit.to > above.len()) {
                for concept in hit.concepts {
                    full.concepts.insert(*concept);
                    full.add(Unit::Concept(*concept), lexicon::weight(*concept), None);
                }
            }
        }
        // The date of an order that was made is the order's date.
        if full.concepts.meets(&ORDERS) && tail.concepts.meets(&MADE) {
            full.concepts.insert(*ORDER_DATE);
            full.add(Unit::Concept(*ORDER_DATE), lexicon::weight(*ORDER_DATE), None);
        }
        let meaning = |words: &[String]| {
            let kept: Vec<&str> = words.iter().map(String::as_str).filter(|word| !is_noise(word)).collect();
            if kept.is_empty() {
                embed(words.iter().map(String::as_str).filter(|word| !is_stop(word) && word.len() > 2))
            } else {
                embed(kept)
            }
        };
        let all: Vec<String> = context_words.iter().flatten().chain(&tail_words).cloned().collect();
        let unknown = tail.unknown();
        let letters: usize =
            tail_words.iter().filter(|word| !word.bytes().all(|b| b.is_ascii_digit())).map(String::len).sum();
        let opaque = tail.concepts.is_empty() && (letters <= 1 || tail_words.iter().all(|word| is_noise(word)));
        let ordinal = tail_words.iter().find_map(|word| word.parse().ok()).unwrap_or(0);
        let negated =
            matches!(tail_words.first().map(String::as_str), Some("no" | "nao" | "not" | "sin" | "sem" | "non"))
                && tail_words.len() > 1;
        Key {
            snake: crate::keys::snake_key(last),
            tail_vector: meaning(&tail_words),
            full_vector: if context_words.is_empty() { None } else { meaning(&all) },
            tail,
            full,
            context,
            unknown,
            opaque,
            negated,
            ordinal,
        }
    }

    /// Concepts of the last segment and of those before it.
    pub fn concepts(&self) -> Set {
        self.full.concepts.or(&self.context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexicon;

    #[test]
    fn every_concept_named_in_the_code_exists() {
        for name in ["NAME", "R_PET", "COUNTRYCODE", "OPTOUT", "CARLINE", "HANDIN", "R_MANAGER", "SUMINS"] {
            assert_ne!(lexicon::concept(name), u16::MAX, "{name}");
        }
    }

    #[test]
    fn paths_are_read_from_the_last_telling_segment() {
        let key = Key::of_path(&["properties", "jobtitle", "value"]);
        assert!(key.tail.concepts.has(lexicon::concept("JOB")));
        let key = Key::of_path(&["concesionario", "telefono"]);
        assert!(key.context.has(lexicon::concept("R_SITE")));
        assert!(Key::of_path(&["q3"]).opaque && Key::of_path(&["t"]).opaque && !Key::of_path(&["tel"]).opaque);
    }
}
