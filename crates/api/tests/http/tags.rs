//! C12, C13, C14: tags.

use serde_json::{Value, json};

use crate::redact::{redact, wrong};
use crate::world::{UPSERT, each, text};

#[test]
fn the_list_and_replacing_a_contacts() {
    each(|w| {
        let reply = w.get("/api/public/tags");
        let list = reply.json();
        assert_eq!((reply.status, list.as_array().unwrap().len()), (200, 2));
        assert_eq!(
            redact(&list[0]),
            json!({"id": w.here.vip, "value": "vip", "variant": list[0]["variant"], "entity_type": "CONTACT", "created_at": "<time>",
                   "client_id": "<id>", "integration_token_id": null, "integration_provider": null,
                   "integration_external_id": null})
        );
        let contact = w.contact("+56955501234");
        let path = format!("/api/public/contact/tags/{contact}");
        let reply = w.patch(&path, json!({"tagsIds": [w.here.vip, w.here.vip]}));
        assert_eq!((reply.status, reply.json()), (200, json!({"status": "success", "aiContactTagsLength": 1})));
        let before = w.counts();
        let reply = w.patch(&path, json!({"tagsIds": [999, w.here.urgent, 1.5, "1", -1]}));
        assert_eq!((reply.status, wrong(&reply.json()).len()), (400, 3), "{}", reply.text());
        let reply = w.patch(&path, json!({"tagsIds": [999, w.here.urgent]}));
        assert_eq!(wrong(&reply.json()), ["/tagsIds/0 unknown_reference", "/tagsIds/1 wrong_entity_type"]);
        assert_eq!(w.counts(), before, "nothing changed");
        assert_eq!(w.info(&contact)["tags"].as_array().unwrap().len(), 1);
        assert_eq!(w.patch(&path, json!({"tagsIds": []})).json()["aiContactTagsLength"], 0);
        assert_eq!(w.info(&contact)["tags"], json!([]));
        assert_eq!(wrong(&w.patch(&path, json!({})).json()), ["/tagsIds required"]);
    });
}

#[test]
fn by_name_on_whoever_the_identifier_names() {
    each(|w| {
        let contact = w.contact("+56955501234");
        let path = "/api/public/channels/playground/955501234/tags";
        let reply = w.post(path, json!({"tags": ["VIP", "Nuevo cliente", "urgente"]}));
        assert_eq!(reply.status, 201, "{}", reply.text());
        let answer = reply.json();
        assert_eq!(
            (&answer["status"], &answer["createdCount"], &answer["assignedCount"], &answer["notAssignedCount"]),
            (&json!("success"), &json!(1), &json!(2), &json!(1)),
            "{answer}"
        );
        assert_eq!(answer["notAssignedTags"], json!(["urgente"]), "a TICKET tag needs an open ticket");
        assert_eq!(answer["details"]["created"][0]["value"], "Nuevo cliente");
        assert_eq!(w.info(&contact)["tags"].as_array().unwrap().len(), 2);
        w.upsert("+56955501234", json!({"stageId": w.here.stages[0]}));
        assert_eq!(w.post(path, json!({"tags": ["urgente"]})).json()["assignedCount"], 1);
        assert_eq!(w.number("SELECT count(*) AS n FROM ticket_tags"), 1);
        // Of two contacts with the number the one with an open ticket is meant, whoever was active last.
        let newer = json!({"type": "playground", "name": "Otro", "country": "CL", "phone_number": "+56223456780"});
        assert_eq!(w.post("/api/v1/channels", newer).status, 201);
        let newer = json!({"channel": "playground", "channel_phone_number": "+56223456780", "contact_phone_number": "955501234"});
        let newer = text(&w.post(UPSERT, newer).json()["id"]);
        w.inbound(&newer, "Hola", 0);
        let answer = w.post(path, json!({"tags": ["vip", "urgente"]})).json();
        assert_eq!((&answer["assignedCount"], w.info(&newer)["tags"].as_array().unwrap().len()), (&json!(2), 0));
        // A tag on the ticket is told, once.
        let before = w.last_sequence();
        w.post("/api/v1/tags", json!({"value": "apuro", "entity_type": "TICKET"}));
        for _ in 0..2 {
            w.post(path, json!({"tags": ["apuro"]}));
        }
        assert_eq!(w.topics(before).iter().filter(|topic| *topic == "ticket.updated").count(), 1);
        // Said twice in other spellings: one tag, counted once.
        let answer = w.post(path, json!({"tags": ["Ñandú", "nandu", " ÑANDÚ ", "vip"]})).json();
        assert_eq!((&answer["createdCount"], &answer["assignedCount"]), (&json!(1), &json!(2)), "{answer}");
        assert_eq!(w.info(&contact)["tags"].as_array().unwrap().len(), 3);
        // A visitor, by their user id.
        let visitor = json!({"channel": "webchat", "channel_id": w.here.webchat, "external_user_id": "v/1 ñ"});
        let visitor = text(&w.post(UPSERT, visitor).json()["id"]);
        let reply = w.post("/api/public/channels/webchat/v%2F1%20%C3%B1/tags", json!({"tags": ["vip"]}));
        assert_eq!(reply.status, 201, "{}", reply.text());
        assert_eq!(w.info(&visitor)["tags"][0]["value"], "vip");
        for (path, status) in [
            ("/api/public/channels/playground/955509999/tags", 404),
            ("/api/public/channels/playground/nobody/tags", 404),
            ("/api/public/channels/whatsapp/955501234/tags", 404),
            ("/api/public/channels/sms/955501234/tags", 404),
            ("/api/public/channels/webchat/%00/tags", 404),
            ("/api/public/channels/webchat/%ff/tags", 404),
        ] {
            assert_eq!(w.post(path, json!({"tags": ["vip"]})).status, status, "{path}");
        }
        let before = w.counts();
        for (tags, expected) in [
            (json!("vip"), "/tags invalid_type"),
            (json!(["vip", 1]), "/tags/1 invalid_type"),
            (json!(["vip", " "]), "/tags/1 empty"),
            (json!(["x".repeat(101)]), "/tags/0 too_long"),
            (Value::Null, "/tags required"),
        ] {
            let reply = w.post(path, json!({"tags": tags}));
            assert_eq!((reply.status, wrong(&reply.json())), (400, vec![expected.to_owned()]), "{tags}");
        }
        assert_eq!(w.counts(), before);
    });
}

#[test]
fn tags_of_a_ticket_are_put_on_and_taken_off() {
    each(|w| {
        let (_, ticket) = w.ticket("+56955501234");
        let path = format!("/api/v1/tickets/{ticket}");
        let tag =
            w.post("/api/v1/tags", json!({"value": "Espera repuesto", "entity_type": "TICKET"})).json()["id"].clone();
        let ids = |reply: &serde_json::Value| {
            reply["tags"].as_array().unwrap().iter().map(|tag| tag["id"].clone()).collect::<Vec<_>>()
        };
        let before = w.last_sequence();
        // Twice is as once.
        for _ in 0..2 {
            let reply = w.patch(&path, json!({"add_tag_ids": [w.here.urgent, tag]}));
            assert_eq!(
                (reply.status, ids(&reply.json())),
                (200, vec![json!(w.here.urgent), tag.clone()]),
                "{}",
                reply.text()
            );
        }
        let reply = w.patch(&path, json!({"remove_tag_ids": [w.here.urgent]})).json();
        assert_eq!(ids(&reply), std::slice::from_ref(&tag));
        assert_eq!(ids(&w.get(&path).json()), std::slice::from_ref(&tag));
        assert_eq!(w.topics(before), ["ticket.updated", "ticket.updated"]);
        let log = w.get(&format!("/api/v1/events?after={before}")).json();
        assert_eq!(log["data"][1]["previous"]["tags"], json!([w.here.urgent, tag]));
        // All that is wrong at once, and nothing done.
        let reply = w.patch(&path, json!({"add_tag_ids": [w.here.urgent, w.here.vip], "remove_tag_ids": [999_999]}));
        assert_eq!(wrong(&reply.json()), ["/add_tag_ids/1 wrong_entity_type", "/remove_tag_ids/0 unknown_reference"]);
        assert_eq!(ids(&w.get(&path).json()), [tag]);
    });
}

#[test]
fn there_are_so_many_and_what_is_beyond_is_named() {
    each(|w| {
        w.contact("+56955501234");
        w.work(|w| {
            for n in 10_000..10_000 + crm::tags::MOST_TAGS - 3 {
                let name = format!("pedido {n}");
                w.tx.execute(
                    "INSERT INTO tags (organization_id, id, value, value_key, variant, entity_type, version, created_at)
                     VALUES ($1, $2, $3, $3, 'gray', 'CONTACT', 1, $4)",
                    store::params![w.organization(), n, name, w.now],
                )?;
            }
            Ok(())
        });
        // Two were there, so that one more has room.
        let path = "/api/public/channels/playground/955501234/tags";
        let answer = w.post(path, json!({"tags": ["vip", "el último", "uno de más", "pedido 10007"]})).json();
        assert_eq!((&answer["createdCount"], &answer["assignedCount"]), (&json!(1), &json!(3)), "{answer}");
        assert_eq!(answer["notAssignedTags"], json!(["uno de más"]));
        let refused = w.post("/api/v1/tags", json!({"value": "otro"}));
        assert_eq!((refused.status, &refused.json()["code"]), (409, &json!("limit_reached")));
        assert_eq!(
            w.number("SELECT count(*) AS n FROM tags"),
            crm::tags::MOST_TAGS + 2,
            "the other organization's two"
        );
    });
}
