//! How sure it is that a phone under a key is the person's own: to identify somebody asks more than to keep a number.

use super::{DRIVERS, NEUTRAL, Person, Whose};
use crate::compiled::Scored;
use crate::key::{Key, Party};
use crate::known::KNOWN;
use crate::reading::Reading;
use crate::text_owner::UNSAID;
use std::sync::Arc;

/// Phones under keys that say more than "phone" and the person's own words are not sure: `celular conductor`,
/// {"page": {"phone"}}, {"regalo para": {"telefono"}}; unless their object names the customer and nobody else is named.
pub(super) fn doubt(keys: &[Arc<Scored>], readings: &[Reading<'_>], person: &mut Person) {
    let own = KNOWN.subject.or(&KNOWN.contact);
    let names = KNOWN.name.or(&KNOWN.first);
    let best = person.names.iter().min_by_key(|name| name.rank);
    let home = best.map(|name| room(readings, name.leaves[0]));
    // A name under its key that is not the customer's.
    let stranger = |leaf: usize| {
        keys[leaf].key.tail.concepts.meets(&names)
            && best.is_some_and(|best| {
                let another = |text: &str| !text.is_empty() && !crate::keys::share_a_word(text, &best.value);
                !best.leaves.contains(&leaf) && readings[leaf].text().is_some_and(another)
            })
    };
    let unsure = |leaf: usize| {
        let key = &keys[leaf].key;
        let place = room(readings, leaf);
        let beyond = key.tail.unknown() > 0 && !key.addressed && key.party == Party::Neither && !key.opaque;
        let role =
            key.snake.split('_').any(|word| DRIVERS.contains(&word) || !key.tail.concepts.meets(&own) && is_role(word));
        // {"requester": {"phone"}}, {"q4_phone": {"full"}}: the object says that it is the customer's, or is the number's own.
        let plain = place.is_empty() || key.context.meets(&own.or(&KNOWN.phone));
        let elsewhere = !plain && (key.foreign || key.points || !key.context.without(&NEUTRAL).is_empty());
        let here = |leaf: &usize| room(readings, *leaf) == place;
        let theirs = !plain && home != Some(place) && (0..keys.len()).filter(here).any(stranger);
        let others = person.names.iter().any(|name| {
            room(readings, name.leaves[0]) != place
                && best.is_some_and(|best| !crate::keys::share_a_word(&name.value, &best.value))
        });
        let alone = !key.points
            && !others
            && home == Some(place)
            && !(0..keys.len()).any(|leaf| !here(&leaf) && stranger(leaf) && readings[leaf].likeness() >= 0.6);
        beyond || role || theirs || elsewhere && !alone || whose_is_said_before(keys, readings, leaf)
    };
    let unsure: Vec<bool> = person.phones.iter().map(|phone| phone.leaves.iter().any(|leaf| unsure(*leaf))).collect();
    for (phone, unsure) in person.phones.iter_mut().zip(unsure) {
        if unsure && phone.whose() == Whose::Person {
            phone.confidence = phone.confidence.min(UNSAID);
        }
    }
}

/// The segments above a leaf.
pub(super) fn room<'a>(readings: &'a [Reading<'_>], leaf: usize) -> &'a [std::borrow::Cow<'a, str>] {
    readings[leaf].leaf().path.split_last().map_or(&[], |(_, above)| above)
}

/// Whoever does something: `conductor`, `repartidor`, `electricista`.
fn is_role(word: &str) -> bool {
    word.len() > 5
        && ["dor", "dora", "tor", "tora", "ista", "ero", "era", "eiro", "eira"].iter().any(|end| word.ends_with(end))
        && !matches!(
            word,
            "numero" | "primero" | "primera" | "tercero" | "tercera" | "extranjero" | "primeiro" | "primeira"
        )
}

/// {"reportado por": "Luis", "fono": …}: the number right behind a name that the key points at, where no plain name stands.
fn whose_is_said_before(keys: &[Arc<Scored>], readings: &[Reading<'_>], leaf: usize) -> bool {
    let place = room(readings, leaf);
    let Some(before) = leaf.checked_sub(1).filter(|before| room(readings, *before) == place) else { return false };
    let named = |key: &Key| {
        key.tail.concepts.meets(&KNOWN.name.or(&KNOWN.first)) && key.concepts().and(&KNOWN.others).is_empty()
    };
    keys[before].key.points
        && readings[before].likeness() >= 0.3
        && !keys.iter().enumerate().any(|(at, scored)| named(&scored.key) && room(readings, at) == place)
}
