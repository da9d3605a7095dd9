//! Digits said in words, as transcripts have them: `seis cinco cinco, cincuenta, treinta y dos`, `oh seven four double oh`.

use crate::scan::Word;

const DIGITS: &[&[&str]] = &[
    &["cero", "zero", "oh"],
    &["uno", "un", "um", "one"],
    &["dos", "dois", "two"],
    &["tres", "three"],
    &["cuatro", "quatro", "four"],
    &["cinco", "five"],
    &["seis", "six", "meia"],
    &["siete", "sete", "seven"],
    &["ocho", "oito", "eight"],
    &["nueve", "nove", "nine"],
];
/// From ten.
const TEENS: &[&[&str]] = &[
    &["diez", "dez", "ten"],
    &["once", "onze", "eleven"],
    &["doce", "doze", "twelve"],
    &["trece", "treze", "thirteen"],
    &["catorce", "quatorze", "catorze", "fourteen"],
    &["quince", "quinze", "fifteen"],
    &["dieciseis", "dezesseis", "dezasseis", "sixteen"],
    &["diecisiete", "dezessete", "dezassete", "seventeen"],
    &["dieciocho", "dezoito", "eighteen"],
    &["diecinueve", "dezenove", "dezanove", "nineteen"],
    &["veinte", "vinte", "twenty"],
    &["veintiuno", "veintiun"],
    &["veintidos"],
    &["veintitres"],
    &["veinticuatro"],
    &["veinticinco"],
    &["veintiseis"],
    &["veintisiete"],
    &["veintiocho"],
    &["veintinueve"],
];
/// From thirty.
const TENS: &[&[&str]] = &[
    &["treinta", "trinta", "thirty"],
    &["cuarenta", "quarenta", "forty"],
    &["cincuenta", "cinquenta", "fifty"],
    &["sesenta", "sessenta", "sixty"],
    &["setenta", "seventy"],
    &["ochenta", "oitenta", "eighty"],
    &["noventa", "ninety"],
];

fn place(list: &[&[&str]], word: &str) -> Option<usize> {
    list.iter().position(|words| words.contains(&word))
}

/// What one word says, 0–99.
fn value(word: &str) -> Option<usize> {
    place(DIGITS, word)
        .or_else(|| place(TEENS, word).map(|at| 10 + at))
        .or_else(|| place(TENS, word).map(|at| 30 + 10 * at))
}

/// A run of number words: its digits and the words from–to.
pub(crate) struct Spoken {
    pub digits: String,
    pub from: usize,
    pub to: usize,
}

/// Runs that say at least seven digits.
pub(crate) fn find(text: &str, words: &[Word]) -> Vec<Spoken> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() && found.len() < 4 {
        let Some(run) = run_at(text, words, at) else {
            at += 1;
            continue;
        };
        at = run.to;
        if (7..=15).contains(&run.digits.len()) && run.to - run.from >= 4 {
            found.push(run);
        }
    }
    found
}

fn run_at(text: &str, words: &[Word], from: usize) -> Option<Spoken> {
    let mut digits = String::new();
    let mut at = from;
    // A sentence that ends, ends the number.
    let goes_on = |at: usize| {
        at == from || {
            let gap = text.get(words[at - 1].span.1..words[at].span.0).unwrap_or("");
            !gap.contains(['.', '!', '?', '\n', ':', ';'])
        }
    };
    while digits.len() <= 15
        && let Some(word) = words.get(at).filter(|_| goes_on(at))
    {
        let next = |at: usize| words.get(at).filter(|_| goes_on(at)).map_or("", |word| word.folded.as_str());
        let times = match word.folded.as_str() {
            "double" | "doble" | "dobles" | "duplo" => 2,
            "triple" | "triplo" => 3,
            _ => 1,
        };
        if times > 1 {
            let Some(digit) = place(DIGITS, next(at + 1)) else { break };
            digits.push_str(&digit.to_string().repeat(times));
            at += 2;
            continue;
        }
        // "9 nueve": digits among the words are digits.
        if word.folded.len() <= 3 && word.folded.bytes().all(|b| b.is_ascii_digit()) && at > from {
            digits.push_str(&word.folded);
            at += 1;
            continue;
        }
        let Some(tens) = value(&word.folded) else { break };
        at += 1;
        if tens >= 20 && tens % 10 == 0 {
            let joined = matches!(next(at), "y" | "e" | "and");
            let english = word.folded.ends_with("ty");
            let unit = if joined {
                next(at + 1)
            } else if english {
                next(at)
            } else {
                ""
            };
            if let Some(unit) = place(DIGITS, unit).filter(|unit| *unit > 0) {
                digits.push_str(&(tens + unit).to_string());
                at += 1 + usize::from(joined);
                continue;
            }
        }
        digits.push_str(&tens.to_string());
    }
    (at > from).then_some(Spoken { digits, from, to: at })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan;

    fn said(text: &str) -> Vec<String> {
        find(text, &scan::words(text)).into_iter().map(|run| run.digits).collect()
    }

    #[test]
    fn digits_are_heard() {
        assert_eq!(said("seis cinco cinco, cincuenta, treinta y dos, quince"), ["655503215"]);
        assert_eq!(said("My mobile is oh seven four double oh one two three three eight six. Thanks"), ["07400123386"]);
        assert_eq!(said("o al cero nueve nueve cinco cinco cero tres uno cero seis"), ["0995503106"]);
        assert_eq!(said("nove nove cinco meia zero, vinte e três"), ["9956023"]);
        assert_eq!(said("call thirty two fifty five twelve eleven"), ["32551211"]);
        assert!(said("dos niños y tres adultos, una o dos noches").is_empty());
    }
}
