//! Where it goes from and where to, said in one breath: "from Tacoma to Boise", "de Setúbal para Évora", "80205 to 97214".

use crate::FieldType;
use crate::compiled::Field;
use crate::lexicon::{Set, set};
use crate::readings::date;
use crate::text::Finding;
use crate::text_fields::{Page, finding};
use crate::text_things::run_after;
use std::sync::LazyLock;

static ORIGIN: LazyLock<Set> = LazyLock::new(|| set(&["ORIGIN"]));
static DESTIN: LazyLock<Set> = LazyLock::new(|| set(&["DESTIN"]));

/// The two places of the one route that a text tells, for the fields that ask for either.
pub(crate) fn route(page: &Page<'_>, fields: &[&Field]) -> Vec<Finding> {
    let asks = |about: &Set, other: &Set| {
        fields.iter().find(|field| {
            field.definition.field_type == FieldType::Text
                && field.concepts.meets(about)
                && !field.concepts.meets(other)
        })
    };
    let (from, to) = (asks(&ORIGIN, &DESTIN), asks(&DESTIN, &ORIGIN));
    if from.is_none() && to.is_none() {
        return Vec::new();
    }
    let mut routes = (0..page.words.len()).filter_map(|at| {
        let leads = matches!(page.words[at].folded.as_str(), "de" | "desde" | "from" | "do" | "da");
        let start = (leads && !page.words[at].ends).then(|| place(page, at + 1))??;
        let joint = page.words.partition_point(|word| word.span.0 < start.1);
        // "desde Cuenca hasta Loja", "de Porto para Braga"; a comma or a dot between is another thought.
        let joined = page.text.get(start.1..page.words.get(joint)?.span.0)?.trim().is_empty()
            && matches!(
                page.words[joint].folded.as_str(),
                "a" | "al" | "hasta" | "hacia" | "para" | "pra" | "ate" | "to" | "into" | "until"
            );
        let end = (joined && !page.words[joint].ends).then(|| place(page, joint + 1))??;
        Some((start, end))
    });
    let (Some((start, end)), None) = (routes.next(), routes.next()) else { return Vec::new() };
    let said = |field: Option<&&Field>, span: (usize, usize)| {
        field.map(|field| finding(field, &page.text[span.0..span.1], span, 0.8))
    };
    said(from, start).into_iter().chain(said(to, end)).collect()
}

/// A capitalised run that is no person, day or month.
fn place(page: &Page<'_>, at: usize) -> Option<(usize, usize)> {
    let article = matches!(page.words.get(at)?.folded.as_str(), "el" | "la" | "o" | "the" | "los" | "las");
    let span = run_after(page, if article { at + 1 } else { at }, 0)?;
    let raw = &page.text[span.0..span.1];
    let timed = crate::keys::words(raw).iter().any(|word| date::month_of(word).is_some() || date::is_weekday(word));
    let person = page.name.is_some_and(|name| name.0 < span.1 && span.0 < name.1);
    (!timed && !person && raw.chars().filter(|c| c.is_lowercase()).count() > 1).then_some(span)
}

/// "from a house in 80205 to 97214": where it goes from and where to, for the two fields that ask.
pub(crate) fn from_to(page: &Page<'_>, fields: &[&Field]) -> Vec<Finding> {
    static FROM: LazyLock<Set> = LazyLock::new(|| set(&["POSTFROM"]));
    static TO: LazyLock<Set> = LazyLock::new(|| set(&["POSTTO"]));
    let asks = |about: &Set| {
        fields.iter().find(|field| field.definition.field_type == FieldType::Text && field.concepts.meets(about))
    };
    let (Some(from), Some(to)) = (asks(&FROM), asks(&TO)) else { return Vec::new() };
    let coded = |at: usize| {
        page.words.get(at).is_some_and(|word| {
            word.folded.len() == 5 && word.folded.bytes().all(|b| b.is_ascii_digit()) && !page.is_covered(word.span)
        })
    };
    let joined = |at: &usize| {
        coded(*at)
            && coded(*at + 2)
            && !page.words[*at].ends
            && matches!(page.words[*at + 1].folded.as_str(), "to" | "a" | "al" | "para" | "hasta" | "ate")
    };
    let Some(at) = (0..page.words.len()).find(joined) else { return Vec::new() };
    let found = |field: &Field, at: usize| {
        let span = page.words[at].span;
        finding(field, &page.text[span.0..span.1], span, 0.78)
    };
    vec![found(from, at), found(to, at + 2)]
}
