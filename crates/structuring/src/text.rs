//! Running text: who writes, how to reach them, and what they say about the fields that are still open.

use crate::compiled::Definitions;
use crate::learnt::Learnt;
use crate::phone::{self, Line};
use crate::reading::is_placeholder;
use crate::scan::{self, Word};
use crate::{Json, Target, email, names, read_email, text_fields};

/// What is not filled yet.
pub(crate) struct Gaps {
    pub phone: bool,
    pub email: bool,
    pub name: bool,
    pub fields: Vec<bool>,
}

/// Something a text says.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    pub target: Target,
    pub value: Json,
    /// Bytes from–to.
    pub span: (usize, usize),
    pub confidence: f32,
}

/// Reads one text for everything that is open.
pub(crate) fn read(
    text: &str,
    gaps: &Gaps,
    definitions: &Definitions,
    learnt: &Learnt,
    country: Option<&str>,
    steps: &mut usize,
) -> Vec<Finding> {
    let words = scan::words(text);
    *steps += words.len();
    let mut found = Vec::new();
    // What is read as one thing is not read as another.
    let mut covered: Vec<(usize, usize)> = Vec::new();
    if let Some((address, span)) = find_email(text, &words) {
        covered.push(span);
        if gaps.email {
            found.push(Finding { target: Target::Email, value: address.into(), span, confidence: 0.93 });
        }
    }
    covered.extend(scan::emails(text));
    let phones = find_phones(text, &words, country);
    covered.extend(phones.iter().map(|(_, span, _)| *span));
    if gaps.phone
        && let Some((number, span, confidence)) =
            phones.iter().filter(|(_, _, c)| *c > 0.0).max_by(|a, b| a.2.total_cmp(&b.2).then(b.1.0.cmp(&a.1.0)))
    {
        found.push(Finding {
            target: Target::Phone,
            value: number.as_str().into(),
            span: *span,
            confidence: *confidence,
        });
    }
    let name = find_name(text, &words);
    if gaps.name
        && let Some((name, span, confidence)) = &name
    {
        found.push(Finding { target: Target::Name, value: name.as_str().into(), span: *span, confidence: *confidence });
    }
    if gaps.fields.contains(&true) {
        let page = text_fields::Page {
            text,
            words: &words,
            covered,
            name: name.map(|(_, span, _)| span),
            definitions,
            learnt,
            country,
        };
        found.extend(text_fields::read(&page, &gaps.fields, steps));
    }
    found
}

fn find_email(text: &str, words: &[Word]) -> Option<(String, (usize, usize))> {
    let others = [
        "esposo",
        "esposa",
        "asesor",
        "asesora",
        "vendedor",
        "vendedora",
        "jefe",
        "secretaria",
        "boss",
        "wife",
        "husband",
        "agente",
        "contador",
        "contadora",
    ];
    for span in scan::emails(text) {
        let before = words
            .iter()
            .rev()
            .filter(|word| word.span.1 <= span.0)
            .take(3)
            .any(|word| others.contains(&word.folded.as_str()));
        if let Some(address) = read_email(&text[span.0..span.1])
            && !email::is_placeholder(&address)
            && !before
        {
            return Some((address, span));
        }
    }
    // "ana arroba gmail punto com"
    let at = words.iter().position(|word| {
        matches!(word.folded.as_str(), "arroba" | "aroba") || word.folded == "at" && text[word.span.1..].len() > 3
    })?;
    let before = words.get(at.checked_sub(1)?)?;
    let mut last = None;
    let mut place = at + 1;
    while place + 2 < words.len() + 1 {
        let Some(dot) = words.get(place + 1) else { break };
        if !matches!(dot.folded.as_str(), "punto" | "ponto" | "dot") {
            break;
        }
        last = Some(words.get(place + 2)?);
        place += 2;
    }
    let last = last?;
    // The local part may hold dots and underscores of its own.
    let start = text[..before.span.0].rfind(|c: char| c.is_whitespace() || c == ':' || c == '(').map_or(0, |at| at + 1);
    let mut start = start.min(before.span.0);
    // "juan punto perez arroba …"
    if at >= 3 && matches!(words[at - 2].folded.as_str(), "punto" | "ponto" | "dot" | "guion") {
        start = words[at - 3].span.0;
    }
    let span = (start, last.span.1);
    read_email(text.get(span.0..span.1)?).map(|address| (address, span))
}

const PHONE_CUES: &[&str] = &[
    "tel",
    "telefono",
    "telefone",
    "phone",
    "cel",
    "celular",
    "cell",
    "movil",
    "mobile",
    "whatsapp",
    "whats",
    "wsp",
    "wpp",
    "zap",
    "numero",
    "number",
    "fono",
    "fone",
    "llamar",
    "llamame",
    "llamenme",
    "llamarme",
    "contactar",
    "contactarme",
    "contactenme",
    "escribanme",
    "escribirme",
    "call",
    "text",
    "reach",
    "ligar",
    "ligue",
    "chamar",
    "chama",
    "telemovel",
    "celu",
    "tlf",
    "telf",
    "contacto",
    "contato",
    "fijo",
    "tfno",
    "marcar",
    "comunicarse",
    "me",
    "wa",
    "sms",
    "cels",
    "num",
    "nro",
];
const OTHER_CUES: &[&str] = &[
    "esposa",
    "esposo",
    "marido",
    "mujer",
    "hijo",
    "hija",
    "mama",
    "papa",
    "madre",
    "padre",
    "hermano",
    "hermana",
    "secretaria",
    "secretario",
    "asesor",
    "asesora",
    "vendedor",
    "vendedora",
    "agente",
    "doctor",
    "doctora",
    "jefe",
    "fax",
    "oficina",
    "office",
    "clinica",
    "tienda",
    "sucursal",
    "empresa",
    "emergencia",
    "emergency",
    "wife",
    "husband",
    "son",
    "daughter",
    "mother",
    "father",
    "brother",
    "sister",
    "boss",
    "assistant",
    "tutor",
    "apoderado",
    "referencia",
    "conyuge",
    "filho",
    "filha",
    "mae",
    "pai",
    "irmao",
    "irma",
    "loja",
    "escritorio",
    "novia",
    "novio",
    "amigo",
    "amiga",
    "friend",
    "vecino",
    "vecina",
    "corretor",
    "corretora",
    "manager",
    "store",
    "hospital",
    "hotel",
    "banco",
];
const ID_CUES: &[&str] = &[
    "rut",
    "run",
    "dni",
    "cedula",
    "cpf",
    "cnpj",
    "rg",
    "nit",
    "ruc",
    "curp",
    "rfc",
    "cuit",
    "cuil",
    "nie",
    "nif",
    "documento",
    "pedido",
    "orden",
    "order",
    "folio",
    "ref",
    "referencia",
    "poliza",
    "policy",
    "apolice",
    "factura",
    "invoice",
    "ticket",
    "codigo",
    "code",
    "id",
    "cuenta",
    "account",
    "conta",
    "tracking",
    "guia",
    "reserva",
    "booking",
    "contrato",
    "contract",
    "cc",
    "ci",
    "serie",
    "voo",
    "vuelo",
    "placa",
    "expediente",
    "nota",
    "cep",
    "cbu",
    "clabe",
    "tarjeta",
    "iban",
    "pasaporte",
    "passport",
    "imei",
    "isbn",
    "sku",
    "protocolo",
    "chamado",
    "cliente",
    "radicado",
];

/// Phones with their places; confidence 0 where it is somebody else's or an id.
fn find_phones(text: &str, words: &[Word], country: Option<&str>) -> Vec<(String, (usize, usize), f32)> {
    let mut found = Vec::new();
    for span in scan::digit_runs(text).into_iter().take(24) {
        let run = &text[span.0..span.1];
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
        let before: Vec<&Word> = words.iter().rev().filter(|word| word.span.1 <= span.0).take(6).collect();
        let said =
            |list: &[&str], reach: usize| before.iter().take(reach).any(|word| list.contains(&word.folded.as_str()));
        let dotted = run.contains('.') && !run.contains([' ', '-', '(']) && digits < 10;
        let cue = said(PHONE_CUES, 5);
        let other = said(OTHER_CUES, 4) || before.iter().take(1).any(|word| matches!(word.folded.as_str(), "fax"));
        let id = said(ID_CUES, 2) && !said(PHONE_CUES, 1);
        let confidence = if other || id || line == Line::Service {
            0.0
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
        found.push((phone.to_string(), span, confidence));
    }
    found
}

/// Words after which a person says (or is said) who they are, longest first.
const NAME_CUES: &[(&[&str], f32)] = &[
    (&["mi", "nombre", "completo", "es"], 0.95),
    (&["meu", "nome", "completo", "e"], 0.95),
    (&["aqui", "quem", "fala", "e"], 0.94),
    (&["mi", "nombre", "es"], 0.95),
    (&["mi", "nombre"], 0.92),
    (&["meu", "nome", "e"], 0.95),
    (&["meu", "nome"], 0.92),
    (&["my", "name", "is"], 0.95),
    (&["my", "names"], 0.93),
    (&["name", "is"], 0.9),
    (&["me", "llamo"], 0.95),
    (&["me", "chamo"], 0.95),
    (&["chamo", "me"], 0.95),
    (&["quem", "fala", "e"], 0.93),
    (&["de", "parte", "de"], 0.86),
    (&["le", "habla"], 0.93),
    (&["les", "habla"], 0.93),
    (&["te", "habla"], 0.93),
    (&["le", "escribe"], 0.93),
    (&["les", "escribe"], 0.93),
    (&["te", "escribe"], 0.93),
    (&["le", "saluda"], 0.93),
    (&["te", "saluda"], 0.93),
    (&["aqui", "e"], 0.92),
    (&["i", "am"], 0.92),
    (&["this", "is"], 0.92),
    (&["spoke", "with"], 0.9),
    (&["spoke", "to"], 0.9),
    (&["talked", "to"], 0.9),
    (&["talked", "with"], 0.9),
    (&["call", "with"], 0.88),
    (&["call", "from"], 0.9),
    (&["called", "by"], 0.9),
    (&["hable", "con"], 0.9),
    (&["converse", "con"], 0.9),
    (&["contacte", "a"], 0.88),
    (&["falei", "com"], 0.9),
    (&["llamada", "de"], 0.9),
    (&["llamada", "con"], 0.88),
    (&["ligacao", "de"], 0.9),
    (&["soy"], 0.93),
    (&["sou"], 0.93),
    (&["im"], 0.92),
    (&["habla"], 0.88),
    (&["saluda"], 0.88),
    (&["hablo"], 0.88),
    (&["llamo"], 0.9),
    (&["llama"], 0.86),
    (&["ligou"], 0.9),
    (&["caller"], 0.88),
    (&["cliente"], 0.87),
    (&["clienta"], 0.87),
    (&["paciente"], 0.87),
    (&["customer"], 0.87),
    (&["client"], 0.87),
    (&["nombre"], 0.9),
    (&["nome"], 0.9),
    (&["name"], 0.9),
    (&["aqui"], 0.86),
    (&["atte"], 0.88),
    (&["atentamente"], 0.88),
    (&["att"], 0.88),
    (&["saludos"], 0.86),
    (&["gracias"], 0.85),
    (&["obrigado"], 0.85),
    (&["obrigada"], 0.85),
    (&["regards"], 0.88),
    (&["sincerely"], 0.88),
    (&["thanks"], 0.85),
    (&["abracos"], 0.85),
];

const TITLE_WORDS: &[&str] = &[
    "la", "el", "o", "a", "senora", "senor", "sr", "sra", "srta", "don", "dona", "mr", "mrs", "ms", "cliente",
    "clienta", "sita", "dna", "nombre", "paciente", "completo", "here",
];
const PARTICLES: &[&str] = &["de", "del", "la", "las", "los", "da", "do", "das", "dos", "van", "von"];

fn find_name(text: &str, words: &[Word]) -> Option<(String, (usize, usize), f32)> {
    let mut best: Option<(String, (usize, usize), f32)> = None;
    for at in 0..words.len() {
        let Some((cue, confidence)) = NAME_CUES.iter().find(|(cue, _)| {
            cue.len() <= words.len() - at && cue.iter().zip(&words[at..]).all(|(wanted, word)| *wanted == word.folded)
        }) else {
            continue;
        };
        // "esposa se llama", "mi hijo se llama": not the one who writes.
        let of_other = words[at.saturating_sub(4)..at].iter().any(|word| {
            OTHER_CUES.contains(&word.folded.as_str())
                || matches!(word.folded.as_str(), "perro" | "gato" | "mascota" | "perrita" | "gata" | "no")
        });
        if of_other {
            continue;
        }
        let mut start = at + cue.len();
        let mut skipped = 0;
        while skipped < 3 && words.get(start).is_some_and(|word| TITLE_WORDS.contains(&word.folded.as_str())) {
            start += 1;
            skipped += 1;
        }
        // "called us" and the like break here: a name follows at once.
        if let Some((name, span, likely)) = name_at(text, words, start) {
            let sure = confidence
                - if likely >= 1.0 {
                    0.0
                } else if likely >= 0.6 {
                    0.04
                } else {
                    0.08
                };
            if best.as_ref().is_none_or(|(_, _, other)| sure > *other) {
                best = Some((name, span, sure));
            }
        }
    }
    best
}

/// A run of capitalised words that looks like a person; in all-lower texts a known first name and what follows it.
fn name_at(text: &str, words: &[Word], start: usize) -> Option<(String, (usize, usize), f32)> {
    let first = words.get(start)?;
    let mut end = start;
    if first.capital {
        while let Some(word) = words.get(end) {
            let joins = PARTICLES.contains(&word.folded.as_str())
                && end > start
                && words.get(end + 1).is_some_and(|next| next.capital)
                && !word.ends
                && !(matches!(word.folded.as_str(), "de" | "da" | "do") && end - start >= 2);
            if !(word.capital || joins) || word.folded.bytes().any(|b| b.is_ascii_digit()) || end - start > 5 {
                break;
            }
            // A new sentence, a label or a verb in capitals ends it.
            if end > start
                && (words[end - 1].ends
                    || crate::lexicon::find(std::slice::from_ref(&word.folded))
                        .iter()
                        .any(|_| !names::is_first_name(&word.folded))
                        && word.capital
                        && word.folded.len() <= 4)
            {
                break;
            }
            end += 1;
        }
    } else {
        if !names::is_first_name(&first.folded) || first.folded.len() < 3 {
            return None;
        }
        end = start + 1;
        while end - start < 3
            && !words[end - 1].ends
            && let Some(word) = words.get(end)
            && word.folded.len() > 3
            && word.folded.bytes().all(|b| b.is_ascii_lowercase())
            && !crate::lexicon::is_noise(&word.folded)
            && crate::lexicon::find(std::slice::from_ref(&word.folded)).is_empty()
            && !matches!(
                word.folded.as_str(),
                "tengo"
                    | "quiero"
                    | "quisiera"
                    | "necesito"
                    | "busco"
                    | "vivo"
                    | "moro"
                    | "quero"
                    | "preciso"
                    | "gostaria"
                    | "para"
                    | "pero"
                    | "desde"
                    | "estoy"
                    | "estou"
                    | "tenho"
                    | "hola"
                    | "from"
                    | "looking"
            )
        {
            end += 1;
        }
    }
    if end == start {
        return None;
    }
    let span = (words[start].span.0, words[end - 1].span.1);
    let raw = text.get(span.0..span.1)?;
    let likely = names::likeness(raw);
    let single = end - start == 1;
    if likely < 0.5 || single && likely < 0.7 || names::is_company(raw) {
        return None;
    }
    Some((names::tidy(raw), span, if single { 0.5 } else { likely }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Option<String> {
        find_name(text, &scan::words(text)).map(|(name, _, _)| name)
    }

    #[test]
    fn people_say_who_they_are() {
        for (text, wanted) in [
            ("Hola soy Ana Pérez, mi cel es 9 5550 4321", Some("Ana Pérez")),
            ("oii sou a Thaís Moura, meu zap 21955515566", Some("Thaís Moura")),
            ("Hi, this is Tyler Brooks. You can text me", Some("Tyler Brooks")),
            ("Hi, I'm Kayla Brooks and I'd like", Some("Kayla Brooks")),
            ("Llamó la señora Patricia Lemus (3185550133)", Some("Patricia Lemus")),
            ("Spoke with Kevin Walsh (kevin@acme.example", Some("Kevin Walsh")),
            ("me llamo jorge salinas rut 15.222.333-4", Some("jorge salinas")),
            ("soy de Bogotá y quiero información", None),
            ("Gracias. Quiero hora", None),
        ] {
            assert_eq!(name(text).as_deref(), wanted, "{text}");
        }
    }
}
