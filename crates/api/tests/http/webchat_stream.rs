//! A visitor's stream: what comes, in order, once; cut and resumed.

use std::time::Duration;

use api::ApiOptions;
use api::stream::StreamLimits;
use providers::Networks;
use serde_json::json;

use crate::client;
use crate::live::{Frame, Live};
use crate::visitor::{PAGE, Visitor, answer, contacts};
use crate::world::{Server, World, each, text};

/// The next message frame: its text, status and id.
fn message(live: &mut Live) -> (String, String, i64) {
    loop {
        let frame = live.frame().unwrap();
        if frame.event.as_deref() == Some("message") {
            let data = frame.data.unwrap();
            return (text(&data["text"]), text(&data["status"]), frame.id.unwrap());
        }
    }
}

fn begin(w: &World) -> (Visitor, String) {
    let ana = Visitor::new(w, json!({}));
    assert_eq!(ana.says("m-0", "Hola").status, 201);
    let contact = contacts(w).remove(0);
    w.settled();
    (ana, contact)
}

#[test]
fn what_comes_while_it_is_open_is_delivered() {
    each(|w| {
        let (ana, contact) = begin(w);
        let (mut live, _) = ana.stream(Some(ana.cursor())).unwrap();
        answer(w, &contact, "Uno");
        let (said, status, _) = message(&mut live);
        assert_eq!((said.as_str(), status.as_str()), ("Uno", "sent"));
        // The connection took it: the team sees that it was delivered.
        let (said, status, _) = message(&mut live);
        assert_eq!((said.as_str(), status.as_str()), ("Uno", "delivered"));
        ana.post("read", json!({}));
        assert_eq!(message(&mut live).1, "read");
        // Somebody types: told at once, and kept nowhere.
        let typing = json!({"contact_id": contact, "member_id": w.here.agent, "state": "typing"});
        w.server().app.hub.tell(w.here.organization, "typing", &typing);
        let frame: Frame = loop {
            let frame = live.frame().unwrap();
            if frame.event.is_some() {
                break frame;
            }
        };
        assert_eq!((frame.event.as_deref(), frame.id), (Some("typing"), None));
        assert_eq!(frame.data.unwrap(), json!({"state": "typing", "name": null}), "not who it is");
    });
}

#[test]
fn the_visitor_is_told_what_the_team_has_read() {
    each(|w| {
        let (ana, contact) = begin(w);
        let first = ana.get("messages").json();
        assert_eq!(first["seen"], json!(null));
        let own = text(&first["data"][0]["id"]);
        let (mut live, _) = ana.stream(Some(ana.cursor())).unwrap();
        assert_eq!(w.post(&format!("/api/v1/conversations/{contact}/read"), json!({})).status, 200);
        let seen = loop {
            let frame = live.frame().unwrap();
            if frame.event.as_deref() == Some("seen") {
                break frame;
            }
        };
        assert_eq!((seen.id, seen.data), (None, Some(json!({"up_to": own}))));
        ana.says("m-1", "¿Hola?");
        let now = ana.get("messages").json();
        assert_eq!(now["seen"], json!(own), "the second one is not read yet");
        // Whoever was away hears of it all the same.
        assert_eq!(w.post(&format!("/api/v1/conversations/{contact}/read"), json!({})).status, 200);
        w.settled();
        let (mut again, _) = ana.stream(Some(text(&now["cursor"]).parse().unwrap())).unwrap();
        let frame = again.frame().unwrap();
        let second = &now["data"][1]["id"];
        assert_eq!((frame.event.as_deref(), &frame.data.unwrap()["up_to"]), (Some("seen"), second));
    });
}

#[test]
fn a_stream_that_was_cut_goes_on_where_it_was() {
    each(|w| {
        let (ana, contact) = begin(w);
        let from = ana.cursor();
        let (mut live, _) = ana.stream(Some(from)).unwrap();
        answer(w, &contact, "Uno");
        let (said, _, at) = message(&mut live);
        assert_eq!(said, "Uno");
        drop(live);
        for n in 0..3 {
            answer(w, &contact, &format!("Mientras {n}"));
        }
        ana.says("m-1", "Desde otra pestaña");
        w.settled();
        let (mut again, _) = ana.stream(Some(at)).unwrap();
        let mut seen: Vec<String> = Vec::new();
        while seen.len() < 4 {
            let (said, _, id) = message(&mut again);
            assert!(id > at, "nothing before where it was");
            if said != "Uno" && !seen.contains(&said) {
                seen.push(said);
            }
        }
        assert_eq!(seen, ["Mientras 0", "Mientras 1", "Mientras 2", "Desde otra pestaña"]);
        // From further on than the log: a backup was restored.
        let (mut ahead, _) = ana.stream(Some(i64::MAX)).unwrap();
        assert_eq!(ahead.frame().unwrap().event.as_deref(), Some("reset"));
    });
}

#[test]
fn what_is_more_than_one_look_comes_without_waiting() {
    each(|w| {
        let (ana, contact) = begin(w);
        let from = ana.cursor();
        // Sent and read each, and a look has a hundred events.
        for n in 0..60 {
            answer(w, &contact, &format!("{n}"));
        }
        w.settled();
        let options = ApiOptions {
            // A sign of life would have it look again.
            stream_limits: StreamLimits { heartbeat: Duration::from_secs(3600), ..StreamLimits::default() },
            ..ApiOptions::default()
        };
        let silent = Server::start(&w.crm, options);
        let ana = Visitor { to: silent.address, ..ana };
        ana.post("read", json!({}));
        let (mut live, _) = ana.stream(Some(from)).unwrap();
        // In the first look as it was sent, in the second as it was read.
        let mut told = 0;
        while told < 2 {
            told += usize::from(message(&mut live).0 == "59");
        }
    });
}

#[test]
fn a_stream_from_before_the_first_word_and_after_the_last() {
    each(|w| {
        let ana = Visitor::new(w, json!({}));
        let (mut live, _) = ana.stream(Some(ana.cursor())).unwrap();
        assert_eq!(ana.says("m-1", "Hola").status, 201);
        assert_eq!(message(&mut live).0, "Hola", "the stream learns whose it is");
        let contact = contacts(w).remove(0);
        answer(w, &contact, "Buenas");
        assert_eq!(message(&mut live).0, "Buenas");
        // Another visitor hears nothing of it.
        let ben = Visitor::new(w, json!({}));
        ben.says("m-1", "Soy Ben");
        w.settled();
        let (mut other, _) = ben.stream(Some(0)).unwrap();
        assert_eq!(message(&mut other).0, "Soy Ben");
        assert_eq!(ana.send("DELETE", "session", &[], None).status, 204);
        while live.frame().is_some() {}
        assert_eq!(ana.stream(None).err(), Some(401), "and its end is the end");
        let too_many: Vec<_> = (0..11).map(|_| ben.stream(None).map(|(live, _)| live)).collect();
        assert!(too_many.iter().any(|opened| opened.as_ref().err() == Some(&429)));
    });
}

#[test]
fn the_first_word_by_another_node() {
    each(|w| {
        // Nothing but news makes it look.
        let limits = StreamLimits { heartbeat: std::time::Duration::from_secs(3600), ..StreamLimits::default() };
        let node = Server::start(&w.crm, ApiOptions { stream_limits: limits, ..ApiOptions::default() });
        let ana = Visitor::new(w, json!({}));
        let elsewhere = Visitor { to: node.address, ..ana.clone() };
        let (mut live, _) = elsewhere.stream(Some(ana.cursor())).unwrap();
        assert_eq!(ana.says("m-1", "Hola").status, 201);
        assert_eq!(message(&mut live).0, "Hola");
        answer(w, &contacts(w)[0], "Buenas");
        assert_eq!(message(&mut live).0, "Buenas");
        // The token goes, and its streams with it.
        assert_eq!(ana.send("DELETE", "session", &[], None).status, 204);
        while live.frame().is_some() {}
    });
}

/// The next frame with data.
fn told(live: &mut Live) -> Frame {
    loop {
        let frame = live.frame().unwrap();
        if frame.data.is_some() {
            return frame;
        }
    }
}

#[test]
fn what_was_said_before_a_merge_is_not_missed() {
    each(|w| {
        let (older, older_contact) = begin(w);
        let ana = Visitor::new(w, json!({}));
        ana.says("m-1", "Soy Ana");
        let contact = contacts(w).into_iter().find(|contact| *contact != older_contact).unwrap();
        let from = ana.cursor();
        w.settled();
        // Her phone sleeps: the team answers, and finds that she is somebody they know.
        answer(w, &contact, "Uno");
        let (mut open, _) = older.stream(Some(from)).unwrap();
        let merge = w.post(&format!("/api/v1/contacts/{older_contact}/merge"), json!({"contact_id": contact}));
        assert_eq!(merge.status, 200, "{}", merge.text());
        assert_eq!(told(&mut open).event.as_deref(), Some("reset"), "whose conversation grew has to look too");
        w.settled();
        let (mut live, _) = ana.stream(Some(from)).unwrap();
        assert_eq!(told(&mut live).event.as_deref(), Some("reset"));
        assert!(ana.sees().contains(&crate::visitor::team("Uno")));
        answer(w, &older_contact, "Dos");
        assert_eq!(message(&mut live).0, "Dos");
        // Two again: the open stream goes on as whoever it is then.
        let undone = w.post(&format!("/api/v1/merges/{}/undo", text(&merge.json()["id"])), json!({}));
        assert_eq!(undone.status, 200, "{}", undone.text());
        while told(&mut live).event.as_deref() != Some("reset") {}
        answer(w, &contact, "Tres");
        assert_eq!(message(&mut live).0, "Tres");
    });
}

#[test]
fn visitors_leave_the_team_its_streams() {
    each(|w| {
        let limits =
            StreamLimits { per_address: 2, visitors_per_organization: 5, in_all: 8, ..StreamLimits::default() };
        let trusted_proxies = Networks::parse("127.0.0.0/8").unwrap();
        let options = ApiOptions { stream_limits: limits, trusted_proxies, ..ApiOptions::default() };
        let server = Server::start(&w.crm, options);
        let here = Visitor::at(&server, &w.here.webchat, json!({}));
        let there = Visitor::at(&server, &w.there.webchat, json!({}));
        let open = |visitor: &Visitor, from: &str| {
            let (path, bearer) = (format!("/webchat/{}/stream", visitor.channel), format!("Bearer {}", visitor.token));
            let headers = [("origin", PAGE), ("authorization", bearer.as_str()), ("x-forwarded-for", from)];
            match Live::get(server.address, &path, &headers) {
                Ok((live, _)) => Ok(live),
                Err(429) => {
                    let reply = client::send(server.address, "GET", &path, &headers, None).unwrap();
                    assert_eq!((reply.status, reply.header("retry-after")), (429, Some("30")));
                    Err(text(&reply.json()["detail"]).split(" as ").next().unwrap().to_owned())
                }
                Err(status) => panic!("{status}"),
            }
        };
        let mut opened = vec![open(&here, "198.51.100.1").unwrap(), open(&here, "198.51.100.1").unwrap()];
        assert_eq!(open(&here, "198.51.100.1").err().unwrap(), "As many streams are open from this address");
        opened.extend(["2", "3", "4"].map(|n| open(&here, &format!("198.51.100.{n}")).unwrap()));
        assert_eq!(open(&here, "198.51.100.9").err().unwrap(), "This web chat has");
        opened.push(open(&there, "198.51.100.5").unwrap());
        assert_eq!(open(&there, "198.51.100.6").err().unwrap(), "This server has");
        // A quarter is the team's.
        let team = |key: &str| Live::open(server.address, key, "", None).map(|(live, _)| live);
        let (one, two) = (team(&w.here.key).unwrap(), team(&w.there.key).unwrap());
        assert_eq!(team(&w.here.key).err(), Some(429));
        drop((opened, one, two));
        // What was taken is free again.
        while server.app.hub.listeners() > 0 {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        let again = ["1", "1"].map(|n| open(&here, &format!("198.51.100.{n}")));
        assert!(again.iter().all(Result::is_ok));
    });
}

#[test]
fn a_stream_ends_with_its_channel_and_with_the_leave_of_its_page() {
    each(|w| {
        let limits = StreamLimits { heartbeat: Duration::from_millis(20), ..StreamLimits::default() };
        let node = Server::start(&w.crm, ApiOptions { stream_limits: limits, ..ApiOptions::default() });
        let (ana, contact) = begin(w);
        let ana = Visitor { to: node.address, ..ana };
        let channel = format!("/api/v1/channels/{}", w.here.webchat);
        let allow = |origin: &str| assert_eq!(w.patch(&channel, json!({"allowed_origins": [origin]})).status, 200);
        // It ends by itself, and shows nothing that is said from then on.
        let ends = |live: &mut Live| {
            while let Some(frame) = live.frame() {
                assert_ne!(frame.event.as_deref(), Some("message"), "{frame:?}");
            }
        };
        let (mut live, _) = ana.stream(Some(ana.cursor())).unwrap();
        allow("https://other.example.com");
        answer(w, &contact, "No para esta página");
        ends(&mut live);
        assert_eq!(ana.stream(None).err(), Some(403));
        allow(PAGE);
        let (mut live, _) = ana.stream(Some(ana.cursor())).unwrap();
        let gone = w.call("DELETE", &format!("{channel}?archive=true"), &[], None);
        assert_eq!(gone.status, 200, "{}", gone.text());
        ends(&mut live);
        assert_eq!(ana.stream(None).err(), Some(404));
    });
}
