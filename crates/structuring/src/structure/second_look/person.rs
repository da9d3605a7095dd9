//! Values that could be the customer's own phone, e-mail or name where no rule found one.

use super::{Weighed, count, flag};
use crate::forest::{Model, role};
use crate::key::{Key, Party};
use crate::keys::fold;
use crate::known::KNOWN;
use crate::lexicon::{Set, set};
use crate::phone::Line;
use crate::structure::Desk;
use crate::{FieldType, Json, Method, Target, email, lexicon, names, vectors};
use std::sync::LazyLock;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Phone,
    Email,
    Name,
    /// The family name beside a given name that was placed alone.
    Family,
}

static SUBJECT: LazyLock<Set> = LazyLock::new(|| set(&["R_SUBJECT", "CONTACT", "R_MANAGER"]));
static WORK: LazyLock<Set> = LazyLock::new(|| set(&["COMPANY", "BILLING", "SHIPPING", "R_SITE", "R_SUPPORT"]));
static AGENTS: LazyLock<Set> = LazyLock::new(|| set(&["R_AGENT", "R_PLANNER", "OPPOSING", "R_DOCTOR"]));
static REFERRED: LazyLock<Set> = LazyLock::new(|| set(&["R_EMERG", "R_REF", "R_BENEF", "R_COMPANION"]));
static FAMILY: LazyLock<Set> = LazyLock::new(|| set(&["R_SPOUSE", "R_RELATIVE", "R_FIANCE", "R_OWNER"]));
/// Whose number is never the customer's, however alone it stands.
static STRANGERS: LazyLock<Set> = LazyLock::new(|| AGENTS.or(&REFERRED).or(&set(&["R_SPOUSE", "R_SUPPORT", "FAX"])));
static PARENT: LazyLock<Set> = LazyLock::new(|| set(&["R_PARENT"]));
static WARDS: LazyLock<Set> = LazyLock::new(|| set(&["R_CHILD", "DEPENDANT", "R_PET", "R_DECEASED"]));
/// What says that something is a phone, an e-mail or a name, not whose.
static PLAIN: LazyLock<Set> = LazyLock::new(|| {
    set(&[
        "NAME",
        "FIRST",
        "LAST",
        "LAST2",
        "MIDDLE",
        "PHONE",
        "MOBILE",
        "WHATSAPP",
        "LANDLINE",
        "EMAIL",
        "CONTACT",
        "NUMBER",
        "R_SUBJECT",
        "PERSONAL",
        "WORK",
        "ALT",
        "AREACODE",
        "COUNTRYCODE",
    ])
});

static NUMBERS: LazyLock<Set> = LazyLock::new(|| set(&["NUMBER", "ID", "CODE"]));

/// No record of one person has more of them; each is compared with the others.
const MOST_LEFT: usize = 48;

/// A leaf that reads as one of the kinds.
struct Left {
    leaf: usize,
    kind: Kind,
    value: String,
}

/// Record-wide facts that all candidates share.
struct Scene {
    phone: bool,
    email: bool,
    name: bool,
    prose: bool,
    /// Objects that the placed phone, e-mail or name stands in.
    parents: Vec<String>,
    /// Local part of an e-mail that is placed or left; words of a name that is.
    mailbox: Option<String>,
    name_words: Vec<String>,
}

fn parent_of(pointer: &str) -> &str {
    pointer.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// Words along the path that do not say what kind of value it is: whose it may be.
fn role_of(path: &[&str]) -> (f32, usize) {
    let mut kept: Vec<String> = Vec::new();
    for segment in path {
        let words = crate::keys::words(segment);
        let hits = lexicon::find(&words);
        for (at, word) in words.iter().enumerate() {
            let plain = hits
                .iter()
                .any(|hit| hit.from <= at && at < hit.to && hit.concepts.iter().any(|concept| PLAIN.has(*concept)));
            if !plain && !lexicon::is_noise(word) && word.len() > 2 {
                kept.push(word.clone());
            }
        }
    }
    let direction = vectors::embed(kept.iter().map(String::as_str));
    (direction.as_ref().map_or(0.0, role), kept.len())
}

/// Whether an address has a word of a name in it: `kate.b@` of Kate Brown.
fn agrees(mailbox: &str, words: &[String]) -> bool {
    words.iter().any(|word| word.len() > 2 && mailbox.contains(word.as_str()))
}

fn name_words(name: &str) -> Vec<String> {
    fold(name).split(' ').map(str::to_owned).collect()
}

impl Desk<'_> {
    pub(super) fn persons_left(&self) -> Vec<Weighed> {
        let (phone, email, name) =
            (self.filled(&Target::Phone), self.filled(&Target::Email), self.filled(&Target::Name));
        let given = if name { self.lone_given_name() } else { None };
        if phone && email && name && given.is_none() {
            return Vec::new();
        }
        let mut left: Vec<Left> = Vec::new();
        for leaf in 0..self.readings.len() {
            if !self.taken[leaf] && left.len() < MOST_LEFT {
                left.extend(self.reads_as(leaf, (phone, email, name), given));
            }
        }
        if left.is_empty() {
            return Vec::new();
        }
        let scene = self.scene(&left, (phone, email, name));
        left.iter().map(|it| self.weigh_person(it, &left, &scene, given)).collect()
    }

    /// The leaf of a name of one word that was placed alone.
    fn lone_given_name(&self) -> Option<usize> {
        let name = self.outcome.placed(&Target::Name)?;
        let ([source], Some(value)) = (name.sources.as_slice(), name.value.as_str()) else { return None };
        if value.trim().contains(' ') || matches!(name.method, Method::Explicit | Method::Learned) {
            return None;
        }
        (0..self.readings.len()).find(|leaf| {
            let own = self.readings[*leaf].leaf();
            self.taken[*leaf] && own.pointer == source.pointer && own.part.is_none()
        })
    }

    fn reads_as(&self, leaf: usize, filled: (bool, bool, bool), given: Option<usize>) -> Option<Left> {
        let reading = &self.readings[leaf];
        let text = reading.text().filter(|text| !text.is_empty() && text.len() <= 80)?;
        let left = |kind, value| Some(Left { leaf, kind, value });
        if text.contains('@') {
            let address = reading.email().filter(|_| !filled.1)?;
            return left(Kind::Email, address.to_owned());
        }
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        if digits >= 7 {
            if filled.0 || reading.date().is_some() || reading.id().is_some() || text.contains(['$', '€', '£', '%'])
            {
                return None;
            }
            let concepts = self.keys[leaf].key.concepts();
            // "ndis_no": the number of something that nobody knows.
            let key = &self.keys[leaf].key;
            let numbered = key.tail.concepts.meets(&NUMBERS) && key.unknown > 0 && !key.addressed;
            if numbered && !concepts.meets(&KNOWN.phone) {
                return None;
            }
            if concepts.meets(&STRANGERS) || concepts.meets(&KNOWN.manager) && self.named_as_pupil() {
                return None;
            }
            let (phone, _, _) = reading.phone()?;
            return left(Kind::Phone, phone.to_string());
        }
        if digits > 0 || !reading.is_string() || names::is_company(text) {
            return None;
        }
        if let Some(given) = given {
            let beside = parent_of(&reading.leaf().pointer) == parent_of(&self.readings[given].leaf().pointer)
                && leaf.abs_diff(given) <= 3
                && reading.leaf().part.is_none();
            if !beside || reading.likeness() < 0.3 || text.split_whitespace().count() > 3 {
                return None;
            }
            let first = self.outcome.placed(&Target::Name)?.value.as_str()?.to_owned();
            return left(Kind::Family, names::collapse(&format!("{first} {text}")));
        }
        if filled.2 || reading.likeness() < 0.35 {
            return None;
        }
        left(Kind::Name, names::tidy(text))
    }

    /// The name that was found is a pupil's: who answers for them has a number of their own.
    fn named_as_pupil(&self) -> bool {
        let Some([source]) = self.outcome.placed(&Target::Name).map(|name| name.sources.as_slice()) else {
            return false;
        };
        (0..self.readings.len()).any(|leaf| {
            let concepts = self.keys[leaf].key.concepts();
            self.readings[leaf].leaf().pointer == source.pointer
                && concepts.meets(&KNOWN.dependant.or(&KNOWN.child))
                && !concepts.meets(&KNOWN.manager)
        })
    }

    fn scene(&self, left: &[Left], (phone, email, name): (bool, bool, bool)) -> Scene {
        let of = |target: &Target| self.outcome.placed(target);
        let parents = [Target::Phone, Target::Email, Target::Name]
            .iter()
            .filter_map(of)
            .flat_map(|placement| placement.sources.iter().map(|source| parent_of(&source.pointer).to_owned()))
            .collect();
        let left_email = || left.iter().find(|it| it.kind == Kind::Email).map(|it| it.value.clone());
        let address = of(&Target::Email).and_then(|it| it.value.as_str().map(str::to_owned)).or_else(left_email);
        Scene {
            phone,
            email,
            name,
            prose: (0..self.readings.len()).any(|leaf| !self.taken[leaf] && self.readings[leaf].is_prose()),
            parents,
            mailbox: address.and_then(|address| address.split_once('@').map(|(mailbox, _)| mailbox.to_owned())),
            name_words: of(&Target::Name).and_then(|it| it.value.as_str()).map(name_words).unwrap_or_default(),
        }
    }

    fn weigh_person(&self, it: &Left, left: &[Left], scene: &Scene, given: Option<usize>) -> Weighed {
        let known = &*KNOWN;
        let reading = &self.readings[it.leaf];
        let key = &self.keys[it.leaf].key;
        let tail = key.tail.concepts;
        let (names_it, target) = match it.kind {
            Kind::Phone => (known.phone, Target::Phone),
            Kind::Email => (known.email, Target::Email),
            Kind::Name => (known.name.or(&known.first).or(&known.last), Target::Name),
            Kind::Family => (known.last.or(&known.last2), Target::Name),
        };
        let all = key.concepts();
        let path = reading.leaf().read_path();
        let (whose, role_words) = role_of(&path);
        let parent = parent_of(&reading.leaf().pointer);
        let rivals: Vec<&Left> = left.iter().filter(|other| other.kind == it.kind && other.value != it.value).collect();
        let unroled = |leaf: usize| self.keys[leaf].key.concepts().and(&known.others).is_empty();
        let beside = left.iter().any(|other| {
            other.leaf != it.leaf
                && other.kind != it.kind
                && parent_of(&self.readings[other.leaf].leaf().pointer) == parent
        });
        let mine = name_words(&it.value);
        let agreement = match it.kind {
            Kind::Email => it.value.split_once('@').is_some_and(|(mailbox, _)| agrees(mailbox, &scene.name_words)),
            Kind::Phone => false,
            Kind::Name => scene.mailbox.as_deref().is_some_and(|mailbox| agrees(mailbox, &mine)),
            Kind::Family => scene.mailbox.as_deref().is_some_and(|mailbox| agrees(mailbox, &mine[1..])),
        };
        let own = match (it.kind, reading.phone()) {
            (Kind::Phone, Some((_, Line::Mobile, _))) => 1.0,
            (Kind::Phone, Some((_, Line::Landline, _))) => -1.0,
            (Kind::Phone, _) => 0.0,
            (Kind::Email, _) => flag(email::is_shared(&it.value)),
            _ => reading.likeness(),
        };
        let text = reading.text().unwrap_or("");
        let fields = &self.request.definitions.fields;
        let claimed = fields.iter().zip(&self.keys[it.leaf].scores).filter(|(field, _)| {
            let alike = match field.definition.field_type {
                FieldType::Text => true,
                FieldType::Phone => it.kind == Kind::Phone,
                FieldType::Email => it.kind == Kind::Email,
                _ => false,
            };
            alike && !self.filled(&Target::Field(field.definition.key.clone()))
        });
        let (mut most, mut roled) = (0.0_f32, 0.0_f32);
        for (field, score) in claimed {
            most = most.max(score.fused);
            if !field.roles.is_empty() {
                roled = roled.max(score.fused);
            }
        }
        let position = |leaf: usize| rivals.iter().filter(|other| other.leaf < leaf).count();
        let features = vec![
            flag(it.kind == Kind::Phone),
            flag(it.kind == Kind::Email),
            flag(it.kind == Kind::Name),
            flag(tail.meets(&names_it)),
            flag(all.meets(&names_it)),
            count(tail.without(&PLAIN).iter().count()),
            count(key.context.without(&PLAIN).iter().count()),
            count(key.unknown),
            flag(key.opaque),
            match key.party {
                Party::From => 1.0,
                Party::To => -1.0,
                Party::Neither => 0.0,
            },
            flag(all.meets(&WORK)),
            flag(all.meets(&AGENTS)),
            flag(all.meets(&REFERRED)),
            flag(all.meets(&FAMILY)),
            flag(all.meets(&PARENT)),
            flag(all.meets(&WARDS)),
            flag(tail.meets(&SUBJECT)),
            flag(key.context.meets(&SUBJECT)),
            whose,
            count(role_words),
            count(rivals.len()),
            count(position(it.leaf)),
            count(rivals.iter().filter(|other| unroled(other.leaf)).count()),
            flag(unroled(it.leaf)),
            flag(beside),
            flag(scene.parents.iter().any(|other| other == parent)),
            flag(scene.parents.iter().any(|other| !parent.starts_with(other.as_str()))),
            flag(scene.phone),
            flag(scene.email),
            flag(scene.name),
            own,
            flag(text.starts_with('+')),
            flag(agreement),
            flag(scene.mailbox.is_some() && matches!(it.kind, Kind::Name | Kind::Family)),
            count(path.len()),
            count(text.split_whitespace().count()),
            most,
            roled,
            flag(scene.prose),
            flag(reading.leaf().part.is_some()),
            flag(key.foreign),
            flag(fields.iter().any(|field| field.roles.meets(&all))),
            given.map_or(0.0, |given| if it.leaf > given { count(it.leaf - given) } else { -count(given - it.leaf) }),
            given.map_or(0.0, |given| shared(&key.snake, &self.keys[given].key.snake)),
            flag(text.split([' ', '-']).next().is_some_and(|word| names::is_first_name(&fold(word)))),
            flag(self.own_words(key)),
        ];
        let mut leaves: Vec<usize> = given.into_iter().collect();
        leaves.push(it.leaf);
        Weighed {
            model: Model::Person,
            target,
            value: Json::from(it.value.as_str()),
            leaves,
            method: Method::Pattern,
            features,
            completes: it.kind == Kind::Family,
            span: None,
        }
    }

    /// Whether a word of the key stands in some field's name or key.
    fn own_words(&self, key: &Key) -> bool {
        let words = crate::keys::words(&key.snake);
        self.request.definitions.fields.iter().any(|field| {
            words.iter().any(|word| word.len() > 3 && !lexicon::is_noise(word) && field.says(&[word.as_str()]))
        })
    }
}

/// How much of two keys' beginnings is the same, 0–1.
fn shared(a: &str, b: &str) -> f32 {
    let same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    count(same) / count(a.len().max(b.len()).max(1))
}
