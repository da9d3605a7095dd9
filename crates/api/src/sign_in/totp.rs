//! Time-based one-time passwords (RFC 6238 over RFC 4226): HMAC-SHA-1, six digits, thirty seconds, which is what every app
//! can. SHA-1's weakness to collisions does not touch its HMAC.

use crm::Timestamp;
use ring::hmac::{HMAC_SHA1_FOR_LEGACY_USE_ONLY, Key, sign};

/// Bytes of a secret; RFC 4226 wants 16 at least.
pub const SECRET: usize = 20;
const SECONDS: i64 = 30;
/// Steps that a phone's clock may be ahead or behind.
const LENIENCY: i64 = 1;

pub fn new_secret() -> Result<[u8; SECRET], getrandom::Error> {
    let mut secret = [0u8; SECRET];
    getrandom::fill(&mut secret)?;
    Ok(secret)
}

fn code(secret: &[u8], step: i64) -> u32 {
    let tag = sign(&Key::new(HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret), &step.to_be_bytes());
    let bytes = tag.as_ref();
    let from = usize::from(bytes[bytes.len() - 1] & 0x0f);
    let word = bytes[from..from + 4].iter().fold(0u32, |word, byte| (word << 8) | u32::from(*byte));
    (word & 0x7fff_ffff) % 1_000_000
}

/// Which time step a code is of, if it is of one around now. Every step is tried, whichever it is.
pub fn step_of(secret: &[u8], given: &str, now: Timestamp) -> Option<i64> {
    let digits: String = given.chars().filter(|c| !c.is_whitespace()).collect();
    if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let given: u32 = digits.parse().ok()?;
    let current = now.micros().div_euclid(SECONDS * 1_000_000);
    let steps = current - LENIENCY..=current + LENIENCY;
    steps.fold(None, |found, step| if code(secret, step) == given { Some(step) } else { found })
}

/// As apps take it by hand (RFC 4648, without padding).
pub fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::new();
    let (mut word, mut bits) = (0u32, 0);
    for byte in bytes {
        word = (word << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(LETTERS[((word >> bits) & 31) as usize]));
        }
    }
    if bits > 0 {
        text.push(char::from(LETTERS[((word << (5 - bits)) & 31) as usize]));
    }
    text
}

/// What the QR code says (<https://github.com/google/google-authenticator/wiki/Key-Uri-Format>).
pub fn url(secret: &[u8], organization: &str, email: &str) -> String {
    let issuer = encoded(&format!("Recado {organization}"));
    format!("otpauth://totp/{issuer}:{}?secret={}&issuer={issuer}", encoded(email), base32(secret))
}

fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, the last six of eight digits.
    #[test]
    fn the_examples_of_the_rfc() {
        let secret = b"12345678901234567890";
        for (seconds, expected) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            let now = Timestamp::from_micros(seconds * 1_000_000);
            assert_eq!(step_of(secret, expected, now), Some(seconds / 30), "{seconds}");
            assert_eq!(step_of(secret, expected, now.plus_seconds(30)), Some(seconds / 30), "a slow phone");
            assert_eq!(step_of(secret, expected, now.plus_seconds(-30)), Some(seconds / 30), "a fast one");
            assert_eq!(step_of(secret, expected, now.plus_seconds(90)), None);
        }
        assert_eq!(step_of(secret, "287 082", Timestamp::from_micros(59_000_000)), Some(1));
        assert_eq!(step_of(secret, "28708", Timestamp::from_micros(59_000_000)), None);
    }

    #[test]
    fn secrets_as_text() {
        assert_eq!(base32(b"12345678901234567890"), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(base32(b"f"), "MY");
        let url = url(b"f", "Óptica & Co", "ana@example.com");
        assert_eq!(
            url,
            "otpauth://totp/Recado%20%C3%93ptica%20%26%20Co:ana%40example.com?secret=MY&issuer=Recado%20%C3%93ptica%20%26%20Co"
        );
    }
}
