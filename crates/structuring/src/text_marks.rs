//! Clock times and web pages in running text.

use crate::FieldType;
use crate::compiled::Field;
use crate::lexicon::{Set, set};
use crate::text::Finding;
use crate::text_fields::{Page, finding};
use std::sync::LazyLock;

/// "tipo 18:00", "a las 7:30 pm", "às 19h": the one time of a text, for the one text field that asks for a time.
pub(crate) fn clock(page: &Page<'_>, fields: &[&Field], found: &[Finding]) -> Option<Finding> {
    static HOUR: LazyLock<Set> = LazyLock::new(|| set(&["HOUR"]));
    let mut open = fields.iter().filter(|field| {
        field.definition.field_type == FieldType::Text
            && field.concepts.meets(&HOUR)
            && !found.iter().any(|other| other.target.key() == Some(&field.definition.key))
    });
    let (field, None) = (open.next()?, open.next()) else { return None };
    let mut times =
        page.words.iter().filter_map(|word| time_at(page.text, word.span.0)).filter(|span| !page.is_covered(*span));
    let (span, None) = (times.next()?, times.next()) else { return None };
    let span = (earliest(page, span.0), span.1);
    Some(finding(field, &page.text[span.0..span.1], span, 0.72))
}

/// "depois das 18h", "after 6 pm": the words before a time that make it a bound belong to it.
fn earliest(page: &Page<'_>, at: usize) -> usize {
    let before = page.before(at, 4);
    let joins = |word: &str| matches!(word, "de" | "das" | "da" | "do" | "las" | "la" | "as" | "the");
    let bound = before.iter().rev().find(|word| !joins(&word.folded));
    bound
        .filter(|word| matches!(word.folded.as_str(), "depois" | "despues" | "after" | "before" | "antes"))
        .map_or(at, |word| word.span.0)
}

/// `18:00`, `7:30 pm`, `10am`, `19h`, `19h30` at a place.
pub(crate) fn time_at(text: &str, at: usize) -> Option<(usize, usize)> {
    let before = text[..at].chars().next_back();
    if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, ':' | '.' | '/' | '-' | '+')) {
        return None;
    }
    let rest = &text[at..];
    let digits = |from: usize| rest.as_bytes()[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let hours = digits(0);
    let hour: u8 = rest.get(..hours).filter(|_| (1..=2).contains(&hours))?.parse().ok()?;
    let mut end = hours;
    let mut marked = false;
    if rest[end..].starts_with([':', 'h']) {
        let minutes = digits(end + 1);
        if minutes == 2 && rest[end + 1..end + 3] < *"60" {
            end += 3;
            marked = true;
        } else if rest[end..].starts_with('h') && minutes == 0 {
            end += 1;
            marked = true;
        }
    }
    let tail = &rest[end..];
    let skipped = tail.len() - tail.trim_start().len();
    let half =
        ["am", "pm", "a.m.", "p.m.", "AM", "PM", "hrs", "hs"].iter().find(|half| tail.trim_start().starts_with(**half));
    if let Some(half) = half.filter(|_| skipped < 2) {
        end += skipped + half.len();
        marked = true;
    }
    let closed = !rest[end..].starts_with(|c: char| c.is_alphanumeric() || c == ':');
    (marked && hour < 25 && closed).then_some((at, at + end))
}

/// Pages of the sites that fields ask for: `linkedin.com/in/ana`; any page for the one field of a web site.
pub(crate) fn pages(page: &Page<'_>, fields: &[&Field]) -> Vec<Finding> {
    static SITES: LazyLock<[(&str, Set); 4]> = LazyLock::new(|| {
        [
            ("linkedin.", set(&["LINKEDIN"])),
            ("instagram.", set(&["INSTAGRAM"])),
            ("facebook.", set(&["FACEBOOK"])),
            ("github.", set(&["PORTFOLIO"])),
        ]
    });
    let mut found: Vec<Finding> = Vec::new();
    if !fields.iter().any(|field| field.definition.field_type == FieldType::Url) {
        return found;
    }
    let mut at = 0;
    for token in page.text.split(|c: char| c.is_whitespace() || matches!(c, '|' | '<' | '>' | '(' | ')')).take(2000) {
        let span = (at, at + token.len());
        at += token.len() + 1;
        let bare = token.trim_end_matches(['.', ',', ';']);
        if bare.len() < 8 || !bare.contains('.') || bare.contains('@') {
            continue;
        }
        let Some((_, about)) = SITES.iter().find(|(site, _)| bare.contains(site)) else { continue };
        let field =
            fields.iter().find(|field| field.definition.field_type == FieldType::Url && field.concepts.meets(about));
        if let (Some(field), Some(address)) = (field, crate::readings::url::read(bare))
            && !found.iter().any(|other| other.target.key() == Some(&field.definition.key))
        {
            found.push(finding(field, address, (span.0, span.0 + bare.len()), 0.86));
        }
    }
    found
}

/// The hour of a folded clock time: `18 30`, `10am`, `7 30 pm`, `19h`. A bare number is none.
pub(crate) fn hour_of(folded: &str) -> Option<u8> {
    let digits = folded.bytes().take_while(u8::is_ascii_digit).count();
    let hour: u8 = folded.get(..digits).filter(|_| (1..=2).contains(&digits))?.parse().ok()?;
    let tail = folded[digits..].trim_start();
    let minutes = tail.trim_start_matches(['h', ':']).trim_start();
    let minuted = minutes.len() >= 2 && minutes.as_bytes()[..2].iter().all(u8::is_ascii_digit) && minutes[..2] < *"60";
    let rest = if minuted { minutes[2..].trim_start() } else { tail };
    let half = match rest {
        "pm" | "p m" => Some(true),
        "am" | "a m" => Some(false),
        "" | "h" | "hs" | "hrs" | "horas" if minuted || !rest.is_empty() => None,
        _ => return None,
    };
    match half {
        Some(true) if hour < 12 => Some(hour + 12),
        _ => (hour < 24).then_some(hour),
    }
}

#[cfg(test)]
mod tests {
    use super::time_at;

    #[test]
    fn times_are_read_as_written() {
        for (text, wanted) in [
            ("18:00 en punto", Some("18:00")),
            ("7:30 pm", Some("7:30 pm")),
            ("10am", Some("10am")),
            ("19h", Some("19h")),
            ("19h30", Some("19h30")),
            ("18", None),
            ("2026", None),
            ("10 personas", None),
            ("99:10", None),
        ] {
            assert_eq!(time_at(text, 0).map(|(from, to)| &text[from..to]), wanted, "{text}");
        }
    }
}
