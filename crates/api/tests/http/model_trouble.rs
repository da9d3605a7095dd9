//! A language model that fails, dawdles, costs too much or is configured wrongly: the embedded engine's result stands, and what
//! waits is asked later.

use std::time::Duration;

use serde_json::{Value, json};
use store::Priority;

use crm::structuring_model::{Claimed, claim};

use crate::model_double::{
    Asking, Double, MODEL, Say, Seen, configure, field_of, nobody_waits, nothing, property_field, state, until,
};
use crate::redact::wrong;
use crate::world::{World, each, text};

fn house(seen: &Seen, _: usize) -> Say {
    seen.choose("q7", "Tipo de propiedad", "Casa")
}

fn asked(w: &World, phone: &str) -> String {
    text(&w.upsert(phone, json!({"meta_data": {"q7": "algo con patio"}})).json()["id"])
}

fn status(w: &World, status: &str) -> i64 {
    w.number(&format!("SELECT count(*) AS n FROM structuring_questions WHERE status = '{status}'"))
}

#[test]
fn an_answer_that_cannot_be_read_is_asked_for_once_more() {
    each(|w| {
        property_field(w);
        let double = Double::start(|seen, before| match before {
            0 => Say::Text("{\"placements\": [{\"leaf\": 1}]}".to_owned()),
            1 => house(seen, before),
            _ => Say::Text("Claro, aquí va:".to_owned()),
        });
        configure(w, &double, json!({}));
        let _asking = Asking::start(w);
        let contact = asked(w, "+56955501234");
        until("the repaired answer", || field_of(w, &contact, "tipo") == "Casa");
        let repair: Value = serde_json::from_str(&double.seen()[1].body).unwrap();
        let turns = repair["messages"].as_array().unwrap();
        assert_eq!((turns.len(), &turns[2]["role"]), (4, &json!("assistant")));
        let other = asked(w, "+56955505678");
        nobody_waits(w);
        assert_eq!((double.calls(), field_of(w, &other, "tipo")), (4, Value::Null));
        assert_eq!(w.info(&other)["metadata"], json!({"q7": "algo con patio"}));
        assert_eq!((status(w, "failed"), status(w, "improved")), (1, 1));
        let state = state(w);
        assert_eq!(
            (&state["failures"], &state["today"]["calls"], &state["today"]["tokens"]),
            (&json!(0), &json!(4), &json!(28))
        );
        assert!(text(&state["last_error"]).contains("not the JSON"), "{state}");
    });
}

#[test]
fn one_that_is_silent_or_busy_is_asked_later() {
    each(|w| {
        property_field(w);
        let double = Double::start(|_, _| Say::Hang(Duration::from_secs(4)));
        configure(w, &double, json!({"timeout_seconds": 1}));
        let _asking = Asking::start(w);
        let contact = asked(w, "+56955501234");
        until("the time-out", || state(w)["failures"] == 1);
        assert_eq!(state(w)["last_error"], "It did not answer in time.");
        double.answer_from_now_on_with(|_, _| {
            Say::Http(429, "retry-after: 600\r\n", "{\"error\": {\"type\": \"rate_limit_error\"}}")
        });
        w.wait(11);
        until("the refusal", || state(w)["paused_until"].is_string());
        assert_eq!(state(w)["last_error"], "It answered with HTTP status 429 (rate_limit_error).");
        assert_eq!(state(w)["failures"], 1, "busy is no failure");
        double.answer_from_now_on_with(house);
        // Others wait as well.
        let other = asked(w, "+56955505678");
        assert_eq!(state(w)["waiting"], 2);
        let calls = double.calls();
        w.wait(300);
        assert_eq!(double.calls(), calls);
        w.wait(301);
        until("the answer", || field_of(w, &contact, "tipo") == "Casa" && field_of(w, &other, "tipo") == "Casa");
        nobody_waits(w);
        assert_eq!((&state(w)["failures"], &state(w)["paused_until"]), (&json!(0), &Value::Null));
    });
}

#[test]
fn one_that_fails_again_and_again_is_left_in_peace() {
    each(|w| {
        property_field(w);
        let double = Double::start(|_, _| Say::Http(500, "", "Ana Rojas"));
        configure(w, &double, json!({}));
        let people: Vec<String> = (0..7).map(|n| asked(w, &format!("+5695550{n}234"))).collect();
        let _asking = Asking::start(w);
        until("the break", || state(w)["paused_until"].is_string());
        assert!((5..=6).contains(&double.calls()), "{}", double.calls());
        assert!(!state(w).to_string().contains("Ana"));
        double.answer_from_now_on_with(house);
        w.wait(1000);
        until("the answers", || people.iter().all(|contact| field_of(w, contact, "tipo") == "Casa"));
        nobody_waits(w);
        assert_eq!((&state(w)["failures"], &state(w)["paused_until"]), (&json!(0), &Value::Null));
    });
}

#[test]
fn a_budget_ends_and_begins_again_on_another_day() {
    each(|w| {
        property_field(w);
        let double = Double::start(house);
        configure(w, &double, json!({"calls_per_day": 2}));
        let _asking = Asking::start(w);
        for n in 0..4 {
            asked(w, &format!("+5695550{n}234"));
            nobody_waits(w);
        }
        assert_eq!((double.calls(), status(w, "improved"), status(w, "failed")), (2, 2, 2));
        assert_eq!(state(w)["today"], json!({"calls": 2, "tokens": 14}));
        w.wait(86_400);
        // What was not asked is asked when it comes again.
        let contact = asked(w, "+56955503234");
        until("the answer", || field_of(w, &contact, "tipo") == "Casa");
        // As many tokens as this were told of by then.
        configure(w, &double, json!({"calls_per_day": 100, "tokens_per_day": 7}));
        asked(w, "+56955508234");
        nobody_waits(w);
        assert_eq!(double.calls(), 3);
    });
}

/// Takes the next question as a server that is killed then.
fn taken_and_lost(w: &World) -> bool {
    let (organization, now) = (w.here.organization, w.now());
    let taking = move |tx: &mut store::Tx<'_>| claim(tx, organization, 0, now);
    let taken = w.server().wait_for(w.db.write_claim(Priority::Background, taking)).unwrap();
    matches!(taken, Claimed::One(_))
}

#[test]
fn a_kill_between_call_and_write_asks_once_more() {
    each(|w| {
        property_field(w);
        let double = Double::start(house);
        configure(w, &double, json!({}));
        let (first, second) = (asked(w, "+56955501234"), asked(w, "+56955505678"));
        assert!(taken_and_lost(w) && taken_and_lost(w) && !taken_and_lost(w));
        // One of the two is lost twice.
        w.wait(1000);
        assert!(taken_and_lost(w));
        w.wait(1000);
        let _asking = Asking::start(w);
        nobody_waits(w);
        assert_eq!((status(w, "improved"), status(w, "failed")), (1, 1));
        assert_eq!(double.calls(), 1);
        assert_eq!(w.number("SELECT count(*) AS n FROM structurings WHERE engine = 'model/1 prueba'"), 1);
        let found = [first, second].map(|contact| field_of(w, &contact, "tipo"));
        assert!(found.contains(&json!("Casa")) && found.contains(&Value::Null));
    });
}

#[test]
fn its_key_is_sealed_and_for_one_place() {
    each(|w| {
        let double = Double::start(|_, _| nothing());
        configure(w, &double, json!({"mode": "off", "api_key": "clave-secreta-2"}));
        let shown = w.get(MODEL);
        assert_eq!(shown.json()["api_key_set"], true);
        w.settled();
        let log = w.get("/api/v1/events?limit=1000").text();
        for answer in [shown.text(), log] {
            assert!(!answer.contains("clave-secreta"), "{answer}");
        }
        let stored = w.work(|w| {
            let row = w.tx.query_one("SELECT api_key FROM structuring_models", store::params![])?;
            Ok(row.at::<Vec<u8>>(0)?)
        });
        assert!(!stored.windows(5).any(|part| part == b"clave"));
        // Elsewhere it is not sent.
        let moved = w.patch(MODEL, json!({"base_url": "http://127.0.0.1:9"}));
        assert_eq!(moved.json()["api_key_set"], false);
        let again = w.patch(MODEL, json!({"api_key": "clave-secreta-3"}));
        assert_eq!((again.status, &again.json()["api_key_set"]), (200, &json!(true)));
        assert_eq!(w.patch(MODEL, json!({"api_key": null})).json()["api_key_set"], false);
    });
}

#[test]
fn what_is_wrong_with_its_settings_is_said() {
    each(|w| {
        let refused = |body: Value| wrong(&w.patch(MODEL, body).json());
        assert_eq!(refused(json!({"mode": "leftovers"})), ["/base_url required", "/model required"]);
        assert_eq!(refused(json!({"base_url": "http://10.1.2.3/v1"})), ["/base_url private_address"]);
        assert_eq!(refused(json!({"base_url": "http://169.254.169.254"})), ["/base_url private_address"]);
        assert_eq!(refused(json!({"base_url": "ftp://example.com"})), ["/base_url invalid_url"]);
        assert_eq!(
            refused(json!({"mode": "on", "kind": "x", "api_key": "dos palabras", "timeout_seconds": 0, "otro": 1}))
                .len(),
            4
        );
        assert_eq!(refused(json!({"api_key": "dos palabras"})), ["/api_key invalid_value"]);
        let reply = w.post(&format!("{MODEL}/test"), json!({}));
        assert_eq!((reply.status, &reply.json()["code"]), (409, &json!("not_configured")));
        let stale = w.call("PATCH", MODEL, &[("if-match", "\"7\"")], Some(&json!({"model": "a"})));
        assert_eq!(stale.status, 412);
        let reader = w.key_with(&["setup:read"], 9);
        let body = json!({"model": "a"}).to_string();
        assert_eq!(w.raw(&reader, "PATCH", MODEL, &[], Some(body.as_bytes())).status, 403);
        assert_eq!(w.raw(&reader, "GET", MODEL, &[], None).status, 200);
    });
}

#[test]
fn a_try_shows_what_it_is_worth_and_writes_nothing() {
    each(|w| {
        let double = Double::start(|_, _| nothing());
        configure(w, &double, json!({"mode": "off"}));
        let before = w.counts();
        let test = || w.call("POST", &format!("{MODEL}/test"), &[], None);
        let reply = test();
        assert_eq!(reply.status, 200, "{}", reply.text());
        let came = reply.json();
        assert_eq!((&came["records"], &came["answered"], &came["calls"]), (&json!(10), &json!(10), &json!(10)));
        assert_eq!((&came["f1"], &came["tokens"], &came["error"]), (&came["f1_without"], &json!(70), &Value::Null));
        // One that finds something in every record.
        double.answer_from_now_on_with(|seen, _| match seen.body.contains("patio para los ni") {
            true => seen.choose("r1", "Tipo de propiedad", "Casa"),
            false => nothing(),
        });
        let better = test().json();
        assert!(better["f1"].as_f64() > came["f1"].as_f64(), "{better} {came}");
        let mut after = w.counts();
        after.insert("structuring_model_days".to_owned(), before["structuring_model_days"]);
        assert_eq!(after, before);
        assert_eq!(state(w)["today"]["calls"], 20);
        double.answer_from_now_on_with(|_, _| Say::Http(401, "", "{\"error\": {\"code\": \"invalid_api_key\"}}"));
        let none = test().json();
        assert_eq!((&none["answered"], &none["latency_ms_median"]), (&json!(0), &Value::Null));
        assert!(text(&none["error"]).contains("401 (invalid_api_key)"), "{none}");
        w.patch(MODEL, json!({"calls_per_day": 40}));
        assert_eq!(test().json()["code"], "budget_ended");
    });
}
