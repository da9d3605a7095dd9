//! From text to words.

use crate::id::OrganizationId;
use crate::text::fold;

/// Characters of a word; what is longer is cut.
const LONGEST: usize = 40;
/// Different words of one text.
pub(super) const MOST: usize = 400;
/// Digits of a part of a phone that it is found by, at least.
const SHORTEST_PART: usize = 4;

/// Different words in the order of the text.
pub(super) fn words_of(text: &str) -> Vec<String> {
    let folded = fold(text);
    let mut words: Vec<String> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for word in folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let word: String = word.chars().take(LONGEST).collect();
        if seen.insert(word.clone()) {
            words.push(word);
            if words.len() == MOST {
                break;
            }
        }
    }
    words
}

/// Every end of a number: the beginning of one of them is any part of it.
pub(super) fn parts_of(digits: &str) -> impl Iterator<Item = String> + '_ {
    let most = digits.len().saturating_sub(SHORTEST_PART - 1);
    (0..most).map(|from| digits[from..].to_owned())
}

pub(super) fn digits_of(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// The digits of what is written as a number and nothing else: `+56 9 5550-1234`, `(11) 5550 1234`.
pub(super) fn as_number(text: &str) -> Option<String> {
    let number = text.chars().all(|c| c.is_ascii_digit() || " +-./()\u{a0}".contains(c));
    let digits = digits_of(text);
    let digits = digits.trim_start_matches('0');
    (number && digits.len() >= SHORTEST_PART).then(|| digits.to_owned())
}

/// What stands before the words of an organization's contacts (`c`) and messages (`m`): six characters, so that in a
/// database of many no organization walks through the words of another. Whose something is says its row.
pub(super) fn mark(organization: OrganizationId, kind: char) -> String {
    // FNV-1a (Fowler, Noll, Vo), 64 bits.
    let hash = fnv(organization.0.as_bytes());
    const DIGITS: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";
    let mut mark: String = (0..5).map(|n| char::from(DIGITS[(hash >> (5 * n)) as usize & 31])).collect();
    mark.push(kind);
    mark
}

pub(crate) fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_folded_and_cut() {
        assert_eq!(
            words_of("¿Cuánto vale? ¡CUANTO! ana.perez@example.com"),
            ["cuanto", "vale", "ana", "perez", "example", "com"]
        );
        assert_eq!(
            words_of("\"a\" OR b* NEAR(c) AND NOT ^d:e -- '; DROP"),
            ["a", "or", "b", "near", "c", "and", "not", "d", "e", "drop"]
        );
        assert_eq!(words_of("🙂 ✅"), [""; 0]);
        assert_eq!(words_of(&"x".repeat(100))[0].len(), LONGEST);
    }

    #[test]
    fn numbers_are_found_by_any_part() {
        assert_eq!(parts_of("123456").collect::<Vec<_>>(), ["123456", "23456", "3456"]);
        assert_eq!(parts_of("123").count(), 0);
        assert_eq!(as_number("+56 (9) 5550-1234").as_deref(), Some("56955501234"));
        assert_eq!(as_number("09 5550 1234").as_deref(), Some("955501234"));
        assert_eq!((as_number("123"), as_number("ana 1234"), as_number("")), (None, None, None));
    }

    #[test]
    fn marks_tell_kinds_and_organizations_apart() {
        let (one, other) = (OrganizationId(uuid::Uuid::from_u128(1)), OrganizationId(uuid::Uuid::from_u128(2)));
        assert_ne!(mark(one, 'c'), mark(one, 'm'));
        assert_ne!(mark(one, 'c'), mark(other, 'c'));
        assert_eq!(mark(one, 'c').len(), 6);
    }
}
