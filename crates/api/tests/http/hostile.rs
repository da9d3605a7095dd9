//! What nobody should send: always a clear 4xx, never a 5xx, never a trace of it in the database.

use serde_json::{Value, json};

use crate::conventions::{is_of_a_session, operations};
use crate::redact::wrong;
use crate::silence::each_silent;
use crate::world::{PLAYGROUND, UPSERT, World};

/// Bodies that are not JSON, or too much of it.
fn broken() -> Vec<(&'static str, Vec<u8>)> {
    let deep = |open: &str, close: &str| [open.repeat(100_000), close.repeat(100_000)].concat().into_bytes();
    vec![
        ("nothing", b"".to_vec()),
        ("half", b"{\"channel\":".to_vec()),
        ("trailing", b"{} {}".to_vec()),
        ("comment", b"{/* */}".to_vec()),
        ("single quotes", b"{'a':1}".to_vec()),
        ("NaN", b"{\"a\":NaN}".to_vec()),
        ("Infinity", b"{\"a\":-Infinity}".to_vec()),
        ("leading zero", b"{\"a\":01}".to_vec()),
        ("hex", b"{\"a\":0x1}".to_vec()),
        ("long number", [b"{\"a\":".to_vec(), vec![b'9'; 500], b"}".to_vec()].concat()),
        ("control character", b"{\"a\":\"\x01\"}".to_vec()),
        ("escaped null", br#"{"a":"\u0000"}"#.to_vec()),
        ("escaped null in a key", br#"{"\u0000":1}"#.to_vec()),
        ("lone surrogate", br#"{"a":"\ud800"}"#.to_vec()),
        ("invalid UTF-8", b"{\"a\":\"\xff\xfe\"}".to_vec()),
        ("UTF-16", "{\"a\":1}".encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("deep arrays", deep("[", "]")),
        ("deep objects", deep("{\"a\":", "}")[..500_000].to_vec()),
        ("array", b"[]".to_vec()),
        ("text", b"\"x\"".to_vec()),
        ("number", b"1".to_vec()),
        ("null", b"null".to_vec()),
        ("gzip", b"\x1f\x8b\x08\x00\x00\x00\x00\x00".to_vec()),
    ]
}

/// Ids of the caller's own things, so that the bodies are looked at.
fn own(w: &World, contact: &str, ticket: &str) -> impl Fn(&str) -> String {
    let (shop, contact, ticket) = (w.here.clone(), contact.to_owned(), ticket.to_owned());
    move |name| match name {
        "channelType" => "playground".to_owned(),
        "platformIdentifier" => "+56955501234".to_owned(),
        "phoneId" => shop.web_whatsapp.clone(),
        "teamMemberId" => shop.agent.clone(),
        "aiContactId" => contact.clone(),
        _ => ticket.clone(),
    }
}

#[test]
fn what_is_no_json_object_is_refused_everywhere() {
    each_silent(|w| {
        let (contact, ticket) = w.ticket("+56955501234");
        let before = w.counts();
        for (method, path, operation) in operations(own(w, &contact, &ticket)) {
            if !operation["requestBody"]["content"]["application/json"].is_object() || is_of_a_session(&operation) {
                continue;
            }
            let required = operation["requestBody"]["required"] == json!(true);
            for (name, body) in broken() {
                if name == "nothing" && !required {
                    continue;
                }
                let reply = w.raw(&w.here.key, &method, &path, &[], Some(&body));
                assert!(
                    // What comes from nobody in particular may only be short.
                    matches!(reply.status, 400 | 404) || (reply.status == 413 && operation["security"] == json!([])),
                    "{method} {path}, {name}: {} {}",
                    reply.status,
                    reply.text()
                );
                assert_eq!(reply.json()["code"].as_str().map(|code| code.is_empty()), Some(false));
            }
        }
        assert_eq!(w.counts(), before);
    });
}

#[test]
fn members_of_the_wrong_kind_are_refused_everywhere() {
    each_silent(|w| {
        let (contact, ticket) = w.ticket("+56955501234");
        let long = "x".repeat(100_000);
        let odd = [
            json!(null),
            json!(true),
            json!(-1),
            json!(1.5),
            json!(""),
            json!(" "),
            json!("x"),
            json!("\u{7f}\u{85}\u{202e}"),
            json!(long),
            json!([]),
            json!({}),
            json!([[[]]]),
            json!({"": ""}),
            json!([null]),
            json!(["'; DROP TABLE contacts; --"]),
            json!(i64::MAX),
            json!(u64::MAX),
            json!("\u{1F600}".repeat(300)),
        ];
        for (method, path, operation) in operations(own(w, &contact, &ticket)) {
            if is_of_a_session(&operation) {
                continue;
            }
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            let Some(members) = schema["properties"].as_object() else { continue };
            for value in &odd {
                // Every member odd at once, then one by one beside nothing.
                let all: serde_json::Map<_, _> = members.keys().map(|name| (name.clone(), value.clone())).collect();
                let mut bodies = vec![json!(all)];
                bodies.extend(members.keys().map(|name| json!({name.as_str(): value})));
                for body in bodies {
                    let reply = w.raw(&w.here.key, &method, &path, &[], Some(body.to_string().as_bytes()));
                    assert!(
                        reply.status < 500,
                        "{method} {path} {}: {}",
                        body.to_string().chars().take(200).collect::<String>(),
                        reply.text()
                    );
                }
            }
            let huge = members.keys().map(|name| format!("\"{name}\":1e999999")).collect::<Vec<_>>().join(",");
            let reply = w.raw(&w.here.key, &method, &path, &[], Some(format!("{{{huge}}}").as_bytes()));
            assert!(reply.status < 500, "{method} {path}: {}", reply.text());
        }
    });
}

/// What answers at once: a stream goes on until somebody leaves.
fn ending(operations: Vec<(String, String, Value)>) -> impl Iterator<Item = (String, String, Value)> {
    let streams = |operation: &Value| !operation["responses"]["200"]["content"]["text/event-stream"].is_null();
    operations.into_iter().filter(move |(_, _, operation)| !streams(operation))
}

#[test]
fn odd_queries_and_ids_are_refused_everywhere() {
    each_silent(|w| {
        let (contact, ticket) = w.ticket("+56955501234");
        for (method, path, operation) in ending(operations(own(w, &contact, &ticket))) {
            for parameter in operation["parameters"].as_array().unwrap().iter().filter(|p| p["in"] == "query") {
                let name = parameter["name"].as_str().unwrap();
                for value in [
                    "",
                    "%00",
                    "%ff",
                    "%F0%9F%98%80",
                    "-1",
                    "1e400",
                    "99999999999999999999",
                    "a%0Ab",
                    "%25",
                    "'",
                    "[]",
                    "~",
                    "1~",
                    "~~",
                ] {
                    let reply = w.raw(&w.here.key, &method, &format!("{path}?{name}={value}"), &[], None);
                    assert!(reply.status < 500, "{method} {path}?{name}={value}: {}", reply.text());
                }
            }
        }
        for id in ["%00", "%ff", "%F0%9F%98%80", "..", "%2e%2e%2f", "a%0Ab", &"9".repeat(5000)] {
            for (method, path, _) in ending(operations(|_| id.to_owned())) {
                let reply = w.raw(&w.here.key, &method, &path, &[], (method != "GET").then_some(b"{}".as_slice()));
                assert!(reply.status < 500, "{method} {path}: {}", reply.text());
            }
        }
    });
}

#[test]
fn duplicate_keys_and_too_many_of_anything() {
    each_silent(|w| {
        let twice = format!(
            r#"{{"channel":"webchat","channel":"playground","channel_phone_number":"{PLAYGROUND}","contact_phone_number":"+56955501234"}}"#
        );
        let reply = w.raw(&w.here.key, "POST", UPSERT, &[], Some(twice.as_bytes()));
        assert_eq!((reply.status, wrong(&reply.json())), (400, vec!["/channel duplicate_key".to_owned()]));
        let free = format!(
            r#"{{"channel":"playground","channel_phone_number":"{PLAYGROUND}","contact_phone_number":"+56955501234","meta_data":{{"color":1,"color":2}}}}"#
        );
        let reply = w.raw(&w.here.key, "POST", UPSERT, &[], Some(free.as_bytes()));
        assert_eq!(reply.status, 201, "last wins in free data");
        let contact = reply.json()["id"].as_str().unwrap().to_owned();
        assert_eq!(w.info(&contact)["metadata"]["color"], 2);
        let nested = r#"{"event":"e","properties":{},"contact":{"phone":"+56955501234","phone":"1"},"channel":{"channelPhone":"1"}}"#;
        let reply = w.raw(&w.here.key, "POST", "/api/v1/events", &[], Some(nested.as_bytes()));
        assert!(wrong(&reply.json()).contains(&"/contact/phone duplicate_key".to_owned()), "{}", reply.text());
        let many = |item: &str, count: usize| vec![item; count].join(",");
        let tags = format!("{{\"tags\":[{}]}}", many("\"a\"", 1_000_000));
        let path = "/api/public/channels/playground/+56955501234/tags";
        assert_eq!(w.raw(&w.here.key, "POST", path, &[], Some(tags.as_bytes())).status, 413, "a million tags");
        let tags = format!("{{\"tags\":[{}]}}", many("\"a\"", 200_000));
        let reply = w.raw(&w.here.key, "POST", path, &[], Some(tags.as_bytes()));
        assert_eq!((reply.status, wrong(&reply.json())), (400, vec!["/tags too_many".to_owned()]));
        let ids = format!("{{\"tagsIds\":[{}]}}", many("1", 400_000));
        let path = format!("/api/public/contact/tags/{contact}");
        assert_eq!(wrong(&w.raw(&w.here.key, "PATCH", &path, &[], Some(ids.as_bytes())).json()), ["/tagsIds too_many"]);
        let values = format!(r#"{{"custom_field_values":[{}]}}"#, many("{}", 100_000));
        let reply = w.raw(&w.here.key, "POST", UPSERT, &[], Some(values.as_bytes()));
        assert!(wrong(&reply.json()).contains(&"/custom_field_values too_many".to_owned()));
        let unknown = (0..60_000).map(|n| format!("\"k{n}\":1")).collect::<Vec<_>>().join(",");
        let reply = w.raw(
            &w.here.key,
            "POST",
            &format!("/api/v1/contacts/{contact}/notes"),
            &[],
            Some(format!("{{{unknown}}}").as_bytes()),
        );
        assert_eq!(reply.status, 400);
        assert!(reply.json()["errors"].as_array().unwrap().len() <= 100, "a hundred say enough");
        assert!(reply.body.len() < 100_000);
    });
}

#[test]
fn control_characters_stay_out_of_names() {
    each_silent(|w| {
        for bad in ["Ana\u{1}", "Ana\u{7f}", "Ana\u{85}", "\u{1b}[31m"] {
            let reply = w.upsert("+56955501234", json!({"contact_name": bad}));
            assert_eq!(wrong(&reply.json()), ["/contact_name control_character"], "{bad:?}");
        }
        assert_eq!(w.upsert("+56955501234", json!({"note": "dos\nlíneas\t✓"})).status, 201);
        let deep = |levels: usize| {
            let nest = ["[".repeat(levels), "]".repeat(levels)].concat();
            let body = format!(
                r#"{{"channel":"playground","channel_phone_number":"{PLAYGROUND}","contact_phone_number":"+56955501234","meta_data":{{"hondo":{nest}}}}}"#
            );
            w.raw(&w.here.key, "POST", UPSERT, &[], Some(body.as_bytes())).status
        };
        assert_eq!([deep(100), deep(126), deep(127), deep(128)], [200, 200, 400, 400]);
        let contact = w.contact("+56955501234");
        assert_eq!(w.get(&format!("/api/v1/contacts/{contact}/timeline")).status, 200);
        assert_eq!(w.get("/api/v1/events?limit=1000").status, 200);
    });
}
