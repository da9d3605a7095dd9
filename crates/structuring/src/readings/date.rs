//! Dates as people write them, in three languages.

use crate::keys::fold;

/// A calendar day that exists, 1900–2100.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Day {
    pub year: u16,
    pub month: u8,
    pub day: u8,
}

impl Day {
    /// `2025-04-03`.
    pub fn written(self) -> String {
        let mut text = String::with_capacity(10);
        let year = u32::from(self.year);
        for (value, size) in [(year, 1000), (u32::from(self.month), 10), (u32::from(self.day), 10)] {
            if !text.is_empty() {
                text.push('-');
            }
            let mut place = size;
            while place > 0 {
                text.push(char::from_digit(value / place % 10, 10).unwrap_or('0'));
                place /= 10;
            }
        }
        text
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl Day {
    fn new(year: u32, month: u32, day: u32) -> Option<Day> {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 => 28 + u32::from(leap),
            _ => return None,
        };
        ((1900..=2100).contains(&year) && (1..=days).contains(&day)).then_some(Day {
            year: u16::try_from(year).ok()?,
            month: u8::try_from(month).ok()?,
            day: u8::try_from(day).ok()?,
        })
    }

    /// The day of a Unix time in seconds, UTC (Howard Hinnant's civil calendar arithmetic).
    pub fn of_unix(seconds: i64) -> Option<Day> {
        let days = seconds.div_euclid(86_400) + 719_468;
        let era = days.div_euclid(146_097);
        let of_era = days.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * of_year + 2) / 153;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        let day = of_year - (153 * shifted + 2) / 5 + 1;
        Day::new(u32::try_from(year).ok()?, u32::try_from(month).ok()?, u32::try_from(day).ok()?)
    }
}

/// A date and where it stands in the text (bytes).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Found {
    pub day: Day,
    pub span: (usize, usize),
    /// Whether a time of day came with it (appointments and stamps, not birthdays).
    pub has_time: bool,
    /// A machine's stamp: `2024-05-02T13:22:10Z`.
    pub stamp: bool,
}

/// Reads a text that is a date and nothing else (a weekday before and a time after it may be there).
pub(crate) fn read(text: &str, country: Option<&str>) -> Option<Found> {
    let text = text.trim();
    if text.len() > 80 || !text.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let found = find_from(text, 0, country)?;
    let before = if found.span.0 == 0 { String::new() } else { fold(&text[..found.span.0]) };
    let before_ok = before.split(' ').all(|word| {
        word.is_empty()
            || is_weekday(word)
            || matches!(word, "el" | "dia" | "on" | "em" | "en" | "the" | "para" | "a" | "o")
    });
    let after_ok = is_time(&text[found.span.1..]);
    (before_ok && after_ok)
        .then(|| Found { has_time: found.has_time || !text[found.span.1..].trim().is_empty(), ..found })
}

/// The first date at or after byte `from`.
pub(crate) fn find_from(text: &str, from: usize, country: Option<&str>) -> Option<Found> {
    let bytes = text.as_bytes();
    let mut at = from;
    while at < bytes.len() {
        let c = bytes[at];
        let boundary = at == 0 || !bytes[at - 1].is_ascii_alphanumeric() && bytes[at - 1] < 0x80;
        if boundary && c.is_ascii_digit() {
            if let Some(found) = numeric_at(text, at, country).or_else(|| day_first_at(text, at)) {
                return Some(found);
            }
        } else if boundary
            && c.is_ascii_alphabetic()
            && let Some(found) = month_first_at(text, at)
        {
            return Some(found);
        }
        // On to the next word.
        while at < bytes.len() && (bytes[at].is_ascii_alphanumeric() || bytes[at] >= 0x80) {
            at += 1;
        }
        at += 1;
    }
    None
}

/// The first day of `del 3 al 6 de noviembre de 2026`, `3-6 November 2026`, `3 de octubre al 6 de noviembre de 2026`, whose
/// last day was found.
pub(crate) fn range_start(text: &str, last: &Found) -> Option<Found> {
    // Only dates that begin with their day share the month that follows.
    let own = text.get(last.span.0..last.span.1)?;
    let (_, length) = digits_at(own, 0, 2)?;
    if !own[length..].contains(char::is_alphabetic) {
        return None;
    }
    let head = text.get(..last.span.0)?.trim_end();
    let joined =
        ["hasta el", "hasta", "al", "ao", "até", "ate", "to", "until", "a", "y", "e", "and", "-", "–"].into_iter();
    let head = joined
        .filter_map(|word| head.strip_suffix(word))
        .find(|rest| rest.ends_with(|c: char| !c.is_alphabetic()) || rest.ends_with(|c: char| c.is_ascii_digit()))?
        .trim_end();
    let words: Vec<&str> = head.split_whitespace().rev().take(3).collect();
    let (place, month) = match words.as_slice() {
        [name, "de", ..] if month(name).is_some() => (2, month(name)?),
        [name, ..] if month(name).is_some() => (1, month(name)?),
        _ => (0, u32::from(last.day.month)),
    };
    let number = *words.get(place)?;
    let digits = number.trim_start_matches(|c: char| !c.is_ascii_digit());
    let (day, length) = digits_at(digits, 0, 2)?;
    if length != digits.len() {
        return None;
    }
    let day = Day::new(u32::from(last.day.year), month, day)?;
    let before = (day.month, day.day) < (last.day.month, last.day.day);
    let from = head.rfind(number)? + (number.len() - digits.len());
    before.then_some(Found { day, span: (from, head.len()), has_time: false, stamp: false })
}

fn digits_at(text: &str, at: usize, most: usize) -> Option<(u32, usize)> {
    let length = text.as_bytes()[at.min(text.len())..].iter().take_while(|b| b.is_ascii_digit()).count();
    if length == 0 || length > most {
        return None;
    }
    Some((text[at..at + length].parse().ok()?, length))
}

/// `2025-04-03`, `03/04/2025`, `3.4.25`, `20250403`, each with or without a time.
fn numeric_at(text: &str, at: usize, country: Option<&str>) -> Option<Found> {
    let bytes = text.as_bytes();
    if let Some((whole, 8)) = digits_at(text, at, 8) {
        // 31122025: no year begins with 31.
        let day = Day::new(whole / 10_000, whole / 100 % 100, whole % 100)
            .filter(|day| (1920..=2060).contains(&day.year))
            .or_else(|| Day::new(whole % 10_000, whole / 10_000 % 100, whole / 1_000_000))?;
        return (1920..=2060).contains(&day.year).then(|| close(text, at, at + 8, day));
    }
    let (first, first_len) = digits_at(text, at, 4)?;
    let mut next = at + first_len;
    let spaces = |from: usize| bytes[from..].iter().take_while(|b| **b == b' ').count();
    let gap = spaces(next);
    let mark = *bytes.get(next + gap)?;
    if !matches!(mark, b'/' | b'-' | b'.') || gap > 1 {
        return None;
    }
    next += gap + 1;
    next += spaces(next).min(1);
    let (second, second_len) = digits_at(text, next, 2)?;
    next += second_len;
    let gap = spaces(next).min(1);
    if bytes.get(next + gap) != Some(&mark) {
        return None;
    }
    next += gap + 1;
    next += spaces(next).min(1);
    let (third, third_len) = digits_at(text, next, 4)?;
    let end = next + third_len;
    if bytes.get(end).is_some_and(|b| *b == mark && mark != b'.' || b.is_ascii_alphabetic() && *b != b'T' && *b != b'h')
    {
        return None;
    }
    let day = match (first_len, third_len) {
        (4, 1 | 2) => Day::new(first, second, third)?,
        (1 | 2, 4 | 2) => {
            let year = if third_len == 4 { third } else { century(third) };
            if third_len == 2 && mark == b'.' && first_len == 1 && second_len == 1 {
                return None;
            }
            let month_first = matches!(country, Some("US" | "PH" | "PR"));
            let (preferred, other) =
                if month_first { ((first, second), (second, first)) } else { ((second, first), (first, second)) };
            Day::new(year, preferred.0, preferred.1).or_else(|| Day::new(year, other.0, other.1))?
        }
        _ => return None,
    };
    Some(close(text, at, end, day))
}

/// Two-digit years: 00–39 are 20xx, 40–99 are 19xx.
fn century(year: u32) -> u32 {
    if year < 40 { 2000 + year } else { 1900 + year }
}

/// `1 de febrero de 1979`, `15-Ene-2025`, `9 April 2025`, `1º de março de 2025`.
fn day_first_at(text: &str, at: usize) -> Option<Found> {
    let (day, length) = digits_at(text, at, 2)?;
    let mut scan = Scan { text, at: at + length };
    scan.skip_ordinal();
    scan.gap();
    scan.skip_words(&["de", "of", "do"]);
    let month = month(scan.word()?)?;
    scan.gap();
    scan.skip_words(&["de", "del", "of", "do"]);
    let (year, length) = digits_at(text, scan.at, 4)?;
    let year = match length {
        4 => year,
        2 => century(year),
        _ => return None,
    };
    let end = scan.at + length;
    (!text.as_bytes().get(end).is_some_and(u8::is_ascii_alphanumeric)).then_some(())?;
    Some(close(text, at, end, Day::new(year, month, day)?))
}

/// `April 9, 2025`, `abril 9 de 2025`, `Thu Apr 03 2025`.
fn month_first_at(text: &str, at: usize) -> Option<Found> {
    let mut scan = Scan { text, at };
    let word = scan.word()?;
    scan.gap();
    // The day is the cheaper of the two to look for.
    let (day, length) = digits_at(text, scan.at, 2)?;
    let month = month(word)?;
    scan.at += length;
    scan.skip_ordinal();
    scan.gap();
    scan.skip_words(&["de", "del", "of"]);
    let (year, length) = digits_at(text, scan.at, 4)?;
    if length != 4 {
        return None;
    }
    Some(close(text, at, scan.at + 4, Day::new(year, month, day)?))
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scan<'a> {
    fn gap(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start_matches([' ', '-', '/', '.', ',']).len();
    }

    fn skip_ordinal(&mut self) {
        for ordinal in ["º", "°", "st", "nd", "rd", "th", "ª", "er"] {
            if self.text[self.at..].starts_with(ordinal) {
                self.at += ordinal.len();
                return;
            }
        }
    }

    fn skip_words(&mut self, words: &[&str]) {
        let before = self.at;
        if let Some(word) = self.word()
            && words.contains(&word.to_ascii_lowercase().as_str())
        {
            self.gap();
            return;
        }
        self.at = before;
    }

    fn word(&mut self) -> Option<&'a str> {
        let rest = &self.text[self.at..];
        let length = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
        self.at += length;
        (length > 0).then(|| &rest[..length])
    }
}

pub(crate) fn month_of(word: &str) -> Option<u32> {
    month(word)
}

fn month(word: &str) -> Option<u32> {
    if !(3..=14).contains(&word.len()) {
        return None;
    }
    // Most words are plain ones, and no month: nothing is kept of them.
    let mut plain = [0_u8; 14];
    let folded;
    let word = if word.bytes().all(|b| b.is_ascii_alphabetic()) {
        let lower = &mut plain[..word.len()];
        lower.copy_from_slice(word.as_bytes());
        lower.make_ascii_lowercase();
        std::str::from_utf8(lower).ok()?
    } else {
        folded = fold(word);
        folded.as_str()
    };
    if !matches!(word.as_bytes().first(), Some(b'a' | b'd' | b'e' | b'f' | b'j' | b'm' | b'n' | b'o' | b's')) {
        return None;
    }
    Some(match word {
        "enero" | "ene" | "janeiro" | "jan" | "january" => 1,
        "febrero" | "feb" | "fevereiro" | "fev" | "february" => 2,
        "marzo" | "mar" | "marco" | "march" => 3,
        "abril" | "abr" | "april" | "apr" => 4,
        "mayo" | "may" | "maio" | "mai" => 5,
        "junio" | "jun" | "junho" | "june" => 6,
        "julio" | "jul" | "julho" | "july" => 7,
        "agosto" | "ago" | "aug" | "august" => 8,
        "septiembre" | "setiembre" | "sep" | "sept" | "set" | "setembro" | "september" => 9,
        "octubre" | "oct" | "outubro" | "out" | "october" => 10,
        "noviembre" | "nov" | "novembro" | "november" => 11,
        "diciembre" | "dic" | "dezembro" | "dez" | "dec" | "december" => 12,
        _ => return None,
    })
}

pub(crate) fn is_weekday(word: &str) -> bool {
    matches!(
        word,
        "lunes"
            | "martes"
            | "miercoles"
            | "jueves"
            | "viernes"
            | "sabado"
            | "domingo"
            | "segunda"
            | "terca"
            | "quarta"
            | "quinta"
            | "sexta"
            | "feira"
            | "monday"
            | "tuesday"
            | "wednesday"
            | "thursday"
            | "friday"
            | "saturday"
            | "sunday"
            | "mon"
            | "tue"
            | "wed"
            | "thu"
            | "fri"
            | "sat"
            | "sun"
            | "lun"
            | "mie"
            | "jue"
            | "vie"
            | "sab"
            | "dom"
            | "seg"
            | "ter"
            | "qua"
            | "qui"
            | "sex"
    )
}

/// Whether a tail is a time of day (or nothing).
fn is_time(tail: &str) -> bool {
    let tail = tail.trim();
    if tail.is_empty() {
        return true;
    }
    if tail.len() > 45 {
        return false;
    }
    fold(tail).split(' ').all(|word| {
        word.bytes().all(|b| b.is_ascii_digit())
            || matches!(
                word,
                "t" | "z"
                    | "h"
                    | "hs"
                    | "hrs"
                    | "hr"
                    | "horas"
                    | "am"
                    | "pm"
                    | "a"
                    | "p"
                    | "m"
                    | "as"
                    | "las"
                    | "la"
                    | "at"
                    | "utc"
                    | "gmt"
                    | "de"
                    | "min"
                    | "hora"
                    | "cst"
                    | "est"
                    | "pst"
                    | "cdt"
                    | "edt"
                    | "pdt"
            )
            || word.len() <= 12
                && word.bytes().next().is_some_and(|b| b.is_ascii_digit() || b == b't')
                && word
                    .trim_start_matches('t')
                    .trim_end_matches(|c: char| c.is_ascii_alphabetic())
                    .bytes()
                    .all(|b| b.is_ascii_digit())
    })
}

fn close(text: &str, from: usize, end: usize, day: Day) -> Found {
    let tail = &text.as_bytes()[end..];
    let stamp = tail.first() == Some(&b'T') && tail.get(1).is_some_and(u8::is_ascii_digit);
    let spaced = tail.first() == Some(&b' ')
        && tail.get(1).is_some_and(u8::is_ascii_digit)
        && tail.iter().take(5).any(|b| *b == b':' || *b == b'h');
    Found { day, span: (from, end), has_time: stamp || spaced, stamp }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_by_country() {
        for (text, country, wanted) in [
            ("2025-04-03", "US", Some("2025-04-03")),
            ("2025/09/01", "MX", Some("2025-09-01")),
            ("03/04/2025", "US", Some("2025-03-04")),
            ("03/04/2025", "CL", Some("2025-04-03")),
            ("13/04/2025", "US", Some("2025-04-13")),
            ("04/13/2025", "CL", Some("2025-04-13")),
            ("03-11-1985", "CL", Some("1985-11-03")),
            ("3.4.25", "CL", None),
            ("03.04.25", "ES", Some("2025-04-03")),
            ("12/04/95", "CL", Some("1995-04-12")),
            ("1 de febrero de 1979", "CL", Some("1979-02-01")),
            ("1º de março de 2025", "BR", Some("2025-03-01")),
            ("15-Ene-2025", "EC", Some("2025-01-15")),
            ("April 9, 2025", "US", Some("2025-04-09")),
            ("Apr 9th 2025", "US", Some("2025-04-09")),
            ("9 April 2025", "GB", Some("2025-04-09")),
            ("lunes 3 de marzo de 2025", "AR", Some("2025-03-03")),
            ("2024-05-02T13:22:10Z", "CL", Some("2024-05-02")),
            ("2025-02-10T18:40:00-03:00", "BR", Some("2025-02-10")),
            ("2025-02-28 10:30", "CO", Some("2025-02-28")),
            ("28/02/2025 a las 15:00 hrs", "CO", Some("2025-02-28")),
            ("20250403", "CL", Some("2025-04-03")),
            ("30/02/2025", "CL", None),
            ("agosto 2025", "MX", None),
            ("15 de marzo", "MX", None),
            ("12345678", "CL", None),
            ("192.168.10.1", "CL", None),
            ("12-34-56", "CL", None),
            ("1-2-3-4", "CL", None),
            ("the 3/4/2025 was nice", "US", None),
        ] {
            assert_eq!(
                read(text, Some(country)).map(|found| found.day.to_string()).as_deref(),
                wanted,
                "{text} {country}"
            );
        }
        for (text, wanted) in [
            ("viene del 3 al 6 de noviembre de 2026", Some("2026-11-03")),
            ("de 28 de outubro a 2 de novembro de 2026", Some("2026-10-28")),
            ("3-6 November 2026", Some("2026-11-03")),
            ("somos 3 y el 6 de noviembre de 2026", None),
            ("llega el 6 de noviembre de 2026", None),
        ] {
            let last = find_from(text, 0, None).unwrap();
            assert_eq!(range_start(text, &last).map(|found| found.day.to_string()).as_deref(), wanted, "{text}");
        }
        assert_eq!(Day::of_unix(1_700_000_000).unwrap().to_string(), "2023-11-14");
        assert_eq!(Day::of_unix(0).unwrap().to_string(), "1970-01-01");
    }
}
