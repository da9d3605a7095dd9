//! Options by number: a range that an amount lies in, the part of the day of an hour, the only option with a number.

use super::{Chosen, Said, groups_of, synonym};
use crate::keys::fold;
use crate::offers::{By, Choices};
use crate::steps::Steps;

/// "19:30", "10am", "19h" where the options are parts of the day.
pub(super) fn by_clock(choices: &Choices, said: &Said, steps: &Steps) -> Option<Chosen> {
    let text = said.folded.as_str();
    let text = if text.starts_with('a') {
        text.trim_start_matches("as ").trim_start_matches("a las ").trim_start_matches("at ")
    } else {
        text
    };
    if text.len() > 9 || !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    at_clock(choices, text, false, steps).map(|option| Chosen { option, quality: 0.86 })
}

/// The part of the day of a folded clock time; `after` where it is the earliest.
pub(crate) fn at_clock(choices: &Choices, text: &str, after: bool, steps: &Steps) -> Option<usize> {
    synonym(choices, groups_of("manana"), steps).and(synonym(choices, groups_of("tarde"), steps))?;
    let part = match crate::text_marks::hour_of(text)? {
        5..=11 => "manana",
        12..=17 => "tarde",
        // Six is evening in some places, afternoon in others.
        18 if after => "noche",
        19..=23 => "noche",
        _ => return None,
    };
    synonym(choices, groups_of(part), steps)
}

/// `10-50`, `menos de 10`, `100+`, `más de 500`, `1.000 a 5.000`.
pub(super) fn range(text: &str) -> Option<(f64, f64)> {
    let folded = fold(text);
    let mut numbers = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find(|c: char| c.is_ascii_digit()) {
        let start = from + at;
        let digits: String = text[start..]
            .chars()
            .take_while(|c| c.is_ascii_digit() || matches!(c, '.' | ','))
            .filter(char::is_ascii_digit)
            .collect();
        let length =
            text[start..].find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ','))).unwrap_or(text.len() - start);
        let thousand = matches!(text[start + length..].trim_start().as_bytes().first(), Some(b'k' | b'K'))
            || text[start + length..].trim_start().starts_with("mil");
        numbers.push(digits.parse::<f64>().ok()? * if thousand { 1000.0 } else { 1.0 });
        from = start + length;
    }
    let says = |words: &[&str]| folded.split(' ').any(|word| words.contains(&word));
    match numbers[..] {
        [low, high] if low < high => Some((low, high)),
        [bound] if says(&["menos", "less", "under", "hasta", "ate", "up", "menor", "below"]) => Some((f64::MIN, bound)),
        [bound] if text.contains('+') || says(&["mas", "mais", "more", "over", "above", "mayor", "desde"]) => {
            Some((bound, f64::MAX))
        }
        _ => None,
    }
}

/// "la primera", "third": the number they say.
pub(super) fn ordinal(word: &str) -> Option<String> {
    const ORDINALS: &[&[&str]] = &[
        &["primera", "primero", "primer", "primeira", "primeiro", "first"],
        &["segunda", "segundo", "second"],
        &["tercera", "tercero", "tercer", "terceira", "terceiro", "third"],
        &["cuarta", "cuarto", "quarta", "quarto", "fourth"],
        &["quinta", "quinto", "fifth"],
        &["sexta", "sexto", "sixth"],
    ];
    ORDINALS.iter().position(|words| words.contains(&word)).map(|at| (at + 1).to_string())
}

/// The number of a text that has one.
pub(super) fn only_number(text: &str) -> Option<String> {
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty());
    let first = numbers.next()?;
    numbers.next().is_none().then(|| first.to_owned())
}

/// The number of the only option that has it, where every option has one: `21k` of `5 km, 10 km, 21 km`.
pub(super) fn by_number(choices: &Choices, said: &Said, steps: &Steps) -> Option<Chosen> {
    // "2°" of "Primero, Segundo, Tercero".
    let bare = if choices.ordinals > 1 { said.folded.trim_end_matches(['o', 'a']).trim() } else { "" };
    if (1..=2).contains(&bare.len()) && bare.bytes().all(|b| b.is_ascii_digit()) {
        if !steps.look(choices.len()) {
            return None;
        }
        let mut fitting = choices.iter().enumerate().filter(|(_, choice)| choice.ordinal() == Some(bare));
        if let (Some((option, _)), None) = (fitting.next(), fitting.next()) {
            return Some(Chosen { option, quality: 0.9 });
        }
    }
    if choices.numbered < 2 || !said.digits && said.words().len() > 2 {
        return None;
    }
    let wanted = only_number(&said.folded).or_else(|| said.words().iter().find_map(|word| ordinal(word)))?;
    // An option of two numbers is a range, not a size.
    if choices.muddled {
        return None;
    }
    let places = choices.by(By::Number(&wanted), steps).iter().copied();
    let option = choices.only(places, |choice| choice.number() == Some(wanted.as_str()))?;
    // "Hall 5" is none of "500 ml, 5 L".
    let strange = said.digits
        && said.words().iter().any(|word| {
            word.len() > 3
                && word.bytes().all(|b| b.is_ascii_alphabetic())
                && !choices[option]
                    .words()
                    .iter()
                    .any(|own| own.starts_with(word.as_str()) || word.starts_with(own.as_str()))
        });
    Some(Chosen { option, quality: if strange { 0.6 } else { 0.88 } })
}

pub(super) fn in_range(choices: &Choices, said: &Said, steps: &Steps) -> Option<Chosen> {
    // A page's address has no amount.
    if !choices.ranged || said.folded.starts_with("http") {
        return None;
    }
    let read = || crate::readings::number::read(&said.folded, None).map(|reading| reading.value.to_f64());
    let value = (*said.amount.get_or_init(read))?;
    if !steps.look(choices.len()) {
        return None;
    }
    let mut fitting = choices
        .iter()
        .enumerate()
        .filter(|(_, choice)| choice.range.is_some_and(|(low, high)| low <= value && value <= high));
    let (option, _) = fitting.next()?;
    fitting.next().is_none().then_some(Chosen { option, quality: 0.85 })
}
