//! `Idempotency-Key`: a repetition gets the first answer and changes nothing.

use std::thread;

use serde_json::{Value, json};

use crate::client::{self, Reply};
use crate::redact::wrong;
use crate::silence::each_silent;
use crate::world::{PLAYGROUND, UPSERT, World, each, text};

fn keyed(w: &World, key: &str, phone: &str) -> Reply {
    let body = json!({"channel": "playground", "channel_phone_number": PLAYGROUND, "contact_phone_number": phone, "note": "Hola"});
    w.call("POST", UPSERT, &[("idempotency-key", key)], Some(&body))
}

#[test]
fn the_same_request_again_gets_the_first_answer() {
    each_silent(|w| {
        let first = keyed(w, "k-1", "+56955501234");
        assert_eq!((first.status, first.header("idempotency-replayed")), (201, None));
        let counts = w.counts();
        let again = keyed(w, "k-1", "+56955501234");
        assert_eq!((again.status, again.header("idempotency-replayed")), (201, Some("true")));
        assert_eq!(again.body, first.body);
        assert_ne!(again.header("x-request-id"), first.header("x-request-id"));
        assert_eq!(w.counts(), counts);
        let restarted = w.restarted();
        let body =
            json!({"channel": "playground", "channel_phone_number": PLAYGROUND, "contact_phone_number": "+56955501234",
                          "note": "Hola"})
            .to_string();
        let headers =
            [("x-api-key", w.here.key.as_str()), ("content-type", "application/json"), ("idempotency-key", "k-1")];
        let later = client::send(restarted.address, "POST", UPSERT, &headers, Some(body.as_bytes())).unwrap();
        assert_eq!((later.body, later.status), (first.body.clone(), 201), "also after a restart");
        // The deprecated operation's headers are made anew.
        let note =
            json!({"to_phone": "+56955501234", "from_phone": crate::world::WHATSAPP, "note": "x", "meta_data": {}});
        let path = "/api/public/whatsapp/message/note/send";
        w.call("POST", path, &[("idempotency-key", "k-1")], Some(&note));
        let again = w.call("POST", path, &[("idempotency-key", "k-1")], Some(&note));
        assert!(again.header("sunset").is_some() && again.header("idempotency-replayed").is_some());
        // Another body under the same key.
        let counts = w.counts();
        let reused = keyed(w, "k-1", "+56955509999");
        assert_eq!((reused.status, &reused.json()["code"]), (409, &json!("idempotency_key_reused")));
        assert_eq!(w.counts(), counts);
        // Scope: another key of the organization, another path, another organization have keys of their own.
        let other = w.key_with(&["*"], 77);
        let reply = w.raw(&other, "POST", UPSERT, &[("idempotency-key", "k-1")], Some(body.as_bytes()));
        assert_eq!((reply.status, reply.header("idempotency-replayed")), (200, None));
        let reply = w.raw(&w.there.key, "POST", UPSERT, &[("idempotency-key", "k-1")], Some(body.as_bytes()));
        assert_eq!(reply.status, 201);
    });
}

#[test]
fn a_replay_has_the_first_answers_etag() {
    each_silent(|w| {
        let make = || w.call("POST", "/api/v1/tags", &[("idempotency-key", "k")], Some(&json!({"value": "Frecuente"})));
        let (first, again) = (make(), make());
        assert_eq!((first.header("etag"), again.header("idempotency-replayed")), (Some("\"1\""), Some("true")));
        assert_eq!(again.header("etag"), first.header("etag"));
    });
}

#[test]
fn twins_in_flight_have_one_effect_and_one_answer() {
    each_silent(|w| {
        let (address, key) = (w.address(), w.here.key.as_str());
        let body =
            json!({"channel": "playground", "channel_phone_number": PLAYGROUND, "contact_phone_number": "+56955501234",
                          "note": "Hola", "stageId": w.here.stages[0]})
            .to_string();
        let replies: Vec<Reply> = thread::scope(|scope| {
            let twins: Vec<_> = (0..32)
                .map(|_| {
                    scope.spawn(|| {
                        let headers =
                            [("x-api-key", key), ("content-type", "application/json"), ("idempotency-key", "twin")];
                        client::send_until_taken(address, "POST", UPSERT, &headers, Some(body.as_bytes())).unwrap()
                    })
                })
                .collect();
            twins.into_iter().map(|twin| twin.join().unwrap()).collect()
        });
        for reply in &replies {
            assert_eq!((reply.status, reply.text()), (201, replies[0].text()));
        }
        let replayed = replies.iter().filter(|reply| reply.header("idempotency-replayed").is_some()).count();
        assert_eq!(replayed, 31);
        assert_eq!(w.number("SELECT count(*) AS n FROM messages"), 1, "one note");
        assert_eq!(w.number("SELECT count(*) AS n FROM idempotency"), 1);
    });
}

#[test]
fn an_error_is_not_remembered() {
    each_silent(|w| {
        let (contact, ticket) = w.ticket("+56955501234");
        let send = |allow: bool| {
            let body = json!({"ticket_id": ticket, "amount": 5, "allow_closed_ticket": allow});
            w.call("POST", "/api/public/ticket/amount", &[("idempotency-key", "a")], Some(&body))
        };
        w.post(&format!("/api/v1/tickets/{ticket}/close"), json!({"outcome": "won"}));
        let counts = w.counts();
        assert_eq!(send(false).status, 409);
        assert_eq!(w.counts(), counts);
        assert_eq!(send(true).status, 201, "another body, but nothing was remembered");
        w.post(&format!("/api/v1/tickets/{ticket}/reopen"), json!({}));
        assert_eq!(send(true).header("idempotency-replayed"), Some("true"));
        assert_eq!(w.info(&contact)["active_ticket"]["amount"], "5");
    });
}

#[test]
fn after_a_day_a_key_is_free_again() {
    each_silent(|w| {
        keyed(w, "k", "+56955501234");
        w.wait(86_400 - 60);
        assert_eq!(keyed(w, "k", "+56955501234").header("idempotency-replayed"), Some("true"));
        w.wait(120);
        let reply = keyed(w, "k", "+56955501234");
        assert_eq!((reply.status, reply.header("idempotency-replayed")), (200, None));
        assert_eq!(keyed(w, "k", "+56955501234").header("idempotency-replayed"), Some("true"));
        w.wait(86_400 + 60);
        assert_eq!(keyed(w, "k", "+56955509999").status, 201, "and may be of another request");
    });
}

#[test]
fn a_retry_is_answered_also_where_what_it_names_has_gone() {
    each_silent(|w| {
        let pipeline =
            w.post("/api/v1/pipelines", json!({"name": "Breve", "stages": [{"name": "Uno"}, {"name": "Dos"}]})).json();
        let stage = text(&pipeline["stages"][0]["id"]);
        let body = json!({"channel": "playground", "channel_phone_number": PLAYGROUND, "contact_phone_number": "+56955501234",
                          "stageId": stage});
        let send = || w.call("POST", UPSERT, &[("idempotency-key", "k")], Some(&body));
        let first = send();
        assert_eq!(first.status, 201, "{}", first.text());
        let moved = w.upsert("+56955501234", json!({"stageId": w.here.stages[0]}));
        assert_eq!(moved.status, 200);
        let gone = w.call("DELETE", &format!("/api/v1/pipelines/{}/stages/{stage}", text(&pipeline["id"])), &[], None);
        assert!(gone.status < 300, "{}", gone.text());
        let again = send();
        assert_eq!((again.status, &again.body), (201, &first.body), "{}", again.text());
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
    });
}

#[test]
fn odd_keys_and_long_paths() {
    each_silent(|w| {
        for bad in ["", " ", &"x".repeat(256), "ñ"] {
            let reply = keyed(w, bad, "+56955501234");
            assert_eq!(
                (reply.status, wrong(&reply.json())),
                (400, vec!["Idempotency-Key invalid_header".to_owned()]),
                "{bad:?}"
            );
        }
        assert_eq!(keyed(w, &"x".repeat(255), "+56955501234").status, 201);
        // Longer than an entry of an index may be, and not compressible.
        let long: String = (0..1500_u32).map(|n| format!("{:x}", n.wrapping_mul(2_654_435_761))).collect();
        let path = format!("/api/public/channels/webchat/{long}/tags");
        for _ in 0..2 {
            let reply = w.call("POST", &path, &[("idempotency-key", "k")], Some(&json!({"tags": ["vip"]})));
            assert_eq!(reply.status, 404, "{}", reply.text());
        }
        let reply: Value = w.call("PATCH", "/api/v1/contacts/x", &[("idempotency-key", "k")], Some(&json!({}))).json();
        assert_eq!(reply["code"], "not_found");
    });
}

#[test]
fn a_form_is_the_same_whatever_its_boundary() {
    each(|w| {
        let form = |boundary: &str, key: &str, text: &str| {
            let part = |name: &str, value: &str| {
                format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
            };
            let body = format!("{}{}--{boundary}--\r\n", part("message", text), part("toPhoneNumber", "+56955501234"));
            let kind = format!("multipart/form-data; boundary={boundary}");
            let path = format!("/api/public/web-whatsapp-message/send/{}/message", w.here.web_whatsapp);
            let headers = [("content-type", kind.as_str()), ("idempotency-key", key)];
            w.raw(&w.here.key, "POST", &path, &headers, Some(body.as_bytes()))
        };
        let first = form("AaBb1", "form-1", "una vez");
        assert_eq!(first.status, 201, "{}", first.text());
        let again = form("CcDd2", "form-1", "una vez");
        assert_eq!((again.status, again.header("idempotency-replayed")), (201, Some("true")), "{}", again.text());
        assert_eq!(again.body, first.body);
        let other = form("CcDd2", "form-1", "otra cosa");
        assert_eq!((other.status, &other.json()["code"]), (409, &serde_json::json!("idempotency_key_reused")));
        assert_eq!(w.number("SELECT count(*) AS n FROM outbox"), 1);
    });
}
