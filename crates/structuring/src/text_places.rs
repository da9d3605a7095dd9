//! Places in running text: the one that is named, a country, a postal code by its form.

use crate::FieldType;
use crate::compiled::Field;
use crate::lexicon::{Set, set};
use crate::text::Finding;
use crate::text_fields::{Page, finding};
use crate::text_ids::LABELLED;
use crate::text_things::run_after;
use std::sync::LazyLock;

/// "… en Bakio", "saliendo desde Portimão": the one place a text names, for the one field that asks for a place.
pub(crate) fn place(page: &Page<'_>, fields: &[&Field], found: &[Finding]) -> Option<Finding> {
    static PLACES: LazyLock<Set> =
        LazyLock::new(|| set(&["CITY", "DISTRICT", "NEIGH", "VENUE", "ORIGIN", "PORT", "LODGING", "SITELOC"]));
    static STARTS: LazyLock<Set> = LazyLock::new(|| set(&["ORIGIN", "PORT"]));
    let free = |field: &&&Field| !found.iter().any(|other| other.target.key() == Some(&field.definition.key));
    let mut open = fields.iter().filter(|field| {
        field.definition.field_type == FieldType::Text
            && field.concepts.meets(&PLACES)
            && !field.concepts.meets(&LABELLED)
            && free(field)
    });
    let (field, None) = (open.next()?, open.next()) else { return None };
    let start = field.concepts.meets(&STARTS);
    let mut hits = (0..page.words.len()).filter_map(|at| {
        let word = &page.words[at];
        let leads = match word.folded.as_str() {
            "desde" | "from" => start,
            "en" | "em" | "in" | "at" | "no" | "na" => true,
            _ => false,
        };
        let next = page.words.get(at + 1)?;
        let dated = crate::readings::date::month_of(&next.folded).is_some()
            || matches!(crate::options::synonyms(&next.folded), groups if !groups.is_empty());
        let span = (leads && !word.ends && !dated).then(|| run_after(page, at + 1, 0))??;
        let person = page.name.is_some_and(|name| name.0 < span.1 && span.0 < name.1);
        let used = found.iter().any(|other| other.span.0 < span.1 && span.0 < other.span.1);
        let raw = &page.text[span.0..span.1];
        (!person && !used && raw.len() > 3 && raw.chars().any(char::is_lowercase)).then_some(span)
    });
    let (span, None) = (hits.next()?, hits.next()) else { return None };
    Some(finding(field, &page.text[span.0..span.1], span, 0.66))
}

/// The one country a text names, for the field that asks for one.
pub(crate) fn country(page: &Page<'_>, fields: &[&Field], found: &[Finding]) -> Option<Finding> {
    const COUNTRIES: &[&str] = &[
        "argentina",
        "bolivia",
        "brasil",
        "brazil",
        "canada",
        "chile",
        "china",
        "colombia",
        "cuba",
        "ecuador",
        "espana",
        "spain",
        "espanha",
        "francia",
        "france",
        "franca",
        "guatemala",
        "haiti",
        "honduras",
        "india",
        "italia",
        "italy",
        "japon",
        "japan",
        "japao",
        "mexico",
        "nicaragua",
        "panama",
        "paraguay",
        "paraguai",
        "peru",
        "portugal",
        "uruguay",
        "uruguai",
        "venezuela",
        "alemania",
        "germany",
        "alemanha",
        "australia",
        "nigeria",
        "angola",
        "mozambique",
        "ucrania",
        "ukraine",
        "philippines",
        "filipinas",
        "ireland",
        "irlanda",
        "inglaterra",
        "england",
    ];
    static ASKED: LazyLock<Set> = LazyLock::new(|| set(&["COUNTRY", "NATIONALITY"]));
    let mut open = fields.iter().filter(|field| {
        field.definition.field_type == FieldType::Text
            && field.concepts.meets(&ASKED)
            && !found.iter().any(|other| other.target.key() == Some(&field.definition.key))
    });
    let (field, None) = (open.next()?, open.next()) else { return None };
    let mut hits = page.words.iter().filter(|word| word.capital && COUNTRIES.contains(&word.folded.as_str()));
    let (word, None) = (hits.next()?, hits.next()) else { return None };
    (!page.is_covered(word.span)).then(|| finding(field, &page.text[word.span.0..word.span.1], word.span, 0.72))
}

/// "la dirección es Urb. Los Mangos, calle 4, casa 18", "en Rua das Flores 8": an address after its word, or by a street's.
pub(crate) fn address(page: &Page<'_>, fields: &[&Field], found: &[Finding]) -> Option<Finding> {
    static ADDRESS: LazyLock<Set> = LazyLock::new(|| set(&["ADDRESS"]));
    const STREETS: &[&str] = &[
        "calle",
        "av",
        "avenida",
        "avda",
        "pasaje",
        "psje",
        "carrera",
        "cra",
        "diagonal",
        "transversal",
        "jiron",
        "jr",
        "calzada",
        "blvd",
        "bulevar",
        "paseo",
        "plaza",
        "rua",
        "travessa",
        "alameda",
        "rodovia",
        "estrada",
        "largo",
        "urb",
        "camino",
        "ruta",
    ];
    let mut open = fields.iter().filter(|field| {
        field.definition.field_type == FieldType::Text
            && field.concepts.meets(&ADDRESS)
            && !field.concepts.meets(&LABELLED)
            && !found.iter().any(|other| other.target.key() == Some(&field.definition.key))
    });
    let (field, None) = (open.next()?, open.next()) else { return None };
    let said = |at: usize| page.words.get(at).map_or("", |word| word.folded.as_str());
    // The field's own word, then all up to the end of the line.
    let labelled = (0..page.words.len()).find_map(|at| {
        let named = matches!(said(at), "direccion" | "domicilio" | "endereco" | "address" | "morada");
        let joins = matches!(said(at + 1), "es" | "e" | "is");
        let after = page.words[at].span.1;
        let colon = page.text[after..].starts_with(':');
        let next = page.words.get(at + if joins { 2 } else { 1 })?;
        (named && (joins && !page.words[at].ends || colon)).then_some(next.span.0)
    });
    if let Some(from) = labelled {
        let rest = &page.text[from..];
        let mut end = rest.find(['\n', ';']).unwrap_or(rest.len());
        // A full stop behind a longer word, with a new sentence after it.
        let stop = rest[..end].match_indices(". ").find(|(at, _)| {
            rest[..*at]
                .rsplit([' ', ','])
                .next()
                .is_some_and(|word| word.len() > 4 || word.bytes().any(|b| b.is_ascii_digit()))
        });
        end = stop.map_or(end, |(at, _)| at);
        let bare = rest[..end].trim_end_matches(['.', ' ', ',']);
        let span = (from, from + bare.len());
        let fits = (6..=90).contains(&bare.len()) && !page.is_covered(span);
        return fits.then(|| finding(field, bare, span, 0.74));
    }
    let mut hits = (0..page.words.len()).filter_map(|at| {
        let word = &page.words[at];
        if !STREETS.contains(&word.folded.as_str()) || !word.capital {
            return None;
        }
        let run = run_after(page, at, 0)?;
        let raw = &page.text[run.0..run.1];
        let numbered = raw.bytes().any(|b| b.is_ascii_digit());
        let used = found.iter().any(|other| other.span.0 < run.1 && run.0 < other.span.1);
        (numbered && !used && raw.contains(' ')).then_some(run)
    });
    let (span, None) = (hits.next()?, hits.next()) else { return None };
    Some(finding(field, &page.text[span.0..span.1], span, 0.7))
}

/// A postal code by its form, where one field asks for one and the text holds one.
pub(crate) fn postcode(page: &Page<'_>, fields: &[&Field], found: &[Finding]) -> Option<Finding> {
    static ZIP: LazyLock<Set> = LazyLock::new(|| set(&["ZIP"]));
    let mut open = fields.iter().filter(|field| {
        field.definition.field_type == FieldType::Text
            && field.concepts.meets(&ZIP)
            && !found.iter().any(|other| other.target.key() == Some(&field.definition.key))
    });
    let (field, None) = (open.next()?, open.next()) else { return None };
    let form = match page.country? {
        "GB" => british,
        "BR" => |text: &str| shaped(text, "00000-000"),
        "PT" => |text: &str| shaped(text, "0000-000"),
        _ => return None,
    };
    let mut hits = page.words.iter().enumerate().filter_map(|(at, word)| {
        // One word, or two with a mark between them.
        [at + 1, at].into_iter().find_map(|last| {
            let span = (word.span.0, page.words.get(last)?.span.1);
            form(page.text.get(span.0..span.1)?).then_some(span)
        })
    });
    let (span, None) = (hits.next()?, hits.next()) else { return None };
    (!page.is_covered(span)).then(|| finding(field, &page.text[span.0..span.1], span, 0.8))
}

fn shaped(text: &str, form: &str) -> bool {
    text.len() == form.len()
        && text.bytes().zip(form.bytes()).all(|(a, b)| if b == b'0' { a.is_ascii_digit() } else { a == b })
}

/// `SW4 7AB`, `E8 3PN`, `EC1A 1BB`.
fn british(text: &str) -> bool {
    let Some((outward, inward)) = text.split_once(' ') else { return false };
    let inward = inward.as_bytes();
    let area = outward.bytes().take_while(u8::is_ascii_uppercase).count();
    let district = &outward.as_bytes()[area.min(outward.len())..];
    (1..=2).contains(&area)
        && (1..=2).contains(&district.len())
        && district[0].is_ascii_digit()
        && district.iter().all(u8::is_ascii_alphanumeric)
        && inward.len() == 3
        && inward[0].is_ascii_digit()
        && inward[1..].iter().all(u8::is_ascii_uppercase)
}
