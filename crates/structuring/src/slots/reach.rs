//! Phones and e-mails under their keys, and numbers whose parts stand in several.

use super::{Candidate, Circumstances, NEUTRAL, NEUTRAL_TAIL, Whose, drives, whose};
use crate::Method;
use crate::compiled::Scored;
use crate::key::{Key, Party};
use crate::known::KNOWN;
use crate::phone::{self, Line};
use crate::reading::Reading;
use std::sync::Arc;

pub(super) fn phone_of(leaf: usize, key: &Key, reading: &Reading<'_>, whose: Whose, card: bool) -> Option<Candidate> {
    let known = &*KNOWN;
    let (tail, all) = (key.tail.concepts, key.concepts());
    if key.barred {
        return None;
    }
    if all.meets(&known.fax) || tail.meets(&known.area) && !tail.meets(&known.phone) || tail.meets(&known.country_code)
    {
        return None;
    }
    let labelled = tail.meets(&known.phone) || all.meets(&known.phone) && tail.without(&NEUTRAL_TAIL).is_empty();
    let by_contact = tail.meets(&known.contact) || tail.meets(&known.subject) && !tail.meets(&known.ids);
    let by_number = tail.meets(&known.number)
        && (key.tail.unknown() == 0 || key.addressed)
        && tail.without(&NEUTRAL_TAIL).is_empty()
        && key.context.without(&known.subject).without(&known.contact).is_empty();
    // The sender of a message is who writes it.
    let account = reading.text().is_some_and(|text| text.contains('@') && crate::email::is_messenger(text.trim()));
    let by_party =
        (key.party != Party::Neither || account && key.concepts().and(&known.others).is_empty()) && !labelled;
    // "¿WhatsApp para la propuesta?": an answer to a question about a number is one.
    let answered = reading.leaf().part.as_ref().is_some_and(|part| part.loose)
        && tail.meets(&known.phone)
        && key.concepts().and(&known.others).is_empty();
    let strange = !answered
        && key.party == Party::Neither
        && !by_party
        && (!tail.without(&NEUTRAL_TAIL).is_empty() || !card && !key.context.without(&NEUTRAL).is_empty());
    if strange
        || !(labelled || by_contact || by_number || by_party || key.opaque)
        || reading.date().is_some_and(|date| date.stamp)
    {
        return None;
    }
    let (phone, line, whole) = reading.phone()?;
    if !labelled && reading.id().is_some() {
        return None;
    }
    let text = reading.text()?;
    if of_another(text) {
        return None;
    }
    let mut confidence: f32 = 0.97;
    let mut method = Method::Lexicon;
    let mut rank = if all.meets(&known.whatsapp.or(&known.mobile)) {
        0
    } else if all.meets(&known.landline) {
        8
    } else {
        4
    };
    // "Adj Ph" beside "Home Ph": whose it is nobody knows, so the person's line at home comes before it.
    if key.unknown > 0 && !key.addressed && !key.opaque && rank == 4 {
        rank = 9;
    }
    // Whoever drives comes after whom they drive to.
    rank += if drives(key) { 5 } else { 0 };
    rank += u32::from(*line == Line::Landline && rank == 4)
        + 2 * u32::from(all.meets(&known.work) && rank > 0)
        + 3 * u32::from(all.meets(&known.alt));
    if !labelled {
        if *line == Line::Landline && !text.starts_with('+') {
            return None;
        }
        method = Method::Pattern;
        rank += 2;
        confidence = if by_contact || by_party { 0.95 } else { 0.9 };
        if key.opaque && !by_party {
            let grouped = text.starts_with('+') || text.contains([' ', '-', '(']);
            rank += 6;
            confidence = if grouped { 0.88 } else { 0.72 };
            if !reading.is_string() {
                return None;
            }
        }
    } else if !*whole {
        confidence = 0.9;
    }
    if key.unknown > 1 {
        confidence -= 0.03;
    }
    if matches!(whose, Whose::Perhaps(_)) {
        confidence -= 0.05;
    }
    // First wins on ties; "2" comes after "1".
    // So does one with words that nobody knows: "celular de quem preencheu" after "celular do titular".
    let rank = rank * 10 + key.ordinal.min(5) + u32::from(key.unknown > 0);
    let value = if rank / 10 >= 8 && all.meets(&known.landline) {
        phone::read_valid_landline(text, None).map_or_else(|| phone.to_string(), |line| line.to_string())
    } else {
        phone.to_string()
    };
    Some(Candidate::new(vec![leaf], value, rank, whose, confidence, method))
}

/// "910 555 017 (mulher, D. Graça)", "… falar com Zeca": the number says itself that it is somebody else's.
pub(super) fn of_another(text: &str) -> bool {
    // "filha Simone 54 95550-1616"
    let first = text.split([' ', ':']).next().map(crate::keys::fold).unwrap_or_default();
    if crate::text_name_words::RELATIONS.contains(&first.as_str()) && first != "titular" {
        return true;
    }
    let behind = text.trim_start_matches(|c: char| !c.is_alphabetic());
    if behind.is_empty() || text.starts_with(char::is_alphabetic) || behind.len() > 60 {
        return false;
    }
    let folded = crate::keys::fold(behind);
    let mut words = folded.split(' ');
    words.any(|word| crate::text_name_words::RELATIONS.contains(&word) && word != "titular" || word == "mulher")
        || ["falar com", "hablar con", "preguntar por", "ask for", "recado"].iter().any(|said| folded.starts_with(said))
}

fn parent_of(pointer: &str) -> &str {
    pointer.rsplit_once('/').map_or("", |(parent, _)| parent)
}

pub(super) fn email_of(leaf: usize, key: &Key, reading: &Reading<'_>, whose: Whose) -> Option<Candidate> {
    let known = &*KNOWN;
    let all = key.concepts();
    let labelled = all.meets(&known.email);
    if all.meets(&known.source) && !labelled {
        return None;
    }
    let address = reading.email().filter(|address| !crate::email::is_for_invoices(address))?;
    let work = all.meets(&known.work) || all.meets(&known.company);
    let rank = 2 * u32::from(work) + 3 * u32::from(all.meets(&known.alt)) + 4 * u32::from(!labelled);
    let confidence = if labelled { 0.98 } else { 0.92 } - if matches!(whose, Whose::Perhaps(_)) { 0.04 } else { 0.0 };
    let method = if labelled { Method::Lexicon } else { Method::Pattern };
    Some(Candidate::new(vec![leaf], address.to_owned(), rank * 10 + key.ordinal.min(5), whose, confidence, method))
}

/// `{"phone1": …, "phone1_type": "H", "phone2": …, "phone2_type": "C"}`, `{"Phone 1 - Type": "Home", "Phone 1 - Value": …}`:
/// the key beside a number says which line it is.
pub(super) fn typed_beside(readings: &[Reading<'_>], phones: &mut Vec<Candidate>) {
    let snake = |leaf: usize| readings[leaf].leaf().path.last().map(|key| crate::keys::snake_key(key));
    let rank = |leaf: usize| {
        let (mut own, parent) = (snake(leaf)?, parent_of(&readings[leaf].leaf().pointer));
        if let Some(head) = ["_value", "_valor", "_number", "_numero"].iter().find_map(|end| own.strip_suffix(end)) {
            own = head.to_owned();
        }
        let told = (0..readings.len()).find(|other| {
            parent_of(&readings[*other].leaf().pointer) == parent
                && snake(*other).is_some_and(|key| {
                    ["type", "tipo", "typ", "kind", "label"].iter().any(|word| {
                        key.strip_suffix(word).and_then(|head| head.strip_suffix('_')) == Some(own.as_str())
                            || key.strip_prefix(word).and_then(|tail| tail.strip_prefix('_')) == Some(own.as_str())
                    })
                })
        })?;
        let line = crate::keys::fold(readings[told].text()?);
        // "* Mobile" is the one that its owner prefers.
        match line.trim_start_matches(['*', ' ']) {
            "c" | "cell" | "cel" | "mbl" | "celular" | "m" | "mob" | "mobile" | "movil" | "whatsapp" | "wa" => Some(0),
            "h" | "hm" | "home" | "casa" | "r" | "res" | "residencial" | "landline" | "fijo" | "fixo" => Some(80),
            "w" | "work" | "o" | "ofc" | "off" | "office" | "b" | "bus" | "business" | "trabajo" | "oficina"
            | "comercial" => Some(60),
            "f" | "fax" | "home fax" | "work fax" | "homefax" | "workfax" | "pager" => Some(u32::MAX),
            _ => None,
        }
    };
    phones.retain_mut(|phone| {
        let [leaf] = phone.leaves.as_slice() else { return true };
        if let Some(told) = rank(*leaf) {
            phone.rank = told;
        }
        phone.rank != u32::MAX
    });
}

/// Area code (or country code) in one key, the number in another.
pub(super) fn join_split_phones(
    keys: &[Arc<Scored>],
    readings: &[Reading<'_>],
    country: Option<&str>,
    at: &Circumstances,
    phones: &mut Vec<Candidate>,
) {
    let known = &*KNOWN;
    let codes: Vec<(usize, bool)> = keys
        .iter()
        .enumerate()
        .filter_map(|(leaf, scored)| {
            let tail = scored.key.tail.concepts;
            let digits = readings[leaf].text()?.bytes().filter(u8::is_ascii_digit).count();
            let nation = tail.meets(&known.country_code);
            // {"area": "81", "phone": "15555210"}
            let beside = readings[leaf].leaf().path.last().is_some_and(|key| matches!(key.as_ref(), "area" | "prefix"))
                && keys.iter().zip(readings).any(|(other, reading)| {
                    other.key.concepts().meets(&known.phone)
                        && parent_of(&reading.leaf().pointer) == parent_of(&readings[leaf].leaf().pointer)
                        && reading.leaf().pointer != readings[leaf].leaf().pointer
                });
            ((tail.meets(&known.area) || nation || beside)
                && (1..=5).contains(&digits)
                && whose(&scored.key, at) != Whose::Other)
                .then_some((leaf, nation))
        })
        .collect();
    if codes.is_empty() {
        return;
    }
    for (leaf, scored) in keys.iter().enumerate() {
        let tail = scored.key.tail.concepts;
        let number_like = scored.key.concepts().meets(&known.phone) || tail.meets(&known.number);
        let landline = tail.meets(&known.landline);
        if !number_like
            || landline
            || tail.meets(&known.area)
            || tail.meets(&known.fax)
            || whose(&scored.key, at) == Whose::Other
        {
            continue;
        }
        let Some(text) =
            readings[leaf].text().filter(|text| (5..=14).contains(&text.bytes().filter(u8::is_ascii_digit).count()))
        else {
            continue;
        };
        let area = codes.iter().find(|(_, nation)| !nation).map(|(leaf, _)| *leaf);
        let nation = codes.iter().find(|(_, nation)| *nation).map(|(leaf, _)| *leaf);
        let digits = |leaf: Option<usize>| {
            leaf.and_then(|leaf| readings[leaf].text())
                .map(|text| text.chars().filter(char::is_ascii_digit).collect::<String>())
        };
        let whole_alone = readings[leaf].phone().is_some_and(|(_, _, whole)| *whole);
        let joined = match (digits(nation), digits(area)) {
            (Some(nation), Some(area)) => format!("+{nation} {area} {text}"),
            (Some(nation), None) => format!("+{nation} {text}"),
            (None, Some(area)) if !whole_alone => format!("{area} {text}"),
            _ => continue,
        };
        let Some(phone) = phone::read_valid(&joined, country) else { continue };
        let mut leaves = vec![leaf];
        leaves.extend(area.into_iter().chain(nation));
        phones.retain(|candidate| candidate.leaves != [leaf]);
        let rank = if tail.meets(&known.whatsapp.or(&known.mobile)) { 0 } else { 40 };
        phones.push(Candidate::new(leaves, phone.to_string(), rank, whose(&scored.key, at), 0.94, Method::Lexicon));
    }
}
