//! C32 and the event log.

use api::ApiOptions;
use api::limits::Rate;
use serde_json::{Value, json};

use crate::client;
use crate::redact::{redact, wrong};
use crate::world::{PHONE_ID, PLAYGROUND, Server, WHATSAPP, each, text};

const PATH: &str = "/api/v1/events";
const NOBODY: &str = "0190c5e2-7a3b-7c1d-9e4f-2b6a8d1c3e5f";

#[test]
fn an_event_finds_or_makes_its_contact_and_opens_no_ticket() {
    each(|w| {
        let event = |contact: Value, channel: Value| {
            w.post(
                PATH,
                json!({"event": "order_paid", "properties": {"total": 1990, "Mis Datos": [1]}, "contact": contact,
                                "channel": channel, "occurredAt": "2026-05-04T15:30:00Z", "extra": 1}),
            )
        };
        let reply = event(
            json!({"phone": "9 5550 1234", "name": "Ana Rojas", "email": "ana@example.com"}),
            json!({"channelPhone": WHATSAPP}),
        );
        assert_eq!((reply.status, redact(&reply.json())), (202, json!({"id": "<id>"})), "{}", reply.text());
        assert!(reply.header("ratelimit").is_some() && reply.header("ratelimit-policy").is_some());
        assert_eq!(w.number("SELECT count(*) AS n FROM contacts"), 1);
        assert_eq!(w.number("SELECT count(*) AS n FROM tickets"), 0);
        assert_eq!(w.number("SELECT count(*) AS n FROM messages"), 0);
        for (contact, channel) in [
            (json!({"phone": 56955501234_i64}), json!({"channelPhone": PHONE_ID})),
            (json!({"phone": "+56 9 5550 1234"}), json!({"channelId": w.here.whatsapp})),
        ] {
            assert_eq!(event(contact, channel).status, 202);
        }
        assert_eq!(w.number("SELECT count(*) AS n FROM contacts"), 1);
        let found = w.get("/api/public/contacts/search?phone=5550").json();
        assert_eq!((&found[0]["name"], &found[0]["email"]), (&json!("Ana Rojas"), &json!("ana@example.com")));
        let known = text(&found[0]["id"]);
        assert_eq!(event(json!({"aiContactId": known}), json!({"channelId": w.here.playground})).status, 202);
        w.settled();
        let log = w.get("/api/v1/events?topic=event.tracked").json();
        assert_eq!(log["data"].as_array().unwrap().len(), 4);
        let one = redact(&log["data"][0]);
        assert_eq!(
            one,
            json!({"id": "<id>", "sequence": one["sequence"], "topic": "event.tracked", "occurred_at": "<time>",
                   "actor": {"type": "api_key", "id": "<id>"}, "subject": {"contact_id": "<id>"},
                   "data": {"event": "order_paid", "properties": {"total": 1990, "Mis Datos": [1]}, "occurred_at": "<time>"},
                   "previous": null, "request_id": "<id>"})
        );
        assert_eq!(log["data"][0]["data"]["occurred_at"], "2026-05-04T15:30:00.000Z");
        let exact = format!(
            r#"{{"event":"e","properties":{{"n":1e400}},"contact":{{"aiContactId":"{known}"}},"channel":{{"channelPhone":"{PLAYGROUND}"}}}}"#
        );
        assert_eq!(w.raw(&w.here.key, "POST", PATH, &[], Some(exact.as_bytes())).status, 202);
    });
}

#[test]
fn what_is_wrong_is_said_at_once_and_leaves_nothing() {
    each(|w| {
        let before = w.counts();
        let good = json!({"event": "e", "properties": {}, "contact": {"phone": "+56955501234"}, "channel": {"channelPhone": PLAYGROUND}});
        for (change, expected) in [
            (json!({"event": ""}), vec!["/event required"]),
            (json!({"event": "x".repeat(101)}), vec!["/event too_long"]),
            (json!({"properties": []}), vec!["/properties invalid_type"]),
            (json!({"properties": {"t": "x".repeat(70_000)}}), vec!["/properties too_large"]),
            (
                json!({"contact": {}, "channel": {}}),
                vec!["/channel/channelId required", "/contact/aiContactId required"],
            ),
            (
                json!({"contact": {"phone": "1"}, "channel": {"channelPhone": "+5699"}}),
                vec!["/channel/channelPhone unknown_reference", "/contact/phone invalid_phone"],
            ),
            (json!({"contact": {"aiContactId": NOBODY}}), vec!["/contact/aiContactId unknown_reference"]),
            (json!({"channel": {"channelId": w.there.playground}}), vec!["/channel/channelId unknown_reference"]),
            (json!({"channel": {"channelId": w.here.webchat}}), vec!["/contact/phone invalid_value"]),
            (json!({"occurredAt": "2026-05-04T15:30:00-03:00"}), vec!["/occurredAt invalid_time"]),
            (json!({"occurredAt": "yesterday"}), vec!["/occurredAt invalid_time"]),
            (json!({"occurredAt": 5, "event": 5}), vec!["/event invalid_type", "/occurredAt invalid_type"]),
        ] {
            let mut body = good.clone();
            body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            let reply = w.post(PATH, body);
            assert_eq!(
                (reply.status, wrong(&reply.json())),
                (400, expected.iter().map(ToString::to_string).collect()),
                "{change}"
            );
            assert_eq!(reply.json()["statusCode"], 400, "the compatibility surface, though under /api/v1");
        }
        assert_eq!(
            wrong(&w.post(PATH, json!({})).json()),
            ["/channel required", "/contact required", "/event required", "/properties required"]
        );
        assert_eq!(w.counts(), before);
    });
}

#[test]
fn a_thousand_an_hour_and_no_more() {
    each(|w| {
        let usual = Server::start(&w.crm, ApiOptions::default());
        let options =
            ApiOptions { event_rate_limit: Some(Rate { requests: 2, seconds: 3600 }), ..ApiOptions::default() };
        let server = Server::start(&w.crm, options);
        let headers = [("x-api-key", w.here.key.as_str()), ("content-type", "application/json")];
        let body = json!({"event": "e", "properties": {}, "contact": {"phone": "+56955501234"},
                          "channel": {"channelPhone": PLAYGROUND}})
        .to_string();
        let send = || client::send(server.address, "POST", PATH, &headers, Some(body.as_bytes())).unwrap();
        let default = client::send(usual.address, "POST", PATH, &headers, Some(body.as_bytes())).unwrap();
        assert_eq!(default.header("ratelimit-policy"), Some("\"events\";q=1000;w=3600"));
        assert_eq!([send().status, send().status], [202, 202]);
        let refused = send();
        assert_eq!((refused.status, &refused.json()["code"]), (429, &json!("rate_limited")));
        assert_eq!(refused.header("retry-after"), Some("1800"));
        let other = [("x-api-key", w.there.key.as_str()), ("content-type", "application/json")];
        assert_eq!(client::send(server.address, "POST", PATH, &other, Some(body.as_bytes())).unwrap().status, 202);
        w.wait(1801);
        assert_eq!(send().status, 202);
    });
}

#[test]
fn the_log_is_paged_filtered_and_each_organizations_own() {
    each(|w| {
        for n in 0..5 {
            w.upsert(format!("+5695550100{n}"), json!({"stageId": w.here.stages[0]}));
        }
        w.settled();
        let mut after = 0;
        let mut seen = Vec::new();
        loop {
            let page = w.get(&format!("/api/v1/events?limit=4&after={after}")).json();
            let data = page["data"].as_array().unwrap();
            if data.is_empty() {
                assert!(page["last_sequence"].as_i64().unwrap() >= after && page["more"] == json!(false));
                break;
            }
            seen.extend(data.iter().map(|event| event["sequence"].as_i64().unwrap()));
            after = page["last_sequence"].as_i64().unwrap();
        }
        assert!(seen.is_sorted_by(|a, b| a < b));
        let created = w.get("/api/v1/events?topic=contact.created,ticket.opened&limit=1000").json();
        assert_eq!(created["data"].as_array().unwrap().len(), 10);
        let theirs = w.raw(&w.there.key, "GET", "/api/v1/events?topic=contact.created", &[], None).json();
        assert_eq!(theirs["data"], json!([]));
        for (query, expected) in [
            ("topic=nope", "?topic unknown_topic"),
            ("limit=0", "?limit out_of_range"),
            ("limit=1001", "?limit out_of_range"),
            ("after=-1", "?after out_of_range"),
            ("after=99999999999999999999", "?after out_of_range"),
            ("unknown=1", "?unknown unknown_key"),
        ] {
            let reply = w.get(&format!("/api/v1/events?{query}"));
            assert_eq!((reply.status, wrong(&reply.json())), (400, vec![expected.to_owned()]), "{query}");
        }
    });
}

#[test]
fn a_page_of_heavy_events_ends_early_and_says_so() {
    each(|w| {
        let contact = w.contact("+56955501234");
        let path = format!("/api/public/contact/{contact}/update-metadata");
        for n in 0..70 {
            let reply = w.post(&path, json!({"largo": format!("{n}{}", "x".repeat(50_000))}));
            assert_eq!(reply.status, 201, "{}", reply.text());
        }
        w.settled();
        let (mut after, mut sequences, mut pages) = (0, Vec::new(), 0);
        loop {
            let page = w.get(&format!("/api/v1/events?limit=1000&contact_id={contact}&after={after}"));
            assert!(page.body.len() < 8 * 1024 * 1024, "{}", page.body.len());
            let page = page.json();
            sequences.extend(page["data"].as_array().unwrap().iter().map(|event| event["sequence"].as_i64().unwrap()));
            pages += 1;
            after = page["last_sequence"].as_i64().unwrap();
            if page["more"] == json!(false) {
                break;
            }
        }
        assert!(pages > 1 && sequences.len() > 70, "{pages} pages, {} events", sequences.len());
        assert!(sequences.is_sorted_by(|a, b| a < b));
    });
}
