//! Who gets tickets that are nobody's when they are opened.

use std::collections::BTreeMap;
use std::thread;

use crm::assignment::{Distributed, distribute};
use crm::id::MemberId;
use crm::members::{Availability, MemberPatch, Role};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::client;
use crate::live::Live;
use crate::meta::{Line, contact_of, seconds};
use crate::world::{PLAYGROUND, UPSERT, World, each, text};

const PATH: &str = "/api/v1/assignment";

/// What the worker does, for one organization, with whoever is there.
fn give(w: &World) -> Distributed {
    let present = w.server().app.hub.present(w.here.organization);
    w.server().wait_for(distribute(&w.crm, w.here.organization, present)).unwrap()
}

fn set(w: &World, body: Value) -> Value {
    let reply = w.patch(PATH, body);
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}

fn agent_of(w: &World, ticket: &str) -> Value {
    w.get(&format!("/api/v1/tickets/{ticket}")).json()["agent_id"].clone()
}

/// Three agents: Ana of the world, and two more.
fn three(w: &World) -> [String; 3] {
    let more = ["eva@example.com", "iris@example.com"].map(|email| w.member(w.here.organization, email, Role::Agent));
    [w.here.agent.clone(), more[0].to_string(), more[1].to_string()]
}

fn phone(n: usize) -> String {
    format!("+5695550{n:04}")
}

fn open(w: &World, from: usize, to: usize) -> Vec<String> {
    (from..to).map(|n| w.ticket(&phone(n)).1).collect()
}

fn shares(w: &World, tickets: &[String]) -> BTreeMap<String, usize> {
    let mut shares = BTreeMap::new();
    for ticket in tickets {
        *shares.entry(agent_of(w, ticket).as_str().unwrap_or("nobody").to_owned()).or_default() += 1;
    }
    shares
}

#[test]
fn off_changes_nothing_and_taking_turns_gives_each_the_same() {
    each(|w| {
        let agents = three(w);
        let begun = w.get(PATH).json();
        assert_eq!(
            (&begun["mode"], &begun["member_ids"], &begun["open_limit"], &begun["waiting"]),
            (&json!("off"), &Value::Null, &Value::Null, &json!(0))
        );
        assert_eq!(begun["members"].as_array().unwrap().len(), 3, "agents, neither the owner nor who left: {begun}");
        let before = open(w, 0, 1);
        assert_eq!(w.number("SELECT count(*) AS n FROM assignment_queue"), 0);
        set(w, json!({"mode": "round_robin"}));
        let after = w.last_sequence();
        let tickets = open(w, 1, 7);
        assert_eq!(w.get(PATH).json()["waiting"], 6);
        assert_eq!(give(w), Distributed { assigned: 6, waiting: false });
        assert_eq!(shares(w, &tickets), agents.iter().map(|agent| (agent.clone(), 2)).collect());
        assert_eq!(agent_of(w, &before[0]), Value::Null, "what was opened before is left alone");
        assert_eq!((give(w), &w.get(PATH).json()["waiting"]), (Distributed::default(), &json!(0)));

        w.settled();
        let log = w.get(&format!("/api/v1/events?limit=1000&after={after}&topic=agent.assigned")).json();
        let events = log["data"].as_array().unwrap();
        assert_eq!(events.len(), 6, "one event each: {log}");
        let ticket = text(&events[0]["subject"]["ticket_id"]);
        assert_eq!(events[0]["data"], json!({"agent_id": agent_of(w, &ticket), "reason": "automatic"}));
        assert_eq!(events[0]["actor"]["type"], "system", "{}", events[0]);
        // By hand there is no reason but somebody's will.
        let assign = format!("/api/v1/tickets/{ticket}/assign");
        assert_eq!(w.post(&assign, json!({"agent_id": w.here.owner})).status, 200);
        let after = w.last_sequence() - 1;
        let by_hand = w.get(&format!("/api/v1/events?limit=1000&after={after}&topic=agent.assigned")).json();
        assert_eq!(by_hand["data"][0]["data"], json!({"agent_id": w.here.owner}));
        assert_eq!(w.get("/api/v1/audit?thing=assignment").json()["data"].as_array().unwrap().len(), 1);
    });
}

#[test]
fn who_has_least_in_hand_gets_the_next_up_to_the_limit_and_what_is_left_waits() {
    each(|w| {
        let agents = three(w);
        let busy = open(w, 0, 2);
        for ticket in &busy {
            w.post(&format!("/api/v1/tickets/{ticket}/assign"), json!({"agent_id": agents[0]}));
        }
        let chosen = json!([agents[1], agents[0], agents[1]]);
        let rules = set(w, json!({"mode": "least_open", "member_ids": chosen, "open_limit": 3}));
        assert_eq!(rules["member_ids"], json!([agents[1], agents[0]]), "each once");
        let tickets = open(w, 2, 8);
        assert_eq!(give(w), Distributed { assigned: 4, waiting: true });
        let expected: BTreeMap<String, usize> =
            [(agents[0].clone(), 1), (agents[1].clone(), 3), ("nobody".to_owned(), 2)].into();
        assert_eq!(shares(w, &tickets), expected, "the third takes no part");
        let stands = w.get(PATH).json();
        assert_eq!(stands["waiting"], 2);
        assert!(stands["members"].as_array().unwrap().iter().all(|one| one["hindrance"] == "full"), "{stands}");
        assert_eq!(give(w), Distributed { assigned: 0, waiting: true });

        // Somebody gets free: the oldest that waits is theirs.
        let waiting = tickets.iter().find(|ticket| agent_of(w, ticket).is_null()).unwrap();
        assert_eq!(w.post(&format!("/api/v1/tickets/{}/close", busy[0]), json!({"outcome": "won"})).status, 200);
        assert_eq!(give(w), Distributed { assigned: 1, waiting: true });
        assert_eq!(agent_of(w, waiting), json!(agents[0]));
        // What is closed meanwhile, or taken by hand, waits no more; nor does anything once it is off.
        let last = tickets.iter().find(|ticket| agent_of(w, ticket).is_null()).unwrap();
        w.post(&format!("/api/v1/tickets/{last}/close"), json!({"outcome": "lost"}));
        assert_eq!(w.get(PATH).json()["waiting"], 0);
        assert_eq!(give(w), Distributed::default());
        let more = open(w, 20, 21);
        set(w, json!({"mode": "off"}));
        assert_eq!((give(w), agent_of(w, &more[0])), (Distributed::default(), Value::Null));
        assert_eq!(w.number("SELECT count(*) AS n FROM assignment_queue"), 0);
    });
}

#[test]
fn only_those_who_are_there_where_that_is_wanted() {
    each(|w| {
        let [ana, eva, _] = three(w);
        set(w, json!({"mode": "round_robin", "present_only": true, "member_ids": [ana, eva]}));
        let tickets = open(w, 0, 2);
        assert_eq!(give(w), Distributed { assigned: 0, waiting: true });
        assert_eq!(w.get(PATH).json()["members"][0]["hindrance"], "not_present");
        let browser = Browser::sign_in(w, "eva@example.com");
        let cookie = format!("recado_session={}", browser.cookie);
        let _page = Live::get(w.address(), "/api/v1/events/stream", &[("cookie", &cookie)]).unwrap();
        assert_eq!(give(w), Distributed { assigned: 2, waiting: false }, "they came");
        assert_eq!(shares(w, &tickets), [(eva.clone(), 2)].into());
        // Who is there and says that they are away gets nothing.
        w.change_member(
            eva.parse::<MemberId>().unwrap(),
            MemberPatch { availability: Some(Availability::Away), ..MemberPatch::default() },
        );
        open(w, 2, 3);
        assert_eq!(give(w), Distributed { assigned: 0, waiting: true });
        assert_eq!(w.get(PATH).json()["members"][1]["hindrance"], "away");
    });
}

#[test]
fn whoever_is_named_or_looks_after_the_person_comes_first() {
    each(|w| {
        let [ana, eva, iris] = three(w);
        set(w, json!({"mode": "round_robin", "member_ids": [eva]}));
        let named = text(&w.upsert(phone(1), json!({"stageId": w.here.stages[0], "agentId": ana})).json()["id"]);
        let ticket = text(&w.info(&named)["active_ticket"]["id"]);
        assert_eq!(give(w), Distributed::default());
        assert_eq!(agent_of(w, &ticket), json!(ana));
        // A retry of the same call, with and without an agent, changes nothing.
        w.upsert(phone(1), json!({"stageId": w.here.stages[0]}));
        assert_eq!((give(w), agent_of(w, &ticket)), (Distributed::default(), json!(ana)));
        // Their next ticket is for whom they know.
        w.post(&format!("/api/v1/tickets/{ticket}/close"), json!({"outcome": "won"}));
        let next = text(&w.upsert(phone(1), json!({"stageId": w.here.stages[0]})).json()["id"]);
        let next = text(&w.info(&next)["active_ticket"]["id"]);
        assert_eq!((give(w).assigned, agent_of(w, &next)), (1, json!(ana)));
        // Taken by hand before it is given.
        let (contact, ticket) = w.ticket(&phone(2));
        w.post(&format!("/api/public/contact/{contact}/assign-team-member/{iris}"), json!({}));
        assert_eq!((give(w).assigned, agent_of(w, &ticket)), (0, json!(iris)));
        // One that nobody had is given once it is opened again.
        set(w, json!({"mode": "off"}));
        let (_, ticket) = w.ticket(&phone(3));
        w.post(&format!("/api/v1/tickets/{ticket}/close"), json!({"outcome": "lost"}));
        set(w, json!({"mode": "least_open"}));
        assert_eq!(w.post(&format!("/api/v1/tickets/{ticket}/reopen"), json!({})).status, 200);
        assert_eq!((give(w).assigned, agent_of(w, &ticket)), (1, json!(eva)));
    });
}

#[test]
fn messages_that_come_twice_and_many_at_once_are_shared_evenly() {
    each(|w| {
        let agents = three(w);
        set(w, json!({"mode": "least_open"}));
        let line = Line::open(w, 1);
        let at = seconds(w);
        let call = line.text("56955510001", "once", at, "Hola");
        assert_eq!((line.deliver(w, &call).status, line.deliver(w, &call).status), (200, 200));
        assert_eq!(give(w).assigned, 1);
        line.deliver(w, &call);
        assert_eq!(give(w).assigned, 0);
        let contact = contact_of(w, "+56955510001");
        assert_eq!(w.info(&contact)["team_members"].as_array().unwrap().len(), 1);

        // Twenty people at once, by the hook and by the API, while two servers give what comes.
        let other = w.restarted();
        thread::scope(|scope| {
            for n in 0..20 {
                let line = &line;
                scope.spawn(move || {
                    if n % 2 == 0 {
                        let from = format!("569555200{n:02}");
                        let payload = line.text(&from, &format!("{n}"), at, "Hola");
                        let reply = line.deliver(w, &payload);
                        assert_eq!(reply.status, 200, "{}", reply.text());
                    } else {
                        let body = json!({"channel": "playground", "channel_phone_number": PLAYGROUND,
                                          "contact_phone_number": format!("+569555200{n:02}"), "stageId": w.here.stages[0]});
                        let (key, body) = (w.here.key.as_str(), body.to_string());
                        let headers = [("x-api-key", key), ("content-type", "application/json")];
                        let bytes = Some(body.as_bytes());
                        let reply = client::send_until_taken(w.address(), "POST", UPSERT, &headers, bytes).unwrap();
                        assert_eq!(reply.status, 201, "{}", reply.text());
                    }
                });
            }
            for server in [w.server(), &other] {
                let crm = server.app.crm.clone();
                scope.spawn(move || {
                    for _ in 0..10 {
                        // Of two at one ticket one may give up; it is still on the list.
                        let _ = server.wait_for(distribute(&crm, w.here.organization, Vec::new()));
                    }
                });
            }
        });
        give(w);
        assert_eq!(w.number("SELECT count(*) AS n FROM assignment_queue"), 0);
        assert_eq!(w.number("SELECT count(*) AS n FROM tickets WHERE status = 'open' AND agent_id IS NULL"), 0);
        let twice = "SELECT count(*) AS n FROM (SELECT contact_id FROM contact_agents GROUP BY contact_id HAVING count(*) > 1) AS x";
        assert_eq!(w.number(twice), 0, "nobody was given to two");
        assert_eq!(w.number("SELECT count(*) AS n FROM contact_agents"), 21);

        // By one server at a time, as it runs, each gets as many.
        let many: Vec<String> = open(w, 100, 118);
        let before: BTreeMap<String, i64> = hands(w);
        assert_eq!(give(w).assigned, many.len());
        let after = hands(w);
        let (least, most) = (after.values().min().unwrap(), after.values().max().unwrap());
        assert!(most - least <= 1, "{before:?} became {after:?}");
        assert_eq!(after.len(), agents.len());
    });
}

fn hands(w: &World) -> BTreeMap<String, i64> {
    let stands = w.get(PATH).json();
    let members = stands["members"].as_array().unwrap();
    members.iter().map(|one| (text(&one["member_id"]), one["open_tickets"].as_i64().unwrap())).collect()
}

#[test]
fn what_is_wrong_is_said_at_once_and_others_are_left_alone() {
    each(|w| {
        let wrong = w.patch(
            PATH,
            json!({"mode": "lottery", "member_ids": ["x"], "present_only": "yes", "open_limit": 0, "colour": 1}),
        );
        assert_eq!(wrong.status, 400);
        let pointers: Vec<String> =
            wrong.json()["errors"].as_array().unwrap().iter().map(|error| text(&error["pointer"])).collect();
        assert_eq!(pointers, ["/mode", "/member_ids/0", "/present_only", "/open_limit", "/colour"], "{}", wrong.text());
        let theirs = json!({"member_ids": [w.here.inactive, w.here.agent, w.there.agent]});
        let errors = w.patch(PATH, theirs).json()["errors"].clone();
        let places: Vec<&str> =
            errors.as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
        assert_eq!(places, ["/member_ids/0", "/member_ids/2"], "{errors}");
        assert_eq!(w.patch(PATH, json!({"member_ids": []})).status, 400);
        let etag = w.get(PATH).header("etag").unwrap().to_owned();
        let changed = w.call("PATCH", PATH, &[("if-match", &etag)], Some(&json!({"mode": "round_robin"})));
        assert_eq!(changed.status, 200, "{}", changed.text());
        let late = w.call("PATCH", PATH, &[("if-match", &etag)], Some(&json!({"mode": "off"})));
        assert_eq!(late.status, 412);

        // On here, off there.
        let foreign = w.raw(&w.there.key, "GET", PATH, &[], None).json();
        assert_eq!((&foreign["mode"], &foreign["waiting"]), (&json!("off"), &json!(0)));
        let body = json!({"channel": "playground", "channel_phone_number": PLAYGROUND, "contact_phone_number": "+5511987654321",
                          "stageId": w.there.stages[0]});
        assert_eq!(w.raw(&w.there.key, "POST", UPSERT, &[], Some(body.to_string().as_bytes())).status, 201);
        w.ticket(&phone(1));
        assert_eq!(w.number("SELECT count(*) AS n FROM assignment_queue"), 1);
        assert_eq!(give(w).assigned, 1);
        assert_eq!(w.raw(&w.there.key, "GET", PATH, &[], None).json()["members"][0]["open_tickets"], 0);
    });
}
