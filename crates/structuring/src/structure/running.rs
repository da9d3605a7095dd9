//! What the running texts of a record say of what is still open.

use super::Desk;
use crate::known::KNOWN;
use crate::text::{self, Gaps};
use crate::text_owner::UNSAID;
use crate::{Alternative, Flag, Method, Placement, Source, Target};

impl Desk<'_> {
    /// What running text says of what is still open.
    pub(super) fn free_text(&mut self) {
        // Texts of which a part was used already.
        let mut held = vec![false; self.readings.len()];
        for (leaf, reading) in self.readings.iter().enumerate() {
            if let Some(part) =
                reading.leaf().part.as_ref().filter(|part| part.span.is_some() && !part.loose && self.taken[leaf])
            {
                held[part.owner] = true;
            }
        }
        let weak = self.weak_name();
        for (leaf, held) in held.into_iter().enumerate() {
            let reading = &self.readings[leaf];
            // What somebody said in a conversation is running text of its own.
            let apart = reading.leaf().part.as_ref().is_some_and(|part| part.span.is_some() || !part.loose);
            if self.taken[leaf] || held || apart || !reading.is_string() || reading.leaf().unread {
                continue;
            }
            let Some(full) = self.readings[leaf].leaf().text() else { continue };
            let key = &self.keys[leaf].key;
            let notes = key.tail.concepts.meets(&KNOWN.notes);
            let delimited = full.matches([';', '|', '\t']).count() > 2;
            // "2 adultos 1 niño" under one key.
            let counts = full.len() <= 60
                && (2..=4)
                    .contains(&full.split_whitespace().filter(|word| word.bytes().all(|b| b.is_ascii_digit())).count())
                && full
                    .split_whitespace()
                    .filter(|word| word.len() > 3 && word.chars().all(char::is_alphabetic))
                    .count()
                    > 1
                && reading.date().is_none()
                && reading.phone().is_none();
            let enough = counts || reading.is_prose() || notes && full.len() >= 4 || delimited;
            // Notes of an agent or a desk are about the person; those of a doctor's or a spouse's object may not be.
            let outsiders = if notes { KNOWN.others.without(&KNOWN.desks) } else { KNOWN.others };
            let of_others = key.concepts().meets(&outsiders.without(&KNOWN.company));
            if !enough || of_others {
                continue;
            }
            let plain = crate::shapes::untagged(crate::shapes::clip(full));
            let gaps =
                Gaps { phone: !self.filled(&Target::Phone), email: !self.filled(&Target::Email), fields: self.open() };
            let found =
                text::read(&plain, &gaps, self.request.definitions, self.request.learnt, self.country, self.steps);
            let stranger = self.is_stranger(&found);
            for mut finding in found {
                if stranger && finding.target == Target::Phone {
                    finding.confidence = finding.confidence.min(UNSAID);
                }
                if self.denied(leaf, &finding.target) {
                    continue;
                }
                if finding.target == Target::Name
                    && let Some(weak) = weak
                    && finding.confidence >= 0.86
                    && finding.value.as_str().is_some_and(|name| name.trim().contains(' '))
                    && let Some(at) = self.outcome.placements.iter().position(|placed| placed.target == Target::Name)
                    && self.outcome.placements[at].method != Method::FreeText
                {
                    self.outcome.placements.remove(at);
                    self.taken[weak] = false;
                }
                if self.filled(&finding.target) {
                    if gaps.phone && finding.target == Target::Phone {
                        self.rival(leaf, &finding);
                    }
                    continue;
                }
                let span = crate::shapes::chars(full, finding.span);
                let source = Source { pointer: self.readings[leaf].leaf().pointer.clone(), span: Some(span) };
                self.outcome.placements.push(Placement {
                    target: finding.target,
                    value: finding.value,
                    sources: vec![source],
                    confidence: finding.confidence,
                    method: Method::FreeText,
                    alternatives: Vec::new(),
                    flags: Vec::new(),
                });
            }
        }
    }

    /// Whether the text names somebody else than the record does: its numbers may be theirs.
    fn is_stranger(&self, found: &[text::Finding]) -> bool {
        let said = found.iter().find(|finding| finding.target == Target::Name).and_then(|name| name.value.as_str());
        let known = self.outcome.placed(&Target::Name).and_then(|name| name.value.as_str());
        let (Some(said), Some(known)) = (said, known) else { return false };
        !crate::share_a_word(said, known)
    }

    /// The leaf of a name of one word that nobody is sure of: whoever a text announces in full comes before it.
    fn weak_name(&self) -> Option<usize> {
        let name = self.outcome.placed(&Target::Name).filter(|name| name.confidence < 0.85)?;
        let [source] = name.sources.as_slice() else { return None };
        let word = name.value.as_str().is_some_and(|name| !name.trim().contains(' '));
        let at = |leaf: &usize| self.taken[*leaf] && self.readings[*leaf].leaf().pointer == source.pointer;
        (0..self.readings.len()).find(at).filter(|_| word)
    }

    /// Another phone of the text that the placed one came from, as good as that.
    fn rival(&mut self, leaf: usize, finding: &text::Finding) {
        let pointer = self.readings[leaf].leaf().pointer.clone();
        let of_this_text = |placement: &&mut Placement| {
            placement.target == Target::Phone && placement.sources.iter().any(|source| source.pointer == pointer)
        };
        if let Some(placement) = self.outcome.placements.iter_mut().find(of_this_text) {
            let (target, value, confidence) = (Target::Phone, finding.value.clone(), finding.confidence);
            placement.alternatives.push(Alternative { target, value, pointer, confidence });
            if !placement.flags.contains(&Flag::Ambiguous) {
                placement.flags.push(Flag::Ambiguous);
            }
        }
    }
}
