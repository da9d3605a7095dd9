//! C22: deprecated, does what C1 does, and says so.

use serde_json::{Value, json};

use crate::redact::{redact, wrong};
use crate::silence::each_silent;
use crate::world::{PHONE_ID, UPSERT, WEB_WHATSAPP, WHATSAPP, World, text};

const PATH: &str = "/api/public/whatsapp/message/note/send";

fn old(w: &World) -> Value {
    json!({"to_phone": "9 5550 1234", "from_phone": WHATSAPP, "note": "Pidió que la llamen", "contact_name": "Ana Rojas",
           "stage_id": w.here.stages[1],
           "meta_data": {"ciudad": "Osorno", "Pedido": {"n": 1}, "email": "ana@example.com", "nombre": "Otra"}})
}

#[test]
fn it_answers_as_ever_and_announces_its_end() {
    each_silent(|w| {
        for from in
            [json!(WHATSAPP), json!(PHONE_ID), json!(106540352242922_i64), json!("9 1111 2222"), json!(WEB_WHATSAPP)]
        {
            let mut body = old(w);
            body["from_phone"] = from.clone();
            let reply = w.post(PATH, body);
            assert_eq!(reply.status, 201, "{from}: {}", reply.text());
            assert_eq!(
                redact(&reply.json()),
                json!({"status": "ok", "message": "Message sent successfully.", "aiContactId": "<id>"})
            );
            assert!(reply.header("deprecation").unwrap().starts_with('@'));
            assert!(reply.header("sunset").unwrap().ends_with(" GMT"));
            let links = reply.all("link").join(", ");
            for part in ["rel=\"deprecation\"", "rel=\"sunset\"", &format!("<{UPSERT}>; rel=\"successor-version\"")] {
                assert!(links.contains(part), "{part} in {links}");
            }
        }
        assert_eq!(w.number("SELECT count(*) AS n FROM messages WHERE direction <> 'note'"), 0, "nothing is sent");
        let refused = w.post(PATH, json!({}));
        assert_eq!(
            wrong(&refused.json()),
            ["/from_phone required", "/meta_data required", "/note required", "/to_phone required"]
        );
        assert!(refused.header("sunset").is_some() && refused.header("deprecation").is_some(), "also where it refuses");
        let before = w.counts();
        let mut body = old(w);
        for (member, value) in [
            ("to_phone", json!("1")),
            ("from_phone", json!("+56912")),
            ("stage_id", json!(w.there.stages[0])),
            ("note", json!("x".repeat(4097))),
            ("meta_data", json!("x")),
        ] {
            body[member] = value;
        }
        assert_eq!(
            wrong(&w.post(PATH, body).json()),
            [
                "/from_phone unknown_reference",
                "/meta_data invalid_type",
                "/note too_long",
                "/stage_id unknown_reference",
                "/to_phone invalid_phone"
            ]
        );
        assert_eq!(w.counts(), before);
    });
}

/// Everything that is true of the person afterwards.
pub fn state(w: &World, contact: &str) -> Value {
    let mut state = w.info(contact);
    state["timeline"] = w.get(&format!("/api/v1/contacts/{contact}/timeline")).json();
    for entry in state["timeline"]["data"].as_array_mut().unwrap() {
        entry["cursor"].take();
    }
    state["identity"] = w.get(&format!("/api/v1/contacts/{contact}/identity")).json();
    state["counts"] = json!(w.counts());
    redact(&state)
}

#[test]
fn it_leaves_the_same_state_as_its_successor() {
    each_silent(|w| {
        let before = w.last_sequence();
        let made = w.post(PATH, old(w));
        let (old_state, old_events) = (state(w, &text(&made.json()["aiContactId"])), w.topics(before));
        assert_eq!((&old_state["counts"]["contacts"], &old_state["counts"]["tickets"]), (&json!(1), &json!(1)));
        // The same, as C1 says it, on a world of its own.
        crate::world::each_like(w, |fresh| {
            let before = fresh.last_sequence();
            let body = old(fresh);
            let made = fresh.post(
                UPSERT,
                json!({"channel": "whatsapp", "channel_phone_number": WHATSAPP, "contact_phone_number": body["to_phone"],
                       "contact_name": body["contact_name"], "stageId": body["stage_id"], "note": body["note"],
                       "meta_data": body["meta_data"]}),
            );
            assert_eq!(made.status, 201, "{}", made.text());
            assert_eq!(state(fresh, &text(&made.json()["id"])), old_state);
            assert_eq!(fresh.topics(before), old_events);
        });
    });
}
