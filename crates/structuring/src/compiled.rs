//! Definitions prepared for matching, and the scores of keys against them.

use crate::key::Key;
use crate::keys::{snake_key, words};
use crate::known::KNOWN;
use crate::lexicon::{self, Set, is_noise};
use crate::offers::{Choices, Offers};
use crate::options::stem;
use crate::score::{Bond, is_hopeful};
use crate::units::{Likeness, Units};
use crate::vectors::{Vector, calibrated, embed};
use crate::{Definition, FieldType, Method};
use rustc_hash::{FxBuildHasher, FxHashMap};
use std::hash::BuildHasher;
use std::sync::{Arc, LazyLock, RwLock};

/// One field, prepared.
pub(crate) struct Field {
    pub definition: Definition,
    key_snake: String,
    name_snake: String,
    pub by_name: Units,
    pub by_key: Units,
    /// The description's concepts count a little.
    hint: Set,
    pub name_vector: Option<Vector>,
    pub key_vector: Option<Vector>,
    pub concepts: Set,
    /// Whose it is, where it is somebody else's.
    pub roles: Set,
    strong: Set,
    pub choices: Choices,
    /// Of its key.
    pub hash: u64,
    /// Whether some field of the organization is about an animal; about a child.
    pub pets: bool,
    pub children: bool,
    /// It is somebody's number or address, and its words say whose: "tenant", "pagos".
    pub whose: bool,
    /// "Distrito de origen": where something goes from, not where the customer came from.
    sets_out: bool,
}

impl Field {
    fn new(definition: Definition) -> Field {
        let name_words = words(&definition.name);
        let key_words = words(&definition.key);
        let by_name = Units::of_words(&name_words);
        let by_key = Units::of_words(&key_words);
        let meaning = |words: &[String]| {
            let kept: Vec<&str> = words.iter().map(String::as_str).filter(|word| !is_noise(word)).collect();
            if kept.is_empty() { embed(words.iter().map(String::as_str)) } else { embed(kept) }
        };
        let concepts = by_name.concepts.or(&by_key.concepts);
        let hint =
            definition.description.as_deref().map(|text| Units::of_words(&words(text)).concepts).unwrap_or_default();
        let mut field = Field {
            whose: false,
            key_snake: snake_key(&definition.key),
            name_snake: snake_key(&definition.name),
            name_vector: meaning(&name_words),
            key_vector: meaning(&key_words),
            roles: concepts.and(&KNOWN.others),
            strong: concepts.without(&KNOWN.qualifiers),
            pets: false,
            children: false,
            sets_out: concepts.meets(&ORIGIN) && concepts.meets(&PLACES),
            choices: Choices::new(&definition.options),
            by_name,
            by_key,
            hint,
            concepts,
            hash: FxBuildHasher.hash_one(definition.key.as_str()),
            definition,
        };
        field.whose = field.is_reach() && !field.wards().is_empty();
        field
    }

    /// Whether its name or key has one of these words.
    pub fn says(&self, words: &[&str]) -> bool {
        self.by_name.says(words) || self.by_key.says(words)
    }

    /// Its words for whom it is about, other than those for the customer.
    fn wards(&self) -> Vec<String> {
        const CUSTOMER: &[&str] = &[
            "cliente",
            "clientes",
            "client",
            "customer",
            "paciente",
            "patient",
            "titular",
            "usuario",
            "user",
            "lead",
            "comprador",
            "compradora",
            "buyer",
            "interesado",
            "interesada",
            "interessado",
            "interessada",
            "solicitante",
            "persona",
            "pessoa",
            "person",
            "prospecto",
            "suscriptor",
            "subscriber",
            "member",
            "socio",
            "guest",
        ];
        static PLAIN: LazyLock<Set> = LazyLock::new(|| {
            let known = &*KNOWN;
            let reach = known.phone.or(&known.email).or(&known.contact).or(&known.number).or(&known.name);
            reach.or(&known.alt).or(&known.work).or(&known.company)
        });
        let mut all = words(&self.definition.name);
        all.extend(words(&self.definition.key));
        all.retain(|word| {
            word.len() > 3
                && !is_noise(word)
                && !CUSTOMER.contains(&word.as_str())
                && !Units::of_words(std::slice::from_ref(word)).concepts.meets(&PLAIN)
        });
        all
    }

    /// Whether it is how somebody is reached.
    pub fn is_reach(&self) -> bool {
        matches!(self.definition.field_type, FieldType::Phone | FieldType::Email)
    }

    /// Whether it is the number of somebody's papers: `Cédula del representante`.
    pub fn is_paper(&self) -> bool {
        let of_whom = KNOWN.parent.or(&KNOWN.manager);
        !self.is_typed() && self.concepts.without(&of_whom).meets(&KNOWN.ids)
    }

    pub fn is_typed(&self) -> bool {
        self.definition.field_type != FieldType::Text
    }
}

/// How well a key names a field.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyScore {
    /// 0–1 and a little more.
    pub fused: f32,
    pub method: Method,
    /// Both are known to be about different things.
    pub differ: bool,
    /// Qualifiers exclude each other.
    pub excluded: bool,
    /// What concepts and words say alone, and what their vectors do.
    pub letters: f32,
    pub meaning: f32,
    /// The key asks which of the field's options it is.
    offered: bool,
    /// What else the two are to each other.
    pub bond: Bond,
}

/// A key with its scores against every field.
pub(crate) struct Scored {
    pub key: Key,
    pub scores: Vec<KeyScore>,
    /// Places of the fields that a value of which nothing but the key speaks for them may fill.
    pub hopeful: Box<[u32]>,
}

/// A qualifier on one side only makes it another thing; where a second set is named, only against that one.
static EXCLUSIONS: LazyLock<Vec<(Set, Set)>> = LazyLock::new(|| {
    vec![
        (lexicon::set(&["MINQ"]), Set::default()),
        (lexicon::set(&["OPTOUT"]), Set::default()),
        (lexicon::set(&["APPROVED"]), Set::default()),
        (lexicon::set(&["SUBTOTAL"]), Set::default()),
        (lexicon::set(&["FIRSTQ"]), lexicon::set(&["LASTQ"])),
        (lexicon::set(&["PROPOSED"]), lexicon::set(&["CURRENTQ", "PREVQ", "INSURERNOW", "MONTHLYPAY"])),
        (lexicon::set(&["HOUR"]), lexicon::set(&["TOTAL", "BUDGET"])),
        (lexicon::set(&["MONTHLY"]), lexicon::set(&["ANNUAL"])),
        (lexicon::set(&["AGE"]), Set::default()),
        (lexicon::set(&["COLOR"]), lexicon::set(&["BRAND", "CARLINE", "VEHICLE"])),
        (lexicon::set(&["POSTFROM"]), lexicon::set(&["POSTTO"])),
        (lexicon::set(&["POSTTO"]), lexicon::set(&["POSTFROM"])),
        (
            lexicon::set(&["CREATED"]),
            lexicon::set(&[
                "BIRTH",
                "APPOINT",
                "START",
                "END",
                "ARRIVAL",
                "RETURN",
                "EVENTDATE",
                "DELIVERDATE",
                "MOVEDATE",
                "INSTALLDATE",
            ]),
        ),
    ]
});

/// Sides of a thing that are not the thing.
static ASPECTS: LazyLock<Set> = LazyLock::new(|| lexicon::set(&["TYPE", "AMOUNT", "TOTAL", "DATE", "STATUS"]));

static STATUS: LazyLock<Set> = LazyLock::new(|| lexicon::set(&["STATUS"]));
static CREATED: LazyLock<Set> = LazyLock::new(|| lexicon::set(&["CREATED"]));
/// Dates of what has been done when a record is made.
static DONE: LazyLock<Set> = LazyLock::new(|| {
    lexicon::set(&[
        "CREATED",
        "ORDERDATE",
        "PURCHASE",
        "INTAKEDATE",
        "INCIDENTDATE",
        "SIGNDATE",
        "QUOTEAMT",
        "PREVQ",
        "LASTQ",
    ])
});
static NUMBERED: LazyLock<Set> =
    LazyLock::new(|| lexicon::set(&["CASENO", "CODE", "BOOKINGREF", "NUMBER", "INVOICENO", "TRACKING"]));
static ORIGIN: LazyLock<Set> = LazyLock::new(|| lexicon::set(&["ORIGIN"]));
static DESTIN: LazyLock<Set> = LazyLock::new(|| lexicon::set(&["DESTIN"]));
static PLACES: LazyLock<Set> =
    LazyLock::new(|| lexicon::set(&["CITY", "STATE", "COUNTRY", "NEIGH", "DISTRICT", "ADDRESS", "PORT", "ZIP"]));

/// Key scores kept between records: so many shards of so many paths.
const SHARDS: usize = 8;
const PER_SHARD: usize = 256;

/// The fields of one organization at one revision, ready to be matched. Share it behind an `Arc`.
pub struct Definitions {
    revision: u64,
    pub(crate) fields: Vec<Field>,
    /// The options of them all.
    pub(crate) offers: Offers,
    /// Some field is about an animal: a "patient" may be one.
    pub(crate) pets: bool,
    /// Some field is a child's name and none the parent's.
    pub(crate) children: bool,
    /// Some field is the name of a pupil or the like, and none the parent's.
    pub(crate) dependants: bool,
    /// Some field is who the parent is or who answers, or how they are reached.
    pub(crate) parents: bool,
    /// Words for whom the organization keeps a number of their own: "tenant" of `tenant_phone`.
    pub(crate) wards: Vec<String>,
    /// Some field is a relative's number.
    pub(crate) relatives: bool,
    cache: [RwLock<FxHashMap<Box<str>, Arc<Scored>>>; SHARDS],
}

impl Definitions {
    /// Prepares the fields; `revision` is whatever the caller counts changes with and is only handed back.
    pub fn compile(revision: u64, definitions: Vec<Definition>) -> Definitions {
        let mut fields: Vec<Field> = definitions.into_iter().map(Field::new).collect();
        // "Pets allowed" alone keeps no animals.
        let pets = fields.iter().any(|field| {
            let about = field.concepts.meets(&KNOWN.pet_traits.without(&KNOWN.pet));
            about || field.concepts.meets(&KNOWN.pet) && field.definition.field_type == FieldType::Text
        });
        // Who the parent is or how they are reached: not their papers.
        let answers = KNOWN.parent.or(&KNOWN.manager);
        let parents = fields.iter().any(|field| field.concepts.meets(&answers) && !field.is_paper());
        let children = fields.iter().any(|field| field.concepts.meets(&KNOWN.child)) && !parents;
        let dependants = fields.iter().any(|field| {
            field.definition.field_type == FieldType::Text
                && field.concepts.meets(&KNOWN.dependant)
                && field.concepts.meets(&KNOWN.name)
        }) && !parents;
        let reached = || fields.iter().filter(|field| field.is_reach());
        let wards = reached().flat_map(Field::wards).collect();
        let relatives = reached().any(|field| field.roles.meets(&KNOWN.relative.or(&KNOWN.child)));
        let goes = fields.iter().any(|field| field.concepts.meets(&DESTIN));
        for field in &mut fields {
            (field.pets, field.children) = (pets, children || dependants);
            field.sets_out |= goes && field.concepts.meets(&ORIGIN);
        }
        let offers = Offers::new(fields.iter().map(|field| &field.choices));
        Definitions {
            revision,
            fields,
            offers,
            pets,
            children,
            dependants,
            parents,
            wards,
            relatives,
            cache: std::array::from_fn(|_| RwLock::default()),
        }
    }

    pub fn revision(&self) -> u64 {
        self.revision
    }

    pub fn get(&self, key: &str) -> Option<&Definition> {
        self.iter().find(|definition| definition.key == key)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Definition> {
        self.fields.iter().map(|field| &field.definition)
    }

    pub fn len(&self) -> usize {
        self.fields.len()
    }

    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// How many options all fields have together.
    pub fn options(&self) -> usize {
        self.fields.iter().map(|field| field.choices.len()).sum()
    }

    /// A key analysed and scored; from the cache when its path was seen before.
    pub(crate) fn scored(&self, path: &[&str]) -> Arc<Scored> {
        self.scored_as(&path.join("\u{1}"), || Key::of_path(path))
    }

    /// As [`Definitions::scored`], with the segments of the path joined by U+0001.
    pub(crate) fn scored_as(&self, name: &str, key: impl FnOnce() -> Key) -> Arc<Scored> {
        let long = name.len() > 400;
        // The middle of the hash: the map looks at both of its ends.
        let place = usize::try_from(FxBuildHasher.hash_one(name) >> 29 & 0xff).unwrap_or(0);
        let shard = &self.cache[place % SHARDS];
        if !long
            && let Ok(known) = shard.read()
            && let Some(scored) = known.get(name)
        {
            return Arc::clone(scored);
        }
        let key = key();
        let scores: Vec<KeyScore> = self.fields.iter().map(|field| key_score(&key, field)).collect();
        let fields = self.fields.iter().zip(&scores).zip(0_u32..);
        let hopeful = fields.filter(|((field, score), _)| is_hopeful(score, field)).map(|(_, at)| at).collect();
        let scored = Arc::new(Scored { key, scores, hopeful });
        if !long && let Ok(mut known) = shard.write() {
            // Full: begin anew. The keys of real forms come back at once, made-up ones do not crowd them out for long.
            if known.len() >= PER_SHARD {
                known.clear();
            }
            known.insert(name.into(), Arc::clone(&scored));
        }
        scored
    }
}

/// More than any likeness of words gives: the key is the field's own.
const EXACT: f32 = 1.2;
/// A key that asks which of the field's options it is.
const OFFERED: f32 = 0.9;
/// Longer lists of options are in no question.
const MOST_OFFERED: usize = 12;

fn key_score(key: &Key, field: &Field) -> KeyScore {
    let score = compared(key, field);
    let mut bond = Bond::new(key, field, score.method);
    bond.agree |= score.offered;
    KeyScore { bond, ..score }
}

fn compared(key: &Key, field: &Field) -> KeyScore {
    let mut score = KeyScore {
        fused: 0.0,
        method: Method::Lexicon,
        differ: false,
        excluded: false,
        letters: 0.0,
        meaning: 0.0,
        offered: false,
        bond: Bond::default(),
    };
    if !key.snake.is_empty() && (key.snake == field.key_snake || key.snake == field.name_snake) {
        return KeyScore { fused: EXACT, method: Method::Exact, letters: 1.0, meaning: 1.0, ..score };
    }
    let mut k = 0.0_f32;
    let mut likeness = Likeness::default();
    for mine in [&key.tail, &key.full] {
        for (theirs, share) in [(&field.by_name, 1.0), (&field.by_key, 0.98)] {
            let similarity = mine.similarity(theirs);
            if share * similarity.score > k {
                k = share * similarity.score;
                likeness = similarity;
            }
        }
    }
    let mut s = 0.0_f32;
    for mine in [&key.tail_vector, &key.full_vector].into_iter().flatten() {
        for theirs in [&field.name_vector, &field.key_vector].into_iter().flatten() {
            s = s.max(calibrated(mine.cosine(theirs)));
        }
    }
    (score.letters, score.meaning) = (k, s);
    let mut own = key.tail.concepts.without(&KNOWN.qualifiers);
    if own.is_empty() {
        // "pedido" over "valor_total": what the two say together.
        own = key.full.concepts.without(&key.tail.concepts).without(&key.context).without(&KNOWN.qualifiers);
    }
    let all = key.concepts();
    let near = || own.iter().any(|mine| field.strong.iter().any(|theirs| lexicon::related(mine, theirs) >= 0.45));
    score.differ = !own.is_empty() && !field.strong.is_empty() && !all.meets(&field.strong) && !near();
    if score.differ {
        s *= 0.55;
        k *= 0.6;
    } else if !own.is_empty() && own.meets(&field.strong) {
        // What the key says beyond the field makes it another thing: a goal weight is no weight.
        let beyond = own.without(&field.strong).without(&KNOWN.others).iter().count();
        let beyond = f32::from(u8::try_from(beyond.min(2)).unwrap_or(2));
        k -= 0.1 * beyond;
        s *= 1.0 - 0.15 * beyond;
    } else if !own.is_empty() && field.strong.is_empty() {
        // The field's words are unknown, the key's are not: meaning alone is weaker then.
        s *= 0.9;
    }
    // {"coupon": {"type": …}} is not the coupon.
    if field.definition.field_type == FieldType::Text
        && !key.tail.concepts.is_empty()
        && key.tail.unknown_free()
        && key.tail.concepts.without(&ASPECTS).is_empty()
        && !key.tail.concepts.meets(&field.concepts)
    {
        k *= 0.75;
        s *= 0.75;
    }
    if key.tail.negated != field.by_name.negated && key.tail.negated != field.by_key.negated {
        k *= 0.85;
        s *= 0.85;
    }
    if own.meets(&field.hint) {
        k = k.max(0.55);
    }
    score.excluded = EXCLUSIONS.iter().any(|(set, counter)| {
        let (mine, theirs) = (all.meets(set), field.concepts.meets(set));
        let applies = |other: &Set| counter.is_empty() || other.meets(counter);
        mine && !theirs && applies(&field.concepts) || theirs && !mine && !counter.is_empty() && all.meets(counter)
    });
    // The previous lawyer is not the one assigned now.
    score.excluded |= field.concepts.meets(&KNOWN.prevq)
        && !field.roles.is_empty()
        && all.meets(&field.roles)
        && !all.meets(&KNOWN.prevq);
    // The number of this case is not that of the one before.
    score.excluded |= field.concepts.meets(&KNOWN.prevq) && field.concepts.meets(&NUMBERED) && !all.meets(&KNOWN.prevq);
    // What became of something is no text about anything else.
    score.excluded |= field.definition.field_type == FieldType::Text
        && !key.tail.concepts.is_empty()
        && key.tail.concepts.without(&STATUS).is_empty()
        && !field.concepts.iter().any(|theirs| STATUS.iter().any(|status| lexicon::related(status, theirs) >= 0.5));
    // When it was asked for is not when it is to be.
    score.excluded |= field.definition.field_type == FieldType::Date
        && key.tail.concepts.meets(&CREATED)
        && !field.concepts.meets(&DONE);
    score.excluded |= field.sets_out && all.meets(&KNOWN.source) && !all.meets(&ORIGIN.or(&PLACES));
    if initials(key, field) {
        k = k.max(0.74);
    }
    // Not cut at 1: of two good ones the better should win. Between equals the one of as many words, and of the same
    // number: singular and plural of one word are often two fields.
    let longer = u8::try_from(key.tail.words.abs_diff(field.by_name.words).min(4)).unwrap_or(4);
    let apart = 0.01 * f32::from(longer) + if key.tail.plural == field.by_name.plural { 0.0 } else { 0.03 };
    score.fused = (k.max(0.4 * k + 0.7 * s) - apart.min(0.05)).max(0.0);
    if score.fused < OFFERED && offers(key, field) {
        return KeyScore { fused: OFFERED, differ: false, method: Method::Pattern, offered: true, ..score };
    }
    score.method = if k < 0.4 * k + 0.7 * s && s > k || likeness.by_meaning > 0.5 {
        Method::Vector
    } else if likeness.by_letters > 0.5 {
        Method::Ngram
    } else {
        Method::Lexicon
    };
    score
}

/// "House or flat?", "¿Mecánico o automático?": a key that names several of the field's options asks for one of them.
fn offers(key: &Key, field: &Field) -> bool {
    // Two options and what joins them, and few enough to be named in a question.
    if !(2..=MOST_OFFERED).contains(&field.choices.len()) || key.snake.bytes().filter(|b| *b == b'_').count() < 2 {
        return false;
    }
    let words: Vec<&str> = key.snake.split('_').collect();
    let said = |own: &String| own.len() > 2 && words.iter().any(|word| stem(word) == stem(own));
    field.choices.iter().filter(|choice| !choice.is_other() && choice.words().iter().all(said)).take(2).count() > 1
}

/// "UV" of "Unidad vecinal": a key that no phrase knows and that the words of the field begin with.
fn initials(key: &Key, field: &Field) -> bool {
    let short = key.snake.as_str();
    if !key.tail.concepts.is_empty()
        || !(2..=4).contains(&short.len())
        || !short.bytes().all(|b| b.is_ascii_lowercase())
    {
        return false;
    }
    let of = |text: &str| {
        let words = words(text);
        let content = words.iter().filter(|word| !lexicon::is_stop(word));
        content.clone().count() > 1 && content.filter_map(|word| word.bytes().next()).eq(short.bytes())
    };
    of(&field.definition.name) || of(&field.definition.key)
}

/// The field a label names best: for measuring labels alone.
pub(crate) fn best_field(definitions: &Definitions, label: &str) -> Option<usize> {
    let scored = definitions.scored(&[label]);
    let best = scored.scores.iter().enumerate().max_by(|a, b| a.1.fused.total_cmp(&b.1.fused))?;
    (best.1.fused > 0.0).then_some(best.0)
}
