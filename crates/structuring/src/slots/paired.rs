//! The name under the word that the number's key has: {"SINDICO", "CEL SINDICO"}, {"enquirer", "enquirer_mobile"}.

use super::owner::room;
use super::{Candidate, Person, Whose};
use crate::Method;
use crate::compiled::Scored;
use crate::known::KNOWN;
use crate::lexicon::{is_noise, is_stop};
use crate::names;
use crate::reading::Reading;
use crate::units::Units;
use std::sync::Arc;

/// Puts the name whose key says the same of somebody as the key of the number does before names that say it of another
/// (`resident_name`), and behind a plain `name`.
pub(super) fn name_of_the_number(keys: &[Arc<Scored>], readings: &[Reading<'_>], person: &mut Person) {
    let best = person.phones.iter().filter(|phone| phone.whose == Whose::Person).min_by_key(|phone| phone.rank);
    let Some(number) = best.map(|phone| phone.leaves[0]) else { return };
    let said = who(&readings[number]);
    if said.is_empty() {
        return;
    }
    let named = (0..keys.len()).find(|leaf| {
        let reading = &readings[*leaf];
        *leaf != number
            && reading.is_string()
            && reading.leaf().part.is_none()
            && room(readings, *leaf) == room(readings, number)
            && reading.text().is_some_and(|text| {
                text.trim().contains(' ') && names::likeness(names::undoctored(text)) >= 0.6 && !names::is_company(text)
            })
            && {
                let words = who(reading);
                words == said || said.len() == 1 && words.len() == 2 && words.first() == said.first()
            }
    });
    let Some(leaf) = named else { return };
    let plain = person
        .names
        .iter()
        .any(|name| name.rank < 20 && name.leaves.iter().all(|leaf| who(&readings[*leaf]).is_empty()));
    let rank = if plain { 19 } else { 9 };
    if let Some(known) = person.names.iter_mut().find(|name| name.leaves == [leaf]) {
        known.rank = known.rank.min(rank);
        return;
    }
    if person.names.iter().any(|name| name.leaves.contains(&leaf)) || person.echoes.contains(&leaf) {
        return;
    }
    let text = names::tidy(readings[leaf].text().unwrap_or(""));
    person.names.push(Candidate::new(vec![leaf], text, rank, Whose::Person, 0.88, Method::Pattern));
}

/// The words of a key that say of whom it is: not those for a name or a number.
fn who(reading: &Reading<'_>) -> Vec<String> {
    let mut words = reading.leaf().path.last().map(|key| crate::keys::words(key)).unwrap_or_default();
    let known = &*KNOWN;
    let plain = known.phone.or(&known.number).or(&known.name).or(&known.first).or(&known.last);
    words.retain(|word| {
        !is_stop(word) && !is_noise(word) && !Units::of_words(std::slice::from_ref(word)).concepts.meets(&plain)
    });
    words
}
