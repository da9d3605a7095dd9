//! C1: a customer pushed in.

use serde_json::{Value, json};

use crate::redact::{redact, wrong};
use crate::silence::each_silent;
use crate::world::{PHONE_ID, PLAYGROUND, UPSERT, WEB_WHATSAPP, WHATSAPP, text};

const UNKNOWN: &str = "0190c5e2-7a3b-7c1d-9e4f-2b6a8d1c3e5f";

#[test]
fn a_new_customer_has_exactly_this_shape() {
    each_silent(|w| {
        let made = w.upsert(
            "9 5550 1234",
            json!({"contact_name": " Ana Rojas ", "contact_email": "Ana@Example.com", "stageId": w.here.stages[0],
                   "agentId": w.here.agent, "custom_field_values": [{"key": "ciudad", "value": "Valdivia"}], "extra": 1}),
        );
        assert_eq!(made.status, 201, "{}", made.text());
        assert_eq!(
            redact(&made.json()),
            json!({
                "id": "<id>", "name": "Ana Rojas", "phone": "+56955501234", "email": "ana@example.com",
                "platform": "playground", "last_message_at": null, "chat_status": "ATTENDED", "created_at": "<time>",
                "client_id": "<id>", "ai_customer_id": "<id>", "default_stage_id": "<id>", "blocked": false,
                "is_chat_read": true, "external_user_id": null, "created": true,
                "structuring": {
                    "engine": made.json()["structuring"]["engine"], "rest_keys": [], "review_count": 0,
                    "placements": made.json()["structuring"]["placements"].clone().as_array().map(|p| json!(p)),
                },
            })
        );
        let placements = made.json()["structuring"]["placements"].as_array().unwrap().clone();
        for placement in &placements {
            assert_eq!((&placement["method"], &placement["applied"]), (&json!("explicit"), &json!(true)));
            assert_eq!(placement["confidence"], 1.0);
        }
        let contact = text(&made.json()["id"]);
        let info = w.info(&contact);
        assert_eq!(info["custom_fields"][0]["value"], "Valdivia");
        assert_eq!(info["custom_fields"][0]["source"], "explicit");
        assert_eq!(info["team_members"][0]["id"], json!(w.here.agent));
        assert_eq!(info["active_ticket"]["current_stage_id"], json!(w.here.stages[0]));
        assert_eq!(
            w.topics(0).into_iter().filter(|topic| topic != "setup.changed").collect::<Vec<_>>(),
            ["contact.created", "contact.updated", "ticket.created", "agent.assigned"]
        );
        // Each event shows what the same call set.
        let log = w.get(&format!("/api/v1/events?contact_id={contact}")).json();
        let data = |at: usize| log["data"][at]["data"].clone();
        assert_eq!((&data(0)["name"], &data(0)["email"]), (&json!("Ana Rojas"), &json!("ana@example.com")));
        assert_eq!((data(1).get("name"), data(1).get("email")), (None, None), "told once: {}", data(1));
        assert_eq!(data(1)["custom_fields"]["ciudad"], "Valdivia");
        assert_eq!(data(2)["ticket"]["agent_id"], json!(w.here.agent));
        assert_eq!(
            (&data(3)["agent_id"], &log["data"][3]["previous"]["ticket_agent_id"]),
            (&json!(w.here.agent), &Value::Null)
        );
        let again = w.upsert(56955501234_i64, json!({"stageId": w.here.stages[0]}));
        assert_eq!((again.status, &again.json()["created"]), (200, &json!(false)));
        assert_eq!(again.json()["id"], made.json()["id"]);
        assert_eq!(w.number("SELECT count(*) AS n FROM messages"), 0, "nothing is ever queued");
    });
}

#[test]
fn every_kind_of_channel_is_found_by_its_number_or_id() {
    each_silent(|w| {
        for (body, platform) in [
            (json!({"channel": "whatsapp", "channel_phone_number": PHONE_ID}), "whatsapp"),
            (json!({"channel": "whatsapp", "channel_phone_number": 106540352242922_i64}), "whatsapp"),
            (json!({"channel": "whatsapp", "channel_phone_number": "9 1111 2222"}), "whatsapp"),
            (json!({"channel": "web-whatsapp", "channel_phone_number": WEB_WHATSAPP}), "web-whatsapp"),
            (json!({"channel": "playground", "channel_phone_number": PLAYGROUND}), "playground"),
        ] {
            let mut body = body;
            body["contact_phone_number"] = json!("+56 9 5550-1234");
            let reply = w.post(UPSERT, body.clone());
            assert!(matches!(reply.status, 200 | 201), "{body}: {}", reply.text());
            assert_eq!(reply.json()["platform"], platform);
        }
        let visitor = json!({"channel": "webchat", "channel_id": w.here.webchat, "external_user_id": 4711});
        let reply = w.post(UPSERT, visitor);
        assert_eq!((reply.status, &reply.json()["external_user_id"]), (201, &json!("4711")));
        assert_eq!(reply.json()["phone"], Value::Null);
        // The number of another kind of channel is not there.
        let reply = w.post(
            UPSERT,
            json!({"channel": "playground", "channel_phone_number": WHATSAPP, "contact_phone_number": "+56955501234"}),
        );
        assert_eq!(
            (reply.status, wrong(&reply.json())),
            (400, vec!["/channel_phone_number unknown_reference".to_owned()])
        );
    });
}

#[test]
fn all_that_is_wrong_is_said_at_once_and_leaves_nothing_behind() {
    each_silent(|w| {
        let before = w.counts();
        let reply = w.post(
            UPSERT,
            json!({"channel": "playground", "channel_phone_number": "+56999999999", "contact_phone_number": "12",
                   "contact_name": 7, "contact_email": "no", "stageId": UNKNOWN, "agentId": w.here.inactive,
                   "meta_data": [], "note": "x".repeat(4097),
                   "custom_field_values": [{"key": "nope", "value": 1}, {"value": 2}, {"key": "ingreso", "value": "abc"},
                                           {"key": "ciudad"}]}),
        );
        assert_eq!(reply.status, 400);
        assert_eq!(
            wrong(&reply.json()),
            [
                "/agentId unknown_reference",
                "/channel_phone_number unknown_reference",
                "/contact_email invalid_email",
                "/contact_name invalid_type",
                "/contact_phone_number invalid_phone",
                "/custom_field_values/0/key unknown_reference",
                "/custom_field_values/1/key required",
                "/custom_field_values/2/value invalid_value",
                "/meta_data invalid_type",
                "/note too_long",
                "/stageId unknown_reference",
            ]
        );
        let problem = reply.json();
        assert_eq!((&problem["statusCode"], &problem["error"]), (&json!(400), &json!("Bad Request")));
        assert_eq!(problem["message"].as_array().unwrap().len(), 11);
        let reply = w.upsert(
            "+56955501234",
            json!({"custom_field_values": [{"key": "nope", "value": 1}, {"key": "ingreso", "value": "abc"}]}),
        );
        let found = wrong(&reply.json());
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(found[0], "/custom_field_values/0/key unknown_reference");
        assert!(found[1].starts_with("/custom_field_values/1/value "), "{found:?}");
        for (body, expected) in [
            (json!({}), vec!["/channel required"]),
            (json!({"channel": "sms"}), vec!["/channel invalid_value"]),
            (json!({"channel": "whatsapp"}), vec!["/channel_phone_number required", "/contact_phone_number required"]),
            (json!({"channel": "webchat"}), vec!["/channel_id required", "/external_user_id required"]),
            (
                json!({"channel": "playground", "channel_phone_number": PLAYGROUND}),
                vec!["/contact_phone_number required"],
            ),
        ] {
            let reply = w.post(UPSERT, body.clone());
            assert_eq!(
                (reply.status, wrong(&reply.json())),
                (400, expected.iter().map(ToString::to_string).collect()),
                "{body}"
            );
        }
        assert_eq!(w.counts(), before, "a refused request leaves nothing behind");
    });
}

#[test]
fn a_bad_stage_or_agent_undoes_the_whole() {
    each_silent(|w| {
        let before = w.counts();
        for bad in [
            json!({"stageId": UNKNOWN}),
            json!({"agentId": UNKNOWN}),
            json!({"stageId": w.there.stages[0]}),
            json!({"agentId": w.there.agent}),
            json!({"agentId": w.here.inactive}),
        ] {
            let mut body = bad.clone();
            body["contact_name"] = json!("Ana Rojas");
            body["note"] = json!("Llamar");
            body["meta_data"] = json!({"ciudad": "Osorno", "otro": 1});
            let reply = w.upsert("+56955501234", body);
            assert_eq!((reply.status, wrong(&reply.json()).len()), (400, 1), "{bad}: {}", reply.text());
            assert!(wrong(&reply.json())[0].ends_with("unknown_reference"));
        }
        assert_eq!(w.counts(), before);
    });
}

#[test]
fn nothing_said_changes_nothing_and_null_removes_a_field() {
    each_silent(|w| {
        let first = json!({"contact_name": "Ana Rojas", "contact_email": "ana@example.com",
                           "custom_field_values": [{"key": "ciudad", "value": "Osorno"}]});
        let contact = text(&w.upsert("+56955501234", first).json()["id"]);
        let before = w.info(&contact);
        let events = w.last_sequence();
        for empty in [Value::Null, json!("")] {
            let body = json!({"contact_name": empty, "contact_email": empty, "stageId": empty, "agentId": empty,
                              "note": empty, "meta_data": null, "custom_field_values": null, "channel_id": empty,
                              "external_user_id": empty});
            assert_eq!(w.upsert("+56955501234", body).status, 200);
        }
        assert_eq!(w.info(&contact), before);
        assert!(w.topics(events).is_empty(), "no change, no event");
        let nothing = json!({"custom_field_values": [{"key": "ciudad"}, {"key": "ciudad", "value": ""}]});
        assert_eq!(w.upsert("+56955501234", nothing).status, 200, "nothing said is nothing changed");
        let shown = w.info(&text(&w.upsert("+56955501234", json!({})).json()["id"]))["custom_fields"].clone();
        assert_eq!(shown[0]["value"], "Osorno");
        w.upsert("+56955501234", json!({"custom_field_values": [{"key": "ciudad", "value": null}]}));
        assert_eq!(w.info(&contact)["custom_fields"], json!([]));
    });
}

#[test]
fn what_is_said_overwrites_and_what_is_inferred_does_not() {
    each_silent(|w| {
        let contact = text(&w.upsert("+56955501234", json!({"contact_name": "Ana Rojas"})).json()["id"]);
        w.upsert("+56955501234", json!({"meta_data": {"nombre": "Berta Soto", "ciudad": "Osorno"}}));
        let info = w.info(&contact);
        assert_eq!(info["name"], "Ana Rojas", "an inferred name never replaces what was said");
        assert_eq!(
            (&info["custom_fields"][0]["value"], &info["custom_fields"][0]["source"]),
            (&json!("Osorno"), &json!("inferred"))
        );
        w.upsert(
            "+56955501234",
            json!({"contact_name": "Berta Soto",
                                         "custom_field_values": [{"key": "ciudad", "value": "Ancud"}]}),
        );
        w.upsert("+56955501234", json!({"meta_data": {"ciudad": "Osorno"}}));
        let info = w.info(&contact);
        assert_eq!((&info["name"], &info["custom_fields"][0]["value"]), (&json!("Berta Soto"), &json!("Ancud")));
        assert_eq!(info["custom_fields"][0]["source"], "explicit");
    });
}

#[test]
fn a_phone_in_the_data_identifies_only_where_it_is_sure() {
    each_silent(|w| {
        let body =
            |data: Value| json!({"channel": "playground", "channel_phone_number": PLAYGROUND, "meta_data": data});
        let reply = w.post(UPSERT, body(json!({"telefono": "+56 9 5550 1234", "nombre": "Ana Rojas"})));
        assert_eq!((reply.status, &reply.json()["phone"]), (201, &json!("+56955501234")), "{}", reply.text());
        let before = w.counts();
        // Numbers that nothing says whose they are.
        let reply = w.post(UPSERT, body(json!({"dato_a": "+56 9 5550 1111", "dato_b": "+56 9 5550 2222"})));
        assert_eq!(
            (reply.status, wrong(&reply.json())),
            (400, vec!["/contact_phone_number required".to_owned()]),
            "{}",
            reply.text()
        );
        let reply = w.post(UPSERT, body(json!({"pedido": 12345})));
        assert_eq!(wrong(&reply.json()), ["/contact_phone_number required"]);
        assert_eq!(w.counts(), before);
    });
}

#[test]
fn a_note_is_written_and_nothing_is_sent() {
    each_silent(|w| {
        let reply = w.upsert("+56955501234", json!({"note": "Pidió que la llamen", "stageId": w.here.stages[0]}));
        let contact = text(&reply.json()["id"]);
        assert_eq!(w.number("SELECT count(*) AS n FROM messages WHERE direction = 'note' AND status = 'stored'"), 1);
        assert_eq!(w.number("SELECT count(*) AS n FROM messages WHERE direction <> 'note'"), 0);
        assert!(w.topics(0).contains(&"note.created".to_owned()));
        assert_eq!(w.info(&contact)["last_message_content"], Value::Null, "a note is no message");
        assert_eq!(w.get(&format!("/api/public/contact/v2/{contact}/messages")).json()["total"], 0);
    });
}

#[test]
fn stages_move_close_and_are_not_doubled() {
    each_silent(|w| {
        let stages = &w.here.stages;
        let at = |stage: &str| w.upsert("+56955501234", json!({"stageId": stage})).json();
        let contact = text(&at(&stages[0])["id"]);
        let opened = w.last_sequence();
        at(&stages[0]);
        assert!(w.topics(opened).is_empty(), "it stands there already");
        at(&stages[1]);
        at(&w.here.elsewhere);
        assert_eq!(w.topics(opened), ["stage.changed", "stage.changed"], "also across pipelines");
        let info = w.info(&contact);
        assert_eq!(info["active_ticket"]["pipeline_id"], json!(w.here.other_pipeline));
        assert_eq!(w.number("SELECT count(*) AS n FROM tickets"), 1);
        let closing = w.last_sequence();
        at(&stages[3]);
        at(&stages[3]);
        assert_eq!(w.topics(closing), ["stage.changed", "ticket.closed"], "a retry doubles nothing");
        let info = w.info(&contact);
        assert_eq!((&info["active_ticket"], &info["chat_status"]), (&Value::Null, &json!("CLOSED")));
        assert_eq!(
            (&info["last_closed_ticket"]["outcome"], &info["last_closed_ticket"]["status"]),
            (&json!("won"), &json!("closed"))
        );
        assert_eq!(info["default_stage_id"], json!(stages[3]));
        at(&stages[4]);
        assert_eq!(
            w.number("SELECT count(*) AS n FROM tickets"),
            2,
            "lost is another stage: a ticket of its own, closed"
        );
        at(&stages[0]);
        assert_eq!(w.number("SELECT count(*) AS n FROM tickets WHERE status = 'open'"), 1);
        assert_eq!(w.info(&contact)["chat_status"], "ATTENDED");
        // Without a stage no ticket is opened.
        w.upsert("+56955509999", json!({}));
        assert_eq!(w.number("SELECT count(*) AS n FROM tickets"), 3);
    });
}

#[test]
fn numbers_of_free_data_stay_as_they_were_written() {
    each_silent(|w| {
        let data = r#"{"grande":12345678901234567890123,"enorme":1e400,"exacto":1.10,"nada":-0,"lista":[1e-400,0.1]}"#;
        let body = format!(
            r#"{{"channel":"playground","channel_phone_number":"{PLAYGROUND}","contact_phone_number":"+56955501234","meta_data":{data}}}"#
        );
        let reply = w.raw(&w.here.key, "POST", UPSERT, &[], Some(body.as_bytes()));
        assert_eq!(reply.status, 201, "{}", reply.text());
        let contact = text(&reply.json()["id"]);
        let info = w.get(&format!("/api/public/contact/{contact}/info")).text();
        for part in
            ["\"grande\":12345678901234567890123", "\"enorme\":1e400", "\"exacto\":1.10", "\"nada\":-0", "[1e-400,0.1]"]
        {
            assert!(info.contains(part), "{part} in {info}");
        }
        w.settled();
        let log = w.get("/api/v1/events?topic=contact.updated").text();
        assert!(log.contains("\"enorme\":1e400") && log.contains("\"exacto\":1.10"), "{log}");
        let body = format!(
            r#"{{"channel":"playground","channel_phone_number":"{PLAYGROUND}","contact_phone_number":"+56955501234",
                "custom_field_values":[{{"key":"ingreso","value":1e400}}]}}"#
        );
        let reply = w.raw(&w.here.key, "POST", UPSERT, &[], Some(body.as_bytes()));
        assert!(reply.status < 500, "{}", reply.text());
    });
}

#[test]
fn long_values_and_many_keys_are_no_trouble() {
    each_silent(|w| {
        // No two characters of the text repeat in a way that a database could compress.
        let long: String = (0..1500_u32).map(|n| format!("{:x}", n.wrapping_mul(2_654_435_761))).collect();
        let contact = text(
            &w.upsert("+56955501234", json!({"custom_field_values": [{"key": "ciudad", "value": "Osorno"}]})).json()["id"],
        );
        let reply = w.upsert("+56955501234", json!({"meta_data": {"ciudad": long}}));
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert_eq!(w.info(&contact)["custom_fields"][0]["value"], "Osorno");
        let many = |prefix: &str, value: &str| -> Value {
            Value::Object((0..1500).map(|n| (format!("{prefix}{n}"), json!(value))).collect())
        };
        for (data, metadata) in [(many("k", "x"), 1500), (many("k", "y"), 1500), (many("q", "x"), 3000)] {
            let reply = w.upsert("+56955501234", json!({"meta_data": data}));
            assert_eq!(reply.status, 200, "{}", reply.text());
            assert_eq!(w.info(&contact)["metadata"].as_object().unwrap().len(), metadata);
        }
        assert_eq!(
            (&w.info(&contact)["metadata"]["k7"], &w.info(&contact)["metadata"]["q7"]),
            (&json!("y"), &json!("x"))
        );
        let path = format!("/api/public/contact/{contact}/update-metadata");
        let nulls: serde_json::Map<String, Value> = (0..1500).map(|n| (format!("k{n}"), Value::Null)).collect();
        assert_eq!(w.post(&path, Value::Object(nulls)).json()["metadata"].as_object().unwrap().len(), 1500);
        let reply = w.upsert("+56955501234", json!({"meta_data": many("larga", &"x".repeat(200))}));
        assert_eq!((reply.status, wrong(&reply.json())), (400, vec!["/meta_data too_large".to_owned()]));
    });
}

#[test]
fn of_two_phones_that_are_as_good_none_identifies() {
    each_silent(|w| {
        let push = |data: Value| {
            w.post(UPSERT, json!({"channel": "playground", "channel_phone_number": PLAYGROUND, "meta_data": data}))
        };
        for data in [
            json!({"telefono": ["9 5550 1234", "9 5550 9999"]}),
            json!({"celular": "9 5550 1234", "telefono movil": "9 5550 9999"}),
            json!({"telefono": "9 5550 1234 / 9 5550 9999"}),
        ] {
            let refused = push(data);
            assert_eq!(refused.status, 400, "{}", refused.text());
            assert_eq!(wrong(&refused.json()), ["/contact_phone_number required"]);
            assert!(refused.text().contains("+56955501234"), "{}", refused.text());
        }
        let told_apart = push(json!({"celular": "9 5550 1234", "telefono fijo": "2 2555 0199"}));
        assert_eq!((told_apart.status, &told_apart.json()["phone"]), (201, &json!("+56955501234")));
    });
}

#[test]
fn of_two_numbers_that_are_as_good_none_identifies() {
    each_silent(|w| {
        let before = w.counts();
        for text in ["9 5550 1111 / 9 5550 2222", "llamar al 955501111 o 955502222"] {
            for key in ["fonos", "nota"] {
                let body = json!({"channel": "playground", "channel_phone_number": crate::world::PLAYGROUND,
                                  "meta_data": {"nombre": "Ana", key: text}});
                let reply = w.post(UPSERT, body);
                let error = reply.json()["errors"][0].clone();
                assert_eq!((reply.status, &error["pointer"]), (400, &json!("/contact_phone_number")), "{key}: {text}");
                for number in ["+56955501111", "+56955502222"] {
                    let candidate = format!("{number} at /meta_data/{key}");
                    assert!(error["message"].as_str().unwrap().contains(&candidate), "{error}");
                }
            }
        }
        assert_eq!(w.counts(), before);
    });
}

#[test]
fn money_of_a_field_has_the_decimals_of_its_currency() {
    each_silent(|w| {
        let field =
            json!({"key": "renta", "name": "Renta", "entity": "customer", "type": "currency", "currency": "CLP"});
        assert_eq!(w.post("/api/v1/custom_fields", field).status, 201);
        let said =
            |value: Value| w.upsert("+56955501234", json!({"custom_field_values": [{"key": "renta", "value": value}]}));
        let refused = said(json!(1990.5));
        assert_eq!(
            (refused.status, wrong(&refused.json())),
            (400, vec!["/custom_field_values/0/value too_many_decimals".into()])
        );
        let taken = said(json!(1990));
        assert_eq!(taken.status, 201, "{}", taken.text());
        let path = format!("/api/v1/contacts/{}", text(&taken.json()["id"]));
        let refused = w.patch(&path, json!({"custom_fields": {"renta": 0.1}}));
        assert_eq!(
            (refused.status, wrong(&refused.json())),
            (400, vec!["/custom_fields/renta too_many_decimals".into()])
        );
    });
}
