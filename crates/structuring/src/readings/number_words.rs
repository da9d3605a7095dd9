//! Words in numbers: `mil`, `milhões`, `tres`, `un millón`.

use super::decimal::Decimal;
use super::number::Reading;
use crate::keys::fold;
use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// A multiplier at the start of `tail`: its power of ten and its length in bytes.
pub(crate) fn multiplier(tail: &str) -> Option<(u32, usize)> {
    let trimmed = tail.trim_start();
    let skipped = tail.len() - trimmed.len();
    if skipped > 2 {
        return None;
    }
    let length = trimmed.find(|c: char| !c.is_alphabetic()).unwrap_or(trimmed.len());
    let word = &trimmed[..length];
    if word.is_empty() || word.is_ascii() && word.len() > 8 {
        return None;
    }
    let folded = fold(word);
    let power = match folded.as_str() {
        "mil" | "k" | "thousand" | "lucas" | "miles" | "grand" => 3,
        "millones" | "millon" | "milhoes" | "milhao" | "million" | "millions" | "mi" | "mill" | "mln" | "mio"
        | "palos" => 6,
        // "US$ 5 MM"; "203 mm" are millimetres.
        "mm" if word == "MM" => 6,
        "mdp" => 6,
        "lakh" | "lakhs" | "lac" | "lacs" => 5,
        "crore" | "crores" => 7,
        "m" if skipped == 0 && word == "M" => 6,
        "bn" | "billion" | "bilhoes" | "bilhao" => 9,
        _ => return None,
    };
    // "2 mil millones"
    if power == 3 {
        let tail = &trimmed[length..];
        if let Some((6, more)) = multiplier(tail) {
            return Some((9, skipped + length + more));
        }
    }
    Some((power, skipped + length))
}

const WORDS: &[(&str, i128)] = &[
    ("cero", 0),
    ("zero", 0),
    ("ninguno", 0),
    ("ninguna", 0),
    ("nenhum", 0),
    ("nenhuma", 0),
    ("none", 0),
    ("uno", 1),
    ("una", 1),
    ("un", 1),
    ("um", 1),
    ("uma", 1),
    ("one", 1),
    ("dos", 2),
    ("dois", 2),
    ("duas", 2),
    ("two", 2),
    ("tres", 3),
    ("three", 3),
    ("cuatro", 4),
    ("quatro", 4),
    ("four", 4),
    ("cinco", 5),
    ("five", 5),
    ("seis", 6),
    ("six", 6),
    ("siete", 7),
    ("sete", 7),
    ("seven", 7),
    ("ocho", 8),
    ("oito", 8),
    ("eight", 8),
    ("nueve", 9),
    ("nove", 9),
    ("nine", 9),
    ("diez", 10),
    ("dez", 10),
    ("ten", 10),
    ("once", 11),
    ("onze", 11),
    ("eleven", 11),
    ("doce", 12),
    ("doze", 12),
    ("twelve", 12),
    ("quince", 15),
    ("quinze", 15),
    ("fifteen", 15),
    ("veinte", 20),
    ("vinte", 20),
    ("twenty", 20),
    ("treinta", 30),
    ("trinta", 30),
    ("thirty", 30),
    ("trece", 13),
    ("treze", 13),
    ("thirteen", 13),
    ("catorce", 14),
    ("catorze", 14),
    ("fourteen", 14),
    ("dieciseis", 16),
    ("sixteen", 16),
    ("diecisiete", 17),
    ("seventeen", 17),
    ("dieciocho", 18),
    ("dezoito", 18),
    ("eighteen", 18),
    ("diecinueve", 19),
    ("nineteen", 19),
    ("veinticinco", 25),
    ("sesenta", 60),
    ("sessenta", 60),
    ("sixty", 60),
    ("setenta", 70),
    ("seventy", 70),
    ("ochenta", 80),
    ("oitenta", 80),
    ("eighty", 80),
    ("noventa", 90),
    ("ninety", 90),
    ("quarenta", 40),
    ("cinquenta", 50),
    ("cuarenta", 40),
    ("forty", 40),
    ("cincuenta", 50),
    ("fifty", 50),
    ("cien", 100),
    ("cem", 100),
    ("hundred", 100),
];

/// By word; of equal ones the first.
static VALUES: LazyLock<FxHashMap<&str, i128>> = LazyLock::new(|| WORDS.iter().rev().copied().collect());

/// A small number in words.
pub(crate) fn word_value(folded: &str) -> Option<i128> {
    VALUES.get(folded).copied()
}

/// `tres`, `dos hijos`, `un millón`, `half a million` is not.
pub(crate) fn read_words(text: &str) -> Option<Reading> {
    read_folded(text, &fold(text))
}

/// As [`read_words`], of a text that is folded already.
pub(crate) fn read_folded(text: &str, folded: &str) -> Option<Reading> {
    let mut words = folded.split(' ').peekable();
    let value = word_value(words.next()?)?;
    let mut total = Decimal { mantissa: value, scale: 0 };
    if let Some(next) = words.peek()
        && let Some((power, length)) = multiplier(next)
        && length == next.len()
    {
        total = total.times_ten_to(power)?;
        words.next();
    }
    let after: Vec<&str> = words.collect();
    if after.len() > 2 || after.iter().any(|word| matches!(*word, "o" | "ou" | "or" | "y" | "e" | "and" | "a")) {
        return None;
    }
    Some(Reading {
        value: total,
        before: String::new(),
        after: after.join(" "),
        span: (0, text.len()),
        formatted: true,
        leading_zero: false,
    })
}
