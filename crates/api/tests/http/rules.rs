//! What decisions taught: listed, removed, exported, imported; nobody else's, and nothing personal.

use serde_json::{Value, json};

use crate::client::Reply;
use crate::redact::wrong;
use crate::reviews::{REVIEWS, RULES, cause, custom, decide, field, only, placed, upserted};
use crate::silence::each_silent;
use crate::world::{World, each_like, text};

fn rules(w: &World, query: &str) -> Vec<Value> {
    w.get(&format!("{RULES}?{query}")).json()["data"].as_array().unwrap().clone()
}

fn taught(w: &World) -> Value {
    cause(w);
    let contact = upserted(w, "+56955500001", json!({"q4": "Niñez"}));
    let reply = decide(w, &only(w, &contact), json!({"decision": "always"}));
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()["rule"].clone()
}

#[test]
fn a_removed_rule_holds_no_more() {
    each_silent(|w| {
        let rule = taught(w);
        assert_eq!(rules(w, ""), std::slice::from_ref(&rule));
        assert_eq!(rules(w, "standing=confirmed&type=mapping&source=first_key&key=causa").len(), 1);
        assert_eq!(rules(w, "standing=denied").len(), 0);
        let path = format!("{RULES}/{}", text(&rule["id"]));
        let before = w.last_sequence();
        let gone = w.call("DELETE", &path, &[], None);
        assert_eq!((gone.status, gone.json()), (200, rule));
        assert_eq!(w.topics(before), ["setup.changed"]);
        assert_eq!(w.call("DELETE", &path, &[], None).status, 404);
        let later = w.upsert("+56955500002", json!({"meta_data": {"q4": "Niñez"}})).json();
        assert_eq!(placed(&later)["method"], "pattern");
    });
}

#[test]
fn the_list_is_the_export() {
    each_silent(|w| {
        taught(w);
        let word = json!({"type": "option_word", "target": "field", "key": "causa", "word": "Los NIÑOS", "option": "Niñez",
                          "standing": "confirmed"});
        let reply = w.post(RULES, json!({"data": [word]}));
        assert_eq!((reply.status, &reply.json()["data"][0]["word"]), (201, &json!("los ninos")), "{}", reply.text());
        let contact = upserted(w, "+56955500003", json!({"causa": "los niños"}));
        assert_eq!(custom(w, &contact, "causa").0, json!("Niñez"));
        let export = w.get(RULES).json();
        // Again, it changes nothing.
        let before = (w.counts(), w.last_sequence());
        let reply = w.post(RULES, export.clone());
        assert_eq!((reply.status, &reply.json()["data"]), (201, &export["data"]), "{}", reply.text());
        assert_eq!((w.counts(), w.last_sequence()), before);
        each_like(w, |fresh| {
            let refused = fresh.post(RULES, export.clone());
            assert_eq!(wrong(&refused.json()), ["/data/0/key unknown_reference", "/data/1/key unknown_reference"]);
            cause(fresh);
            assert_eq!(fresh.post(RULES, export.clone()).status, 201);
            let later = fresh.upsert("+56955500002", json!({"meta_data": {"q4": "Niñez"}})).json();
            assert_eq!(placed(&later)["method"], "learned");
        });
    });
}

#[test]
fn rules_that_cannot_be() {
    each_silent(|w| {
        cause(w);
        let mapping = |more: Value| {
            let mut rule = json!({"type": "mapping", "source": "s", "path": "p", "kind": "text", "target": "field",
                                  "key": "causa", "standing": "confirmed"});
            rule.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            w.post(RULES, json!({"data": [rule]}))
        };
        let check = |reply: Reply, problem: &str| {
            assert_eq!((reply.status, wrong(&reply.json())), (400, vec![problem.to_owned()]), "{}", reply.text());
        };
        check(mapping(json!({"path": "é".repeat(400)})), "/data/0 invalid_value");
        check(mapping(json!({"kind": "colour"})), "/data/0/kind invalid_value");
        check(mapping(json!({"source": null})), "/data/0/source required");
        check(mapping(json!({"key": null})), "/data/0/key required");
        check(mapping(json!({"key": "otra"})), "/data/0/key unknown_reference");
        check(mapping(json!({"person": "Ana"})), "/data/0/person unknown_key");
        let word = |word: &str, option: &str| {
            let rule = json!({"type": "option_word", "target": "field", "key": "causa", "word": word, "option": option,
                              "standing": "confirmed"});
            w.post(RULES, json!({"data": [rule]}))
        };
        check(word("x", "Perros"), "/data/0/option unknown_reference");
        check(word("ana de 12345", "Niñez"), "/data/0 invalid_value");
        check(word("la casa que está al lado de la plaza", "Niñez"), "/data/0 invalid_value");
        assert_eq!(rules(w, "").len(), 0);
    });
}

#[test]
fn nobody_elses_and_nothing_personal() {
    each_silent(|w| {
        let rule = taught(w);
        let contact = upserted(w, "+56955500005", json!({"celular": "+56 9 8765 4321", "correo": "ana@example.com"}));
        decide(w, &only(w, &contact), json!({"decision": "always"}));
        assert_eq!(rules(w, "").len(), 2);
        for rule in rules(w, "") {
            let said = rule.to_string();
            for personal in ["8765", "4321", "ana@", "Niñez", "niñez"] {
                assert!(!said.contains(personal), "{said}");
            }
        }
        let theirs = |method: &str, path: &str| w.raw(&w.there.key, method, path, &[], None);
        assert_eq!(theirs("GET", RULES).json()["data"], json!([]));
        assert_eq!(theirs("DELETE", &format!("{RULES}/{}", text(&rule["id"]))).status, 404);
        assert_eq!(theirs("GET", REVIEWS).json()["data"], json!([]));
        assert_eq!(rules(w, "").len(), 2);
    });
}

#[test]
fn the_phone_of_a_source() {
    each_silent(|w| {
        // Explicitly somebody else's number, by its name; here it is the person's.
        let rule = json!({"type": "mapping", "source": "first_key", "path": "fono_apoderado", "kind": "phone",
                          "target": "phone", "standing": "confirmed"});
        assert_eq!(w.post(RULES, json!({"data": [rule]})).status, 201);
        let reply = w.post(
            crate::world::UPSERT,
            json!({"channel": "playground", "channel_phone_number": crate::world::PLAYGROUND,
                   "meta_data": {"fono_apoderado": "+56 9 8765 4321"}}),
        );
        assert_eq!((reply.status, &reply.json()["phone"]), (201, &json!("+56987654321")), "{}", reply.text());
    });
}

#[test]
fn rules_of_a_field_go_with_it() {
    each_silent(|w| {
        taught(w);
        let fields = w.get("/api/v1/custom_fields?limit=200").json();
        let id =
            fields["data"].as_array().unwrap().iter().find(|f| f["key"] == "causa").map(|f| text(&f["id"])).unwrap();
        assert_eq!(w.call("DELETE", &format!("/api/v1/custom_fields/{id}?archive=true"), &[], None).status, 200);
        assert_eq!(rules(w, "").len(), 0);
        field(w, "causa", "text", &[]);
        let later = w.upsert("+56955500002", json!({"meta_data": {"q4": "Niñez"}})).json();
        assert_eq!(later["structuring"]["rest_keys"], json!(["q4"]));
    });
}

#[test]
fn keys_keep_their_source() {
    each_silent(|w| {
        let made = w.post("/api/v1/api_keys", json!({"name": "Formulario Web", "scopes": ["contacts:write"]})).json();
        assert_eq!(made["source"], "formulario_web", "{made}");
        let path = format!("/api/v1/api_keys/{}", text(&made["id"]));
        let renamed = w.patch(&path, json!({"name": "Formulario viejo"})).json();
        assert_eq!((&renamed["name"], &renamed["source"]), (&json!("Formulario viejo"), &json!("formulario_web")));
        let next = w.post("/api/v1/api_keys", json!({"name": "formulario web", "scopes": ["contacts:write"]})).json();
        assert_eq!(next["source"], "formulario_web");
    });
}
