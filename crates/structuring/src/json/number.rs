//! Numbers as they were written.

/// Longest number token that is read, in bytes.
pub(super) const MAX_NUMBER: usize = 400;

/// A JSON number, kept as its text: `12345678901234567890`, `1.10` and `1e3` stay what they are. Two are equal when
/// they are written alike.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Number(pub(super) Box<str>);

impl Number {
    /// A number token of RFC 8259 (at most 400 bytes), or nothing.
    pub fn parse(text: &str) -> Option<Number> {
        (text.len() <= MAX_NUMBER && scan(text.as_bytes()) == Some(text.len())).then(|| Number(text.into()))
    }

    /// Shortest text that reads back as the same float, without an exponent where that is short; nothing when not finite.
    pub fn from_f64(value: f64) -> Option<Number> {
        if !value.is_finite() {
            return None;
        }
        if value == value.trunc() && value.abs() < 1e15 {
            #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
            return Some(Number::from(value as i64));
        }
        Number::parse(&value.to_string())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The whole number, when written as one and in range.
    pub fn as_i64(&self) -> Option<i64> {
        self.0.parse().ok()
    }

    pub fn as_u64(&self) -> Option<u64> {
        self.0.parse().ok()
    }

    /// The nearest float; nothing beyond its range.
    pub fn as_f64(&self) -> Option<f64> {
        self.0.parse().ok().filter(|value: &f64| value.is_finite())
    }

    /// Whether it is written without fraction and exponent.
    pub fn is_integer(&self) -> bool {
        !self.0.bytes().any(|byte| matches!(byte, b'.' | b'e' | b'E'))
    }
}

macro_rules! from_integers {
    ($($integer:ty),*) => {$(
        impl From<$integer> for Number {
            fn from(value: $integer) -> Self {
                Number(value.to_string().into_boxed_str())
            }
        }
    )*};
}
from_integers!(i32, u32, i64, u64, usize);

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Length of the number token at the start of `bytes`, or nothing where there is none.
pub(super) fn scan(bytes: &[u8]) -> Option<usize> {
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut at = usize::from(bytes.first() == Some(&b'-'));
    match bytes.get(at)? {
        b'0' => at += 1,
        b'1'..=b'9' => at += digits(at),
        _ => return None,
    }
    if bytes.get(at) == Some(&b'.') {
        let fraction = digits(at + 1);
        if fraction == 0 {
            return None;
        }
        at += 1 + fraction;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits(at + 1 + sign);
        if exponent == 0 {
            return None;
        }
        at += 1 + sign + exponent;
    }
    Some(at)
}
