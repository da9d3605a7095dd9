//! Choices and yes-or-no facts that running text mentions.

use crate::compiled::Field;
use crate::known::KNOWN;
use crate::learnt::Standing;
use crate::lexicon::{self, Set, set};
use crate::scan::Word;
use crate::text::Finding;
use crate::text_fields::{Page, cue_near, option_finding};
use crate::{FieldType, Json, Target, options};
use std::sync::LazyLock;

/// Words that turn what follows into its opposite.
const NEGATIONS: &[&str] = &[
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

pub(crate) fn read(page: &Page<'_>, fields: &[&Field], steps: &mut usize) -> Vec<Finding> {
    let mut found = Vec::new();
    let choices = fields.iter().any(|field| !field.choices.is_empty());
    let (text, starts) = if choices { joined(page) } else { (String::new(), Vec::new()) };
    let runs = if choices { runs(page, &text, &starts) } else { Vec::new() };
    *steps += runs.len();
    for field in fields {
        match field.definition.field_type {
            FieldType::Select | FieldType::MultiSelect => {
                found.extend(mentioned(page, field, &runs).or_else(|| part_of_day(page, field)));
            }
            FieldType::Boolean => found.extend(stated(page, field)),
            _ => {}
        }
    }
    found
}

/// Options the text mentions: one for a select, any for a multi-select.
fn mentioned(page: &Page<'_>, field: &Field, runs: &[Run<'_>]) -> Option<Finding> {
    // (option, quality, words from–to)
    let mut hits: Vec<(usize, f32, (usize, usize))> = Vec::new();
    for run in runs {
        if let Some((option, quality)) = exactly(field, run, page)
            && !negated(page.words, run.from)
            && !introduced(page.words, run)
        {
            hits.push((option, quality, (run.from, run.to)));
        }
    }
    // A longer mention covers the shorter one inside it.
    let inner = |hit: &(usize, f32, (usize, usize))| {
        hits.iter()
            .any(|other| other.2.0 <= hit.2.0 && hit.2.1 <= other.2.1 && other.2.1 - other.2.0 > hit.2.1 - hit.2.0)
    };
    let mut kept: Vec<(usize, f32, (usize, usize))> = hits.iter().filter(|hit| !inner(hit)).copied().collect();
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

/// "Solo después de las 19h": the one clock time of a text, where the options are parts of the day.
fn part_of_day(page: &Page<'_>, field: &Field) -> Option<Finding> {
    let mut times = page
        .words
        .iter()
        .enumerate()
        .filter_map(|(at, word)| Some((at, crate::text_marks::time_at(page.text, word.span.0)?)))
        .filter(|(_, span)| !page.is_covered(*span));
    let ((at, span), None) = (times.next()?, times.next()) else { return None };
    let after = page.words[at.saturating_sub(3)..at]
        .iter()
        .any(|word| matches!(word.folded.as_str(), "despues" | "depois" | "after" | "partir" | "from" | "past"));
    let option = options::at_clock(&field.choices, &crate::keys::fold(&page.text[span.0..span.1]), after)?;
    Some(option_finding(field, &[option], span, 0.7))
}

fn exactly(field: &Field, run: &Run<'_>, page: &Page<'_>) -> Option<(usize, f32)> {
    if !page.learnt.is_empty() {
        for word in page.learnt.of_word(&field.definition.key, run.text) {
            if word.standing != Standing::Denied
                && let Some(at) = field.choices.iter().position(|choice| choice.text == word.option)
            {
                return Some((at, 0.86));
            }
        }
    }
    let words = &page.words[run.from..run.to];
    let mut quality = 0.86;
    // Inflections keep the first letter: most options are out at once.
    let first = run.text.as_bytes().first();
    let literal = field.choices.iter().position(|choice| {
        choice.folded.as_bytes().first() == first && choice.is_written(words.iter().map(|word| word.folded.as_str()))
    });
    let option = literal.or_else(|| {
        quality = 0.74;
        options::synonym(&field.choices, run.groups).or_else(|| options::misspelt(&field.choices, run.text))
    });
    let Some(option) = option else { return named_in_part(field, run, page) };
    let text = run.text;
    let choice = &field.choices[option];
    let span = (words.first()?.span.0, words.last()?.span.1);
    // Short and everyday words count only where the field is named beside them.
    let acronym = literal.is_some()
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
    let everyday = literal.is_some() && choice.folded.len() <= 3
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
fn named_in_part(field: &Field, run: &Run<'_>, page: &Page<'_>) -> Option<(usize, f32)> {
    let word = page.words.get(run.from).filter(|_| run.to - run.from == 1 && run.text.len() >= 5)?;
    let option = options::telling(&field.choices, run.text)?;
    let before = run.from.checked_sub(1).map(|at| &page.words[at]);
    let proper = word.capital
        && before.is_some_and(|before| !before.ends)
        && lexicon::find(std::slice::from_ref(&word.folded)).is_empty();
    let beside =
        before.is_some_and(|before| !before.ends && before.folded.len() > 3 && field.says(&[before.folded.as_str()]));
    (proper || beside).then_some((option, 0.66))
}

/// "the landlord is Mr Hughes", "mi esposa es Ana": somebody else is introduced, nothing is chosen.
fn introduced(words: &[Word], run: &Run<'_>) -> bool {
    let before = run.from.checked_sub(1).and_then(|at| words.get(at)).map_or("", |word| word.folded.as_str());
    let after = words.get(run.to).map_or("", |word| word.folded.as_str());
    let named = words.get(run.to + 1).is_some_and(|word| word.capital);
    matches!(before, "the" | "el" | "la" | "o" | "a" | "my" | "mi" | "meu" | "minha" | "our")
        && matches!(after, "is" | "es" | "e" | "se")
        && named
}

fn negated(words: &[Word], at: usize) -> bool {
    words[at.saturating_sub(3)..at]
        .iter()
        .rev()
        .take_while(|word| !word.ends)
        .any(|word| NEGATIONS.contains(&word.folded.as_str()))
}

/// Said by its name alone: "spayed, vaccinated".
static IMPLIED: LazyLock<Set> =
    LazyLock::new(|| set(&["NEUTERED", "VACCINE", "DEWORM", "FURNISHED", "PREGNANT", "BAPTIZED"]));
const NEEDS: &[&str] =
    &["necesita", "requiere", "precisa", "needs", "need", "needed", "required", "quiere", "wants", "quer"];

static FIRST_TIME: LazyLock<Set> = LazyLock::new(|| set(&["FIRSTQ"]));

/// A fact the text states or denies: `necesito crédito`, `viajamos con perro`, `no tengo deudas`.
fn stated(page: &Page<'_>, field: &Field) -> Option<Finding> {
    let strong = field.concepts.without(&KNOWN.qualifiers);
    let mention = page.hits.iter().find(|mention| {
        mention.concepts.iter().any(|concept| {
            strong.has(*concept) && lexicon::weight(*concept) >= 0.9 && !KNOWN.others.without(&KNOWN.pet).has(*concept)
        }) || field.concepts.meets(&FIRST_TIME) && mention.concepts.iter().any(|concept| FIRST_TIME.has(*concept))
    });
    let Some(mention) = mention else { return said_by_name(page, field) };
    if let Some(answer) = answered(page, mention.to) {
        return Some(fact(page, field, (mention.from, mention.to), answer));
    }
    let from = page.words[mention.from].span.0;
    let to = page.words[mention.to - 1].span.1;
    if page.is_covered((from, to)) {
        return None;
    }
    // A question states nothing.
    let rest = &page.text[to..];
    let stop = rest.find(['.', '!', '\n', '?', ';']);
    if stop.is_some_and(|at| rest.as_bytes()[at] == b'?') {
        return None;
    }
    // The words right before say who has it: "necesito", "con", "tengo", "es mi", "I need".
    const CLAIMS: &[&str] = &[
        "necesito",
        "necesitamos",
        "con",
        "tengo",
        "tenemos",
        "es",
        "mi",
        "preciso",
        "precisamos",
        "com",
        "tenho",
        "temos",
        "need",
        "have",
        "with",
        "my",
        "quiero",
        "queremos",
        "quero",
        "want",
        "viajamos",
        "viajo",
        "llevamos",
        "traemos",
        "trae",
        "lleva",
        "levamos",
        "soy",
        "sou",
        "am",
        "im",
        "incluye",
        "acepto",
        "aceito",
        "solicito",
        "requiero",
        "requerimos",
        "es",
        "e",
        "estoy",
        "estou",
        "busco",
        "looking",
        "tiene",
        "hay",
        "theres",
        "there",
        "got",
        "has",
        "includes",
        "including",
        "incluir",
        "incluyendo",
        "tem",
        "existe",
        "llevo",
        "traigo",
        "were",
        "was",
        "been",
        "are",
        "fui",
        "fuimos",
        "han",
        "hemos",
        "nos",
        "also",
        "tambien",
        "tambem",
        "ya",
        "ja",
        "already",
        "entrego",
        "prefiero",
        "requires",
        "requiere",
        "necesita",
        "precisa",
        "needs",
        "wants",
        "quiere",
        "quer",
        "urge",
        "ocupo",
        "ocupamos",
        "quisiera",
        "quisieramos",
        "queria",
        "gustaria",
        "gostaria",
        "like",
        "please",
        "favor",
        "pueden",
        "podrian",
        "podem",
        "agregar",
        "sumar",
        "add",
        "plus",
        "mas",
    ];
    let before: Vec<&str> = page.words[mention.from.saturating_sub(3)..mention.from]
        .iter()
        .rev()
        .take_while(|word| !word.ends)
        .map(|word| word.folded.as_str())
        .collect();
    // "con dj", "necesita crédito" are phrases of the lexicon themselves.
    let inside = || page.words[mention.from..mention.to].iter().map(|word| word.folded.as_str());
    // "Sin gluten" says yes to a field that is itself about what is not there.
    let without = [&field.by_name, &field.by_key]
        .iter()
        .any(|units| units.says(&["sin", "sem", "without", "no", "free", "libre"]));
    let denied = negated(page.words, mention.from) || !without && inside().any(|word| NEGATIONS.contains(&word));
    let itself = mention.concepts.iter().any(|concept| IMPLIED.has(*concept));
    let claimed =
        itself || before.iter().any(|word| CLAIMS.contains(word)) || inside().any(|word| CLAIMS.contains(&word));
    // "Ya tenemos el diseño": what is there already is not needed.
    let needs = [&field.by_name, &field.by_key].iter().any(|units| units.says(NEEDS));
    let had = before.iter().any(|word| matches!(*word, "ya" | "ja" | "already"))
        && before.iter().any(|word| matches!(*word, "tenemos" | "tengo" | "temos" | "tenho" | "have" | "got" | "hay"));
    let denied = denied || needs && had;
    (claimed || denied).then(|| fact(page, field, (mention.from, mention.to), !denied))
}

fn fact(page: &Page<'_>, field: &Field, (from, to): (usize, usize), value: bool) -> Finding {
    Finding {
        target: Target::Field(field.definition.key.clone()),
        value: Json::Bool(value),
        span: (page.words[from].span.0, page.words[to - 1].span.1),
        confidence: 0.74,
    }
}

/// "bus yes", "factura: sí", "garaje no": the answer right behind.
fn answered(page: &Page<'_>, to: usize) -> Option<bool> {
    let next = page.words.get(to)?;
    let gap = page.text.get(page.words[to - 1].span.1..next.span.0)?;
    if gap.contains(['.', '!', '?', '\n', ';']) {
        return None;
    }
    let closes = |at: usize| page.words.get(at).is_none_or(|word| word.ends || page.words[at - 1].ends);
    match next.folded.as_str() {
        "si" | "sim" | "yes" | "yep" if !gap.contains(',') || closes(to + 1) => Some(true),
        "no" | "nao" if next.ends || page.words.get(to + 1).is_none() => Some(false),
        _ => None,
    }
}

/// The field's own word where the lexicon has none for it: "no bus needed", "brevete vigente", "con cochera".
fn said_by_name(page: &Page<'_>, field: &Field) -> Option<Finding> {
    const AFTER: &[&str] = &[
        "vigente",
        "needed",
        "required",
        "requerido",
        "requerida",
        "incluido",
        "incluida",
        "incluso",
        "inclusa",
        "included",
        "please",
        "porfa",
        "necesario",
        "necesaria",
        "necessario",
        "necessaria",
        "obligatorio",
        "propio",
        "propia",
        "own",
    ];
    const BEFORE: &[&str] = &[
        "con",
        "com",
        "with",
        "tengo",
        "tenho",
        "have",
        "has",
        "tiene",
        "tem",
        "necesito",
        "necesitamos",
        "preciso",
        "need",
        "needs",
        "needing",
        "quiero",
        "quero",
        "want",
        "wants",
        "quiere",
        "incluye",
        "includes",
        "requiere",
        "requires",
        "necesita",
        "precisa",
        "cuento",
        "got",
        "agregar",
        "add",
        "mas",
        "plus",
    ];
    let own = |word: &Word| {
        word.folded.len() >= 3
            && !lexicon::is_noise(&word.folded)
            && !NEGATIONS.contains(&word.folded.as_str())
            && !NEEDS.contains(&word.folded.as_str())
            && !BEFORE.contains(&word.folded.as_str())
            && !AFTER.contains(&word.folded.as_str())
            && (field.by_name.says(&[word.folded.as_str()]) || field.by_key.says(&[word.folded.as_str()]))
    };
    // A word that several fields have tells none of them.
    let shared =
        |word: &Word| page.definitions.fields.iter().filter(|other| other.says(&[word.folded.as_str()])).count() > 1;
    page.words.iter().enumerate().filter(|(_, word)| own(word) && !shared(word)).find_map(|(at, word)| {
        let rest = &page.text[word.span.1..];
        let stop = rest.find(['.', '!', '\n', '?', ';']);
        if page.is_covered(word.span) || stop.is_some_and(|at| rest.as_bytes()[at] == b'?') {
            return None;
        }
        let next = page.words.get(at + 1).filter(|_| !word.ends).map_or("", |word| word.folded.as_str());
        let before: Vec<&str> = page.words[at.saturating_sub(4)..at]
            .iter()
            .rev()
            .take_while(|word| !word.ends)
            .map(|word| word.folded.as_str())
            .collect();
        let denied = before.iter().any(|word| NEGATIONS.contains(word));
        // "ainda tá na garantia", "keen on a battery", "vamos levar um animal".
        let within = matches!(
            before.as_slice(),
            [
                "na" | "no" | "en" | "em" | "in" | "sob" | "bajo" | "under",
                "ta" | "esta" | "is" | "sigue" | "still" | "its",
                ..
            ]
        );
        let keen = before.iter().take(3).any(|word| {
            matches!(
                *word,
                "keen"
                    | "interested"
                    | "interesado"
                    | "interesada"
                    | "interessado"
                    | "interessada"
                    | "levar"
                    | "llevar"
                    | "traer"
                    | "trazer"
                    | "bring"
                    | "bringing"
            )
        });
        let claimed =
            within || keen || AFTER.contains(&next) || before.iter().take(2).any(|word| BEFORE.contains(word));
        let answer = answered(page, at + 1).or_else(|| (denied || claimed).then_some(!denied))?;
        Some(fact(page, field, (at, at + 1), answer))
    })
}
