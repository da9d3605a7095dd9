//! C2, C3, C4, C5, C10, C11, C31: contacts looked up and added to.

use serde_json::{Value, json};

use crate::redact::{redact, wrong};
use crate::world::{PLAYGROUND, UPSERT, each, text};

const NOBODY: &str = "0190c5e2-7a3b-7c1d-9e4f-2b6a8d1c3e5f";

#[test]
fn info_has_exactly_this_shape() {
    each(|w| {
        let (contact, ticket) = w.ticket("+56955501234");
        w.patch(&format!("/api/public/contact/tags/{contact}"), json!({"tagsIds": [w.here.vip]}));
        w.post(&format!("/api/public/contact/{contact}/assign-team-member/{}", w.here.agent), json!({}));
        w.post(
            &format!("/api/public/contact/{contact}/update-metadata"),
            json!({"ciudad": "Osorno", "Talla Zapato": 42}),
        );
        w.post("/api/public/ticket/amount", json!({"ticket_id": ticket, "amount": 1990}));
        w.inbound(&contact, "Hola", 60);
        let info = w.info(&contact);
        assert_eq!(
            redact(&info),
            json!({
                "id": "<id>", "name": null, "phone": "+56955501234", "email": null, "platform": "playground",
                "last_message_at": "<time>", "chat_status": "UNATTENDED", "created_at": "<time>", "client_id": "<id>",
                "ai_customer_id": "<id>", "default_stage_id": "<id>", "blocked": false, "is_chat_read": true,
                "external_user_id": null, "opted_out_at": null, "service_window_ends_at": null, "last_message_content": "Hola",
                "active_ticket": {
                    "id": "<id>", "current_stage_id": "<id>", "pipeline_id": "<id>", "status": "open", "outcome": null,
                    "amount": "1990", "currency": "CLP", "metadata": {}, "integration_data": null,
                    "created_at": "<time>", "closed_at": null,
                },
                "last_closed_ticket": null, "metadata": {"talla_zapato": 42},
                "custom_fields": [{"key": "ciudad", "name": "ciudad", "type": "text", "value": "Osorno", "source": "inferred"}],
                "team_members": [{"id": "<id>", "name": "Ana Agente", "first_name": "Ana", "last_name": "Agente",
                                  "email": "ana@example.com", "phone": "+56223450000"}],
                "tags": [{"id": w.here.vip, "value": "vip", "variant": info["tags"][0]["variant"], "entity_type": "CONTACT",
                          "created_at": "<time>", "client_id": "<id>", "integration_token_id": null,
                          "integration_provider": null, "integration_external_id": null}],
            })
        );
        for unknown in [NOBODY, "nobody", "%20", "0"] {
            let reply = w.get(&format!("/api/public/contact/{unknown}/info"));
            assert_eq!((reply.status, &reply.json()["code"]), (404, &json!("not_found")), "{unknown}");
        }
    });
}

#[test]
fn metadata_at_the_top_or_under_its_own_key() {
    each(|w| {
        let contact = w.contact("+56955501234");
        let path = format!("/api/public/contact/{contact}/update-metadata");
        let reply = w.post(&path, json!({"metadata": {"Ciudad": "Osorno", "Año Ñandú": 1}}));
        assert_eq!(reply.status, 201, "{}", reply.text());
        let answer = reply.json();
        assert_eq!(answer["custom_fields"][0]["value"], "Osorno");
        assert_eq!(answer["metadata"], json!({"ano_nandu": 1}));
        assert_eq!(answer["structuring"]["rest_keys"], json!(["ano_nandu"]));
        // With other keys beside it, `metadata` is a key like any other.
        w.post(&path, json!({"metadata": {"a": 1}, "b": 2}));
        assert_eq!(w.info(&contact)["metadata"], json!({"ano_nandu": 1, "metadata_a": 1, "b": 2}));
        // Merged by key; null removes; "" says nothing.
        w.post(&path, json!({"metadata_a": null, "b": 3, "Año Ñandú": ""}));
        assert_eq!(w.info(&contact)["metadata"], json!({"ano_nandu": 1, "b": 3}));
        w.post(&path, json!({"ciudad": null, "b": null}));
        let info = w.info(&contact);
        assert_eq!((&info["custom_fields"], &info["metadata"]), (&json!([]), &json!({"ano_nandu": 1})));
        // Two that fold alike: the last wins, with a warning.
        let reply = w.post(&path, json!({"Mi Dato": 1, "mi_dato": 2}));
        assert_eq!(reply.json()["metadata"]["mi_dato"], 2);
        assert_eq!(reply.json()["structuring"]["warnings"][0]["code"], "duplicate_key");
        let too_much = w.post(&path, json!({"texto": "x".repeat(300_000)}));
        assert_eq!((too_much.status, wrong(&too_much.json()).len()), (400, 1), "{}", too_much.text());
        assert_eq!(w.post(&format!("/api/public/contact/{NOBODY}/update-metadata"), json!({"a": 1})).status, 404);
    });
}

#[test]
fn a_record_beyond_the_limits_of_structuring_is_kept_whole() {
    each(|w| {
        let contact = w.contact("+56955501234");
        let path = format!("/api/public/contact/{contact}/update-metadata");
        let leaves: serde_json::Map<String, Value> = (0..600).map(|n| (format!("dato{n}"), json!(n))).collect();
        let reply = w.post(&path, Value::Object(leaves));
        assert_eq!(reply.status, 201);
        let answer = reply.json();
        assert_eq!(answer["metadata"].as_object().unwrap().len(), 600);
        let codes: Vec<&Value> =
            answer["structuring"]["warnings"].as_array().unwrap().iter().map(|w| &w["code"]).collect();
        assert!(codes.contains(&&json!("structuring_limit")), "{codes:?}");
    });
}

#[test]
fn recent_contacts_in_order_and_filtered() {
    each(|w| {
        let body =
            |n: i32, more: Value| w.upsert(format!("+5695550100{n}"), more).json()["id"].as_str().unwrap().to_owned();
        let ids: Vec<String> = (0..5).map(|n| body(n, json!({}))).collect();
        w.inbound(&ids[1], "antes", 7200);
        w.inbound(&ids[3], "después", 60);
        w.upsert(
            "+56955501002",
            json!({"stageId": w.here.stages[1], "custom_field_values": [{"key": "ciudad", "value": "Ñuñoa"}]}),
        );
        w.upsert(
            "+56955501004",
            json!({"stageId": w.here.elsewhere, "custom_field_values": [{"key": "ingreso", "value": 1500}]}),
        );
        let list = |query: &str| -> Vec<String> {
            let reply = w.get(&format!("/api/public/contacts?{query}"));
            assert_eq!(reply.status, 200, "{query}: {}", reply.text());
            reply.json().as_array().unwrap().iter().map(|contact| text(&contact["id"])).collect()
        };
        // Newest last message first, those without one after all others.
        let all = list("days=1");
        assert_eq!((all.len(), &all[..2]), (5, &[ids[3].clone(), ids[1].clone()][..]));
        assert_eq!(list(&format!("days=30&stage_id={}", w.here.stages[1])), [ids[2].clone()]);
        assert_eq!(list(&format!("days=30&pipeline_id={}", w.here.other_pipeline)), [ids[4].clone()]);
        assert_eq!(list("days=30&custom_field_key=ciudad&custom_field_value=%C3%91u%C3%B1oa"), [ids[2].clone()]);
        assert_eq!(
            list("days=30&custom_field_key=ciudad&custom_field_value=nunoa&custom_field_entity=customer"),
            [ids[2].clone()]
        );
        assert_eq!(list("days=30&custom_field_key=ingreso&custom_field_value=1500"), [ids[4].clone()]);
        assert!(list("days=30&custom_field_key=ciudad&custom_field_value=Talca").is_empty());
        let open = w.get(&format!("/api/public/contacts?days=1&stage_id={}", w.here.stages[1])).json();
        assert_eq!(open[0]["active_ticket_v2"]["current_stage_id"], json!(w.here.stages[1]));
        assert_eq!(open[0]["active_ticket_v2"].as_object().unwrap().len(), 2);
        assert_eq!(w.get("/api/public/contacts?days=1").json()[0]["active_ticket_v2"], Value::Null);
        // By ticket field.
        w.post("/api/public/ticket/metadata", json!({"ai_contact_id": ids[2], "metadata": {"folio": 77}}));
        assert_eq!(
            list("days=1&custom_field_key=folio&custom_field_value=77&custom_field_entity=ticket"),
            [ids[2].clone()]
        );
        // Pages hold still while others are pushed in.
        let mut seen = Vec::new();
        let mut path = "/api/public/contacts?days=1&limit=2".to_owned();
        loop {
            let page = w.get(&path);
            seen.extend(page.json().as_array().unwrap().iter().map(|contact| text(&contact["id"])));
            w.contact(&format!("+5695559{:04}", seen.len()));
            let Some(link) = page.header("link") else { break };
            let (next, rest) = link.strip_prefix("<?").unwrap().split_once('>').unwrap();
            assert_eq!(rest, "; rel=\"next\"");
            path = format!("/api/public/contacts?{next}");
        }
        assert!(all.iter().all(|id| seen.iter().filter(|other| *other == id).count() == 1), "{seen:?}");
        // What is older than so many days is out, by creation where nothing was said.
        w.wait(3 * 86_400);
        assert!(list("days=2").is_empty());
        assert!(!list("days=4").is_empty());
    });
}

#[test]
fn bad_queries_of_the_list_are_named_all_at_once() {
    each(|w| {
        for (query, expected) in [
            ("", vec!["?days required"]),
            ("days=0", vec!["?days out_of_range"]),
            ("days=366", vec!["?days out_of_range"]),
            ("days=1.5", vec!["?days out_of_range"]),
            ("days=9999999999999999999999", vec!["?days out_of_range"]),
            ("days=1&custom_field_key=ciudad", vec!["?custom_field_value required"]),
            ("days=1&custom_field_value=x", vec!["?custom_field_key required"]),
            ("days=1&stage_id=x&pipeline_id=y", vec!["?pipeline_id invalid_uuid", "?stage_id invalid_uuid"]),
            ("days=1&custom_field_entity=contact", vec!["?custom_field_entity invalid_value"]),
            ("days=1&cursor=x", vec!["?cursor invalid_cursor"]),
            ("days=1&cursor=1~x", vec!["?cursor invalid_cursor"]),
            ("days=1&limit=0", vec!["?limit out_of_range"]),
        ] {
            let reply = w.get(&format!("/api/public/contacts?{query}"));
            assert_eq!(
                (reply.status, wrong(&reply.json())),
                (400, expected.iter().map(ToString::to_string).collect()),
                "{query}"
            );
        }
        let query = format!(
            "days=1&stage_id={NOBODY}&pipeline_id={}&custom_field_key=nope&custom_field_value=1",
            w.there.pipeline
        );
        let reply = w.get(&format!("/api/public/contacts?{query}"));
        assert_eq!(
            wrong(&reply.json()),
            ["?custom_field_key unknown_reference", "?pipeline_id unknown_reference", "?stage_id unknown_reference"]
        );
        assert_eq!(w.get("/api/public/contacts?days=1&unknown=1").status, 200, "unknown keys are ignored here");
    });
}

#[test]
fn search_by_part_of_phone_or_email() {
    each(|w| {
        let ana = text(&w.upsert("+56955501234", json!({"contact_email": "ana_rojas@Example.com"})).json()["id"]);
        let eva = text(&w.upsert("+56955509876", json!({"contact_email": "anaXrojas@example.com"})).json()["id"]);
        let search = |query: &str| -> Vec<String> {
            let reply = w.get(&format!("/api/public/contacts/search?{query}"));
            assert_eq!(reply.status, 200, "{query}: {}", reply.text());
            reply.json().as_array().unwrap().iter().map(|contact| text(&contact["id"])).collect()
        };
        assert_eq!(search("phone=50-12"), std::slice::from_ref(&ana), "digits only");
        assert_eq!(search("phone=%2B56%209%205550").len(), 2);
        assert_eq!(search("email=ANA_ROJAS@EXAMPLE"), std::slice::from_ref(&ana), "no wildcard in what is looked for");
        assert!(search("email=%25%25%25").is_empty());
        let either = search("phone=9876&email=ana_");
        assert!(either.contains(&ana) && either.contains(&eva) && either.len() == 2, "both = either");
        w.inbound(&eva, "Hola", 5);
        assert_eq!(search("phone=555"), [eva, ana], "newest last message first");
        for (query, expected) in [
            ("", "?phone required"),
            ("phone=", "?phone required"),
            ("phone=12", "?phone too_short"),
            ("phone=abc", "?phone too_short"),
            ("email=ab", "?email too_short"),
        ] {
            let reply = w.get(&format!("/api/public/contacts/search?{query}"));
            assert_eq!((reply.status, wrong(&reply.json())), (400, vec![expected.to_owned()]), "{query}");
        }
        for n in 0..60 {
            w.contact(&format!("+5697777{n:04}"));
        }
        assert_eq!(search("phone=7777").len(), 50);
    });
}

#[test]
fn team_members_and_assigning_them() {
    each(|w| {
        let reply = w.get("/api/public/team-members/all");
        let members = reply.json();
        let names: Vec<&str> = members.as_array().unwrap().iter().map(|m| m["name"].as_str().unwrap()).collect();
        assert_eq!((reply.status, names), (200, vec!["Olga Owner", "Ana Agente"]), "the inactive one is left out");
        let keys: Vec<&String> = members[0].as_object().unwrap().keys().collect();
        assert_eq!(keys.len(), 6);
        let (contact, _) = w.ticket("+56955501234");
        let path = |member: &str| format!("/api/public/contact/{contact}/assign-team-member/{member}");
        let reply = w.post(&path(&w.here.agent), json!({}));
        assert_eq!(
            (reply.status, reply.json()),
            (201, json!({"success": true, "message": "Team member assigned successfully"}))
        );
        // The body is not looked at, and need not be there.
        assert_eq!(w.call("POST", &path(&w.here.owner), &[], None).status, 201);
        assert_eq!(w.info(&contact)["team_members"].as_array().unwrap().len(), 2);
        assert_eq!(w.number("SELECT count(*) AS n FROM tickets WHERE agent_id IS NOT NULL"), 1);
        let events = w.last_sequence();
        w.post(&path(&w.here.owner), json!({}));
        assert!(w.topics(events).is_empty());
        let reply = w.call("POST", &format!("{}?removeExistingAgents=true", path(&w.here.agent)), &[], None);
        assert_eq!(reply.status, 201);
        let left = w.info(&contact)["team_members"].clone();
        assert_eq!((left.as_array().unwrap().len(), &left[0]["id"]), (1, &json!(w.here.agent)));
        for unknown in [NOBODY, &w.here.inactive, &w.there.agent, "x"] {
            assert_eq!(w.post(&path(unknown), json!({})).status, 404, "{unknown}");
        }
        let reply = w.post(&format!("{}?removeExistingAgents=perhaps", path(&w.here.agent)), json!({}));
        assert_eq!(wrong(&reply.json()), ["?removeExistingAgents invalid_type"]);
    });
}

#[test]
fn a_webchat_visitors_metadata() {
    each(|w| {
        let visitor = json!({"channel": "webchat", "channel_id": w.here.webchat, "external_user_id": "v-1"});
        let contact = text(&w.post(UPSERT, visitor).json()["id"]);
        let path = "/api/public/webchat/contact/add-metadata";
        let reply = w.post(path, json!({"externalUserId": "v-1", "metadata": {"ciudad": "Osorno", "otro": 1}}));
        assert_eq!((reply.status, &reply.json()["id"]), (201, &json!(contact)), "{}", reply.text());
        assert_eq!(
            (&reply.json()["metadata"], &reply.json()["custom_fields"][0]["value"]),
            (&json!({"otro": 1}), &json!("Osorno"))
        );
        let reply = w.post(path, json!({"externalUserId": "v-2", "metadata": {}}));
        assert_eq!((reply.status, wrong(&reply.json())), (400, vec!["/externalUserId unknown_reference".to_owned()]));
        let reply = w.post(path, json!({"metadata": 5}));
        assert_eq!(wrong(&reply.json()), ["/externalUserId required", "/metadata invalid_type"]);
    });
}

#[test]
fn who_may_only_write_is_not_told_what_others_wrote() {
    each(|w| {
        let (contact, _) = w.ticket("+56955501234");
        w.inbound(&contact, "mi clave es 1234", 60);
        w.patch(&format!("/api/public/contact/tags/{contact}"), json!({"tagsIds": [w.here.vip]}));
        let path = format!("/api/public/contact/{contact}/update-metadata");
        let own = format!("/api/v1/contacts/{contact}");
        let change = |key: &str| w.raw(key, "POST", &path, &[], Some(b"{}")).json();
        let patch = |key: &str| w.raw(key, "PATCH", &own, &[], Some(b"{}")).json();
        let blind = w.key_with(&["contacts:write"], 60);
        let (told, changed) = (change(&blind), patch(&blind));
        assert_eq!(
            (&told["id"], &told["last_message_content"], &told["active_ticket"], &told["tags"]),
            (&json!(contact), &Value::Null, &Value::Null, &json!([])),
            "{told}"
        );
        assert_eq!(
            (&changed["id"], &changed["open_ticket"], &changed["tags"]),
            (&json!(contact), &Value::Null, &json!([]))
        );
        let seeing = w.key_with(&["contacts:read", "contacts:write", "messages:read", "tickets:read"], 61);
        let (told, changed) = (change(&seeing), patch(&seeing));
        assert_eq!(told["last_message_content"], "mi clave es 1234");
        for shown in [
            &told["active_ticket"]["id"],
            &told["tags"][0]["id"],
            &changed["open_ticket"]["id"],
            &changed["tags"][0]["id"],
        ] {
            assert!(!shown.is_null(), "{told} {changed}");
        }
    });
}

#[test]
fn a_number_with_an_exponent_is_that_number() {
    each(|w| {
        let field = w.post("/api/v1/custom_fields", json!({"key": "peso", "name": "Peso", "type": "number"}));
        assert_eq!(field.status, 201, "{}", field.text());
        let upsert = |n: usize, number: &str| {
            let body = format!(
                r#"{{"channel": "playground", "channel_phone_number": "{PLAYGROUND}", "contact_phone_number": "+5695550123{n}",
                     "custom_field_values": [{{"key": "peso", "value": {number}}}]}}"#
            );
            w.raw(&w.here.key, "POST", UPSERT, &[], Some(body.as_bytes()))
        };
        for (n, (number, kept)) in
            [("7.7e1", "77"), ("-12E-1", "-1.2"), ("0e999", "0"), ("1.50", "1.5")].into_iter().enumerate()
        {
            let reply = upsert(n, number);
            assert_eq!(reply.status, 201, "{}", reply.text());
            assert_eq!(w.info(&text(&reply.json()["id"]))["custom_fields"][0]["value"].to_string(), kept, "{number}");
        }
        let found = w.get("/api/public/contacts?days=1&custom_field_key=peso&custom_field_value=77").json();
        assert_eq!(found.as_array().unwrap().len(), 1, "{found}");
        for number in ["1e400", "1e31", "1e-31", "1e99999999999"] {
            let reply = upsert(9, number);
            assert_eq!(
                (reply.status, wrong(&reply.json())),
                (400, vec!["/custom_field_values/0/value invalid_value".to_owned()]),
                "{number}"
            );
        }
    });
}
