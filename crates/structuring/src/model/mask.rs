//! What a model is not shown: values that have their place already, wherever else the record repeats them.

use crate::structure::Desk;
use crate::{Json, Target};

/// What stands for it.
pub(super) const KNOWN: &str = "[known]";
/// A shorter word is not told from any other.
const SHORTEST: usize = 3;
/// Digits of a phone that make it known, its country and area aside.
const PHONE_TAIL: usize = 7;

/// The values of a record that have their place, as they may be written.
#[derive(Default)]
pub(super) struct Mask {
    /// Lower case, the longest first.
    words: Vec<Vec<char>>,
    /// Digits of phones.
    phones: Vec<String>,
}

impl Mask {
    /// Of everything that the finished desk has placed, and of what was given explicitly.
    pub fn of(desk: &Desk<'_>) -> Mask {
        let mut mask = Mask::default();
        for placement in &desk.outcome.placements {
            mask.add_value(&placement.value);
            if placement.target == Target::Phone {
                let digits = placement.value.as_str().unwrap_or("").chars().filter(char::is_ascii_digit).collect();
                mask.phones.push(digits);
            }
            if placement.target == Target::Name {
                let words = placement.value.as_str().unwrap_or("").split_whitespace();
                words.for_each(|word| mask.add(word));
            }
            for source in &placement.sources {
                let written = desk.readings.iter().map(|reading| reading.leaf()).find(|leaf| {
                    let span = leaf.part.as_ref().and_then(|part| part.span);
                    leaf.pointer == source.pointer && span == source.span
                });
                let text = |leaf: &crate::flatten::Leaf<'_>| leaf.text().map(str::to_owned);
                let written = written.and_then(text).or_else(|| {
                    let (from, to) = source.span?;
                    let whole = desk.readings.iter().map(|reading| reading.leaf());
                    let owner = whole.clone().find(|leaf| leaf.pointer == source.pointer && leaf.part.is_none())?;
                    Some(owner.text()?.chars().skip(from).take(to.checked_sub(from)?).collect())
                });
                if let Some(written) = written {
                    mask.add(&written);
                }
            }
        }
        mask.words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        mask.words.dedup();
        mask
    }

    fn add_value(&mut self, value: &Json) {
        match value {
            Json::String(text) => self.add(text),
            Json::Number(number) => self.add(number.as_str()),
            Json::Array(items) => items.iter().for_each(|item| self.add_value(item)),
            _ => {}
        }
    }

    fn add(&mut self, text: &str) {
        let word: Vec<char> = text.trim().chars().map(lower).collect();
        if word.len() >= SHORTEST {
            self.words.push(word);
        }
    }

    /// The text without them.
    pub fn hide(&self, text: &str) -> String {
        let chars: Vec<char> = text.chars().collect();
        let lowered: Vec<char> = chars.iter().copied().map(lower).collect();
        let mut hidden = vec![false; chars.len()];
        for word in &self.words {
            let mut at = 0;
            while at + word.len() <= lowered.len() {
                let end = at + word.len();
                if lowered[at..end] == **word && whole(&lowered, at, end) {
                    hidden[at..end].fill(true);
                    at = end;
                } else {
                    at += 1;
                }
            }
        }
        self.hide_phones(&chars, &mut hidden);
        let mut shown = String::with_capacity(text.len());
        for (at, hide) in hidden.iter().enumerate() {
            if !hide {
                shown.push(chars[at]);
            } else if at == 0 || !hidden[at - 1] {
                shown.push_str(KNOWN);
            }
        }
        shown
    }

    /// In whatever spelling: runs of digits and what stands between the digits of a number.
    fn hide_phones(&self, chars: &[char], hidden: &mut [bool]) {
        let part = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '-' | '.' | '(' | ')' | '+' | '/');
        let mut at = 0;
        while at < chars.len() && !self.phones.is_empty() {
            if !chars[at].is_ascii_digit() {
                at += 1;
                continue;
            }
            let mut end = at;
            let mut last = at;
            while end < chars.len() && part(chars[end]) {
                if chars[end].is_ascii_digit() {
                    last = end + 1;
                }
                end += 1;
            }
            let digits: String = chars[at..last].iter().filter(|c| c.is_ascii_digit()).collect();
            let tail = |phone: &String| phone.get(phone.len().saturating_sub(PHONE_TAIL)..).unwrap_or("").to_owned();
            if digits.len() >= PHONE_TAIL
                && self.phones.iter().any(|phone| phone.len() >= PHONE_TAIL && digits.contains(&tail(phone)))
            {
                hidden[at..last].fill(true);
            }
            at = last.max(at + 1);
        }
    }
}

/// Not within a longer word: `Ana` is no part of `mañana`.
fn whole(text: &[char], from: usize, to: usize) -> bool {
    let joined = |a: char, b: char| a.is_alphanumeric() && b.is_alphanumeric();
    (from == 0 || !joined(text[from - 1], text[from])) && (to == text.len() || !joined(text[to - 1], text[to]))
}

fn lower(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}
