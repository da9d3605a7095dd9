//! Whether a webhook was sent by whoever has the app's secret.

use ring::hmac;

/// `header` is that of `X-Hub-Signature-256`: `sha256=` and the HMAC-SHA256 of the bytes as they came, in hexadecimal.
/// Compared in constant time.
pub fn is_signed(app_secret: &str, body: &[u8], header: Option<&str>) -> bool {
    let Some(given) = given(header) else { return false };
    let key = hmac::Key::new(hmac::HMAC_SHA256, app_secret.as_bytes());
    hmac::verify(&key, body, &given).is_ok()
}

/// Whether a header has the form of one, whatever it signs.
pub fn is_signature(header: Option<&str>) -> bool {
    given(header).is_some()
}

fn given(header: Option<&str>) -> Option<[u8; 32]> {
    header.and_then(|header| header.trim().strip_prefix("sha256=")).and_then(read_hex)
}

/// Whether a secret that was sent is the one that is known; says by its time nothing of either.
pub fn same_secret(known: &str, given: &str) -> bool {
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"compared");
    hmac::verify(&key, given.as_bytes(), hmac::sign(&key, known.as_bytes()).as_ref()).is_ok()
}

/// The header for a body, as Meta writes it.
pub fn sign(app_secret: &str, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, app_secret.as_bytes());
    let mut header = "sha256=".to_owned();
    for byte in hmac::sign(&key, body).as_ref() {
        header.push_str(&format!("{byte:02x}"));
    }
    header
}

fn read_hex(text: &str) -> Option<[u8; 32]> {
    let digits = text.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |at: u8| char::from(at).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_are_signed_as_they_came() {
        let secret = "f0e1d2c3b4a5968778695a4b3c2d1e0f";
        let escaped = br#"{"text":{"body":"Ma\u00f1ana \ud83d\ude00"}}"#;
        let plain = "{\"text\":{\"body\":\"Mañana 😀\"}}".as_bytes();
        let signature = sign(secret, escaped);
        assert!(is_signed(secret, escaped, Some(&signature)));
        assert!(is_signed(secret, escaped, Some(&signature.to_uppercase().replace("SHA256", "sha256"))));
        // The same JSON, other bytes.
        assert!(!is_signed(secret, plain, Some(&signature)));
        assert!(is_signed(secret, plain, Some(&sign(secret, plain))));
        for bad in [None, Some(""), Some("sha256="), Some("sha1=00"), Some("sha256=zz"), Some(&signature[..70])] {
            assert!(!is_signed(secret, escaped, bad), "{bad:?}");
        }
        assert!(!is_signed("another", escaped, Some(&signature)));
    }

    #[test]
    fn known_answer() {
        // RFC 4231, test case 2.
        let wanted = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(sign("Jefe", b"what do ya want for nothing?"), wanted);
    }
}
