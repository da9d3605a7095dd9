//! The inbox: what waits, what is unread, who sees what, under messages that come late, twice and in another order.

use std::thread;

use serde_json::{Value, json};

use crate::client;
use crate::meta::{Line, contact_of, messages_of, payload, seconds, text_of};
use crate::world::{World, each, text};

const ANA: &str = "56955501234";

fn of(w: &World, contact: &str) -> Value {
    let reply = w.get(&format!("/api/v1/conversations/{contact}"));
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}

fn ids(w: &World, query: &str) -> Vec<String> {
    let reply = w.get(&format!("/api/v1/conversations?{query}"));
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()["data"].as_array().unwrap().iter().map(|found| text(&found["id"])).collect()
}

fn act(w: &World, contact: &str, verb: &str, body: Value) -> Value {
    let reply = w.post(&format!("/api/v1/conversations/{contact}/{verb}"), body);
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}

fn answer(w: &World, contact: &str, body: &str) -> Value {
    let reply = w.post("/api/v1/messages", json!({"contact_id": contact, "text": body}));
    assert_eq!(reply.status, 201, "{}", reply.text());
    reply.json()
}

/// Unread, waiting since, the last message.
fn told(found: &Value) -> (i64, Option<&str>, Option<&str>) {
    (found["unread"].as_i64().unwrap(), found["waiting_since"].as_str(), found["last_message"]["body"].as_str())
}

fn instant(at: i64) -> String {
    crm::Timestamp::from_micros(at * 1_000_000).to_string()
}

#[test]
fn late_doubled_and_crossed_messages() {
    each(|w| {
        let line = Line::open(w, 1);
        let now = seconds(w);
        assert_eq!(line.deliver(w, &line.text(ANA, "2", now - 50, "dos")).status, 200);
        let ana = contact_of(w, ANA);
        let second = instant(now - 50);
        assert_eq!(told(&of(w, &ana)), (1, Some(&*second), Some("dos")));
        // One of before, one that is here already, one of after, in one breath.
        let many = ["1", "2", "3"].into_iter().zip([now - 90, now - 50, now - 20]);
        let many = many.map(|(id, at)| text_of(ANA, id, at, &format!("n {id}"))).collect();
        line.deliver(w, &line.says(many));
        let first = instant(now - 90);
        assert_eq!(told(&of(w, &ana)), (3, Some(&*first), Some("n 3")));
        // A note of the team's answers nobody, a reaction says nothing.
        let note = w.post(&format!("/api/v1/contacts/{ana}/notes"), json!({"text": "Llamar"}));
        assert_eq!(note.status, 201);
        let reaction = json!({"from": ANA, "id": "wamid.r", "timestamp": now.to_string(), "type": "reaction",
                              "reaction": {"message_id": "wamid.3", "emoji": "👍"}});
        line.deliver(w, &line.says(vec![reaction]));
        assert_eq!(told(&of(w, &ana)), (3, Some(&*first), Some("n 3")));
        w.wait(5);
        let sent = answer(w, &ana, "Hola");
        assert_eq!(told(&of(w, &ana)), (3, None, Some("Hola")));
        // From before the answer: nobody has read it, and it waits for nothing.
        line.deliver(w, &line.text(ANA, "0", now - 10, "tarde"));
        assert_eq!(told(&of(w, &ana)), (4, None, Some("Hola")));
        let failed = json!({"id": "wamid.out", "status": "failed", "timestamp": (now + 6).to_string(), "recipient_id": ANA,
                            "biz_opaque_callback_data": sent["id"],
                            "errors": [{"code": 131026, "title": "Message undeliverable"}]});
        line.deliver(w, &payload(vec![line.change(json!({"statuses": [failed]}))]));
        let found = of(w, &ana);
        assert_eq!(
            (found["last_message"]["status"].as_str(), told(&found)),
            (Some("failed"), (4, Some(&*first), Some("Hola")))
        );
        assert_eq!(found["open_ticket"]["stage_id"], json!(w.here.stages[0]));
        assert_eq!(w.number("SELECT count(*) AS n FROM answers"), 0, "what failed is no answer");
        answer(w, &ana, "Otra vez");
        assert_eq!(told(&of(w, &ana)), (4, None, Some("Otra vez")));
        assert_eq!(w.number("SELECT count(*) AS n FROM answers"), 1);
    });
}

#[test]
fn what_was_read_never_goes_back() {
    each(|w| {
        let line = Line::open(w, 1);
        let now = seconds(w);
        // The third as late as WhatsApp brings it.
        for (n, at) in [("1", now - 30), ("2", now - 20), ("3", now - 7 * 86_400)] {
            line.deliver(w, &line.text(ANA, n, at, n));
            w.wait(1);
        }
        let ana = contact_of(w, ANA);
        let messages = messages_of(w, &ana);
        let id = |body: &str| messages.iter().find(|m| m["body"] == body).map(|m| m["id"].clone()).unwrap();
        // In the order in which they came, whatever their own time says.
        assert_eq!(told(&act(w, &ana, "read", json!({"up_to": id("2")}))).0, 1);
        assert_eq!(told(&act(w, &ana, "read", json!({"up_to": id("1")}))).0, 1);
        assert_eq!(ids(w, "view=unread"), std::slice::from_ref(&ana));
        assert_eq!(w.info(&ana)["is_chat_read"], false);
        let before = w.last_sequence();
        assert_eq!(told(&act(w, &ana, "read", json!({"up_to": id("3")}))).0, 0);
        assert_eq!(told(&act(w, &ana, "read", json!({}))).0, 0);
        assert_eq!(w.topics(before), ["contact.updated"], "twice is as once");
        assert_eq!((ids(w, "view=unread"), w.info(&ana)["is_chat_read"].clone()), (vec![], json!(true)));
        assert_eq!(told(&act(w, &ana, "unread", json!({}))).0, 1);
        assert_eq!(told(&act(w, &ana, "unread", json!({}))).0, 1);
        line.deliver(w, &line.text(ANA, "4", now, "4"));
        assert_eq!(told(&of(w, &ana)).0, 2);
        // The contact's own operation says the same.
        w.patch(&format!("/api/v1/contacts/{ana}"), json!({"is_chat_read": true}));
        assert_eq!(told(&of(w, &ana)).0, 0);
        let reply = w.post(&format!("/api/v1/conversations/{ana}/read"), json!({"up_to": ana}));
        assert_eq!(reply.status, 404);
    });
}

#[test]
fn two_read_while_a_third_is_written_to() {
    each(|w| {
        let line = Line::open(w, 1);
        let now = seconds(w);
        line.deliver(w, &line.text(ANA, "first", now - 100, "hola"));
        let ana = contact_of(w, ANA);
        let seen = messages_of(w, &ana)[0]["id"].clone();
        let path = format!("/api/v1/conversations/{ana}/read");
        thread::scope(|scope| {
            for _ in 0..2 {
                let (path, body) = (path.clone(), json!({"up_to": seen}).to_string());
                scope.spawn(move || {
                    let headers = [("x-api-key", w.here.key.as_str()), ("content-type", "application/json")];
                    let reply =
                        client::send_until_taken(w.address(), "POST", &path, &headers, Some(body.as_bytes())).unwrap();
                    assert_eq!(reply.status, 200, "{}", reply.text());
                });
            }
            for n in 0..4 {
                let body = line.text(ANA, &format!("m{n}"), now - n, "más").to_string();
                let line = &line;
                scope.spawn(move || assert_eq!(line.deliver_to(w.address(), body.as_bytes()).status, 200));
            }
        });
        assert_eq!(told(&of(w, &ana)).0, 4, "none of what came meanwhile was taken for read");
    });
}

#[test]
fn views_filters_and_pages() {
    each(|w| {
        let line = Line::open(w, 1);
        let now = seconds(w);
        let people: Vec<String> = (0..5).map(|n| format!("5695550200{n}")).collect();
        for (n, phone) in people.iter().enumerate() {
            line.deliver(w, &line.text(phone, &format!("p{n}"), now - 100 + n as i64, "hola"));
        }
        let contacts: Vec<String> = people.iter().map(|phone| contact_of(w, phone)).collect();
        let newest: Vec<String> = contacts.iter().rev().cloned().collect();
        assert_eq!(ids(w, ""), newest);
        let mut paged = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = w.get(&format!("/api/v1/conversations?limit=2{cursor}")).json();
            paged.extend(page["data"].as_array().unwrap().iter().map(|found| text(&found["id"])));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(paged, newest);
        // Somebody who is only known is no conversation; one with a ticket is, as long as that is open.
        let known = w.contact("+56955509999");
        assert_eq!(w.get(&format!("/api/v1/conversations/{known}")).status, 404);
        let (board, ticket) = w.ticket("+56955509998");
        assert_eq!(ids(w, "limit=1"), std::slice::from_ref(&board));
        assert_eq!(ids(w, &format!("channel_id={}", w.here.playground)), std::slice::from_ref(&board));
        let agent = &w.here.agent;
        for contact in [&contacts[1], &contacts[3]] {
            w.post(&format!("/api/public/contact/{contact}/assign-team-member/{agent}"), json!({}));
        }
        let tags = |contact: &str, ids: &[i64]| {
            let path = format!("/api/public/contact/tags/{contact}");
            assert_eq!(w.patch(&path, json!({"tagsIds": ids})).status, 200);
        };
        tags(&contacts[0], &[w.here.vip]);
        tags(&contacts[3], &[w.here.vip]);
        let vip = format!("tag_id={}", w.here.vip);
        assert_eq!(ids(w, &format!("agent_id={agent}")), [contacts[3].clone(), contacts[1].clone()]);
        assert_eq!(ids(w, &vip), [contacts[3].clone(), contacts[0].clone()]);
        assert_eq!(ids(w, &format!("{vip}&agent_id={agent}&view=waiting")), [contacts[3].clone()]);
        assert_eq!(ids(w, &format!("view=unassigned&{vip}")), [contacts[0].clone()]);
        // What moves up, moves up there too.
        w.wait(5);
        line.deliver(w, &line.text(&people[0], "again", seconds(w), "otra"));
        assert_eq!(ids(w, &vip), [contacts[0].clone(), contacts[3].clone()]);
        answer(w, &contacts[3], "Sí");
        assert_eq!(ids(w, &format!("agent_id={agent}&limit=1")), [contacts[3].clone()]);
        assert_eq!(ids(w, "view=waiting").len(), 4);
        act(w, &contacts[1], "read", json!({}));
        assert_eq!(ids(w, &format!("view=unread&agent_id={agent}")), [contacts[3].clone()]);
        let (first, second) = (&w.here.stages[0], &w.here.stages[1]);
        let move_to = |ticket: &str, stage: &str| {
            assert_eq!(w.post(&format!("/api/v1/tickets/{ticket}/move"), json!({"stage_id": stage})).status, 200);
        };
        let ticket_of = |contact: &str| text(&of(w, contact)["open_ticket"]["id"]);
        move_to(&ticket_of(&contacts[2]), second);
        assert_eq!(ids(w, &format!("stage_id={second}")), [contacts[2].clone()]);
        assert_eq!(ids(w, &format!("stage_id={first}")).len(), 5);
        let pipeline = format!("pipeline_id={}", w.here.pipeline);
        assert_eq!(ids(w, &pipeline), ids(w, ""), "all of them, in the same order");
        assert_eq!(ids(w, &format!("{pipeline}&view=unread&{vip}")).len(), 2);
        assert_eq!(ids(w, &format!("pipeline_id={}&stage_id={first}", w.here.other_pipeline)), [""; 0]);
        let counts = w.get("/api/v1/conversations/counts").json();
        assert_eq!(
            counts,
            json!({"all": 6, "mine": null, "unassigned": 4, "unread": 4, "unread_mine_or_unassigned": null,
                                   "waiting": 4, "capped": []})
        );
        let counts = w.get(&format!("/api/v1/conversations/counts?stage_id={second}")).json();
        assert_eq!((&counts["all"], &counts["unassigned"]), (&json!(1), &json!(1)));
        // A ticket that closes leaves what was said.
        move_to(&ticket_of(&contacts[2]), &w.here.stages[3]);
        assert_eq!(of(w, &contacts[2])["open_ticket"], Value::Null);
        move_to(&ticket, &w.here.stages[3]);
        assert_eq!(w.get(&format!("/api/v1/conversations/{board}")).status, 404);
        assert_eq!(w.post(&format!("/api/v1/tickets/{ticket}/reopen"), json!({})).status, 200);
        assert_eq!(ids(w, &format!("channel_id={}", w.here.playground)), [board]);
        let refused = w.get("/api/v1/conversations?view=mine");
        assert_eq!((refused.status, refused.json()["code"].clone()), (409, json!("needs_a_member")));
        for bad in ["view=other", "cursor=x", "cursor=1~x", "limit=0", "tag_id=x", "agent_id=x"] {
            assert_eq!(w.get(&format!("/api/v1/conversations?{bad}")).status, 400, "{bad}");
        }
        assert_eq!(w.raw(&w.there.key, "GET", "/api/v1/conversations", &[], None).json()["data"], json!([]));
    });
}

#[test]
fn blocked_ones_are_out_of_sight() {
    each(|w| {
        let line = Line::open(w, 1);
        line.deliver(w, &line.text(ANA, "1", seconds(w), "hola"));
        let ana = contact_of(w, ANA);
        assert_eq!(act(w, &ana, "block", json!({}))["blocked"], true);
        assert_eq!(act(w, &ana, "block", json!({}))["blocked"], true);
        assert_eq!((ids(w, ""), ids(w, "blocked=true")), (vec![], vec![ana.clone()]));
        assert_eq!(ids(w, "view=waiting&blocked=true"), std::slice::from_ref(&ana));
        let refused = w.post("/api/v1/messages", json!({"contact_id": ana, "text": "no"}));
        assert_eq!(refused.json()["code"], "contact_blocked");
        assert_eq!(act(w, &ana, "unblock", json!({}))["blocked"], false);
        assert_eq!((ids(w, ""), ids(w, "blocked=true")), (vec![ana], vec![]));
    });
}

#[test]
fn one_of_two_and_two_of_one() {
    each(|w| {
        let line = Line::open(w, 1);
        let now = seconds(w);
        line.deliver(w, &line.text(ANA, "a1", now - 50, "a1"));
        line.deliver(w, &line.text("56955505678", "b1", now - 40, "b1"));
        line.deliver(w, &line.text("56955505678", "b2", now - 30, "b2"));
        let (ana, ben) = (contact_of(w, ANA), contact_of(w, "56955505678"));
        act(w, &ana, "read", json!({}));
        w.wait(1);
        line.deliver(w, &line.text(ANA, "a2", now - 20, "a2"));
        let shown = |found: Value| {
            let members = ["unread", "waiting_since", "last_activity_at", "last_message", "open_ticket"];
            members.map(|member| found[member].clone())
        };
        let before = (shown(of(w, &ana)), shown(of(w, &ben)));
        let merge = w.post(&format!("/api/v1/contacts/{ana}/merge"), json!({"contact_id": ben}));
        assert_eq!(merge.status, 200, "{}", merge.text());
        let both = of(w, &ana);
        assert_eq!(told(&both), (3, Some(&*instant(now - 50)), Some("a2")));
        assert_eq!((ids(w, ""), of(w, &ben)), (vec![ana.clone()], both));
        let undo = w.post(&format!("/api/v1/merges/{}/undo", text(&merge.json()["id"])), json!({}));
        assert_eq!(undo.status, 200, "{}", undo.text());
        assert_eq!((shown(of(w, &ana)), shown(of(w, &ben))), before);
        // What was read of both stays read of both.
        let merge = w.post(&format!("/api/v1/contacts/{ana}/merge"), json!({"contact_id": ben}));
        w.wait(1);
        act(w, &ana, "read", json!({}));
        w.post(&format!("/api/v1/merges/{}/undo", text(&merge.json()["id"])), json!({}));
        assert_eq!((told(&of(w, &ana)).0, told(&of(w, &ben)).0), (0, 0));
    });
}

#[test]
fn every_filter_at_once() {
    each(|w| {
        let line = Line::open(w, 1);
        let now = seconds(w);
        let people: Vec<String> = (0..8).map(|n| format!("5695550200{n}")).collect();
        for (n, phone) in (0..).zip(&people) {
            line.deliver(w, &line.text(phone, &n.to_string(), now - 100 + n, "hola"));
        }
        let contacts: Vec<String> = people.iter().map(|phone| contact_of(w, phone)).collect();
        // Bits of the number: tagged, somebody's, in the second stage.
        for (n, contact) in contacts.iter().enumerate() {
            if n & 1 != 0 {
                let path = format!("/api/public/contact/tags/{contact}");
                assert_eq!(w.patch(&path, json!({"tagsIds": [w.here.vip]})).status, 200);
            }
            if n & 2 != 0 {
                let path = format!("/api/public/contact/{contact}/assign-team-member/{}", w.here.agent);
                assert!(w.post(&path, json!({})).status < 300);
            }
            if n & 4 != 0 {
                let ticket = text(&w.info(contact)["active_ticket"]["id"]);
                let path = format!("/api/v1/tickets/{ticket}/move");
                assert_eq!(w.post(&path, json!({"stage_id": w.here.stages[1]})).status, 200);
            }
        }
        // What comes later moves one up, in every index.
        line.deliver(w, &line.text(&people[7], "later", now, "otra"));
        let filters = [
            (1, format!("tag_id={}", w.here.vip)),
            (2, format!("agent_id={}", w.here.agent)),
            (4, format!("stage_id={}", w.here.stages[1])),
        ];
        for wanted in 0..8usize {
            for channel in [None, Some(&line.channel), Some(&w.here.playground)] {
                let chosen = filters.iter().filter(|(bit, _)| wanted & bit != 0).map(|(_, query)| query.clone());
                let mut query: Vec<String> = chosen.collect();
                query.extend(channel.map(|channel| format!("channel_id={channel}")));
                let mut expected: Vec<String> =
                    (0..8).rev().filter(|n| n & wanted == wanted).map(|n| contacts[n].clone()).collect();
                if channel == Some(&w.here.playground) {
                    expected.clear();
                }
                let query = query.join("&");
                assert_eq!(ids(w, &query), expected, "{query}");
                let counts = w.get(&format!("/api/v1/conversations/counts?{query}")).json();
                assert_eq!(counts["all"], json!(expected.len()), "{query}");
                if wanted.count_ones() != 1 || channel.is_some() {
                    continue;
                }
                // Page by page it is the same.
                let first = w.get(&format!("/api/v1/conversations?limit=3&{query}")).json();
                let cursor = first["next_cursor"].as_str().unwrap();
                assert_eq!(ids(w, &format!("cursor={cursor}&{query}")), expected[3..], "{query}");
            }
        }
    });
}
