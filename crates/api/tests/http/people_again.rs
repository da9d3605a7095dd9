//! What comes to an agent, a key or an event log in the second place: after a change, beside another, from elsewhere.

use crm::access::Caller;
use crm::{Actor, Crm, Error, Scope};
use serde_json::json;

use crate::redact::wrong;
use crate::silence::each_silent;
use crate::world::{UPSERT, WHATSAPP, text};

#[test]
fn a_closed_ticket_gets_its_agent_too() {
    each_silent(|w| {
        let won = json!({"stageId": w.here.stages[3], "agentId": w.here.agent});
        let contact = text(&w.upsert("+56955501234", won).json()["id"]);
        let tickets = w.get(&format!("/api/v1/tickets?contact_id={contact}")).json();
        let ticket = tickets["data"][0].clone();
        assert_eq!((&ticket["status"], &ticket["agent_id"]), (&json!("closed"), &json!(w.here.agent)));
        let path = format!("/api/v1/tickets/{}/assign", text(&ticket["id"]));
        assert_eq!(w.post(&path, json!({"agent_id": w.here.owner})).json()["agent_id"], json!(w.here.owner));
    });
}

#[test]
fn reopening_out_of_a_won_stage_is_a_change_of_stage() {
    each_silent(|w| {
        let (_, ticket) = w.ticket("+56955501234");
        w.post(&format!("/api/v1/tickets/{ticket}/move"), json!({"stage_id": w.here.stages[3]}));
        let before = w.last_sequence();
        let reopened = w.post(&format!("/api/v1/tickets/{ticket}/reopen"), json!({}));
        assert_eq!((reopened.status, &reopened.json()["stage_id"]), (200, &json!(w.here.stages[0])));
        assert_eq!(w.topics(before), ["ticket.updated", "stage.changed"]);
    });
}

#[test]
fn an_open_ticket_is_not_opened_in_another_stage() {
    each_silent(|w| {
        let (_, ticket) = w.ticket("+56955501234");
        let path = format!("/api/v1/tickets/{ticket}");
        let reopen = |stage: &str| w.post(&format!("{path}/reopen"), json!({"stage_id": stage}));
        let stands = text(&w.get(&path).json()["stage_id"]);
        let before = w.last_sequence();
        let another = w.here.stages.iter().find(|stage| **stage != stands).unwrap();
        let refused = reopen(another);
        assert_eq!((refused.status, &refused.json()["code"]), (409, &json!("ticket_open")), "{}", refused.text());
        for (stage, code) in [
            (w.here.stages[3].as_str(), "invalid_value"),
            (w.there.stages[0].as_str(), "unknown_reference"),
            ("0190c5e2-7a3b-7c1d-9e4f-2b6a8d1c3e5f", "unknown_reference"),
            ("x", "invalid_uuid"),
        ] {
            let reply = reopen(stage);
            assert_eq!((reply.status, wrong(&reply.json())), (400, vec![format!("/stage_id {code}")]), "{stage}");
        }
        assert_eq!(reopen(&stands).status, 200, "it stands there");
        assert_eq!(w.topics(before), [""; 0]);
    });
}

#[test]
fn a_key_that_was_revoked_after_its_look_up_writes_nothing() {
    each_silent(|w| {
        let secret = w.key_with(&["contacts:write", "setup:write"], 9);
        let keys = w.get("/api/v1/api_keys?limit=100").json();
        let id = keys["data"].as_array().unwrap().iter().find(|key| key["name"] == "Llave").unwrap()["id"].clone();
        let caller = Caller {
            organization: w.here.organization,
            actor: Actor::ApiKey(text(&id).parse().unwrap()),
            scope: Some(Scope::ContactsWrite),
            request_id: "late".into(),
        };
        assert!(w.crm.write_blocking(&caller, |_| Ok(())).is_ok());
        assert_eq!(w.call("DELETE", &format!("/api/v1/api_keys/{}", text(&id)), &[], None).status, 200);
        let late = w.crm.write_blocking(&caller, |_| Ok(()));
        assert!(matches!(late, Err(Error::Unauthorized)), "{late:?}");
        assert_eq!(w.raw(&secret, "POST", UPSERT, &[], Some(b"{}")).status, 401);
        assert_eq!(w.raw(&secret, "POST", "/api/v1/structuring/preview", &[], Some(b"{\"data\":{}}")).status, 401);
    });
}

#[test]
fn the_log_goes_on_after_a_move_to_a_cluster_that_counts_from_the_start() {
    each_silent(|w| {
        w.contact("+56955501234");
        let before = w.last_sequence();
        if w.is_postgres() {
            // As a dump of a cluster with many more transactions behind it leaves them.
            w.work(|w| {
                w.tx.execute("UPDATE events SET sequence = sequence + 1000000000000000", &[])?;
                Ok(())
            });
        }
        let restored = Crm::open(w.db.clone()).unwrap();
        let caller = Caller::system(w.here.organization);
        let shift = if w.is_postgres() { 1_000_000_000_000_000 } else { 0 };
        assert!(restored.write_blocking(&caller, |w| Ok(w.now)).is_ok());
        w.contact("+56955509999");
        assert_eq!(w.topics(before + shift), ["contact.created"], "an old cursor goes on");
    });
}

#[test]
fn of_one_number_on_a_channel_a_change_of_set_up_elsewhere_is_seen_at_once() {
    each_silent(|w| {
        let other = w.restarted();
        let call = |body: &serde_json::Value| {
            let headers = [("x-api-key", w.here.key.as_str()), ("content-type", "application/json")];
            crate::client::send(other.address, "POST", UPSERT, &headers, Some(body.to_string().as_bytes())).unwrap()
        };
        let body = json!({"channel": "whatsapp", "channel_phone_number": WHATSAPP, "contact_phone_number": "955501234",
                          "custom_field_values": [{"key": "talla", "value": "XL"}]});
        assert_eq!(call(&body).status, 400);
        let field = json!({"key": "talla", "name": "Talla", "entity": "customer", "type": "select", "options": ["M"]});
        let made = w.post("/api/v1/custom_fields", field).json();
        assert_eq!(call(&body).json()["errors"][0]["code"], "invalid_option");
        let path = format!("/api/v1/custom_fields/{}", text(&made["id"]));
        assert_eq!(w.patch(&path, json!({"options": ["M", "XL"]})).status, 200);
        assert_eq!(call(&body).status, 201, "the other server reads the set-up again before it refuses");
    });
}
