//! One person, spelt in many ways and pushed in by many at once: one contact, one customer, one open ticket.

use std::thread;

use serde_json::{Value, json};

use crate::client;
use crate::silence::each_silent;
use crate::world::{PLAYGROUND, UPSERT, World};

/// Sends 64 upserts at the same moment; answers how many made the contact, and how many found it.
fn at_once(w: &World, spellings: &[Value]) -> (usize, usize) {
    let (address, key) = (w.address(), w.here.key.as_str());
    let statuses: Vec<u16> = thread::scope(|scope| {
        let all: Vec<_> = (0..64)
            .map(|n| {
                let body = json!({"channel": "playground", "channel_phone_number": PLAYGROUND,
                                  "contact_phone_number": spellings[n % spellings.len()],
                                  "contact_name": "Ana Rojas", "stageId": w.here.stages[n % 2],
                                  "agentId": w.here.agent, "meta_data": {"pedido": n}})
                .to_string();
                scope.spawn(move || {
                    let headers = [("x-api-key", key), ("content-type", "application/json")];
                    let reply =
                        client::send_until_taken(address, "POST", UPSERT, &headers, Some(body.as_bytes())).unwrap();
                    assert!(matches!(reply.status, 200 | 201), "{}", reply.text());
                    reply.status
                })
            })
            .collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let made = statuses.iter().filter(|status| **status == 201).count();
    (made, statuses.len() - made)
}

fn one_person(spellings: &[Value], stored: &str) {
    each_silent(|w| {
        assert_eq!(at_once(w, spellings), (1, 63));
        for (table, rows) in [
            ("contacts", 1),
            ("customers", 1),
            ("tickets", 1),
            ("contact_identifiers", 1),
            ("customer_identifiers", 1),
            ("contact_agents", 1),
            ("messages", 0),
        ] {
            assert_eq!(w.number(&format!("SELECT count(*) AS n FROM {table}")), rows, "{table}");
        }
        assert_eq!(w.number("SELECT count(*) AS n FROM tickets WHERE status = 'open'"), 1);
        for topic in ["contact.created", "ticket.created", "agent.assigned"] {
            assert_eq!(w.number(&format!("SELECT count(*) AS n FROM events WHERE topic = '{topic}'")), 1, "{topic}");
        }
        let found = w.get("/api/public/contacts?days=1").json();
        assert_eq!((found.as_array().unwrap().len(), &found[0]["phone"]), (1, &json!(stored)));
    });
}

#[test]
fn spellings_of_a_chilean_number() {
    let spellings = [
        json!("9 5550 1234"),
        json!("+56 9 5550-1234"),
        json!(56955501234_i64),
        json!("(56) 9.5550.1234"),
        json!("955501234"),
        json!("0056955501234"),
    ];
    one_person(&spellings, "+56955501234");
}

#[test]
fn brazil_with_and_without_the_ninth_digit() {
    let spellings =
        [json!("+55 11 8765-4321"), json!("+55 11 98765-4321"), json!(551187654321_i64), json!("5511987654321")];
    each_silent(|w| {
        assert_eq!(at_once(w, &spellings), (1, 63));
        assert_eq!(w.number("SELECT count(*) AS n FROM contacts"), 1);
        assert_eq!(w.number("SELECT count(*) AS n FROM customers"), 1);
    });
}

#[test]
fn mexico_52_and_521() {
    let spellings = [json!("+52 1 55 1234 5678"), json!("+52 55 1234 5678"), json!(5215512345678_i64)];
    one_person(&spellings, "+525512345678");
}

#[test]
fn argentina_54_and_549() {
    let spellings = [json!("+54 9 11 2345-6789"), json!("+54 11 2345-6789"), json!(5491123456789_i64)];
    each_silent(|w| {
        assert_eq!(at_once(w, &spellings), (1, 63));
        assert_eq!(w.number("SELECT count(*) AS n FROM contacts"), 1);
    });
}

#[test]
fn landlines_are_not_corrected() {
    each_silent(|w| {
        for (given, stored) in [("+55 11 3456-7890", "+551134567890"), ("+56 2 2345 1111", "+56223451111")] {
            assert_eq!(w.upsert(given, json!({})).json()["phone"], stored, "{given}");
        }
    });
}

#[test]
fn what_is_no_number_is_refused_by_name() {
    each_silent(|w| {
        for given in
            [json!("12"), json!("+999 1234567"), json!("abc"), json!("12345678901234567890"), json!(-5), json!(1.5)]
        {
            let reply = w.upsert(given.clone(), json!({}));
            assert_eq!(reply.status, 400, "{given}");
            let errors = crate::redact::wrong(&reply.json());
            assert_eq!(errors, ["/contact_phone_number invalid_phone"], "{given}");
        }
    });
}
