//! Ids after their label in running text, plates and codes by their form.

use crate::compiled::Field;
use crate::lexicon::{Set, set};
use crate::readings::ids;
use crate::text::Finding;
use crate::text_fields::{Page, finding};
use crate::{FieldType, score};
use std::sync::LazyLock;

pub(crate) static LABELLED: LazyLock<Set> = LazyLock::new(|| {
    set(&[
        "IDDOC", "RUT", "CPF", "CNPJ", "CURP", "RFC", "RUC", "NIT", "CUIT", "CIF", "RG", "PASSPORT", "ZIP", "PLATE",
        "VIN", "POLICY", "LICENSE", "FLIGHT", "METER", "COUPON", "PURCHASE",
    ])
});

/// Ids, plates, flights: the label, then a word with digits. Ids that prove themselves need no label.
pub(crate) fn labelled_ids(page: &Page<'_>, fields: &[&Field]) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    let texts: Vec<&&Field> = fields
        .iter()
        .filter(|field| field.definition.field_type == FieldType::Text && field.concepts.meets(&LABELLED))
        .collect();
    if !texts.is_empty() {
        for hit in &page.hits {
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
            // "LK19 XTR", "5550 KLM": plates of two groups.
            let value = value.map(|span| if field.concepts.meets(&PLATE) { both_groups(page, span) } else { span });
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
    found.extend(plate(page, fields, &found));
    found
}

static PLATE: LazyLock<Set> = LazyLock::new(|| set(&["PLATE"]));

/// A plate with the group behind it, where both look like one.
fn both_groups(page: &Page<'_>, span: (usize, usize)) -> (usize, usize) {
    let next = page.words.partition_point(|word| word.span.0 < span.1);
    let Some(word) = page.words.get(next).filter(|word| page.text.get(span.1..word.span.0) == Some(" ")) else {
        return span;
    };
    let (head, tail) = (&page.text[span.0..span.1], &page.text[word.span.0..word.span.1]);
    let large = |text: &str| text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    let fits = large(head)
        && large(tail)
        && (2..=4).contains(&tail.len())
        && (5..=8).contains(&(head.len() + tail.len()))
        && (tail.bytes().any(|b| b.is_ascii_uppercase()) || head.bytes().all(|b| b.is_ascii_uppercase()));
    if fits { (span.0, word.span.1) } else { span }
}

/// "Coche 5550 KLM" in Spain, "LK19 XTR" in Britain: a plate by its form, for the one field that asks for it.
fn plate(page: &Page<'_>, fields: &[&Field], found: &[Finding]) -> Option<Finding> {
    let field = fields.iter().find(|field| {
        field.definition.field_type == FieldType::Text
            && field.concepts.meets(&PLATE)
            && !found.iter().any(|other| other.target.key() == Some(&field.definition.key))
    })?;
    let letters = |text: &str, many: usize| text.len() == many && text.bytes().all(|b| b.is_ascii_uppercase());
    let digits = |text: &str, many: usize| text.len() == many && text.bytes().all(|b| b.is_ascii_digit());
    let mut hits = page.words.iter().filter_map(|word| {
        let span = both_groups(page, word.span);
        let (head, tail) = page.text.get(span.0..span.1)?.split_once(' ')?;
        let form = match page.country? {
            "ES" => digits(head, 4) && letters(tail, 3),
            "GB" => head.len() == 4 && letters(&head[..2], 2) && digits(&head[2..], 2) && letters(tail, 3),
            _ => false,
        };
        (form && !page.is_covered(span)).then_some(span)
    });
    let (span, None) = (hits.next()?, hits.next()) else { return None };
    Some(finding(field, &page.text[span.0..span.1], span, 0.84))
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

/// `AP0455`, `CA-1130`: the one code of a text, for the one field that asks for a code.
pub(crate) fn code(page: &Page<'_>, fields: &[&Field], found: &[Finding]) -> Option<Finding> {
    static CODES: LazyLock<Set> = LazyLock::new(|| {
        set(&["CODE", "LISTINGREF", "BOOKINGREF", "CASENO", "PURCHASE", "COUPON", "MEMBERNO", "TRACKING"])
    });
    let mut open = fields.iter().filter(|field| {
        field.definition.field_type == FieldType::Text
            && field.concepts.meets(&CODES)
            && !found.iter().any(|other| other.target.key() == Some(&field.definition.key))
    });
    let (field, None) = (open.next()?, open.next()) else { return None };
    let mut hits = page.words.iter().filter_map(|word| {
        let span = token_at(page.text, word.span.0).filter(|span| span.0 == word.span.0)?;
        let text = &page.text[span.0..span.1];
        let letters = text.bytes().take_while(u8::is_ascii_uppercase).count();
        let digits = text[letters..].trim_start_matches('-');
        let coded =
            (2..=4).contains(&letters) && (3..=8).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        let used = found.iter().any(|other| other.span.0 < span.1 && span.0 < other.span.1);
        (coded && !used && !page.is_covered(span)).then_some(span)
    });
    let (span, None) = (hits.next()?, hits.next()) else { return None };
    Some(finding(field, &page.text[span.0..span.1], span, 0.72))
}
