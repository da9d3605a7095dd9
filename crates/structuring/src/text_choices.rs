//! Choices that running text mentions.

use crate::compiled::Field;
use crate::learnt::Standing;
use crate::lexicon;
use crate::offers::Offer;
use crate::scan::Word;
use crate::text::Finding;
use crate::text_facts::stated;
use crate::text_fields::{Page, cue_near, option_finding};
use crate::{FieldType, options};
use rustc_hash::FxHashMap;
use std::cell::LazyCell;

/// Words that turn what follows into its opposite.
pub(crate) const NEGATIONS: &[&str] = &[
    "no", "nao", "not", "sin", "sem", "nunca", "without", "dont", "ni", "nem", "never", "tampoco", "ninguna", "ningun",
    "nenhum", "nenhuma",
];

/// Up to four words in a row that could be a choice, prepared once for all fields.
struct Run<'a> {
    from: usize,
    to: usize,
    text: &'a str,
    groups: &'static [u16],
}

/// The folded words in a row, with where each begins.
fn joined(page: &Page<'_>) -> (String, Vec<usize>) {
    let mut text = String::new();
    let mut starts = Vec::with_capacity(page.words.len());
    for word in page.words {
        starts.push(text.len());
        text.push_str(&word.folded);
        text.push(' ');
    }
    (text, starts)
}

fn runs<'a>(page: &Page<'_>, text: &'a str, starts: &[usize]) -> Vec<Run<'a>> {
    let mut runs = Vec::with_capacity(4 * starts.len());
    for from in 0..page.words.len() {
        for to in from + 1..=(from + 4).min(page.words.len()) {
            let text = &text[starts[from]..starts[to - 1] + page.words[to - 1].folded.len()];
            runs.push(Run { from, to, groups: options::synonyms(text), text });
            // A run may not cross a clause.
            if page.words[to - 1].ends {
                break;
            }
        }
    }
    runs
}

pub(crate) fn read(page: &Page<'_>, fields: &[&Field]) -> Vec<Finding> {
    let mut found = Vec::new();
    let choices = fields.iter().any(|field| !field.choices.is_empty());
    let (text, starts) = if choices { joined(page) } else { (String::new(), Vec::new()) };
    let runs = if choices { runs(page, &text, &starts) } else { Vec::new() };
    page.steps.add(runs.len());
    let mut called = called(page, &runs);
    // Half a look would find one option where there are two.
    if page.steps.spent() {
        called.clear();
    }
    // The same for all fields.
    let time = LazyCell::new(|| only_time(page));
    for field in fields {
        match field.definition.field_type {
            FieldType::Select | FieldType::MultiSelect => {
                let called = called.get(&std::ptr::from_ref(*field)).map_or(&[][..], Vec::as_slice);
                let part = || part_of_day(page, field, (*time)?);
                found.extend(mentioned(page, field, &runs, called).or_else(part));
            }
            FieldType::Boolean => found.extend(stated(page, field)),
            _ => {}
        }
    }
    found
}

/// How a run may call an option of a field: places of the run and of the option, the surest way that there is.
struct Called {
    run: usize,
    option: usize,
    how: How,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum How {
    /// A word that the organization decided on.
    Learnt,
    Literal,
    Synonym,
    Misspelt,
    /// By the telling word of several.
    InPart,
}

/// The ways in which runs may call options, by field, in the order of the runs; of each run and field the surest.
fn called(page: &Page<'_>, runs: &[Run<'_>]) -> FxHashMap<*const Field, Vec<Called>> {
    let (fields, offers) = (&page.definitions.fields, &page.definitions.offers);
    let mut called: FxHashMap<*const Field, Vec<Called>> = FxHashMap::default();
    let mut add = |(field, option): Offer, run: usize, how: How| {
        let list = called.entry(std::ptr::from_ref(&fields[field])).or_default();
        if list.last().is_none_or(|last| last.run != run) {
            list.push(Called { run, option, how });
        }
    };
    // What single words may be, found once for each word.
    let mut like: FxHashMap<&str, (Vec<Offer>, Vec<Offer>)> = FxHashMap::default();
    let (mut head, mut from) = (false, usize::MAX);
    for (at, run) in runs.iter().enumerate() {
        if page.steps.spent() {
            break;
        }
        let words = &page.words[run.from..run.to];
        let folded = || words.iter().map(|word| word.folded.as_str());
        for word in page.learnt.of_any_word(run.text).iter().filter(|word| word.standing != Standing::Denied) {
            if let Some(field) = fields.iter().position(|field| field.definition.key == word.field)
                && let Some(option) = fields[field].choices.iter().position(|choice| choice.text == word.option)
            {
                add((field, option), at, How::Learnt);
            }
        }
        if run.from != from {
            from = run.from;
            head = offers.begins(&words[0].folded);
        }
        if head {
            for offer in offers.written(folded(), page.steps) {
                if fields[offer.0].choices[offer.1].is_written(folded()) {
                    add(offer, at, How::Literal);
                }
            }
        }
        for offer in synonymous(page, run.groups) {
            add(offer, at, How::Synonym);
        }
        let ([_], true) = (words, run.text.len() >= 5) else { continue };
        let (misspelt, telling) = like.entry(run.text).or_insert_with(|| {
            let longer = if run.text.len() >= 7 && !run.text.contains(' ') { run.text } else { "" };
            let misspelt = offers
                .like(longer, page.steps)
                .filter(|offer| !longer.is_empty() && options::misspells(&fields[offer.0].choices[offer.1], longer));
            let telling =
                offers.with(run.text, page.steps).filter(|at| options::tells(&fields[at.0].choices[at.1], run.text));
            (alone(misspelt), alone(telling))
        });
        for offer in misspelt {
            add(*offer, at, How::Misspelt);
        }
        for offer in telling {
            let choice = &fields[offer.0].choices[offer.1];
            if choice.words().len() > 1 && !choice.is_other() {
                add(*offer, at, How::InPart);
            }
        }
    }
    called
}

/// The options that share a group with these, each the only one of its field.
pub(crate) fn synonymous(page: &Page<'_>, groups: &[u16]) -> Vec<Offer> {
    let (fields, offers) = (&page.definitions.fields, &page.definitions.offers);
    let sharing = groups.iter().flat_map(|group| offers.group(*group, page.steps).map(move |offer| (offer, *group)));
    let sharing = sharing.filter(|((field, option), group)| {
        let choice = &fields[*field].choices[*option];
        !choice.is_other() && choice.groups().contains(group)
    });
    alone(sharing.map(|(offer, _)| offer))
}

/// Those that are the only one of their field.
fn alone(offers: impl Iterator<Item = Offer>) -> Vec<Offer> {
    let mut offers: Vec<Offer> = offers.collect();
    offers.sort_unstable();
    offers.dedup();
    let only = |at: usize| {
        let field = |at: usize| offers.get(at).map(|offer: &Offer| offer.0);
        field(at + 1) != field(at) && (at == 0 || field(at - 1) != field(at))
    };
    (0..offers.len()).filter(|at| only(*at)).map(|at| offers[at]).collect()
}

/// Options the text mentions: one for a select, any for a multi-select.
fn mentioned(page: &Page<'_>, field: &Field, runs: &[Run<'_>], called: &[Called]) -> Option<Finding> {
    // (option, quality, words from–to)
    let mut hits: Vec<(usize, f32, (usize, usize))> = Vec::new();
    for called in called {
        let run = &runs[called.run];
        if let Some((option, quality)) = exactly(field, run, called, page)
            && !negated(page.words, run.from)
            && !introduced(page.words, run)
        {
            hits.push((option, quality, (run.from, run.to)));
        }
    }
    if field.definition.field_type == FieldType::MultiSelect && !hits.is_empty() {
        enumerated(page.words, runs, called, &mut hits);
    }
    // A longer mention covers the shorter one inside it. They stand in order, and none has more than four words.
    let inner = |at: usize| {
        let hit = hits[at].2;
        let covers = |other: &(usize, f32, (usize, usize))| {
            other.2.0 <= hit.0 && hit.1 <= other.2.1 && other.2.1 - other.2.0 > hit.1 - hit.0
        };
        hits[..at].iter().rev().take_while(|other| other.2.0 + 4 > hit.0).any(covers)
            || hits[at..].iter().take_while(|other| other.2.0 == hit.0).any(covers)
    };
    let mut kept: Vec<(usize, f32, (usize, usize))> =
        (0..hits.len()).filter(|at| !inner(*at)).map(|at| hits[at]).collect();
    kept.sort_by_key(|hit| hit.0);
    kept.dedup_by_key(|hit| hit.0);
    kept.sort_by_key(|hit| hit.2.0);
    let first = kept.first()?;
    let span = |hit: &(usize, f32, (usize, usize))| (page.words[hit.2.0].span.0, page.words[hit.2.1 - 1].span.1);
    if page.is_covered(span(first)) {
        return None;
    }
    let quality = kept.iter().map(|hit| hit.1).fold(1.0, f32::min);
    if field.definition.field_type == FieldType::Select {
        if kept.len() > 1 {
            // Said outright beats said in other words.
            let outright: Vec<_> = kept.iter().filter(|hit| hit.1 >= 0.8).collect();
            let [only] = outright.as_slice() else { return None };
            return Some(option_finding(field, &[only.0], span(only), 0.74));
        }
        return Some(option_finding(field, &[first.0], span(first), quality));
    }
    let chosen: Vec<usize> = kept.iter().map(|hit| hit.0).collect();
    Some(option_finding(field, &chosen, span(first), quality.min(0.8)))
}

/// "oven, hob and dishwasher": a short word is an option too where it stands in a row with one that is.
fn enumerated(words: &[Word], runs: &[Run<'_>], called: &[Called], hits: &mut Vec<(usize, f32, (usize, usize))>) {
    const JOINTS: [&str; 6] = ["and", "y", "e", "o", "ou", "or"];
    let joined = |from: usize, to: usize| {
        // A comma, or a word that joins.
        from == to && words[from - 1].ends || to == from + 1 && JOINTS.contains(&words[from].folded.as_str())
    };
    for called in called.iter().filter(|called| called.how == How::Literal) {
        let run = &runs[called.run];
        let known = hits.iter().any(|hit| hit.0 == called.option);
        let beside = hits.iter().any(|hit| joined(hit.2.1, run.from) || joined(run.to, hit.2.0));
        if !known && beside && run.text.len() > 2 && !negated(words, run.from) {
            hits.push((called.option, 0.8, (run.from, run.to)));
        }
    }
    hits.sort_by_key(|hit| hit.2);
}

/// The one clock time of a text: the place of its word, and its bytes from–to.
fn only_time(page: &Page<'_>) -> Option<(usize, (usize, usize))> {
    let mut times = page
        .words
        .iter()
        .enumerate()
        .filter_map(|(at, word)| Some((at, crate::text_marks::time_at(page.text, word.span.0)?)))
        .filter(|(_, span)| !page.is_covered(*span));
    let (time, None) = (times.next()?, times.next()) else { return None };
    Some(time)
}

/// "Solo después de las 19h": the one clock time of a text, where the options are parts of the day.
fn part_of_day(page: &Page<'_>, field: &Field, (at, span): (usize, (usize, usize))) -> Option<Finding> {
    let after = page.words[at.saturating_sub(3)..at]
        .iter()
        .any(|word| matches!(word.folded.as_str(), "despues" | "depois" | "after" | "partir" | "from" | "past"));
    let option = options::at_clock(&field.choices, &crate::keys::fold(&page.text[span.0..span.1]), after, page.steps)?;
    Some(option_finding(field, &[option], span, 0.7))
}

fn exactly(field: &Field, run: &Run<'_>, called: &Called, page: &Page<'_>) -> Option<(usize, f32)> {
    let words = &page.words[run.from..run.to];
    let Called { option, how, .. } = *called;
    let literal = how == How::Literal;
    let quality = match how {
        How::Learnt => return Some((option, 0.86)),
        How::Literal => 0.86,
        How::Synonym | How::Misspelt => 0.74,
        How::InPart => return named_in_part(field, run, option, page),
    };
    let text = run.text;
    let choice = &field.choices[option];
    let span = (words.first()?.span.0, words.last()?.span.1);
    // Short and everyday words count only where the field is named beside them.
    let acronym = literal
        && choice.text.len() >= 3
        && choice.text.bytes().all(|b| b.is_ascii_uppercase())
        && page.text.get(span.0..span.1) == Some(choice.text.as_str());
    if acronym {
        return Some((option, quality));
    }
    // "Por la tarde", "a tarde": said in so many words.
    let phrased = run.to - run.from > 1
        && quality < 0.8
        && matches!(choice.folded.as_str(), "manana" | "manha" | "tarde" | "noche" | "noite");
    // "Could come Mon/Wed": days are shortened so.
    let day = word_is_day(words, text, choice);
    let everyday = literal && choice.folded.len() <= 3
        || text.len() <= 3 && !day
        || matches!(
            choice.folded.as_str(),
            "otro"
                | "other"
                | "outro"
                | "nuevo"
                | "alta"
                | "media"
                | "baja"
                | "normal"
                | "whatsapp"
                | "email"
                | "telefono"
                | "web"
                | "propio"
                | "work"
                | "trabajo"
                | "manana"
                | "tarde"
                | "noche"
        )
        || quality < 0.8 && text.len() <= 4 && !day;
    if everyday && !phrased && cue_near(page, span, field) < 0.6 {
        return None;
    }
    Some((option, quality))
}

/// `Mon`, `Thu`, `Sáb`: a day by its first letters, written large.
fn word_is_day(words: &[Word], text: &str, choice: &options::Choice) -> bool {
    let [word] = words else { return false };
    (3..=4).contains(&text.len()) && word.capital && choice.folded.starts_with(text) && choice.is_weekday()
}

/// "Tatio" of "Géiseres del Tatio", "plan flexible": the one telling word of one option, as a name or beside the field's own.
fn named_in_part(field: &Field, run: &Run<'_>, option: usize, page: &Page<'_>) -> Option<(usize, f32)> {
    let word = page.words.get(run.from)?;
    let before = run.from.checked_sub(1).map(|at| &page.words[at]);
    let proper = word.capital
        && before.is_some_and(|before| !before.ends)
        && lexicon::find(std::slice::from_ref(&word.folded)).is_empty();
    let beside =
        before.is_some_and(|before| !before.ends && before.folded.len() > 3 && field.says(&[before.folded.as_str()]));
    (proper || beside).then_some((option, 0.66))
}

/// "the landlord is Mr Hughes", "mi esposa es Ana": somebody else is introduced; "la señora Elba": somebody is addressed.
/// Nothing is chosen.
fn introduced(words: &[Word], run: &Run<'_>) -> bool {
    let addressed = matches!(run.text, "senora" | "senhora" | "senorita" | "senor" | "senhor" | "dona" | "don" | "dom")
        && words.get(run.to).is_some_and(|word| word.capital);
    if addressed {
        return true;
    }
    let before = run.from.checked_sub(1).and_then(|at| words.get(at)).map_or("", |word| word.folded.as_str());
    let after = words.get(run.to).map_or("", |word| word.folded.as_str());
    let named = words.get(run.to + 1).is_some_and(|word| word.capital);
    matches!(before, "the" | "el" | "la" | "o" | "a" | "my" | "mi" | "meu" | "minha" | "our")
        && matches!(after, "is" | "es" | "e" | "se")
        && named
}

pub(crate) fn negated(words: &[Word], at: usize) -> bool {
    words[at.saturating_sub(3)..at]
        .iter()
        .rev()
        .take_while(|word| !word.ends)
        .any(|word| NEGATIONS.contains(&word.folded.as_str()))
}
