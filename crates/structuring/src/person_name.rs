//! The person's name: whole or joined from its parts.

use crate::cards::Cards;
use crate::compiled::{Definitions, Scored};
use crate::key::{Key, Party};
use crate::keys::fold;
use crate::known::KNOWN;
use crate::lexicon::{Set, set};
use crate::reading::Reading;
use crate::slots::{Candidate, Person, Whose, drives};
use crate::{FieldType, Method, names};
use std::sync::{Arc, LazyLock};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Kind {
    First,
    Middle,
    Last,
    Last2,
    Whole,
}

struct Piece {
    leaf: usize,
    kind: Kind,
    whose: Whose,
    text: String,
    folded: String,
    /// How the key says it: 0 name, 1 subject or contact, 3 nothing.
    rank: u32,
    likeness: f32,
    parent: String,
    /// "2" of "parent_2".
    ordinal: u32,
    /// Beside an object that holds a name and something that reaches it.
    beside: bool,
    /// The list whose member it is, by its owner's place.
    list: Option<usize>,
}

/// What may stand beside a name in the last segment.
static BESIDE: LazyLock<Set> = LazyLock::new(|| {
    set(&[
        "NAME",
        "FIRST",
        "LAST",
        "LAST2",
        "MIDDLE",
        "R_SUBJECT",
        "R_MANAGER",
        "CONTACT",
        "PERSONAL",
        "R_OWNER",
        "R_AGENT",
        "R_PARENT",
        "R_FIANCE",
        "R_CHILD",
        "DEPENDANT",
        "R_RELATIVE",
        "LASTQ",
        "FIRSTQ",
        "INTEREST",
        "CURRENTQ",
        "WHATSAPP",
    ])
});

/// What may stand above a name.
static ABOVE: LazyLock<Set> = LazyLock::new(|| {
    set(&[
        "NAME",
        "R_SUBJECT",
        "R_MANAGER",
        "CONTACT",
        "PERSONAL",
        "R_OWNER",
        "R_AGENT",
        "R_PARENT",
        "R_FIANCE",
        "R_CHILD",
        "DEPENDANT",
        "R_RELATIVE",
        "BILLING",
        "SHIPPING",
        "COMPANY",
        "NOTES",
        "APPOINT",
        "PURCHASE",
        "ADDRESS",
        "INTEREST",
        "PROGRAM",
        "R_PET",
        "PHONE",
        "FINANCING",
        "SOURCE",
        "RENT",
        "TRIP",
        "DEPARTURE",
        "TYPE",
        "NUMBER",
        "EMAIL",
        "R_REF",
        "CREATED",
        "R_DOCTOR",
        "CURRENTQ",
        "QUOTEAMT",
        "BUDGET",
        "POLICY",
        "ALT",
        "TRIAL",
    ])
});

/// Adds name candidates to the person.
pub(crate) fn find(
    definitions: &Definitions,
    keys: &[Arc<Scored>],
    readings: &[Reading<'_>],
    cards: &Cards,
    owners: &[Whose],
    theirs: Party,
    person: &mut Person,
) {
    // The pupil has a field of their own, and who answers for them a name and a number: that is who writes.
    let known = &*KNOWN;
    let answers = known.manager.or(&known.parent);
    let answered = !definitions.parents
        && keys.iter().zip(readings).any(|(scored, reading)| {
            scored.key.concepts().meets(&answers)
                && !scored.key.tail.concepts.meets(&known.phone.or(&known.email))
                && reading.likeness() >= 0.6
        })
        && keys.iter().zip(readings).any(|(scored, reading)| {
            scored.key.concepts().meets(&answers)
                && scored.key.tail.concepts.meets(&known.phone)
                && reading.phone().is_some()
        });
    let mut pieces: Vec<Piece> = Vec::new();
    for (leaf, (scored, reading)) in keys.iter().zip(readings).enumerate() {
        let owner = owners[leaf];
        if owner != Whose::Other
            && scored.key.party != theirs
            && let Some(piece) = piece(leaf, scored, reading, owner, cards, definitions, answered)
        {
            pieces.push(piece);
        }
    }
    let mut groups: Vec<Whose> = Vec::new();
    for piece in &pieces {
        if !groups.contains(&piece.whose) {
            groups.push(piece.whose);
        }
    }
    for group in groups {
        let own: Vec<&Piece> = pieces.iter().filter(|piece| piece.whose == group).collect();
        joined(&own, group, person);
    }
}

fn joined(own: &[&Piece], whose: Whose, person: &mut Person) {
    let last = own.iter().find(|piece| piece.kind == Kind::Last);
    // Parts that stand together belong together.
    let beside = |piece: &&&Piece| last.is_none_or(|last| last.parent == piece.parent);
    let of = |kind: Kind| {
        own.iter()
            .filter(|piece| piece.kind == kind)
            .find(beside)
            .or_else(|| own.iter().find(|piece| piece.kind == kind))
    };
    let wholes: Vec<&&Piece> = own.iter().filter(|piece| piece.kind == Kind::Whole).collect();
    let first = of(Kind::First);
    let (middle, last2) = (of(Kind::Middle), of(Kind::Last2));
    // "nombre" is only the given name where a family name stands apart.
    let given = match (first, last) {
        (Some(first), _) => Some(*first),
        (None, Some(last)) => wholes
            .iter()
            .filter(|whole| whole.rank <= 1 && !contains(&whole.folded, &last.folded))
            .min_by_key(|whole| (whole.parent != last.parent, whole.rank))
            .map(|whole| **whole),
        _ => None,
    };
    if let (Some(given), Some(last)) = (given, last) {
        let mut used = vec![given.leaf];
        let mut text = names::tidy(&given.text);
        for part in [middle, Some(last), last2].into_iter().flatten() {
            if !contains(&fold(&text), &part.folded) {
                text.push(' ');
                text.push_str(part.text.trim());
            }
            used.push(part.leaf);
        }
        let likely = given.likeness.max(last.likeness);
        let confidence = if likely >= 0.35 { 0.97 } else { 0.85 };
        person.names.push(Candidate::new(used, names::collapse(&text), 0, whose, confidence, Method::Lexicon));
    }
    // The names so far, folded once.
    let mut known: Vec<String> = Vec::with_capacity(person.names.len() + wholes.len());
    for whole in &wholes {
        known.extend(person.names[known.len()..].iter().map(|name| fold(&name.value)));
        let joined_already = person.names.iter().zip(&known).any(|(name, folded)| {
            name.leaves.contains(&whole.leaf) || name.whose() == whose && contains(folded, &whole.folded)
        });
        if joined_already {
            person.echoes.push(whole.leaf);
            continue;
        }
        // One of several people of a list, none of whom it calls the main one.
        let crowd = whole.list.is_some()
            && wholes
                .iter()
                .any(|other| other.list == whole.list && other.text != whole.text && other.leaf != whole.leaf);
        let confidence = match (whole.rank, whole.likeness) {
            _ if crowd => 0.7,
            (0, likeness) if likeness >= 0.6 => 0.97,
            (0, _) => 0.82,
            (1 | 2, _) if !whole.text.trim().contains(' ') => 0.78,
            (1 | 2, likeness) if likeness >= 1.0 => 0.93,
            (1 | 2, _) => 0.86,
            (_, likeness) if likeness >= 1.0 => 0.86,
            _ => 0.55,
        };
        let tidy = names::tidy(&whole.text);
        let unlike = if whole.likeness >= 1.0 {
            0
        } else if whole.likeness >= 0.6 {
            1
        } else {
            2
        } + if whole.beside { 5 } else { 0 }
            // "Car quote" of a form is no more a name than "renter: Alonzo Whitcomb".
            + if whole.rank == 0 && whole.likeness < 0.6 { 10 } else { 0 }
            // "parent_2" comes after "parent_1".
            + if whole.ordinal > 1 { 3 } else { 0 }
            + if crowd { 12 } else { 0 };
        person.names.push(Candidate::new(
            vec![whole.leaf],
            tidy,
            10 + whole.rank * 10 + unlike,
            whose,
            confidence,
            Method::Lexicon,
        ));
    }
    if person.names.is_empty()
        && let Some(first) = first.filter(|first| first.likeness > 0.0)
    {
        let mut used = vec![first.leaf];
        let mut text = names::tidy(&first.text);
        if let Some(middle) = middle {
            text = format!("{text} {}", middle.text.trim());
            used.push(middle.leaf);
        }
        person.names.push(Candidate::new(used, text, 5, whose, 0.88, Method::Lexicon));
    }
}

/// Form builders number the parts of one name field: `1.3` is the given name, `1.6` the family name.
fn numbered_part(reading: &Reading<'_>) -> Option<Kind> {
    let key = reading.leaf().path.last()?;
    // "input_1_3" where dots were not welcome.
    let (field, part) = key.rsplit_once('.').or_else(|| key.strip_prefix("input_")?.rsplit_once('_'))?;
    let field = field.trim_start_matches("input_");
    if field.is_empty() || !field.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    match part {
        "3" => Some(Kind::First),
        "4" => Some(Kind::Middle),
        "6" => Some(Kind::Last),
        _ => None,
    }
}

/// A word or two, written as names are.
fn proper(text: &str) -> bool {
    text.starts_with(char::is_uppercase)
        && text.split_whitespace().count() <= 2
        && text.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '-' | '\'' | '’'))
}

/// "Name (First)", "Nombre - Apellidos": the form's name and which part of it, over one or two words.
fn part_of_name(key: &Key, text: &str) -> bool {
    key.tail.words <= 3 && text.split_whitespace().count() <= 2 && !text.contains(',')
}

/// Whether all words of `part` stand in `whole`, both folded.
fn contains(whole: &str, part: &str) -> bool {
    part.split(' ').all(|word| whole.split(' ').any(|other| other == word))
}

fn piece(
    leaf: usize,
    scored: &Scored,
    reading: &Reading<'_>,
    whose: Whose,
    cards: &Cards,
    definitions: &Definitions,
    answered: bool,
) -> Option<Piece> {
    let known = &*KNOWN;
    let key = &scored.key;
    if !reading.is_string() {
        return None;
    }
    let text = reading.text()?;
    // {"Motorista": "Abner 5555-0399"}: nobody says whose the two are.
    if key.foreign && reading.leaf().part.as_ref().is_some_and(|part| part.divides) {
        return None;
    }
    let tail = key.tail.concepts;
    let beyond = tail.without(&BESIDE);
    let of_company = tail.meets(&known.name) && beyond.without(&known.company).is_empty() && whose == Whose::Person;
    if !beyond.is_empty() && !of_company {
        return None;
    }
    let mut likeness = reading.likeness();
    // "Cliente: Dra. Ana Ruiz" is the customer, "Quién lo indicó: Dra. Ana" is not.
    if likeness <= 0.1 && (tail.meets(&known.subject) || tail.meets(&known.name) || tail.meets(&known.contact)) {
        likeness = names::likeness(names::undoctored(text));
    }
    // Family names are words of all kinds: `Cabañas`, `Feliz`, `Hotel`.
    let family = known.last.or(&known.last2);
    if likeness <= 0.1 && tail.meets(&family) && tail.without(&family).is_empty() && proper(text) {
        likeness = 0.2;
    }
    if likeness <= 0.1 {
        return None;
    }
    let kind = if let Some(kind) = numbered_part(reading) {
        kind
    } else if tail.meets(&known.last2) {
        Kind::Last2
    } else if tail.meets(&known.middle) {
        Kind::Middle
    } else if tail.meets(&known.last)
        && !tail.meets(&known.first)
        && (!tail.meets(&known.name) || part_of_name(key, text))
    {
        Kind::Last
    } else if tail.meets(&known.first)
        && !tail.meets(&known.last)
        && (!tail.meets(&known.name) || part_of_name(key, text))
    {
        Kind::First
    } else {
        Kind::Whole
    };
    // "AGRO.RIBEIRA" under "apelido" is what somebody calls an account.
    if kind == Kind::Last && text.trim_end_matches('.').contains(['.', '_']) && !text.contains(". ") {
        return None;
    }
    let named = tail.meets(&known.name) || kind != Kind::Whole;
    // A field of the organization that asks for just this name (a beneficiary's, an animal's) comes first.
    if definitions.fields.iter().zip(&scored.scores).any(|(field, score)| {
        if field.definition.field_type != FieldType::Text || score.fused < 0.85 || field.is_paper() {
            return false;
        }
        let ward = answered
            && field.concepts.meets(&known.dependant.or(&known.child).or(&known.subject))
            && key.concepts().meets(&known.dependant.or(&known.child).or(&known.subject))
            && !key.concepts().meets(&known.manager);
        let manager = field.concepts.meets(&known.manager) && tail.meets(&known.manager);
        let role = !field.roles.is_empty()
            && field.roles.meets(&key.concepts())
            && !matches!(whose, Whose::Person | Whose::Perhaps(_));
        role || manager || ward
    }) {
        return None;
    }
    let subject = tail.meets(&known.subject)
        || tail.meets(&known.contact)
        || tail.meets(&known.manager)
        || tail.meets(&known.owner)
        || tail.meets(&known.fiance)
        || tail.meets(&known.parent) && whose != Whose::Other;
    let card = cards.has(reading);
    if !key.context.without(&ABOVE).is_empty()
        && !card
        && key.party == Party::Neither
        && !tail.meets(&known.subject)
        && !key.context.meets(&known.subject)
        && !key.context.meets(&known.contact)
    {
        return None;
    }
    let rank = match (named, subject) {
        (true, _) => 0,
        (false, true) if tail.meets(&known.manager) => 2,
        (false, true) => 1,
        _ if key.opaque => 3,
        _ => return None,
    };
    // {"Conductor": "Eladio 6555-0788"} has no word of a name of its own.
    let divides = reading.leaf().part.as_ref().is_some_and(|part| part.divides && part.span.is_some());
    let rank = if divides && rank == 0 { 2 } else { rank };
    // Words of the key that nobody knows may make it another kind of name.
    if rank == 0 && key.unknown > 0 && likeness < 0.7 || rank > 0 && key.unknown > 0 {
        return None;
    }
    let enough = match rank {
        0 if kind == Kind::Whole => 0.2,
        0 => 0.1,
        1 | 2 => 0.55,
        _ => 1.0,
    };
    if likeness < enough || names::is_company(text) {
        return None;
    }
    let parent = reading.leaf().pointer.rsplit_once('/').map_or(String::new(), |(parent, _)| parent.to_owned());
    // {"tenant": …, "alternate": {"name"}}
    let beside = cards.any() && !card && !parent.is_empty() || key.context.meets(&known.alt) || drives(key);
    let list = reading.leaf().part.as_ref().filter(|part| part.span.is_none() && !part.divides).map(|part| part.owner);
    let (text, folded) = (text.to_owned(), reading.folded().to_owned());
    Some(Piece { leaf, kind, whose, text, folded, rank, likeness, parent, ordinal: key.ordinal, beside, list })
}
