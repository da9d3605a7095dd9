//! The person: phone, e-mail, name. Whose each value is comes first; rather none than somebody else's.

mod owner;
mod paired;
mod reach;

use self::reach::{email_of, join_split_phones, phone_of};
use crate::cards::Cards;
use crate::compiled::{Definitions, Scored};
use crate::key::{Key, Party};
use crate::known::KNOWN;
use crate::lexicon::{Set, set};
use crate::reading::Reading;
use crate::{FieldType, Method};
use std::sync::{Arc, LazyLock};

/// Whose a leaf is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Whose {
    /// The person the record is about.
    Person,
    /// May be the person when nobody else is: an owner, a bride, the one billed.
    Perhaps(Role),
    /// Somebody else, a company, a place.
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Role {
    Owner,
    PetKeeper,
    Fiance,
    Billed,
    Shipped,
    Relative,
}

/// A value for a slot.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    /// All leaves it takes.
    pub leaves: Vec<usize>,
    pub value: String,
    /// Smaller is better.
    rank: u32,
    whose: Whose,
    pub confidence: f32,
    pub method: Method,
}

/// What was found for the person, best first.
#[derive(Default)]
pub(crate) struct Person {
    pub phones: Vec<Candidate>,
    pub emails: Vec<Candidate>,
    pub names: Vec<Candidate>,
    /// Leaves that say again what the chosen name says.
    pub echoes: Vec<usize>,
}

/// Record-wide facts that decide whose a role is.
struct Circumstances {
    pets: bool,
    pet_owner: bool,
    /// The organization keeps a child's name and nobody's for the parent: who writes is the parent.
    children: bool,
    /// The organization keeps a tenant's number: the owner is no one of a CRM.
    tenants: bool,
    /// A message that went out, a parcel that a company sent: the sender is not the customer.
    outbound: bool,
    /// What is sent by a company is somebody's who receives it.
    received: bool,
    /// The organization keeps a relative's number: a child's is one.
    relatives: bool,
    /// "Este número es de mi hija": what the message came from is not the writer's own.
    lent: bool,
}

/// Concepts that may stand beside a phone, an e-mail or a name without making it another thing.
static NEUTRAL: LazyLock<Set> = LazyLock::new(|| {
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
        "TYPE",
        "R_SUBJECT",
        "R_MANAGER",
        "WORK",
        "PERSONAL",
        "ALT",
        "AREACODE",
        "COUNTRYCODE",
        "CURRENTQ",
        "COMPANY",
        "R_OWNER",
        "R_AGENT",
        "R_PARENT",
        "R_FIANCE",
        "R_CHILD",
        "DEPENDANT",
        "R_RELATIVE",
        "BILLING",
        "SHIPPING",
        "HOUR",
        "R_PET",
        "AVAIL",
        "NOTES",
        "PREVQ",
        "LASTQ",
        "FIRSTQ",
        "CODE",
        "ID",
        "AMOUNT",
        "TOTAL",
        "INTEREST",
        "SOURCE",
        "R_DOCTOR",
        "ADDRESS",
        "APPOINT",
        "PURCHASE",
        "PRODUCT",
        "INDUSTRY",
        "DATE",
        "TRIP",
        "RENT",
        "FINANCING",
        "CREATED",
        "DEPARTURE",
        "QUOTEAMT",
        "BUDGET",
        "POLICY",
        "TRIAL",
    ])
});

/// As above, for what stands in the last segment itself.
static NEUTRAL_TAIL: LazyLock<Set> = LazyLock::new(|| {
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
        "R_MANAGER",
        "WORK",
        "PERSONAL",
        "ALT",
        "CURRENTQ",
        "R_OWNER",
        "R_AGENT",
        "R_PARENT",
        "R_FIANCE",
        "R_CHILD",
        "DEPENDANT",
        "R_RELATIVE",
        "HOUR",
        "AREACODE",
        "LASTQ",
        "INTEREST",
        "JOB",
        "AMOUNT",
        "TYPE",
    ])
});

fn whose(key: &Key, at: &Circumstances) -> Whose {
    let known = &*KNOWN;
    let tail = key.tail.concepts;
    let mut roles = key.concepts().and(&known.others);
    let person_in_tail = tail.meets(&known.subject) || tail.meets(&known.manager) || tail.meets(&known.contact);
    // {"company": {"contact": …}}: the contact is the person, the company is where.
    if !tail.meets(&known.company)
        && (person_in_tail || key.context.meets(&known.subject) || key.context.meets(&known.contact))
    {
        roles = roles.without(&known.company);
    }
    if at.pets
        && at.pet_owner
        && !roles.meets(&known.owner)
        && !roles.meets(&known.parent)
        && key.concepts().meets(&PATIENT)
    {
        return Whose::Other;
    }
    // Whoever drives what is delivered is not whom it is for.
    if at.received && drives(key) {
        return Whose::Other;
    }
    if !at.children {
        if !at.relatives {
            roles = roles.without(&known.child);
        }
    } else if roles.is_empty() && key.concepts().meets(&known.dependant) {
        return Whose::Other;
    }
    if roles.is_empty() {
        return Whose::Person;
    }
    let only = |set: &Set| roles.without(set).is_empty();
    if only(&known.owner.or(&AGENT)) && roles.meets(&known.owner) {
        return if roles.meets(&AGENT) && !at.pets && !at.tenants { Whose::Other } else { Whose::Perhaps(Role::Owner) };
    }
    if (at.pets || at.children) && only(&known.parent.or(&known.owner)) {
        return Whose::Perhaps(Role::PetKeeper);
    }
    if at.received && only(&RECEIVERS) {
        return Whose::Perhaps(Role::Shipped);
    }
    // {"beneficiario": {"nome", "fone"}} where nobody else is named.
    if only(&known.relative) || only(&BENEFICIARY) && !tail.meets(&BENEFICIARY) {
        return Whose::Perhaps(Role::Relative);
    }
    if only(&known.fiance) {
        return Whose::Perhaps(Role::Fiance);
    }
    if only(&known.billing) && !tail.meets(&known.billing) {
        return Whose::Perhaps(Role::Billed);
    }
    if only(&SHIPPING) && !tail.meets(&SHIPPING) {
        return Whose::Perhaps(Role::Shipped);
    }
    Whose::Other
}

const TENANTS: &[&str] =
    &["tenant", "renter", "arrendatario", "arrendataria", "inquilino", "inquilina", "locatario", "locataria"];

/// Who drives is now and then the customer, and mostly whom the customer waits for.
const DRIVERS: &[&str] =
    &["condutor", "condutora", "motorista", "conductor", "conductora", "chofer", "driver", "repartidor", "courier"];

/// A key that names whoever drives.
pub(crate) fn drives(key: &Key) -> bool {
    key.full.says(DRIVERS)
}

static PATIENT: LazyLock<Set> = LazyLock::new(|| set(&["R_SUBJECT"]));
static RECEIVERS: LazyLock<Set> = LazyLock::new(|| set(&["R_BENEF", "SHIPPING"]));
static BENEFICIARY: LazyLock<Set> = LazyLock::new(|| set(&["R_BENEF"]));
static AGENT: LazyLock<Set> = LazyLock::new(|| set(&["R_AGENT"]));
static SHIPPING: LazyLock<Set> = LazyLock::new(|| set(&["SHIPPING"]));

/// Finds the person's phone, e-mail and name among labelled values.
pub(crate) fn find(
    definitions: &Definitions,
    keys: &[Arc<Scored>],
    readings: &[Reading<'_>],
    country: Option<&str>,
) -> Person {
    let known = &*KNOWN;
    let traits = known.pet_traits.without(&known.pet);
    let pet_keys =
        keys.iter().any(|scored| scored.key.concepts().meets(&traits) || scored.key.context.meets(&known.pet));
    let keeper = known.owner.or(&known.parent);
    let addressed =
        keys.iter().zip(readings).any(|(scored, reading)| scored.key.party == Party::To && reading.likeness() >= 0.5);
    let received = keys.iter().zip(readings).any(|(scored, reading)| {
        let key = &scored.key;
        // {"remite": {"razon"}, "destinatario": {"nombre"}}
        let firm = addressed && matches!(key.snake.as_str(), "razon" | "razao" | "firm" | "org");
        key.party == Party::From
            && (firm || key.tail.concepts.meets(&known.company) || reading.text().is_some_and(crate::names::is_company))
            && reading.text().is_some_and(|text| !text.is_empty() && !text.contains('@'))
    });
    // {"recebedor": {"contato", "cel"}}: what is delivered, where nobody is said to send it.
    let delivered = addressed
        && !keys.iter().any(|scored| scored.key.party == Party::From)
        && keys.iter().zip(readings).any(|(scored, reading)| {
            scored.key.party == Party::To
                && reading.leaf().path.len() > 1
                && scored.key.tail.concepts.meets(&known.phone)
                && reading.phone().is_some()
        });
    let received = received || delivered;
    let at = Circumstances {
        pets: definitions.pets || pet_keys,
        pet_owner: keys
            .iter()
            .zip(readings)
            .any(|(scored, reading)| scored.key.concepts().meets(&keeper) && reading.likeness() > 0.3),
        children: definitions.children
            || child_and_parent(keys, readings)
            || definitions.dependants
                && keys.iter().zip(readings).any(|(scored, reading)| {
                    let key = &scored.key;
                    let reach = known.phone.or(&known.name).or(&known.first);
                    key.concepts().meets(&known.parent)
                        && (key.tail.concepts.meets(&reach) || reading.likeness() >= 0.6)
                        && reading.text().is_some_and(|text| !text.is_empty())
                }),
        tenants: definitions.wards.iter().any(|word| TENANTS.contains(&word.as_str())),
        received,
        relatives: definitions.relatives,
        lent: readings.iter().any(|reading| reading.is_prose() && reading.text().is_some_and(lent)),
        outbound: received
            || keys.iter().zip(readings).any(|(scored, reading)| {
                reading.text().and_then(|text| text.get(..3)).is_some_and(|head| head.eq_ignore_ascii_case("out"))
                    && scored.key.snake.contains("direction")
            }),
    };
    let cards = Cards::find(keys, readings);
    // Some object says that it is the customer's: another of unknown name is not.
    let reach = known.name.or(&known.first).or(&known.phone).or(&known.email);
    let named_subject = keys.iter().zip(readings).any(|(scored, reading)| {
        let key = &scored.key;
        key.context.meets(&known.subject)
            && key.tail.concepts.meets(&reach)
            && key.concepts().and(&known.others).is_empty()
            && reading.leaf().part.is_none()
    });
    let theirs = if at.outbound { Party::From } else { Party::To };
    let mut person = Person::default();
    let mut owners: Vec<Whose> = keys.iter().map(|scored| whose(&scored.key, &at)).collect();
    // {"owner_mobile", "tenant_mobile"} where the organization keeps the tenant's number: the other one is the customer's.
    let wards: Vec<bool> = if definitions.wards.is_empty() {
        vec![false; keys.len()]
    } else {
        let about = |segment: &str| crate::keys::words(segment).iter().any(|word| definitions.wards.contains(word));
        readings.iter().map(|reading| reading.leaf().path.iter().any(|segment| about(segment))).collect()
    };
    let reaches = |leaf: usize| keys[leaf].key.tail.concepts.meets(&known.phone) && readings[leaf].phone().is_some();
    let customers = wards.contains(&true)
        && (0..keys.len()).any(|leaf| {
            owners[leaf] != Whose::Other
                && reaches(leaf)
                && !wards[leaf]
                && keys[leaf].key.party != theirs
                && !reserved(definitions, &keys[leaf], &readings[leaf])
        });
    if customers {
        for (ward, whose) in wards.iter().zip(&mut owners) {
            if *ward {
                *whose = Whose::Other;
            }
        }
    }
    for (leaf, (scored, reading)) in keys.iter().zip(readings).enumerate() {
        if reading.text().is_none_or(str::is_empty) {
            continue;
        }
        let key = &scored.key;
        let whose = owners[leaf];
        if whose == Whose::Other || reserved(definitions, scored, reading) {
            continue;
        }
        // {"house": {"email"}} beside {"guest": {"name", "phone"}}: nobody says that it is the guest's.
        let stranger = whose == Whose::Person
            && (named_subject && key.foreign || cards.any())
            && (cards.outside(reading) || named_subject && key.foreign)
            && (key.foreign || !key.context.without(&NEUTRAL).is_empty())
            && !key.context.meets(&known.subject.or(&known.contact));
        let foreign = key.foreign && reading.leaf().part.as_ref().is_some_and(|part| part.divides);
        let borrowed = at.lent && key.party == Party::From;
        // "910 555 017 (mulher, D. Graça)", read as a number and a name.
        let of_another = reading
            .leaf()
            .part
            .as_ref()
            .is_some_and(|part| part.divides && readings[part.owner].text().is_some_and(reach::of_another));
        if key.party == theirs || stranger || foreign || borrowed || of_another {
            continue;
        }
        let card = cards.has(reading);
        if let Some(candidate) = phone_of(leaf, key, reading, whose, card) {
            person.phones.push(candidate);
        }
        if let Some(candidate) = email_of(leaf, key, reading, whose) {
            person.emails.push(candidate);
        }
    }
    reach::typed_beside(readings, &mut person.phones);
    join_split_phones(keys, readings, country, &at, &mut person.phones);
    // {"client": {"fullName"}, "adviser": {"fullName"}}: who stands in an object of unknown name is not the customer either.
    let own = known.subject.or(&known.contact);
    let mut named = owners;
    for (scored, whose) in keys.iter().zip(&mut named) {
        let key = &scored.key;
        if named_subject && key.foreign && !key.context.meets(&own) && !key.tail.concepts.meets(&own) {
            *whose = Whose::Other;
        }
    }
    crate::person_name::find(definitions, keys, readings, &cards, &named, theirs, &mut person);
    // The pupil's name, and the number of who answers for them, who has a name of their own: not the pupil's.
    let answers = |leaf: usize| keys[leaf].key.concepts().meets(&known.manager);
    let manager_named = keys.iter().zip(readings).enumerate().find(|(leaf, (scored, reading))| {
        answers(*leaf) && !scored.key.tail.concepts.meets(&known.phone) && reading.likeness() >= 0.6
    });
    if let Some((leaf, _)) = manager_named
        && keys.iter().zip(readings).any(|(scored, reading)| {
            let all = scored.key.concepts();
            all.meets(&known.dependant.or(&known.child)) && !all.meets(&known.manager) && reading.likeness() >= 0.6
        })
        && !person.names.iter().min_by_key(|name| name.rank).is_some_and(|name| name.leaves.contains(&leaf))
    {
        person.phones.retain(|phone| !phone.leaves.iter().any(|leaf| answers(*leaf)));
        person.emails.retain(|email| !email.leaves.iter().any(|leaf| answers(*leaf)));
    }
    paired::name_of_the_number(keys, readings, &mut person);
    owner::doubt(keys, readings, &mut person);
    // Of several addresses the one that stands in the object of the name.
    if let Some(home) = person.names.iter().min_by_key(|name| name.rank).map(|name| place_of(readings, name.leaves[0]))
        && !home.is_empty()
        && person.emails.iter().any(|email| place_of(readings, email.leaves[0]) == home)
    {
        for email in &mut person.emails {
            let place = place_of(readings, email.leaves[0]);
            email.rank += if place == home || place.is_empty() { 0 } else { 25 };
        }
    }
    let fiance_named = person.names.iter().any(|name| name.whose == Whose::Perhaps(Role::Fiance));
    let has_name = person.names.iter().any(|name| name.whose == Whose::Person);
    let allowed = |role: Role| match role {
        Role::PetKeeper => true,
        Role::Owner => at.pets || !has_name,
        Role::Fiance => !has_name && fiance_named,
        Role::Billed | Role::Shipped => true,
        Role::Relative => !has_name,
    };
    for list in [&mut person.phones, &mut person.emails, &mut person.names] {
        let own = list.iter().any(|candidate| candidate.whose == Whose::Person);
        list.retain(|candidate| match candidate.whose {
            Whose::Person => true,
            Whose::Perhaps(role) => {
                allowed(role) && (!own || matches!(role, Role::PetKeeper | Role::Owner) && (at.pets || at.children))
            }
            Whose::Other => false,
        });
        list.sort_by_key(|candidate| (penalty(candidate.whose), candidate.rank));
    }
    person
}

/// The object a leaf stands in.
fn place_of<'a>(readings: &'a [Reading<'_>], leaf: usize) -> &'a str {
    readings[leaf].leaf().pointer.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// "Este num es de mi hija", "this is my wife's phone": said of what the message came from.
fn lent(text: &str) -> bool {
    const OF: [&str; 9] = [
        "este num es de",
        "este numero es de",
        "este cel es de",
        "este celular es de",
        "este telefono es de",
        "este whatsapp es de",
        "esse numero e d",
        "este numero e d",
        "this number is my",
    ];
    let folded = crate::keys::fold(crate::shapes::clip(text));
    OF.iter().any(|said| folded.contains(said))
}

/// A child is named, a parent's number is there, and none of anybody else: the parent is who can be written to.
fn child_and_parent(keys: &[Arc<Scored>], readings: &[Reading<'_>]) -> bool {
    let known = &*KNOWN;
    let (mut child, mut parent, mut other) = (false, false, false);
    // Nobody but the parent has a name.
    let mut alone = true;
    for (scored, reading) in keys.iter().zip(readings) {
        let (key, all) = (&scored.key, scored.key.concepts());
        let of_parent = all.meets(&known.parent);
        let reaches = key.tail.concepts.meets(&known.phone) && reading.phone().is_some();
        child |= all.meets(&known.child) && !of_parent && reading.likeness() > 0.3;
        parent |= of_parent && reaches;
        alone &= of_parent
            || key.foreign
            || reading.likeness() < 0.3
            || !(key.tail.concepts.meets(&known.name.or(&known.first).or(&known.subject)));
        // {"parent": {…}, "sitter": {…}}: nobody knows who that is, so it is no other customer.
        other |= reaches && !key.foreign && all.and(&known.others).without(&known.child).is_empty();
    }
    (child || alone) && parent && !other
}

fn penalty(whose: Whose) -> u32 {
    match whose {
        Whose::Person => 0,
        Whose::Perhaps(Role::PetKeeper | Role::Owner | Role::Fiance | Role::Relative) => 0,
        Whose::Perhaps(Role::Billed) => 1,
        Whose::Perhaps(Role::Shipped) => 2,
        Whose::Other => 9,
    }
}

impl Candidate {
    pub fn new(
        leaves: Vec<usize>,
        value: String,
        rank: u32,
        whose: Whose,
        confidence: f32,
        method: Method,
    ) -> Candidate {
        Candidate { leaves, value, rank, whose, confidence, method }
    }

    /// Whether nothing but the order of the data puts one before the other.
    pub fn as_good_as(&self, other: &Candidate) -> bool {
        self.whose == other.whose && self.rank == other.rank
    }

    pub fn whose(&self) -> Whose {
        self.whose
    }
}

/// A field of the organization asks for just this: `correo_facturacion`, `telefono_destino`.
fn reserved(definitions: &Definitions, scored: &Scored, reading: &Reading<'_>) -> bool {
    static PLAIN: LazyLock<Set> = LazyLock::new(|| {
        KNOWN.phone.or(&KNOWN.email).or(&KNOWN.contact).or(&KNOWN.number).or(&KNOWN.name).or(&KNOWN.subject)
    });
    definitions.fields.iter().zip(&scored.scores).any(|(field, score)| {
        let kind = score.fused >= 0.6
            && !score.excluded
            && match field.definition.field_type {
                FieldType::Phone => reading.phone().is_some(),
                FieldType::Email => reading.email().is_some(),
                _ => false,
            };
        if !kind {
            return false;
        }
        let special = field.concepts.without(&PLAIN);
        // A word on both sides that no phrase covers says whose it is as well as a known role does.
        let unknown = field.by_name.unknown() > 0 && scored.key.unknown > 0 && score.fused >= 0.85;
        special.meets(&scored.key.concepts()) || unknown
    })
}
