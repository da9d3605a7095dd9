//! Who waits for an answer: until somebody answers, or closes the ticket.

use crm::members::Role;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::meta::{Line, contact_of, payload, seconds};
use crate::world::{World, each, text};

const ANA: &str = "56955501234";
const BEN: &str = "56955505678";

fn of(w: &World, contact: &str) -> Value {
    let reply = w.get(&format!("/api/v1/conversations/{contact}"));
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}

fn since(w: &World, contact: &str) -> Option<i64> {
    let found = of(w, contact);
    let at = found["waiting_since"].as_str()?;
    Some(crm::Timestamp::parse_utc(at).unwrap().micros() / 1_000_000)
}

fn ids(w: &World, query: &str) -> Vec<String> {
    let reply = w.get(&format!("/api/v1/conversations?{query}"));
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()["data"].as_array().unwrap().iter().map(|found| text(&found["id"])).collect()
}

fn ticket_of(w: &World, contact: &str) -> String {
    text(&of(w, contact)["open_ticket"]["id"])
}

fn act(w: &World, ticket: &str, verb: &str, body: Value) {
    let reply = w.post(&format!("/api/v1/tickets/{ticket}/{verb}"), body);
    assert_eq!(reply.status, 200, "{}", reply.text());
}

/// What the row says is what is computed of everything there is: a merge with somebody who said nothing, and its undo, compute it.
fn computed_is_kept(w: &World, contact: &str, other: &str) {
    let before = of(w, contact);
    let merge = w.post(&format!("/api/v1/contacts/{contact}/merge"), json!({"contact_id": other}));
    assert_eq!(merge.status, 200, "{}", merge.text());
    assert_eq!(of(w, contact)["waiting_since"], before["waiting_since"], "merged");
    let undo = w.post(&format!("/api/v1/merges/{}/undo", text(&merge.json()["id"])), json!({}));
    assert_eq!(undo.status, 200, "{}", undo.text());
    assert_eq!(of(w, contact)["waiting_since"], before["waiting_since"], "and undone");
}

/// Somebody on the line who is known and has said nothing.
fn silent(w: &World, line: &Line, phone: &str) -> String {
    let body =
        json!({"channel": "whatsapp", "channel_phone_number": line.phone_number_id, "contact_phone_number": phone});
    text(&w.post(crate::world::UPSERT, body).json()["id"])
}

#[test]
fn closing_ends_it_and_the_next_message_begins_it_anew() {
    each(|w| {
        let line = Line::open(w, 1);
        let (stages, now) = (&w.here.stages, seconds(w));
        line.deliver(w, &line.text(ANA, "1", now - 90, "uno"));
        let ana = contact_of(w, ANA);
        let nobody = silent(w, &line, "+56955509999");
        assert_eq!(since(w, &ana), Some(now - 90));
        computed_is_kept(w, &ana, &nobody);
        w.wait(5);
        let first = ticket_of(w, &ana);
        act(w, &first, "close", json!({"outcome": "lost", "reason": "spam"}));
        assert_eq!((since(w, &ana), ids(w, "view=waiting")), (None, vec![]));
        assert_eq!(of(w, &ana)["unread"], 1, "nobody has read it");
        computed_is_kept(w, &ana, &nobody);
        // Opened again, it brings nothing back; neither does what is computed anew.
        w.wait(5);
        act(w, &first, "reopen", json!({}));
        assert_eq!(since(w, &ana), None);
        computed_is_kept(w, &ana, &nobody);
        w.wait(5);
        line.deliver(w, &line.text(ANA, "2", now + 15, "dos"));
        assert_eq!(since(w, &ana), Some(now + 15));
        computed_is_kept(w, &ana, &nobody);
        // A stage that is won closes as well.
        w.wait(5);
        act(w, &first, "move", json!({"stage_id": stages[3]}));
        assert_eq!(since(w, &ana), None);
        // Sent before the closing, and here only now: nobody knew of it who closed.
        w.wait(5);
        line.deliver(w, &line.text(ANA, "3", now + 12, "tarde"));
        assert_eq!(since(w, &ana), Some(now + 12));
        computed_is_kept(w, &ana, &nobody);
        assert_ne!(ticket_of(w, &ana), first, "and a ticket of its own");
        // Many at once.
        w.wait(5);
        let bulk = json!({"ids": [&ana], "action": "close", "outcome": "won"});
        assert_eq!(w.post("/api/v1/conversations/bulk", bulk).json()["done"], json!([&ana]));
        assert_eq!(since(w, &ana), None);
        computed_is_kept(w, &ana, &nobody);
        // Whatever becomes of what was sent before, whoever closed has decided.
        let waits = w.get("/api/v1/reports/waiting").json();
        assert_eq!(waits["rows"], json!([]));
    });
}

#[test]
fn an_answer_that_fails_after_the_closing_brings_nothing_back() {
    each(|w| {
        let line = Line::open(w, 1);
        let now = seconds(w);
        line.deliver(w, &line.text(ANA, "1", now - 60, "uno"));
        let ana = contact_of(w, ANA);
        let failed = |id: &Value, at: i64| {
            let status = json!({"id": format!("wamid.o{at}"), "status": "failed", "timestamp": at.to_string(),
                                "recipient_id": ANA, "biz_opaque_callback_data": id,
                                "errors": [{"code": 131026, "title": "Message undeliverable"}]});
            line.deliver(w, &payload(vec![line.change(json!({"statuses": [status]}))]));
        };
        let answer = || w.post("/api/v1/messages", json!({"contact_id": ana, "text": "Hola"})).json()["id"].clone();
        w.wait(2);
        let first = answer();
        w.wait(2);
        let ticket = ticket_of(w, &ana);
        act(w, &ticket, "close", json!({"outcome": "won"}));
        failed(&first, now + 5);
        assert_eq!(since(w, &ana), None);
        // What came after the closing waits again for the answer that fails.
        w.wait(5);
        line.deliver(w, &line.text(ANA, "2", now + 6, "dos"));
        w.wait(5);
        let second = answer();
        assert_eq!(since(w, &ana), None);
        failed(&second, now + 20);
        assert_eq!(since(w, &ana), Some(now + 6));
    });
}

#[test]
fn where_messages_open_no_ticket_any_closing_ends_it() {
    each(|w| {
        let line = Line::open(w, 1);
        let none = json!({"default_stage_id": null});
        assert_eq!(w.patch(&format!("/api/v1/channels/{}", line.channel), none).status, 200);
        let now = seconds(w);
        line.deliver(w, &line.text(ANA, "1", now - 60, "uno"));
        let ana = contact_of(w, ANA);
        let nobody = silent(w, &line, "+56955509999");
        assert_eq!((since(w, &ana), of(w, &ana)["open_ticket"].clone()), (Some(now - 60), Value::Null));
        w.wait(5);
        // Pushed in as won by another system: the conversation is closed, as its status says.
        let body = json!({"channel": "whatsapp", "channel_phone_number": line.phone_number_id, "contact_phone_number": ANA,
                          "stageId": w.here.stages[3]});
        let pushed = w.post(crate::world::UPSERT, body).json();
        assert_eq!((&pushed["chat_status"], since(w, &ana)), (&json!("CLOSED"), None));
        computed_is_kept(w, &ana, &nobody);
        w.wait(5);
        line.deliver(w, &line.text(ANA, "2", now + 6, "dos"));
        assert_eq!(since(w, &ana), Some(now + 6));
        computed_is_kept(w, &ana, &nobody);
    });
}

#[test]
fn clocks_that_disagree_lose_nobody() {
    each(|w| {
        let line = Line::open(w, 1);
        let reopens = json!({"reopen_within_hours": 24});
        assert_eq!(w.patch(&format!("/api/v1/channels/{}", line.channel), reopens).status, 200);
        let now = seconds(w);
        line.deliver(w, &line.text(ANA, "1", now - 60, "uno"));
        let ana = contact_of(w, ANA);
        let nobody = silent(w, &line, "+56955509999");
        // Closed by a server whose clock is a minute ahead.
        w.wait(60);
        act(w, &ticket_of(w, &ana), "close", json!({"outcome": "won"}));
        w.wait(-60);
        line.deliver(w, &line.text(ANA, "2", now, "dos"));
        assert_eq!(since(w, &ana), Some(now));
        computed_is_kept(w, &ana, &nobody);
        // And by one whose clock is behind.
        w.wait(-30);
        act(w, &ticket_of(w, &ana), "close", json!({"outcome": "won"}));
        w.wait(30);
        assert_eq!(since(w, &ana), None);
        computed_is_kept(w, &ana, &nobody);
    });
}

#[test]
fn a_merge_keeps_who_waits() {
    each(|w| {
        let line = Line::open(w, 1);
        let now = seconds(w);
        line.deliver(w, &line.text(ANA, "a", now - 90, "a"));
        line.deliver(w, &line.text(BEN, "b", now - 60, "b"));
        let (ana, ben) = (contact_of(w, ANA), contact_of(w, BEN));
        w.wait(5);
        // Ana's ticket is closed over her own message, Ben's is open.
        act(w, &ticket_of(w, &ana), "close", json!({"outcome": "won"}));
        let merge = w.post(&format!("/api/v1/contacts/{ana}/merge"), json!({"contact_id": ben})).json();
        assert_eq!(since(w, &ana), Some(now - 60));
        let undo = w.post(&format!("/api/v1/merges/{}/undo", text(&merge["id"])), json!({}));
        assert_eq!(undo.status, 200);
        assert_eq!((since(w, &ana), since(w, &ben)), (None, Some(now - 60)));
        // Both open: the merge closes the younger, which is nobody's decision; closing what stays settles both.
        w.wait(5);
        line.deliver(w, &line.text(ANA, "a2", now + 8, "a2"));
        let merge = w.post(&format!("/api/v1/contacts/{ana}/merge"), json!({"contact_id": ben})).json();
        assert_eq!(since(w, &ana), Some(now - 60));
        w.wait(5);
        act(w, &ticket_of(w, &ana), "close", json!({"outcome": "lost"}));
        assert_eq!(since(w, &ana), None);
        let undo = w.post(&format!("/api/v1/merges/{}/undo", text(&merge["id"])), json!({}));
        assert_eq!(undo.status, 200);
        // The ticket that was closed was Ben's, the older; Ana's was opened again by the undo, and she waits.
        assert_eq!((since(w, &ana), since(w, &ben)), (Some(now + 8), None));
    });
}

#[test]
fn who_has_waited_longest_comes_first() {
    each(|w| {
        let line = Line::open(w, 1);
        let now = seconds(w);
        let people: Vec<String> = (0..5).map(|n| format!("5695550200{n}")).collect();
        for (n, phone) in (0..).zip(&people) {
            line.deliver(w, &line.text(phone, &format!("p{n}"), now - 100 + n, "hola"));
        }
        let contacts: Vec<String> = people.iter().map(|phone| contact_of(w, phone)).collect();
        // The first speaks again: newest activity, and still the longest wait.
        w.wait(5);
        line.deliver(w, &line.text(&people[0], "again", now + 5, "¿hola?"));
        assert_eq!(ids(w, "limit=1"), contacts[..1]);
        assert_eq!(ids(w, "view=waiting"), contacts);
        assert_eq!(ids(w, "view=waiting&q=hola"), contacts);
        let path = format!("/api/public/contact/tags/{}", contacts[4]);
        assert_eq!(w.patch(&path, json!({"tagsIds": [w.here.vip]})).status, 200);
        assert_eq!(ids(w, &format!("view=waiting&tag_id={}", w.here.vip)), contacts[4..]);
        let first = w.get("/api/v1/conversations?view=waiting&limit=2").json();
        let cursor = text(&first["next_cursor"]);
        // Between two pages one is answered, one begins to wait, one is answered and waits anew.
        w.wait(5);
        for contact in [&contacts[0], &contacts[2]] {
            assert_eq!(w.post("/api/v1/messages", json!({"contact_id": contact, "text": "Sí"})).status, 201);
        }
        w.wait(5);
        line.deliver(w, &line.text("56955502009", "new", now + 14, "hola"));
        line.deliver(w, &line.text(&people[2], "anew", now + 15, "otra vez"));
        let new = contact_of(w, "56955502009");
        let rest = [contacts[3].clone(), contacts[4].clone(), new, contacts[2].clone()];
        assert_eq!(ids(w, &format!("view=waiting&cursor={cursor}")), rest);
        // A cursor of another order is refused rather than misread.
        let other = text(&w.get("/api/v1/conversations?limit=2").json()["next_cursor"]);
        for bad in [format!("view=waiting&cursor={other}"), format!("cursor={cursor}")] {
            assert_eq!(w.get(&format!("/api/v1/conversations?{bad}")).status, 400, "{bad}");
        }
    });
}

#[test]
fn unread_ones_that_are_mine_or_nobodys() {
    each(|w| {
        let mara = w.member(w.here.organization, "mara@example.com", Role::Agent).to_string();
        let browser = Browser::sign_in(w, "mara@example.com");
        let line = Line::open(w, 1);
        let now = seconds(w);
        let counted = |query: &str| {
            let counts = browser.get(&format!("/api/v1/conversations/counts?{query}")).json();
            (counts["unread"].as_i64().unwrap(), counts["unread_mine_or_unassigned"].as_i64().unwrap())
        };
        let people: Vec<String> = (0..4).map(|n| format!("5695550300{n}")).collect();
        for (n, phone) in (0..).zip(&people) {
            line.deliver(w, &line.text(phone, &format!("p{n}"), now - 100 + n, "hola"));
        }
        let contacts: Vec<String> = people.iter().map(|phone| contact_of(w, phone)).collect();
        let assign = |contact: &str, member: &str| {
            let path = format!("/api/public/contact/{contact}/assign-team-member/{member}");
            assert!(w.post(&path, json!({})).status < 300);
        };
        assert_eq!(counted(""), (4, 4));
        assign(&contacts[0], &mara);
        assign(&contacts[1], &w.here.agent);
        assign(&contacts[2], &w.here.agent);
        assert_eq!(counted(""), (4, 2));
        // Of two agents' it is each one's.
        assign(&contacts[2], &mara);
        assert_eq!(counted(""), (4, 3));
        assert_eq!(counted(&format!("agent_id={}", w.here.agent)), (2, 1));
        browser.post(&format!("/api/v1/conversations/{}/read", contacts[3]), json!({}));
        assert_eq!(counted(""), (3, 2));
        // Not what is hidden, nor another organization's.
        browser.post(&format!("/api/v1/conversations/{}/block", contacts[0]), json!({}));
        assert_eq!(counted(""), (2, 1));
        assert_eq!(w.get("/api/v1/conversations/counts").json()["unread_mine_or_unassigned"], Value::Null);
    });
}
