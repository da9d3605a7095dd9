//! Yes-or-no facts that running text states or denies.

use crate::compiled::Field;
use crate::known::KNOWN;
use crate::lexicon::{self, Set, set};
use crate::scan::Word;
use crate::text::Finding;
use crate::text_choices::{NEGATIONS, negated};
use crate::text_fields::Page;
use crate::{Json, Target};
use std::sync::LazyLock;

/// Said by its name alone: "spayed, vaccinated".
static IMPLIED: LazyLock<Set> =
    LazyLock::new(|| set(&["NEUTERED", "VACCINE", "DEWORM", "FURNISHED", "PREGNANT", "BAPTIZED"]));
const NEEDS: &[&str] =
    &["necesita", "requiere", "precisa", "needs", "need", "needed", "required", "quiere", "wants", "quer"];

static FIRST_TIME: LazyLock<Set> = LazyLock::new(|| set(&["FIRSTQ"]));

/// A fact the text states or denies: `necesito crédito`, `viajamos con perro`, `no tengo deudas`.
pub(crate) fn stated(page: &Page<'_>, field: &Field) -> Option<Finding> {
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
    // "No recuerdo si tiene las vacunas", "not sure if …": nobody knows.
    let ahead = &page.words[mention.from.saturating_sub(7)..mention.from];
    let whether = ahead.iter().rposition(|word| matches!(word.folded.as_str(), "si" | "se" | "if" | "whether"));
    if whether.is_some_and(|at| {
        let from = at.saturating_sub(3);
        ahead[from..at].iter().any(|word| NEGATIONS.contains(&word.folded.as_str()))
            && !ahead[at..].iter().any(|word| word.ends)
    }) {
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
        "queremos",
        "quisiera",
        "desejamos",
        "deseamos",
        "precisamos",
        "ocupo",
        "ocupamos",
        "usar",
        "uso",
        "usando",
        "using",
        "use",
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
    const STATES: &[&str] = &[
        "approved", "obtained", "granted", "aprobado", "aprobada", "aprovado", "aprovada", "otorgado", "otorgada",
        "listo", "lista", "pronto", "pronta", "ready", "issued", "emitido", "emitida",
    ];
    const BEING: &[&str] = &["soy", "sou", "im", "am", "somos", "es", "e", "is"];
    // "Pensionado" of who says "pensionada".
    let other = |word: &str| match word.as_bytes().last() {
        Some(b'a') => format!("{}o", &word[..word.len() - 1]),
        Some(b'o') => format!("{}a", &word[..word.len() - 1]),
        _ => word.to_owned(),
    };
    let own = |word: &Word| {
        // The rarest first.
        word.folded.len() >= 3
            && (field.says(&[word.folded.as_str()])
                || word.folded.len() > 5 && field.says(&[other(&word.folded).as_str()]))
            && !lexicon::is_noise(&word.folded)
            && !NEGATIONS.contains(&word.folded.as_str())
            && !NEEDS.contains(&word.folded.as_str())
            && !BEFORE.contains(&word.folded.as_str())
            && !AFTER.contains(&word.folded.as_str())
    };
    // "frete CIF", "open bar": all of a name of several words.
    let name: Vec<String> =
        crate::keys::words(&field.definition.name).into_iter().filter(|word| !lexicon::is_noise(word)).collect();
    let whole = |at: usize| {
        name.len() > 1
            && page.words.len() - at >= name.len()
            && name.iter().zip(&page.words[at..]).all(|(own, word)| *own == word.folded)
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
        let being = word.folded.len() > 5 && before.iter().take(3).any(|word| BEING.contains(word));
        let state = page.words[at + 1..]
            .iter()
            .take(if word.ends { 0 } else { 4 })
            .scan(false, |ended, word| {
                let go = !*ended;
                *ended = word.ends;
                go.then_some(word)
            })
            .any(|word| STATES.contains(&word.folded.as_str()));
        let unstated =
            state && page.words[at + 1..].iter().take(3).any(|word| NEGATIONS.contains(&word.folded.as_str()));
        let denied = denied || unstated;
        let claimed = within
            || keen
            || being
            || state
            || AFTER.contains(&next)
            || before.iter().take(2).any(|word| BEFORE.contains(word))
            || whole(at);
        let answer = answered(page, at + 1).or_else(|| (denied || claimed).then_some(!denied))?;
        Some(fact(page, field, (at, at + 1), answer))
    })
}
