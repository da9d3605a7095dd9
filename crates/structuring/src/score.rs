//! How well a value fits a field: the key's score with what the value itself says.

use crate::compiled::{Field, KeyScore, Scored};
use crate::json::Number;
use crate::known::KNOWN;
use crate::learnt::{Learnt, Standing};
use crate::lexicon::{self, Set, set};
use crate::options::{self, Said};
use crate::reading::Reading;
use crate::readings::ids::Id;
use crate::readings::{date, money};
use crate::{FieldType, Json, Method, names, phone};
use std::sync::LazyLock;

/// A leaf that may fill a field.
#[derive(Clone, Debug)]
pub(crate) struct Fit {
    pub value: Json,
    /// 0–1; compared with [`THRESHOLD`].
    pub score: f32,
    pub confidence: f32,
    pub method: Method,
}

/// Below this a leaf stays in the rest.
pub(crate) const THRESHOLD: f32 = 0.5;
/// From here to the threshold it is suggested.
pub(crate) const SUGGEST: f32 = 0.42;
/// From here a leaf is taken by a field that nothing else comes near, and that comes near nothing else.
pub(crate) const ALONE: f32 = 0.38;
/// How far everything else must stay behind.
pub(crate) const APART: f32 = 0.12;

static IDS: LazyLock<[(Id, Set); 10]> = LazyLock::new(|| {
    [
        (Id::Rut, set(&["RUT", "IDDOC", "CIF"])),
        (Id::Cpf, set(&["CPF", "IDDOC"])),
        (Id::Cnpj, set(&["CNPJ", "CIF"])),
        (Id::Curp, set(&["CURP", "IDDOC"])),
        (Id::Rfc, set(&["RFC", "CIF"])),
        (Id::Cuit, set(&["CUIT", "CIF", "IDDOC"])),
        (Id::Nie, set(&["IDDOC", "CIF", "LICENSE"])),
        (Id::Cif, set(&["CIF", "COMPANY"])),
        (Id::Nit, set(&["NIT", "CIF", "IDDOC"])),
        (Id::Ruc, set(&["RUC", "CIF"])),
    ]
});

/// The concept an id proves.
pub(crate) fn id_concepts(id: Id) -> &'static Set {
    IDS.iter().find(|(other, _)| *other == id).map_or(&IDS[0].1, |(_, set)| set)
}

static PERSONAL_TRAITS: LazyLock<Set> = LazyLock::new(|| {
    set(&[
        "PHONE", "MOBILE", "WHATSAPP", "LANDLINE", "EMAIL", "NAME", "FIRST", "LAST", "BIRTH", "AGE", "GENDER",
        "MARITAL", "IDDOC", "RUT", "CPF", "CURP", "RG",
    ])
});
static CONTACT_TRAITS: LazyLock<Set> =
    LazyLock::new(|| set(&["PHONE", "MOBILE", "WHATSAPP", "LANDLINE", "EMAIL", "NAME", "FIRST", "LAST", "IDDOC"]));
static NAMEISH: LazyLock<Set> = LazyLock::new(|| set(&["NAME", "R_SUBJECT", "CONTACT", "FIRST", "LAST"]));
static MONTHS: LazyLock<Set> = LazyLock::new(|| set(&["TERM"]));

/// Whether the leaf is about the same person or thing as the field.
fn roles_agree(scored: &Scored, field: &Field, score: &KeyScore) -> bool {
    if score.method == Method::Exact {
        return true;
    }
    let known = &*KNOWN;
    let key = &scored.key;
    let mine = key.concepts().and(&known.others);
    // The company is where somebody works, shipping and billing are where things go: they bind what is personal only.
    let soft = known.company.or(&known.billing).or(&SHIPPING).or(&known.owner).or(&known.fiance);
    let hard_mine = mine.without(&soft);
    let hard_field = field.roles.without(&soft);
    // {"pet": {"weight"}} is the weight where the organization keeps animals; the same of children.
    let creature = known.pet.or(&known.child);
    let only_creature = !hard_mine.is_empty()
        && hard_mine.without(&creature).is_empty()
        && (field.pets && hard_mine.meets(&known.pet) || field.children && hard_mine.meets(&known.child))
        && hard_field.is_empty()
        && !field.concepts.meets(&CONTACT_TRAITS)
        && !matches!(field.definition.field_type, FieldType::Phone | FieldType::Email);
    // Whoever answers for somebody: a guardian is the one responsible.
    let answers = hard_mine.without(&known.parent).is_empty() && field.concepts.meets(&known.manager)
        || hard_mine.is_empty() && key.concepts().meets(&known.manager) && field.roles.meets(&known.parent);
    // Whose relation it is does not matter to the relation.
    let relation = key.concepts().meets(&KINSHIP.and(&field.concepts));
    if only_creature || answers || relation {
        return true;
    }
    let only_owner =
        mine.meets(&known.owner) && hard_mine.without(&AGENT).is_empty() && !field.concepts.meets(&PERSONAL_TRAITS);
    if !hard_mine.is_empty() && !hard_mine.meets(&field.roles) && !only_owner {
        return false;
    }
    if !hard_field.is_empty() && !hard_field.meets(&mine) {
        // A field about an animal or a beneficiary takes no unmarked personal value; an age or a weight among animals is theirs.
        if hard_field.without(&creature).is_empty() {
            return !field.concepts.meets(&CONTACT_TRAITS)
                && !matches!(field.definition.field_type, FieldType::Phone | FieldType::Email);
        }
        return !field.concepts.meets(&PERSONAL_TRAITS)
            && !matches!(field.definition.field_type, FieldType::Phone | FieldType::Email);
    }
    let soft_field = field.roles.and(&known.company.or(&known.billing).or(&SHIPPING));
    let soft_mine = mine.and(&known.company.or(&known.billing).or(&SHIPPING));
    let personal = key.tail.concepts.meets(&PERSONAL_TRAITS);
    if personal && !soft_mine.is_empty() && !soft_mine.meets(&field.roles) && field.concepts.meets(&PERSONAL_TRAITS) {
        // {"billing": {"city"}} is the person's; a company's phone is not.
        return !soft_mine.meets(&known.company) && soft_field.is_empty();
    }
    if matches!(field.definition.field_type, FieldType::Phone | FieldType::Email) {
        if !hard_field.is_empty() && hard_field.meets(&mine) {
            return true;
        }
        return soft_field.is_empty() == soft_mine.is_empty() || soft_field.meets(&soft_mine);
    }
    true
}

/// "Type of document" is no document's number.
static KINDS: LazyLock<Set> = LazyLock::new(|| set(&["TYPE"]));
static NUMBERING: LazyLock<Set> = LazyLock::new(|| set(&["NUMBER", "ID", "CODE", "CASENO", "BOOKINGREF", "INVOICENO"]));
static COUNTED: LazyLock<Set> =
    LazyLock::new(|| set(&["PURCHASE", "QTY", "PRODUCT", "PAX", "NOTES", "SIZE", "DURATION", "CAPACITY"]));
static KINSHIP: LazyLock<Set> = LazyLock::new(|| set(&["KINSHIP", "DEATHDATE"]));
/// Ids of one country: one is not the other.
static NATIONAL: LazyLock<Set> =
    LazyLock::new(|| set(&["RUT", "CPF", "CNPJ", "CURP", "RFC", "RUC", "NIT", "CUIT", "RG", "PASSPORT"]));
static SHIPPING: LazyLock<Set> = LazyLock::new(|| set(&["SHIPPING"]));
static AGENT: LazyLock<Set> = LazyLock::new(|| set(&["R_AGENT"]));

/// The value read as the field's type, and how far it speaks for the field by itself (0–1).
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
            let named = amount_named(reading)?;
            if amount.leading_zero && reading.is_string() || !matches!(named, money::Named::None) {
                return None;
            }
            let mut value = amount.value.to_number()?;
            // Ten digits and more number a thing, they do not count it.
            if value.is_integer() && value.as_str().len() >= 10 {
                return None;
            }
            // A term in months said in years.
            if field.concepts.meets(&MONTHS)
                && amount.after.split(' ').any(|word| matches!(word, "anos" | "ano" | "years" | "year" | "anios"))
            {
                value = Number::from(value.as_i64()?.checked_mul(12)?);
            }
            Some((Json::Number(value), 0.2))
        }
        FieldType::Currency => {
            let amount = reading.amount()?;
            if !money::fits(amount_named(reading)?, definition.currency.as_deref(), country) || amount.leading_zero {
                return None;
            }
            let whole = reading.text().and_then(|text| thousands(text.get(amount.span.0..amount.span.1)?));
            let value = whole.or_else(|| amount.value.to_number())?;
            Some((Json::Number(value), if amount.formatted { 0.4 } else { 0.2 }))
        }
        FieldType::Date => {
            if let Some(found) = reading.date() {
                return Some((Json::from(found.day.to_string()), 0.6));
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
            asserted(field, reading.text().filter(|_| reading.is_string())?).map(|flag| (Json::Bool(flag), 0.3))
        }
        FieldType::Select => {
            let chosen = choose(field, reading.said()?, learnt)?;
            Some((Json::from(field.choices[chosen.option].text.as_str()), specific(field, &chosen)))
        }
        FieldType::MultiSelect => multi(field, reading, learnt),
        FieldType::Phone => {
            let landline = field.concepts.meets(&KNOWN.landline);
            let text = reading.text()?;
            let phone = if landline { phone::read_valid_landline(text, country) } else { None };
            let phone = phone.or_else(|| reading.phone().map(|(phone, _, _)| phone.clone()))?;
            Some((Json::from(phone.as_str()), 0.6))
        }
        FieldType::Email => reading.email().map(|address| (Json::from(address), 0.6)),
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

/// `con mascotas`, `unfurnished`, `sin piscina`: a value that says the field's own word, or denies it.
fn asserted(field: &Field, text: &str) -> Option<bool> {
    if text.len() > 40 || text.contains('?') {
        return None;
    }
    let folded = crate::keys::fold(text);
    let words: Vec<String> = folded.split(' ').map(str::to_owned).collect();
    let denied = matches!(words[0].as_str(), "no" | "sin" | "nao" | "sem" | "not" | "without" | "ni" | "non");
    let body = &words[usize::from(denied)..];
    if body.is_empty() || body.len() > 3 || body.iter().any(|word| word.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    let own = field.concepts.without(&KNOWN.qualifiers);
    let says = |words: &[String]| {
        lexicon::find(words)
            .iter()
            .flat_map(|hit| hit.concepts)
            .any(|concept| own.has(*concept) && lexicon::weight(*concept) >= 0.9)
    };
    // "unfurnished" is in the lexicon for its key; as a value it denies.
    let opposite = body.first().and_then(|word| word.strip_prefix("un").or_else(|| word.strip_prefix("non")));
    if let Some(rest) = opposite.filter(|rest| rest.len() > 4)
        && says(&[rest.to_owned()])
    {
        return Some(false);
    }
    says(body).then_some(!denied)
}

fn amount_named(reading: &Reading<'_>) -> Option<money::Named> {
    let text = reading.text()?;
    let span = reading.amount()?.span;
    Some(money::named(text.get(..span.0)?, text.get(span.1..)?))
}

/// Learnt words first, then the option's own.
fn choose(field: &Field, said: &Said, learnt: &Learnt) -> Option<options::Chosen> {
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
    options::choose(&field.choices, said).filter(|chosen| denied != Some(chosen.option))
}

/// How telling it is that a value is one of the options: "M" and "Sí" are many things.
fn specific(field: &Field, chosen: &options::Chosen) -> f32 {
    let option = &field.choices[chosen.option].folded;
    let common =
        option.len() <= 2 || matches!(option.as_str(), "si" | "no" | "otro" | "other" | "outro" | "nao" | "yes");
    chosen.quality * if common { 0.7 } else { 1.0 }
}

fn multi(field: &Field, reading: &Reading<'_>, learnt: &Learnt) -> Option<(Json, f32)> {
    let mut chosen: Vec<options::Chosen> = Vec::new();
    let mut missed = 0;
    let mut take = |text: &str| match Said::new(text).and_then(|said| choose(field, &said, learnt)) {
        Some(option) if chosen.iter().any(|other| other.option == option.option) => {}
        Some(option) => chosen.push(option),
        None => missed += 1,
    };
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
            if let Some(whole) = reading
                .said()
                .and_then(|said| choose(field, said, learnt))
                .filter(|whole| whole.quality >= 0.9 || !text.contains([',', ';', '/', '|', '\n']))
            {
                let several = text.split_whitespace().any(|word| matches!(word, "y" | "e" | "and" | "&" | "+"));
                if !several || whole.quality >= 0.95 {
                    return Some((
                        Json::from(vec![field.choices[whole.option].text.as_str()]),
                        specific(field, &whole),
                    ));
                }
            }
            for piece in text.split([',', ';', '|', '\n', '/', '+']) {
                let words: Vec<&str> = piece.split_whitespace().collect();
                if Said::new(piece)
                    .and_then(|said| choose(field, &said, learnt))
                    .is_some_and(|found| found.quality >= 0.9)
                {
                    take(piece);
                } else {
                    words
                        .split(|word| matches!(*word, "y" | "e" | "and" | "&" | "Y" | "E"))
                        .filter(|run| !run.is_empty())
                        .for_each(|run| take(&run.join(" ")));
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

/// Scores one leaf for one field; nothing where it cannot be.
pub(crate) fn fit(
    scored: &Scored,
    field_at: usize,
    field: &Field,
    reading: &Reading<'_>,
    learnt: &Learnt,
    country: Option<&str>,
) -> Option<Fit> {
    let mut score = *scored.scores.get(field_at)?;
    let key = &scored.key;
    let select = !field.choices.is_empty();
    said_by_value(&mut score, key, field, reading)?;
    // Cheap refusals first: most pairs have nothing in common, and what stays below these is below every threshold.
    let least = if select { 0.1 } else { 0.28 };
    if score.excluded || score.fused < least && !key.tail.concepts.meets(&NAMEISH) && reading.id().is_none() {
        return None;
    }
    if !roles_agree(scored, field, &score)
        || key.negated && field.definition.field_type == FieldType::Boolean && score.method != Method::Exact
    {
        return None;
    }
    let company = field.concepts.meets(&KNOWN.company) && !field.concepts.meets(&PERSONAL_TRAITS.without(&KNOWN.name));
    if company
        && key.tail.concepts.meets(&NAMEISH)
        && !key.concepts().meets(&KNOWN.others)
        && reading.text().is_some_and(names::is_company)
    {
        score.fused = score.fused.max(0.86);
        score.differ = false;
        score.method = Method::Pattern;
    }
    // A RUC is no RUT, whoever it is of.
    let (mine, theirs) = (key.tail.concepts.and(&NATIONAL), field.concepts.and(&NATIONAL));
    if !mine.is_empty() && !theirs.is_empty() && !mine.meets(&theirs) && score.method != Method::Exact {
        return None;
    }
    // {"owner": {"name"}, "patient": {"name"}}: where the organization keeps animals, the patient is one.
    if field.pets
        && field.concepts.meets(&KNOWN.pet)
        && field.concepts.without(&KNOWN.pet).without(&KNOWN.name).is_empty()
        && key.tail.concepts.meets(&KNOWN.name)
        && key.context.meets(&KNOWN.subject)
    {
        score.fused = score.fused.max(0.6);
        score.differ = false;
    }
    // A number that counts or names orders, quotes and the like is no amount of money.
    if field.definition.field_type == FieldType::Currency
        && score.method != Method::Exact
        && !key.tail.concepts.is_empty()
        && key.tail.concepts.without(&NUMBERING).is_empty()
    {
        return None;
    }
    let (value, own) = typed(field, reading, learnt, country)?;
    let proven = reading.id().filter(|id| id_concepts(*id).meets(&field.concepts));
    let f = score.fused.min(1.1);
    let total = match field.definition.field_type {
        FieldType::Select | FieldType::MultiSelect => 0.62 * f + 0.42 * own - if score.differ { 0.03 } else { 0.0 },
        FieldType::Text => {
            let mut total = 0.95 * f;
            if score.method != Method::Exact {
                total -= strangeness(field, reading);
                // What its key calls a phone or an e-mail is no text about a person.
                let reach = KNOWN.phone.or(&KNOWN.email);
                if key.tail.concepts.meets(&reach) && !field.concepts.meets(&reach.or(&KNOWN.contact)) {
                    total -= 0.7;
                }
                if field.concepts.meets(&PARTICULAR)
                    && !field.concepts.meets(&KINDS)
                    && !key.concepts().meets(&field.concepts.and(&PARTICULAR))
                {
                    total -= 0.2;
                }
            }
            match proven {
                Some(_) if key.tail.concepts.meets(&KNOWN.ids) || key.opaque => total.max(0.62 + 0.3 * f),
                Some(_) => total + 0.1,
                None => total,
            }
        }
        FieldType::Number => 0.9 * f + 0.06,
        FieldType::Currency => 0.88 * f + 0.05 + 0.1 * own,
        FieldType::Boolean | FieldType::Date | FieldType::Phone | FieldType::Email | FieldType::Url => {
            0.86 * f + 0.13 * own + 0.02
        }
    };
    (total >= ALONE).then(|| {
        let total = total.min(1.0);
        Fit { value, score: total, confidence: confidence(total, score.method, field), method: score.method }
    })
}

/// Fields about the sites that have pages of people.
static HOSTED: LazyLock<Set> = LazyLock::new(|| set(&["LINKEDIN", "INSTAGRAM", "FACEBOOK", "PORTFOLIO"]));

/// Evidence in the value where the key is vague: `2 adults` under "how many", a LinkedIn page under "profile".
/// Nothing where the value belongs to another field for certain.
fn said_by_value(score: &mut KeyScore, key: &crate::key::Key, field: &Field, reading: &Reading<'_>) -> Option<()> {
    let known = &*KNOWN;
    match field.definition.field_type {
        FieldType::Url | FieldType::Text => {
            if let Some(concept) = reading.host() {
                if field.concepts.has(concept) {
                    score.fused = score.fused.max(0.9);
                    score.differ = false;
                } else if field.concepts.meets(&HOSTED) {
                    return None;
                }
            }
        }
        FieldType::Number if score.fused < 0.72 => {
            let own = field.concepts.without(&known.qualifiers);
            if !reading.units().iter().any(|concept| own.has(*concept)) {
                return Some(());
            }
            let strange = key.tail.concepts.without(&known.qualifiers).without(&known.vague).without(&COUNTED);
            if strange.is_empty() {
                score.fused = 0.72;
                score.differ = false;
                score.method = Method::Pattern;
            }
        }
        _ => {}
    }
    Some(())
}

/// What speaks against a text: a value that is plainly of another kind.
fn strangeness(field: &Field, reading: &Reading<'_>) -> f32 {
    let known = &*KNOWN;
    let notes = field.concepts.meets(&known.notes);
    if !reading.is_string() {
        // A list or a flag is no text; a number may be an id.
        return match reading.leaf().value.as_ref() {
            Json::Number(_) => 0.0,
            _ => 0.6,
        };
    }
    let phone = reading.phone().is_some_and(|(_, _, whole)| *whole)
        && reading.id().is_none()
        && !field.concepts.meets(&known.ids)
        && !field.concepts.meets(&known.phone);
    if reading.email().is_some() && !field.concepts.meets(&known.email) || phone {
        return 0.6;
    }
    let kind = field.concepts.meets(&KINDS);
    if !kind
        && field.concepts.meets(&NUMBERED_IDS)
        && reading.text().is_some_and(|text| text.len() < 4 || !text.bytes().any(|b| b.is_ascii_digit()))
    {
        return 0.6;
    }
    if !kind
        && field.concepts.meets(&known.person_docs)
        && field.concepts.meets(&known.ids)
        && reading.text().is_some_and(|text| text.len() < 5)
    {
        return 0.6;
    }
    if let Some(date) = reading.date()
        && !field.concepts.meets(&DATED)
    {
        return if date.stamp { 0.7 } else { 0.45 };
    }
    if let Some(text) = reading.text().filter(|text| text.len() <= 16) {
        let folded = crate::keys::fold(text);
        // No value at all; "none" is one for an allergy, hardly for a partner.
        if matches!(
            folded.as_str(),
            "" | "n a"
                | "na"
                | "no aplica"
                | "nao se aplica"
                | "null"
                | "undefined"
                | "tbd"
                | "por definir"
                | "a definir"
                | "sin dato"
                | "sin datos"
                | "s d"
                | "desconocido"
                | "unknown"
                | "no sabe"
                | "pendiente"
        ) {
            return 0.6;
        }
        if matches!(
            folded.as_str(),
            "none"
                | "ninguno"
                | "ninguna"
                | "nenhum"
                | "nenhuma"
                | "no"
                | "nao"
                | "no tiene"
                | "nao tem"
                | "nada"
                | "yes"
                | "si"
                | "sim"
        ) && !field.concepts.meets(&HEALTH)
        {
            return 0.5;
        }
    }
    if reading.url().is_some() && !field.concepts.meets(&LINKED) {
        return 0.3;
    }
    // A bare number is an id or a code, hardly a word.
    if reading.text().is_some_and(|text| text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b',')))
        && !field.concepts.meets(&known.ids)
        && !field.concepts.meets(&NUMBERED)
    {
        let fraction = reading.amount().is_some_and(|amount| amount.formatted);
        return if fraction { 0.5 } else { 0.25 };
    }
    if field.concepts.meets(&known.contact)
        && reading.text().is_some_and(|text| text.bytes().any(|b| b.is_ascii_digit()))
    {
        return 0.35;
    }
    if reading.is_prose()
        && !notes
        && !field.concepts.meets(&LONG)
        && reading.text().is_some_and(|text| text.len() > 80)
    {
        return 0.2;
    }
    0.0
}

static HEALTH: LazyLock<Set> = LazyLock::new(|| {
    set(&["ALLERGY", "INJURY", "MEDICATION", "DIET", "SEN", "REQUESTS", "NOTES", "DIAGNOSIS", "REASON", "ALLERGYDYE"])
});
/// Numbers of one kind of thing: only a key that says this kind, or the value's own check digits, make one.
static PARTICULAR: LazyLock<Set> = LazyLock::new(|| {
    set(&[
        "ZIP",
        "PLATE",
        "VIN",
        "POLICY",
        "PASSPORT",
        "BOOKINGREF",
        "INVOICENO",
        "CASENO",
        "TRACKING",
        "SERIAL",
        "ACCOUNTNO",
        "POSTFROM",
        "POSTTO",
        "IDDOC",
        "RUT",
        "CPF",
        "CNPJ",
        "CURP",
        "RFC",
        "RUC",
        "NIT",
        "CUIT",
        "CIF",
        "RG",
        "LICENSE",
        "FLIGHT",
    ])
});
static DATED: LazyLock<Set> = LazyLock::new(|| {
    set(&[
        "DATE",
        "BIRTH",
        "APPOINT",
        "START",
        "END",
        "CREATED",
        "HOUR",
        "AVAIL",
        "ARRIVAL",
        "DEPARTURE",
        "RETURN",
        "ORDERDATE",
        "EVENTDATE",
        "NOTES",
        "CARLICDATE",
        "DEATHDATE",
        "LASTPERIOD",
    ])
});
static LINKED: LazyLock<Set> = LazyLock::new(|| {
    set(&[
        "WEBSITE",
        "INSTAGRAM",
        "LINKEDIN",
        "FACEBOOK",
        "SOCIAL",
        "RESUME",
        "PORTFOLIO",
        "LISTING",
        "FILEURL",
        "SOURCE",
        "COMPANY",
    ])
});
static NUMBERED: LazyLock<Set> = LazyLock::new(|| {
    set(&[
        "NUMBER", "CODE", "AGE", "YEAR", "SIZE", "ESTRATO", "SCORE", "COUPON", "ADDRESS", "AMOUNT", "LANDLINE",
        "PHONE", "MOBILE", "WHATSAPP", "FLIGHT", "BEDROOM", "PEOPLE", "WEIGHT", "HEIGHT",
    ])
});
static NUMBERED_IDS: LazyLock<Set> = LazyLock::new(|| {
    set(&[
        "IDDOC", "RUT", "CPF", "CNPJ", "CURP", "RFC", "RUC", "NIT", "CUIT", "RG", "ZIP", "PLATE", "VIN", "POLICY",
        "FLIGHT",
    ])
});
static LONG: LazyLock<Set> = LazyLock::new(|| {
    set(&[
        "ADDRESS",
        "ADDRREF",
        "ORIGIN",
        "DESTIN",
        "VENUE",
        "INJURY",
        "ALLERGY",
        "MEDICATION",
        "CASEDESC",
        "GOAL",
        "EXPERIENCE",
        "INTEREST",
        "PRODUCT",
    ])
});

/// Measured on the development and fresh records: what came out with such a score was right so often.
fn confidence(total: f32, method: Method, field: &Field) -> f32 {
    let base = match method {
        Method::Exact => 0.99,
        Method::Lexicon | Method::Pattern => 0.58 + 0.44 * (total - 0.5) / 0.5,
        Method::Ngram => 0.54 + 0.42 * (total - 0.5) / 0.5,
        _ if !field.is_typed() => 0.48 + 0.4 * (total - 0.5) / 0.5,
        _ => 0.5 + 0.42 * (total - 0.5) / 0.5,
    };
    let typed = if field.is_typed() && method != Method::Exact { 0.06 } else { 0.0 };
    (base + typed).clamp(0.3, 0.99)
}
