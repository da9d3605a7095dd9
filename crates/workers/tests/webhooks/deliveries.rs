//! From an event to its receiver: what arrives, and when it is tried again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crm::events::{self, Fact, Topic};
use serde_json::json;
use store::testing::each_engine;

use crate::receiver::{Receiver, Reply};
use crate::world::{World, until};

#[test]
fn an_event_arrives_once_with_all_that_integrations_read() {
    each_engine(|db| {
        let w = World::new(db);
        // What was before anybody wanted it is nobody's.
        w.happen(3);
        let node = w.node();
        until("the relay has passed them", || w.work(passed));
        let receiver = Receiver::start(|_, _| Reply::Status(204));
        let wanted = w.endpoint(&receiver.url, &["event.tracked", "stage.changed"]);
        w.work(|w| {
            let data =
                r#"{"ticket":{"id":"t","amount":12345678901234567890.10},"contact_name":"Ana","old_stage_id":"a"}"#;
            let fact = Fact::new(Topic::StageChanged).subject(json!({"contact_id": "c", "ticket_id": "t"}));
            events::record(w, fact.data(data).previous(json!({"stage_id": "a"})))?;
            events::record(w, Fact::new(Topic::TicketClosed).data("{}"))
        });
        let event = w.happen(1)[0];
        until("both", || receiver.count() >= 2 && w.calls(wanted).len() >= 2);
        let bodies = receiver.all();
        let tracked = bodies.iter().find(|body| body.id == event.to_string()).unwrap().json();
        assert_eq!(tracked["id"], json!(event));
        for name in ["type", "event", "topic"] {
            assert_eq!(tracked[name], "event.tracked");
        }
        assert_eq!((&tracked["client_id"], &tracked["data"]), (&json!(w.organization()), &json!({"n": 0})));
        assert!(tracked["sequence"].as_i64().unwrap() > 3 && tracked["timestamp"].as_str().unwrap().ends_with('Z'));
        let moved = bodies.iter().find(|body| body.id != event.to_string()).unwrap();
        assert!(moved.body.contains("12345678901234567890.10"), "numbers stay as they were written: {}", moved.body);
        let moved = moved.json();
        assert_eq!((&moved["aiContactId"], &moved["data"]["contact_id"]), (&json!("c"), &json!("c")));
        assert_eq!((&moved["data"]["name"], &moved["data"]["ticket_id"]), (&json!("Ana"), &json!("t")));
        for shape in [&moved, &moved["data"]] {
            assert_eq!((&shape["event_type"], &shape["entity_name"]), (&json!("stage_changed"), &json!("ticket")));
            assert_eq!(
                (&shape["entity_data"]["id"], &shape["previous_entity_data"]["stage_id"]),
                (&json!("t"), &json!("a"))
            );
        }
        let calls = w.calls(wanted);
        assert!(calls.iter().all(|call| call.outcome == "delivered" && call.status == Some(204) && call.attempt == 1));
        node.end();
        assert_eq!(receiver.count(), 2);
    });
}

/// Whether the relay has nothing before it.
fn passed(w: &mut crm::Work<'_, '_>) -> crm::Result<bool> {
    let row = w.tx.query_one(
        "SELECT count(*) AS n FROM events WHERE sequence > (SELECT sequence FROM event_cursors WHERE name = 'webhooks')",
        store::params![],
    )?;
    Ok(row.at::<i64>(0)? == 0)
}

#[test]
fn a_failed_try_is_made_again_with_the_very_same_body() {
    each_engine(|db| {
        let w = World::new(db);
        let receiver = Receiver::start(|_, n| match n {
            0 => Reply::Status(500),
            1 => Reply::Headers(429, "retry-after: 1200\r\n".to_owned()),
            _ => Reply::Status(200),
        });
        let id = w.endpoint(&receiver.url, &["event.tracked"]);
        let node = w.node();
        w.happen(1);
        until("the first try", || w.calls(id).len() == 1);
        assert_eq!((w.calls(id)[0].outcome.as_str(), w.calls(id)[0].status), ("retrying", Some(500)));
        assert!(w.get(id).failing_since.is_some());
        w.later(6);
        until("the second", || w.calls(id).len() == 2);
        let asked = &w.calls(id)[0];
        let wait = asked.next_try_at.unwrap().micros() - asked.started_at.micros();
        assert!(wait >= 1_200_000_000, "the receiver asked for more than the 5 minutes that would be next: {wait}");
        assert!(w.get(id).paused_until.is_some());
        w.later(1210);
        until("the third", || w.calls(id).len() == 3);
        assert_eq!((w.calls(id)[0].outcome.as_str(), w.calls(id)[0].attempt), ("delivered", 3));
        let sent = receiver.all();
        assert!(sent.iter().all(|one| one.id == sent[0].id && one.body == sent[0].body));
        assert_eq!((w.get(id).failing_since, w.get(id).paused_until), (None, None));
        node.end();
    });
}

#[test]
fn what_is_tried_in_vain_for_three_days_is_given_up() {
    each_engine(|db| {
        let w = World::new(db);
        let receiver = Receiver::start(|_, _| Reply::Status(500));
        let id = w.endpoint(&receiver.url, &["event.tracked"]);
        let node = w.node();
        w.happen(1);
        for n in 1..=10 {
            until("the next try", || w.calls(id).len() == n);
            w.later(86_400 * 11 / 10 / 10 * i64::from(n < 10) * if n < 5 { 1 } else { 10 });
        }
        let last = w.calls(id).remove(0);
        assert_eq!((last.outcome.as_str(), last.attempt, last.next_try_at), ("failed", 10, None));
        node.end();
        assert_eq!(receiver.count(), 10);
    });
}

#[test]
fn a_dead_receiver_is_not_hammered_and_gets_all_once_it_lives() {
    each_engine(|db| {
        let w = World::new(db);
        let lives = Arc::new(AtomicBool::new(false));
        let receiver = {
            let lives = lives.clone();
            Receiver::start(move |_, _| Reply::Status(if lives.load(Ordering::SeqCst) { 200 } else { 503 }))
        };
        let id = w.endpoint(&receiver.url, &["event.tracked"]);
        let node = w.node();
        let events = w.happen(100);
        until("a pause", || w.get(id).paused_until.is_some());
        assert!(receiver.count() <= 16, "{}", receiver.count());
        lives.store(true, Ordering::SeqCst);
        until("all of them", || {
            w.later(60);
            let delivered: std::collections::HashSet<String> = w
                .calls(id)
                .iter()
                .filter(|call| call.outcome == "delivered")
                .map(|call| call.event_id.to_string())
                .collect();
            delivered.len() == events.len()
        });
        node.end();
    });
}
