//! How well a value fits a field: the key's score with what the value itself says.

use crate::against::{KINDS, PARTICULAR, strangeness};
use crate::compiled::{Field, KeyScore, Scored};
use crate::key::Key;
use crate::known::KNOWN;
use crate::learnt::Learnt;
use crate::lexicon::{Set, set};
use crate::reading::Reading;
use crate::readings::ids::Id;
use crate::values::typed;
use crate::{FieldType, Json, Method, names};
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

/// Whether the leaf is about the same person or thing as the field.
fn roles_agree(key: &Key, field: &Field, method: Method) -> bool {
    let known = &*KNOWN;
    // {"contrario": {"matricula"}} is not the field "matricula" of whom the record is about.
    let elsewhere = key.context.and(&ELSEWHERE);
    if method == Method::Exact && (elsewhere.is_empty() || elsewhere.meets(&field.roles)) {
        return true;
    }
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
    // "CAT" is a category where no animals are kept.
    let shortened = !field.pets && hard_mine.without(&known.pet).is_empty() && field.concepts.meets(&CATEGORY);
    // The child of a family is the school's pupil.
    let pupil =
        !hard_mine.is_empty() && hard_mine.without(&known.child).is_empty() && field.concepts.meets(&known.dependant);
    // "¿Trae receta de su doctor?" asks for the prescription, whoever wrote it.
    let asked = field.definition.field_type == FieldType::Boolean
        && key.tail.concepts.without(&known.qualifiers).without(&known.others).meets(&field.concepts);
    // How many brothers and sisters there are is the person's own.
    let siblings = hard_mine.without(&SCHOOLMATES).is_empty() && field.concepts.meets(&SIBLINGS);
    // Whom somebody is to marry is their partner.
    let betrothed = hard_mine.is_empty() && mine.meets(&known.fiance) && field.roles.meets(&SPOUSE);
    // Whom it is sent to is who receives it.
    let who = field.is_reach() || key.tail.concepts.meets(&NAMEISH);
    let receives = who && hard_mine.is_empty() && mine.meets(&SHIPPING) && field.roles.meets(&RECEIVES);
    let same = betrothed || receives || is_patient(key, field);
    if asked || only_creature || answers || relation || pupil || siblings || same {
        return true;
    }
    if shortened && key.tail.concepts.meets(&CATEGORY) {
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
        // An address at work is one at the company.
        let at_work = known.work.or(&known.company);
        let work = field.definition.field_type == FieldType::Email
            && key.concepts().meets(&at_work)
            && field.concepts.meets(&at_work);
        return work || soft_field.is_empty() == soft_mine.is_empty() || soft_field.meets(&soft_mine);
    }
    true
}

/// {"owner": {"name"}, "patient": {"name"}}: where the organization keeps animals, the patient is one.
fn is_patient(key: &Key, field: &Field) -> bool {
    field.pets
        && field.concepts.meets(&KNOWN.pet)
        && field.concepts.without(&KNOWN.pet).without(&KNOWN.name).is_empty()
        && key.tail.concepts.meets(&KNOWN.name)
        && key.context.meets(&KNOWN.subject)
}

/// Whether a key only numbers something, where the field is an amount of money, or counts something that the key does not name.
fn numbers_another(key: &Key, field: &Field) -> bool {
    const COUNTS: &[&str] = &[
        "how",
        "cuantos",
        "cuantas",
        "quantos",
        "quantas",
        "cantidad",
        "quantidade",
        "qtd",
        "qty",
        "quantity",
        "count",
    ];
    let tail = &key.tail.concepts;
    match field.definition.field_type {
        FieldType::Number => {
            let bare = !tail.is_empty() && tail.without(&KNOWN.number).is_empty() && key.unknown == 0;
            let counts = key.snake.split('_').any(|word| COUNTS.contains(&word));
            let of_something = field.by_name.unknown() > 0 || !field.concepts.without(&KNOWN.qualifiers).is_empty();
            // {"order": {"id": 5550881}} is not how many orders there are.
            let which = tail.meets(&KNOWN.id) && tail.without(&NUMBERING).is_empty() && field.says(COUNTS);
            bare && !counts && of_something || which
        }
        FieldType::Currency => {
            MEASURES.contains(&key.snake.as_str())
                || !tail.is_empty() && tail.without(&NUMBERING).is_empty()
                || tail.meets(&KNOWN.id) && tail.without(&NUMBERING).without(&KNOWN.ids).is_empty()
                || tail.meets(&UNITS) && tail.without(&UNITS).without(&NUMBERING).is_empty()
        }
        _ => false,
    }
}

/// What a key and a field are to each other whatever the value: decided once, kept with the key's scores.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Bond {
    /// They are about the same person or thing.
    pub agree: bool,
    /// The key may be a name's, and the field is a company.
    company: bool,
    /// Ids of different countries.
    foreign: bool,
    /// The key is the name of an animal that is treated, the field an animal's.
    patient: bool,
    /// A number that counts or names orders, quotes and the like, for an amount of money or a count of something else.
    numbering: bool,
    /// "tel fijo", for a number that is somebody's: it says nothing of whose.
    pub anybody: bool,
    /// An order, for an amount of money: its number or what it came to.
    ordering: bool,
    /// The last of something, for an amount of money.
    last: bool,
    /// What somebody wrote, for a field of notes.
    message: bool,
    /// What its key calls a year or a count, for a field of anything else.
    counting: bool,
    /// What its key calls a phone or an e-mail, for a field of anything else.
    reach: bool,
    /// The field is an id of one kind, which the key does not say.
    particular: bool,
    /// The key may be a name's.
    nameish: bool,
}

impl Bond {
    pub fn new(key: &Key, field: &Field, method: Method) -> Bond {
        let (tail, all) = (&key.tail.concepts, key.concepts());
        let text = field.definition.field_type == FieldType::Text;
        let nameish = tail.meets(&NAMEISH);
        let company =
            field.concepts.meets(&KNOWN.company) && !field.concepts.meets(&PERSONAL_TRAITS.without(&KNOWN.name));
        let (mine, theirs) = (tail.and(&NATIONAL), field.concepts.and(&NATIONAL));
        let reach = KNOWN.phone.or(&KNOWN.email);
        // {"phone_1_type": "Home"} is no kind of property.
        let line = tail.meets(&reach)
            && tail.meets(&KINDS)
            && !field.concepts.meets(&reach.or(&KNOWN.contact))
            && !field.choices.is_empty();
        Bond {
            agree: !line && roles_agree(key, field, method),
            company: company && nameish && !all.meets(&KNOWN.others),
            foreign: !mine.is_empty() && !theirs.is_empty() && !mine.meets(&theirs),
            patient: is_patient(key, field),
            numbering: numbers_another(key, field),
            anybody: field.whose
                && key.unknown == 0
                && key.full.unknown() == 0
                && !all.is_empty()
                && all.without(&KNOWN.phone).without(&KNOWN.email).without(&ANYBODY).is_empty(),
            last: field.definition.field_type == FieldType::Currency && tail.meets(&LASTS),
            ordering: field.definition.field_type == FieldType::Currency
                && !tail.is_empty()
                && tail.without(&ORDERS).is_empty(),
            message: text && field.concepts.meets(&KNOWN.notes) && MESSAGES.contains(&key.snake.as_str()),
            counting: tail.meets(&COUNTING) && !field.concepts.meets(&COUNTING),
            reach: tail.meets(&reach) && !field.concepts.meets(&reach.or(&KNOWN.contact)),
            particular: field.concepts.meets(&PARTICULAR)
                && !field.concepts.meets(&KINDS)
                && !all.meets(&field.concepts.and(&PARTICULAR)),
            nameish,
        }
    }
}

/// Keys of what a person wrote or said.
const MESSAGES: &[&str] = &[
    "text",
    "texto",
    "body",
    "cuerpo",
    "corpo",
    "message",
    "mensaje",
    "mensagem",
    "msg",
    "transcript",
    "transcripcion",
    "chat",
    "conversation",
    "conversacion",
    "historial",
    "content",
    "email_body",
    "sms",
    "last_message",
    "ultimo_mensaje",
];
static NUMBERING: LazyLock<Set> = LazyLock::new(|| set(&["NUMBER", "ID", "CODE", "CASENO", "BOOKINGREF", "INVOICENO"]));
/// Keys that say in what something is measured: {"ton": "320"} is not the price of a ton.
const MEASURES: &[&str] = &[
    "ton",
    "tons",
    "tonelada",
    "toneladas",
    "tonnes",
    "kg",
    "kgs",
    "kilo",
    "kilos",
    "quilos",
    "litros",
    "litres",
    "liters",
    "lbs",
    "m2",
    "m3",
    "ha",
    "hectareas",
    "hectares",
    "noches",
    "noites",
    "nights",
    "horas",
    "hours",
    "dias",
    "days",
    "meses",
    "months",
];
static ANYBODY: LazyLock<Set> =
    LazyLock::new(|| set(&["NUMBER", "LANDLINE", "MOBILE", "WHATSAPP", "WORK", "PERSONAL", "CONTACT", "NAME", "ALT"]));
static ORDERS: LazyLock<Set> = LazyLock::new(|| set(&["PURCHASE"]));
static LASTS: LazyLock<Set> = LazyLock::new(|| set(&["LASTQ"]));
static UNITS: LazyLock<Set> = LazyLock::new(|| set(&["QTY"]));
static COUNTED: LazyLock<Set> =
    LazyLock::new(|| set(&["PURCHASE", "QTY", "PRODUCT", "PAX", "NOTES", "SIZE", "DURATION", "CAPACITY"]));
static COUNTING: LazyLock<Set> =
    LazyLock::new(|| set(&["YEAR", "GRADYEAR", "ENTRYYEAR", "AGE", "QTY", "PEOPLE", "MONTHLY"]));
static NATIONS: LazyLock<Set> = LazyLock::new(|| set(&["COUNTRY", "COUNTRYCODE", "NATIONALITY"]));
static CATEGORY: LazyLock<Set> = LazyLock::new(|| set(&["CATEGORY", "DRIVERSLIC"]));
static SPOUSE: LazyLock<Set> = LazyLock::new(|| set(&["R_SPOUSE"]));
static RECEIVES: LazyLock<Set> = LazyLock::new(|| set(&["R_BENEF"]));
static KINSHIP: LazyLock<Set> = LazyLock::new(|| set(&["KINSHIP", "DEATHDATE"]));
/// Ids of one country: one is not the other.
static NATIONAL: LazyLock<Set> =
    LazyLock::new(|| set(&["RUT", "CPF", "CNPJ", "CURP", "RFC", "RUC", "NIT", "CUIT", "RG", "PASSPORT"]));
/// Who is against the person or has nothing to do with them.
static ELSEWHERE: LazyLock<Set> = LazyLock::new(|| set(&["OPPOSING", "R_REF", "R_EMERG"]));
static SCHOOLMATES: LazyLock<Set> = LazyLock::new(|| set(&["R_RELATIVE", "R_SITE"]));
static SIBLINGS: LazyLock<Set> = LazyLock::new(|| set(&["SIBLINGS"]));
static SHIPPING: LazyLock<Set> = LazyLock::new(|| set(&["SHIPPING"]));
static AGENT: LazyLock<Set> = LazyLock::new(|| set(&["R_AGENT"]));

/// Least score of a key that a field is looked at with.
fn least(field: &Field) -> f32 {
    if field.choices.is_empty() { 0.28 } else { 0.1 }
}

/// Whether a key may give a value to a field without the value's help.
pub(crate) fn is_hopeful(score: &KeyScore, field: &Field) -> bool {
    let bond = &score.bond;
    // What the value may make of the key's score: a company's name, an animal's.
    let raised = if bond.company {
        COMPANY
    } else if bond.patient {
        PATIENT
    } else {
        0.0
    };
    !score.excluded
        && bond.agree
        && (score.fused >= least(field) || bond.nameish)
        && at_most(field.definition.field_type, score.fused.max(raised)) >= ALONE
}

/// A company's name under a name's key, and an animal's under a patient's.
const COMPANY: f32 = 0.86;
const PATIENT: f32 = 0.6;

/// What a pair may come to whatever its value, an id that proves itself aside; as [`fit`] counts it.
fn at_most(field_type: FieldType, fused: f32) -> f32 {
    let f = fused.min(1.1);
    match field_type {
        FieldType::Select | FieldType::MultiSelect => f32::MAX,
        FieldType::Text => 0.95 * f,
        FieldType::Number => 0.9 * f + 0.06,
        FieldType::Currency => 0.88 * f + 0.05 + 0.1 * 0.4,
        // No value speaks more for itself.
        FieldType::Boolean | FieldType::Date | FieldType::Phone | FieldType::Email | FieldType::Url => {
            0.86 * f + 0.13 * 0.6 + 0.02
        }
    }
}

/// Whether a value may speak for a field that its key says nothing of: it counts, it is a page of a site, it proves itself.
pub(crate) fn speaks(reading: &Reading<'_>) -> bool {
    reading.host().is_some() || reading.id().is_some() || !reading.units().is_empty()
}

/// Scores one leaf for one field; nothing where it cannot be: so of all fields that are not hopeful where it does not speak.
pub(crate) fn fit(
    scored: &Scored,
    field_at: usize,
    field: &Field,
    reading: &Reading<'_>,
    learnt: &Learnt,
    country: Option<&str>,
) -> Option<Fit> {
    let known = scored.scores.get(field_at)?;
    let bond = &known.bond;
    // Cheap refusals first: most pairs have nothing in common, and what stays below these is below every threshold.
    if known.excluded || !bond.agree {
        // Its host may say that the value belongs to another field for certain; it is refused either way.
        return None;
    }
    let mut score = *known;
    let key = &scored.key;
    said_by_value(&mut score, key, field, reading)?;
    if score.fused < least(field) && !bond.nameish && reading.id().is_none() {
        return None;
    }
    if key.negated && field.definition.field_type == FieldType::Boolean && score.method != Method::Exact {
        return None;
    }
    if bond.company && reading.text().is_some_and(names::is_company) {
        score.fused = score.fused.max(COMPANY);
        score.differ = false;
        score.method = Method::Pattern;
    }
    // A RUC is no RUT, whoever it is of.
    if bond.foreign && score.method != Method::Exact {
        return None;
    }
    if bond.patient {
        score.fused = score.fused.max(PATIENT);
        score.differ = false;
    }
    if bond.numbering && score.method != Method::Exact {
        return None;
    }
    if bond.anybody && score.method != Method::Exact {
        return None;
    }
    // "ultima afinacion": "2023" is when, not for how much.
    if bond.last
        && score.method != Method::Exact
        && reading.text().is_some_and(|text| text.len() == 4 && (text.starts_with("19") || text.starts_with("20")))
    {
        return None;
    }
    // "orden": "2000055501" is which order, and "M" no "Mañana" by itself.
    if score.method != Method::Exact
        && (bond.ordering
            && reading.text().is_some_and(|text| text.len() > 8 && text.bytes().all(|b| b.is_ascii_digit()))
            || !field.choices.is_empty()
                && score.fused < 0.6
                && reading.text().is_some_and(|text| text.chars().nth(1).is_none()))
    {
        return None;
    }
    // What somebody wrote is read for all it says; the notes are what somebody else made of it.
    if bond.message && score.method != Method::Exact && reading.is_prose() {
        return None;
    }
    // What a link was marked with says less than what somebody answered.
    if key.snake.starts_with("utm_") && score.method != Method::Exact {
        score.fused = (score.fused - 0.15).min(0.78);
    }
    // A title may be the deal's or the page's as well as the person's.
    if key.snake == "title" && key.context.is_empty() && score.method != Method::Exact {
        score.fused = score.fused.min(0.95);
    }
    // A text is copied only where it is taken.
    let text = field.definition.field_type == FieldType::Text;
    if at_most(field.definition.field_type, score.fused) < ALONE && (!text || reading.id().is_none()) {
        return None;
    }
    let (value, own) = if text {
        reading.text().filter(|text| !text.is_empty())?;
        (Json::Null, 0.0)
    } else {
        typed(field, reading, learnt, country)?
    };
    // What several sentences mention is read in them, and they stay.
    let told = reading.text().is_some_and(|text| text.split_whitespace().nth(9).is_some());
    if !field.choices.is_empty() && own < 0.93 && score.method != Method::Exact && reading.is_prose() && told {
        return None;
    }
    // "Número de cliente": a word without a digit is none.
    if field.definition.field_type == FieldType::Text
        && score.method != Method::Exact
        && field.concepts.meets(&KNOWN.number)
        && field.says(&["numero", "nro", "number", "num"])
        && !reading.text().is_some_and(|text| text.bytes().any(|b| b.is_ascii_digit()))
    {
        return None;
    }
    // "US" under "country_code" is no code of anything else.
    if key.tail.concepts.meets(&KNOWN.country_code) && !field.concepts.meets(&NATIONS) && score.method != Method::Exact
    {
        return None;
    }
    // "CF", "en trámite": no number of anything.
    if field.definition.field_type == FieldType::Text
        && field.concepts.meets(&crate::against::NUMBERED_IDS)
        && !field.concepts.meets(&KINDS)
        && !reading.text().is_some_and(|text| text.bytes().any(|b| b.is_ascii_digit()))
    {
        return None;
    }
    let proven = reading.id().filter(|id| id_concepts(*id).meets(&field.concepts));
    let f = score.fused.min(1.1);
    let total = match field.definition.field_type {
        FieldType::Select | FieldType::MultiSelect => 0.62 * f + 0.42 * own - if score.differ { 0.03 } else { 0.0 },
        FieldType::Text => {
            let mut total = 0.95 * f;
            if score.method != Method::Exact {
                total -= strangeness(field, reading);
                // What its key calls a year or a count is no name of anything.
                if bond.counting
                    && reading.text().is_some_and(|text| text.len() <= 6 && text.bytes().all(|b| b.is_ascii_digit()))
                {
                    total -= 0.4;
                }
                // What its key calls a phone or an e-mail is no text about a person.
                if bond.reach {
                    total -= 0.7;
                }
                if bond.particular {
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
        // A zero is what systems write where nothing was said.
        FieldType::Currency => {
            let nothing = value.as_f64() == Some(0.0);
            0.88 * f + 0.05 + 0.1 * own - if nothing { 0.15 } else { 0.0 }
        }
        FieldType::Boolean | FieldType::Date | FieldType::Phone | FieldType::Email | FieldType::Url => {
            0.86 * f + 0.13 * own + 0.02
        }
    };
    (total >= ALONE).then(|| {
        let total = total.min(1.0);
        let value = if text { Json::from(reading.text().unwrap_or("")) } else { value };
        Fit { value, score: total, confidence: confidence(total, score.method, field), method: score.method }
    })
}

/// Fields about the sites that have pages of people.
static HOSTED: LazyLock<Set> = LazyLock::new(|| set(&["LINKEDIN", "INSTAGRAM", "FACEBOOK", "PORTFOLIO"]));

/// Evidence in the value where the key is vague: `2 adults` under "how many", a LinkedIn page under "profile".
/// Nothing where the value belongs to another field for certain.
fn said_by_value(score: &mut KeyScore, key: &Key, field: &Field, reading: &Reading<'_>) -> Option<()> {
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
