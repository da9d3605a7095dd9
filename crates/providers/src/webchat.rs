//! Who the server of a page says its visitor is: a signature under the channel's secret, either a JWT (RFC 7519, HS256 and
//! nothing else) or the plain HMAC of the user's id.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crm::Timestamp;
use ring::hmac;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Bytes of a token, at most.
const LONGEST: usize = 8 * 1024;
/// Characters of a user's id, at most, as the API takes it everywhere.
pub const LONGEST_ID: usize = 255;
/// By so many seconds two clocks may differ.
const LEEWAY: f64 = 60.0;

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    pub id: String,
    pub name: Option<String>,
    pub email: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadToken {
    /// Not a JWT, not HS256, or not signed with this secret.
    #[error("it is no JWT that is signed with HS256 under this channel's identity secret")]
    Signature,
    #[error("its `exp` has passed")]
    Expired,
    #[error("its `nbf` has not come yet")]
    TooEarly,
    #[error("it needs `sub`, the user's id of 1 to 255 characters, and `exp`, seconds since 1970")]
    Claims,
    #[error("its `aud` names another channel")]
    Audience,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    crit: Option<Value>,
}

/// The user of a token that is valid now. `audience`: the channel's id, which `aud` has to name where there is one.
pub fn read_token(secret: &str, token: &str, audience: &str, now: Timestamp) -> Result<Signed, BadToken> {
    if token.len() > LONGEST {
        return Err(BadToken::Signature);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(BadToken::Signature)?;
    let (header, payload) = signed.split_once('.').ok_or(BadToken::Signature)?;
    let part = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| BadToken::Signature);
    let header: Header = serde_json::from_slice(&part(header)?).map_err(|_| BadToken::Signature)?;
    // The header is the sender's: it names the one method that is taken, or the token is none.
    if header.alg != "HS256" || header.crit.is_some() {
        return Err(BadToken::Signature);
    }
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hmac::verify(&key, signed.as_bytes(), &part(signature)?).map_err(|_| BadToken::Signature)?;
    let claims: Map<String, Value> = serde_json::from_slice(&part(payload)?).map_err(|_| BadToken::Claims)?;
    let now = now.micros() as f64 / 1e6;
    let seconds = |name: &str| claims.get(name).and_then(Value::as_f64);
    let expires = seconds("exp").ok_or(BadToken::Claims)?;
    if expires + LEEWAY <= now {
        return Err(BadToken::Expired);
    }
    if claims.contains_key("nbf") && seconds("nbf").ok_or(BadToken::Claims)? - LEEWAY > now {
        return Err(BadToken::TooEarly);
    }
    let named = match claims.get("aud") {
        None => true,
        Some(Value::Array(all)) => all.iter().any(|one| one == audience),
        Some(one) => one == audience,
    };
    if !named {
        return Err(BadToken::Audience);
    }
    let id = match claims.get("sub") {
        Some(Value::String(id)) => id.clone(),
        Some(Value::Number(id)) => id.to_string(),
        _ => return Err(BadToken::Claims),
    };
    if !is_id(&id) {
        return Err(BadToken::Claims);
    }
    let text = |name: &str| claims.get(name).and_then(Value::as_str).filter(|text| is_id(text)).map(str::to_owned);
    Ok(Signed { id, name: text("name"), email: text("email") })
}

/// Whether this is the HMAC-SHA256 of the id under the secret, in hexadecimal.
pub fn is_hash_of(secret: &str, id: &str, hash: &str) -> bool {
    crate::whatsapp_cloud::is_signed(secret, id.as_bytes(), Some(&format!("sha256={}", hash.trim())))
}

fn is_id(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= LONGEST_ID && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "wcs_test-secret";

    fn token(header: &str, payload: &str, secret: &str) -> String {
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(hmac::sign(&key, signed.as_bytes())))
    }

    fn read(header: &str, payload: &str) -> Result<Signed, BadToken> {
        let now = Timestamp::from_micros(1_800_000_000_000_000);
        read_token(SECRET, &token(header, payload, SECRET), "channel", now)
    }

    #[test]
    fn the_example_of_rfc_7515() {
        // Appendix A.1: the key's bytes are no text, so its token is only ever refused here; its parts are read all the same.
        let example = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(read_token(SECRET, example, "channel", Timestamp::from_micros(0)), Err(BadToken::Signature));
    }

    #[test]
    fn what_a_good_token_says() {
        let hs256 = r#"{"typ":"JWT","alg":"HS256"}"#;
        let found =
            read(hs256, r#"{"sub":"ana-1","exp":1800000060,"name":"Ana","email":"ana@example.com","aud":["channel"]}"#);
        let ana = Signed { id: "ana-1".into(), name: Some("Ana".into()), email: Some("ana@example.com".into()) };
        assert_eq!(found, Ok(ana));
        assert_eq!(read(hs256, r#"{"sub":42,"exp":1800000060}"#).map(|signed| signed.id), Ok("42".into()));
        for (payload, wanted) in [
            (r#"{"sub":"a","exp":1799999000}"#, BadToken::Expired),
            (r#"{"sub":"a"}"#, BadToken::Claims),
            (r#"{"sub":"a","exp":"soon"}"#, BadToken::Claims),
            (r#"{"exp":1800000060}"#, BadToken::Claims),
            (r#"{"sub":" ","exp":1800000060}"#, BadToken::Claims),
            (r#"{"sub":"a","exp":1800000060,"nbf":1800000600}"#, BadToken::TooEarly),
            (r#"{"sub":"a","exp":1800000060,"aud":"another"}"#, BadToken::Audience),
            ("[]", BadToken::Claims),
        ] {
            assert_eq!(read(hs256, payload), Err(wanted), "{payload}");
        }
    }

    #[test]
    fn a_forged_one_is_none() {
        let payload = r#"{"sub":"a","exp":1800000060}"#;
        for header in
            [r#"{"alg":"none"}"#, r#"{"alg":"HS512"}"#, r#"{"alg":"hs256"}"#, r#"{"alg":"HS256","crit":["x"]}"#, "{}"]
        {
            assert_eq!(read(header, payload), Err(BadToken::Signature), "{header}");
        }
        let now = Timestamp::from_micros(1_800_000_000_000_000);
        let good = token(r#"{"alg":"HS256"}"#, payload, SECRET);
        let unsigned = good.rsplit_once('.').unwrap().0.to_owned();
        let other = token(r#"{"alg":"HS256"}"#, payload, "another");
        let cut = good[..good.len() - 2].to_owned();
        for forged in
            [other, cut, unsigned.clone(), format!("{unsigned}."), String::new(), "..".into(), "x".repeat(9000)]
        {
            assert_eq!(read_token(SECRET, &forged, "channel", now), Err(BadToken::Signature), "{forged}");
        }
        // RFC 4231, test case 2.
        let hash = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert!(is_hash_of("Jefe", "what do ya want for nothing?", hash) && !is_hash_of("Jefe", "another", hash));
    }
}
