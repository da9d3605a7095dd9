//! Objects that hold a name and something that reaches it.

use crate::compiled::Scored;
use crate::known::KNOWN;
use crate::reading::Reading;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Objects that hold a name and something that reaches it: a person's card, whatever the object is called.
pub(crate) struct Cards(Vec<String>);

impl Cards {
    pub fn find(keys: &[Arc<Scored>], readings: &[Reading<'_>]) -> Cards {
        let known = &*KNOWN;
        let names = known.name.or(&known.first).or(&known.last);
        let mut seen: FxHashMap<&str, u8> = FxHashMap::default();
        for (scored, reading) in keys.iter().zip(readings) {
            let key = &scored.key;
            let parent = parent_of(reading);
            if parent.is_empty() || reading.leaf().part.is_some() || !key.concepts().and(&known.others).is_empty() {
                continue;
            }
            let tail = key.tail.concepts;
            let bit = if tail.meets(&names) && reading.likeness() >= 0.35 {
                1
            } else if tail.meets(&known.phone)
                && reading.text().is_some_and(|text| text.bytes().filter(u8::is_ascii_digit).count() > 6)
                || tail.meets(&known.email) && reading.text().is_some_and(|text| text.contains('@'))
            {
                2
            } else {
                continue;
            };
            *seen.entry(parent).or_default() |= bit;
            // {"pax": {"first", "last", "ctc": {"mobile"}}}: what reaches a person one level deeper.
            if bit == 2
                && let Some(above) = around(parent)
            {
                *seen.entry(above).or_default() |= bit;
            }
        }
        Cards(seen.into_iter().filter(|(_, bits)| *bits == 3).map(|(parent, _)| parent.to_owned()).collect())
    }

    pub fn has(&self, reading: &Reading<'_>) -> bool {
        let parent = parent_of(reading);
        !self.0.is_empty() && self.0.iter().any(|card| card == parent || around(parent) == Some(card.as_str()))
    }

    /// In an object beside the cards, neither around nor inside one.
    pub fn outside(&self, reading: &Reading<'_>) -> bool {
        let parent = parent_of(reading);
        !self.0.is_empty()
            && !parent.is_empty()
            && !self.0.iter().any(|card| card.starts_with(parent) || parent.starts_with(card.as_str()))
    }

    pub fn any(&self) -> bool {
        !self.0.is_empty()
    }
}

/// The object around one that only holds how somebody is reached.
fn around(parent: &str) -> Option<&str> {
    let (above, name) = parent.rsplit_once('/')?;
    let name = name.to_ascii_lowercase();
    let reaches =
        ["contact", "ctc", "contacto", "contato", "telecom", "phones", "comms", "contacts", "contactos", "reach"];
    (!above.is_empty() && reaches.contains(&name.as_str())).then_some(above)
}

fn parent_of<'a>(reading: &Reading<'a>) -> &'a str {
    let pointer = &reading.leaf().pointer;
    pointer.rsplit_once('/').map_or("", |(parent, _)| parent)
}
