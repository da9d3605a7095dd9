//! Running text: who writes, how to reach them, and what they say about the fields that are still open.

use crate::compiled::Definitions;
use crate::learnt::Learnt;
use crate::phone::{self, Line};
use crate::reading::is_placeholder;
use crate::scan::{self, Word};
use crate::{Json, Target, email, read_email, text_fields, text_name};

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
    let name = text_name::find_name(text, &words);
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
pub(crate) const OTHER_CUES: &[&str] = &[
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
