//! Who is who: contacts of one person on several channels, and why.

use serde_json::{Value, json};

use crate::redact::redact;
use crate::silence::each_silent;
use crate::world::{PHONE_ID, UPSERT, World, text};

fn cloud(w: &World, phone: &str, more: Value) -> Value {
    let mut body = json!({"channel": "whatsapp", "channel_phone_number": PHONE_ID, "contact_phone_number": phone});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let reply = w.post(UPSERT, body);
    assert!(reply.status < 300, "{}", reply.text());
    reply.json()
}

fn visitor(w: &World, user: &str, more: Value) -> Value {
    let mut body = json!({"channel": "webchat", "channel_id": w.here.webchat, "external_user_id": user});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let reply = w.post(UPSERT, body);
    assert!(reply.status < 300, "{}", reply.text());
    reply.json()
}

fn identity(w: &World, contact: &Value) -> Value {
    w.get(&format!("/api/v1/contacts/{}/identity", text(&contact["id"]))).json()
}

#[test]
fn the_same_phone_on_two_channels_is_two_contacts_of_one_customer() {
    each_silent(|w| {
        let a = w.upsert("+56955501234", json!({})).json();
        let b = cloud(w, "9 5550 1234", json!({}));
        assert_ne!(a["id"], b["id"]);
        assert_eq!(a["ai_customer_id"], b["ai_customer_id"]);
        let c = cloud(w, "+56955509999", json!({}));
        assert_ne!(c["ai_customer_id"], a["ai_customer_id"]);
        let why = identity(w, &b);
        assert_eq!(why["contacts"].as_array().unwrap().len(), 2);
        assert_eq!(why["merge_proposals"], json!([]));
        let rules: Vec<&Value> = why["identifiers"].as_array().unwrap().iter().map(|i| &i["rule"]).collect();
        assert_eq!(rules, [&json!("channel_identifier"), &json!("same_phone")]);
        assert_eq!(
            redact(&why["identifiers"][1]),
            json!({"kind": "phone", "value": "+56955501234", "channel_id": null, "rule": "same_phone",
                   "actor": {"type": "api_key", "id": "<id>"}, "created_at": "<time>"})
        );
        // Values belong to the customer: what one channel learns the other knows.
        w.upsert("+56955501234", json!({"custom_field_values": [{"key": "ciudad", "value": "Osorno"}]}));
        assert_eq!(w.info(&text(&b["id"]))["custom_fields"][0]["value"], "Osorno");
    });
}

#[test]
fn an_identifier_field_joins_only_where_it_is_said() {
    each_silent(|w| {
        let rut = json!({"custom_field_values": [{"key": "rut", "value": "12.345.678-5"}]});
        let a = w.upsert("+56955501234", rut.clone()).json();
        let same = visitor(w, "v-1", rut.clone());
        assert_eq!(same["ai_customer_id"], a["ai_customer_id"], "the same value of an identifier field");
        let why = identity(w, &same);
        assert!(
            why["identifiers"]
                .as_array()
                .unwrap()
                .iter()
                .any(|i| i["kind"] == "field:rut" && i["rule"] == "same_identifier_field")
        );
        let inferred = visitor(w, "v-2", json!({"meta_data": {"rut": "12.345.678-5"}}));
        assert_ne!(inferred["ai_customer_id"], a["ai_customer_id"], "inferred: only a proposal");
        let why = identity(w, &inferred);
        assert_eq!(why["merge_proposals"][0]["customer_id"], a["ai_customer_id"], "{why}");
        // Two people with a past are never merged by themselves.
        let b = w.upsert("+56955509999", json!({"stageId": w.here.stages[0]})).json();
        let again = w.upsert("+56955509999", rut).json();
        assert_eq!(again["ai_customer_id"], b["ai_customer_id"]);
        assert_eq!(identity(w, &again)["merge_proposals"][0]["customer_id"], a["ai_customer_id"]);
        // An e-mail joins nobody.
        let mail = json!({"contact_email": "ana@example.com"});
        let c = w.upsert("+56955507777", mail.clone()).json();
        assert_ne!(visitor(w, "v-3", mail)["ai_customer_id"], c["ai_customer_id"]);
    });
}

#[test]
fn a_visitors_phone_joins_when_an_integration_says_it() {
    each_silent(|w| {
        let ana =
            w.upsert("+56955501234", json!({"custom_field_values": [{"key": "ciudad", "value": "Osorno"}]})).json();
        let fresh = visitor(w, "v-1", json!({"custom_field_values": [{"key": "ingreso", "value": 5}]}));
        assert_ne!(fresh["ai_customer_id"], ana["ai_customer_id"]);
        let joined = visitor(w, "v-1", json!({"contact_phone_number": "9 5550 1234"}));
        assert_eq!((&joined["ai_customer_id"], &joined["phone"]), (&ana["ai_customer_id"], &json!("+56955501234")));
        assert_eq!(
            w.info(&text(&ana["id"]))["custom_fields"].as_array().unwrap().len(),
            2,
            "what was known came along"
        );
        assert_eq!(w.number("SELECT count(*) AS n FROM customers"), 1, "no customer without a contact is left");
        // With a past of its own it is for somebody to decide.
        let other = visitor(w, "v-2", json!({"note": "Preguntó por precios"}));
        let same = visitor(w, "v-2", json!({"contact_phone_number": "9 5550 1234"}));
        assert_eq!(same["ai_customer_id"], other["ai_customer_id"]);
        assert_eq!(identity(w, &same)["merge_proposals"][0]["customer_id"], ana["ai_customer_id"]);
        // What was only found in the data proposes, too.
        let third = visitor(w, "v-3", json!({"meta_data": {"telefono": "+56 9 5550 1234"}}));
        assert_ne!(third["ai_customer_id"], ana["ai_customer_id"]);
        assert_eq!(identity(w, &third)["merge_proposals"][0]["kind"], "phone");
        // Made with a phone: the customer's from the start.
        assert_eq!(
            visitor(w, "v-4", json!({"contact_phone_number": "+56955501234"}))["ai_customer_id"],
            ana["ai_customer_id"]
        );
        let none = w.number("SELECT count(*) AS n FROM customers c WHERE NOT EXISTS (SELECT 1 FROM contacts k WHERE k.customer_id = c.id)");
        assert_eq!(none, 0);
    });
}

#[test]
fn the_person_of_one_organization_is_nobody_in_another() {
    each_silent(|w| {
        let here = w.upsert("+56955501234", json!({})).json();
        let body = json!({"channel": "playground", "channel_phone_number": crate::world::PLAYGROUND, "contact_phone_number": "+56955501234"});
        let there = w.raw(&w.there.key, "POST", UPSERT, &[], Some(body.to_string().as_bytes()));
        assert_eq!((there.status, &there.json()["created"]), (201, &json!(true)));
        assert_ne!(there.json()["ai_customer_id"], here["ai_customer_id"]);
    });
}

#[test]
fn an_identifier_that_was_corrected_or_removed_names_nobody() {
    each_silent(|w| {
        let rut = |phone: &str, value: Value| {
            let answer = w.upsert(phone, json!({"custom_field_values": [{"key": "rut", "value": value}]})).json();
            (text(&answer["id"]), text(&answer["ai_customer_id"]))
        };
        let (contact, ana) = rut("+56955501234", json!("1-9"));
        rut("+56955501234", json!("2-7"));
        let (_, beto) = rut("+56955509999", json!("1-9"));
        assert_ne!(ana, beto, "the typo was Ana's no longer");
        // Taken back by null, by a person's edit, and by another value there.
        rut("+56955501234", Value::Null);
        let (_, carla) = rut("+56955508888", json!("2-7"));
        assert_ne!(ana, carla);
        for value in [json!("3-5"), json!("4-3"), Value::Null] {
            let path = format!("/api/v1/contacts/{contact}");
            assert_eq!(w.patch(&path, json!({"custom_fields": {"rut": value}})).status, 200);
        }
        for (phone, value) in [("+56955507777", "3-5"), ("+56955506666", "4-3")] {
            assert_ne!(rut(phone, json!(value)).1, ana, "{value}");
        }
        assert_eq!(w.number("SELECT count(*) AS n FROM merge_proposals"), 0);
        // A visitor's number, said explicitly, then another one.
        let visitor = |phone: &str| {
            let body = json!({"channel": "webchat", "channel_id": w.here.webchat, "external_user_id": "v-1",
                              "contact_phone_number": phone});
            text(&w.post(UPSERT, body).json()["ai_customer_id"])
        };
        let dora = visitor("+56955505555");
        assert_eq!(visitor("+56955504444"), dora);
        assert_ne!(text(&w.upsert("+56955505555", json!({})).json()["ai_customer_id"]), dora);
    });
}

#[test]
fn who_somebody_is_comes_before_what_is_known_of_them() {
    each_silent(|w| {
        // Beto: a member typed his city.
        let beto = w.upsert("+56955509999", json!({"custom_field_values": [{"key": "rut", "value": "5-1"}]})).json();
        w.work({
            let customer: uuid::Uuid = text(&beto["ai_customer_id"]).parse().unwrap();
            move |w| {
                let field = w.setup.field(crm::fields::Entity::Customer, "ciudad").unwrap().id;
                let value = structuring::Json::from("Lima");
                crm::customers::write_value(w, customer, field, &value, crm::contacts::ValueSource::Member, None)
            }
        });
        let city = |contact: &Value| {
            let fields = w.info(&text(&contact["id"]))["custom_fields"].clone();
            fields.as_array().unwrap().iter().find(|field| field["key"] == "ciudad").cloned().unwrap_or_default()
        };
        // A fresh contact that the identifier joins to him: what is inferred of it does not overwrite what was typed.
        w.upsert("+56955501111", json!({}));
        let joined = w.upsert(
            "+56955501111",
            json!({"custom_field_values": [{"key": "rut", "value": "5-1"}], "meta_data": {"ciudad": "Cusco"}}),
        );
        assert_eq!(joined.json()["ai_customer_id"], beto["ai_customer_id"]);
        assert_eq!(
            (&city(&joined.json())["value"], &city(&joined.json())["source"]),
            (&json!("Lima"), &json!("member"))
        );
        // What is said explicitly beside the identifier stands, in whichever order.
        for (phone, place, first) in [("+56955502222", "Tacna", true), ("+56955503333", "Puno", false)] {
            w.upsert(phone, json!({}));
            let mut said = vec![json!({"key": "ciudad", "value": place}), json!({"key": "rut", "value": "5-1"})];
            if first {
                said.reverse();
            }
            let joined = w.upsert(phone, json!({"custom_field_values": said})).json();
            assert_eq!(joined["ai_customer_id"], beto["ai_customer_id"]);
            assert_eq!((&city(&joined)["value"], &city(&joined)["source"]), (&json!(place), &json!("explicit")));
        }
    });
}

#[test]
fn long_identifiers_and_addresses_are_told_apart_whole() {
    each_silent(|w| {
        let field = json!({"key": "perfil", "name": "Perfil", "entity": "customer", "type": "url", "identifier": true});
        assert_eq!(w.post("/api/v1/custom_fields", field).status, 201);
        let long = "x".repeat(220);
        let mut seen = std::collections::BTreeSet::new();
        let said = [
            ("rut", format!("{long}1")),
            ("rut", format!("{long}2")),
            ("perfil", "https://example.com/AbC".to_owned()),
            ("perfil", "https://example.com/abc".to_owned()),
        ];
        for (n, (key, value)) in said.iter().enumerate() {
            let said = json!({"custom_field_values": [{"key": key, "value": value}]});
            let answer = w.upsert(format!("+5695550200{n}"), said);
            assert_eq!(answer.status, 201, "{}", answer.text());
            seen.insert(text(&answer.json()["ai_customer_id"]));
        }
        assert_eq!(seen.len(), 4, "four people");
        let said = json!({"custom_field_values": [{"key": "rut", "value": format!("{}1", long.to_uppercase())}]});
        assert!(
            seen.contains(&text(&w.upsert("+56955503000", said).json()["ai_customer_id"])),
            "the same, spelt otherwise"
        );
    });
}
