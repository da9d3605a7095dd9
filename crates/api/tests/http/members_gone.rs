//! What a member had who left: it is nobody's, or goes to somebody, and is never out of everybody's sight.

use crm::assignment::distribute;
use crm::members::Role;
use serde_json::{Value, json};

use crate::meta::{Line, contact_of, seconds};
use crate::world::{World, each, text};

fn give(w: &World) {
    let present = w.server().app.hub.present(w.here.organization);
    w.server().wait_for(distribute(&w.crm, w.here.organization, present)).unwrap();
}

fn agent_of(w: &World, ticket: &str) -> Value {
    w.get(&format!("/api/v1/tickets/{ticket}")).json()["agent_id"].clone()
}

fn leaves(w: &World, member: &str, how: &str) {
    let gone = w.call("DELETE", &format!("/api/v1/members/{member}?{how}"), &[], None);
    assert_eq!(gone.status, 200, "{}", gone.text());
}

fn unassigned(w: &World) -> Vec<String> {
    let found = w.get("/api/v1/conversations?view=unassigned").json();
    found["data"].as_array().unwrap().iter().map(|one| text(&one["id"])).collect()
}

#[test]
fn a_ticket_that_is_opened_again_is_not_the_one_s_who_left() {
    each(|w| {
        let line = Line::open(w, 1);
        w.patch(&format!("/api/v1/channels/{}", line.channel), json!({"reopen_within_hours": 48}));
        let eva = w.member(w.here.organization, "eva@example.com", Role::Agent).to_string();
        let at = seconds(w);
        // One hands over to Ana, the other to nobody; a third ticket is opened again by hand.
        let people = ["56955501234", "56955501235", "56955501236"];
        let mut tickets = Vec::new();
        for (n, phone) in people.iter().enumerate() {
            let leaver = w.member(w.here.organization, &format!("leaver{n}@example.com"), Role::Agent).to_string();
            line.deliver(w, &line.text(phone, &format!("a{n}"), at, "hola"));
            let contact = contact_of(w, phone);
            w.post(&format!("/api/public/contact/{contact}/assign-team-member/{leaver}"), json!({}));
            let ticket = text(&w.info(&contact)["active_ticket"]["id"]);
            assert_eq!(agent_of(w, &ticket), json!(leaver));
            assert_eq!(w.post(&format!("/api/v1/tickets/{ticket}/close"), json!({"outcome": "lost"})).status, 200);
            let to = format!("move_to={}", w.here.agent);
            leaves(w, &leaver, if n == 0 { &to } else { "archive=true" });
            tickets.push((ticket, leaver));
        }
        let rules = w.patch("/api/v1/assignment", json!({"mode": "round_robin", "member_ids": [eva]}));
        assert_eq!(rules.status, 200, "{}", rules.text());
        let from = w.last_sequence();
        for (n, phone) in people.iter().enumerate().take(2) {
            line.deliver(w, &line.text(phone, &format!("b{n}"), at + 1, "sigo esperando"));
        }
        let third = w.post(&format!("/api/v1/tickets/{}/reopen", tickets[2].0), json!({}));
        assert_eq!((third.status, &third.json()["agent_id"]), (200, &Value::Null), "{}", third.text());
        assert_eq!(agent_of(w, &tickets[0].0), json!(w.here.agent), "whoever looks after them now");
        assert_eq!(agent_of(w, &tickets[1].0), Value::Null);
        assert_eq!(w.get("/api/v1/assignment").json()["waiting"], 2);
        give(w);
        for (ticket, _) in &tickets[1..] {
            assert_eq!(agent_of(w, ticket), json!(eva));
        }
        w.settled();
        let log = w.get(&format!("/api/v1/events?limit=1000&after={from}&topic=ticket.updated")).json();
        let first = &log["data"][0];
        assert_eq!(first["data"]["changed"], json!({"status": "open", "agent_id": null}));
        assert_eq!(first["previous"]["agent_id"], json!(tickets[0].1));
    });
}

#[test]
fn what_a_member_had_who_left_waits_for_somebody() {
    each(|w| {
        let eva = w.member(w.here.organization, "eva@example.com", Role::Agent).to_string();
        let line = Line::open(w, 1);
        let at = seconds(w);
        let had: Vec<(String, String)> = (0..3)
            .map(|n| {
                let phone = format!("5695550123{n}");
                line.deliver(w, &line.text(&phone, &format!("{n}"), at, "hola"));
                let contact = contact_of(w, &phone);
                w.post(&format!("/api/public/contact/{contact}/assign-team-member/{}", w.here.agent), json!({}));
                let ticket = text(&w.info(&contact)["active_ticket"]["id"]);
                (contact, ticket)
            })
            .collect();
        // One of them is somebody else's as well.
        w.post(&format!("/api/public/contact/{}/assign-team-member/{eva}", had[2].0), json!({}));
        assert_eq!(unassigned(w), [""; 0]);
        w.patch("/api/v1/assignment", json!({"mode": "round_robin", "member_ids": [eva]}));
        let from = w.last_sequence();
        leaves(w, &w.here.agent, "archive=true");
        let mut now = unassigned(w);
        now.sort();
        let mut expected: Vec<String> = had[..2].iter().map(|(contact, _)| contact.clone()).collect();
        expected.sort();
        assert_eq!(now, expected);
        assert_eq!(w.get("/api/v1/conversations/counts").json()["unassigned"], json!(2));
        let topics = w.topics(from);
        assert_eq!(topics.iter().filter(|topic| *topic == "agent.assigned").count(), 3, "{topics:?}");
        assert_eq!(w.get("/api/v1/assignment").json()["waiting"], 2);
        give(w);
        for (_, ticket) in &had {
            assert_eq!(agent_of(w, ticket), json!(eva));
        }
        assert_eq!(unassigned(w), [""; 0]);
        // What an older version left with them goes in pieces.
        w.work({
            let (contact, member) = (had[0].0.parse::<crm::id::ContactId>().unwrap(), w.here.inactive.parse::<crm::id::MemberId>().unwrap());
            move |w| {
                let organization = w.organization();
                w.tx.execute(
                    "INSERT INTO contact_agents (organization_id, contact_id, member_id, created_at) VALUES ($1, $2, $3, 0)",
                    store::params![organization, contact, member],
                )?;
                Ok(())
            }
        });
        assert!(w.server().wait_for(crm::members::let_go_of_the_rest(&w.crm)).unwrap());
        assert!(!w.server().wait_for(crm::members::let_go_of_the_rest(&w.crm)).unwrap());
        assert_eq!(w.number("SELECT count(*) AS n FROM contact_agents"), 3);
    });
}
