//! Reports: who waited how long, what was said when, how far tickets get.

use serde_json::{Value, json};

use crate::meta::{Line, contact_of, seconds};
use crate::world::{World, each};

fn report(w: &World, path: &str) -> Value {
    let reply = w.get(&format!("/api/v1/reports/{path}"));
    assert_eq!(reply.status, 200, "{path}: {}", reply.text());
    reply.json()
}

#[test]
fn of_a_days_work() {
    each(|w| {
        let line = Line::open(w, 1);
        let now = seconds(w);
        line.deliver(w, &line.text("56955501234", "1", now - 100, "hola"));
        line.deliver(w, &line.text("56955505678", "2", now - 30, "=HYPERLINK(1)"));
        let ana = contact_of(w, "56955501234");
        let send = |text: &str| {
            let reply = w.post("/api/v1/messages", json!({"contact_id": ana, "text": text}));
            assert_eq!(reply.status, 201, "{}", reply.text());
        };
        send("Sí");
        w.wait(50);
        line.deliver(w, &line.text("56955501234", "3", now + 40, "otra cosa"));
        w.wait(10);
        send("También");
        // Days are the organization's: Santiago.
        let day = "2026-12-01";
        let first = report(w, "first_response");
        assert_eq!(first["columns"], json!(["day", "answers", "median_seconds", "p90_seconds", "mean_seconds"]));
        let seconds_waited = first["rows"][0][2].as_i64().unwrap();
        assert!((100..140).contains(&seconds_waited), "{first}");
        assert_eq!(
            (&first["rows"][0][0], &first["rows"][0][1], &first["totals"][1]),
            (&json!(day), &json!(1), &json!(1))
        );
        assert_eq!(report(w, "first_response?group=agent")["rows"][0][0], "API");
        assert_eq!(report(w, &format!("first_response?agent_id={}", w.here.agent))["rows"], json!([]));
        let waits = report(w, "waiting");
        assert_eq!((&waits["rows"][0][0], &waits["rows"][0][1]), (&json!("Línea 1"), &json!(1)));
        assert_eq!(report(w, "waiting?group=agent")["rows"][0][0], "-");
        let said = report(w, "messages?group=channel");
        assert_eq!(said["rows"], json!([["Línea 1", 3, 2, 0]]));
        assert_eq!(report(w, "messages")["rows"], json!([[day, 3, 2, 0]]));
        assert_eq!(report(w, "messages?group=hour")["totals"], json!([null, 3, 2, 0]));
        assert_eq!(report(w, "messages?from=2026-11-01T00:00:00Z&to=2026-11-30T00:00:00Z")["rows"], json!([]));
        let ticket = w.info(&ana)["active_ticket"]["id"].clone();
        let path = format!("/api/v1/tickets/{}/move", ticket.as_str().unwrap());
        assert_eq!(w.post(&path, json!({"stage_id": w.here.stages[3]})).status, 200);
        let resolved = report(w, "resolution?group=pipeline");
        assert_eq!((&resolved["rows"][0][1], &resolved["columns"][1]), (&json!(1), &json!("tickets")));
        let funnel = report(w, &format!("funnel?pipeline_id={}", w.here.pipeline));
        let reached: Vec<&Value> = funnel["rows"].as_array().unwrap().iter().map(|row| &row[2]).collect();
        assert_eq!(reached, [&json!(2), &json!(1), &json!(1), &json!(1), &json!(0)], "{funnel}");
        assert_eq!(funnel["totals"][2], 2);
        let opened = |from: &str, to: &str| {
            report(w, &format!("funnel?from={from}T00:00:00Z&to={to}T00:00:00Z"))["totals"][2].clone()
        };
        assert_eq!((opened("2026-11-01", "2026-12-01"), opened("2026-12-01", "2026-12-02")), (json!(0), json!(2)));
        let file = w.call("GET", "/api/v1/reports/messages?group=channel", &[("accept", "text/csv")], None);
        assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
        assert_eq!(file.text(), "channel,inbound,outbound,failed\r\nLínea 1,3,2,0\r\n");
        assert_eq!(w.get("/api/v1/reports/waiting?format=csv").text().lines().count(), 2);
        for wrong in [
            "messages?from=2026-01-01T00:00:00Z&to=2026-12-01T00:00:00Z",
            "messages?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z",
            "messages?group=moon",
            "funnel?pipeline_id=0190c5e2-7a3b-7c1d-9e4f-2b6a8d1c3e5f",
        ] {
            assert_eq!(w.get(&format!("/api/v1/reports/{wrong}")).status, 400, "{wrong}");
        }
        let theirs = w.raw(&w.there.key, "GET", "/api/v1/reports/messages", &[], None).json();
        assert_eq!(theirs["totals"], json!([null, 0, 0, 0]));
    });
}

/// (how many first answers, after how many seconds at the median)
fn first_answers(w: &World) -> (i64, i64) {
    let totals = report(w, "first_response")["totals"].clone();
    (totals[1].as_i64().unwrap(), totals[2].as_i64().unwrap_or(-1))
}

#[test]
fn the_first_answer_is_the_first_that_did_not_fail() {
    each(|w| {
        let line = Line::open(w, 1);
        let now = seconds(w);
        line.deliver(w, &line.text("56955501234", "1", now - 100, "hola"));
        let ana = contact_of(w, "56955501234");
        let send = |text: &str| {
            let reply = w.post("/api/v1/messages", json!({"contact_id": ana, "text": text}));
            assert_eq!(reply.status, 201, "{}", reply.text());
            crate::world::text(&reply.json()["id"])
        };
        let act = |id: &str, verb: &str| {
            let reply = w.post(&format!("/api/v1/messages/{id}/{verb}"), json!({}));
            assert_eq!(reply.status, 200, "{}", reply.text());
        };
        let between = |seconds: i64, from: i64| (from..from + 40).contains(&seconds);
        let one = send("uno");
        act(&one, "discard");
        assert_eq!(first_answers(w).0, 0, "nobody has answered");
        w.wait(100);
        let two = send("dos");
        let (answers, waited) = first_answers(w);
        assert!(answers == 1 && between(waited, 200), "{answers} {waited}");
        // The one after it ended no wait; when the answer before it is given up, it is the answer.
        w.wait(100);
        let three = send("tres");
        w.wait(100);
        line.deliver(w, &line.text("56955501234", "2", seconds(w), "otra cosa"));
        w.wait(100);
        let four = send("cuatro");
        assert_eq!(first_answers(w), (answers, waited), "not the first");
        act(&two, "discard");
        let (answers, waited) = first_answers(w);
        assert!(answers == 1 && between(waited, 300), "{answers} {waited}");
        // So is one that ended a later wait.
        act(&three, "discard");
        let (answers, waited) = first_answers(w);
        assert!(answers == 1 && between(waited, 500), "{answers} {waited}");
        act(&four, "discard");
        assert_eq!(first_answers(w).0, 0);
        // Sent after all, it counts from when it was queued.
        act(&one, "retry");
        let (answers, waited) = first_answers(w);
        assert!(answers == 1 && between(waited, 100), "{answers} {waited}");
    });
}

#[test]
fn a_merge_resolves_nothing() {
    each(|w| {
        let ((ana, _), (double, _)) = (w.ticket("+56955501234"), w.ticket("+56955505678"));
        let merge = w.post(&format!("/api/v1/contacts/{ana}/merge"), json!({"contact_id": double}));
        assert_eq!(merge.status, 200, "{}", merge.text());
        w.wait(60);
        assert_eq!(report(w, "resolution")["totals"][1], 0);
        assert_eq!(report(w, "funnel")["totals"][2], 1, "two that are one");
        let ticket = w.info(&ana)["active_ticket"]["id"].clone();
        let path = format!("/api/v1/tickets/{}/close", ticket.as_str().unwrap());
        assert_eq!(w.post(&path, json!({"outcome": "lost", "reason": "caro"})).status, 200);
        w.wait(60);
        assert_eq!(report(w, "resolution")["totals"][1], 1);
    });
}
