//! Two that were one are two again: each stands where its tickets stand now, and no value is of a type that its field has no more.

use serde_json::{Value, json};

use crate::world::{World, each, text};

fn merge(w: &World, one: &str, other: &str) -> String {
    let merged = w.post(&format!("/api/v1/contacts/{one}/merge"), json!({"contact_id": other}));
    assert_eq!(merged.status, 200, "{}", merged.text());
    text(&merged.json()["id"])
}

fn undo(w: &World, merge: &str) {
    let undone = w.post(&format!("/api/v1/merges/{merge}/undo"), json!({}));
    assert_eq!(undone.status, 200, "{}", undone.text());
}

/// (stage, chat status)
fn stands(w: &World, contact: &str) -> (Value, Value) {
    let info = w.info(contact);
    (info["default_stage_id"].clone(), info["chat_status"].clone())
}

fn in_stage(w: &World, stage: &str) -> Vec<String> {
    let found = w.get(&format!("/api/public/contacts?days=30&stage_id={stage}")).json();
    found.as_array().unwrap().iter().map(|contact| text(&contact["id"])).collect()
}

#[test]
fn each_stands_where_its_tickets_stand_now() {
    each(|w| {
        let stages = &w.here.stages;
        // The ticket was moved meanwhile.
        let older = w.contact("+56955501234");
        let (moved, ticket) = w.ticket("+56955501235");
        let one = merge(w, &older, &moved);
        let reply = w.post(&format!("/api/v1/tickets/{ticket}/move"), json!({"stage_id": stages[1]}));
        assert_eq!(reply.status, 200, "{}", reply.text());
        undo(w, &one);
        assert_eq!(stands(w, &moved), (json!(stages[1]), json!("ATTENDED")));
        assert_eq!((in_stage(w, &stages[1]), in_stage(w, &stages[0])), (vec![moved], Vec::new()));
        // It was closed meanwhile.
        let older = w.contact("+56955501236");
        let (closed, ticket) = w.ticket("+56955501237");
        let one = merge(w, &older, &closed);
        let reply = w.post(&format!("/api/v1/tickets/{ticket}/move"), json!({"stage_id": stages[3]}));
        assert_eq!(reply.status, 200, "{}", reply.text());
        undo(w, &one);
        assert_eq!(stands(w, &closed), (json!(stages[3]), json!("CLOSED")));
        assert_eq!(stands(w, &older), (json!(stages[0]), json!("ATTENDED")), "who has no ticket at all");
        assert_eq!(in_stage(w, &stages[3]), [closed]);
    });
}

#[test]
fn a_ticket_comes_back_where_one_can_be_open() {
    each(|w| {
        let stages = &w.here.stages;
        let (older, _) = w.ticket("+56955501234");
        let younger = text(&w.upsert("+56955501235", json!({"stageId": stages[1]})).json()["id"]);
        let ticket = text(&w.info(&younger)["active_ticket"]["id"]);
        let one = merge(w, &older, &younger);
        let path = format!("/api/v1/pipelines/{}/stages/{}", w.here.pipeline, stages[1]);
        assert_eq!(w.patch(&path, json!({"outcome": "won"})).status, 200);
        w.patch("/api/v1/assignment", json!({"mode": "round_robin"}));
        undo(w, &one);
        let back = w.get(&format!("/api/v1/tickets/{ticket}")).json();
        assert_eq!((&back["status"], &back["stage_id"]), (&json!("open"), &json!(stages[0])), "{back}");
        assert_eq!(stands(w, &younger).0, json!(stages[0]));
        assert_eq!(w.get("/api/v1/assignment").json()["waiting"], json!(1));
    });
}

#[test]
fn what_was_set_aside_is_of_its_fields_type() {
    each(|w| {
        let code = json!({"key": "codigo", "name": "Código", "entity": "customer", "type": "text"});
        let field = text(&w.post("/api/v1/custom_fields", code).json()["id"]);
        let said = |phone: &str, value: &str| {
            let values = json!({"custom_field_values": [{"key": "codigo", "value": value}]});
            text(&w.upsert(phone, values).json()["id"])
        };
        let one = said("+56955501234", "5");
        let (other, third) = (said("+56955501235", "abc"), said("+56955501236", "7"));
        let merges = [merge(w, &one, &other), merge(w, &one, &third)];
        let changed = w.patch(&format!("/api/v1/custom_fields/{field}"), json!({"type": "number"}));
        assert_eq!(changed.status, 200, "{}", changed.text());
        let from = w.last_sequence();
        for merge in merges.iter().rev() {
            undo(w, merge);
        }
        let code = |contact: &str| {
            let found = w.info(contact)["custom_fields"].clone();
            found.as_array().unwrap().iter().find(|one| one["key"] == "codigo").map(|one| one["value"].clone())
        };
        assert_eq!((code(&one), code(&third), code(&other)), (Some(json!(5)), Some(json!(7)), None));
        w.settled();
        let log = w.get(&format!("/api/v1/events?limit=1000&after={from}&topic=contact.merged")).json();
        let left: Vec<&Value> =
            log["data"].as_array().unwrap().iter().map(|event| &event["data"]["left_out"]).collect();
        assert_eq!(left, [&Value::Null, &json!({"codigo": "abc"})]);
    });
}
