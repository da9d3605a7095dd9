//! What providers tell late, or once more: it undoes nothing that is newer.

use serde_json::{Value, json};

use crate::meta::{Line, WABA, contact_of, payload, seconds, text_of};
use crate::world::{World, each, text};

const ANA: &str = "56955501234";

/// News of the account, as of that second.
fn news(at: i64, field: &str, value: Value) -> Value {
    json!({"object": "whatsapp_business_account",
           "entry": [{"id": WABA, "time": at, "changes": [{"field": field, "value": value}]}]})
}

fn ban(at: i64, state: &str) -> Value {
    news(at, "account_update", json!({"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": state}}))
}

fn template(at: i64, id: u64, event: &str) -> Value {
    let value = json!({"event": event, "message_template_id": id, "message_template_name": format!("plantilla_{id}"),
                       "message_template_language": "es", "reason": "NONE"});
    news(at, "message_template_status_update", value)
}

fn has_template(w: &World, line: &Line, id: u64) {
    let channel = line.channel.parse().unwrap();
    w.work(move |w| {
        let fetched = crm::templates::Fetched {
            provider_id: id.to_string(),
            name: format!("plantilla_{id}"),
            language: "es".to_owned(),
            status: "PENDING".to_owned(),
            category: "UTILITY".to_owned(),
            parameter_format: "POSITIONAL".to_owned(),
            components: json!([{"type": "BODY", "text": "Hola"}]),
            quality: None,
            reason: None,
        };
        crm::templates::put(w, channel, &fetched).map(|_| ())
    });
}

#[test]
fn old_news_of_the_account_and_its_templates_undoes_nothing() {
    each(|w| {
        let line = Line::open(w, 1);
        let at = seconds(w) - 1000;
        has_template(w, &line, 1);
        has_template(w, &line, 2);
        let told = |payloads: &[Value]| {
            let from = w.last_sequence();
            for payload in payloads {
                assert_eq!(line.deliver(w, payload).status, 200);
            }
            w.topics(from).iter().filter(|topic| *topic == "channel.status").count()
        };
        let channel = || text(&w.get(&format!("/api/v1/channels/{}", line.channel)).json()["status"]);
        let status = |id: u64| {
            let found = w.get(&format!("/api/v1/templates?channel_id={}&name=plantilla_{id}", line.channel)).json();
            text(&found["data"][0]["status"])
        };
        assert_eq!(told(&[ban(at, "DISABLE"), ban(at, "DISABLE")]), 1);
        assert_eq!(channel(), "disabled");
        let reinstated = ban(at + 60, "REINSTATE");
        assert_eq!(told(&[reinstated.clone(), ban(at, "DISABLE"), reinstated, ban(at, "DISABLE")]), 1);
        assert_eq!(channel(), "unchecked", "what was lifted stays lifted");
        // Something else of the same field is no newer word on this one.
        let tier = json!({"event": "VOLUME_BASED_PRICING_TIER_UPDATE", "volume_tier_info": {"tier": "2"}});
        assert_eq!(told(&[news(at + 500, "account_update", tier), ban(at + 400, "DISABLE")]), 2);
        assert_eq!(channel(), "disabled", "it came late, for the first time");
        // Two templates in turn, each twice and shuffled.
        let (approved, paused) = (template(at, 1, "APPROVED"), template(at + 5, 1, "PAUSED"));
        let other = template(at + 3, 2, "APPROVED");
        assert_eq!(told(&[approved.clone(), other.clone(), approved.clone(), other.clone()]), 2);
        assert_eq!(told(&[paused.clone(), approved.clone(), other, paused, approved]), 1);
        assert_eq!((status(1), status(2)), ("PAUSED".to_owned(), "APPROVED".to_owned()));
        // A clock that is far ahead does not make everything after it old.
        assert_eq!(told(&[template(at + 10_000_000, 2, "PAUSED"), template(seconds(w) + 5, 2, "REINSTATED")]), 2);
        assert_eq!(status(2), "APPROVED");
    });
}

#[test]
fn an_old_message_brings_no_older_profile_back() {
    each(|w| {
        let line = Line::open(w, 1);
        let at = seconds(w) - 1000;
        let says = |id: &str, at: i64, name: &str, username: &str| {
            let profile = json!([{"profile": {"name": name, "username": username}, "wa_id": ANA}]);
            payload(vec![line.change(json!({"contacts": profile, "messages": [text_of(ANA, id, at, "hola")]}))])
        };
        let called = || {
            let contact = contact_of(w, ANA);
            let identity = w.get(&format!("/api/v1/contacts/{contact}/identity")).json();
            let of_kind = |kind: &str| {
                let all = identity["identifiers"].as_array().unwrap();
                all.iter().find(|one| one["kind"] == kind).map(|one| text(&one["value"]))
            };
            (text(&w.info(&contact)["name"]), of_kind("username").unwrap())
        };
        let (first, second) = (says("1", at, "Ana Soto", "@ana"), says("2", at + 10, "Ana Rojas", "@anarojas"));
        for payload in [&first, &second] {
            assert_eq!(line.deliver(w, payload).json()["received"], 1);
        }
        let now = ("Ana Rojas".to_owned(), "anarojas".to_owned());
        assert_eq!(called(), now);
        let from = w.last_sequence();
        // Again; and what is late for the first time says what was so then.
        assert_eq!(line.deliver(w, &first).json()["known"], 1);
        assert_eq!(line.deliver(w, &says("0", at + 5, "Ana de Soto", "@anita")).json()["received"], 1);
        assert_eq!((called(), w.topics(from)), (now, vec!["message.received".to_owned()]));
        // Within one second the arrival decides, and a repetition is still none.
        let (third, fourth) =
            (says("3", at + 20, "Ana R.", "@ana_r"), says("4", at + 20, "Ana Rojas Pérez", "@ana_rp"));
        for payload in [&third, &fourth, &third, &second] {
            assert_eq!(line.deliver(w, payload).status, 200);
        }
        assert_eq!(called(), ("Ana Rojas Pérez".to_owned(), "ana_rp".to_owned()));
        // What is new is taken.
        line.deliver(w, &says("5", at + 30, "Ana", "@ana"));
        assert_eq!(called(), ("Ana".to_owned(), "ana".to_owned()));
    });
}

#[test]
fn who_is_told_to_have_opted_out_by_a_refusal_has() {
    each(|w| {
        let line = Line::open(w, 1);
        let at = seconds(w);
        line.deliver(w, &line.text(ANA, "1", at - 10, "hola"));
        let contact = contact_of(w, ANA);
        let queued = w.post("/api/v1/messages", json!({"contact_id": contact, "text": "¡Ofertas!"})).json();
        let id = text(&queued["id"]);
        let message = id.parse().unwrap();
        w.work(move |w| crm::messages::accepted(w, message, "wamid.promo").map(|_| ()));
        let mut failed = line.status("wamid.promo", "failed", at);
        failed["entry"][0]["changes"][0]["value"]["statuses"][0]["errors"] = json!([{"code": 131_050, "title": "Unable to deliver the message", "error_data": {"details": "User opted out"}}]);
        let from = w.last_sequence();
        for _ in 0..2 {
            assert_eq!(line.deliver(w, &failed).status, 200);
        }
        assert!(w.info(&contact)["opted_out_at"].is_string());
        assert_eq!(w.topics(from), ["message.status", "contact.updated"]);
        let error = w.get(&format!("/api/v1/messages/{id}")).json()["error"].clone();
        assert_eq!((&error["code"], &error["details"]), (&json!("131050"), &json!("User opted out")));
        let advice = providers::whatsapp_cloud::errors::rule_of(131_050).advice;
        assert_eq!(error["advice"], json!(advice));
        assert!(!advice.is_empty());
    });
}
