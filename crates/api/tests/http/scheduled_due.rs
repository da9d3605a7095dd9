//! What becomes of scheduled messages when their time comes. The worker's part is done by hand here, at the world's time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crm::id::{ChannelId, ContactId, TemplateId};
use crm::scheduled::{Sent, send_due, with_due};
use serde_json::{Value, json};
use store::{Priority, params};

use crate::outbound::{body, person, template};
use crate::scheduled::{PROGRAMMED, V1, ahead, programmed, reminder, scheduled};
use crate::world::{World, each, text};

/// What the worker does.
fn send(w: &World) -> Sent {
    let now = w.now();
    let due = w.db.read_blocking(Priority::Background, move |tx| with_due(tx, now)).unwrap();
    let mut all = Sent::default();
    for (organization, channel) in due {
        let sent = w.server().wait_for(send_due(&w.crm, organization, channel)).unwrap();
        all.queued += sent.queued;
        all.failed += sent.failed;
    }
    all
}

const QUEUED: Sent = Sent { queued: 1, failed: 0 };
const NOTHING: Sent = Sent { queued: 0, failed: 0 };

fn show(w: &World, id: &str) -> Value {
    w.get(&format!("{V1}/{id}")).json()
}

/// Scheduled in an hour, to somebody new.
fn plan(w: &World, template: &str, phone: &str, more: Value) -> (String, String) {
    let reply = programmed(w, template, phone, &more);
    assert_eq!(reply.status, 201, "{}", reply.text());
    (text(&reply.json()["id"]), text(&reply.json()["aiContactId"]))
}

/// That it failed with this code, and what the worker says.
fn fails(w: &World, id: &str, code: &str) {
    assert_eq!(send(w), Sent { queued: 0, failed: 1 }, "{code}");
    let shown = show(w, id);
    assert_eq!((&shown["status"], &shown["error"]["code"]), (&json!("failed"), &json!(code)), "{shown}");
    assert!(shown["error"]["details"].is_string() && shown["error"]["advice"].is_string(), "{shown}");
    assert_eq!(send(w), NOTHING);
}

fn messages(w: &World) -> i64 {
    w.number("SELECT count(*) AS n FROM messages WHERE direction = 'outbound'")
}

fn set_channel(w: &World, sql: &'static str) {
    w.work(move |w| {
        let organization = w.organization();
        w.tx.execute(sql, params![organization])?;
        w.bump_revision()
    });
}

#[test]
fn it_goes_when_its_time_has_come_and_once() {
    each(|w| {
        let id = reminder(w);
        let (first, contact) = plan(w, &id, "+56955501234", json!({"stageId": w.here.stages[0]}));
        let (second, _) =
            plan(w, &id, "+56955505678", json!({"channel": "web-whatsapp", "scheduledDate": ahead(w, 7200)}));
        assert_eq!(send(w), NOTHING);
        w.wait(3600);
        let before = w.last_sequence();
        assert_eq!((send(w), send(w)), (QUEUED, NOTHING));
        let shown = show(w, &first);
        assert_eq!((&shown["status"], &shown["body"]), (&json!("sent"), &json!("Hola Ana, te esperamos.")));
        let message = w.get(&format!("/api/v1/messages/{}", text(&shown["message_id"]))).json();
        let ticket = &w.info(&contact)["active_ticket"]["id"];
        assert_eq!(
            (&message["type"], &message["status"], &message["body"], &message["ticket_id"], &message["actor"]["type"]),
            (&json!("template"), &json!("queued"), &json!("Hola Ana, te esperamos."), ticket, &json!("api_key")),
            "it is a message of whoever scheduled it"
        );
        assert_eq!(message["content"]["name"], "recordatorio");
        assert_eq!(w.topics(before), ["message.queued", "scheduled_message.sent"]);
        let log = w.get(&format!("/api/v1/events?after={before}&topic=scheduled_message.sent")).json();
        let event = &log["data"][0];
        assert_eq!((&event["subject"]["message_id"], &event["actor"]["type"]), (&message["id"], &json!("system")));
        // What was written is with the message only.
        assert_eq!(w.number("SELECT count(*) AS n FROM scheduled_messages WHERE content = '{}'"), 1);
        let late = w.call("DELETE", &format!("{PROGRAMMED}/{first}"), &[], None);
        assert_eq!((late.status, &late.json()["code"]), (409, &json!("wrong_status")), "{}", late.text());
        // A repetition of its request is no second message.
        let again = programmed(w, &id, "+56955501234", &json!({"scheduledDate": shown["scheduled_at"]}));
        assert_eq!((again.status, &again.json()["status"]), (201, &json!("sent")), "{}", again.text());
        w.wait(3600);
        assert_eq!(send(w), QUEUED);
        let shown = show(w, &second);
        let message = w.get(&format!("/api/v1/messages/{}", text(&shown["message_id"]))).json();
        assert_eq!(
            (&message["type"], messages(w)),
            (&json!("text"), 2),
            "where there are no templates it goes as text"
        );
    });
}

#[test]
fn a_person_gets_them_in_the_order_of_their_times() {
    each(|w| {
        let ana = person(w, "+56955501234", 60);
        for seconds in [50, 10, 40, 20, 30] {
            let plan = json!({"contact_id": ana, "text": format!("{seconds}"), "scheduled_at": ahead(w, seconds)});
            assert_eq!(scheduled(w, plan).status, 201);
        }
        w.wait(60);
        assert_eq!(send(w).queued, 5);
        let contact: ContactId = ana.parse().unwrap();
        let line = w.work(move |w| {
            let rows = w.tx.query(
                "SELECT m.body FROM outbox o JOIN messages m ON m.organization_id = o.organization_id AND m.id = o.message_id
                 WHERE o.contact_id = $1 ORDER BY o.queued_at, o.message_id",
                params![contact],
            )?;
            rows.iter().map(|row| Ok(row.at::<String>(0)?)).collect::<crm::Result<Vec<_>>>()
        });
        assert_eq!(line, ["10", "20", "30", "40", "50"]);
    });
}

#[test]
fn what_changed_meanwhile_is_looked_at_and_said() {
    each(|w| {
        let id = reminder(w);
        let (made, contact) = plan(w, &id, "+56955501234", json!({}));
        w.patch(&format!("/api/v1/contacts/{contact}"), json!({"blocked": true}));
        w.wait(3600);
        fails(w, &made, "contact_blocked");
        assert_eq!(w.patch(&format!("/api/v1/contacts/{contact}"), json!({"blocked": false})).status, 200);

        let opted = template(w, "promo", "APPROVED", "MARKETING", body("Hola {{1}}"));
        let (made, contact) = plan(w, &opted, "+56955501235", json!({}));
        let person_id: ContactId = contact.parse().unwrap();
        w.work(move |w| {
            let now = w.now;
            w.tx.execute("UPDATE contacts SET opted_out_at = $2 WHERE id = $1", params![person_id, now])?;
            Ok(())
        });
        w.wait(3600);
        fails(w, &made, "opted_out");

        for (n, (code, change)) in [
            ("template_not_approved", "status = 'REJECTED'"),
            ("template_gone", "removed = true"),
            ("wrong_variable_count", "components = '[{\"type\":\"BODY\",\"text\":\"Hola {{1}} y {{2}}\"}]'"),
        ]
        .into_iter()
        .enumerate()
        {
            let changed = template(w, &format!("cambia_{n}"), "APPROVED", "UTILITY", body("Hola {{1}}"));
            let (made, _) = plan(w, &changed, "+56955501236", json!({}));
            let template: TemplateId = changed.parse().unwrap();
            w.work(move |w| {
                w.tx.execute(&format!("UPDATE templates SET {change} WHERE id = $1"), params![template])?;
                Ok(())
            });
            w.wait(3600);
            fails(w, &made, code);
        }

        let made =
            text(&scheduled(w, json!({"contact_id": person(w, "+56955501237", 60), "text": "Hola"})).json()["id"]);
        w.work(|w| {
            let then = w.now.plus_days(-2);
            w.tx.execute("UPDATE contacts SET last_inbound_at = $1 WHERE last_inbound_at IS NOT NULL", params![then])?;
            Ok(())
        });
        w.wait(3600);
        fails(w, &made, "outside_service_window");

        let (made, _) = plan(w, &id, "+56955501238", json!({"channel": "web-whatsapp"}));
        let path = format!("/api/v1/channels/{}", w.here.web_whatsapp);
        let refused = w.call("DELETE", &path, &[], None);
        assert!(refused.status == 409 && refused.text().contains("1 scheduled message"), "{}", refused.text());
        assert_eq!(w.call("DELETE", &format!("{path}?archive=true"), &[], None).status, 200);
        w.wait(3600);
        fails(w, &made, "channel_removed");

        let (made, contact) = plan(w, &id, "+56955501239", json!({}));
        w.work(|w| {
            w.tx.execute(
                "UPDATE scheduled_messages SET content = '{\"erased\":true}' WHERE status = 'scheduled'",
                params![],
            )?;
            Ok(())
        });
        w.wait(3600);
        let before = w.last_sequence();
        fails(w, &made, "unreadable_content");
        assert_eq!(w.topics(before), ["scheduled_message.failed"]);
        assert_eq!(messages(w), 0);
        // One that failed may be scheduled again as it was, and it is in the person's history.
        let history = w.get(&format!("/api/v1/contacts/{contact}/timeline")).json();
        assert_eq!(history["data"][0]["event"]["topic"], "scheduled_message.failed", "{history}");
    });
}

#[test]
fn a_stopped_channel_holds_what_is_due_until_it_is_too_late() {
    each(|w| {
        let id = reminder(w);
        let (soon, _) = plan(w, &id, "+56955501234", json!({"scheduledDate": ahead(w, 60)}));
        let (later, _) = plan(w, &id, "+56955505678", json!({"scheduledDate": ahead(w, 3 * 3600)}));
        set_channel(w, "UPDATE channels SET status = 'needs_token' WHERE organization_id = $1 AND type = 'whatsapp'");
        w.wait(3 * 3600);
        assert_eq!(send(w), NOTHING, "it waits for the channel");
        w.wait(120);
        fails(w, &soon, "channel_stopped");
        assert_eq!(show(w, &later)["status"], "scheduled");
        set_channel(w, "UPDATE channels SET status = 'connected' WHERE organization_id = $1 AND type = 'whatsapp'");
        assert_eq!(send(w), QUEUED);
        assert_eq!(show(w, &later)["status"], "sent");
    });
}

#[test]
fn after_a_time_away_what_is_three_hours_late_does_not_go() {
    each(|w| {
        let id = reminder(w);
        let (early, _) = plan(w, &id, "+56955501234", json!({"scheduledDate": ahead(w, 60)}));
        let (late, _) = plan(w, &id, "+56955505678", json!({"scheduledDate": ahead(w, 7200)}));
        w.wait(3 * 3600 + 120);
        assert_eq!(send(w), Sent { queued: 1, failed: 1 });
        assert_eq!(
            (&show(w, &early)["error"]["code"], &show(w, &late)["status"]),
            (&json!("too_late"), &json!("sent"))
        );
        // A clock that is put back holds what waits, and sends nothing of what went again.
        let (next, _) = plan(w, &id, "+56955509999", json!({"scheduledDate": ahead(w, 60)}));
        w.wait(-86_400);
        assert_eq!(send(w), NOTHING);
        w.wait(86_400 + 60);
        assert_eq!(send(w), QUEUED);
        assert_eq!((show(w, &next)["status"].clone(), messages(w)), (json!("sent"), 2));
    });
}

#[test]
fn who_turned_out_to_be_another_gets_it_once() {
    each(|w| {
        let id = reminder(w);
        let at = json!({"scheduledDate": ahead(w, 3600)});
        let (of_ana, ana) = plan(w, &id, "+56955501234", at.clone());
        let (of_bea, bea) = plan(w, &id, "+56955505678", at.clone());
        let twin = |contact: &str| {
            let plan = json!({"contact_id": contact, "template": {"id": id, "variables": ["Ana"]},
                              "scheduled_at": at["scheduledDate"]});
            let reply = scheduled(w, plan);
            assert_eq!(reply.status, 201, "{}", reply.text());
            text(&reply.json()["id"])
        };
        let (kept, left) = (twin(&ana), twin(&bea));
        let merge = w.post(&format!("/api/v1/contacts/{ana}/merge"), json!({"contact_id": bea})).json();
        assert_eq!(show(w, &of_bea)["contact_id"], json!(ana));
        let listed = w.get(&format!("{V1}?contact_id={bea}")).json();
        assert_eq!(listed["data"].as_array().unwrap().len(), 3, "under either id: {listed}");
        // An undo gives back what was Bea's.
        assert_eq!(w.post(&format!("/api/v1/merges/{}/undo", text(&merge["id"])), json!({})).status, 200);
        assert_eq!([&show(w, &of_bea)["contact_id"], &show(w, &left)["contact_id"]], [&json!(bea), &json!(bea)]);
        w.post(&format!("/api/v1/contacts/{ana}/merge"), json!({"contact_id": bea}));
        w.wait(3600);
        // Each number that was named gets its own; what named no number is the same twice.
        assert_eq!(send(w), Sent { queued: 3, failed: 0 });
        let status = |id: &str| show(w, id)["status"].clone();
        assert_eq!([status(&of_ana), status(&of_bea), status(&kept)], [json!("sent"), json!("sent"), json!("sent")]);
        assert_eq!(status(&left), "cancelled");
        let person: ContactId = ana.parse().unwrap();
        let numbers = w.work(move |w| {
            let rows = w.tx.query(
                "SELECT coalesce(m.address, c.phone) AS number FROM messages m
                 JOIN contacts c ON c.organization_id = m.organization_id AND c.id = m.contact_id
                 WHERE m.contact_id = $1 AND m.direction = 'outbound' ORDER BY 1",
                params![person],
            )?;
            rows.iter().map(|row| Ok(row.at::<String>(0)?)).collect::<crm::Result<Vec<_>>>()
        });
        assert_eq!(numbers, ["+56955501234", "+56955501234", "+56955505678"]);
    });
}

#[test]
fn what_was_scheduled_long_ago_goes_with_the_messages() {
    each(|w| {
        let plan = |contact: &str, seconds: i64| {
            let plan = json!({"contact_id": contact, "text": "Hola", "scheduled_at": ahead(w, seconds)});
            text(&scheduled(w, plan).json()["id"])
        };
        let ana = person(w, "+56955501234", 60);
        let (bea, _) = w.ticket("+56955505678");
        let (old, waits, spared) = (plan(&ana, 60), plan(&ana, 120), plan(&bea, 60));
        for id in [&old, &spared] {
            assert_eq!(w.post(&format!("{V1}/{id}/cancel"), json!({})).status, 200);
        }
        assert_eq!(w.patch("/api/v1/retention", json!({"messages_days": 30})).status, 200);
        w.wait(40 * 86_400);
        while w.work(crm::retention::piece).more {}
        let left = w.get(V1).json();
        let left: Vec<&Value> = left["data"].as_array().unwrap().iter().map(|row| &row["id"]).collect();
        assert_eq!(left, [&json!(spared), &json!(waits)], "what waits is kept, and what an open ticket spares");
    });
}

/// Cancelling and sending at the same time: exactly one of the two happens. And two who send send once.
#[test]
fn of_those_who_end_it_at_once_one_wins() {
    each(|w| {
        let id = reminder(w);
        let plans: Vec<String> = (0..40)
            .map(|n| plan(w, &id, &format!("+569555012{n:02}"), json!({"scheduledDate": ahead(w, 60)})).0)
            .collect();
        w.wait(61);
        let channel: ChannelId = w.here.whatsapp.parse().unwrap();
        let done = AtomicBool::new(false);
        let cancelled = thread::scope(|scope| {
            let senders: Vec<_> = (0..2)
                .map(|_| {
                    scope.spawn(|| {
                        while !done.load(Ordering::Relaxed) {
                            // Of two who meet too often one gives up, and looks again.
                            let sending = send_due(&w.crm, w.here.organization, channel);
                            if let Err(error) = w.server().wait_for(sending) {
                                assert_eq!(error.code(), "write_contention");
                            }
                        }
                    })
                })
                .collect();
            // From the end, so that they meet somewhere.
            let cancelled: Vec<&String> = plans
                .iter()
                .rev()
                .filter(|id| {
                    let path = format!("{PROGRAMMED}/{id}");
                    let key = w.here.key.as_str();
                    let reply =
                        crate::client::send_until_taken(w.address(), "DELETE", &path, &[("x-api-key", key)], None);
                    let reply = reply.unwrap();
                    assert!(matches!(reply.status, 200 | 409), "{}", reply.text());
                    reply.status == 200
                })
                .collect();
            while w.number("SELECT count(*) AS n FROM scheduled_messages WHERE status = 'scheduled'") > 0 {
                thread::yield_now();
            }
            done.store(true, Ordering::Relaxed);
            for sender in senders {
                sender.join().unwrap();
            }
            cancelled
        });
        println!("{} of 40 cancelled", cancelled.len());
        for id in &plans {
            let shown = show(w, id);
            let expected = if cancelled.contains(&id) { "cancelled" } else { "sent" };
            assert_eq!(
                (&shown["status"], shown["message_id"].is_string()),
                (&json!(expected), expected == "sent"),
                "{shown}"
            );
        }
        assert_eq!(messages(w), 40 - cancelled.len() as i64);
        assert_eq!(w.number("SELECT count(*) AS n FROM outbox"), messages(w));
    });
}
