//! What a team does in conversations: drafts, canned replies, one thing for many, who types.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crm::access::{Actor, Caller};
use crm::conversations::{self, ConversationFilter, View};
use crm::id::{ContactId, MemberId};
use crm::page::PageRequest;
use serde_json::{Value, json};

use crate::meta::{Line, contact_of, seconds};
use crate::world::{World, each, text};

/// As a session calls.
fn member(w: &World, id: &str) -> Caller {
    let actor = Actor::Member(id.parse().unwrap());
    Caller { organization: w.here.organization, actor, scope: None, request_id: "test".into() }
}

fn draft_of(w: &World, who: &str, contact: ContactId) -> Option<String> {
    let caller = member(w, who);
    w.crm.write_blocking(&caller, move |w| Ok(conversations::get(w, contact)?.draft)).unwrap()
}

#[test]
fn drafts_are_their_writers_own() {
    each(|w| {
        let (contact, _) = w.ticket("+56955501234");
        let id: ContactId = contact.parse().unwrap();
        let write = |who: &str, text: &str| {
            let (caller, text, by) = (member(w, who), text.to_owned(), who.parse::<MemberId>().unwrap());
            w.crm.write_blocking(&caller, move |w| conversations::put_draft(w, id, by, &text, None).map(drop)).unwrap();
        };
        write(&w.here.owner, "Estimada");
        write(&w.here.agent, "Hola");
        write(&w.here.agent, "Hola, Ana");
        let drafts = [&w.here.owner, &w.here.agent].map(|who| draft_of(w, who, id));
        assert_eq!(drafts, [Some("Estimada".to_owned()), Some("Hola, Ana".to_owned())]);
        let (caller, by) = (member(w, &w.here.agent), w.here.agent.parse::<MemberId>().unwrap());
        for _ in 0..2 {
            w.crm.write_blocking(&caller, move |w| conversations::remove_draft(w, id, by)).unwrap();
        }
        assert_eq!(
            (draft_of(w, &w.here.agent, id), draft_of(w, &w.here.owner, id)),
            (None, Some("Estimada".to_owned()))
        );
        assert_eq!(w.get(&format!("/api/v1/conversations/{contact}")).json()["draft"], Value::Null, "a key has none");
        let path = format!("/api/v1/conversations/{contact}/draft");
        for reply in
            [w.call("PUT", &path, &[], Some(&json!({"text": "x"}))), w.call("DELETE", &path, &[], Some(&json!({})))]
        {
            assert_eq!((reply.status, reply.json()["code"].clone()), (409, json!("needs_a_member")));
        }
        // What is mine is what I am an agent of.
        let assigned = format!("/api/public/contact/{contact}/assign-team-member/{}", w.here.agent);
        assert_eq!(w.post(&assigned, json!({})).status, 201);
        let mine = |who: &str| {
            let (caller, by) = (member(w, who), who.parse().unwrap());
            let page = PageRequest { limit: 10, cursor: None };
            let list = move |w: &mut crm::Work<'_, '_>| {
                conversations::list(w, &ConversationFilter::default(), View::Mine, Some(by), &page)
                    .map(|page| page.data.len())
            };
            w.crm.write_blocking(&caller, list).unwrap()
        };
        assert_eq!((mine(&w.here.agent), mine(&w.here.owner)), (1, 0));
    });
}

#[test]
fn drafts_follow_a_merge_and_its_undo() {
    each(|w| {
        let line = Line::open(w, 1);
        let phones = ["56955501234", "56955509999"];
        for (n, phone) in (1..).zip(phones) {
            line.deliver(w, &line.text(phone, &n.to_string(), seconds(w) - 100 + n, "hola"));
        }
        let [ana, bea] = phones.map(|phone| contact_of(w, phone));
        let write = |who: &str, contact: &str, words: &str| {
            let (caller, by, words) = (member(w, who), who.parse::<MemberId>().unwrap(), words.to_owned());
            let id: ContactId = contact.parse().unwrap();
            w.crm
                .write_blocking(&caller, move |w| conversations::put_draft(w, id, by, &words, None).map(drop))
                .unwrap();
        };
        write(&w.here.owner, &bea, "Estimada Bea");
        write(&w.here.agent, &ana, "Hola, Ana");
        write(&w.here.agent, &bea, "Hola, Bea");
        let drafts = |contact: &str| {
            [&w.here.owner, &w.here.agent].map(|who| draft_of(w, who, contact.parse().unwrap()).unwrap_or_default())
        };
        let merge = w.post(&format!("/api/v1/contacts/{bea}/merge"), json!({"contact_id": ana.as_str()}));
        assert_eq!(merge.status, 200, "{}", merge.text());
        assert_eq!(drafts(&ana), ["Estimada Bea", "Hola, Ana"], "of two of one member the survivor's is seen");
        let undone = w.post(&format!("/api/v1/merges/{}/undo", text(&merge.json()["id"])), json!({}));
        assert_eq!(undone.status, 200, "{}", undone.text());
        assert_eq!(drafts(&ana), ["", "Hola, Ana"]);
        assert_eq!(drafts(&bea), ["Estimada Bea", "Hola, Bea"]);
    });
}

#[test]
fn many_at_once_each_by_itself() {
    each(|w| {
        let line = Line::open(w, 1);
        line.deliver(w, &line.text("56955501234", "1", seconds(w), "hola"));
        let ana = contact_of(w, "56955501234");
        let (ben, _) = w.ticket("+56955505678");
        let known = w.contact("+56955509999");
        let nobody = "0190c5e2-7a3b-7c1d-9e4f-2b6a8d1c3e5f";
        let bulk = |action: &str, more: Value| {
            let mut body = json!({"ids": [ana, nobody, ben, known], "action": action});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let reply = w.post("/api/v1/conversations/bulk", body);
            assert_eq!(reply.status, 200, "{}", reply.text());
            let answer = reply.json();
            let failed = answer["failed"].as_array().unwrap().iter().map(|one| (text(&one["id"]), text(&one["code"])));
            (answer["done"].clone(), failed.collect::<Vec<_>>())
        };
        let missing = (nobody.to_owned(), "not_found".to_owned());
        let agent = json!({"member_id": w.here.agent});
        assert_eq!(bulk("assign", agent.clone()), (json!([ana, ben, known]), vec![missing.clone()]));
        assert_eq!(bulk("assign", agent.clone()).0, json!([ana, ben, known]), "twice is as once");
        let agents = |contact: &str| w.get(&format!("/api/v1/conversations/{contact}")).json()["agent_ids"].clone();
        assert_eq!(agents(&ana), json!([w.here.agent]));
        let without = vec![missing.clone(), (known.clone(), "no_open_ticket".to_owned())];
        assert_eq!(bulk("move", json!({"stage_id": w.here.stages[1]})), (json!([ana, ben]), without.clone()));
        assert_eq!(bulk("tag", json!({"tag_id": w.here.vip})).0, json!([ana, ben, known]));
        let of_tag = |w: &World| {
            w.get(&format!("/api/v1/conversations?tag_id={}", w.here.vip)).json()["data"].as_array().unwrap().len()
        };
        assert_eq!(of_tag(w), 2);
        assert_eq!(bulk("untag", json!({"tag_id": w.here.vip})).0, json!([ana, ben, known]));
        assert_eq!(of_tag(w), 0);
        assert_eq!(bulk("read", json!({})).0, json!([ana, ben, known]));
        assert_eq!(w.get("/api/v1/conversations?view=unread").json()["data"], json!([]));
        assert_eq!(bulk("unassign", json!({})).0, json!([ana, ben, known]));
        assert_eq!((agents(&ana), w.info(&ana)["team_members"].clone()), (json!([]), json!([])));
        assert_eq!(w.get("/api/v1/conversations/counts").json()["unassigned"], 2);
        assert_eq!(bulk("close", json!({"outcome": "lost", "reason": "Prueba"})), (json!([ana, ben]), without));
        for wrong in [
            json!({"ids": [ana], "action": "assign"}),
            json!({"ids": [ana], "action": "assign", "member_id": w.there.agent}),
            json!({"ids": [ana], "action": "move", "stage_id": w.there.stages[0]}),
            json!({"ids": [ana], "action": "tag", "tag_id": w.here.urgent}),
            json!({"ids": [ana], "action": "close"}),
            json!({"ids": [ana], "action": "dance"}),
            json!({"ids": vec![ana.clone(); 101], "action": "read"}),
            json!({"action": "read"}),
        ] {
            let reply = w.post("/api/v1/conversations/bulk", wrong.clone());
            assert_eq!(reply.status, 400, "{wrong}: {}", reply.text());
        }
        let key = w.key_with(&["messages:write"], 77);
        let body = json!({"ids": [ana], "action": "close", "outcome": "won"}).to_string();
        let refused = w.raw(&key, "POST", "/api/v1/conversations/bulk", &[], Some(body.as_bytes()));
        assert_eq!(refused.status, 403, "{}", refused.text());
    });
}

#[test]
fn canned_replies() {
    each(|w| {
        let create =
            |shortcut: &str, text: &str| w.post("/api/v1/canned_replies", json!({"shortcut": shortcut, "text": text}));
        let made = create("Dirección", "Estamos en Providencia.");
        assert_eq!(made.status, 201, "{}", made.text());
        let path = format!("/api/v1/canned_replies/{}", text(&made.json()["id"]));
        assert_eq!(create("DIRECCION", "Otra").json()["code"], "shortcut_taken");
        assert_eq!(create("horario", "De 9 a 19.").status, 201);
        for wrong in ["/hora", "dos palabras", ""] {
            assert_eq!(create(wrong, "x").status, 400, "{wrong}");
        }
        let shortcuts = |query: &str| -> Vec<String> {
            let page = w.get(&format!("/api/v1/canned_replies{query}")).json();
            page["data"].as_array().unwrap().iter().map(|reply| text(&reply["shortcut"])).collect()
        };
        assert_eq!(shortcuts(""), ["Dirección", "horario"]);
        assert_eq!(
            (shortcuts("?q=DIR"), shortcuts("?limit=1")),
            (vec!["Dirección".to_owned()], vec!["Dirección".to_owned()])
        );
        let cursor = text(&w.get("/api/v1/canned_replies?limit=1").json()["next_cursor"]);
        assert_eq!(shortcuts(&format!("?cursor={cursor}")), ["horario"]);
        let tag = w.get(&path).header("etag").unwrap().to_owned();
        let patched = w.call("PATCH", &path, &[("if-match", &tag)], Some(&json!({"text": "Estamos en Ñuñoa."})));
        assert_eq!((patched.status, patched.json()["text"].clone()), (200, json!("Estamos en Ñuñoa.")));
        assert_eq!(w.call("PATCH", &path, &[("if-match", &tag)], Some(&json!({"text": "x"}))).status, 412);
        assert_eq!(w.patch(&path, json!({"shortcut": "HORARIO"})).json()["code"], "shortcut_taken");
        assert_eq!(w.raw(&w.there.key, "GET", &path, &[], None).status, 404);
        assert_eq!(w.call("DELETE", &path, &[], None).status, 204);
        assert_eq!((w.get(&path).status, shortcuts("")), (404, vec!["horario".to_owned()]));
    });
}

/// Opens the stream of a server and reads until a text comes.
fn listens(address: std::net::SocketAddr, key: &str, filter: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    let request = format!("GET /api/v1/events/stream{filter} HTTP/1.1\r\nhost: localhost\r\nx-api-key: {key}\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    assert!(hears(&mut stream, "retry: ").is_some());
    stream
}

fn hears(stream: &mut TcpStream, text: &str) -> Option<String> {
    let until = Instant::now() + Duration::from_secs(30);
    let (mut heard, mut bytes) = (String::new(), [0; 4096]);
    while Instant::now() < until {
        match stream.read(&mut bytes) {
            Ok(0) => return None,
            Ok(n) => heard.push_str(&String::from_utf8_lossy(&bytes[..n])),
            Err(_) => {}
        }
        if heard.contains(text) {
            return Some(heard);
        }
    }
    None
}

#[test]
fn who_types_is_heard_on_every_server_and_kept_nowhere() {
    each(|w| {
        let other = w.restarted();
        let (mut here, mut there) = (listens(w.address(), &w.here.key, ""), listens(other.address, &w.here.key, ""));
        let mut foreign = listens(w.address(), &w.there.key, "");
        let before = w.last_sequence();
        let data = json!({"contact_id": w.here.owner, "member_id": w.here.agent, "state": "typing"});
        // On PostgreSQL the line between servers is there a moment after they are; what was said before is lost, and said again.
        let until = Instant::now() + Duration::from_secs(30);
        let heard = loop {
            w.server().app.hub.tell_everywhere(w.here.organization, "typing", &data);
            let mut bytes = [0; 4096];
            let n = there.read(&mut bytes).unwrap_or(0);
            let heard = String::from_utf8_lossy(&bytes[..n]).into_owned();
            if heard.contains("event: typing") {
                break heard;
            }
            assert!(Instant::now() < until, "nothing was heard");
        };
        assert!(heard.contains(&format!("\"member_id\":\"{}\"", w.here.agent)) && !heard.contains("id: "), "{heard}");
        assert!(hears(&mut here, "event: typing\ndata: {").is_some());
        assert_eq!(w.topics(before), [""; 0]);
        let patched = w.patch(&format!("/api/v1/members/{}", w.here.agent), json!({"availability": "away"}));
        assert_eq!(patched.status, 200, "{}", patched.text());
        for stream in [&mut here, &mut there] {
            let heard = hears(stream, "event: presence").unwrap();
            assert!(heard.contains("\"availability\":\"away\""), "{heard}");
        }
        let mut bytes = [0; 4096];
        let n = foreign.read(&mut bytes).unwrap_or(0);
        let heard = String::from_utf8_lossy(&bytes[..n]).into_owned();
        assert!(!heard.contains("event:"), "nobody else hears of it: {heard}");
        let (contact, _) = w.ticket("+56955501234");
        for (verb, body) in [("typing", json!({"state": "typing"})), ("viewing", json!({}))] {
            let reply = w.post(&format!("/api/v1/conversations/{contact}/{verb}"), body);
            assert_eq!(reply.json()["code"], "needs_a_member");
        }
        let reply = w.post(&format!("/api/v1/conversations/{contact}/typing"), json!({"state": "asleep"}));
        assert_eq!(reply.status, 400);
    });
}
