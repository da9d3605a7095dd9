//! The part of a text where what was looked for stands.

use crate::text::fold;

/// Characters before the first word that was found, and after it.
const BEFORE: usize = 40;
const AFTER: usize = 120;

/// `found` are folded words, or beginnings of such. Plain text: nothing in it is marked.
pub(super) fn snippet(text: &str, found: &[String]) -> String {
    let at = position(text, found).unwrap_or(0);
    let from = text[..at].char_indices().rev().take(BEFORE).last().map_or(at, |(index, _)| index);
    let to = text[at..].char_indices().nth(AFTER).map_or(text.len(), |(index, _)| at + index);
    let part = text[from..to].split_whitespace().collect::<Vec<_>>().join(" ");
    let (before, after) = (if from > 0 { "…" } else { "" }, if to < text.len() { "…" } else { "" });
    format!("{before}{part}{after}")
}

fn position(text: &str, found: &[String]) -> Option<usize> {
    let mut start = None;
    for (index, c) in text.char_indices().chain([(text.len(), ' ')]) {
        // An accent that stands by itself belongs to its letter.
        let inside = c.is_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&c);
        match (start, inside) {
            (None, true) => start = Some(index),
            (Some(from), false) => {
                let word = fold(&text[from..index]);
                if found.iter().any(|found| word.starts_with(found.as_str())) {
                    return Some(from);
                }
                start = None;
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn around_what_was_found() {
        let found = ["presupuesto".to_owned()];
        assert_eq!(snippet("Quería el  PRESUPUESTO\nde ayer", &found), "Quería el PRESUPUESTO de ayer");
        let long = format!("{} presupuestó {}", "é".repeat(200), "b ".repeat(200));
        let part = snippet(&long, &found);
        assert!(part.starts_with("…é") && part.contains("presupuestó b") && part.ends_with("b…"), "{part}");
        assert_eq!((snippet("nada", &found), snippet("", &found)), ("nada".to_owned(), String::new()));
    }
}
