//! Who a running text is about where nobody announced it: capitalised runs, weighed by what stands around them.

use super::{Weighed, count, flag};
use crate::forest::Model;
use crate::reading::Reading;
use crate::scan::{self, Word};
use crate::structure::Desk;
use crate::text_phone_words::OTHER_CUES;
use crate::{Json, Method, Target, lexicon, names};
use rustc_hash::FxHashSet;
use std::sync::LazyLock;

static TITLES: LazyLock<FxHashSet<&str>> = LazyLock::new(|| {
    FxHashSet::from_iter([
        "sr", "sra", "srta", "senor", "senora", "senorita", "don", "dona", "d", "mr", "mrs", "ms", "miss", "dna",
        "ing", "lic", "arq",
    ])
});
static DOCTORS: LazyLock<FxHashSet<&str>> = LazyLock::new(|| {
    FxHashSet::from_iter(["dr", "dra", "doctor", "doctora", "prof", "profa", "agente", "agent", "asesor", "asesora"])
});
/// Words before places and things rather than people.
static PLACING: LazyLock<FxHashSet<&str>> = LazyLock::new(|| {
    FxHashSet::from_iter(["en", "em", "in", "at", "no", "na", "desde", "hacia", "from", "near", "calle"])
});
static SHORT: LazyLock<FxHashSet<&str>> = LazyLock::new(|| {
    FxHashSet::from_iter(["de", "del", "da", "do", "para", "of", "for", "con", "com", "with", "a", "to", "por", "by"])
});

/// Longest text that is looked through, in words; most runs that are weighed, in a text and in a record.
const MOST_IN_ALL: usize = 48;
const MOST_WORDS: usize = 400;
const MOST_RUNS: usize = 16;

/// A capitalised run: words from–to.
struct Run {
    from: usize,
    to: usize,
    likeness: f32,
}

fn runs(text: &str, words: &[Word]) -> Vec<Run> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() && found.len() < MOST_RUNS {
        let telling = |word: &Word| word.capital && !word.folded.bytes().any(|b| b.is_ascii_digit());
        if !telling(&words[at])
            || TITLES.contains(words[at].folded.as_str())
            || DOCTORS.contains(words[at].folded.as_str())
        {
            at += 1;
            continue;
        }
        let mut to = at + 1;
        while to < words.len() && to - at < 5 && !words[to - 1].ends {
            let joins = matches!(
                words[to].folded.as_str(),
                "de" | "del" | "la" | "da" | "do" | "dos" | "das" | "y" | "ap" | "van"
            ) && words.get(to + 1).is_some_and(telling);
            if !telling(&words[to]) && !joins {
                break;
            }
            to += 1;
        }
        // "Hola Ana": the first word of a sentence is capital without being a name.
        let likeness = |from: usize| text.get(words[from].span.0..words[to - 1].span.1).map_or(0.0, names::likeness);
        let starts = at == 0 || words[at - 1].ends;
        let later = starts
            && to - at > 1
            && !names::is_first_name(&words[at].folded)
            && names::is_first_name(&words[at + 1].folded);
        let from = at + usize::from(later);
        let (own, raw) = (likeness(from), text.get(words[from].span.0..words[to - 1].span.1).unwrap_or(""));
        if own >= 0.6 && !names::is_company(raw) {
            found.push(Run { from, to, likeness: own });
        }
        at = to;
    }
    found
}

impl Desk<'_> {
    /// What a record's texts say of the name that is still open.
    pub(in crate::structure) fn text_names(&self) -> Vec<Weighed> {
        let mut all = Vec::new();
        for leaf in 0..self.readings.len() {
            let reading = &self.readings[leaf];
            let apart = reading.leaf().part.as_ref().is_some_and(|part| part.span.is_some() || !part.loose);
            if all.len() < MOST_IN_ALL && !self.taken[leaf] && !apart && reading.is_prose() && !reading.leaf().unread {
                all.extend(self.names_of(leaf, reading));
            }
        }
        all
    }

    fn names_of(&self, leaf: usize, reading: &Reading<'_>) -> Vec<Weighed> {
        let text = crate::shapes::clip(reading.leaf().text().unwrap_or(""));
        let words = scan::words(text);
        if words.len() > MOST_WORDS {
            return Vec::new();
        }
        let runs = runs(text, &words);
        let pointer = reading.leaf().pointer.as_str();
        let here = |target: &Target| {
            self.outcome.placed(target).and_then(|placement| {
                let source = placement.sources.iter().find(|source| source.pointer == pointer)?;
                Some(source.span.map_or(0, |(from, _)| from))
            })
        };
        let mailbox = self
            .outcome
            .placed(&Target::Email)
            .and_then(|email| email.value.as_str()?.split_once('@').map(|(mailbox, _)| mailbox.to_owned()));
        let phone_here = here(&Target::Phone);
        let persons = self.request.definitions.fields.iter().filter(|field| !field.roles.is_empty()).count();
        runs.iter()
            .enumerate()
            .map(|(place, run)| {
                let (start, end) = (words[run.from].span.0, words[run.to - 1].span.1);
                let before = &words[run.from.saturating_sub(5)..run.from];
                let clause: Vec<&str> = before
                    .iter()
                    .rev()
                    .enumerate()
                    .take_while(|(at, word)| *at == 0 || !word.ends)
                    .map(|(_, word)| word.folded.as_str())
                    .collect();
                let near =
                    |set: &FxHashSet<&str>, reach: usize| clause.iter().take(reach).any(|word| set.contains(word));
                let head = text[..start].trim_end_matches([' ', '*', '_']);
                let tail = text[end..].trim_start_matches([' ', '*', '_']);
                let known = words[run.from..run.to].iter().filter(|word| names::is_first_name(&word.folded)).count();
                let phrases = (run.from..run.to)
                    .filter(|at| !lexicon::find(std::slice::from_ref(&words[*at].folded)).is_empty())
                    .count();
                let again = runs.iter().filter(|other| words[other.from].folded == words[run.from].folded).count();
                let raw = &text[start..end];
                let agrees = mailbox.as_deref().is_some_and(|mailbox| {
                    words[run.from..run.to]
                        .iter()
                        .any(|word| word.folded.len() > 2 && mailbox.contains(word.folded.as_str()))
                });
                let digits_after =
                    tail.trim_start_matches(['(', ',', '-', ':', '+', ' ']).starts_with(|c: char| c.is_ascii_digit());
                let digits_before =
                    head.trim_end_matches([')', ',', '-', ':', ' ']).ends_with(|c: char| c.is_ascii_digit());
                let lowercase = before.last().is_some_and(|word| !word.capital);
                let features = vec![
                    run.likeness,
                    count(run.to - run.from),
                    flag(names::is_first_name(&words[run.from].folded)),
                    count(known),
                    flag(raw.chars().all(|c| !c.is_lowercase())),
                    count(runs.len()),
                    count(place),
                    count(runs.iter().filter(|other| other.likeness > run.likeness).count()),
                    count(10 * start / text.len().max(1)),
                    flag(head.is_empty() || head.ends_with(['\n', '.', '!', '?'])),
                    flag(tail.is_empty() || tail.starts_with('\n')),
                    flag(head.is_empty()),
                    flag(head.ends_with(',')),
                    flag(head.ends_with(['-', '–', '—'])),
                    flag(head.ends_with(':')),
                    flag(head.ends_with('(')),
                    flag(tail.starts_with('(')),
                    flag(tail.starts_with(',')),
                    flag(tail.starts_with(['-', '–', '—', '/'])),
                    flag(digits_after),
                    flag(digits_before),
                    flag(near(&TITLES, 1)),
                    flag(near(&DOCTORS, 2)),
                    flag(near(&PLACING, 1)),
                    flag(near(&SHORT, 1)),
                    flag(clause.iter().take(4).any(|word| OTHER_CUES.contains(word))),
                    flag(lowercase),
                    count(phrases),
                    count(again),
                    flag(agrees),
                    flag(mailbox.is_some()),
                    flag(phone_here.is_some()),
                    flag(self.filled(&Target::Phone)),
                    count(text.len() / 60),
                    count(persons),
                    flag(self.keys[leaf].key.tail.concepts.meets(&crate::known::KNOWN.notes)),
                ];
                Weighed {
                    model: Model::Text,
                    target: Target::Name,
                    value: Json::from(names::tidy(raw)),
                    leaves: vec![leaf],
                    method: Method::FreeText,
                    features,
                    completes: false,
                    span: Some(crate::shapes::chars(text, (start, end))),
                }
            })
            .collect()
    }
}
