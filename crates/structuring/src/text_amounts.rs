//! Amounts and counts in running text, with the nouns that say of what.

use crate::compiled::Field;
use crate::cue::{Cue, names};
use crate::lexicon::{Set, set};
use crate::readings::{money, number, number_words};
use crate::scan::Word;
use crate::text::Finding;
use crate::text_choices::synonymous;
use crate::text_fields::{Page, finding};
use crate::{FieldType, Json};
use std::cell::LazyCell;
use std::sync::LazyLock;

static YEAR: LazyLock<Set> = LazyLock::new(|| set(&["YEAR"]));
/// How well a number with a noun of its own fits a field of quantities.
const COUNTED: f32 = 0.6;
static COUNT: LazyLock<Set> = LazyLock::new(|| set(&["QTY"]));

/// What is done with money says which money it is.
static VERBS: LazyLock<[(&[&str], Set); 5]> = LazyLock::new(|| {
    [
        (
            &[
                "gano", "ganamos", "cobro", "ganho", "recebo", "earn", "salario", "sueldo", "ingresos", "renda",
                "income",
            ][..],
            set(&["INCOME", "CURRENTSAL"]),
        ),
        (
            &[
                "quiero",
                "queria",
                "quisiera",
                "necesito",
                "preciso",
                "quero",
                "solicito",
                "solicita",
                "pide",
                "pido",
                "pedir",
                "want",
                "need",
                "borrow",
                "prestamo",
                "emprestimo",
                "loan",
                "credito",
                "precisamos",
                "necesitamos",
            ],
            set(&["LOANAMT"]),
        ),
        (
            &["pago", "pagamos", "pagando", "paying", "pay", "gasto", "recibo", "conta", "bill", "cuenta"],
            set(&["MONTHLYPAY", "PREMIUM", "ELECTRICBILL", "RENT"]),
        ),
        (
            &[
                "presupuesto",
                "budget",
                "gastar",
                "hasta",
                "max",
                "maximo",
                "tope",
                "ate",
                "spend",
                "orcamento",
                "invertir",
            ],
            set(&["BUDGET", "MAXQ"]),
        ),
        (&["anticipo", "sena", "entrada", "enganche", "pie", "down", "deposit", "sinal", "abono"], set(&["DOWNPAY"])),
    ]
});

/// The bit of what is earned.
const EARNS: u8 = 1;

/// The verbs of money among a few words, a bit each.
fn verbs_of(words: &[&Word]) -> u8 {
    let said = |list: &[&str]| words.iter().any(|word| list.contains(&word.folded.as_str()));
    (0_u8..).zip(VERBS.iter()).filter(|(_, (verbs, _))| said(verbs)).fold(0, |bits, (at, _)| bits | 1 << at)
}

fn verbs_for(field: &Field) -> u8 {
    if field.definition.field_type != FieldType::Currency {
        return 0;
    }
    (0_u8..)
        .zip(VERBS.iter())
        .filter(|(_, (_, about))| field.concepts.meets(about))
        .fold(0, |bits, (at, _)| bits | 1 << at)
}

static HEADS: LazyLock<Set> = LazyLock::new(|| set(&["PEOPLE", "ATTENDEES", "PAX", "HOUSEHOLD"]));
static AGE: LazyLock<Set> = LazyLock::new(|| set(&["AGE"]));

/// Numbers of open number and currency fields.
pub(crate) fn amounts(page: &Page<'_>, fields: &[&Field], busy: &[(usize, usize)]) -> Vec<Finding> {
    let numbers: Vec<&&Field> = fields
        .iter()
        .filter(|field| matches!(field.definition.field_type, FieldType::Number | FieldType::Currency))
        .collect();
    if numbers.is_empty() {
        return Vec::new();
    }
    // Per field, then for all: which verbs of money speak for it.
    let fits_verb: Vec<u8> = numbers.iter().map(|field| verbs_for(field)).collect();
    let any_verb = fits_verb.iter().fold(0, |all, verbs| all | verbs);
    // "5 millones" is money where some is asked for, not a number of months.
    let any_money = numbers.iter().any(|field| field.definition.field_type == FieldType::Currency);
    let mut edges: Vec<(f32, usize, Json, (usize, usize))> = Vec::new();
    let mut seen = 0;
    let mut at = 0;
    let mut money_seen = 0;
    let mut earned: Vec<(usize, usize)> = Vec::new();
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
            || in_range(page.text, span)
        {
            continue;
        }
        let (before, after) = (page.before(span.0, 5), page.after(span.1, 4));
        // "12.000.000 a 60 meses": the noun behind the next number is that number's.
        let until =
            after.iter().position(|word| word.folded.bytes().all(|b| b.is_ascii_digit())).unwrap_or(after.len());
        // "4 pneus aro 16": of two nouns the second is the next number's, where a field is called so.
        let of_next = until >= 2
            && until < after.len()
            && !after[until - 1].ends
            && numbers.iter().any(|field| field.says(&[after[until - 1].folded.as_str()]));
        let until = until - usize::from(of_next);
        let after = &after[..until];
        // Only where a field asks for them.
        let cue_before = LazyCell::new(|| Cue::new(&before));
        let cue_after = LazyCell::new(|| Cue::new(after));
        let cue_noun = LazyCell::new(|| Cue::new(&after[..after.len().min(3)]));
        let cue_near = LazyCell::new(|| Cue::new(&before[before.len().saturating_sub(3)..]));
        let near_before: String =
            page.text[window.0..span.0].chars().rev().take(6).collect::<Vec<_>>().into_iter().rev().collect();
        let near_after: String = page.text[span.1..window.1].chars().take(12).collect();
        let named = money::named(
            near_before.rsplit([' ', '\n']).next().filter(|tail| !tail.is_empty()).unwrap_or(near_before.trim()),
            near_after.split([',', ';']).next().unwrap_or(""),
        );
        // "Km 12 carretera a Olancho": a place on a road.
        let milestone = before
            .last()
            .is_some_and(|word| !word.ends && matches!(word.folded.as_str(), "km" | "kilometro" | "quilometro" | "pk"))
            && reading.value.to_f64() < 1000.0
            && after.first().is_some_and(|word| {
                matches!(
                    word.folded.as_str(),
                    "carretera" | "ruta" | "rodovia" | "via" | "de" | "da" | "do" | "autopista"
                )
            });
        if milestone {
            continue;
        }
        let measured = after.first().is_some_and(|word| is_measure(&word.folded));
        let is_money = named != money::Named::None
            || reading.formatted && reading.value.to_f64() >= 1000.0 && !measured
            || any_money && paid(&before, after, &reading);
        // "5 millones", "80 mil".
        let spelt = is_money && page.text[span.0..span.1].contains(char::is_alphabetic);
        money_seen += usize::from(is_money);
        let said = verbs_of(&before);
        // "Mi sueldo actual es 3,000": what somebody earns is nothing else.
        if said & EARNS != 0 {
            earned.push(span);
        }
        for (field_at, field) in numbers.iter().enumerate() {
            let currency = field.definition.field_type == FieldType::Currency;
            if currency && (!money::fits(named, field.definition.currency.as_deref(), page.country) || !is_money)
                || !currency && (named != money::Named::None || any_money && spelt)
            {
                continue;
            }
            let by_verb = currency && fits_verb[field_at] & said != 0;
            // The verb of another kind of money speaks against this one.
            let against = currency && !by_verb && said & any_verb != 0;
            let score = if currency && by_verb {
                0.9
            } else if currency && against {
                0.0
            } else if !currency && field.concepts.meets(&YEAR) && is_year(page, span) {
                0.75
            } else if !currency && field.concepts.meets(&COUNT) && counts_things(page, after) {
                0.66
            } else if !currency && field.concepts.meets(&COUNT) && counts_anything(page, after) {
                COUNTED
            } else if currency {
                names(cue_before.as_ref(), field).max(names(cue_after.as_ref(), field)).max(0.3)
            } else {
                // "Somos 6": the people themselves.
                let ourselves = field.concepts.meets(&HEADS)
                    && before
                        .last()
                        .is_some_and(|word| matches!(word.folded.as_str(), "somos" | "seremos" | "seriamos"))
                    && after.first().is_none_or(|word| !matches!(word.folded.as_str(), "anos" | "hermanos" | "socios"));
                let years = after
                    .first()
                    .is_some_and(|word| matches!(word.folded.as_str(), "anos" | "years" | "anios" | "year"));
                let experience = after.iter().take(4).any(|word| word.folded.starts_with("exper"));
                // "OD -1,25 OI -0,75": right behind a word that only this field has.
                let labelled = before.last().is_some_and(|word| {
                    !word.ends
                        && (2..=4).contains(&word.folded.len())
                        && !crate::lexicon::is_noise(&word.folded)
                        && field.says(&[word.folded.as_str()])
                        && page.definitions.fields.iter().filter(|other| other.says(&[word.folded.as_str()])).count()
                            == 1
                });
                // "34 anos de contribuição"
                let of_something = years
                    && after.get(1).is_some_and(|word| matches!(word.folded.as_str(), "de" | "of"))
                    && after.get(2).is_some();
                if labelled {
                    0.95
                } else if ourselves {
                    0.8
                } else if of_something && !experience {
                    let said = names(Cue::new(&after[2..]).as_ref(), field);
                    if field.concepts.meets(&AGE) { 0.4 } else { said }
                } else if years && !experience {
                    if field.concepts.meets(&AGE) { 0.9 } else { 0.0 }
                } else {
                    names(cue_noun.as_ref(), field).max(0.85 * names(cue_near.as_ref(), field))
                }
            };
            if let Some(value) = reading.value.to_number() {
                edges.push((score, field_at, Json::Number(value), span));
            }
        }
    }
    // "15 bolsas de cal y 2 de arena": two things that are counted alike, and one number asked for.
    let counted = |edge: &(f32, usize, Json, (usize, usize))| edge.0 == COUNTED;
    if edges.iter().filter(|edge| counted(edge)).count() > 1 {
        edges.retain(|edge| !counted(edge));
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
        let lone = currency && money_seen == 1 && open_money == 1 && !earned.contains(&span);
        if score >= 0.58 {
            found.push(finding(field, value, span, (0.7 + 0.2 * score).min(0.89)));
        } else if lone {
            found.push(finding(field, value, span, 0.66));
        }
    }
    found
}

/// "60 a 80 m2", "6 to 8 pallets", "entre 18 y 22 mil": neither of the two is the number.
fn in_range(text: &str, span: (usize, usize)) -> bool {
    const JOINTS: &[&str] = &["a", "to", "y", "e", "o", "ou", "or", "-", "–", "hasta", "ate", "até"];
    let mut after = text[span.1..].split_whitespace();
    let mut before = text[..span.0].split_whitespace();
    let digit = |word: Option<&str>| {
        word.is_some_and(|word| {
            let word = word.trim_matches(['$', '€', '£', ',', '.', '(']);
            word.starts_with(|c: char| c.is_ascii_digit()) && !word.contains('/') && !word.contains(':')
        })
    };
    // Two of one size, of one thing: "$150,000 a 12 meses" is no range.
    let size = |word: &str| word.chars().filter(char::is_ascii_digit).collect::<String>().parse::<f64>().unwrap_or(0.0);
    let own = size(&text[span.0..span.1]);
    let near = |other: Option<&str>| {
        let other = other.map_or(0.0, size);
        own > 0.0 && other > 0.0 && (own / other).max(other / own) <= 10.0
    };
    let joined = |word: Option<&str>| word.is_some_and(|word| JOINTS.contains(&word));
    let (joint, second) = (after.next(), after.next());
    let third = after.next().map(crate::keys::fold).unwrap_or_default();
    let other_thing = [
        "mes", "cuota", "parcela", "ano", "year", "month", "vez", "vece", "x", "pago", "dia", "day", "nin", "crianc",
        "child",
    ]
    .iter()
    .any(|unit| third.starts_with(unit));
    let ahead = text[span.1..].starts_with(' ') && joined(joint) && digit(second) && near(second) && !other_thing;
    let (joint, first) = (before.next_back(), before.next_back());
    let behind = joined(joint) && digit(first) && near(first);
    ahead || behind
}

/// "Pagó 150.", "total 890": money said by its verb alone, where no noun makes it a count of something.
fn paid(before: &[&Word], after: &[&Word], reading: &number::Reading) -> bool {
    const PAYING: &[&str] = &[
        "pago",
        "paga",
        "pagan",
        "paying",
        "pay",
        "pays",
        "gasta",
        "gasto",
        "pagou",
        "pague",
        "pagaron",
        "pagamos",
        "paid",
        "cobro",
        "cobraron",
        "cobrou",
        "cobrado",
        "cobramos",
        "total",
        "cuesta",
        "costo",
        "custa",
        "custou",
        "costs",
        "precio",
        "preco",
        "price",
        "valor",
        "abono",
        "anticipo",
        "sena",
        "sinal",
        "quoted",
        "cotizado",
        "presupuesto",
        "budget",
        "orcamento",
        "charged",
    ];
    let last = before.last().filter(|word| !matches!(word.folded.as_str(), "de" | "es" | "e" | "is" | "of"));
    let last = last.or_else(|| before.iter().rev().nth(1));
    last.is_some_and(|word| PAYING.contains(&word.folded.as_str()))
        && reading.value.to_f64() >= 20.0
        && after.first().is_none_or(|word| {
            matches!(
                word.folded.as_str(),
                "y" | "e" | "and" | "por" | "for" | "en" | "em" | "in" | "al" | "ao" | "con" | "com"
            )
        })
}

/// A unit of length, area, weight or volume.
fn is_measure(folded: &str) -> bool {
    matches!(
        folded,
        "km" | "kms"
            | "kilometros"
            | "quilometros"
            | "kilometers"
            | "kilometres"
            | "mi"
            | "miles"
            | "millas"
            | "m"
            | "mts"
            | "metros"
            | "m2"
            | "m3"
            | "ha"
            | "hectareas"
            | "hectares"
            | "sqft"
            | "sq"
            | "kg"
            | "kgs"
            | "kilos"
            | "quilos"
            | "lb"
            | "lbs"
            | "libras"
            | "toneladas"
            | "ton"
            | "litros"
            | "lts"
            | "liters"
            | "litres"
            | "kwh"
    )
}

/// Twenty to ninety.
fn tens(folded: &str) -> Option<i128> {
    number_words::word_value(folded).filter(|value| (20..100).contains(value) && value % 10 == 0)
}

/// "60 barras", "treinta chapas": several of a thing that no other field counts.
fn counts_anything(page: &Page<'_>, after: &[&Word]) -> bool {
    const MEASURES: &[&str] = &[
        "dias",
        "meses",
        "anos",
        "anios",
        "horas",
        "minutos",
        "semanas",
        "pesos",
        "dolares",
        "euros",
        "reais",
        "soles",
        "personas",
        "pessoas",
        "people",
        "days",
        "months",
        "years",
        "hours",
        "weeks",
        "minutes",
        "dollars",
        "pounds",
        "cuotas",
        "parcelas",
        "veces",
        "vezes",
        "times",
        "metros",
        "kilos",
        "litros",
        "puntos",
        "pagos",
        "millones",
        "adultos",
        "adults",
        "ninos",
        "kids",
        "criancas",
        "hijos",
        "filhos",
        "noches",
        "noites",
        "nights",
        "cuadras",
        "guests",
        "invitados",
        "convidados",
        "quilos",
        "gramos",
        "gramas",
        "pasajeros",
        "passageiros",
        "anios",
        "hrs",
    ];
    let Some(noun) = after.first() else { return false };
    let word = noun.folded.as_str();
    let plural = word.len() >= 5 && word.ends_with('s') && word.bytes().all(|b| b.is_ascii_lowercase());
    let elsewhere = || {
        let hits = crate::lexicon::find(std::slice::from_ref(&noun.folded));
        page.definitions.fields.iter().any(|field| {
            !field.concepts.meets(&COUNT)
                && hits.iter().flat_map(|hit| hit.concepts).any(|concept| field.concepts.has(*concept))
        })
    };
    plural && !noun.capital && !MEASURES.contains(&word) && !elsewhere()
}

/// A bare `2022` that no month, day or unit stands beside.
fn is_year(page: &Page<'_>, span: (usize, usize)) -> bool {
    let text = &page.text[span.0..span.1];
    let near = page.text[span.1..].trim_start();
    let unit = near.starts_with(['/', '-', '%', '$', '€', ':'])
        || near.split_whitespace().next().is_some_and(|word| {
            matches!(
                crate::keys::fold(word).as_str(),
                "km" | "kms" | "kg" | "pesos" | "usd" | "m2" | "personas" | "hs" | "horas"
            )
        });
    text.len() == 4 && (text.starts_with("19") || text.starts_with("20")) && !unit
}

/// "300 cartões": the noun is one of the choices the fields offer, or a thing that is sold.
fn counts_things(page: &Page<'_>, after: &[&Word]) -> bool {
    static THINGS: LazyLock<Set> = LazyLock::new(|| set(&["PRODUCT", "APPLIANCE", "MEDICATION", "QTY", "ARTWORK"]));
    let words: Vec<&str> = after.iter().take(3).map(|word| word.folded.as_str()).collect();
    let Some(first) = words.first() else { return false };
    let named = (1..=words.len()).rev().any(|length| {
        let phrase = words[..length].join(" ");
        let (fields, offers) = (&page.definitions.fields, &page.definitions.offers);
        let mut written = offers.written(phrase.split(' '), page.steps);
        written.any(|(field, option)| fields[field].choices[option].is_written(phrase.split(' ')))
            || !synonymous(page, crate::options::synonyms(&phrase)).is_empty()
    });
    let sold = crate::lexicon::find(&[(*first).to_owned()])
        .iter()
        .flat_map(|hit| hit.concepts)
        .any(|concept| THINGS.has(*concept));
    named || sold
}

/// `três quartos`, `two kids`: a number in words with a noun that names the field.
fn in_words(page: &Page<'_>, numbers: &[&&Field]) -> Vec<(f32, usize, Json, (usize, usize))> {
    let mut edges = Vec::new();
    for (at, word) in page.words.iter().enumerate() {
        let Some(value) = number_words::word_value(&word.folded).filter(|_| !word.ends) else { continue };
        // "ochenta y cinco": the five is of another number.
        let compound = at > 1
            && matches!(page.words[at - 1].folded.as_str(), "y" | "e" | "and")
            && tens(&page.words[at - 2].folded).is_some();
        if compound {
            continue;
        }
        let (value, last) = match (value, page.words.get(at + 1), page.words.get(at + 2)) {
            (tens, Some(and), Some(unit))
                if tens >= 20 && tens % 10 == 0 && matches!(and.folded.as_str(), "y" | "e" | "and") =>
            {
                match number_words::word_value(&unit.folded).filter(|unit| (1..10).contains(unit)) {
                    Some(unit) => (tens + unit, at + 2),
                    None => (value, at),
                }
            }
            _ => (value, at),
        };
        if value == 1 || matches!(word.folded.as_str(), "once" | "cem" | "cien") {
            continue;
        }
        // "table for four", "somos cinco".
        let party = at > 0
            && matches!(page.words[at - 1].folded.as_str(), "for" | "somos" | "para")
            && !page.words[at - 1].ends;
        let table = at > 1
            && matches!(page.words[at - 2].folded.as_str(), "table" | "mesa" | "reserva" | "party" | "reservation");
        if party
            && (table || page.words[at - 1].folded == "somos")
            && let Some((field_at, _)) = numbers.iter().enumerate().find(|(_, field)| field.concepts.meets(&HEADS))
            && let Ok(value) = i64::try_from(value)
        {
            edges.push((0.8, field_at, Json::from(value), word.span));
            continue;
        }
        let noun: Vec<&Word> = page.words[last + 1..].iter().take(1).collect();
        let cue = Cue::new(&noun);
        for (field_at, field) in
            numbers.iter().enumerate().filter(|(_, field)| field.definition.field_type == FieldType::Number)
        {
            let counted = field.concepts.meets(&COUNT) && counts_anything(page, &noun);
            let score = names(cue.as_ref(), field).max(if counted { 0.7 } else { 0.0 });
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
