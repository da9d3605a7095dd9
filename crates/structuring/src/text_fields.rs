//! What running text says about fields: dates, amounts, numbers with their nouns, choices, ids after their label.

use crate::compiled::{Definitions, Field};
use crate::cue::{Cue, names};
use crate::known::KNOWN;
use crate::learnt::Learnt;
use crate::lexicon::{self, Set, set};
use crate::readings::date::{self, Found};
use crate::scan::Word;
use crate::steps::Steps;
use crate::text::Finding;
use crate::{FieldType, Json, Target, text_amounts, text_choices, text_things};
use std::sync::LazyLock;

/// One text with what is known of it.
pub(crate) struct Page<'a> {
    pub text: &'a str,
    pub words: &'a [Word],
    pub covered: Vec<(usize, usize)>,
    pub name: Option<(usize, usize)>,
    pub definitions: &'a Definitions,
    pub learnt: &'a Learnt,
    pub country: Option<&'a str>,
    pub steps: &'a Steps,
    /// What the words are about, found once for all fields.
    pub hits: Vec<lexicon::Hit>,
}

impl Page<'_> {
    pub fn is_covered(&self, span: (usize, usize)) -> bool {
        self.covered.iter().any(|other| span.0 < other.1 && other.0 < span.1)
    }

    /// Up to `most` words before a place, back to the end of the clause before.
    pub fn before(&self, at: usize, most: usize) -> Vec<&Word> {
        let end = self.words.partition_point(|word| word.span.1 <= at);
        let mut from = end;
        while from > 0 && end - from < most && (from == end || !self.words[from - 1].ends) {
            from -= 1;
        }
        self.words[from..end].iter().collect()
    }

    /// Up to `most` words after a place, to the end of the clause.
    pub fn after(&self, at: usize, most: usize) -> Vec<&Word> {
        let from = self.words.partition_point(|word| word.span.0 < at);
        let mut kept = Vec::new();
        if self.text.get(..at).is_some_and(|head| head.ends_with(['.', ';', '\n'])) {
            return kept;
        }
        for word in self.words[from..].iter().take(most) {
            kept.push(word);
            if word.ends {
                break;
            }
        }
        kept
    }
}

static START: LazyLock<Set> = LazyLock::new(|| set(&["START", "ARRIVAL", "PICKUPDATE", "DEPARTURE", "HANDIN"]));
static RETURN: LazyLock<Set> = LazyLock::new(|| set(&["RETURN", "END"]));
static DEPARTURE: LazyLock<Set> = LazyLock::new(|| set(&["DEPARTURE"]));
static ARRIVAL: LazyLock<Set> = LazyLock::new(|| set(&["ARRIVAL", "HANDIN", "START"]));

static INCIDENT: LazyLock<Set> = LazyLock::new(|| set(&["INCIDENTDATE"]));

/// "I was rear ended on 03/08", "batida na BR-277 em 02/03": in the clause before a date something happened to somebody.
fn tells_harm(page: &Page<'_>, at: usize) -> bool {
    const HARM: &[&str] = &[
        "accidente",
        "acidente",
        "accident",
        "choque",
        "choco",
        "chocaron",
        "chocamos",
        "colision",
        "colisao",
        "collision",
        "crash",
        "crashed",
        "batida",
        "bateu",
        "bateram",
        "rear",
        "rearended",
        "slipped",
        "fell",
        "tripped",
        "struck",
        "injured",
        "bitten",
        "caida",
        "queda",
        "caiu",
        "atropello",
        "atropelaron",
        "atropellaron",
        "atropelou",
        "robo",
        "robaron",
        "roubo",
        "roubaram",
        "furto",
        "stolen",
        "theft",
        "siniestro",
        "sinistro",
        "incidente",
        "incident",
        "incendio",
        "inundacion",
        "enchente",
        "lesione",
        "lastimo",
    ];
    page.before(at, 12).iter().any(|word| HARM.contains(&word.folded.as_str()))
}

/// Everything a page says about open fields.
pub(crate) fn read(page: &Page<'_>, open: &[bool]) -> Vec<Finding> {
    let mut found = Vec::new();
    let fields: Vec<&Field> =
        page.definitions.fields.iter().zip(open).filter(|(_, open)| **open).map(|(field, _)| field).collect();
    page.steps.add(fields.len() * page.words.len());
    let dates = all_dates(page);
    found.extend(place_dates(page, &fields, &dates));
    let spans: Vec<(usize, usize)> = dates.iter().map(|date| date.span).collect();
    let labelled = text_things::labelled(page, &fields);
    let mut busy = spans;
    busy.extend(labelled.iter().map(|finding| finding.span));
    found.extend(labelled);
    found.extend(text_amounts::amounts(page, &fields, &busy));
    found.extend(text_choices::read(page, &fields));
    found
}

/// A value of a field with its place.
pub(crate) fn finding(field: &Field, value: impl Into<Json>, span: (usize, usize), confidence: f32) -> Finding {
    Finding { target: Target::Field(field.definition.key.clone()), value: value.into(), span, confidence }
}

fn all_dates(page: &Page<'_>) -> Vec<Found> {
    let mut dates = Vec::new();
    let mut at = 0;
    while dates.len() < 12
        && let Some(found) = date::find_from(page.text, at, page.country)
    {
        at = found.span.1;
        if !page.is_covered(found.span) {
            dates.extend(date::range_start(page.text, &found));
            dates.push(found);
        }
    }
    dates
}

fn place_dates(page: &Page<'_>, fields: &[&Field], dates: &[Found]) -> Vec<Finding> {
    let open: Vec<&&Field> = fields.iter().filter(|field| field.definition.field_type == FieldType::Date).collect();
    let mut found: Vec<Finding> = Vec::new();
    let mut used = vec![false; dates.len()];
    // From–to.
    for (at, pair) in dates.windows(2).enumerate() {
        let between = page.text.get(pair[0].span.1..pair[1].span.0).map(crate::keys::fold).unwrap_or_default();
        let joined = matches!(
            between.as_str(),
            "" | "al"
                | "a"
                | "ate"
                | "to"
                | "hasta"
                | "hasta el"
                | "until"
                | "till"
                | "through"
                | "ao"
                | "e"
                | "y"
                | "and"
                | "and until"
                | "ate o dia"
                | "al dia"
        ) && pair[1].day.to_string() >= pair[0].day.to_string();
        let start = open.iter().find(|field| field.concepts.meets(&START) && !field.concepts.meets(&RETURN));
        let end = open.iter().find(|field| {
            field.concepts.meets(&RETURN)
                || field.concepts.meets(&DEPARTURE)
                    && start.is_some_and(|start| {
                        start.concepts.meets(&ARRIVAL) && start.definition.key != field.definition.key
                    })
        });
        if let (true, Some(start), Some(end)) = (joined, start, end) {
            found.push(finding(start, pair[0].day.to_string(), pair[0].span, 0.88));
            found.push(finding(end, pair[1].day.to_string(), pair[1].span, 0.88));
            used[at] = true;
            used[at + 1] = true;
            break;
        }
    }
    // The head of a letter says when it was written.
    for (at, date) in dates.iter().enumerate() {
        let head = page.before(date.span.0, 2);
        used[at] |= head.last().is_some_and(|word| {
            matches!(
                word.folded.as_str(),
                "sent" | "enviado" | "enviada" | "dated" | "received" | "recibido" | "recebido"
            )
        });
    }
    let mut edges: Vec<(f32, usize, usize)> = Vec::new();
    for (at, date) in dates.iter().enumerate().filter(|(at, _)| !used[*at]) {
        let before = Cue::new(&page.before(date.span.0, 7));
        let after = Cue::new(&page.after(date.span.1, 3));
        let happened = open.iter().any(|field| field.concepts.meets(&INCIDENT)) && tells_harm(page, date.span.0);
        for (field_at, field) in open.iter().enumerate() {
            let score = match (happened, field.concepts.meets(&INCIDENT)) {
                (true, true) => 0.8,
                (true, false) => 0.0,
                _ => names(before.as_ref(), field).max(0.9 * names(after.as_ref(), field)),
            };
            if score >= 0.5 && !found.iter().any(|other| other.target.key() == Some(&field.definition.key)) {
                edges.push((score, at, field_at));
            }
        }
    }
    edges.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (score, at, field_at) in edges {
        let field = open[field_at];
        if !used[at] && !found.iter().any(|other| other.target.key() == Some(&field.definition.key)) {
            used[at] = true;
            found.push(finding(field, dates[at].day.to_string(), dates[at].span, (0.74 + 0.14 * score).min(0.9)));
        }
    }
    // One date and one field about what is to come.
    let left: Vec<usize> = (0..dates.len()).filter(|at| !used[*at]).collect();
    // Of one that only asks when it happened, too.
    let alone = open.len() == 1;
    let coming: Vec<&&&Field> = open
        .iter()
        .filter(|field| {
            (!field.concepts.meets(&KNOWN.past) || alone && field.concepts.meets(&INCIDENT))
                && !found.iter().any(|other| other.target.key() == Some(&field.definition.key))
        })
        .collect();
    // Of several the one whose words are all known is the plain one: "event date", not "tasting date".
    let plain: Vec<&&&Field> = coming.iter().filter(|field| field.by_name.unknown_free()).copied().collect();
    let coming = if coming.len() > 1 { plain } else { coming };
    // Another date of the text may have gone to the field that it names.
    let told = used.iter().filter(|used| **used).count();
    if let ([at], [field]) = (left.as_slice(), coming.as_slice())
        && dates.len() == 1 + told
    {
        found.push(finding(field, dates[*at].day.to_string(), dates[*at].span, 0.72));
    }
    found
}

/// The value of a select said in text: used by choices.
pub(crate) fn option_finding(field: &Field, chosen: &[usize], span: (usize, usize), confidence: f32) -> Finding {
    let texts: Vec<&str> = chosen.iter().map(|at| field.choices[*at].text.as_str()).collect();
    let value = if field.definition.field_type == FieldType::Select {
        Json::from(texts.first().copied().unwrap_or(""))
    } else {
        Json::from(texts)
    };
    finding(field, value, span, confidence)
}

/// How well words near a place name a field: for choices that need it said.
pub(crate) fn cue_near(page: &Page<'_>, span: (usize, usize), field: &Field) -> f32 {
    names(Cue::new(&page.before(span.0, 3)).as_ref(), field)
}
