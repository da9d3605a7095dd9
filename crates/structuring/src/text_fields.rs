//! What running text says about fields: dates, amounts, numbers with their nouns, choices, ids after their label.

use crate::compiled::{Definitions, Field, meaning_score, words_score};
use crate::key::{KNOWN, Units};
use crate::learnt::Learnt;
use crate::lexicon::{self, Set, is_stop, set};
use crate::readings::date::{self, Found};
use crate::readings::{ids, money, number};
use crate::scan::Word;
use crate::text::Finding;
use crate::{FieldType, Json, Target, options, score, text_choices};
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
}

impl Page<'_> {
    pub fn is_covered(&self, span: (usize, usize)) -> bool {
        self.covered.iter().any(|other| span.0 < other.1 && other.0 < span.1)
    }

    /// Up to `most` words before a place, back to the end of the clause before.
    fn before(&self, at: usize, most: usize) -> Vec<&Word> {
        let end = self.words.partition_point(|word| word.span.1 <= at);
        let mut from = end;
        while from > 0 && end - from < most && (from == end || !self.words[from - 1].ends) {
            from -= 1;
        }
        self.words[from..end].iter().collect()
    }

    /// Up to `most` words after a place, to the end of the clause.
    fn after(&self, at: usize, most: usize) -> Vec<&Word> {
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
static ARRIVAL: LazyLock<Set> = LazyLock::new(|| set(&["ARRIVAL"]));
static PAST: LazyLock<Set> = LazyLock::new(|| set(&["BIRTH", "CREATED", "LASTREVIEW", "GRADDATE"]));
static PEOPLE: LazyLock<Set> = LazyLock::new(|| set(&["PEOPLE", "PAX"]));
static CEILING: LazyLock<Set> = LazyLock::new(|| set(&["MAXQ", "BUDGET"]));
static AGE: LazyLock<Set> = LazyLock::new(|| set(&["AGE"]));
static LABELLED: LazyLock<Set> = LazyLock::new(|| {
    set(&[
        "IDDOC", "RUT", "CPF", "CNPJ", "CURP", "RFC", "RUC", "NIT", "CUIT", "CIF", "RG", "PASSPORT", "ZIP", "PLATE",
        "VIN", "POLICY", "LICENSE", "FLIGHT", "METER", "COUPON", "PURCHASE",
    ])
});

/// Everything a page says about open fields.
pub(crate) fn read(page: &Page<'_>, open: &[bool], steps: &mut usize) -> Vec<Finding> {
    let mut found = Vec::new();
    let fields: Vec<&Field> =
        page.definitions.fields.iter().zip(open).filter(|(_, open)| **open).map(|(field, _)| field).collect();
    *steps += fields.len() * page.words.len();
    let dates = all_dates(page);
    found.extend(place_dates(page, &fields, &dates));
    let spans: Vec<(usize, usize)> = dates.iter().map(|date| date.span).collect();
    let labelled = labelled(page, &fields);
    let mut busy = spans;
    busy.extend(labelled.iter().map(|finding| finding.span));
    found.extend(labelled);
    found.extend(amounts(page, &fields, &busy));
    found.extend(text_choices::read(page, &fields, steps));
    found
}

fn finding(field: &Field, value: impl Into<Json>, span: (usize, usize), confidence: f32) -> Finding {
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
            dates.push(found);
        }
    }
    dates
}

/// How well the words around something name a field.
fn cue(words: &[&Word], field: &Field) -> f32 {
    let folded: Vec<String> = words.iter().map(|word| word.folded.clone()).collect();
    let content: Vec<&str> = folded.iter().map(String::as_str).filter(|word| !is_stop(word)).collect();
    if content.is_empty() {
        return 0.0;
    }
    let said = Units::of_words(&folded).concepts;
    let concepts = said.without(&KNOWN.qualifiers);
    let own = field.concepts.without(&KNOWN.qualifiers);
    let near = || concepts.iter().any(|a| own.iter().any(|b| lexicon::related(a, b) >= 0.7));
    let people = said.meets(&PEOPLE) && field.concepts.meets(&PEOPLE);
    let ceiling = said.meets(&CEILING) && field.concepts.meets(&CEILING);
    let shared: f32 = if concepts.meets(&own) || people || ceiling || near() { 0.75 } else { 0.0 };
    shared.max(words_score(&folded, field)).max(0.8 * meaning_score(&content, field))
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
    let mut edges: Vec<(f32, usize, usize)> = Vec::new();
    for (at, date) in dates.iter().enumerate().filter(|(at, _)| !used[*at]) {
        let before = page.before(date.span.0, 7);
        for (field_at, field) in open.iter().enumerate() {
            let score = cue(&before, field).max(0.9 * cue(&page.after(date.span.1, 3), field));
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
    let coming: Vec<&&&Field> = open
        .iter()
        .filter(|field| {
            !field.concepts.meets(&PAST) && !found.iter().any(|other| other.target.key() == Some(&field.definition.key))
        })
        .collect();
    if let ([at], [field]) = (left.as_slice(), coming.as_slice())
        && dates.len() == 1
    {
        found.push(finding(field, dates[*at].day.to_string(), dates[*at].span, 0.72));
    }
    found
}

/// Ids, plates, flights: the label, then a word with digits. Ids that prove themselves need no label.
fn labelled(page: &Page<'_>, fields: &[&Field]) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    let texts: Vec<&&Field> = fields
        .iter()
        .filter(|field| field.definition.field_type == FieldType::Text && field.concepts.meets(&LABELLED))
        .collect();
    if !texts.is_empty() {
        let folded: Vec<String> = page.words.iter().map(|word| word.folded.clone()).collect();
        for hit in lexicon::find(&folded) {
            let Some(field) = texts.iter().find(|field| {
                hit.concepts.iter().any(|concept| LABELLED.has(*concept) && field.concepts.has(*concept))
            }) else {
                continue;
            };
            if found.iter().any(|other| other.target.key() == Some(&field.definition.key)) {
                continue;
            }
            let after = page.words.get(hit.to - 1).map_or(0, |word| word.span.1);
            let value = page.words[hit.to..]
                .iter()
                .take(3)
                .find(|word| word.folded.bytes().any(|b| b.is_ascii_digit()))
                .and_then(|word| token_at(page.text, word.span.0));
            if let Some(span) = value.filter(|span| span.0 > after && span.0 - after < 24) {
                let text = &page.text[span.0..span.1];
                let long = text.bytes().filter(u8::is_ascii_alphanumeric).count() >= 4;
                if long && !page.text[after..span.0].contains(['.', '\n']) {
                    found.push(finding(field, text, span, 0.88));
                }
            }
        }
        for word in page.words.iter().filter(|word| {
            word.folded.len() >= 2 && word.folded.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric())
        }) {
            let Some(span) = token_at(page.text, word.span.0).filter(|span| span.0 == word.span.0) else { continue };
            let Some(id) = ids::read(&page.text[span.0..span.1], page.country) else { continue };
            let field = texts.iter().find(|field| score::id_concepts(id).meets(&field.concepts));
            if let Some(field) =
                field.filter(|field| !found.iter().any(|other| other.target.key() == Some(&field.definition.key)))
            {
                found.push(finding(field, &page.text[span.0..span.1], span, 0.86));
            }
        }
    }
    found.extend(named_things(page, fields));
    found
}

/// The token around a place: letters, digits and the marks ids have.
fn token_at(text: &str, at: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let part = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'/');
    let mut from = at;
    while from > 0 && part(bytes[from - 1]) && at - from < 30 {
        from -= 1;
    }
    let mut to = at;
    while to < bytes.len() && part(bytes[to]) && to - at < 40 {
        to += 1;
    }
    while to > from && !bytes[to - 1].is_ascii_alphanumeric() {
        to -= 1;
    }
    while from < to && !bytes[from].is_ascii_alphanumeric() {
        from += 1;
    }
    (to > from && text.is_char_boundary(from) && text.is_char_boundary(to)).then_some((from, to))
}

/// Places, vehicles, companies, animals: words that announce them and the capitalised run that follows.
fn named_things(page: &Page<'_>, fields: &[&Field]) -> Vec<Finding> {
    const HOME: &[&str] = &[
        "vivo en",
        "soy de",
        "vivo no",
        "moro em",
        "moro no",
        "moro na",
        "sou de",
        "estoy en",
        "resido en",
        "vivimos en",
        "live in",
        "based in",
        "ciudad de",
        "cidade de",
        "i am from",
        "im from",
        "comuna de",
        "somos de",
    ];
    const WANTED: &[&str] = &[
        "cotizacion de",
        "cotizar",
        "quiero",
        "busco",
        "interesa",
        "interesado en",
        "interesada en",
        "quero",
        "procuro",
        "interesse no",
        "interesse na",
        "looking for",
        "interested in",
        "comprar",
        "buy",
        "modelo",
        "cotizacion",
        "preco do",
        "precio de",
        "precio del",
    ];
    const WORKS: &[&str] = &[
        "agencia",
        "la empresa",
        "trabajo en",
        "trabalho na",
        "trabalho no",
        "work at",
        "work for",
        "represento a",
        "de la compania",
        "empresa",
        "company",
    ];
    const PETS: &[&str] = &[
        "mi perro",
        "mi perra",
        "mi gato",
        "mi gata",
        "perrita",
        "perrito",
        "gatito",
        "gatita",
        "mascota",
        "meu cachorro",
        "minha gata",
        "my dog",
        "my cat",
        "cachorro",
        "se llama",
        "our dog",
    ];
    const AREA: &[&str] = &[
        "dormitorios en",
        "casa en",
        "departamento en",
        "zona de",
        "zona",
        "bairro",
        "barrio",
        "colonia",
        "sector",
        "venta en",
        "alquiler en",
        "in the",
        "recolha em",
        "recogida en",
        "pickup at",
        "pick up at",
        "retiro en",
    ];
    static PET_TRAITS: LazyLock<Set> =
        LazyLock::new(|| set(&["BREED", "SPECIES", "AGE", "WEIGHT", "VACCINE", "NEUTERED", "NOTES", "ALLERGY"]));
    static NEIGH: LazyLock<Set> = LazyLock::new(|| set(&["NEIGH", "DISTRICT"]));
    static VEHICLE: LazyLock<Set> = LazyLock::new(|| set(&["VEHICLE"]));
    static COMPANY: LazyLock<Set> = LazyLock::new(|| set(&["COMPANY"]));
    static ORIGIN: LazyLock<Set> = LazyLock::new(|| set(&["ORIGIN"]));
    let mut found: Vec<Finding> = Vec::new();
    for field in
        fields.iter().filter(|field| field.definition.field_type == FieldType::Text && !field.concepts.meets(&LABELLED))
    {
        let pet_name = field.concepts.meets(&KNOWN.pet) && !field.concepts.meets(&PET_TRAITS);
        let cues: &[&[&str]] = if field.concepts.meets(&KNOWN.city) {
            &[HOME]
        } else if field.concepts.meets(&VEHICLE) {
            &[WANTED]
        } else if pet_name {
            &[PETS]
        } else if field.concepts.meets(&COMPANY) && !field.concepts.meets(&NEIGH) {
            &[WORKS]
        } else if field.concepts.meets(&NEIGH) {
            &[AREA]
        } else if field.concepts.meets(&ORIGIN) {
            &[&["recolha em", "recogida en", "pickup at", "pick up at", "retiro en", "desde", "from", "saliendo de"]]
        } else {
            continue;
        };
        let mut best: Option<(usize, usize)> = None;
        for at in 0..page.words.len() {
            let hit = cues.iter().flat_map(|list| list.iter()).any(|cue| {
                let parts: Vec<&str> = cue.split(' ').collect();
                parts.len() <= page.words.len() - at
                    && parts.iter().zip(&page.words[at..]).all(|(part, word)| *part == word.folded)
                    && {
                        let last = at + parts.len() - 1;
                        run_after(page, last + 1, if page.words[last].ends { 0 } else { 3 })
                            .inspect(|run| best = best.or(Some(*run)))
                            .is_some()
                    }
            });
            if hit && best.is_some() {
                break;
            }
        }
        // "aqui é o Roberto Cezar de Uberlândia"
        if best.is_none()
            && field.concepts.meets(&KNOWN.city)
            && let Some(name) = page.name
        {
            let next = page.words.partition_point(|word| word.span.0 < name.1);
            if page.words.get(next).is_some_and(|word| matches!(word.folded.as_str(), "de" | "from"))
                && next > 0
                && !page.words[next - 1].ends
            {
                best = run_after(page, next + 1, 0);
            }
        }
        if let Some(span) = best.filter(|span| page.name.is_none_or(|name| name.1 <= span.0 || span.1 <= name.0)) {
            found.push(finding(field, &page.text[span.0..span.1], span, 0.74));
        }
    }
    found
}

/// The capitalised run at or within `skip` small words after a place.
fn run_after(page: &Page<'_>, from: usize, skip: usize) -> Option<(usize, usize)> {
    let mut at = from;
    while at < from + skip + 1 && page.words.get(at).is_some_and(|word| !word.capital) && !page.words[at].ends {
        at += 1;
    }
    let first = page.words.get(at).filter(|word| word.capital && !word.folded.bytes().all(|b| b.is_ascii_digit()))?;
    let mut end = at;
    while let Some(word) = page.words.get(end)
        && end - at < 4
        && (word.capital
            || end > at && word.folded.bytes().next().is_some_and(|b| b.is_ascii_digit()) && word.folded.len() <= 4)
    {
        end += 1;
        if page.words[end - 1].ends {
            break;
        }
    }
    (end > at).then(|| (first.span.0, page.words[end - 1].span.1)).filter(|span| !page.is_covered(*span))
}

fn amounts(page: &Page<'_>, fields: &[&Field], busy: &[(usize, usize)]) -> Vec<Finding> {
    let numbers: Vec<&&Field> = fields
        .iter()
        .filter(|field| matches!(field.definition.field_type, FieldType::Number | FieldType::Currency))
        .collect();
    if numbers.is_empty() {
        return Vec::new();
    }
    let mut edges: Vec<(f32, usize, Json, (usize, usize))> = Vec::new();
    let mut seen = 0;
    let mut at = 0;
    let mut money_seen = 0;
    while seen < 24
        && let Some(start) =
            page.text.get(at..).and_then(|rest| rest.find(|c: char| c.is_ascii_digit())).map(|place| at + place)
    {
        seen += 1;
        let run =
            page.text[start..].find(|c: char| !c.is_ascii_digit()).map_or(page.text.len(), |length| start + length);
        at = run;
        // Within a window: the rest of a long text does not matter to one number.
        let window = window(page.text, start, 90);
        let Some(reading) = number::read_at(&page.text[window.0..window.1], start - window.0, page.country) else {
            at = skip_code(page.text, run);
            continue;
        };
        let span = (window.0 + reading.span.0, window.0 + reading.span.1);
        at = at.max(span.1);
        if page.is_covered(span)
            || busy.iter().any(|other| span.0 < other.1 && other.0 < span.1)
            || reading.leading_zero
        {
            continue;
        }
        let before = page.before(span.0, 5);
        let after = page.after(span.1, 4);
        let near_before: String =
            page.text[window.0..span.0].chars().rev().take(6).collect::<Vec<_>>().into_iter().rev().collect();
        let near_after: String = page.text[span.1..window.1].chars().take(12).collect();
        let named = money::named(
            near_before.rsplit([' ', '\n']).next().filter(|tail| !tail.is_empty()).unwrap_or(near_before.trim()),
            near_after.split([',', ';']).next().unwrap_or(""),
        );
        let is_money = named != money::Named::None || reading.formatted && reading.value.to_f64() >= 1000.0;
        money_seen += usize::from(is_money);
        for (field_at, field) in numbers.iter().enumerate() {
            let currency = field.definition.field_type == FieldType::Currency;
            if currency && (!money::fits(named, field.definition.currency.as_deref(), page.country) || !is_money)
                || !currency && named != money::Named::None
            {
                continue;
            }
            let noun = after.iter().take(3).copied().collect::<Vec<_>>();
            let score = if currency {
                cue(&before, field).max(cue(&after, field)).max(0.3)
            } else {
                let years = after
                    .first()
                    .is_some_and(|word| matches!(word.folded.as_str(), "anos" | "years" | "anios" | "year"));
                let experience = after.iter().take(4).any(|word| word.folded.starts_with("exper"));
                if years && !experience {
                    if field.concepts.meets(&AGE) { 0.9 } else { 0.0 }
                } else {
                    cue(&noun, field)
                        .max(0.85 * cue(&before.iter().rev().take(3).rev().copied().collect::<Vec<_>>(), field))
                }
            };
            if let Some(value) = reading.value.to_number() {
                edges.push((score, field_at, Json::Number(value), span));
            }
        }
    }
    edges.extend(in_words(page, &numbers));
    edges.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.3.0.cmp(&b.3.0)));
    let mut found: Vec<Finding> = Vec::new();
    let open_money = numbers.iter().filter(|field| field.definition.field_type == FieldType::Currency).count();
    for (score, field_at, value, span) in edges {
        let field = numbers[field_at];
        if found.iter().any(|other| other.target.key() == Some(&field.definition.key) || other.span == span) {
            continue;
        }
        let currency = field.definition.field_type == FieldType::Currency;
        let lone = currency && money_seen == 1 && open_money == 1;
        if score >= 0.58 {
            found.push(finding(field, value, span, (0.7 + 0.2 * score).min(0.89)));
        } else if lone {
            found.push(finding(field, value, span, 0.66));
        }
    }
    found
}

/// `três quartos`, `two kids`: a number in words with a noun that names the field.
fn in_words(page: &Page<'_>, numbers: &[&&Field]) -> Vec<(f32, usize, Json, (usize, usize))> {
    let mut edges = Vec::new();
    for (at, word) in page.words.iter().enumerate() {
        let Some(value) = number::word_value(&word.folded).filter(|_| !word.ends) else { continue };
        if value == 1 || matches!(word.folded.as_str(), "once" | "cem" | "cien") {
            continue;
        }
        let noun: Vec<&Word> = page.words[at + 1..].iter().take(2).collect();
        for (field_at, field) in
            numbers.iter().enumerate().filter(|(_, field)| field.definition.field_type == FieldType::Number)
        {
            let score = cue(&noun[..noun.len().min(1)], field);
            if score >= 0.7
                && let Ok(value) = i64::try_from(value)
            {
                edges.push((score, field_at, Json::from(value), word.span));
            }
        }
    }
    edges
}

fn window(text: &str, at: usize, reach: usize) -> (usize, usize) {
    let mut from = at.saturating_sub(reach);
    while !text.is_char_boundary(from) {
        from -= 1;
    }
    let mut to = (at + reach).min(text.len());
    while !text.is_char_boundary(to) {
        to += 1;
    }
    (from, to)
}

fn skip_code(text: &str, from: usize) -> usize {
    text[from..].find(|c: char| c.is_whitespace()).map_or(text.len(), |length| from + length)
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
    cue(&page.before(span.0, 3), field)
}

/// Folded text of words from–to.
pub(crate) fn joined(words: &[Word]) -> String {
    words.iter().map(|word| word.folded.as_str()).collect::<Vec<_>>().join(" ")
}

/// Whether two words are inflections of one.
pub(crate) fn same(a: &str, b: &str) -> bool {
    options::stem(a) == options::stem(b)
}
