//! Telephone numbers in running text: whose they are, and which of them are not to be used.

use crate::compiled::Definitions;
use crate::known::KNOWN;
use crate::lexicon::{Set, set};
use crate::phone::{self, Line};
use crate::reading::is_placeholder;
use crate::readings::spoken;
use crate::scan::{self, Word};
use crate::text::Finding;
use crate::text_owner::{Owner, UNSAID, owner};
use crate::text_phone_words::{ID_CUES, OTHER_CUES, PHONE_CUES, STALE, Words};
use crate::{FieldType, Target, lexicon};
use std::sync::LazyLock;

/// Somebody else's number, for the field that asks for just that person's.
pub(crate) fn phone_fields(
    phones: &[(String, (usize, usize), f32)],
    words: &[Word],
    definitions: &Definitions,
    open: &[bool],
) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    for (field, _) in definitions.fields.iter().zip(open).filter(|(field, open)| {
        **open
            && field.definition.field_type == FieldType::Phone
            && (!field.roles.is_empty() || field.concepts.meets(&KNOWN.alt))
    }) {
        // "Teléfono alterno": the one number that is somebody else's.
        let alternate = field.concepts.meets(&KNOWN.alt);
        let mut fitting = phones.iter().filter(|(_, span, confidence)| {
            let at = words.partition_point(|word| word.span.1 <= span.0);
            let near: Vec<String> = words[at.saturating_sub(7)..at].iter().map(|word| word.folded.clone()).collect();
            let about = |near: &[String]| {
                lexicon::find(near).iter().any(|hit| hit.concepts.iter().any(|concept| field.roles.has(*concept)))
            };
            // "His wife Dee 901-555-0120 is emergency."
            let next = words.partition_point(|word| word.span.0 < span.1);
            let joined = words
                .get(next)
                .is_some_and(|word| matches!(word.folded.as_str(), "is" | "es" | "e" | "as" | "como" | "for" | "para"));
            let behind: Vec<String> =
                words[next..].iter().take(if joined { 4 } else { 0 }).map(|word| word.folded.clone()).collect();
            let ended = words[next..].iter().take(4).position(|word| word.ends).map_or(4, |at| at + 1);
            let said = alternate || about(&near) || about(&behind[..behind.len().min(ended)]);
            *confidence == 0.0 && said
        });
        if let (Some((number, span, _)), None) = (fitting.next(), fitting.next()) {
            found.push(Finding {
                target: Target::Field(field.definition.key.clone()),
                value: number.as_str().into(),
                span: *span,
                confidence: 0.8,
            });
        }
    }
    found
}

/// The word, or its possessive ("the husband's number").
fn is_one_of(word: &str, list: &Words) -> bool {
    list.contains(word) || word.strip_suffix('s').is_some_and(|stem| stem.len() > 2 && list.contains(stem))
}

/// Who does so is who calls or writes.
const CALLS: &[&str] = &[
    "lig", "ligou", "llama", "llamo", "fala", "falou", "habla", "hablo", "escribe", "escribio", "caller", "called",
    "soy", "sou", "contacta", "contacto", "vino", "veio", "atendi",
];

/// Whoever is called so is not who writes.
pub(crate) fn is_another(word: &str) -> bool {
    static ROLES: LazyLock<Set> = LazyLock::new(|| set(&["R_SPOUSE", "R_PARENT", "R_RELATIVE", "R_EMERG"]));
    is_one_of(word, &OTHER_CUES)
        || word.len() > 4
            && lexicon::find(&[word.to_owned()]).iter().any(|hit| hit.concepts.iter().any(|role| ROLES.has(*role)))
}

/// "do not call 317…", "no llamen al …", "… não usem", "… ya no funciona".
fn is_refused(words: &[Word], next: usize, clause: &[&str]) -> bool {
    const NOT: &[&str] = &["no", "nao", "not", "dont", "never", "nunca", "jamais"];
    const USES: &[&str] = &[
        "usar",
        "usen",
        "use",
        "uses",
        "usem",
        "uso",
        "usa",
        "llamar",
        "llamen",
        "llames",
        "llame",
        "ligar",
        "ligue",
        "liguem",
        "liga",
        "call",
        "calling",
        "funciona",
        "funcionan",
        "sirve",
        "existe",
        "anda",
        "works",
        "working",
        "work",
        "atiende",
        "atende",
        "contesta",
        "contestan",
        "responde",
        "contactar",
        "contacten",
        "escribir",
        "escriban",
        "text",
        "tengo",
        "tenho",
        "have",
        "chamar",
        "chamem",
        "mandar",
        "marcar",
        "marquen",
        "ring",
    ];
    let pair = |pair: &[&str]| NOT.contains(&pair[0]) && USES.contains(&pair[1]);
    let forward: Vec<&str> = clause.iter().rev().copied().collect();
    // Denied before the number: the denial is the last thing said of calling.
    let before = forward.windows(2).rposition(pair).is_some_and(|at| {
        !forward[at + 2..].iter().any(|word| matches!(*word, "mi" | "meu" | "my" | "pero" | "mas" | "but" | "sino"))
            && !matches!(forward[at + 1], "tengo" | "tenho" | "have" | "work" | "works" | "uso")
    });
    let digits = |word: &&Word| word.folded.bytes().all(|b| b.is_ascii_digit());
    let ended = words[next..].iter().take_while(digits).any(|word| word.ends);
    let after: Vec<&str> = words[next..]
        .iter()
        .skip_while(digits)
        .take(if ended { 0 } else { 4 })
        .map(|word| word.folded.as_str())
        .collect();
    // "… , si no contesta, …" says when, not whether.
    let given = after.first().is_some_and(|word| matches!(*word, "si" | "se" | "if" | "caso" | "when" | "cuando"));
    let after = !given && after.windows(2).take(2).any(pair)
        || matches!(after.as_slice(), ["ya", "no", ..] | ["fuera", "de", "servicio", ..] | ["no", "longer", ..]);
    before || after
}

/// "Fijo 0299 …", "casa: …": the nearest word about telephones says that it is no mobile.
fn is_fixed(clause: &[&str]) -> bool {
    const FIXED: &[&str] = &["fijo", "fixo", "landline", "casa", "residencial", "particular", "linea", "home"];
    const MOBILE: &[&str] =
        &["cel", "celu", "celular", "movil", "mobile", "cell", "whatsapp", "zap", "wsp", "wpp", "whats", "telemovel"];
    let kind = clause.iter().take(3).find(|word| FIXED.contains(word) || MOBILE.contains(word));
    kind.is_some_and(|word| FIXED.contains(word))
}

/// Places that have numbers of their own.
const PLACES: &[&str] = &[
    "sucursal",
    "oficina",
    "office",
    "clinica",
    "tienda",
    "empresa",
    "loja",
    "escritorio",
    "store",
    "hospital",
    "hotel",
    "banco",
    "recepcion",
    "recepcao",
    "reception",
    "central",
    "escuela",
    "colegio",
    "escola",
    "school",
    "taller",
    "restaurante",
    "agencia",
    "inmobiliaria",
    "imobiliaria",
    "notaria",
    "cartorio",
];

/// Phones with their places; confidence 0 where it is somebody else's or an id.
pub(crate) fn find_phones(text: &str, words: &[Word], country: Option<&str>) -> Vec<(String, (usize, usize), f32)> {
    let mut found = Vec::new();
    let spoken = spoken::find(text, words);
    let spoken = spoken.iter().map(|run| ((words[run.from].span.0, words[run.to - 1].span.1), run.digits.as_str()));
    let written = scan::digit_runs(text).into_iter().take(24).map(|span| (span, &text[span.0..span.1]));
    for (span, run) in written.chain(spoken) {
        let digits = run.bytes().filter(u8::is_ascii_digit).count();
        if !(7..=15).contains(&digits) || run.contains('/') {
            continue;
        }
        let money = text[..span.0].trim_end().ends_with(['$', '€', '#', '£']);
        let Some(phone) = phone::read_valid(run, country).filter(|phone| !money && !is_placeholder(phone.digits()))
        else {
            continue;
        };
        let line = phone::line_of(&phone);
        let at = words.partition_point(|word| word.span.1 <= span.0);
        let before: Vec<&Word> = words[..at].iter().rev().take(9).collect();
        let said = |list: &Words, reach: usize| before.iter().take(reach).any(|word| is_one_of(&word.folded, list));
        // The clause the number stands in, nearest word first.
        // "la abogada es Helena Couto, tel. …": a comma before nothing but a word for telephones ends nothing.
        let mut only_cues = true;
        let clause: Vec<&str> = before
            .iter()
            .enumerate()
            .take_while(|(place, word)| {
                let goes_on = only_cues && text[word.span.1..].starts_with(',');
                let within = *place == 0 || !word.ends || goes_on;
                only_cues &= PHONE_CUES.contains(word.folded.as_str());
                within
            })
            .map(|(_, word)| word.folded.as_str())
            .take(8)
            .collect();
        let dotted = run.contains('.') && !run.contains([' ', '-', '(']) && digits < 10;
        let cue = said(&PHONE_CUES, 5);
        // "mi mamá reserva con el …": hers, unless "mi cel" or "my number" comes nearer.
        let own = clause.windows(2).position(|pair| {
            matches!(pair[1], "mi" | "meu" | "my" | "minha" | "me" | "propio" | "personal")
                && PHONE_CUES.contains(pair[0])
                // "el de él es …", "o dela é …": the one that the record is about, after somebody else's.
                || matches!(pair, ["el" | "ella", "de"] | ["es", "suyo"] | ["e", "dele" | "dela"])
        });
        // "Tel. 555…" ends no sentence.
        let nearest_ends = before.first().is_some_and(|word| word.ends && !PHONE_CUES.contains(word.folded.as_str()));
        let their = clause
            .iter()
            .enumerate()
            .position(|(place, word)| is_another(word) && !(PLACES.contains(word) && nearest_ends && place > 0));
        // "… la sucursal Sur. 5555505102": a place of the sentence before has no say in the next.
        let near_other = before.iter().enumerate().take(4).any(|(place, word)| {
            is_another(&word.folded)
                && (!PLACES.contains(&word.folded.as_str())
                    || !nearest_ends && before[..=place].iter().skip(1).all(|later| !later.ends))
        });
        let other = near_other && own.is_none_or(|own| their.is_some_and(|their| their < own))
            || their.is_some_and(|their| own.is_none_or(|own| their < own));
        let id = said(&ID_CUES, 2) && !said(&PHONE_CUES, 1) && !run.starts_with('+');
        // A signature: the number stands on a line of its own under the name, whatever office the line above names.
        let head = text[..span.0].trim_end_matches([' ', '\t']);
        let alone = head.ends_with('\n')
            && !head.trim_end().ends_with([':', ','])
            && text[span.1..].trim_start_matches(' ').starts_with('\n')
            || head.ends_with('\n') && !head.trim_end().ends_with([':', ',']) && text[span.1..].trim().is_empty();
        // "Lig. da filha, Graça Mourato, tlm 915…", "soy la hija, …": who calls, said by the relation.
        let relation = before.iter().take(6).position(|word| is_another(&word.folded));
        let called = relation.is_some_and(|relation| {
            let article = |word: &&&Word| {
                matches!(
                    word.folded.as_str(),
                    "la" | "el" | "a" | "o" | "da" | "do" | "de" | "del" | "su" | "the" | "by" | "una" | "uma"
                )
            };
            // "Mãe Josiane ligou, cel …": with nothing but a name between.
            let behind = before[..relation].iter().position(|word| CALLS.contains(&word.folded.as_str()));
            let named = behind.is_some_and(|verb| before[verb + 1..relation].iter().all(|word| word.capital));
            named
                || before
                    .iter()
                    .skip(relation + 1)
                    .take(3)
                    .find(|word| !article(word))
                    .is_some_and(|word| CALLS.contains(&word.folded.as_str()))
        });
        // "… (mulher, D. Graça)": whose it is, said behind it.
        let noted = text[span.1..].trim_start().strip_prefix('(').and_then(|rest| rest.split(')').next());
        let of_noted = noted.is_some_and(|note| note.len() <= 60 && crate::keys::fold(note).split(' ').any(is_another));
        // "Pescas do Bugio Lda, 262 555 010": a company's own.
        let firm = text[..span.0].trim_end_matches([' ', ',', ':', '-', '(']);
        let of_firm = !cue && firm.len() <= 60 && !firm.contains('\n') && crate::names::is_company(firm);
        let other = other && !alone && !called || of_noted || of_firm;
        let stale = clause.iter().take(6).any(|word| STALE.contains(word)) || is_refused(words, at, &clause);
        let confidence = if other || stale || id || line == Line::Service {
            0.0
        } else if cue && (line == Line::Landline || is_fixed(&clause)) {
            // Behind a mobile that is as plainly called one.
            0.915
        } else if cue {
            0.94
        } else if dotted || line == Line::Landline && !run.starts_with('+') {
            0.55
        } else if run.starts_with('+') || digits >= 10 || run.contains([' ', '-', '(']) {
            0.89
        } else if line == Line::Mobile || digits == 9 {
            0.86
        } else {
            0.7
        };
        // To identify asks more than to place: what nobody announces is not sure, and stays in its order.
        let confidence = match owner(text, words, span) {
            Owner::Another => 0.0,
            Owner::Unsaid if confidence > 0.8 => UNSAID - (0.94_f32 - confidence).max(0.0),
            _ => confidence,
        };
        found.push((phone.to_string(), span, confidence));
    }
    found
}
