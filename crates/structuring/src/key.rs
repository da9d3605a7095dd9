//! What a key says: the words along its path, their concepts, whose it is.

use crate::keys::{path_parts, words};
use crate::lexicon::{self, Set, find, is_noise, is_stop, set};
use crate::units::{Unit, Units};
use crate::vectors::{Vector, embed};
use std::sync::LazyLock;

/// Path segments that only hold things together.
const WRAPPERS: &[&str] = &[
    "data",
    "attributes",
    "properties",
    "payload",
    "body",
    "lead",
    "leads",
    "form",
    "answers",
    "answer",
    "field_data",
    "user_column_data",
    "custom_fields",
    "custom_fields_values",
    "value",
    "values",
    "fields",
    "field",
    "info",
    "information",
    "details",
    "detail",
    "datos",
    "dados",
    "record",
    "object",
    "result",
    "results",
    "entry",
    "entries",
    "response",
    "responses",
    "respuestas",
    "respostas",
    "extra",
    "extras",
    "general",
    "form_response",
    "formresponse",
    "form_data",
    "hidden",
    "event",
    "lead_details",
    "custom_questions",
    "questions",
    "preguntas",
    "perguntas",
    "metadata",
    "meta_data",
    "custom",
    "content",
    "input",
    "params",
    "parameters",
    "request",
    "submission",
    "submitted",
    "variables",
    "vars",
    "bot",
    "webhook",
    "json",
    "raw",
    "items",
    "item",
    "node",
    "root",
    "main",
    "ficha",
    "form_values",
    "user_data",
    "userdata",
    "profile",
    "perfil",
    "perfil_cliente",
    "basic",
    "basico",
    "basicos",
    "contact_info",
    "contactinfo",
    "informacion",
    "informacion_adicional",
    "additional_info",
    "formulario",
    "cadastro",
    "registro",
    "inscripcion",
    "solicitud",
    "solicitacao",
    "intake",
    "lead_data",
    "contact_data",
    "note_attributes",
    "campos",
    "campos_adicionales",
    "otros_datos",
    "datos_personales",
    "dados_pessoais",
    "personal_info",
    "personal",
    "personales",
    "add",
    "update",
    "query_result",
    "queryresult",
    "outputcontexts",
    "formresponses",
    "field_values",
    "fieldvalues",
    "custom_attributes",
    "attribute_values",
    "additional_fields",
    "merge_fields",
    "mergefields",
    "column_values",
    "customfields",
    "custom_field",
    "cf",
    "udf",
    "rows",
    "row",
    "0",
    "leaddata",
    "user_input",
    "slots",
    "session_params",
    "sessioninfo",
    "message_data",
    "captured",
    "collected",
    "collected_data",
    "encuesta",
    "survey",
    "pesquisa",
    "ficha_cliente",
    "hoja",
    "sheet",
    "planilla",
    "planilha",
];

/// Words of a question to whoever answers it.
const ADDRESSES: &[&str] = &[
    "tu",
    "tus",
    "su",
    "sus",
    "te",
    "le",
    "usted",
    "contigo",
    "contactarte",
    "llamarte",
    "contactarle",
    "llamarlo",
    "contactarlo",
    "seu",
    "sua",
    "teu",
    "voce",
    "lhe",
    "your",
    "you",
    "mi",
    "my",
    "meu",
    "me",
    "podemos",
    "can",
    "we",
];

/// `reportado por`, `regalo para`, `gift for`: what it is of is whoever is named there.
fn points(words: &[String]) -> bool {
    words.len() > 1
        && words.last().is_some_and(|last| matches!(last.as_str(), "por" | "para" | "by" | "for" | "pelo" | "pela"))
}

/// `no llamar a`, `número bloqueado`, `old phone`.
fn is_barred(words: &[String]) -> bool {
    const BARRED: &[&str] = &[
        "bloqueado",
        "bloqueada",
        "bloqueados",
        "blocked",
        "blacklist",
        "spam",
        "anterior",
        "anteriores",
        "antiguo",
        "antigua",
        "antigo",
        "antiga",
        "viejo",
        "vieja",
        "velho",
        "old",
        "former",
        "previous",
        "previo",
        "incorrecto",
        "incorreto",
        "equivocado",
        "errado",
        "wrong",
        "invalido",
        "invalid",
    ];
    const CALLS: &[&str] = &[
        "llamar",
        "llame",
        "llamen",
        "contactar",
        "contacte",
        "ligar",
        "ligue",
        "chamar",
        "call",
        "contact",
        "text",
        "escribir",
        "usar",
        "use",
        "molestar",
        "disturb",
    ];
    words.iter().any(|word| BARRED.contains(&word.as_str()))
        || words.windows(2).any(|pair| {
            matches!(pair[0].as_str(), "no" | "nao" | "not" | "dont" | "never" | "nunca")
                && CALLS.contains(&pair[1].as_str())
        })
}

/// "WhatsApp (with country code)", "celular con lada": how it is to be written says nothing of what it is.
fn without_form(mut words: Vec<String>) -> Vec<String> {
    const LEADS: &[&str] =
        &["with", "con", "com", "include", "including", "incluir", "incluye", "incluya", "incl", "inclua"];
    const FORM: &[&str] = &[
        "country",
        "code",
        "area",
        "codigo",
        "pais",
        "lada",
        "ddd",
        "ddi",
        "prefijo",
        "prefixo",
        "intl",
        "international",
        "internacional",
        "de",
        "del",
        "do",
        "o",
        "el",
        "the",
        "y",
        "e",
        "and",
        "whatsapp",
    ];
    let at = words.iter().position(|word| LEADS.contains(&word.as_str())).filter(|at| {
        *at > 0
            && at + 1 < words.len()
            && words[at + 1..].iter().all(|word| FORM.contains(&word.as_str()))
            && words[at + 1..]
                .iter()
                .any(|word| matches!(word.as_str(), "code" | "codigo" | "lada" | "ddd" | "ddi" | "prefijo" | "prefixo"))
    });
    if let Some(at) = at {
        words.truncate(at);
    }
    words
}

static ORDERS: LazyLock<Set> = LazyLock::new(|| set(&["PURCHASE"]));
static MADE: LazyLock<Set> = LazyLock::new(|| set(&["CREATED", "DATE"]));
static ORDER_DATE: LazyLock<u16> = LazyLock::new(|| lexicon::concept("ORDERDATE"));

/// A key, analysed. Depends on the path alone, so it is kept between records.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    /// The last telling segment, snake_case.
    pub snake: String,
    pub tail: Units,
    /// All telling segments.
    pub full: Units,
    /// Concepts of the segments before the last.
    pub context: Set,
    /// Those of all segments.
    all: Set,
    pub tail_vector: Option<Vector>,
    pub full_vector: Option<Vector>,
    /// Content words of the last segment no phrase covers.
    pub unknown: usize,
    /// The key is no word at all: `q3`, `n`, `field_12`.
    pub opaque: bool,
    pub negated: bool,
    pub ordinal: u32,
    /// Some segment before the last is of words no phrase covers: nobody knows whose that is.
    pub foreign: bool,
    pub party: Party,
    /// Some segment ends by pointing at somebody: `regalo para`, `reportado por`.
    pub points: bool,
    /// It speaks to whoever answers: `¿cuál es tu número?`.
    pub addressed: bool,
    /// The number under it is not to be used, or is no longer right: `no llamar a`, `teléfono anterior`.
    pub barred: bool,
}

/// Which end of a message a key names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Party {
    Neither,
    From,
    To,
}

/// Words that say that something is a number to call.
const NUMBERS: &[&str] =
    &["number", "numero", "num", "phone", "telefono", "telefone", "tel", "fono", "fone", "celular", "cel"];

impl Party {
    fn of(words: &[String]) -> Party {
        // "numero_origem": the number that it came from; "origen" alone may be anything.
        let numbered = words.len() > 1 && words.iter().any(|word| NUMBERS.contains(&word.as_str()));
        let mut telling = words.iter().filter(|word| {
            !word.bytes().all(|b| b.is_ascii_digit())
                && !NUMBERS.contains(&word.as_str())
                && !matches!(
                    word.as_str(),
                    "wa" | "id"
                        | "sms"
                        | "whatsapp"
                        | "email"
                        | "address"
                        | "mail"
                        | "e"
                        | "country"
                        | "formatted"
                        | "msisdn"
                )
        });
        let (Some(word), None) = (telling.next(), telling.next()) else { return Party::Neither };
        match word.as_str() {
            "from" | "de" | "sender" | "remitente" | "remetente" | "remite" | "consignor" | "caller" | "author"
            | "desde" => Party::From,
            "origem" | "origen" | "origin" if numbered => Party::From,
            "to" | "para" | "called" | "callee" | "recipient" | "destinatario" | "receiver" | "destino" | "hacia"
            | "consignee" | "consignatario" | "recebedor" | "did" => Party::To,
            _ => Party::Neither,
        }
    }
}

impl Key {
    /// What a mail, an advertisement or a robot is called: it chooses nothing, whatever words are in it.
    pub fn is_a_title(&self) -> bool {
        static CALLED: LazyLock<Set> = LazyLock::new(|| set(&["SOURCE", "ID", "TOOLID"]));
        self.tail.concepts.meets(&CALLED) || matches!(self.snake.as_str(), "subject" | "asunto" | "assunto")
    }

    pub fn of_path(path: &[&str]) -> Key {
        let last = path.last().copied().unwrap_or("");
        let parts: Vec<&str> = path.iter().flat_map(|segment| path_parts(segment)).collect();
        let wrapper = |segment: &&str| WRAPPERS.contains(&crate::keys::snake_key(segment).as_str());
        // "custom[operacion]" is "operacion" where only wrappers stand before it.
        let own = path_parts(last);
        let snake = match own.split_last() {
            Some((name, before)) if !before.is_empty() && before.iter().all(wrapper) => name,
            _ => last,
        };
        let path = parts.as_slice();
        let mut tail_words = words(path.last().copied().unwrap_or(""));
        let mut ancestors: Vec<&str> = path[..path.len().saturating_sub(1)].to_vec();
        // {"Paciente": {"title": [{"plain_text": …}]}}: the kinds of values that databases wrap around them.
        let typed = |segment: &str| {
            matches!(
                segment,
                "plain_text"
                    | "rich_text"
                    | "raw_value"
                    | "display_value"
                    | "formatted_value"
                    | "text_value"
                    | "multi_select"
                    | "checkbox"
            )
        };
        let kind =
            |segment: &str| matches!(segment, "title" | "select" | "status" | "multi_select" | "text" | "rich_text");
        let boxed = path.last().is_some_and(|last| typed(last))
            || matches!(path, [.., above, "name" | "title"] if matches!(*above, "select" | "status" | "multi_select"));
        if boxed && ancestors.len() > 1 {
            while let Some(above) = ancestors.pop() {
                if !kind(above) && !typed(above) {
                    tail_words = words(above);
                    break;
                }
            }
        }
        // "value", "text", a number: the segment before it says what it is.
        // A lone noise word that is a concept of its own ("data" is a date in Portuguese) says something all the same.
        let generic = |words: &[String]| {
            words.iter().all(|word| is_noise(word))
                && (words.iter().any(|word| matches!(word.as_str(), "value" | "values")) || find(words).is_empty())
        };
        while generic(&tail_words)
            && let Some(above) = ancestors.pop()
        {
            let more = words(above);
            if !generic(&more) || ancestors.is_empty() {
                tail_words = more;
                break;
            }
        }
        let expand = |words: Vec<String>| {
            let mut expanded = Vec::with_capacity(words.len());
            for word in without_form(words) {
                match crate::abbreviations::unglued(&word) {
                    Some(parts) => expanded.extend(parts),
                    None => expanded.push(crate::slips::expand(&word).map_or(word, str::to_owned)),
                }
            }
            expanded
        };
        tail_words = expand(tail_words);
        let context_words: Vec<Vec<String>> = ancestors
            .iter()
            .map(|segment| (crate::keys::snake_key(segment), words(segment)))
            .filter(|(snake, _)| !WRAPPERS.contains(&snake.as_str()))
            .map(|(_, words)| expand(words))
            .collect();
        let foreign =
            context_words.iter().any(|words| find(words).is_empty() && !words.iter().all(|word| is_noise(word)));
        let above = if context_words.len() == 1 { context_words.last() } else { None };
        let points = context_words.iter().chain([&tail_words]).any(|words| points(words));
        let addressed = tail_words.len() > 2 && tail_words.iter().any(|word| ADDRESSES.contains(&word.as_str()));
        let barred = is_barred(&tail_words) || context_words.iter().any(|words| is_barred(words));
        let party = match Party::of(&tail_words) {
            Party::Neither => above.map_or(Party::Neither, |words| Party::of(words)),
            party => party,
        };
        // One letter, or an id a tool made up, names nothing.
        let coded =
            tail_words.iter().filter(|word| word.bytes().all(|b| b.is_ascii_digit())).map(String::len).sum::<usize>()
                >= 5
                && tail_words.iter().all(|word| word.len() <= 3 || word.bytes().all(|b| b.is_ascii_digit()));
        // "c1", "c", "q 3".
        let mut lettered = tail_words.iter().filter(|word| !word.bytes().all(|b| b.is_ascii_digit()));
        let single = lettered.next().is_some_and(|word| word.len() == 1) && lettered.next().is_none();
        // "col_6", "Column 3", "campo 2".
        let placed = tail_words.len() == 2
            && matches!(
                tail_words[0].as_str(),
                "col" | "column" | "columna" | "coluna" | "campo" | "field" | "var" | "attr"
            )
            && tail_words[1].bytes().all(|b| b.is_ascii_digit());
        if placed {
            tail_words = vec![String::from("q"), tail_words[1].clone()];
        }
        if coded || single {
            let number = tail_words.iter().find(|word| single && word.bytes().all(|b| b.is_ascii_digit())).cloned();
            tail_words = std::iter::once(String::from("q")).chain(number).collect();
        }
        // {"item": {"title"}} is a thing's title, nobody's position.
        let above = ancestors.last().map(|segment| words(segment)).unwrap_or_default();
        let titled: Vec<String> = above.iter().chain(&tail_words).cloned().collect();
        let covers = |hit: &lexicon::Hit| hit.from < above.len() && hit.to == titled.len();
        if tail_words == ["title"] && find(&titled).iter().any(covers) {
            tail_words = titled;
        }
        let tail = Units::of_words(&tail_words);
        let mut context = Set::default();
        let mut full = tail.clone();
        for words in &context_words {
            for hit in find(words) {
                hit.concepts.iter().for_each(|concept| context.insert(*concept));
            }
            full.extend(words);
        }
        // A phrase may run over segments: membership/type, fecha/nacimiento.
        let nearest = ancestors.last().map(|segment| words(segment));
        if let Some(above) = nearest.as_ref().or(context_words.last()) {
            let joined: Vec<String> = above.iter().chain(&tail_words).cloned().collect();
            let hits = find(&joined);
            for hit in hits.iter().filter(|hit| hit.from < above.len() && hit.to > above.len()) {
                for concept in hit.concepts {
                    full.concepts.insert(*concept);
                    full.add(Unit::Concept(*concept), lexicon::weight(*concept), None);
                }
            }
        }
        // The date of an order that was made is the order's date.
        if full.concepts.meets(&ORDERS) && tail.concepts.meets(&MADE) {
            full.concepts.insert(*ORDER_DATE);
            full.add(Unit::Concept(*ORDER_DATE), lexicon::weight(*ORDER_DATE), None);
        }
        let meaning = |words: &[String]| {
            let kept: Vec<&str> = words.iter().map(String::as_str).filter(|word| !is_noise(word)).collect();
            if kept.is_empty() {
                embed(words.iter().map(String::as_str).filter(|word| !is_stop(word) && word.len() > 2))
                    .or_else(|| embed(words.iter().map(String::as_str).filter(|word| word.len() > 1)))
            } else {
                embed(kept)
            }
        };
        let all: Vec<String> = context_words.iter().flatten().chain(&tail_words).cloned().collect();
        let unknown = tail.unknown();
        let letters: usize =
            tail_words.iter().filter(|word| !word.bytes().all(|b| b.is_ascii_digit())).map(String::len).sum();
        let opaque = tail.concepts.is_empty() && (letters <= 1 || tail_words.iter().all(|word| is_noise(word)));
        let ordinal = tail_words
            .iter()
            .find_map(|word| {
                word.parse().ok().or_else(|| {
                    ["o", "a", "do", "da", "nd"].iter().find_map(|end| word.strip_suffix(end)?.parse().ok())
                })
            })
            .unwrap_or(0);
        let negated =
            matches!(tail_words.first().map(String::as_str), Some("no" | "nao" | "not" | "sin" | "sem" | "non"))
                && tail_words.len() > 1;
        Key {
            snake: crate::keys::snake_key(snake),
            foreign,
            party,
            points,
            addressed,
            barred,
            tail_vector: meaning(&tail_words),
            all: full.concepts.or(&context),
            full_vector: if context_words.is_empty() { None } else { meaning(&all) },
            tail,
            full,
            context,
            unknown,
            opaque,
            negated,
            ordinal,
        }
    }

    /// Concepts of the last segment and of those before it.
    pub fn concepts(&self) -> Set {
        self.all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexicon;

    #[test]
    fn every_concept_named_in_the_code_exists() {
        for name in ["NAME", "R_PET", "COUNTRYCODE", "OPTOUT", "CARLINE", "HANDIN", "R_MANAGER", "SUMINS"] {
            assert_ne!(lexicon::concept(name), u16::MAX, "{name}");
        }
    }

    #[test]
    fn paths_are_read_from_the_last_telling_segment() {
        let key = Key::of_path(&["properties", "jobtitle", "value"]);
        assert!(key.tail.concepts.has(lexicon::concept("JOB")));
        let key = Key::of_path(&["concesionario", "telefono"]);
        assert!(key.context.has(lexicon::concept("R_SITE")));
        assert!(Key::of_path(&["q3"]).opaque && Key::of_path(&["t"]).opaque && !Key::of_path(&["tel"]).opaque);
    }
}
