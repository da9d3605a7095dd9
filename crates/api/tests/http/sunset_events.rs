//! `operation.deprecated`, `operation.sunset_soon`, `operation.removed`: each once, whatever servers and clocks do.

use serde_json::json;

use crate::client;
use crate::world::{Shop, World, each, text};

/// What an organization's log says of an operation: topic and days left.
fn said(w: &World, shop: &Shop, operation: &str) -> Vec<(String, i64)> {
    w.settled();
    let topics = "operation.deprecated,operation.sunset_soon,operation.removed";
    let log = w.raw(&shop.key, "GET", &format!("/api/v1/events?limit=1000&topic={topics}"), &[], None).json();
    let events = log["data"].as_array().unwrap().iter().filter(|event| event["data"]["operation"] == operation);
    events.map(|event| (text(&event["topic"]), event["data"]["days_left"].as_i64().unwrap())).collect()
}

fn announce(w: &World) -> usize {
    w.server().wait_for(w.server().app.announce_sunsets()).unwrap()
}

fn call(w: &World, key: &str) {
    client::send(w.address(), "GET", "/api/public/whatsapp/contact/contacts", &[("x-api-key", key)], None).unwrap();
    w.server().wait_for(w.server().app.write_counts()).unwrap();
}

fn expected(list: &[(&str, i64)]) -> Vec<(String, i64)> {
    list.iter().map(|(topic, days)| (format!("operation.{topic}"), *days)).collect()
}

#[test]
fn each_threshold_once_and_only_while_somebody_calls() {
    each(|w| {
        // Removed on 2027-11-26.
        w.wait_until("2026-12-26T12:00:00Z");
        assert_eq!(announce(w), 6, "three operations, two organizations");
        let mut shown = expected(&[("deprecated", 335)]);
        assert_eq!(said(w, &w.here, "whatsapp-contacts"), shown);
        assert_eq!(announce(w), 0);
        w.wait_until("2027-08-27T12:00:00Z");
        call(w, &w.here.key);
        assert_eq!(announce(w), 0, "91 days are not soon");
        for (day, left) in [("2027-08-28", 90), ("2027-10-27", 30), ("2027-11-19", 7), ("2027-11-25", 1)] {
            w.wait_until(&format!("{day}T00:10:00Z"));
            call(w, &w.here.key);
            // By the last day two organizations have heard that another operation is gone.
            assert_eq!(announce(w), if left == 1 { 3 } else { 1 }, "{day}");
            shown.extend(expected(&[("sunset_soon", left)]));
            assert_eq!(said(w, &w.here, "whatsapp-contacts"), shown);
            // Restarts and other servers find it written.
            let other = w.restarted();
            assert_eq!(other.wait_for(other.app.announce_sunsets()).unwrap() + announce(w), 0, "{day}");
        }
        w.wait_until("2027-11-26T00:00:01Z");
        announce(w);
        shown.extend(expected(&[("removed", 0)]));
        assert_eq!(said(w, &w.here, "whatsapp-contacts"), shown);
        assert_eq!(said(w, &w.there, "whatsapp-contacts"), expected(&[("deprecated", 335), ("removed", 0)]));
        w.wait(40 * 86_400);
        assert_eq!(announce(w), 0);
        let log = w.get("/api/v1/events?topic=operation.removed&limit=1000").json();
        let event = log["data"].as_array().unwrap().iter().find(|e| e["data"]["operation"] == "note-send").unwrap();
        assert_eq!(event["subject"], json!({"operation": "note-send"}));
        assert_eq!(
            (&event["data"]["sunset"], &event["data"]["guide"], &event["data"]["phase"], &event["actor"]["type"]),
            (&json!("2027-11-22"), &json!("/docs/migrations/note-send"), &json!("removed"), &json!("system"))
        );
        assert_eq!(event["data"]["successors"][0], "/api/public/customer/upsert/info");
    });
}

#[test]
fn a_server_that_was_off_says_the_nearest_only() {
    each(|w| {
        w.wait_until("2027-11-20T12:00:00Z");
        call(w, &w.here.key);
        announce(w);
        let shown = expected(&[("deprecated", 6), ("sunset_soon", 6)]);
        assert_eq!(said(w, &w.here, "whatsapp-contacts"), shown);
        assert_eq!(said(w, &w.there, "whatsapp-contacts"), expected(&[("deprecated", 6)]), "nobody calls there");
        // The clock is put back: what is pointless now is not said later.
        w.wait(-60 * 86_400);
        call(w, &w.here.key);
        assert_eq!(announce(w), 0);
        assert_eq!(said(w, &w.here, "whatsapp-contacts"), shown);
        // It jumps beyond the end, and back.
        w.wait_until("2028-05-01T12:00:00Z");
        announce(w);
        w.wait(-200 * 86_400);
        call(w, &w.here.key);
        call(w, &w.there.key);
        assert_eq!(announce(w), 0);
        w.wait_until("2027-11-26T12:00:00Z");
        assert_eq!(announce(w), 0);
        let last = said(w, &w.here, "whatsapp-contacts");
        assert_eq!(last[..2], shown[..]);
        assert_eq!((last.len(), last[2].0.as_str()), (3, "operation.removed"));
    });
}

#[test]
fn servers_at_once_write_each_event_once() {
    each(|w| {
        w.wait_until("2027-11-20T12:00:00Z");
        call(w, &w.here.key);
        let servers: Vec<_> = (0..4).map(|_| w.restarted()).collect();
        std::thread::scope(|scope| {
            for server in &servers {
                // One that met others may be told to try again.
                scope.spawn(|| while server.wait_for(server.app.announce_sunsets()).is_err() {});
            }
        });
        let count = w.number("SELECT count(*) AS n FROM events WHERE topic LIKE 'operation.%'");
        // Deprecated: three operations, two organizations; soon: the one that is called.
        assert_eq!(count, 7);
        let marks = w.number("SELECT count(*) AS n FROM sunset_notices WHERE notice LIKE 'soon%'");
        assert_eq!(marks, 3, "7 days, and those that it makes pointless");
    });
}

#[test]
fn who_came_after_the_end_hears_nothing() {
    each(|w| {
        w.wait_until("2028-06-01T12:00:00Z");
        let late = crm::organizations::NewOrganization {
            name: "Tarde".to_owned(),
            country: "CL".to_owned(),
            time_zone: None,
            currency: None,
            language: None,
            owner_name: None,
            owner_email: "tarde@example.com".to_owned(),
            owner_password_hash: None,
            key_hash: [9; 32],
            key_hint: "rk_tarde".to_owned(),
        };
        w.crm.create_organization_blocking(late).unwrap();
        assert_eq!(announce(w), 6, "the end of three, to the two that were there");
        w.settled();
        let log = w.get("/api/v1/events?topic=operation.removed").json();
        assert_eq!(log["data"].as_array().map(Vec::len), Some(3));
    });
}
