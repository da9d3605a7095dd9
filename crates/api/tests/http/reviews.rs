//! The review queue and its decisions.

use serde_json::{Value, json};

use crate::client::Reply;
use crate::redact::wrong;
use crate::silence::each_silent;
use crate::world::{World, text};

pub const REVIEWS: &str = "/api/v1/structuring/reviews";
pub const RULES: &str = "/api/v1/structuring/rules";

/// A field of the first organization.
pub fn field(w: &World, key: &str, field_type: &str, options: &[&str]) -> String {
    let mut body = json!({"key": key, "name": key, "type": field_type});
    if !options.is_empty() {
        body["options"] = json!(options);
    }
    let reply = w.post("/api/v1/custom_fields", body);
    assert_eq!(reply.status, 201, "{}", reply.text());
    text(&reply.json()["id"])
}

/// A select that only a key which says nothing leads to: written, and unsure.
pub fn cause(w: &World) -> String {
    field(w, "causa", "select", &["Medio ambiente", "Niñez"])
}

pub fn pending(w: &World, query: &str) -> Vec<Value> {
    let reply = w.get(&format!("{REVIEWS}?{query}"));
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()["data"].as_array().unwrap().clone()
}

/// The one review of a contact.
pub fn only(w: &World, contact: &str) -> Value {
    let found = pending(w, &format!("contact_id={contact}"));
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].clone()
}

pub fn decide(w: &World, review: &Value, body: Value) -> Reply {
    w.post(&format!("{REVIEWS}/{}/decide", text(&review["id"])), body)
}

pub fn custom(w: &World, contact: &str, key: &str) -> (Value, Value) {
    let info = w.info(contact);
    let fields = info["custom_fields"].as_array().unwrap().clone();
    let field = fields.iter().find(|field| field["key"] == key).cloned().unwrap_or_default();
    (field["value"].clone(), field["source"].clone())
}

pub fn upserted(w: &World, phone: &str, data: Value) -> String {
    let reply = w.upsert(phone, json!({"meta_data": data}));
    assert!(matches!(reply.status, 200 | 201), "{}", reply.text());
    text(&reply.json()["id"])
}

/// The last placement of an answer: the one from the data, after what the request names.
pub fn placed(answer: &Value) -> Value {
    answer["structuring"]["placements"].as_array().unwrap().last().cloned().unwrap_or_default()
}

#[test]
fn a_review_says_what_whoever_decides_needs() {
    each_silent(|w| {
        cause(w);
        let reply = w.upsert("+56955500001", json!({"contact_name": "Ana", "meta_data": {"q4": "Medio ambiente"}}));
        assert_eq!(reply.json()["structuring"]["review_count"], 1, "{}", reply.text());
        let contact = text(&reply.json()["id"]);
        let review = only(w, &contact);
        assert_eq!(review["contact"]["name"], "Ana");
        assert_eq!(review["contact"]["platform"], "playground");
        assert_eq!(
            (&review["target"], &review["key"], &review["value"]),
            (&json!("field"), &json!("causa"), &json!("Medio ambiente"))
        );
        assert_eq!(review["current"], json!({"value": "Medio ambiente", "source": "inferred"}));
        assert_eq!((&review["reason"], &review["status"]), (&json!("low_confidence"), &json!("pending")));
        assert_eq!(review["origins"][0]["pointer"], "/q4");
        assert_eq!(
            review["rule"],
            json!({"type": "mapping", "source": "first_key", "path": "q4", "kind": "text", "target": "field",
                   "key": "causa", "word": null, "option": null})
        );
        assert!(review["confidence"].as_f64().unwrap() < 0.85);
        let shown = w.get(&format!("{REVIEWS}/{}", text(&review["id"])));
        assert_eq!(shown.json(), review);
        // The same record again asks nothing new.
        let again = w.upsert("+56955500001", json!({"meta_data": {"q4": "Medio ambiente"}}));
        assert_eq!(again.json()["structuring"]["review_count"], 0, "it stands: {}", again.text());
        assert_eq!(pending(w, "").len(), 1);
    });
}

#[test]
fn filters_orders_and_pages() {
    each_silent(|w| {
        cause(w);
        let contacts: Vec<String> =
            (1..=5).map(|n| upserted(w, &format!("+5695550001{n}"), json!({"q4": "Niñez"}))).collect();
        upserted(w, "+56955500011", json!({"celular": "+56 9 8765 4321"}));
        assert_eq!(pending(w, "").len(), 6);
        assert_eq!(pending(w, "target=phone&reason=conflict").len(), 1);
        assert_eq!(pending(w, "target=field&field=causa").len(), 5);
        assert_eq!(pending(w, "field=other").len(), 0);
        assert_eq!(pending(w, "source=first_key").len(), 6);
        assert_eq!(pending(w, "status=accepted").len(), 0);
        let of = |review: &Value| text(&review["contact"]["id"]);
        let oldest: Vec<String> = pending(w, "field=causa&order=oldest").iter().map(of).collect();
        assert_eq!(oldest, contacts);
        let mut seen = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = w.get(&format!("{REVIEWS}?limit=2&field=causa{cursor}")).json();
            seen.extend(page["data"].as_array().unwrap().iter().map(of));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        seen.reverse();
        assert_eq!(seen, contacts);
        for (query, problem) in [
            ("status=open", "?status invalid_value"),
            ("order=random", "?order invalid_value"),
            ("cursor=x", "?cursor invalid_cursor"),
            ("contact_id=1", "?contact_id invalid_uuid"),
            ("what=1", "?what unknown_key"),
        ] {
            let reply = w.get(&format!("{REVIEWS}?{query}"));
            assert_eq!((reply.status, wrong(&reply.json())), (400, vec![problem.to_owned()]));
        }
    });
}

#[test]
fn accepted_values_are_firm() {
    each_silent(|w| {
        cause(w);
        let contact = upserted(w, "+56955500001", json!({"q4": "Niñez"}));
        let review = only(w, &contact);
        let before = w.last_sequence();
        let reply = decide(w, &review, json!({"decision": "accept"}));
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert_eq!(reply.json()["review"]["status"], "accepted");
        assert_eq!(reply.json()["review"]["decision"], json!({"decision": "accept"}));
        assert_eq!(reply.json()["rule"]["standing"], "counting");
        assert_eq!(custom(w, &contact, "causa"), (json!("Niñez"), json!("explicit")));
        assert_eq!(w.topics(before), ["review.decided"], "the value itself is as it was");
        // Another record no longer overwrites it, and is asked about.
        upserted(w, "+56955500001", json!({"q4": "Medio ambiente"}));
        assert_eq!(custom(w, &contact, "causa").0, json!("Niñez"));
        // What was decided is not asked again.
        let again = w.upsert("+56955500001", json!({"meta_data": {"q4": "Niñez"}}));
        assert_eq!(again.json()["structuring"]["review_count"], 0);
    });
}

#[test]
fn deciding_twice_is_deciding_once() {
    each_silent(|w| {
        cause(w);
        let contact = upserted(w, "+56955500001", json!({"q4": "Niñez"}));
        let review = only(w, &contact);
        let first = decide(w, &review, json!({"decision": "always"}));
        assert_eq!(first.status, 200, "{}", first.text());
        let before = (w.counts(), w.last_sequence());
        let second = decide(w, &review, json!({"decision": "always"}));
        assert_eq!((second.status, second.json()), (200, first.json()));
        let other = decide(w, &review, json!({"decision": "reject"}));
        assert_eq!((other.status, &other.json()["code"]), (409, &json!("already_decided")));
        let accept = decide(w, &review, json!({"decision": "accept"}));
        assert_eq!(accept.status, 409);
        assert_eq!((w.counts(), w.last_sequence()), before);
    });
}

#[test]
fn rejected_values_give_way_to_what_was_there() {
    each_silent(|w| {
        cause(w);
        let contact = upserted(w, "+56955500001", json!({"q4": "Niñez", "q7": "otra cosa"}));
        assert_eq!(custom(w, &contact, "causa").0, json!("Niñez"));
        let before = w.last_sequence();
        let reply = decide(w, &only(w, &contact), json!({"decision": "reject"}));
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert_eq!(custom(w, &contact, "causa").0, Value::Null);
        assert_eq!(w.info(&contact)["metadata"], json!({"q7": "otra cosa", "q4": "Niñez"}), "nothing is lost");
        assert_eq!(w.topics(before), ["contact.updated", "review.decided"]);
        // A feed that repeats itself neither writes it again nor asks again.
        let again = w.upsert("+56955500001", json!({"meta_data": {"q4": "Niñez"}}));
        assert_eq!(again.json()["structuring"]["review_count"], 0);
        assert_eq!(custom(w, &contact, "causa").0, Value::Null);
        assert_eq!(w.info(&contact)["metadata"]["q4"], "Niñez");
    });
}

#[test]
fn one_never_holds_for_every_later_record() {
    each_silent(|w| {
        cause(w);
        let contact = upserted(w, "+56955500001", json!({"q4": "Niñez"}));
        let reply = decide(w, &only(w, &contact), json!({"decision": "never"}));
        assert_eq!((reply.status, &reply.json()["rule"]["standing"]), (200, &json!("denied")), "{}", reply.text());
        let other = upserted(w, "+56955500002", json!({"q4": "Medio ambiente"}));
        assert_eq!(custom(w, &other, "causa").0, Value::Null);
        assert_eq!(w.info(&other)["metadata"]["q4"], "Medio ambiente");
        assert_eq!(pending(w, "").len(), 0);
        // Explicit values are not asked.
        let explicit = json!({"custom_field_values": [{"key": "causa", "value": "Niñez"}]});
        w.upsert("+56955500002", explicit);
        assert_eq!(custom(w, &other, "causa").0, json!("Niñez"));
    });
}

#[test]
fn one_always_holds_for_every_later_record_of_its_source() {
    each_silent(|w| {
        cause(w);
        let contact = upserted(w, "+56955500001", json!({"q4": "Niñez"}));
        let reply = decide(w, &only(w, &contact), json!({"decision": "always"}));
        assert_eq!(reply.json()["rule"]["standing"], "confirmed", "{}", reply.text());
        let later = w.upsert("+56955500002", json!({"meta_data": {"q4": "Medio ambiente"}})).json();
        assert_eq!(placed(&later)["method"], "learned", "{later}");
        assert_eq!(later["structuring"]["review_count"], 0);
        assert_eq!(custom(w, &text(&later["id"]), "causa"), (json!("Medio ambiente"), json!("inferred")));
        // Another feed is another source; one of the same name goes on with its rules.
        for (name, bits, method) in [("First key", 21, "learned"), ("Otra tienda", 22, "pattern")] {
            let secret = named_key(w, name, bits);
            let body = json!({"channel": "playground", "channel_phone_number": crate::world::PLAYGROUND,
                              "contact_phone_number": format!("+569555001{bits}"), "meta_data": {"q4": "Niñez"}});
            let reply = w.raw(&secret, "POST", crate::world::UPSERT, &[], Some(body.to_string().as_bytes()));
            assert_eq!(placed(&reply.json())["method"], method, "{name}: {}", reply.text());
        }
        // So says the preview.
        let preview =
            |body: Value| w.post("/api/v1/structuring/preview", body).json()["placements"][0]["method"].clone();
        assert_eq!(preview(json!({"data": {"q4": "Niñez"}})), "learned");
        assert_eq!(preview(json!({"data": {"q4": "Niñez"}, "source": "otra_tienda"})), "pattern");
    });
}

fn named_key(w: &World, name: &str, bits: u8) -> String {
    let new = api::key::from_bits(&[bits; 32]);
    let made =
        crm::keys::NewKey { name: name.to_owned(), scopes: vec!["*".to_owned()], hash: new.hash, hint: new.hint };
    w.work(move |w| crm::keys::create(w, &made));
    new.secret
}

#[test]
fn five_accepted_in_a_row_teach_and_a_rejected_one_starts_over() {
    each_silent(|w| {
        cause(w);
        let mut next = 0;
        let mut vote = |decision: &str| {
            next += 1;
            let contact = upserted(w, &format!("+569555000{next:02}"), json!({"q4": "Niñez"}));
            decide(w, &only(w, &contact), json!({"decision": decision})).json()["rule"].clone()
        };
        for votes in 1..=3 {
            let rule = vote("accept");
            assert_eq!((&rule["standing"], &rule["votes"]), (&json!("counting"), &json!(votes)));
        }
        vote("reject");
        for votes in 1..=4 {
            let rule = vote("accept");
            assert_eq!((&rule["standing"], &rule["votes"]), (&json!("counting"), &json!(votes)));
        }
        let revision = |w: &World| w.number("SELECT CAST(sum(revision) AS BIGINT) AS n FROM organizations");
        let before = revision(w);
        let rule = vote("accept");
        assert_eq!((&rule["standing"], &rule["votes"]), (&json!("learned"), &json!(5)));
        assert_eq!(revision(w), before + 1, "and only the fifth is a change of the set-up");
        let later = w.upsert("+56955500099", json!({"meta_data": {"q4": "Niñez"}})).json();
        assert_eq!(placed(&later)["method"], "learned");
        assert_eq!(later["structuring"]["review_count"], 0);
    });
}

#[test]
fn a_correction_writes_the_right_value() {
    each_silent(|w| {
        cause(w);
        let contact = upserted(w, "+56955500001", json!({"q4": "Niñez"}));
        let review = only(w, &contact);
        for (body, problem) in [
            (json!({"decision": "correct"}), "/value required"),
            (json!({"decision": "correct", "value": "Perros"}), "/value invalid_option"),
            (json!({"decision": "correct", "target": "field"}), "/key required"),
            (json!({"decision": "correct", "key": "causa", "value": "x"}), "/key invalid_value"),
            (json!({"decision": "accept", "value": "Niñez"}), "/value invalid_value"),
            (json!({"decision": "make_field"}), "/field invalid_value"),
            (json!({"decision": "maybe"}), "/decision invalid_value"),
            (json!({"decision": "accept", "more": 1}), "/more unknown_key"),
        ] {
            let reply = decide(w, &review, body);
            assert_eq!((reply.status, wrong(&reply.json())), (400, vec![problem.to_owned()]), "{}", reply.text());
        }
        let reply = decide(w, &review, json!({"decision": "correct", "value": "medio ambiente"}));
        assert_eq!((reply.status, &reply.json()["review"]["status"]), (200, &json!("corrected")), "{}", reply.text());
        assert_eq!(custom(w, &contact, "causa"), (json!("Medio ambiente"), json!("explicit")));
    });
}

#[test]
fn a_corrected_option_teaches_its_word() {
    each_silent(|w| {
        field(w, "mascota", "select", &["Perro", "Gato"]);
        // The word is read as the wrong one, below certainty: what was decided of it holds for everybody.
        let contact = upserted(w, "+56955500001", json!({"q9": "Gato"}));
        let reply = decide(w, &only(w, &contact), json!({"decision": "correct", "value": "Perro"}));
        let rule = reply.json()["rule"].clone();
        assert_eq!(
            (&rule["type"], &rule["word"], &rule["option"], &rule["key"], &rule["standing"]),
            (&json!("option_word"), &json!("gato"), &json!("Perro"), &json!("mascota"), &json!("confirmed")),
            "{}",
            reply.text()
        );
        let other = upserted(w, "+56955500002", json!({"mascota": "GATO"}));
        assert_eq!(custom(w, &other, "mascota").0, json!("Perro"));
    });
}

#[test]
fn one_correction_of_the_place_fixes_the_key() {
    each_silent(|w| {
        cause(w);
        let contact = upserted(w, "+56955500001", json!({"q4": "Niñez"}));
        let reply = decide(w, &only(w, &contact), json!({"decision": "correct", "target": "field", "key": "ciudad"}));
        assert_eq!(reply.status, 200, "{}", reply.text());
        let rule = reply.json()["rule"].clone();
        assert_eq!(
            (&rule["standing"], &rule["key"], &rule["path"]),
            (&json!("confirmed"), &json!("ciudad"), &json!("q4"))
        );
        assert_eq!(custom(w, &contact, "causa").0, Value::Null);
        assert_eq!(custom(w, &contact, "ciudad"), (json!("Niñez"), json!("explicit")));
        assert_eq!(w.info(&contact)["metadata"], json!({}));
        let later = upserted(w, "+56955500002", json!({"q4": "Medio ambiente"}));
        assert_eq!(custom(w, &later, "ciudad"), (json!("Medio ambiente"), json!("inferred")));
        assert_eq!(custom(w, &later, "causa").0, Value::Null);
        assert_eq!(pending(w, "").len(), 0);
    });
}

#[test]
fn a_review_becomes_a_field() {
    each_silent(|w| {
        cause(w);
        let contact = upserted(w, "+56955500001", json!({"q4": "Niñez"}));
        let review = only(w, &contact);
        let field = json!({"name": "Motivo", "type": "text"});
        let few = w.key_with(&["contacts:write", "contacts:read"], 31);
        let path = format!("{REVIEWS}/{}/decide", text(&review["id"]));
        let body = json!({"decision": "make_field", "field": field}).to_string();
        let refused = w.raw(&few, "POST", &path, &[], Some(body.as_bytes()));
        assert_eq!((refused.status, &refused.json()["code"]), (403, &json!("forbidden")));
        let bad = decide(w, &review, json!({"decision": "make_field", "field": {"name": "Motivo", "type": "select"}}));
        assert_eq!(wrong(&bad.json()), ["/field/options required"]);
        assert_eq!(only(w, &contact)["status"], "pending", "nothing half done");
        let reply = decide(w, &review, json!({"decision": "make_field", "field": field}));
        assert_eq!((reply.status, &reply.json()["rule"]["key"]), (200, &json!("motivo")), "{}", reply.text());
        assert_eq!(custom(w, &contact, "motivo"), (json!("Niñez"), json!("explicit")));
        assert_eq!(custom(w, &contact, "causa").0, Value::Null);
        let later = upserted(w, "+56955500002", json!({"q4": "Otra cosa"}));
        assert_eq!(custom(w, &later, "motivo").0, json!("Otra cosa"));
    });
}

#[test]
fn what_was_said_since_is_not_overwritten_unawares() {
    each_silent(|w| {
        let explicit = |value: &str| json!({"custom_field_values": [{"key": "ciudad", "value": value}]});
        let contact = text(&w.upsert("+56955500001", explicit("Lima")).json()["id"]);
        let reply = w.upsert("+56955500001", json!({"meta_data": {"ciudad": "Cusco"}}));
        assert_eq!(placed(&reply.json())["applied"], false);
        assert_eq!(reply.json()["structuring"]["review_count"], 1);
        let review = only(w, &contact);
        assert_eq!((&review["reason"], &review["current"]["value"]), (&json!("differs_from_known"), &json!("Lima")));
        // Somebody says something else before the decision.
        w.patch(&format!("/api/v1/contacts/{contact}"), json!({"custom_fields": {"ciudad": "Puno"}}));
        let refused = decide(w, &review, json!({"decision": "accept"}));
        assert_eq!((refused.status, &refused.json()["code"]), (409, &json!("changed_since")), "{}", refused.text());
        assert_eq!(only(w, &contact)["current"]["value"], "Puno");
        let forced = decide(w, &review, json!({"decision": "accept", "overwrite": true}));
        assert_eq!(forced.status, 200, "{}", forced.text());
        assert_eq!(custom(w, &contact, "ciudad"), (json!("Cusco"), json!("explicit")));
        // Without a change in between the reviewer has seen what there is.
        w.upsert("+56955500001", json!({"meta_data": {"ciudad": "Ica"}}));
        let plain = decide(w, &only(w, &contact), json!({"decision": "accept"}));
        assert_eq!(plain.status, 200, "{}", plain.text());
        assert_eq!(custom(w, &contact, "ciudad").0, json!("Ica"));
        // A rejected one that was never written takes nothing back, and is kept.
        w.upsert("+56955500001", json!({"meta_data": {"ciudad": "Tacna"}}));
        assert_eq!(decide(w, &only(w, &contact), json!({"decision": "reject"})).status, 200);
        assert_eq!(custom(w, &contact, "ciudad").0, json!("Ica"));
        assert_eq!(w.info(&contact)["metadata"]["ciudad"], "Tacna");
    });
}

#[test]
fn a_rejected_value_that_somebody_replaced_is_left() {
    each_silent(|w| {
        cause(w);
        let contact = upserted(w, "+56955500001", json!({"q4": "Niñez"}));
        let review = only(w, &contact);
        w.patch(&format!("/api/v1/contacts/{contact}"), json!({"custom_fields": {"causa": "Medio ambiente"}}));
        assert_eq!(decide(w, &review, json!({"decision": "reject"})).status, 200);
        assert_eq!(custom(w, &contact, "causa"), (json!("Medio ambiente"), json!("explicit")));
    });
}

#[test]
fn a_field_that_changed_or_went_since() {
    each_silent(|w| {
        let id = cause(w);
        let contact = upserted(w, "+56955500001", json!({"q4": "Niñez"}));
        let other = upserted(w, "+56955500002", json!({"q4": "Medio ambiente"}));
        // The value that was written goes with the option.
        w.patch(&format!("/api/v1/contacts/{contact}"), json!({"custom_fields": {"causa": null}}));
        let narrowed = w.patch(&format!("/api/v1/custom_fields/{id}"), json!({"options": ["Medio ambiente"]}));
        assert_eq!(narrowed.status, 200, "{}", narrowed.text());
        let reply = decide(w, &only(w, &contact), json!({"decision": "accept"}));
        assert_eq!((reply.status, &reply.json()["code"]), (409, &json!("no_longer_fits")), "{}", reply.text());
        let gone = w.call("DELETE", &format!("/api/v1/custom_fields/{id}?archive=true"), &[], None);
        assert_eq!(gone.status, 200, "{}", gone.text());
        let reply = decide(w, &only(w, &other), json!({"decision": "accept"}));
        assert_eq!((reply.status, &reply.json()["code"]), (409, &json!("field_gone")), "{}", reply.text());
        assert_eq!(decide(w, &only(w, &other), json!({"decision": "reject"})).status, 200);
    });
}

#[test]
fn a_second_phone_is_claimed_where_it_is_nobodys() {
    each_silent(|w| {
        let contact = upserted(w, "+56955500001", json!({"celular": "+56 9 8765 4321"}));
        let review = only(w, &contact);
        assert_eq!((&review["target"], &review["current"]["value"]), (&json!("phone"), &json!("+56955500001")));
        let before = w.last_sequence();
        assert_eq!(decide(w, &review, json!({"decision": "accept"})).status, 200);
        assert_eq!(w.topics(before), ["contact.updated", "review.decided"]);
        assert_eq!(w.info(&contact)["phone"], "+56955500001", "its channel knows it by that");
        let identity = w.get(&format!("/api/v1/contacts/{contact}/identity")).json();
        let phones: Vec<&Value> =
            identity["identifiers"].as_array().unwrap().iter().filter(|i| i["rule"] == "reviewed_phone").collect();
        assert_eq!((phones.len(), &phones[0]["value"]), (1, &json!("+56987654321")), "{identity}");
        // Who comes by that number is the same customer.
        let other = upserted(w, "+56987654321", json!({}));
        assert_eq!(w.info(&other)["ai_customer_id"], w.info(&contact)["ai_customer_id"]);
    });
}

#[test]
fn a_second_phone_that_is_somebodys_is_proposed_to_be_merged() {
    each_silent(|w| {
        let other = w.contact("+56987654321");
        let contact = upserted(w, "+56955500001", json!({"celular": "+56 9 8765 4321"}));
        assert_eq!(decide(w, &only(w, &contact), json!({"decision": "accept"})).status, 200);
        assert_ne!(w.info(&other)["ai_customer_id"], w.info(&contact)["ai_customer_id"], "nobody is merged by itself");
        let identity = w.get(&format!("/api/v1/contacts/{contact}/identity")).json();
        let proposal = &identity["merge_proposals"][0];
        assert_eq!(
            (&proposal["value"], &proposal["customer_id"]),
            (&json!("+56987654321"), &w.info(&other)["ai_customer_id"]),
            "{identity}"
        );
    });
}

#[test]
fn many_decisions_stand_each_by_itself() {
    each_silent(|w| {
        cause(w);
        let reviews: Vec<String> = (1..=4)
            .map(|n| text(&only(w, &upserted(w, &format!("+5695550000{n}"), json!({"q4": "Niñez"})))["id"]))
            .collect();
        let nobody = "0190c5e2-7a3b-7c1d-9e4f-2b6a8d1c3e5f";
        let items = json!([
            {"id": reviews[0], "decision": "accept"},
            {"id": nobody, "decision": "accept"},
            {"id": reviews[1], "decision": "correct", "value": "Perros"},
            {"id": reviews[2], "decision": "make_field", "field": {"name": "Motivo", "type": "text"}},
            {"id": reviews[3], "decision": "correct", "target": "field", "key": "motivo"},
            {"id": reviews[0], "decision": "reject"},
        ]);
        let reply = w.post(&format!("{REVIEWS}/decide"), json!({"items": items}));
        assert_eq!(reply.status, 200, "{}", reply.text());
        let done = reply.json()["items"].clone();
        let outcome = |at: usize| (done[at]["done"].clone(), done[at]["error"]["code"].clone());
        assert_eq!(outcome(0), (json!(true), Value::Null));
        assert_eq!(outcome(1), (json!(false), json!("not_found")));
        assert_eq!(outcome(2), (json!(false), json!("invalid_request")));
        assert_eq!(done[2]["error"]["errors"][0]["pointer"], "/value");
        assert_eq!(outcome(3), (json!(true), Value::Null), "{done}");
        assert_eq!(outcome(4), (json!(true), Value::Null), "{done}");
        assert_eq!(outcome(5), (json!(false), json!("already_decided")));
        assert_eq!(pending(w, "").len(), 1);
        let bad = w.post(&format!("{REVIEWS}/decide"), json!({"items": [{"id": reviews[1]}, {"decision": "accept"}]}));
        assert_eq!(wrong(&bad.json()), ["/items/0/decision required", "/items/1/id required"]);
        let many: Vec<Value> = (0..101).map(|_| json!({"id": nobody, "decision": "accept"})).collect();
        let bad = w.post(&format!("{REVIEWS}/decide"), json!({"items": many}));
        assert_eq!(wrong(&bad.json()), ["/items too_many"]);
    });
}

#[test]
fn two_at_once_and_one_is_first() {
    each_silent(|w| {
        cause(w);
        for round in 0..4 {
            let contact = upserted(w, &format!("+5695550001{round}"), json!({"q4": "Niñez"}));
            let review = only(w, &contact);
            let path = format!("{REVIEWS}/{}/decide", text(&review["id"]));
            let bodies = ["accept", "reject", "accept", "reject", "never", "always"];
            let replies: Vec<(&str, Reply)> = std::thread::scope(|scope| {
                let calls: Vec<_> = bodies
                    .map(|decision| {
                        let body = json!({"decision": decision}).to_string();
                        let (address, key, path) = (w.address(), w.here.key.clone(), path.clone());
                        let send = move || {
                            let headers = [("x-api-key", key.as_str()), ("content-type", "application/json")];
                            crate::client::send_until_taken(address, "POST", &path, &headers, Some(body.as_bytes()))
                        };
                        (decision, scope.spawn(send))
                    })
                    .into_iter()
                    .collect();
                calls.into_iter().map(|(decision, call)| (decision, call.join().unwrap().unwrap())).collect()
            });
            let decided = w.get(&format!("{REVIEWS}/{}", text(&review["id"]))).json();
            let winner = text(&decided["decision"]["decision"]);
            for (decision, reply) in &replies {
                let expected = if *decision == winner { 200 } else { 409 };
                assert_eq!(reply.status, expected, "{decision} beside {winner}: {}", reply.text());
            }
            let stands = matches!(winner.as_str(), "accept" | "always");
            assert_eq!(custom(w, &contact, "causa").0, if stands { json!("Niñez") } else { Value::Null });
            let events = w.number(&format!(
                "SELECT count(*) AS n FROM events WHERE topic = 'review.decided' AND subject LIKE '%{}%'",
                text(&review["id"])
            ));
            assert_eq!(events, 1);
            let rules = w.get(RULES).json();
            for rule in rules["data"].as_array().unwrap() {
                let gone = w.call("DELETE", &format!("{RULES}/{}", text(&rule["id"])), &[], None);
                assert_eq!(gone.status, 200);
            }
        }
    });
}

#[test]
fn each_operation_says_what_waits() {
    each_silent(|w| {
        cause(w);
        let waiting = |reply: &Reply| reply.json()["structuring"]["review_count"].clone();
        let placements = |reply: &Reply| reply.json()["structuring"]["placements"].as_array().map(Vec::len);
        // C1
        let made = w.upsert("+56955500001", json!({"meta_data": {"q4": "Niñez", "celular": "+56 9 8765 4321"}}));
        assert_eq!((made.status, waiting(&made)), (201, json!(2)), "{}", made.text());
        let contact = text(&made.json()["id"]);
        // C3: the phone waits already; what is known now, and differs, waits as well.
        let data = json!({"q4": "Medio ambiente", "celular": "+56 9 8765 4321", "suelto": 1});
        let changed = w.post(&format!("/api/public/contact/{contact}/update-metadata"), data);
        assert_eq!((changed.status, waiting(&changed)), (201, json!(2)), "{}", changed.text());
        assert_eq!(changed.json()["structuring"]["rest_keys"], json!(["suelto"]));
        assert_eq!(placements(&changed), Some(2));
        assert_eq!(pending(w, "").len(), 3);
        // C31
        let visitor = json!({"channel": "webchat", "channel_id": w.here.webchat, "external_user_id": "v1"});
        let visitor = text(&w.post(crate::world::UPSERT, visitor).json()["id"]);
        let added = w.post(
            "/api/public/webchat/contact/add-metadata",
            json!({"externalUserId": "v1", "metadata": {"q4": "Niñez"}}),
        );
        assert_eq!((added.status, waiting(&added)), (201, json!(1)), "{}", added.text());
        assert_eq!(only(w, &visitor)["contact"]["platform"], "webchat");
        assert_eq!(added.json()["structuring"]["placements"][0]["method"], "pattern");
        assert!(added.json()["structuring"]["engine"].is_string());
    });
}

#[test]
fn a_sure_value_is_corrected_by_way_of_a_doubt() {
    each_silent(|w| {
        field(w, "comuna", "text", &[]);
        let contact = upserted(w, "+56955500001", json!({"ciudad": "Lota"}));
        let path = format!("/api/v1/contacts/{contact}/structuring/doubt");
        for (body, problem) in [
            (json!({}), "/target required"),
            (json!({"target": "field"}), "/key required"),
            (json!({"target": "name", "key": "ciudad"}), "/key invalid_value"),
        ] {
            let reply = w.post(&path, body);
            assert_eq!((reply.status, wrong(&reply.json())), (400, vec![problem.to_owned()]), "{}", reply.text());
        }
        let nothing = w.post(&path, json!({"target": "name"}));
        assert_eq!((nothing.status, &nothing.json()["code"]), (409, &json!("not_inferred")));
        let doubt = json!({"target": "field", "key": "ciudad"});
        let review = w.post(&path, doubt.clone());
        assert_eq!((review.status, &review.json()["reason"]), (200, &json!("doubted")), "{}", review.text());
        assert_eq!(w.post(&path, doubt.clone()).json(), review.json(), "once");
        assert_eq!(only(w, &contact), review.json());
        let reply = decide(w, &review.json(), json!({"decision": "correct", "target": "field", "key": "comuna"}));
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert_eq!(custom(w, &contact, "ciudad").0, Value::Null);
        assert_eq!(custom(w, &contact, "comuna"), (json!("Lota"), json!("explicit")));
        let later = upserted(w, "+56955500002", json!({"ciudad": "Coronel"}));
        assert_eq!(custom(w, &later, "comuna").0, json!("Coronel"));
        assert_eq!(custom(w, &later, "ciudad").0, Value::Null);
        // What somebody confirmed is not doubted but changed.
        let firm = w.post(&path, json!({"target": "field", "key": "comuna"}));
        assert_eq!(firm.status, 409);
        // A value that was rejected and came again, by a rule, can be doubted again.
        let mapping = json!({"type": "mapping", "source": "first_key", "path": "zona", "kind": "text", "target": "field",
                             "key": "ciudad", "standing": "confirmed"});
        w.post(RULES, json!({"data": [mapping]}));
        let again = upserted(w, "+56955500003", json!({"zona": "Lebu"}));
        let path = format!("/api/v1/contacts/{again}/structuring/doubt");
        let first = w.post(&path, doubt.clone()).json();
        assert_eq!(decide(w, &first, json!({"decision": "reject"})).status, 200);
        assert_eq!(custom(w, &again, "ciudad").0, Value::Null);
        upserted(w, "+56955500003", json!({"zona": "Lebu"}));
        assert_eq!(custom(w, &again, "ciudad").0, json!("Lebu"), "a rule is a rule");
        let second = w.post(&path, doubt).json();
        assert_eq!((&second["id"], &second["status"]), (&first["id"], &json!("pending")));
        assert_eq!(decide(w, &second, json!({"decision": "never"})).status, 200);
        upserted(w, "+56955500003", json!({"zona": "Lebu"}));
        assert_eq!(custom(w, &again, "ciudad").0, Value::Null);
    });
}

#[test]
fn how_sure_is_sure_says_the_organization() {
    each_silent(|w| {
        cause(w);
        let unsure = |phone: &str| {
            let reply = w.upsert(phone, json!({"meta_data": {"q4": "Medio ambiente"}})).json();
            (custom(w, &text(&reply["id"]), "causa").0, reply["structuring"]["review_count"].clone())
        };
        let shown = w.get("/api/v1/organization");
        assert_eq!(shown.json()["structuring_threshold"], json!(0.85));
        assert_eq!(unsure("+56955500001"), (json!("Medio ambiente"), json!(1)));
        let set = |threshold: Value| w.patch("/api/v1/organization", json!({"structuring_threshold": threshold}));
        for wrong in [json!(0.49), json!(1.01), json!("0.9"), json!(true)] {
            assert_eq!(set(wrong.clone()).status, 400, "{wrong}");
        }
        let low = set(json!(0.5));
        assert_eq!((low.status, &low.json()["structuring_threshold"]), (200, &json!(0.5)));
        assert_eq!(unsure("+56955500002"), (json!("Medio ambiente"), json!(0)), "sure enough here");
        // A mail that is read off its own key is sure, but not for everybody.
        let high = set(json!(1));
        assert_eq!(high.json()["structuring_threshold"], json!(1.0));
        let reply = w.upsert("+56955500003", json!({"meta_data": {"ciudad": "Arica"}})).json();
        let confidence = placed(&reply)["confidence"].as_f64().unwrap();
        assert_eq!(reply["structuring"]["review_count"], json!(i64::from(confidence < 1.0)), "{confidence}");
        let before = w.last_sequence();
        assert_eq!(set(json!(1)).status, 200);
        assert_eq!(w.last_sequence(), before, "twice is as once");
    });
}
