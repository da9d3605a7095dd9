//! Somebody with two numbers on one line: what is sent goes to the one that is meant, and each has a window of its own.

use serde_json::{Value, json};

use crate::client::Reply;
use crate::merged_lines::{ANA, BEA, Two};
use crate::meta::{Line, contact_of, messages_of, seconds};
use crate::outbound::{body, template_on};
use crate::world::{UPSERT, World, each, text};

const OURS: &str = "+56900000001";

/// C27 by a number.
fn to_number(w: &World, phone: &str, body: &str) -> Reply {
    let body = json!({"phone": format!("+{phone}"), "from_phone_number": OURS, "message": body});
    w.post("/api/public/whatsapp/message/session", body)
}

fn sent(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(body, to)| ((*body).to_owned(), (*to).to_owned())).collect()
}

#[test]
fn what_is_sent_goes_to_the_number_that_is_meant() {
    each(|w| {
        let two = Two::new(w);
        let merge = two.merge();
        let lease = two.lease();
        two.line.deliver(w, &two.line.text(BEA, "3", seconds(w), "¿me responden aquí?"));
        two.send(&two.ana, "sí, aquí");
        for (phone, body) in [(ANA, "a la casa"), (BEA, "al trabajo")] {
            let reply = to_number(w, phone, body);
            assert_eq!(reply.status, 201, "{}", reply.text());
        }
        assert_eq!(two.drain(&lease), sent(&[("sí, aquí", BEA), ("a la casa", ANA), ("al trabajo", BEA)]));
        w.wait(3600);
        two.line.deliver(w, &two.line.text(ANA, "4", seconds(w), "ahora en casa"));
        two.send(&two.bea, "bien");
        let quoting = json!({"contact_id": two.ana, "text": "lo de antes", "reply_to": "wamid.3"});
        assert_eq!(w.post("/api/v1/messages", quoting).status, 201);
        assert_eq!(two.drain(&lease), sent(&[("bien", ANA), ("lo de antes", BEA)]));
        // The surfaces say which number it was.
        let [ana, bea] = [ANA, BEA].map(|phone| format!("+{phone}"));
        let theirs: Vec<String> = messages_of(w, &two.ana)
            .iter()
            .map(|message| text(&message[if message["direction"] == "INBOUND" { "from" } else { "to" }]))
            .collect();
        assert_eq!(theirs, [&ana, &bea, &bea, &bea, &ana, &bea, &ana, &ana, &bea].map(String::clone));
        w.settled();
        let log = w.get("/api/v1/events?topic=message.received&limit=1000").json();
        let from: Vec<&str> =
            log["data"].as_array().unwrap().iter().filter_map(|event| event["data"]["fromNumber"].as_str()).collect();
        assert_eq!(from, [ANA, BEA, BEA, ANA]);
        // A day after the one wrote, and not after the other.
        w.wait(23 * 3600 + 60);
        let shut = to_number(w, BEA, "ya no");
        assert_eq!((shut.status, &shut.json()["code"]), (409, &json!("outside_service_window")), "{}", shut.text());
        assert_eq!(to_number(w, ANA, "todavía").status, 201);
        // What waits while the window shuts is not sent either.
        two.line.deliver(w, &two.line.text(BEA, "5", seconds(w), "hola de nuevo"));
        assert_eq!(to_number(w, ANA, "tarde").status, 201);
        w.wait(3600);
        two.send(&two.ana, "al último");
        // Each that fails lets the next one go.
        let left: Vec<(String, String)> = (0..3).flat_map(|_| two.drain(&lease)).collect();
        assert_eq!(left, sent(&[("al último", BEA)]));
        let failed = w.number("SELECT count(*) AS n FROM messages WHERE error_code = 'outside_service_window'");
        assert_eq!(failed, 2);
        two.undo(&merge);
        for (n, (phone, contact)) in [(ANA, &two.ana), (BEA, &two.bea)].into_iter().enumerate() {
            two.line.deliver(w, &two.line.text(phone, &format!("a{n}"), seconds(w), "otra vez"));
            two.send(contact, phone);
        }
        let mut left = two.drain(&lease);
        left.sort();
        assert_eq!(left, sent(&[(ANA, ANA), (BEA, BEA)]));
    });
}

#[test]
fn how_whatsapp_writes_a_number_goes_with_that_number() {
    each(|w| {
        let line = Line::open(w, 1);
        let lead =
            json!({"channel": "whatsapp", "channel_phone_number": OURS, "contact_phone_number": format!("+{ANA}")});
        let ana = text(&w.post(UPSERT, lead).json()["id"]);
        line.deliver(w, &line.text(BEA, "1", seconds(w), "hola"));
        let two = Two::of(w, line, ana, contact_of(w, BEA));
        two.merge();
        assert_eq!(w.info(&two.ana)["phone"], json!(format!("+{ANA}")));
        let shut = to_number(w, ANA, "nunca escribió");
        assert_eq!((shut.status, &shut.json()["code"]), (409, &json!("outside_service_window")), "{}", shut.text());
        two.send(&two.ana, "hola");
        assert_eq!(two.drain(&two.lease()), sent(&[("hola", BEA)]));
        two.line.deliver(w, &two.line.text(ANA, "2", seconds(w) + 1, "aquí también"));
        two.send(&two.ana, "bien");
        assert_eq!(two.drain(&two.lease()), sent(&[("bien", ANA)]));
    });
}

#[test]
fn whoever_has_two_numbers_is_found_by_both() {
    each(|w| {
        let two = Two::new(w);
        // Each way to look for somebody: how many it finds.
        let found = |phone: &str| -> Vec<usize> {
            let paths = [
                format!("/api/public/contacts/search?phone={phone}"),
                format!("/api/v1/contacts?q={phone}"),
                format!("/api/v1/search?q={phone}"),
                format!("/api/v1/conversations?q={phone}"),
            ];
            let counted = paths.iter().map(|path| {
                let all = w.get(path).json();
                let list = [&all, &all["data"], &all["contacts"]].into_iter().find_map(|list| list.as_array());
                list.unwrap_or_else(|| panic!("{path}: {all}")).len()
            });
            counted.collect()
        };
        assert_eq!((found(ANA), found(BEA)), (vec![1; 4], vec![1; 4]));
        let merge = two.merge();
        assert_eq!((found(ANA), found(BEA)), (vec![1; 4], vec![1; 4]));
        assert_eq!(found(&BEA[4..]), [1; 4], "a part of it");
        let ids = w.get(&format!("/api/public/contacts/search?phone={BEA}")).json();
        assert_eq!(ids[0]["id"], json!(two.ana));
        // One that only the channel told of.
        let system = json!({"from": ANA, "id": "wamid.sys", "timestamp": seconds(w).to_string(), "type": "system",
                            "system": {"body": "User A changed", "wa_id": "56955507777", "type": "user_changed_number"}});
        two.line.deliver(w, &two.line.says(vec![system]));
        assert_eq!((found(ANA), found("56955507777")), (vec![1; 4], vec![1; 4]));
        two.undo(&merge);
        assert_eq!((found(ANA), found(BEA)), (vec![1; 4], vec![1; 4]));
        let ids = w.get(&format!("/api/public/contacts/search?phone={BEA}")).json();
        assert_eq!(ids[0]["id"], json!(two.bea));
    });
}

/// WhatsApp tells that the one number is the other from now on.
fn tell(w: &World, line: &Line, from: &str, to: &str, id: &str, at: i64) {
    let system = json!({"from": from, "id": format!("wamid.{id}"), "timestamp": at.to_string(), "type": "system",
                        "system": {"body": "User A changed", "wa_id": to, "type": "user_changed_number"}});
    assert_eq!(line.deliver(w, &line.says(vec![system])).status, 200);
}

#[test]
fn a_number_that_whatsapp_tells_of_is_where_messages_go_from_then_on() {
    const NEW: &str = "56955507777";
    each(|w| {
        let line = Line::open(w, 1);
        line.deliver(w, &line.text(ANA, "1", seconds(w) - 100, "hola"));
        let ana = contact_of(w, ANA);
        let at = w.now().plus_seconds(3600).to_string();
        let scheduled =
            w.post("/api/v1/scheduled_messages", json!({"contact_id": ana, "text": "luego", "scheduled_at": at}));
        assert_eq!(scheduled.status, 201, "{}", scheduled.text());
        let told = seconds(w) - 50;
        for _ in 0..2 {
            tell(w, &line, ANA, NEW, "sys", told);
        }
        // An older one that comes late says where they were in between.
        tell(w, &line, ANA, "56955506666", "sys0", told - 20);
        let path = format!("/api/v1/contacts/{ana}");
        let contact = w.get(&path).json();
        assert_eq!((&contact["phone"], &contact["service_window_ends_at"]), (&json!(format!("+{NEW}")), &json!(null)));
        // It has a window of its own, which is shut.
        let text_to = |body: &str| w.post("/api/v1/messages", json!({"contact_id": ana, "text": body}));
        let shut = text_to("¿sigues ahí?");
        assert_eq!((shut.status, &shut.json()["code"]), (409, &json!("outside_service_window")), "{}", shut.text());
        // A template goes there, whoever names the number or only the person.
        template_on(w, &line.channel, "vuelve", "APPROVED", "UTILITY", body("¿Sigues ahí?"));
        let two = Two::of(w, line, ana.clone(), ana.clone());
        let lease = two.lease();
        let template_to = |to: Value| {
            let mut request = json!({"template": {"name": "vuelve"}});
            request.as_object_mut().unwrap().extend(to.as_object().unwrap().clone());
            let reply = w.post("/api/v1/messages", request);
            assert_eq!(reply.status, 201, "{}", reply.text());
        };
        let sent_to = || -> Vec<String> { two.drain(&lease).into_iter().map(|(_, to)| to).collect() };
        template_to(json!({"contact_id": ana}));
        template_to(json!({"phone": format!("+{NEW}"), "channel_id": two.line.channel}));
        assert_eq!(sent_to(), [NEW, NEW]);
        // A notice that tells the same again, or what was before, changes nothing.
        two.line.deliver(w, &two.line.text(NEW, "2", seconds(w), "soy yo"));
        assert!(w.get(&path).json()["service_window_ends_at"].is_string());
        assert_eq!(text_to("hola de nuevo").status, 201);
        tell(w, &two.line, ANA, NEW, "sys", told);
        assert_eq!(text_to("y otra vez").status, 201);
        assert_eq!(sent_to(), [NEW, NEW]);
        // Of two who are made one it counts as before.
        two.line.deliver(w, &two.line.text(BEA, "3", told - 10, "soy Bea"));
        let bea = contact_of(w, BEA);
        w.wait(60);
        tell(w, &two.line, NEW, "56955508888", "sys2", seconds(w));
        let merged = w.post(&format!("/api/v1/contacts/{bea}/merge"), json!({"contact_id": ana}));
        assert_eq!(merged.status, 200, "{}", merged.text());
        template_to(json!({"contact_id": ana}));
        assert_eq!(sent_to(), ["56955508888"]);
    });
}
