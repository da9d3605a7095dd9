//! One-time passwords: set up, asked for, good once; recovery codes; what is wrong is told as such.

use crm::members::Role;
use ring::hmac::{HMAC_SHA1_FOR_LEGACY_USE_ONLY, Key, sign};
use serde_json::{Value, json};
use store::{Priority, params};

use crate::browser::{Browser, PASSWORD, try_to_sign_in};
use crate::client::Reply;
use crate::world::{World, each, text};

const EMAIL: &str = "mara@example.com";

/// The code of an app, made here from the secret as it is shown, now or some steps away.
pub fn app(w: &World, secret: &str, steps: i64) -> String {
    let mut bits = String::new();
    for letter in secret.bytes() {
        let value = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|known| *known == letter).unwrap();
        bits.push_str(&format!("{value:05b}"));
    }
    let bytes: Vec<u8> =
        (0..bits.len() / 8).map(|at| u8::from_str_radix(&bits[at * 8..at * 8 + 8], 2).unwrap()).collect();
    let step = w.now().micros() / 30_000_000 + steps;
    let tag = sign(&Key::new(HMAC_SHA1_FOR_LEGACY_USE_ONLY, &bytes), &step.to_be_bytes());
    let tag = tag.as_ref();
    let at = usize::from(tag[19] & 15);
    let number = u32::from_be_bytes(tag[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

fn with_code(w: &World, code: &str) -> Reply {
    try_to_sign_in(w, json!({"email": EMAIL, "password": PASSWORD, "code": code}))
}

fn is(reply: &Reply, status: u16, code: &str) {
    assert_eq!((reply.status, reply.json()["code"].as_str()), (status, Some(code)), "{}", reply.text());
}

/// Mara's browser with a confirmed second factor: the secret, the recovery codes, and the code that confirmed it.
pub fn set_up(w: &World) -> (Browser, String, Vec<String>, String) {
    let browser = Browser::sign_in(w, EMAIL);
    let begun = browser.post("/api/v1/session/totp", json!({"password": PASSWORD}));
    assert_eq!(begun.status, 200, "{}", begun.text());
    let secret = text(&begun.json()["secret"]);
    let code = app(w, &secret, 0);
    let confirmed = browser.post("/api/v1/session/totp/confirm", json!({"code": code}));
    assert_eq!(confirmed.status, 200, "{}", confirmed.text());
    let codes = confirmed.json()["recovery_codes"].as_array().unwrap().iter().map(text).collect();
    (browser, secret, codes, code)
}

#[test]
fn a_code_is_asked_for_once_it_was_confirmed() {
    each(|w| {
        w.member(w.here.organization, EMAIL, Role::Admin);
        let browser = Browser::sign_in(w, EMAIL);
        is(&browser.post("/api/v1/session/totp/confirm", json!({"code": "000000"})), 409, "no_totp_begun");
        is(&browser.post("/api/v1/session/totp", json!({"password": "not the password"})), 409, "wrong_password");
        let begun = browser.post("/api/v1/session/totp", json!({"password": PASSWORD}));
        let begun = begun.json();
        let (secret, url) = (text(&begun["secret"]), text(&begun["otpauth_url"]));
        assert!(
            url.starts_with("otpauth://totp/Recado%20Tienda%201:mara%40example.com?secret=") && url.contains(&secret),
            "{url}"
        );
        assert!(text(&begun["qr_svg"]).contains("<svg"));
        is(&browser.post("/api/v1/session/totp/confirm", json!({"code": app(w, &secret, 10)})), 409, "wrong_code");
        assert_eq!(try_to_sign_in(w, json!({"email": EMAIL, "password": PASSWORD})).status, 201, "not confirmed yet");
        // Another secret takes the place of the one that was not confirmed.
        let again = text(&browser.post("/api/v1/session/totp", json!({"password": PASSWORD})).json()["secret"]);
        is(&browser.post("/api/v1/session/totp/confirm", json!({"code": app(w, &secret, 0)})), 409, "wrong_code");
        let confirmed = browser.post("/api/v1/session/totp/confirm", json!({"code": app(w, &again, 0)}));
        assert_eq!((confirmed.status, confirmed.json()["recovery_codes"].as_array().unwrap().len()), (200, 10));
        is(&browser.post("/api/v1/session/totp", json!({"password": PASSWORD})), 409, "totp_set");
        assert_eq!(browser.get("/api/v1/session").json()["member"]["totp"], json!(true));

        is(&try_to_sign_in(w, json!({"email": EMAIL, "password": PASSWORD})), 401, "code_required");
        is(&try_to_sign_in(w, json!({"email": EMAIL, "password": "not the password"})), 401, "wrong_credentials");
        is(&with_code(w, "nonsense"), 401, "wrong_code");
        w.wait(60);
        assert_eq!(with_code(w, &app(w, &again, 0)).status, 201);
        // At rest the secret is sealed, and codes are hashes.
        let kept = w.db.read_blocking(Priority::Interactive, |tx| -> Result<Vec<Vec<u8>>, store::Error> {
            let mut rows = tx.query("SELECT secret FROM member_totp", params![])?;
            rows.extend(tx.query("SELECT code_hash FROM recovery_codes", params![])?);
            rows.iter().map(|row| row.at(0)).collect()
        });
        let kept = kept.unwrap();
        assert_eq!((kept.len(), kept[0].len(), kept[1].len()), (11, 24 + 20 + 16, 32));
    });
}

#[test]
fn a_code_is_good_once() {
    each(|w| {
        w.member(w.here.organization, EMAIL, Role::Agent);
        let (browser, secret, _, code) = set_up(w);
        // The one that confirmed it was used by that.
        is(&with_code(w, &code), 401, "wrong_code");
        w.wait(90);
        let code = app(w, &secret, 0);
        assert_eq!(with_code(w, &code).status, 201);
        is(&with_code(w, &code), 401, "wrong_code");
        is(&with_code(w, &app(w, &secret, -1)), 401, "wrong_code");
        // Two at once: one of them.
        w.wait(90);
        let code = app(w, &secret, 0);
        let replies: Vec<u16> = std::thread::scope(|scope| {
            let tries: Vec<_> = (0..4).map(|_| scope.spawn(|| with_code(w, &code).status)).collect();
            tries.into_iter().map(|one| one.join().unwrap()).collect()
        });
        let mut ins = replies.iter().filter(|status| **status == 201).count();
        if ins == 0 {
            // All met each other at the database, and nothing was done.
            assert!(replies.contains(&503), "{replies:?}");
            ins += usize::from(with_code(w, &code).status == 201);
        }
        assert_eq!(ins, 1, "{replies:?}");
        assert!(browser.is_in());
    });
}

#[test]
fn recovery_codes_and_doing_without() {
    each(|w| {
        let id = w.member(w.here.organization, EMAIL, Role::Agent);
        let (browser, secret, codes, _) = set_up(w);
        let spelt = codes[0].to_uppercase().replace('-', " ");
        assert_eq!(with_code(w, &spelt).status, 201, "{spelt}");
        is(&with_code(w, &codes[0]), 401, "wrong_code");
        assert_eq!(with_code(w, &codes[1]).status, 201);
        let remove = |password: &str, code: &str| {
            browser.send("DELETE", "/api/v1/session/totp", Some(&json!({"password": password, "code": code})))
        };
        is(&remove("not the password", &codes[2]), 409, "wrong_password");
        is(&remove(PASSWORD, &codes[1]), 409, "wrong_code");
        w.wait(60);
        assert_eq!(remove(PASSWORD, &app(w, &secret, 0)).status, 204);
        is(&remove(PASSWORD, &codes[2]), 404, "not_found");
        assert_eq!(try_to_sign_in(w, json!({"email": EMAIL, "password": PASSWORD})).status, 201);
        // By the operator, for who has lost both.
        let (_, _, codes, _) = set_up(w);
        w.work(move |w| crm::second_factor::remove(w, id, None));
        assert_eq!(try_to_sign_in(w, json!({"email": EMAIL, "password": PASSWORD})).status, 201);
        set_up(w);
        is(&with_code(w, &codes[2]), 401, "wrong_code");
    });
}

#[test]
fn codes_are_not_guessed() {
    each(|w| {
        w.member(w.here.organization, EMAIL, Role::Agent);
        let (_, secret, _, _) = set_up(w);
        w.wait(90);
        let mut last = Value::Null;
        for n in 0..10 {
            // Asking with the password alone costs nothing, and forgets nothing.
            try_to_sign_in(w, json!({"email": EMAIL, "password": PASSWORD}));
            last = with_code(w, &format!("00000{n}")).json()["code"].clone();
        }
        assert_eq!(last, json!("too_many_attempts"));
        is(&with_code(w, &app(w, &secret, 0)), 429, "too_many_attempts");
    });
}
