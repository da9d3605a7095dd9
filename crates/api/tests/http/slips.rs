//! A slip in an identifier: two people of whom something is known stay two, what was joined parts again, and whoever has the value
//! after all is named by it.

use serde_json::{Value, json};

use crate::world::{World, each, text};

const ANA: &str = "+56955501234";
const BETO: &str = "+56955509999";

fn field(key: &str, value: Value) -> Value {
    json!({"key": key, "value": value})
}

fn says(w: &World, phone: &str, values: Vec<Value>) -> Value {
    let answer = w.upsert(phone, json!({"custom_field_values": values}));
    assert!([200, 201].contains(&answer.status), "{}", answer.text());
    answer.json()
}

fn values(w: &World, contact: &Value) -> Vec<(String, Value)> {
    let info = w.info(&text(&contact["id"]));
    let mut values: Vec<(String, Value)> =
        info["custom_fields"].as_array().unwrap().iter().map(|one| (text(&one["key"]), one["value"].clone())).collect();
    values.sort_by(|a, b| a.0.cmp(&b.0));
    values
}

fn customer(w: &World, contact: &Value) -> Value {
    w.info(&text(&contact["id"]))["ai_customer_id"].clone()
}

fn identity(w: &World, contact: &Value) -> Value {
    w.get(&format!("/api/v1/contacts/{}/identity", text(&contact["id"]))).json()
}

fn has_identifier(w: &World, contact: &Value, value: &str) -> bool {
    let identity = identity(w, contact);
    let all = identity["identifiers"].as_array().unwrap();
    all.iter().any(|one| one["kind"] == "field:rut" && one["value"] == value)
}

#[test]
fn two_people_of_whom_something_is_known_stay_two() {
    each(|w| {
        let ana = says(w, ANA, vec![field("rut", json!("1-9")), field("ingreso", json!(30))]);
        let beto = says(
            w,
            BETO,
            vec![field("rut", json!("11-9")), field("ingreso", json!(40)), field("ciudad", json!("Talca"))],
        );
        let before = (values(w, &ana), customer(w, &ana));
        // One digit short.
        says(w, BETO, vec![field("rut", json!("1-9"))]);
        let of_beto = identity(w, &beto);
        assert_eq!(of_beto["merge_proposals"][0]["customer_id"], before.1, "{of_beto}");
        assert_ne!(customer(w, &beto), before.1);
        let expected = [("ciudad", json!("Talca")), ("ingreso", json!(40)), ("rut", json!("1-9"))];
        assert_eq!(values(w, &beto), expected.map(|(key, value)| (key.to_owned(), value)));
        // The form is corrected: all is as it was, and nobody is to decide anything.
        says(w, BETO, vec![field("rut", json!("11-9"))]);
        assert_eq!((values(w, &ana), customer(w, &ana)), before);
        assert_eq!(values(w, &beto)[2].1, json!("11-9"));
        assert_eq!(identity(w, &beto)["merge_proposals"], json!([]));
        assert!(has_identifier(w, &ana, "1-9") && has_identifier(w, &beto, "11-9"));
        // Without another number, but with what somebody said: the same.
        let carla = says(w, "+56955508888", vec![field("ciudad", json!("Arica"))]);
        says(w, "+56955508888", vec![field("rut", json!("1-9"))]);
        assert_ne!(customer(w, &carla), before.1);
        assert_eq!(values(w, &ana), before.0);
    });
}

#[test]
fn whoever_is_joined_by_an_identifier_can_be_parted_again() {
    each(|w| {
        let ana = says(w, ANA, vec![field("rut", json!("1-9")), field("ingreso", json!(30))]);
        // New with the number of hers; and one of whom only the number was known.
        let new = says(w, BETO, vec![field("rut", json!("1-9"))]);
        let bare = w.upsert("+56955508888", json!({"meta_data": {"ciudad": "Arica"}})).json();
        let own = customer(w, &bare);
        says(w, "+56955508888", vec![field("rut", json!("1-9"))]);
        for (contact, phone) in [(&new, BETO), (&bare, "+56955508888")] {
            assert_eq!(customer(w, contact), customer(w, &ana));
            let identity = identity(w, contact);
            let [merge] = identity["merges"].as_array().unwrap().as_slice() else { panic!("{identity}") };
            assert_eq!((&merge["rule"], &merge["one_contact"]), (&json!("same_identifier"), &json!(false)));
            assert_eq!(merge["contact_id"], ana["id"]);
            let undo = format!("/api/v1/merges/{}/undo", text(&merge["id"]));
            let undone = w.post(&undo, json!({}));
            assert_eq!((undone.status, &undone.json()["status"]), (200, &json!("undone")), "{}", undone.text());
            assert_ne!(customer(w, contact), customer(w, &ana));
            // The same again joins nobody any more: somebody has decided.
            says(w, phone, vec![field("rut", json!("1-9"))]);
            assert_ne!(customer(w, contact), customer(w, &ana));
        }
        assert_eq!(customer(w, &bare), own, "as it was");
        assert_eq!(values(w, &bare)[0], ("ciudad".to_owned(), json!("Arica")));
        assert_eq!(values(w, &ana)[0], ("ingreso".to_owned(), json!(30)));
        assert_eq!(w.upsert(BETO, json!({})).json()["ai_customer_id"], customer(w, &new), "the number went along");
    });
}

#[test]
fn an_identifier_goes_to_whoever_has_it_after_all() {
    each(|w| {
        let (rut, stage) = (field("rut", json!("1-9")), json!({"stageId": w.here.stages[0]}));
        let ana = says(w, ANA, vec![rut.clone()]);
        let mut with_past = Vec::new();
        for phone in [BETO, "+56955508888"] {
            w.upsert(phone, stage.clone());
            with_past.push(says(w, phone, vec![rut.clone()]));
        }
        let [beto, carla] = with_past.try_into().unwrap();
        assert_eq!(identity(w, &beto)["merge_proposals"][0]["customer_id"], customer(w, &ana));
        // It was Beto's: Ana's is corrected.
        says(w, ANA, vec![field("rut", json!("2-7"))]);
        assert!(has_identifier(w, &beto, "1-9"), "{}", identity(w, &beto));
        assert_eq!(identity(w, &beto)["merge_proposals"], json!([]), "nobody to merge with");
        let proposed = identity(w, &carla)["merge_proposals"].clone();
        assert_eq!(proposed[0]["customer_id"], customer(w, &beto), "{proposed}");
        let next = says(w, "+56955507777", vec![rut]);
        assert_eq!(customer(w, &next), customer(w, &beto));
    });
}
