//! Keys that no field knows become proposals; accepted, they fill what is there.

use serde_json::{Value, json};
use tokio::runtime::Builder;

use crate::provenance::UNDO;
use crate::redact::wrong;
use crate::reviews::{custom, upserted};
use crate::world::{World, each, text};

const PROPOSALS: &str = "/api/v1/structuring/proposals";

fn phone(n: usize) -> String {
    format!("+5695550{n:04}")
}

/// Runs the chore that counts, to the end of the log.
fn count(w: &World) {
    w.settled();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    while runtime.block_on(crm::proposals::watch(&w.crm)).unwrap() {}
}

/// One piece of the chore that fills; whether there is more.
fn fill(w: &World) -> bool {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(crm::proposals::fill(&w.crm)).unwrap()
}

fn proposals(w: &World, query: &str) -> Vec<Value> {
    w.get(&format!("{PROPOSALS}?{query}")).json()["data"].as_array().unwrap().clone()
}

/// Twenty-five people with a key that says nothing to any field.
fn seen(w: &World) -> Value {
    for n in 0..25 {
        upserted(w, &phone(n), json!({"zzz_reg": format!("{:02}/03/1990", n + 1), "suelto": [1, {"a": 2}]}));
    }
    count(w);
    let found = proposals(w, "");
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].clone()
}

#[test]
fn twenty_contacts_make_a_proposal() {
    each(|w| {
        for n in 0..19 {
            upserted(w, &phone(n), json!({"zzz_reg": "14/03/1990"}));
            // The same person again counts once.
            upserted(w, &phone(n), json!({"zzz_reg": "15/03/1990"}));
        }
        let first = upserted(w, &phone(0), json!({}));
        w.post(&format!("/api/public/contact/{first}/update-metadata"), json!({"zzz_reg": null}));
        upserted(w, &phone(0), json!({"zzz_reg": "14/03/1990"}));
        count(w);
        assert_eq!(proposals(w, ""), [json!(null); 0]);
        upserted(w, &phone(19), json!({"zzz_reg": "14/03/1990"}));
        count(w);
        let found = proposals(w, "");
        assert_eq!(found.len(), 1);
        let proposal = &found[0];
        assert_eq!((&proposal["key"], &proposal["name"]), (&json!("zzz_reg"), &json!("Zzz reg")));
        assert_eq!((&proposal["contacts"], &proposal["type"]), (&json!(20), &json!("date")), "{proposal}");
        assert_eq!(proposal["status"], "proposed");
        for n in 20..25 {
            upserted(w, &phone(n), json!({"zzz_reg": "14/03/1990"}));
        }
        count(w);
        count(w);
        assert_eq!(proposals(w, "")[0]["contacts"], 25);
        assert_eq!(w.get(&format!("{PROPOSALS}/{}", text(&proposal["id"]))).json()["contacts"], 25);
        let theirs = w.raw(&w.there.key, "GET", PROPOSALS, &[], None);
        assert_eq!(theirs.json()["data"], json!([]));
        assert_eq!(w.number("SELECT count(*) AS n FROM unknown_key_contacts"), 0, "nobody is remembered");
    });
}

#[test]
fn an_accepted_one_is_a_field_and_fills_history() {
    each(|w| {
        let proposal = seen(w);
        let odd = upserted(w, &phone(30), json!({"zzz_reg": "no sé"}));
        let said = json!({"meta_data": {"zzz_reg": "01/01/2000"}});
        let path = format!("{PROPOSALS}/{}/accept", text(&proposal["id"]));
        let bad = w.post(&path, json!({"type": "select"}));
        assert_eq!(wrong(&bad.json()), ["/options required"]);
        let reply = w.call("POST", &path, &[("x-request-id", "acepta-1")], Some(&json!({"name": "Fecha de registro"})));
        assert_eq!(reply.status, 200, "{}", reply.text());
        let answer = reply.json();
        assert_eq!(answer["proposal"]["status"], "filling");
        assert_eq!(
            (&answer["custom_field"]["key"], &answer["custom_field"]["name"], &answer["custom_field"]["type"]),
            (&json!("zzz_reg"), &json!("Fecha de registro"), &json!("date"))
        );
        let again = w.post(&path, json!({}));
        assert_eq!((again.status, &again.json()["custom_field"]["id"]), (200, &answer["custom_field"]["id"]));
        // A later record finds the field by its key.
        let later = w.upsert(phone(40), said.clone()).json();
        assert_eq!(custom(w, &text(&later["id"]), "zzz_reg").0, json!("2000-01-01"));
        // Somebody says it explicitly before history is filled.
        let first = text(&w.upsert(phone(0), json!({})).json()["id"]);
        w.patch(&format!("/api/v1/contacts/{first}"), json!({"custom_fields": {"zzz_reg": "1980-05-05"}}));
        let before = w.last_sequence();
        while fill(w) {}
        let done = &proposals(w, "status=accepted")[0];
        assert_eq!(done["filled"], 24, "{done}");
        assert_eq!(custom(w, &first, "zzz_reg"), (json!("1980-05-05"), json!("explicit")));
        assert_eq!(w.info(&first)["metadata"]["zzz_reg"], "01/03/1990", "what it says otherwise is kept");
        let second = upserted(w, &phone(1), json!({}));
        assert_eq!(custom(w, &second, "zzz_reg"), (json!("1990-03-02"), json!("inferred")));
        assert_eq!(w.info(&second)["metadata"], json!({"suelto": [1, {"a": 2}]}), "moved, not doubled");
        assert_eq!(w.info(&odd)["metadata"]["zzz_reg"], "no sé", "what is no date stays");
        assert_eq!(w.topics(before).iter().filter(|topic| *topic == "contact.updated").count(), 24);
        assert!(!fill(w), "nothing is left to do");
        // Like any other it says where it came from, and can be taken back.
        let values = w.get(&format!("/api/v1/contacts/{second}/structuring")).json();
        let from = &values["values"].as_array().unwrap().iter().find(|v| v["key"] == "zzz_reg").unwrap()["provenance"];
        assert_eq!((&from["source"], &from["request_id"]), (&json!("history"), &json!("acepta-1")), "{values}");
        let undone = w.post(UNDO, json!({"structuring_id": from["structuring_id"]})).json();
        assert_eq!(undone["values"][0]["outcome"], "removed", "{undone}");
        assert_eq!(w.info(&second)["metadata"]["zzz_reg"], "02/03/1990");
    });
}

#[test]
fn filling_goes_on_where_it_was_cut() {
    each(|w| {
        for n in 0..230 {
            upserted(w, &phone(n), json!({"zzz_reg": "14/03/1990"}));
        }
        count(w);
        let id = text(&proposals(w, "")[0]["id"]);
        assert_eq!(w.post(&format!("{PROPOSALS}/{id}/accept"), json!({})).status, 200);
        let filled = || {
            w.number("SELECT count(*) AS n FROM field_values v JOIN custom_fields f
                                  ON f.organization_id = v.organization_id AND f.id = v.field_id WHERE f.key = 'zzz_reg'")
        };
        assert!(fill(w));
        let some = filled();
        assert!(some > 0 && some < 230, "{some}");
        assert_eq!(
            w.number("SELECT filled AS n FROM unknown_keys"),
            some,
            "how far it came is in the same transaction"
        );
        // Another process goes on; two at once do nothing twice.
        let fresh = crm::Crm::open(w.db.clone()).unwrap();
        let go_on = |crm: &crm::Crm| {
            let runtime = Builder::new_current_thread().enable_all().build().unwrap();
            loop {
                match runtime.block_on(crm::proposals::fill(crm)) {
                    Ok(true) => {}
                    Ok(false) => break,
                    Err(crm::Error::Store(error)) if error.is_transient() => {}
                    Err(error) => panic!("{error}"),
                }
            }
        };
        std::thread::scope(|scope| {
            scope.spawn(|| go_on(&fresh));
            scope.spawn(|| go_on(&w.crm));
        });
        assert_eq!(filled(), 230);
        assert_eq!(w.number("SELECT filled AS n FROM unknown_keys"), 230);
        assert_eq!(w.number("SELECT count(*) AS n FROM structurings WHERE source = 'history'"), 230);
        assert_eq!(proposals(w, "status=accepted").len(), 1);
    });
}

#[test]
fn a_dismissed_one_is_not_proposed_again() {
    each(|w| {
        let id = text(&seen(w)["id"]);
        let path = format!("{PROPOSALS}/{id}");
        let reply = w.post(&format!("{path}/dismiss"), json!({}));
        assert_eq!((reply.status, &reply.json()["status"]), (200, &json!("dismissed")), "{}", reply.text());
        assert_eq!(w.post(&format!("{path}/dismiss"), json!({})).status, 200);
        let refused = w.post(&format!("{path}/accept"), json!({}));
        assert_eq!((refused.status, &refused.json()["code"]), (409, &json!("already_decided")));
        for n in 50..75 {
            upserted(w, &phone(n), json!({"zzz_reg": "14/03/1990"}));
        }
        count(w);
        assert_eq!(proposals(w, "").len(), 0);
        assert_eq!(proposals(w, "status=dismissed")[0]["contacts"], 50);
    });
}

#[test]
fn a_choice_of_words_is_a_select() {
    each(|w| {
        for n in 0..20 {
            let word = ["Rojo", "azul", "AZUL"][n % 3];
            upserted(w, &phone(n), json!({"zzz_modo": word}));
        }
        count(w);
        let proposal = &proposals(w, "")[0];
        assert_eq!(
            (&proposal["type"], &proposal["options"]),
            (&json!("select"), &json!(["Rojo", "azul"])),
            "{proposal}"
        );
        let reply = w.post(&format!("{PROPOSALS}/{}/accept", text(&proposal["id"])), json!({}));
        assert_eq!(reply.json()["custom_field"]["options"], json!(["Rojo", "azul"]), "{}", reply.text());
        while fill(w) {}
        let contact = upserted(w, &phone(2), json!({}));
        assert_eq!(custom(w, &contact, "zzz_modo").0, json!("azul"));
    });
}

#[test]
fn keys_without_end_are_not_kept_without_end() {
    each(|w| {
        let many: serde_json::Map<String, Value> = (0..100).map(|n| (format!("clave_{n}_x"), json!(n))).collect();
        let contact = upserted(w, &phone(0), json!({}));
        for round in 0..23 {
            let keys: serde_json::Map<String, Value> =
                many.iter().map(|(key, value)| (format!("{key}{round}"), value.clone())).collect();
            let reply = w.post(&format!("/api/public/contact/{contact}/update-metadata"), Value::Object(keys));
            assert_eq!(reply.status, 201, "{}", reply.text());
        }
        count(w);
        let kept = w.number("SELECT count(*) AS n FROM unknown_keys");
        assert!(kept > 1000 && kept <= 2000, "{kept}");
        assert_eq!(w.number("SELECT count(*) AS n FROM unknown_key_contacts"), kept);
    });
}
