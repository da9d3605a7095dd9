//! Where values came from, and taking them back.

use serde_json::{Value, json};

use crate::redact::wrong;
use crate::reviews::{cause, custom, decide, field, only, pending, upserted};
use crate::silence::each_silent;
use crate::world::{World, text};

pub const UNDO: &str = "/api/v1/structuring/undo";

fn values(w: &World, contact: &str) -> Vec<Value> {
    let reply = w.get(&format!("/api/v1/contacts/{contact}/structuring"));
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()["values"].as_array().unwrap().clone()
}

fn value(w: &World, contact: &str, target: &str) -> Value {
    let found = values(w, contact);
    let is = |value: &&Value| value["target"] == target || value["key"] == target;
    found.iter().find(is).cloned().unwrap_or_default()
}

/// The outcomes of an undo, as `target outcome`.
fn undo(w: &World, body: Value) -> Vec<String> {
    let reply = w.post(UNDO, body);
    assert_eq!(reply.status, 200, "{}", reply.text());
    let answer = reply.json();
    let told = |value: &Value| {
        let what = value["key"].as_str().unwrap_or_else(|| value["target"].as_str().unwrap());
        let why = value["left"].as_str().map_or(String::new(), |why| format!(" {why}"));
        format!("{what} {}{why}", value["outcome"].as_str().unwrap())
    };
    answer["values"].as_array().unwrap().iter().map(told).collect()
}

#[test]
fn each_value_says_where_it_came_from() {
    each_silent(|w| {
        let body = json!({"channel": "playground", "channel_phone_number": crate::world::PLAYGROUND,
                          "contact_phone_number": "+56955500001",
                          "custom_field_values": [{"key": "ingreso", "value": 5}],
                          "meta_data": {"nombre": "Ana Soto", "ciudad": "Lima", "otro": 1}});
        let reply = w.call("POST", crate::world::UPSERT, &[("x-request-id", "pedido-1")], Some(&body));
        let contact = text(&reply.json()["id"]);
        let city = value(w, &contact, "ciudad");
        assert_eq!((&city["value"], &city["source"]), (&json!("Lima"), &json!("inferred")));
        let from = &city["provenance"];
        assert_eq!(from["request_id"], "pedido-1");
        assert_eq!((&from["source"], &from["engine"]), (&json!("first_key"), &json!(structuring::ENGINE)), "{from}");
        assert_eq!((&from["method"], &from["confidence"]), (&json!("exact"), &json!(0.99)));
        assert_eq!((&from["pointers"], &from["replaced"]), (&json!(["/ciudad"]), &Value::Null));
        assert_eq!((&from["actor"]["type"], &from["undoable"]), (&json!("api_key"), &json!(true)));
        assert_eq!(value(w, &contact, "name")["provenance"]["pointers"], json!(["/nombre"]));
        assert_eq!(value(w, &contact, "ingreso")["provenance"], Value::Null, "said explicitly");
        assert_eq!(value(w, &contact, "phone")["provenance"], Value::Null);
        // What it replaced.
        upserted(w, "+56955500001", json!({"ciudad": "Cusco"}));
        let city = value(w, &contact, "ciudad");
        assert_eq!(city["provenance"]["replaced"], json!({"value": "Lima", "source": "inferred"}));
        // A span, where only a part of a text was used.
        let contact =
            upserted(w, "+56955500002", json!({"nota": "Llamó la señora Patricia Lemus, quiere saber precios"}));
        let name = value(w, &contact, "name");
        assert_eq!(name["provenance"]["span"], json!([16, 30]), "{name}");
    });
}

#[test]
fn one_value_is_taken_back() {
    each_silent(|w| {
        let contact = upserted(w, "+56955500001", json!({"ciudad": "Lima", "ingreso": 7}));
        upserted(w, "+56955500001", json!({"ciudad": "Cusco", "ingreso": 9}));
        let second = text(&value(w, &contact, "ciudad")["provenance"]["structuring_id"]);
        let body = json!({"structuring_id": second, "target": "field", "key": "ciudad"});
        let before = w.last_sequence();
        assert_eq!(undo(w, body.clone()), ["ciudad restored"]);
        assert_eq!(w.topics(before), ["contact.updated"]);
        assert_eq!(custom(w, &contact, "ciudad"), (json!("Lima"), json!("inferred")));
        assert_eq!(custom(w, &contact, "ingreso").0, json!(9), "and nothing else");
        assert_eq!(w.info(&contact)["metadata"]["ciudad"], "Cusco", "what was read is kept");
        // Twice is as once; it says when.
        let before = (w.counts(), w.last_sequence());
        assert_eq!(undo(w, body.clone()), ["ciudad already_undone"]);
        let again = w.post(UNDO, body).json();
        assert!(again["values"][0]["undone_at"].is_string() && again["values"][0]["undone_by"]["type"] == "api_key");
        assert_eq!((w.counts(), w.last_sequence()), before);
        // What stands now came from the first record, and goes as well.
        let first = value(w, &contact, "ciudad")["provenance"].clone();
        assert_ne!(text(&first["structuring_id"]), second);
        assert_eq!(
            undo(w, json!({"structuring_id": first["structuring_id"]})),
            ["ciudad removed", "ingreso left inferred_since"]
        );
        assert_eq!(custom(w, &contact, "ciudad").0, Value::Null);
    });
}

#[test]
fn all_values_of_a_request_are_taken_back() {
    each_silent(|w| {
        cause(w);
        let contact = w.contact("+56955500001");
        let body = json!({"nombre": "Ana Soto", "correo": "ana@example.com", "ciudad": "Lima", "q4": "Niñez", "x": 1});
        let path = format!("/api/public/contact/{contact}/update-metadata");
        let reply = w.call("POST", &path, &[("x-request-id", "carga-7")], Some(&body));
        assert_eq!(reply.json()["structuring"]["review_count"], 1, "{}", reply.text());
        let done = undo(w, json!({"request_id": "carga-7"}));
        assert_eq!(done.len(), 4, "{done:?}");
        assert!(done.iter().all(|outcome| outcome.ends_with(" removed")), "{done:?}");
        let info = w.info(&contact);
        assert_eq!((&info["name"], &info["email"], &info["custom_fields"]), (&Value::Null, &Value::Null, &json!([])));
        assert_eq!(
            info["metadata"],
            json!({"x": 1, "nombre": "Ana Soto", "correo": "ana@example.com", "ciudad": "Lima", "q4": "Niñez"})
        );
        assert_eq!(pending(w, "").len(), 0, "what was taken back is decided");
        assert_eq!(undo(w, json!({"request_id": "carga-7"})).len(), 4);
    });
}

#[test]
fn what_somebody_said_later_is_left() {
    each_silent(|w| {
        cause(w);
        let data = json!({"nombre": "Ana Soto", "ciudad": "Lima", "ingreso": 7, "q4": "Niñez"});
        let contact = upserted(w, "+56955500001", data);
        let run = text(&value(w, &contact, "ciudad")["provenance"]["structuring_id"]);
        let path = format!("/api/v1/contacts/{contact}");
        w.patch(&path, json!({"custom_fields": {"ciudad": "Cusco", "ingreso": null}, "name": "Ana"}));
        decide(w, &only(w, &contact), json!({"decision": "accept"}));
        let mut done = undo(w, json!({"structuring_id": run}));
        done.sort();
        assert_eq!(
            done,
            ["causa left said_since", "ciudad left said_since", "ingreso left removed_since", "name left said_since"]
        );
        assert_eq!(custom(w, &contact, "ciudad").0, json!("Cusco"));
        assert_eq!(custom(w, &contact, "causa"), (json!("Niñez"), json!("explicit")));
        assert_eq!(w.info(&contact)["name"], "Ana");
        assert_eq!(value(w, &contact, "causa")["provenance"]["undoable"], false);
    });
}

#[test]
fn names_are_told_apart_by_their_records() {
    each_silent(|w| {
        let contact = upserted(w, "+56955500001", json!({"nombre": "Ana Soto"}));
        let first = text(&value(w, &contact, "name")["provenance"]["structuring_id"]);
        upserted(w, "+56955500001", json!({"nombre": "Ana Vidal"}));
        let second = text(&value(w, &contact, "name")["provenance"]["structuring_id"]);
        upserted(w, "+56955500001", json!({"nombre": "Ana Soto"}));
        let third = text(&value(w, &contact, "name")["provenance"]["structuring_id"]);
        assert_eq!(undo(w, json!({"structuring_id": first})), ["name left inferred_since"]);
        assert_eq!(undo(w, json!({"structuring_id": second})), ["name left inferred_since"]);
        assert_eq!(undo(w, json!({"structuring_id": third})), ["name restored"]);
        assert_eq!(w.info(&contact)["name"], "Ana Vidal");
        assert_eq!(undo(w, json!({"structuring_id": second})), ["name restored"]);
        assert_eq!(undo(w, json!({"structuring_id": first})), ["name removed"]);
        assert_eq!(w.info(&contact)["name"], Value::Null);
    });
}

#[test]
fn never_again_if_so_wanted() {
    each_silent(|w| {
        let contact = upserted(w, "+56955500001", json!({"ciudad": "Lima"}));
        let run = text(&value(w, &contact, "ciudad")["provenance"]["structuring_id"]);
        assert_eq!(undo(w, json!({"structuring_id": run, "never": true})), ["ciudad removed"]);
        let later = upserted(w, "+56955500002", json!({"ciudad": "Lima"}));
        assert_eq!(custom(w, &later, "ciudad").0, Value::Null);
        assert_eq!(w.info(&later)["metadata"]["ciudad"], "Lima");
    });
}

#[test]
fn a_webchat_visitors_phone() {
    each_silent(|w| {
        let visitor = |data: Value| {
            let body = json!({"channel": "webchat", "channel_id": w.here.webchat, "external_user_id": "v1", "meta_data": data});
            w.post(crate::world::UPSERT, body)
        };
        let other = w.contact("+56987654321");
        let reply = visitor(json!({"celular": "+56 9 8765 4321"}));
        let contact = text(&reply.json()["id"]);
        assert_eq!(reply.json()["phone"], "+56987654321", "{}", reply.text());
        let identity = |contact: &str| w.get(&format!("/api/v1/contacts/{contact}/identity")).json();
        assert_eq!(identity(&contact)["merge_proposals"].as_array().unwrap().len(), 1);
        let run = text(&value(w, &contact, "phone")["provenance"]["structuring_id"]);
        assert_eq!(undo(w, json!({"structuring_id": run})), ["phone removed"]);
        assert_eq!(w.info(&contact)["phone"], Value::Null);
        assert_eq!(identity(&contact)["merge_proposals"], json!([]), "what was inferred from it goes with it");
        assert_eq!(w.info(&other)["phone"], "+56987654321");
    });
}

#[test]
fn a_field_that_went_or_changed_since() {
    each_silent(|w| {
        let id = field(w, "talla", "text", &[]);
        let contact = upserted(w, "+56955500001", json!({"talla": "XL"}));
        upserted(w, "+56955500001", json!({"talla": "42"}));
        let run = text(&value(w, &contact, "talla")["provenance"]["structuring_id"]);
        let changed = w.patch(&format!("/api/v1/custom_fields/{id}"), json!({"type": "number"}));
        assert_eq!(changed.status, 200, "{}", changed.text());
        assert_eq!(undo(w, json!({"structuring_id": run})), ["talla left no_longer_fits"]);
        assert_eq!(custom(w, &contact, "talla").0, json!(42));
        assert_eq!(w.call("DELETE", &format!("/api/v1/custom_fields/{id}?archive=true"), &[], None).status, 200);
        assert_eq!(undo(w, json!({"structuring_id": run})), ["talla left field_gone"]);
        // What fits still is of the field's type.
        let id = field(w, "piso", "text", &[]);
        upserted(w, "+56955500001", json!({"piso": "30"}));
        upserted(w, "+56955500001", json!({"piso": "40"}));
        let run = text(&value(w, &contact, "piso")["provenance"]["structuring_id"]);
        assert_eq!(w.patch(&format!("/api/v1/custom_fields/{id}"), json!({"type": "number"})).status, 200);
        assert_eq!(undo(w, json!({"structuring_id": run})), ["piso restored"]);
        assert_eq!(custom(w, &contact, "piso").0, json!(30));
    });
}

#[test]
fn what_cannot_be_undone() {
    each_silent(|w| {
        let contact = upserted(w, "+56955500001", json!({"ciudad": "Lima"}));
        let run = text(&value(w, &contact, "ciudad")["provenance"]["structuring_id"]);
        for (body, problem) in [
            (json!({}), "/structuring_id required"),
            (json!({"structuring_id": run, "request_id": "x"}), "/request_id invalid_value"),
            (json!({"structuring_id": run, "target": "field"}), "/key required"),
            (json!({"structuring_id": run, "key": "ciudad"}), "/key invalid_value"),
            (json!({"structuring_id": run, "target": "email"}), "/target unknown_reference"),
            (json!({"structuring_id": contact}), "/structuring_id unknown_reference"),
            (json!({"request_id": "nobody's"}), "/request_id unknown_reference"),
        ] {
            let reply = w.post(UNDO, body);
            assert_eq!((reply.status, wrong(&reply.json())), (400, vec![problem.to_owned()]), "{}", reply.text());
        }
        let theirs =
            w.raw(&w.there.key, "POST", UNDO, &[], Some(json!({"structuring_id": run}).to_string().as_bytes()));
        assert_eq!(wrong(&theirs.json()), ["/structuring_id unknown_reference"]);
        assert_eq!(custom(w, &contact, "ciudad").0, json!("Lima"));
    });
}

#[test]
fn two_undos_at_once_are_one() {
    each_silent(|w| {
        let contact = upserted(w, "+56955500001", json!({"nombre": "Ana Soto", "ciudad": "Lima"}));
        let run = text(&value(w, &contact, "ciudad")["provenance"]["structuring_id"]);
        let before = w.last_sequence();
        let body = json!({"structuring_id": run}).to_string();
        let outcomes: Vec<Value> = std::thread::scope(|scope| {
            let calls: Vec<_> = (0..6)
                .map(|_| {
                    let (address, key, body) = (w.address(), w.here.key.clone(), body.clone());
                    scope.spawn(move || {
                        let headers = [("x-api-key", key.as_str()), ("content-type", "application/json")];
                        let reply =
                            crate::client::send_until_taken(address, "POST", UNDO, &headers, Some(body.as_bytes()));
                        reply.unwrap().json()["values"].clone()
                    })
                })
                .collect();
            calls.into_iter().map(|call| call.join().unwrap()).collect()
        });
        let count = |outcome: &str| {
            let each = outcomes.iter().flat_map(|values| values.as_array().unwrap());
            each.filter(|value| value["outcome"] == outcome).count()
        };
        assert_eq!((count("removed"), count("already_undone")), (2, 10), "{outcomes:?}");
        assert_eq!(w.topics(before), ["contact.updated"]);
    });
}
