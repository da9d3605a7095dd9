//! Numbers as people write them: `1.234,56`, `1,234.56`, `2,5 milhões`, `45.000 km`, `3 quartos`.

use super::decimal::Decimal;
use super::number_words::{multiplier, read_words};
use crate::keys::fold;
use std::borrow::Cow;

/// A number with what stood before and after it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reading {
    pub value: Decimal,
    /// Folded words before and after, multiplier words taken out.
    pub before: String,
    pub after: String,
    /// Byte range of the number (with its multiplier) in the text.
    pub span: (usize, usize),
    /// Whether it was written with marks, a fraction or a multiplier (money and measures are; ids are not).
    pub formatted: bool,
    pub leading_zero: bool,
}

/// Countries that write `1,234.56`; all others write `1.234,56`.
const DOT_DECIMAL: &[&str] = &[
    "US", "MX", "GB", "IE", "CA", "AU", "NZ", "IN", "PH", "PE", "DO", "GT", "SV", "HN", "NI", "PA", "PR", "JP", "CN",
    "IL", "SG", "MY", "TH", "KE", "NG", "ZA", "HK", "TW", "KR", "PK", "JM", "TT", "BZ",
];

pub(crate) fn decimal_is_dot(country: Option<&str>) -> bool {
    country.is_some_and(|code| DOT_DECIMAL.contains(&code))
}

/// Reads the one number of a short text; nothing for a range, a bound, several numbers or a sentence.
pub(crate) fn read(text: &str, country: Option<&str>) -> Option<Reading> {
    let mut text = text.trim();
    if text.is_empty() || text.len() > 120 {
        return None;
    }
    // "No lo recuerdo, unos 600": nobody says a number.
    if text.starts_with(['n', 'N', 'd', 'D', 'c', 'C']) && doubts(text) {
        return None;
    }
    // "1 (5 años)": what stands in brackets after the number is a note.
    if text.ends_with(')')
        && let Some((head, note)) = text.split_once('(')
        && head.trim_end().ends_with(|c: char| c.is_alphanumeric())
        && head.contains(|c: char| c.is_ascii_digit())
        && note.contains(|c: char| c.is_ascii_digit())
        && note.contains(char::is_alphabetic)
    {
        text = head.trim_end();
    }
    // "r$_650": some forms send their options without spaces.
    let spaced = (text.contains('_') && !text.contains(' ')).then(|| text.replace('_', " "));
    let text = spaced.as_deref().unwrap_or(text);
    let Some(start) = text.find(|c: char| c.is_ascii_digit()) else { return read_words(text) };
    let mut reading = read_at(text, start, country)?;
    // "2 años y medio": the half of what was counted.
    let half =
        ["y medio", "y media", "e meio", "e meia", "and a half"].iter().any(|half| reading.after.ends_with(half));
    if half && !reading.formatted && reading.after.split(' ').count() <= 4 {
        reading.value = reading.value.plus(Decimal { mantissa: 5, scale: 1 })?;
    }
    let rest = &text[reading.span.1..];
    if rest.contains(|c: char| c.is_ascii_digit()) && !harmless_digits(rest) {
        return None;
    }
    let words_before = reading.before.split(' ').filter(|word| !word.is_empty()).count();
    let words_after = reading.after.split(' ').filter(|word| !word.is_empty()).count();
    // "1,204.18-": ledgers write the sign behind.
    if rest == "-" && reading.formatted && reading.value.mantissa > 0 {
        reading.value.mantissa = -reading.value.mantissa;
    }
    if words_before > 3 || words_after > 4 || is_bound(&reading.before) || is_range_tail(rest) {
        return None;
    }
    Some(reading)
}

fn doubts(text: &str) -> bool {
    const DOUBTS: &[&str] = &[
        "no recuerdo",
        "no lo recuerdo",
        "no me acuerdo",
        "no se",
        "no estoy segur",
        "nao lembro",
        "nao me lembro",
        "nao sei",
        "dont remember",
        "dont know",
        "not sure",
        "do not know",
        "cant remember",
        "creo que",
    ];
    let folded = fold(text);
    DOUBTS.iter().any(|doubt| {
        folded
            .strip_prefix(doubt)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(' ') || doubt.ends_with("segur"))
    })
}

/// `m2`, `m²`, `12 meses`-like tails hold digits that are units.
fn harmless_digits(rest: &str) -> bool {
    let folded = fold(rest);
    folded
        .split(' ')
        .all(|word| !word.contains(|c: char| c.is_ascii_digit()) || matches!(word, "m2" | "m3" | "km2" | "cm3" | "o2"))
}

fn is_bound(before: &str) -> bool {
    before.split(' ').any(|word| {
        matches!(
            word,
            "mas"
                | "mais"
                | "more"
                | "menos"
                | "less"
                | "desde"
                | "minimo"
                | "minima"
                | "min"
                | "over"
                | "under"
                | "least"
                | "entre"
                | "between"
                | "from"
                | "de"
                | "partir"
        )
    }) && !matches!(
        before,
        "de" | "cerca de" | "alrededor de" | "em torno de" | "monto de" | "total de" | "aproximadamente de"
    )
}

fn is_range_tail(rest: &str) -> bool {
    let tail = rest.trim_start();
    if tail.is_empty() || tail.starts_with('+') {
        return !tail.is_empty();
    }
    fold(tail).split_once(' ').is_some_and(|(word, _)| matches!(word, "o" | "ou" | "or" | "to"))
}

/// Reads the number whose first digit stands at `start`.
pub(crate) fn read_at(text: &str, start: usize, country: Option<&str>) -> Option<Reading> {
    let bytes = text.as_bytes();
    let mut from = start;
    // ",5" and ".75" begin with their mark.
    let head = text[..start].trim_end();
    // "Hours - 5": a dash between words.
    let dashed = head.len() < start && head.trim_end_matches(['-', '−']).ends_with([' ', '\n', '\t']) && head.len() > 2;
    let negative = (head.ends_with('-') || head.ends_with('−'))
        && !dashed
        && !head.trim_end_matches(['-', '−']).ends_with(|c: char| c.is_alphanumeric());
    let (value, end, formatted) = numeral(text, start, negative, country)?;
    let mut total = value;
    let mut end = end;
    let mut formatted = formatted;
    let leading_zero = bytes[start] == b'0' && bytes.get(start + 1).is_some_and(u8::is_ascii_digit);
    // "61,200 mi" and "91,000 miles" are a way, "2,5 mi" are millions.
    let miles = |power: u32, length: usize| {
        let word = text[end..end + length].trim();
        ((power == 6 && word == "mi") || (power == 3 && word.eq_ignore_ascii_case("miles"))) && value.to_f64() >= 1000.0
    };
    if let Some((power, length)) = multiplier(&text[end..]).filter(|(power, length)| !miles(*power, *length)) {
        total = total.times_ten_to(power)?;
        end += length;
        formatted = true;
        // "2 millones 300 mil", "2 millones y medio".
        let tail = &text[end..];
        let trimmed = tail.trim_start();
        let skipped = tail.len() - trimmed.len();
        if let Some(next) = trimmed
            .strip_prefix("y medio")
            .or_else(|| trimmed.strip_prefix("e meio"))
            .or_else(|| trimmed.strip_prefix("y media"))
        {
            total = total.plus(Decimal { mantissa: 5, scale: 1 }.times_ten_to(power)?)?;
            end = text.len() - next.len();
        } else if trimmed.starts_with(|c: char| c.is_ascii_digit())
            && skipped > 0
            && let Some((more, stop, _)) = numeral(trimmed, 0, false, country)
            && let Some((smaller, length)) = multiplier(&trimmed[stop..])
            && smaller < power
        {
            total = total.plus(more.times_ten_to(smaller)?)?;
            end += skipped + stop + length;
        } else if power == 3
            && (1..=2).contains(&skipped)
            && let Some((more, stop, false)) = numeral(trimmed, 0, false, country)
            && stop == 3
            && !trimmed[stop..].starts_with(|c: char| c.is_alphanumeric() || matches!(c, '-' | '/' | '.' | ','))
        {
            // "2 mil 400"
            total = total.plus(more)?;
            end += skipped + stop;
        }
    }
    // A letter or a date mark glued to it: part of a code or a date, not a number.
    let glued_before = text[..start]
        .chars()
        .next_back()
        .is_some_and(|c| c.is_alphabetic() && !is_glued_mark(&text[..start], country) || c == '_');
    // "TS-88120" is a code as well.
    let hyphened = text[..start]
        .strip_suffix('-')
        .is_some_and(|head| head.ends_with(|c: char| c.is_alphabetic()) && !is_glued_mark(head, country));
    let glued_before = glued_before || hyphened;
    let next = text[end..].chars().next();
    let glued_after = next.is_some_and(|c| {
        c == '_' || c == '/' || (c == '-' && text[end + 1..].starts_with(|d: char| d.is_ascii_digit()))
    }) && !text[end..].trim_start_matches('/').starts_with(|c: char| c.is_alphabetic());
    if glued_before || glued_after {
        return None;
    }
    if negative {
        from = head.len() - head.chars().next_back().map_or(0, char::len_utf8);
    }
    Some(Reading {
        value: total,
        before: fold(&text[..from]),
        after: fold(&text[end..]),
        span: (from, end),
        formatted,
        leading_zero,
    })
}

/// Currency codes and marks may touch the digits: `US$100`, `CLP100`, `Gs.100`, `x3`, a rand's `R4 250`.
fn is_glued_mark(before: &str, country: Option<&str>) -> bool {
    let letters: String =
        before.chars().rev().take_while(|c| c.is_alphabetic()).collect::<Vec<_>>().into_iter().rev().collect();
    super::money::currency_word(&letters).is_some()
        || letters.eq_ignore_ascii_case("x")
        || letters == "R" && country == Some("ZA")
}

/// The numeral at `start`: its value, where it ends, whether it has marks.
fn numeral(text: &str, start: usize, negative: bool, country: Option<&str>) -> Option<(Decimal, usize, bool)> {
    let bytes = text.as_bytes();
    // Groups of digits and the single marks between them.
    let mut groups: Vec<(usize, usize)> = Vec::new();
    let mut marks: Vec<char> = Vec::new();
    let mut at = start;
    loop {
        let from = at;
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        groups.push((from, at));
        if groups.len() > 12 {
            return None;
        }
        let Some(mark) = text[at..].chars().next() else { break };
        let after = at + mark.len_utf8();
        let next_is_digit = bytes.get(after).is_some_and(u8::is_ascii_digit);
        let three_follow = (after..after + 3).all(|i| bytes.get(i).is_some_and(u8::is_ascii_digit))
            && !bytes.get(after + 3).is_some_and(u8::is_ascii_digit);
        let joins = match mark {
            '.' | ',' => next_is_digit,
            ' ' | '\u{a0}' | '\u{202f}' | '\'' | '’' => {
                three_follow && at - from <= 3 && !marks.iter().any(|m| matches!(m, '.' | ','))
            }
            _ => false,
        };
        if !joins {
            break;
        }
        marks.push(if mark == '.' || mark == ',' { mark } else { ' ' });
        at = after;
    }
    let end = at;
    let digits_of = |range: &[(usize, usize)]| -> Cow<'_, str> {
        match range {
            [(a, b)] => Cow::Borrowed(&text[*a..*b]),
            _ => range.iter().map(|(a, b)| &text[*a..*b]).collect::<String>().into(),
        }
    };
    let grouped = |range: &[(usize, usize)]| {
        range[0].1 - range[0].0 <= 3 && range[1..].iter().all(|(a, b)| b - a == 3)
            // 12,34,567: groups of two and a last one of three.
            || range.len() > 2
                && range[0].1 - range[0].0 <= 2
                && range[1..range.len() - 1].iter().all(|(a, b)| b - a == 2)
                && range.last().is_some_and(|(a, b)| b - a == 3)
    };
    let last_mark = marks.last().copied();
    let value = match last_mark {
        None => Decimal::of(&digits_of(&groups), "", negative)?,
        Some(last) => {
            let same = marks.iter().filter(|mark| **mark == last).count();
            let fraction_len = groups.last().map_or(0, |(a, b)| b - a);
            let first_is_zero = &text[groups[0].0..groups[0].1] == "0";
            let decimal = if last == ' ' {
                false
            } else if marks.iter().any(|mark| *mark != last) {
                same == 1
            } else if same > 1 {
                false
            } else if fraction_len == 3 && !first_is_zero && groups[0].1 - groups[0].0 <= 3 {
                (last == '.') == decimal_is_dot(country)
            } else {
                true
            };
            if decimal {
                let whole = &groups[..groups.len() - 1];
                if whole.len() > 1 && !grouped(whole) {
                    return None;
                }
                Decimal::of(&digits_of(whole), &digits_of(&groups[groups.len() - 1..]), negative)?
            } else {
                if !grouped(&groups) {
                    return None;
                }
                Decimal::of(&digits_of(&groups), "", negative)?
            }
        }
    };
    Some((value, end, last_mark.is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str, country: &str) -> Option<String> {
        read(text, Some(country)).and_then(|reading| reading.value.to_number()).map(|number| number.to_string())
    }

    #[test]
    fn numbers_are_read_by_form_then_country() {
        for (text, country, wanted) in [
            ("1.234,56", "US", Some("1234.56")),
            ("1,234.56", "CL", Some("1234.56")),
            ("$ 10.000", "CL", Some("10000")),
            ("45.000", "CO", Some("45000")),
            ("1.234", "US", Some("1.234")),
            ("12,345", "MX", Some("12345")),
            ("12,345", "ES", Some("12.345")),
            ("0.500", "CL", Some("0.5")),
            ("1.250.000", "US", Some("1250000")),
            ("3,400,000.00", "US", Some("3400000")),
            ("1 250 000", "ES", Some("1250000")),
            ("2,5 milhões", "BR", Some("2500000")),
            ("61,200 mi", "US", Some("61200")),
            ("91,000 miles", "US", Some("91000")),
            ("450 miles", "CL", Some("450000")),
            ("600 mil", "BR", Some("600000")),
            ("até 600 mil", "BR", Some("600000")),
            ("$1.2M", "US", Some("1200000")),
            ("2 millones 300 mil", "CL", Some("2300000")),
            ("2 millones y medio", "CL", Some("2500000")),
            ("80 millones", "CO", Some("80000000")),
            ("1.500 millones", "CO", Some("1500000000")),
            ("RD$2,500.00", "DO", Some("2500")),
            ("Gs. 250.000", "PY", Some("250000")),
            ("$U 1.890", "UY", Some("1890")),
            ("S/ 150.50", "PE", Some("150.5")),
            ("42,50 €/mes", "ES", Some("42.5")),
            ("62,5 kg", "CL", Some("62.5")),
            ("80000 km", "AR", Some("80000")),
            ("3 quartos", "BR", Some("3")),
            ("85 m2", "BR", Some("85")),
            ("-3.5", "US", Some("-3.5")),
            ("tres", "MX", Some("3")),
            ("un millón", "CO", Some("1000000")),
            ("12,34,567", "IN", Some("1234567")),
            ("2,50,000", "IN", Some("250000")),
            ("95 lakhs", "IN", Some("9500000")),
            ("1.5 crore", "IN", Some("15000000")),
            ("R4 250.00", "ZA", Some("4250")),
            ("1,204.18-", "US", Some("-1204.18")),
            ("7,9", "MX", Some("7.9")),
            ("500-1000", "US", None),
            ("500 - 1000", "US", None),
            ("entre 500 y 1000", "US", None),
            ("500 a 1000", "US", None),
            ("500+", "US", None),
            ("más de 500", "US", None),
            ("2 o 3", "US", None),
            ("no recuerdo", "MX", None),
            ("ABC123", "CO", None),
            ("TS-88120", "US", None),
            ("1 (5 años)", "CR", Some("1")),
            ("03/04/2025", "US", None),
            ("1.23.4", "US", None),
            ("12.34.56", "US", None),
            ("", "US", None),
        ] {
            assert_eq!(value(text, country).as_deref(), wanted, "{text} {country}");
        }
    }
}
