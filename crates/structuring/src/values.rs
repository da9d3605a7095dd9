//! A leaf's value as a field's type, and how far it speaks for the field by itself.

use crate::compiled::Field;
use crate::json::Number;
use crate::known::KNOWN;
use crate::learnt::{Learnt, Standing};
use crate::lexicon::{self, Set, set};
use crate::options::{self, Said};
use crate::reading::Reading;
use crate::readings::{date, money};
use crate::steps::Steps;
use crate::{FieldType, Json, phone};
use std::sync::LazyLock;

static HOMEOWNER: LazyLock<Set> = LazyLock::new(|| set(&["HOMEOWNER"]));
static AGE: LazyLock<Set> = LazyLock::new(|| set(&["AGE"]));
static MONTHS: LazyLock<Set> = LazyLock::new(|| set(&["TERM"]));

/// The value read as the field's type, and how far it speaks for the field by itself (0–1).
const IMPERIAL: &[&str] = &[
    "ft", "feet", "foot", "pies", "inch", "inches", "lb", "lbs", "libras", "pounds", "miles", "sqft", "gallons",
    "galones",
];
const METRIC: &[&str] =
    &["m", "metros", "meters", "metres", "m2", "cm", "km", "kg", "kilos", "kilogramos", "litros", "liters", "litres"];

pub(crate) fn typed(
    field: &Field,
    reading: &Reading<'_>,
    learnt: &Learnt,
    country: Option<&str>,
) -> Option<(Json, f32)> {
    let definition = &field.definition;
    match definition.field_type {
        FieldType::Text => {
            let text = reading.text()?;
            (!text.is_empty()).then(|| (Json::from(text), 0.0))
        }
        FieldType::Number => {
            let amount = reading.amount()?;
            let named = reading.named()?;
            if amount.leading_zero && reading.is_string() || !matches!(named, money::Named::None) {
                return None;
            }
            // "38 ft" of a length in metres, "three quarter" of a horse.
            let unit = amount.after.split(' ').next().unwrap_or("");
            let (imperial, metric) = (IMPERIAL.contains(&unit), METRIC.contains(&unit));
            if imperial && field.says(METRIC) && !field.says(IMPERIAL)
                || metric && field.says(IMPERIAL) && !field.says(METRIC)
                || matches!(unit, "quarter" | "quarters" | "thirds")
            {
                return None;
            }
            let mut value = amount.value.to_number()?;
            // Ten digits and more number a thing, they do not count it.
            if value.is_integer() && value.as_str().len() >= 10 {
                return None;
            }
            // Nobody is 2019 years old.
            if field.concepts.meets(&AGE) && amount.value.to_f64() > 150.0 {
                return None;
            }
            // A term in months said in years.
            if field.concepts.meets(&MONTHS)
                && !field.says(&["anos", "anios", "years", "year", "ano"])
                && amount.after.split(' ').any(|word| matches!(word, "anos" | "ano" | "years" | "year" | "anios"))
            {
                value = Number::from(value.as_i64()?.checked_mul(12)?);
            }
            // A height in centimetres said in metres.
            if field.says(&["cm", "centimetros", "centimeters"]) && amount.value.to_f64() < 3.0 && amount.formatted {
                value = amount.value.times_ten_to(2)?.to_number()?;
            }
            Some((Json::Number(value), 0.2))
        }
        FieldType::Currency => {
            let amount = reading.amount()?;
            if !money::fits(reading.named()?, definition.currency.as_deref(), country) || amount.leading_zero {
                return None;
            }
            let whole = reading.text().and_then(|text| thousands(text.get(amount.span.0..amount.span.1)?));
            let value = whole.or_else(|| amount.value.to_number())?;
            Some((Json::Number(value), if amount.formatted { 0.4 } else { 0.2 }))
        }
        FieldType::Date => {
            if let Some(found) = reading.date() {
                return Some((Json::from(found.day.written()), 0.6));
            }
            // Unix time in milliseconds or seconds, as CRM exports have it.
            let digits = reading.text().filter(|text| text.bytes().all(|b| b.is_ascii_digit()))?;
            let seconds = match digits.len() {
                13 => digits.parse::<i64>().ok()? / 1000,
                10 if !reading.is_string() => digits.parse().ok()?,
                _ => return None,
            };
            Some((Json::from(date::Day::of_unix(seconds)?.to_string()), 0.1))
        }
        FieldType::Boolean => {
            if let Some(flag) = reading.boolean() {
                let plain = reading.is_string() || matches!(reading.leaf().value.as_ref(), Json::Bool(_));
                return Some((Json::Bool(flag), if plain { 0.5 } else { 0.2 }));
            }
            asserted(field, reading.claim()?).map(|flag| (Json::Bool(flag), 0.3))
        }
        FieldType::Select => reading.picked(field, || {
            if let Some(option) = region(field, reading.said()?, country) {
                return Some((Json::from(field.choices[option].text.as_str()), 0.93));
            }
            let chosen = choose(field, reading.said()?, learnt, reading.steps())?;
            Some((Json::from(field.choices[chosen.option].text.as_str()), specific(field, &chosen)))
        }),
        FieldType::MultiSelect => reading.picked(field, || multi(field, reading, learnt)),
        FieldType::Phone => {
            let text = reading.text()?;
            // "+54 11 4555 0133" is written out, without a mobile's 9: a number that is only kept stays what it is.
            let written = text.trim_start().starts_with('+');
            let landline = written || field.concepts.meets(&KNOWN.landline);
            let phone = if landline { phone::read_valid_landline(text, country) } else { None };
            let phone = phone.or_else(|| reading.phone().map(|(phone, _, _)| phone.clone()))?;
            Some((Json::from(phone.as_str()), 0.6))
        }
        FieldType::Email => reading.email().map(|address| (Json::from(address), 0.6)),
        // "metalsul.example" under "from_domain" is no page but the company's.
        FieldType::Url if is_domain(reading.text()?) && !field.concepts.meets(&SITES) => None,
        FieldType::Url => reading.url().map(|address| (Json::from(address), 0.6)),
    }
}

/// `18,000` of money is eighteen thousand wherever it is written: money has no three decimals.
pub(crate) fn thousands(text: &str) -> Option<Number> {
    let (whole, group) = text.trim().split_once(['.', ','])?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    (digits(whole) && whole.len() <= 3 && !whole.starts_with('0') && digits(group) && group.len() == 3)
        .then(|| Number::parse(&format!("{whole}{group}")))
        .flatten()
}

/// A value of a few words that may say a field's own word, or deny it: read once for all fields.
pub(crate) struct Claim {
    denied: bool,
    /// Without the word that denies.
    body: Vec<String>,
    /// What it is about, words of little weight left out.
    concepts: Vec<u16>,
    /// The same of what "un" stands before.
    opposite: Vec<u16>,
}

impl Claim {
    pub fn new(text: &str, folded: &str) -> Option<Claim> {
        if text.len() > 40 || text.contains('?') {
            return None;
        }
        let mut words = folded.split(' ').peekable();
        let denied = matches!(words.peek(), Some(&("no" | "sin" | "nao" | "sem" | "not" | "without" | "ni" | "non")));
        if denied {
            words.next();
        }
        let count = words.clone().take(4).count();
        if !(1..=3).contains(&count) || words.clone().any(|word| word.bytes().all(|b| b.is_ascii_digit())) {
            return None;
        }
        let body: Vec<String> = words.map(str::to_owned).collect();
        let about = |words: &[String]| -> Vec<u16> {
            let hits = lexicon::find(words);
            let concepts = hits.iter().flat_map(|hit| hit.concepts).copied();
            concepts.filter(|concept| lexicon::weight(*concept) >= 0.9).collect()
        };
        // "unfurnished" is in the lexicon for its key; as a value it denies.
        let rest = body.first().and_then(|word| word.strip_prefix("un").or_else(|| word.strip_prefix("non")));
        let opposite = rest.filter(|rest| rest.len() > 4).map(|rest| about(&[rest.to_owned()])).unwrap_or_default();
        Some(Claim { denied, concepts: about(&body), opposite, body })
    }
}

/// `con mascotas`, `unfurnished`, `sin piscina`: a value that says the field's own word, or denies it.
fn asserted(field: &Field, claim: &Claim) -> Option<bool> {
    let Claim { denied, body, concepts, opposite } = claim;
    let denied = *denied;
    if field.concepts.meets(&HOMEOWNER) {
        match body[0].as_str() {
            "own" | "owner" | "owned" | "propia" | "propio" | "propietario" | "propietaria" | "dueno" | "duena"
            | "proprio" | "proprietario" | "homeowner" => return Some(!denied),
            "rent" | "rented" | "renter" | "renting" | "renta" | "rento" | "alquilo" | "alquilada" | "arriendo"
            | "arrendada" | "alugo" | "alugada" | "aluguel" | "tenant" | "inquilino" | "inquilina" => {
                return Some(denied);
            }
            _ => {}
        }
    }
    // "Es inquilino": inquilina; "NHS patient": NHS.
    if let [word] = body.as_slice()
        && word.len() > 2
        && word.is_ascii()
        && !lexicon::is_noise(word)
        && (field.by_name.says(&[word.as_str()]) || {
            let other = if word.ends_with('a') { "o" } else { "a" };
            field.by_name.says(&[format!("{}{other}", &word[..word.len() - 1]).as_str()])
        })
    {
        return Some(!denied);
    }
    if concepts.is_empty() && opposite.is_empty() {
        return None;
    }
    let own = field.concepts.without(&KNOWN.qualifiers);
    let says = |concepts: &[u16]| concepts.iter().any(|concept| own.has(*concept));
    if says(opposite) {
        return Some(false);
    }
    says(concepts).then_some(!denied)
}

static SITES: LazyLock<Set> = LazyLock::new(|| set(&["WEBSITE", "COMPANY", "PORTFOLIO"]));

/// A host alone: no scheme, no `www`, no path.
fn is_domain(text: &str) -> bool {
    !text.contains('/') && !text.starts_with("www.")
}

/// "KZN" of provinces in South Africa.
fn region(field: &Field, said: &Said, country: Option<&str>) -> Option<usize> {
    static STATES: LazyLock<Set> = LazyLock::new(|| set(&["STATE"]));
    let coded = (2..=6).contains(&said.folded.len()) && field.concepts.meets(&STATES);
    let name = coded.then(|| crate::regions::named(&said.folded, country))??;
    field.choices.iter().position(|choice| choice.folded == name)
}

/// Whether a value may be one of the field's options as it is written: where nothing less counts.
pub(crate) fn may_be_written(field: &Field, reading: &Reading<'_>, learnt: &Learnt) -> bool {
    field.definition.field_type != FieldType::Select
        || !learnt.is_empty()
        || reading.said().is_some_and(|said| options::may_be_written(&field.choices, said))
}

/// Learnt words first, then the option's own.
fn choose(field: &Field, said: &Said, learnt: &Learnt, steps: &Steps) -> Option<options::Chosen> {
    let mut denied: Option<usize> = None;
    if !learnt.is_empty() {
        for word in learnt.of_word(&field.definition.key, &said.folded) {
            let Some(option) = field.choices.iter().position(|choice| choice.text == word.option) else { continue };
            match word.standing {
                Standing::Denied => denied = Some(option),
                _ => return Some(options::Chosen { option, quality: 1.0 }),
            }
        }
    }
    options::choose(&field.choices, said, steps).filter(|chosen| denied != Some(chosen.option))
}

/// How telling it is that a value is one of the options: "M" and "Sí" are many things.
fn specific(field: &Field, chosen: &options::Chosen) -> f32 {
    let option = &field.choices[chosen.option].folded;
    let common =
        option.len() <= 2 || matches!(option.as_str(), "si" | "no" | "otro" | "other" | "outro" | "nao" | "yes");
    chosen.quality * if common { 0.7 } else { 1.0 }
}

/// A text in pieces, and each in runs of words between "and"s: read once for all fields, what is the same but once.
#[derive(Default)]
pub(crate) struct Pieces {
    /// All that differ from each other and from the whole.
    said: Vec<Said>,
    /// Places: 0 the whole, above it those of `said`; none for what is no choice.
    list: Vec<(Option<usize>, Vec<Option<usize>>)>,
}

impl Pieces {
    pub fn new(text: &str, whole: Option<&Said>) -> Pieces {
        let mut pieces = Pieces::default();
        for piece in text.split([',', ';', '|', '\n', '/', '+']) {
            // The whole was trimmed.
            let same = piece.len() == text.len() && piece.trim().len() == piece.len();
            let at = if same && whole.is_some() { Some(0) } else { pieces.place(piece, whole) };
            let words: Vec<&str> = piece.split_whitespace().collect();
            let runs = words
                .split(|word| matches!(*word, "y" | "e" | "and" | "&" | "Y" | "E" | "o" | "u" | "ou" | "or"))
                .filter(|run| !run.is_empty())
                .map(|run| {
                    let run = run.join(" ");
                    if run == piece { at } else { pieces.place(&run, whole) }
                })
                .collect();
            pieces.list.push((at, runs));
        }
        pieces
    }

    fn place(&mut self, text: &str, whole: Option<&Said>) -> Option<usize> {
        let said = Said::new(text)?;
        if whole.is_some_and(|whole| whole.folded == said.folded) {
            return Some(0);
        }
        let known = self.said.iter().position(|other| other.folded == said.folded);
        Some(
            1 + known.unwrap_or_else(|| {
                self.said.push(said);
                self.said.len() - 1
            }),
        )
    }
}

fn multi(field: &Field, reading: &Reading<'_>, learnt: &Learnt) -> Option<(Json, f32)> {
    let mut chosen: Vec<options::Chosen> = Vec::new();
    let mut missed = 0;
    let mut add = |choice: Option<options::Chosen>| match choice {
        Some(option) if chosen.iter().any(|other| other.option == option.option) => {}
        Some(option) => chosen.push(option),
        None => missed += 1,
    };
    let mut take = |text: &str| add(Said::new(text).and_then(|said| choose(field, &said, learnt, reading.steps())));
    match reading.leaf().value.as_ref() {
        Json::Array(items) => items.iter().take(60).for_each(|item| match item {
            Json::String(text) => take(text),
            Json::Object(object) => {
                let text = ["name", "value", "label", "title", "nombre", "nome"]
                    .iter()
                    .find_map(|key| object.get(key)?.as_str());
                take(text.unwrap_or(""));
            }
            _ => take(""),
        }),
        Json::String(text) if text.len() <= 400 => {
            let pick = |said: &Said| choose(field, said, learnt, reading.steps());
            let whole = reading.said().and_then(pick);
            if let Some(whole) =
                whole.filter(|whole| whole.quality >= 0.9 || !text.contains([',', ';', '/', '|', '\n']))
            {
                let several = text
                    .split_whitespace()
                    .any(|word| matches!(word, "y" | "e" | "and" | "&" | "+" | "o" | "u" | "ou" | "or"));
                if !several || whole.quality >= 0.95 {
                    return Some((
                        Json::from(vec![field.choices[whole.option].text.as_str()]),
                        specific(field, &whole),
                    ));
                }
            }
            let pieces = reading.pieces(text);
            let mut known: Vec<Option<Option<options::Chosen>>> = vec![None; 1 + pieces.said.len()];
            known[0] = Some(whole);
            let mut at = |place: Option<usize>| {
                let place = place?;
                *known[place].get_or_insert_with(|| pieces.said.get(place.checked_sub(1)?).and_then(pick))
            };
            for (piece, runs) in &pieces.list {
                match at(*piece).filter(|found| found.quality >= 0.9) {
                    Some(found) => add(Some(found)),
                    None => runs.iter().for_each(|run| add(at(*run))),
                }
            }
        }
        _ => return None,
    }
    if chosen.is_empty() || missed > chosen.len() {
        return None;
    }
    let quality = chosen.iter().map(|option| specific(field, option)).fold(1.0, f32::min);
    let kept = 1.0 - 0.15 * f32::from(u8::try_from(missed).unwrap_or(9));
    Some((
        chosen.iter().map(|option| field.choices[option.option].text.as_str()).collect::<Vec<_>>().into(),
        quality * kept,
    ))
}
