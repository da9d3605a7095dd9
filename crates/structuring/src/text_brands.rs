//! Names of the trade in running text: insurers, utilities, banks, makes and models, breeds, colours.

use crate::FieldType;
use crate::compiled::Field;
use crate::keys::fold;
use crate::lexicon::{self, Set};
use crate::scan::Word;
use crate::text::Finding;
use crate::text_fields::{Page, cue_near, finding};
use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// Names that are the same kind of thing.
struct Kind {
    about: Set,
    /// A model that follows belongs to the name.
    extends: bool,
    /// Only where somebody says that they saw or found something there.
    seen: bool,
    /// Models, not makes.
    models: bool,
}

struct Name {
    kind: usize,
    /// A word of every day: only where it is written as a name.
    everyday: bool,
}

struct Names {
    kinds: Vec<Kind>,
    by_text: FxHashMap<String, Vec<Name>>,
}

/// Longest name, in words.
const LONGEST: usize = 4;

static NAMES: LazyLock<Names> = LazyLock::new(|| {
    let mut names = Names { kinds: Vec::new(), by_text: FxHashMap::default() };
    for line in include_str!("../assets/names-of-trades.txt").lines() {
        let Some((head, list)) = line.split_once(" = ").filter(|_| !line.starts_with('#')) else { continue };
        let concepts: Vec<&str> = head.split(' ').filter(|part| !matches!(*part, "+" | "++" | "?")).collect();
        let kind = names.kinds.len();
        names.kinds.push(Kind {
            about: lexicon::set(&concepts),
            extends: head.ends_with('+'),
            seen: head.ends_with('?'),
            models: head.ends_with("++"),
        });
        for name in list.split(", ") {
            let everyday = name.starts_with('~');
            let known = names.by_text.entry(fold(name.trim_start_matches('~'))).or_default();
            known.push(Name { kind, everyday });
        }
    }
    names
});

static YEAR: LazyLock<Set> = LazyLock::new(|| lexicon::set(&["YEAR"]));
static BRAND: LazyLock<Set> = LazyLock::new(|| lexicon::set(&["BRAND"]));
static CARLINE: LazyLock<Set> = LazyLock::new(|| lexicon::set(&["CARLINE"]));
static VEHICLE: LazyLock<Set> = LazyLock::new(|| lexicon::set(&["VEHICLE"]));

/// A name that stands in a text.
struct Hit {
    kind: usize,
    everyday: bool,
    from: usize,
    to: usize,
}

/// The one name of its kind that a text says, for the one field that asks for such a name.
pub(crate) fn brands(page: &Page<'_>, fields: &[&Field], found: &[Finding]) -> Vec<Finding> {
    let names = &*NAMES;
    let all = names.kinds.iter().fold(BRAND.or(&CARLINE), |all, kind| all.or(&kind.about));
    // Where the make has a field of its own, the model's takes the model alone.
    let plain =
        |field: &Field, about: &Set| field.definition.field_type == FieldType::Text && field.concepts.meets(about);
    let makes = page.definitions.fields.iter().any(|field| plain(field, &BRAND) && !field.concepts.meets(&CARLINE));
    let open: Vec<&&Field> = fields
        .iter()
        .filter(|field| {
            field.definition.field_type == FieldType::Text
                && field.concepts.meets(&all)
                && !field.concepts.meets(&crate::text_ids::LABELLED)
                && !found.iter().any(|other| other.target.key() == Some(&field.definition.key))
        })
        .collect();
    if open.is_empty() {
        return Vec::new();
    }
    let of_make = |field: &Field| field.concepts.meets(&BRAND) && !field.concepts.meets(&CARLINE);
    let of_model = |field: &Field| makes && field.concepts.meets(&CARLINE) && !field.concepts.meets(&BRAND);
    let hits = hits(page.words);
    let mut more: Vec<Finding> = Vec::new();
    for field in open {
        let fitting: Vec<&Hit> = hits
            .iter()
            .filter(|hit| {
                let kind = &names.kinds[hit.kind];
                let part = kind.extends && (field.concepts.meets(&BRAND) && !kind.models || of_model(field))
                    || kind.extends && !makes && field.concepts.meets(&CARLINE);
                (kind.about.meets(&field.concepts) || part) && said(page, hit, field)
            })
            .collect();
        let Some(first) = fitting.first() else { continue };
        if of_make(field) && names.kinds[first.kind].models {
            continue;
        }
        // "Nissan Versa": the make and its model are one thing.
        let mut to = first.to;
        let extends = names.kinds[first.kind].extends;
        if extends {
            to = with_model(page.words, first.to);
            let dated = !page.words[to - 1].ends && page.words.get(to).is_some_and(|word| year(&word.folded));
            let apart = page.definitions.fields.iter().any(|other| other.concepts.meets(&YEAR));
            to += usize::from(dated && !apart && field.concepts.meets(&VEHICLE));
        }
        let rivals = fitting
            .iter()
            .any(|hit| hit.from >= to && text_of(page, hit.from, hit.to) != text_of(page, first.from, first.to));
        let mut from = first.from;
        if extends && of_make(field) {
            to = first.to;
        } else if extends && of_model(field) && !names.kinds[first.kind].models {
            from = first.to;
            to -= usize::from(year(&page.words[to - 1].folded));
        }
        if from >= to {
            continue;
        }
        let span = (page.words[from].span.0, page.words[to - 1].span.1);
        let used = found.iter().chain(&more).any(|other| other.span.0 < span.1 && span.0 < other.span.1);
        if !rivals && !used {
            more.push(finding(field, &page.text[span.0..span.1], span, 0.72));
        }
    }
    more
}

fn text_of<'a>(page: &Page<'a>, from: usize, to: usize) -> &'a str {
    page.text.get(page.words[from].span.0..page.words[to - 1].span.1).unwrap_or("")
}

/// All names of a text, longest first at each place.
fn hits(words: &[Word]) -> Vec<Hit> {
    let names = &*NAMES;
    let mut hits = Vec::new();
    let mut phrase = String::new();
    let mut at = 0;
    while at < words.len() {
        let mut longest = 0;
        for to in (at + 1..=(at + LONGEST).min(words.len())).rev() {
            if words[at..to - 1].iter().any(|word| word.ends) {
                continue;
            }
            phrase.clear();
            for (place, word) in words[at..to].iter().enumerate() {
                if place > 0 {
                    phrase.push(' ');
                }
                phrase.push_str(&word.folded);
            }
            if let Some(known) = names.by_text.get(&phrase) {
                hits.extend(known.iter().map(|name| Hit { kind: name.kind, everyday: name.everyday, from: at, to }));
                longest = to - at;
                break;
            }
        }
        at += longest.max(1);
    }
    hits
}

/// Whether a hit is a name where it stands, and nobody's own.
fn said(page: &Page<'_>, hit: &Hit, field: &Field) -> bool {
    let span = (page.words[hit.from].span.0, page.words[hit.to - 1].span.1);
    let person = page.name.is_some_and(|name| name.0 < span.1 && span.0 < name.1);
    if person || page.is_covered(span) {
        return false;
    }
    let denied = hit.from.checked_sub(1).is_some_and(|before| {
        let word = &page.words[before];
        !word.ends && matches!(word.folded.as_str(), "no" | "nao" | "not" | "ni" | "sin" | "sem" | "without" | "nem")
    });
    if denied {
        return false;
    }
    if NAMES.kinds[hit.kind].seen {
        const SEEN: &[&str] = &[
            "vi",
            "vimos",
            "encontre",
            "encontramos",
            "conoci",
            "conocimos",
            "achei",
            "achamos",
            "found",
            "saw",
            "seen",
            "heard",
            "descobri",
            "conheci",
            "descubri",
            "anuncio",
            "ad",
            "ads",
            "publicidad",
            "propaganda",
            "through",
            "aparecio",
            "apareceu",
            "publicacion",
            "post",
            "entere",
            "enteramos",
            "llegue",
            "cheguei",
        ];
        let clause = page.words[hit.from.saturating_sub(6)..hit.from].iter().rev().take_while(|word| !word.ends);
        return clause.into_iter().any(|word| SEEN.contains(&word.folded.as_str()));
    }
    if hit.everyday {
        let within = hit.from > 0 && !page.words[hit.from - 1].ends;
        return page.words[hit.from].capital && (within || cue_near(page, span, field) >= 0.6);
    }
    true
}

/// The end of a name with its model behind: "Samsung A54", "Nissan Versa", "Dell Inspiron 15".
fn with_model(words: &[Word], from: usize) -> usize {
    let mut to = from;
    while to - from < 3
        && to < words.len()
        && !words[to - 1].ends
        && (words[to].capital && !lexicon::is_noise(&words[to].folded) || modelled(&words[to].folded))
        && !year(&words[to].folded)
    {
        to += 1;
    }
    to
}

/// `a54`, `15`, `3`: letters with digits, or a short number.
fn modelled(folded: &str) -> bool {
    let digits = folded.bytes().filter(u8::is_ascii_digit).count();
    digits > 0 && folded.len() <= 6 && (digits < folded.len() || folded.len() <= 2)
}

fn year(folded: &str) -> bool {
    folded.len() == 4
        && folded.bytes().all(|b| b.is_ascii_digit())
        && (folded.starts_with("19") || folded.starts_with("20"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan;

    fn first(text: &str) -> Option<&str> {
        let words = scan::words(text);
        let hit = hits(&words).into_iter().next()?;
        let to = if NAMES.kinds[hit.kind].extends { with_model(&words, hit.to) } else { hit.to };
        text.get(words[hit.from].span.0..words[to - 1].span.1)
    }

    #[test]
    fn names_are_found_with_their_models() {
        for (text, wanted) in [
            ("se me cayó, es un Samsung A54 negro.", Some("Samsung A54")),
            ("tengo osde desde 2019", Some("osde")),
            ("un Nissan Versa 2019 gris", Some("Nissan Versa")),
            ("tengo una CR-V 2015 que chocaron", Some("CR-V")),
            ("somos cuatro personas", None),
        ] {
            assert_eq!(first(text), wanted, "{text}");
        }
        assert!(NAMES.kinds.iter().all(|kind| !kind.about.is_empty()));
    }
}
