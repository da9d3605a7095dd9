//! Running text: who writes, how to reach them, and what they say about the fields that are still open.

use crate::compiled::Definitions;
use crate::learnt::Learnt;
use crate::scan::{self, Word};
use crate::steps::Steps;
use crate::text_phones::{find_phones, phone_fields};
use crate::{Json, Target, email, lexicon, read_email, text_fields, text_name};

/// What is not filled yet.
pub(crate) struct Gaps {
    pub phone: bool,
    pub email: bool,
    pub fields: Vec<bool>,
}

/// Two numbers of a text whose confidence differs by less are as good as each other.
const AS_GOOD: f32 = 0.02;

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
    steps: &Steps,
) -> Vec<Finding> {
    let spoken = theirs(text);
    let text = spoken.as_deref().unwrap_or(text);
    let words = scan::words(text);
    steps.add(words.len());
    let mut found = Vec::new();
    // What is read as one thing is not read as another.
    let mut covered: Vec<(usize, usize)> = Vec::new();
    if let Some((address, span)) = find_email(text, &words) {
        covered.push(span);
        if gaps.email {
            found.push(Finding { target: Target::Email, value: address.into(), span, confidence: 0.93 });
        }
    }
    if gaps.fields.contains(&true) {
        found.extend(shared_mailbox(text, definitions, &gaps.fields));
    }
    covered.extend(scan::emails(text));
    let phones = find_phones(text, &words, country);
    covered.extend(phones.iter().map(|(_, span, _)| *span));
    let taken = phones.iter().filter(|(_, _, c)| *c > 0.0).max_by(|a, b| a.2.total_cmp(&b.2).then(b.1.0.cmp(&a.1.0)));
    if gaps.phone
        && let Some(best) = taken
    {
        // The best first; behind it others that are as good, so that nobody is sure of it.
        let rivals = phones.iter().filter(|other| other.0 != best.0 && best.2 - other.2 < AS_GOOD);
        found.extend(std::iter::once(best).chain(rivals).map(|(number, span, confidence)| Finding {
            target: Target::Phone,
            value: number.as_str().into(),
            span: *span,
            confidence: *confidence,
        }));
    }
    let name = text_name::find_name(text, &words)
        .or_else(|| taken.and_then(|(_, span, _)| text_name::beside(text, &words, *span)));
    // A name that is not asked for tells whose the numbers beside it are.
    if let Some((name, span, confidence)) = &name {
        found.push(Finding { target: Target::Name, value: name.as_str().into(), span: *span, confidence: *confidence });
    }
    if gaps.fields.contains(&true) {
        found.extend(phone_fields(&phones, &words, definitions, &gaps.fields));
        let folded: Vec<String> = words.iter().map(|word| word.folded.clone()).collect();
        let page = text_fields::Page {
            hits: lexicon::find(&folded),
            text,
            words: &words,
            covered,
            name: name.map(|(_, span, _)| span),
            definitions,
            learnt,
            country,
            steps,
        };
        found.extend(text_fields::read(&page, &gaps.fields));
    }
    found
}

/// `[18:02] `, `12/03/24, 18:02 - `: when a line of a conversation was written, as bytes.
fn stamp(line: &str) -> usize {
    let head = line.len() - line.trim_start().len();
    let rest = &line[head..];
    let end = if rest.starts_with('[') {
        rest.find(']').map(|at| at + 1)
    } else if rest.starts_with(|c: char| c.is_ascii_digit()) {
        rest.find(" - ").map(|at| at + 3)
    } else {
        None
    };
    let clock = |text: &str| {
        text.len() <= 28
            && text.contains(':')
            && text.chars().all(|c| {
                c.is_ascii_digit()
                    || matches!(c, '[' | ']' | ':' | '/' | '-' | '.' | ',' | ' ' | 'a' | 'p' | 'm' | 'A' | 'P' | 'M')
            })
    };
    end.filter(|end| clock(&rest[..*end])).map_or(0, |end| head + end)
}

/// A conversation with the lines of the organization's own people blanked: what they say is not said by the customer.
fn theirs(text: &str) -> Option<String> {
    const OURS: &[&str] = &[
        "agente",
        "agent",
        "operador",
        "operadora",
        "operator",
        "asesor",
        "asesora",
        "bot",
        "ejecutivo",
        "ejecutiva",
        "atendente",
        "atendimento",
        "support",
        "soporte",
        "rep",
        "recepcion",
        "vendedor",
        "vendedora",
        "advisor",
        "assistant",
        "asistente",
        "staff",
        "chatbot",
        "consultor",
        "consultora",
    ];
    if !text.contains(':') || !text.contains('\n') {
        return None;
    }
    let ours = |line: &str| {
        line[stamp(line)..].split_once(':').is_some_and(|(speaker, _)| {
            let folded = crate::keys::fold(speaker);
            speaker.len() <= 30 && OURS.contains(&folded.split(' ').next().unwrap_or(""))
        })
    };
    // One line alone may be a label of a form.
    let stamped = text.split('\n').filter(|line| stamp(line) > 0).count() > 1;
    if text.split('\n').filter(|line| ours(line)).count() < 2 && !stamped {
        return None;
    }
    let lines = text.split('\n').map(|line| {
        let stamp = stamp(line);
        if ours(line) { " ".repeat(line.len()) } else { format!("{}{}", " ".repeat(stamp), &line[stamp..]) }
    });
    Some(lines.collect::<Vec<_>>().join("\n"))
}

/// "Enviar la cotización a compras@…": nobody's own, for the one field that asks for an address.
fn shared_mailbox(text: &str, definitions: &Definitions, open: &[bool]) -> Option<Finding> {
    let mut fields = definitions
        .fields
        .iter()
        .zip(open)
        .filter(|(field, open)| **open && field.definition.field_type == crate::FieldType::Email);
    let ((field, _), None) = (fields.next()?, fields.next()) else { return None };
    let mut shared = scan::emails(text).into_iter().filter_map(|span| {
        let address = read_email(&text[span.0..span.1])
            .filter(|address| email::is_shared(address) || email::is_for_invoices(address))?;
        Some((address, span))
    });
    let ((address, span), None) = (shared.next()?, shared.next()) else { return None };
    Some(text_fields::finding(field, address, span, 0.74))
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
        let billed = words.iter().rev().filter(|word| word.span.1 <= span.0).take(5).any(|word| {
            matches!(
                word.folded.as_str(),
                "invoice"
                    | "invoices"
                    | "factura"
                    | "facturas"
                    | "facturacion"
                    | "fatura"
                    | "faturas"
                    | "nf"
                    | "nfe"
                    | "billing"
                    | "boleta"
            )
        });
        if let Some(address) = read_email(&text[span.0..span.1])
            && !email::is_placeholder(&address)
            && !email::is_shared(&address)
            && !email::is_for_invoices(&address)
            && !before
            && !billed
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
