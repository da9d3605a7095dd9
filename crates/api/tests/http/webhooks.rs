//! C33 and the webhooks of the Recado surface: endpoints, secrets, addresses that are refused, tests, replays.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::channel;
use std::thread;

use serde_json::{Value, json};

use crate::redact::wrong;
use crate::world::{World, each, text};

/// Answers every request with this status, once each connection; its address.
fn receiver(status: u16) -> String {
    receiver_that(status, || {})
}

/// The same, after it has done something with each request in hand.
fn receiver_that(status: u16, mut does: impl FnMut() + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut seen = Vec::new();
            let mut piece = [0; 4096];
            // Enough of it to know that it is all there: the body ends with a brace.
            while !seen.ends_with(b"}") {
                match stream.read(&mut piece) {
                    Ok(count) if count > 0 => seen.extend_from_slice(&piece[..count]),
                    _ => break,
                }
            }
            does();
            let answer = format!("HTTP/1.1 {status} x\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhallo");
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    url
}

fn create(w: &World, body: Value) -> Value {
    let reply = w.post("/api/webhooks", body);
    assert_eq!(reply.status, 201, "{}", reply.text());
    reply.json()
}

const ELSEWHERE: &str = "https://93.184.215.14/hook";

#[test]
fn an_endpoint_comes_changes_goes_and_comes_back() {
    each(|w| {
        let made = create(
            w,
            json!({"url": ELSEWHERE, "topics": ["ticket.opened", "contact.created"], "topic": "ticket.closed",
                                    "description": "CRM", "unknown": 1}),
        );
        assert!(text(&made["secret"]).starts_with("whsec_"));
        assert_eq!(made["topics"], json!(["ticket.created", "contact.created", "ticket.closed"]));
        assert_eq!(
            (&made["active"], &made["deleted_at"], &made["url"]),
            (&json!(true), &json!(null), &json!(ELSEWHERE))
        );
        let id = text(&made["id"]);
        let path = format!("/api/webhooks/{id}");
        let shown = w.get(&path);
        assert!(shown.json().get("secret").is_none() && shown.header("etag").is_some());
        let put = |body: Value| w.call("PUT", &path, &[], Some(&body));
        assert_eq!(put(json!({"topics": ["*"], "active": false, "description": ""})).json()["topics"], json!(["*"]));
        assert_eq!(w.get(&path).json()["active"], json!(false));
        assert_eq!(w.get("/api/webhooks").json().as_array().unwrap().len(), 1);
        let gone = w.call("DELETE", &path, &[], None);
        assert!(gone.status == 200 && gone.json()["deleted_at"].is_string());
        assert_eq!(w.get("/api/webhooks").json(), json!([]));
        assert_eq!(put(json!({"active": true})).status, 404);
        let back = w.post(&format!("{path}/restore"), json!({}));
        assert_eq!((back.status, &back.json()["deleted_at"]), (201, &json!(null)));
        let all = create(w, json!({"url": ELSEWHERE}));
        assert_eq!(all["topics"], json!(["*"]));
        assert_eq!(w.get("/api/webhooks").json().as_array().unwrap().len(), 2);
        let topics = w.get("/api/webhooks/topics").json();
        for topic in ["message.received", "message.sent", "message.status", "contact.merged", "channel.status"] {
            assert!(topics.as_array().unwrap().contains(&json!(topic)), "{topic}");
        }
    });
}

#[test]
fn all_that_is_wrong_is_said_at_once_with_its_remedy() {
    each(|w| {
        let reply = w.post(
            "/api/webhooks",
            json!({"url": "http://10.0.0.1/x", "topics": ["contact.created", "contact.ate"],
                                                   "secret": "short"}),
        );
        assert_eq!(wrong(&reply.json()), ["/secret invalid_secret", "/topics/1 unknown_topic", "/url private_address"]);
        let said = reply.text();
        assert!(said.contains("message.received") && said.contains("RECADO_WEBHOOKS_ALLOW"), "{said}");
        for url in
            ["http://169.254.169.254/latest", "http://[::1]/", "http://[::ffff:10.0.0.1]/", "http://192.168.1.1/"]
        {
            for path in ["/api/webhooks", "/api/v1/webhooks"] {
                let reply = w.post(path, json!({"url": url}));
                assert_eq!(wrong(&reply.json()), ["/url private_address"], "{url}");
            }
        }
        for url in ["ftp://example.com", "example.com", "https://ana:secret@example.com/", "https://example.com/#x"] {
            assert_eq!(wrong(&w.post("/api/webhooks", json!({"url": url})).json()), ["/url invalid_url"], "{url}");
        }
        assert_eq!(wrong(&w.post("/api/webhooks", json!({})).json()), ["/url required"]);
        assert_eq!(wrong(&w.post("/api/v1/webhooks", json!({"url": ELSEWHERE, "x": 1})).json()), ["/x unknown_key"]);
        let id = text(&create(w, json!({"url": ELSEWHERE}))["id"]);
        let reply = w.patch(&format!("/api/v1/webhooks/{id}"), json!({"url": "http://10.0.0.1/"}));
        assert_eq!(wrong(&reply.json()), ["/url private_address"]);
    });
}

#[test]
fn secrets_are_shown_once_in_their_form_and_kept_sealed() {
    each(|w| {
        let given = create(w, json!({"url": ELSEWHERE, "secret": "dieciséis letras"}));
        assert_eq!(given["secret"], "whsec_ZGllY2lzw6lpcyBsZXRyYXM=");
        let same = create(w, json!({"url": ELSEWHERE, "secret": given["secret"]}));
        assert_eq!(same["secret"], given["secret"]);
        let path = format!("/api/v1/webhooks/{}", text(&given["id"]));
        let rotated = w.post(&format!("{path}/rotate_secret"), json!({}));
        assert_eq!(rotated.status, 200, "{}", rotated.text());
        assert!(rotated.json()["secret"] != given["secret"] && rotated.json()["previous_secret_until"].is_string());
        let named = w.post(&format!("{path}/rotate_secret"), json!({"secret": "another secret of ours"}));
        assert_eq!(named.json()["secret"], "whsec_YW5vdGhlciBzZWNyZXQgb2Ygb3Vycw==");
        // Nowhere in the database as it is, nor in the log of events.
        let plain = w.work(|w| {
            let row = w.tx.query_one(
                "SELECT count(*) AS n FROM webhooks WHERE secret = $1",
                store::params![&b"another secret of ours"[..]],
            )?;
            let events = w.tx.query_one(
                "SELECT count(*) AS n FROM events WHERE data LIKE '%whsec%' OR data LIKE '%secret of ours%'",
                store::params![],
            )?;
            Ok(row.at::<i64>(0)? + events.at::<i64>(0)?)
        });
        assert_eq!(plain, 0);
        // A repetition answers the same secret, and makes nothing.
        let body = json!({"url": ELSEWHERE});
        let once = w.call("POST", "/api/v1/webhooks", &[("idempotency-key", "hook-1")], Some(&body));
        let twice = w.call("POST", "/api/v1/webhooks", &[("idempotency-key", "hook-1")], Some(&body));
        assert_eq!((once.json(), twice.header("idempotency-replayed")), (twice.json(), Some("true")));
    });
}

#[test]
fn a_test_says_what_came_of_it_and_stands_in_the_log_of_tries() {
    each(|w| {
        let good = text(&create(w, json!({"url": receiver(200)}))["id"]);
        let bad = text(&create(w, json!({"url": receiver(500)}))["id"]);
        let test = |id: &str| w.post(&format!("/api/v1/webhooks/{id}/test"), json!({})).json();
        let (passed, failed) = (test(&good), test(&bad));
        assert_eq!(
            (&passed["outcome"], &passed["status"], &passed["response"]),
            (&json!("delivered"), &json!(200), &json!("hallo"))
        );
        assert_eq!(
            (&failed["outcome"], &failed["status"], &failed["topic"]),
            (&json!("failed"), &json!(500), &json!("webhook.test"))
        );
        assert!(text(&passed["request"]["body"]).contains("webhook.test"));
        let calls = |query: &str| w.get(&format!("/api/webhooks/calls{query}")).json();
        assert_eq!(calls("")["calls"].as_array().unwrap().len(), 2);
        assert_eq!(calls(&format!("?webhook_id={good}"))["calls"], json!([passed]));
        for query in ["?status=failed", "?status=500", &format!("?webhook_id={bad}&topic=webhook.test&page=1")] {
            assert_eq!(calls(query)["calls"], json!([failed]), "{query}");
        }
        assert_eq!((&calls("?page=2")["calls"], &calls("?page=2")["hasMore"]), (&json!([]), &json!(false)));
        assert_eq!(wrong(&calls("?status=sometimes")), ["?status invalid_value"]);
        for _ in 0..2 {
            test(&good);
        }
        let path = format!("/api/v1/webhooks/{good}/calls");
        let first = w.get(&format!("{path}?limit=2")).json();
        let second = w.get(&format!("{path}?limit=2&cursor={}", text(&first["next_cursor"]))).json();
        assert_eq!((first["data"].as_array().unwrap().len(), second["data"].clone()), (2, json!([passed])));
        assert_eq!(second["next_cursor"], json!(null));
        // The same test asked for again with its key is not sent again.
        let keyed = || {
            w.call("POST", &format!("/api/v1/webhooks/{good}/test"), &[("idempotency-key", "t")], Some(&json!({})))
                .json()
        };
        assert_eq!(keyed(), keyed());
    });
}

/// The newest try of an endpoint in use is hardly ever the test.
#[test]
fn a_test_is_told_of_although_another_try_is_made_meanwhile() {
    each(|w| {
        let (arrived, seen) = channel();
        let (go_on, told) = channel::<()>();
        let url = receiver_that(200, move || {
            arrived.send(()).unwrap();
            let _ = told.recv();
        });
        let id = text(&create(w, json!({"url": url}))["id"]);
        let path = format!("/api/v1/webhooks/{id}/test");
        let slow = thread::scope(|scope| {
            let slow = scope.spawn(|| w.post(&path, json!({})));
            seen.recv().unwrap();
            let moved = w.call("PATCH", &format!("/api/v1/webhooks/{id}"), &[], Some(&json!({"url": receiver(200)})));
            assert_eq!(moved.status, 200, "{}", moved.text());
            let quick = w.post(&path, json!({}));
            assert_eq!((quick.status, &quick.json()["outcome"]), (200, &json!("delivered")), "{}", quick.text());
            drop(go_on);
            slow.join().unwrap()
        });
        assert_eq!((slow.status, &slow.json()["outcome"]), (200, &json!("delivered")), "{}", slow.text());
        let calls = w.get(&format!("/api/v1/webhooks/{id}/calls")).json();
        assert_eq!(calls["data"].as_array().unwrap().len(), 2);
    });
}

#[test]
fn replays_want_something_to_replay() {
    each(|w| {
        let id = text(&create(w, json!({"url": ELSEWHERE}))["id"]);
        let replay = |body: Value| w.post(&format!("/api/v1/webhooks/{id}/replay"), body);
        assert_eq!(wrong(&replay(json!({})).json()), [" required"]);
        assert_eq!(wrong(&replay(json!({"event_ids": []})).json()), [" required"]);
        let nobody = "0190c5e2-7a3b-7c1d-9e4f-2b6a8d1c3e5f";
        assert_eq!(wrong(&replay(json!({"event_ids": [nobody]})).json()), ["/event_ids/0 unknown_reference"]);
        let (from, to) = ("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z");
        assert_eq!(wrong(&replay(json!({"from": to, "to": from})).json()), ["/from out_of_range"]);
        w.upsert("+56955501234", json!({"contact_name": "Ana"}));
        w.settled();
        let log = w.get("/api/v1/events?topic=contact.created").json();
        let event = log["data"][0]["id"].clone();
        assert_eq!(replay(json!({"event_ids": [event]})).json(), json!({"queued": 1, "next_after": null}));
        // It waits already.
        assert_eq!(replay(json!({"event_ids": [event]})).json()["queued"], 0);
        let all = replay(json!({"from": from, "to": to})).json();
        assert!(all["queued"].as_i64().unwrap() >= 2 && all["next_after"].is_null(), "{all}");
        w.patch(&format!("/api/v1/webhooks/{id}"), json!({"active": false}));
        assert_eq!(replay(json!({"from": from, "to": to})).json()["code"], "webhook_inactive");
    });
}

#[test]
fn whoever_may_not_read_events_has_none_sent() {
    each(|w| {
        let key = w.key_with(&["setup:read", "setup:write"], 77);
        let body = json!({"url": ELSEWHERE}).to_string();
        let reply = w.raw(&key, "POST", "/api/v1/webhooks", &[], Some(body.as_bytes()));
        assert_eq!((reply.status, &reply.json()["code"]), (403, &json!("forbidden")));
        assert!(reply.text().contains("events:read"));
        assert_eq!(w.raw(&key, "GET", "/api/webhooks", &[], None).status, 200);
        assert_eq!(w.raw(&key, "GET", "/api/webhooks/calls", &[], None).status, 403);
    });
}

#[test]
fn a_put_brings_another_secret_and_the_one_before_signs_along() {
    each(|w| {
        let made = create(w, json!({"url": ELSEWHERE, "secret": "el primer secreto"}));
        let path = format!("/api/webhooks/{}", text(&made["id"]));
        let put = |body: Value| w.call("PUT", &path, &[], Some(&body));
        let id: crm::id::WebhookId = text(&made["id"]).parse().unwrap();
        let sealed = || w.work(move |w| crm::webhooks::sealed_secrets(w, id));
        let first = sealed();
        assert_eq!(first.len(), 1);
        assert_eq!(wrong(&put(json!({"secret": "corto"})).json()), ["/secret invalid_secret"]);
        let reply = put(json!({"url": ELSEWHERE, "secret": "el segundo secreto"}));
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert!(!reply.text().contains("segundo"));
        let second = sealed();
        assert_eq!((second.len(), &second[1]), (2, &first[0]));
        // Put again it is no change: the one before signs along all the same.
        assert_eq!(put(json!({"url": ELSEWHERE, "secret": "el segundo secreto"})).status, 200);
        assert_eq!(sealed(), second);
    });
}

#[test]
fn no_topic_at_all_is_not_all_of_them() {
    each(|w| {
        for path in ["/api/webhooks", "/api/v1/webhooks"] {
            let reply = w.post(path, json!({"url": ELSEWHERE, "topics": []}));
            assert_eq!((reply.status, wrong(&reply.json())), (400, vec!["/topics empty".to_owned()]), "{path}");
        }
        let made = create(w, json!({"url": ELSEWHERE, "topics": ["contact.created"]}));
        let id = text(&made["id"]);
        let none = json!({"topics": []});
        for reply in [
            w.call("PUT", &format!("/api/webhooks/{id}"), &[], Some(&none)),
            w.patch(&format!("/api/v1/webhooks/{id}"), none.clone()),
        ] {
            assert_eq!((reply.status, wrong(&reply.json())), (400, vec!["/topics empty".to_owned()]));
        }
        assert_eq!(w.get(&format!("/api/webhooks/{id}")).json()["topics"], json!(["contact.created"]));
        assert_eq!(create(w, json!({"url": ELSEWHERE}))["topics"], json!(["*"]), "none given: all of them");
    });
}
