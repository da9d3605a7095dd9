//! A visitor's stream: what comes, in order, once; cut and resumed.

use std::time::Duration;

use api::ApiOptions;
use api::stream::StreamLimits;
use serde_json::json;

use crate::live::{Frame, Live};
use crate::visitor::{Visitor, answer, contacts};
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
