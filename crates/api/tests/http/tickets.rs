//! C18 and C19: tickets opened or moved, with or without a message.

use serde_json::{Value, json};

use crate::redact::{redact, wrong};
use crate::silence::each_silent;
use crate::world::{PHONE_ID, World, each, text};

const NOBODY: &str = "0190c5e2-7a3b-7c1d-9e4f-2b6a8d1c3e5f";

fn cloud(w: &World, more: Value) -> crate::client::Reply {
    let mut body = json!({"to_phone_number": "9 5550 1234", "stage_id": w.here.stages[0]});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    w.post(&format!("/api/public/ticket/open/whatsapp/{PHONE_ID}"), body)
}

#[test]
fn a_ticket_is_opened_then_moved_and_never_doubled() {
    each_silent(|w| {
        let reply = cloud(
            w,
            json!({"contact_name": "Ana Rojas", "email": "ana@example.com", "contact_metadata": {"ciudad": "Osorno", "x": 1},
                   "ticket_metadata": {"folio": "77", "Nro Pedido": 5},
                   "integration_data": {"integrationContactId": 12, "integrationDealId": "d-1", "additionalData": {"n": 1}}}),
        );
        assert_eq!(reply.status, 201, "{}", reply.text());
        assert_eq!(
            redact(&reply.json()),
            json!({"aiContactId": "<id>", "status": "ok", "ticketId": "<id>", "created": true})
        );
        let contact = text(&reply.json()["aiContactId"]);
        let info = w.info(&contact);
        assert_eq!((&info["name"], &info["email"]), (&json!("Ana Rojas"), &json!("ana@example.com")));
        assert_eq!((&info["metadata"], &info["custom_fields"][0]["value"]), (&json!({"x": 1}), &json!("Osorno")));
        let ticket = &info["active_ticket"];
        assert_eq!(ticket["metadata"], json!({"nro_pedido": 5}));
        assert_eq!(ticket["integration_data"]["integrationDealId"], "d-1");
        let full = w.get(&format!("/api/v1/tickets/{}", text(&ticket["id"]))).json();
        assert_eq!(
            (&full["custom_fields"][0]["key"], &full["custom_fields"][0]["value"]),
            (&json!("folio"), &json!(77))
        );
        let reply = cloud(
            w,
            json!({"stage_id": w.here.stages[1], "ticket_metadata": {"otro": true},
                                    "integration_data": {"integrationDealId": "d-2"}}),
        );
        assert_eq!((reply.status, &reply.json()["created"]), (200, &json!(false)));
        assert_eq!(reply.json()["ticketId"], ticket["id"]);
        let moved = w.info(&contact)["active_ticket"].clone();
        assert_eq!(moved["current_stage_id"], json!(w.here.stages[1]));
        assert_eq!(moved["metadata"], json!({"nro_pedido": 5, "otro": true}));
        assert_eq!(
            (&moved["integration_data"]["integrationDealId"], &moved["integration_data"]["integrationContactId"]),
            (&json!("d-2"), &json!("12"))
        );
        assert_eq!(w.number("SELECT count(*) AS n FROM tickets"), 1);
        assert_eq!(w.number("SELECT count(*) AS n FROM messages"), 0, "without a message nothing is sent");
    });
}

#[test]
fn the_path_names_a_channel_of_its_kind() {
    each_silent(|w| {
        let body = json!({"to_phone_number": "+56955501234", "stage_id": w.here.stages[0]});
        let open = |kind: &str, id: &str| w.post(&format!("/api/public/ticket/open/{kind}/{id}"), body.clone());
        assert_eq!(open("web-whatsapp", &w.here.web_whatsapp).status, 201);
        for (kind, id) in [
            ("whatsapp", "1"),
            ("whatsapp", "abc"),
            ("whatsapp", w.here.whatsapp.as_str()),
            ("whatsapp", "99999999999999999999999"),
            ("web-whatsapp", PHONE_ID),
            ("web-whatsapp", w.here.playground.as_str()),
            ("web-whatsapp", NOBODY),
            ("web-whatsapp", w.there.web_whatsapp.as_str()),
        ] {
            let reply = open(kind, id);
            assert_eq!((reply.status, &reply.json()["statusCode"]), (404, &json!(404)), "{kind} {id}");
        }
        assert_eq!(w.post("/api/public/ticket/open/whatsapp/1", json!({})).status, 404);
    });
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    each_silent(|w| {
        let before = w.counts();
        let reply = w.post(
            &format!("/api/public/ticket/open/whatsapp/{PHONE_ID}"),
            json!({"to_phone_number": "1", "stage_id": w.there.stages[0], "email": "x", "contact_metadata": 1,
                   "ticket_metadata": {"folio": "abc"}, "integration_data": "x",
                   "message": {"content": 5, "ai_generated": "perhaps"}}),
        );
        assert_eq!(reply.status, 400);
        let found = wrong(&reply.json());
        for pointer in [
            "/to_phone_number ",
            "/stage_id unknown_reference",
            "/email ",
            "/contact_metadata ",
            "/ticket_metadata/folio ",
            "/integration_data ",
            "/message/content ",
            "/message/ai_generated ",
        ] {
            assert!(found.iter().any(|error| error.starts_with(pointer)), "{pointer} in {found:?}");
        }
        let reply = w.post(&format!("/api/public/ticket/open/whatsapp/{PHONE_ID}"), json!({}));
        assert_eq!(wrong(&reply.json()), ["/stage_id required", "/to_phone_number required"]);
        for (message, expected) in [
            (json!({"ai_generated": false}), "/message/content assistant_not_configured"),
            (json!({"content": "Hola"}), "/message/ai_generated required"),
            (
                json!({"templateId": "t-1", "content": "Hola", "ai_generated": false}),
                "/message/templateId unknown_reference",
            ),
        ] {
            let reply = cloud(w, json!({"message": message}));
            assert_eq!((reply.status, wrong(&reply.json())), (400, vec![expected.to_owned()]), "{message}");
        }
        assert_eq!(w.counts(), before);
    });
}

#[test]
fn a_message_needs_an_open_window_and_an_unblocked_contact() {
    each(|w| {
        let message = json!({"message": {"content": "Hola Ana", "ai_generated": false}});
        let before = w.counts();
        let reply = cloud(w, message.clone());
        assert_eq!((reply.status, &reply.json()["code"]), (409, &json!("outside_service_window")), "{}", reply.text());
        assert_eq!(w.counts(), before, "refused before anything is written");
        let contact = text(&cloud(w, json!({})).json()["aiContactId"]);
        w.inbound(&contact, "¿Hay stock?", 24 * 3600 + 5);
        assert_eq!(cloud(w, message.clone()).json()["code"], "outside_service_window");
        w.inbound(&contact, "¿Hay stock?", 23 * 3600);
        let events = w.last_sequence();
        let reply = cloud(w, message.clone());
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert_eq!(w.topics(events), ["message.queued"]);
        assert_eq!(
            w.number("SELECT count(*) AS n FROM messages WHERE status = 'queued' AND direction = 'outbound' AND body = 'Hola Ana' AND ticket_id IS NOT NULL"),
            1
        );
        assert_eq!(w.info(&contact)["chat_status"], "ATTENDED");
        w.patch(&format!("/api/v1/contacts/{contact}"), json!({"blocked": true}));
        let before = w.counts();
        assert_eq!(cloud(w, message.clone()).json()["code"], "contact_blocked");
        assert_eq!(w.counts(), before);
        assert_eq!(cloud(w, json!({})).status, 200, "a ticket without a message is no sending");
        // The QR channel knows no window.
        let body =
            json!({"to_phone_number": "+56955507777", "stage_id": w.here.stages[0], "message": message["message"]});
        let reply = w.post(&format!("/api/public/ticket/open/web-whatsapp/{}", w.here.web_whatsapp), body);
        assert_eq!(reply.status, 201, "{}", reply.text());
        assert_eq!(w.number("SELECT count(*) AS n FROM messages WHERE status = 'queued'"), 2);
    });
}

#[test]
fn what_another_system_keeps_with_a_ticket_has_a_size() {
    each(|w| {
        let large = |n: usize| json!({"integration_data": {"additionalData": {"x": "y".repeat(n)}}});
        let opened = cloud(w, large(60_000));
        assert_eq!(opened.status, 201, "{}", opened.text());
        let before = w.counts();
        let refused = cloud(w, large(70_000));
        assert_eq!((refused.status, wrong(&refused.json())), (400, vec!["/integration_data too_large".to_owned()]));
        assert_eq!(w.counts(), before);
    });
}
