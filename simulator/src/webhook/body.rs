//! The bytes of a webhook call: the envelope, Meta's way of escaping, the signature.

use std::fmt::Write as _;

use ring::hmac;
use serde_json::{Value, json};

use super::queue::{Change, Part};
use crate::media::hex;

/// Puts changes into one envelope. Neighbours that are of one number and one kind share a `value`, as Meta does it.
pub(crate) fn envelope(changes: &[Change], now: i64) -> Value {
    let mut entries: Vec<Value> = Vec::new();
    let mut at = 0;
    while at < changes.len() {
        let first = &changes[at];
        let mut list = Vec::new();
        while at < changes.len() && changes[at].waba == first.waba {
            let together = changes[at..].iter().take_while(|other| changes[at].goes_with(other)).count().max(1);
            list.push(change(&changes[at..at + together]));
            at += together;
        }
        let mut entry = json!({"id": first.waba, "changes": list});
        // Meta writes the time into entries of the account only.
        if first.field != "messages" {
            entry["time"] = json!(now);
        }
        entries.push(entry);
    }
    json!({"object": "whatsapp_business_account", "entry": entries})
}

fn change(together: &[Change]) -> Value {
    let first = &together[0];
    let key = match &first.part {
        Part::Whole(value) => return json!({"field": first.field, "value": value}),
        Part::Message { .. } => "messages",
        Part::Status { .. } => "statuses",
    };
    let mut contacts: Vec<&Value> = Vec::new();
    let mut items = Vec::new();
    for change in together {
        let (Part::Message { contact, item } | Part::Status { contact, item }) = &change.part else { continue };
        if let Some(contact) = contact
            && !contacts.contains(&contact)
        {
            contacts.push(contact);
        }
        items.push(item);
    }
    let mut value = json!({"messaging_product": "whatsapp", "metadata": first.metadata, key: items});
    if !contacts.is_empty() {
        value["contacts"] = json!(contacts);
    }
    json!({"field": first.field, "value": value})
}

/// JSON as Meta writes it: beyond ASCII `\uXXXX` with small letters, `/` as `\/`. Who parses and writes it again
/// gets other bytes, and so another signature.
pub(crate) fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for letter in json.chars() {
        match letter {
            // Slashes stand in strings only.
            '/' => text.push_str("\\/"),
            '\0'..='\x7f' => text.push(letter),
            _ => {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    let _ = write!(text, "\\u{unit:04x}");
                }
            }
        }
    }
    text
}

/// The value of `X-Hub-Signature-256`.
pub(crate) fn signature(secret: &str, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    format!("sha256={}", hex(hmac::sign(&key, body).as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_read_back_as_the_same() {
        let value = json!({"text": "Ñandú 👍 a/b \\ \" \n", "url": "https://example.com/x"});
        let text = escaped(&value.to_string());
        assert!(text.is_ascii());
        assert!(text.contains("\\u00d1and\\u00fa \\ud83d\\udc4d a\\/b"), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }

    #[test]
    fn the_signature_is_hmac_sha256() {
        // RFC 4231, test case 2.
        assert_eq!(
            signature("Jefe", b"what do ya want for nothing?"),
            "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}
