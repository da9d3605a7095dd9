//! Single values of a payload, bounded.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crm::Timestamp;
use structuring::Json;

/// Year 2100, in seconds.
const LATEST: i64 = 4_102_444_800;

/// The beginning of a text, so many characters.
pub(super) fn text(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => text[..end].to_owned(),
        None => text.to_owned(),
    }
}

/// A text that says something.
pub(super) fn said(value: Option<&Json>, most: usize) -> Option<String> {
    let found = value.and_then(Json::as_str).map(str::trim).filter(|found| !found.is_empty())?;
    Some(text(found, most))
}

/// Unix seconds, as text or as a number.
pub(super) fn instant(value: Option<&Json>) -> Option<Timestamp> {
    let value = value?;
    let seconds = value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())?;
    (1..LATEST).contains(&seconds).then(|| Timestamp::from_micros(seconds * 1_000_000))
}

/// JSON text of at most so many bytes. What is longer becomes `{"clipped": "<its beginning>"}`.
pub(super) fn clipped(value: &Json, most: usize) -> String {
    let whole = value.to_string();
    if whole.len() <= most {
        return whole;
    }
    // Quotes may double each of them.
    let mut end = most / 3;
    while !whole.is_char_boundary(end) {
        end -= 1;
    }
    serde_json::json!({"clipped": &whole[..end]}).to_string()
}

/// WhatsApp writes it in base64, in some answers in hexadecimal.
pub(super) fn sha256(value: Option<&Json>) -> Option<String> {
    let given = value?.as_str()?.trim();
    if given.len() == 64 && given.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Some(given.to_ascii_lowercase());
    }
    let bytes = STANDARD.decode(given).ok().filter(|bytes| bytes.len() == 32)?;
    Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// What is longer than a provider's id may be is its beginning and a hash.
pub(super) fn provider_id(value: Option<&Json>) -> Option<String> {
    const MOST: usize = 200;
    let id = value?.as_str().filter(|id| !id.is_empty())?;
    if id.len() <= MOST {
        return Some(id.to_owned());
    }
    let hash = ring::digest::digest(&ring::digest::SHA256, id.as_bytes());
    let hash: String = hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    Some(format!("{}…{hash}", text(id, 100)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Json {
        Json::parse(text.as_bytes(), structuring::json::Mode::Lenient).unwrap()
    }

    #[test]
    fn times_are_seconds_in_either_spelling() {
        let wanted = Some(Timestamp::from_micros(1_749_416_383_000_000));
        assert_eq!(instant(Some(&json("\"1749416383\""))), wanted);
        assert_eq!(instant(Some(&json("1749416383"))), wanted);
        for bad in ["\"\"", "\"x\"", "0", "-5", "1e300", "\"9999999999999\"", "null", "{}"] {
            assert_eq!(instant(Some(&json(bad))), None, "{bad}");
        }
    }

    #[test]
    fn hashes_are_hexadecimal() {
        let hex = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
        assert_eq!(sha256(Some(&json("\"LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=\""))).as_deref(), Some(hex));
        assert_eq!(sha256(Some(&json(&format!("\"{}\"", hex.to_uppercase())))).as_deref(), Some(hex));
        assert_eq!(sha256(Some(&json("\"a1b2c3d4e5f6...\""))), None);
    }

    #[test]
    fn what_is_long_is_clipped() {
        let long = Json::from("é\"".repeat(5000));
        let kept = clipped(&long, 3000);
        assert!(kept.len() <= 3000 && kept.starts_with("{\"clipped\":"), "{}", kept.len());
        assert_eq!(clipped(&json("{\"a\":1.50}"), 100), "{\"a\":1.50}");
        let id = "w".repeat(300);
        assert!(provider_id(Some(&Json::from(id.as_str()))).is_some_and(|kept| kept.len() < 200));
    }
}
