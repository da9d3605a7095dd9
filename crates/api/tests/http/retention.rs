//! What is deleted by itself once it is old.

use std::path::Path;

use api::ApiOptions;
use crm::id::OrganizationId;
use crm::{Caller, retention};
use providers::media_store::MediaStore;
use serde_json::{Value, json};

use crate::client;
use crate::meta::{Line, contact_of, messages_of, seconds};
use crate::visitor::Visitor;
use crate::world::{Server, World, each, text};

const RULES: &str = "/api/v1/retention";
const PREVIEW: &str = "/api/v1/retention/preview";
const DAY: i64 = 86_400;
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n not really";

/// What the worker does, to the end; how many pieces it took.
fn run(w: &World, server: &Server, media: &MediaStore, organization: OrganizationId) -> usize {
    let caller = Caller::system(organization);
    let mut pieces = 0;
    server.wait_for(async {
        loop {
            let piece = w.crm.write_in_background(&caller, retention::piece).await.unwrap();
            pieces += 1;
            for path in &piece.paths {
                workers::media::forget_file(&w.crm, media, path).await;
            }
            if !piece.more {
                return pieces;
            }
        }
    })
}

fn set(w: &World, rules: Value) -> Value {
    let reply = w.patch(RULES, rules);
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}

fn files_below(directory: &Path) -> usize {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap());
    entries.map(|entry| if entry.file_type().unwrap().is_dir() { files_below(&entry.path()) } else { 1 }).sum()
}

/// A file that was put in its place within the hour stays, by the clock of the disk: as if these had been there for a day.
fn let_age(directory: &Path) {
    for entry in std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap()) {
        if entry.file_type().unwrap().is_dir() {
            let_age(&entry.path());
        } else {
            let file = std::fs::File::options().write(true).open(entry.path()).unwrap();
            file.set_modified(std::time::SystemTime::now() - std::time::Duration::from_secs(86_400)).unwrap();
        }
    }
}

fn close_ticket(w: &World, contact: &str) {
    let ticket = text(&w.info(contact)["active_ticket"]["id"]);
    let reply = w.post(&format!("/api/v1/tickets/{ticket}/close"), json!({"outcome": "won"}));
    assert_eq!(reply.status, 200, "{}", reply.text());
}

fn of(w: &World, contact: &str, what: &str) -> i64 {
    // Ids are written in another way by each engine.
    let id = if w.is_postgres() { format!("'{contact}'") } else { format!("x'{}'", contact.replace('-', "")) };
    w.number(&format!("SELECT coalesce(max({what}), -1) AS n FROM conversations WHERE contact_id = {id}"))
}

fn found(w: &World, word: &str) -> usize {
    let found = w.get(&format!("/api/v1/search?q={word}")).json();
    found["messages"].as_array().unwrap_or_else(|| panic!("{found}")).len()
}

fn audit(w: &World) -> Vec<Value> {
    let log = w.get("/api/v1/audit?thing=retention").json();
    log["data"].as_array().unwrap().to_vec()
}

#[test]
fn what_the_preview_counts_goes_and_nothing_else() {
    each(|w| {
        let directory = tempfile::tempdir().unwrap();
        let store = MediaStore::open(directory.path()).unwrap();
        let server = Server::start(&w.crm, ApiOptions { media: Some(store.clone()), ..ApiOptions::default() });
        let line = Line::open(w, 1);
        let hook = |from: &str, id: &str, body: &str| {
            assert_eq!(line.deliver(w, &line.text(from, id, seconds(w), body)).status, 200);
        };
        // Paula wrote, was noted about and answered; what answers her waits to be sent. Quino's ticket is open.
        for n in 0..3 {
            hook("56955510001", &format!("p{n}"), "una palabra antigua");
        }
        hook("56955510002", "q", "otra palabra antigua");
        let (paula, quino) = (contact_of(w, "+56955510001"), contact_of(w, "+56955510002"));
        let note = w.post(&format!("/api/v1/contacts/{paula}/notes"), json!({"text": "secreto de la nota"}));
        assert_eq!(note.status, 201, "{}", note.text());
        let sent = w.post("/api/public/whatsapp/message/session", json!({"contact_id": paula, "message": "en camino"}));
        assert!(sent.status < 300, "{}", sent.text());
        close_ticket(w, &paula);
        // Ana sent a file from a page, and nothing since.
        let ana = Visitor::at(&server, &w.here.webchat, json!({}));
        let file =
            ana.send("POST", "files?client_id=f-1&file_name=foto.png", &[("content-type", "image/png")], Some(PNG));
        assert_eq!(file.status, 201, "{}", file.text());
        ana.says("m-1", "palabra antigua de Ana");
        let ana = text(&w.get("/api/v1/conversations").json()["data"][0]["id"]);
        close_ticket(w, &ana);
        let contact = json!({"channel": "playground", "channel_phone_number": crate::world::PLAYGROUND,
                             "contact_phone_number": "+5511987654321", "note": "secreto de los otros"});
        let there = w.raw(&w.there.key, "POST", crate::world::UPSERT, &[], Some(contact.to_string().as_bytes()));
        assert_eq!(there.status, 201, "{}", there.text());
        w.wait(40 * DAY);
        hook("56955510001", "new", "algo nuevo");
        close_ticket(w, &paula);
        assert_eq!((of(w, &paula, "unread"), found(w, "antigua")), (4, 5));
        let before = w.counts();

        let rules = json!({"messages_days": 30});
        let counted = w.post(PREVIEW, rules.clone());
        assert_eq!(counted.status, 200, "{}", counted.text());
        let counted = counted.json();
        // Of Paula three and the note, of Ana two with a file.
        assert_eq!(counted, json!({"messages": 6, "files": 1, "webhook_calls": 0, "at_least": false}));
        assert_eq!(w.post(PREVIEW, json!({"messages_days": 30, "spare_open": false})).json()["messages"], 7);
        assert_eq!(w.post(PREVIEW, json!({})).json()["messages"], 0);
        assert_eq!(w.counts(), before, "counting changes nothing");
        set(w, rules);
        run(w, &server, &store, w.here.organization);
        assert_eq!(w.get(RULES).json()["last_run"], Value::Null, "a slip can be taken back for an hour");
        w.wait(3601);
        let_age(directory.path());
        run(w, &server, &store, w.here.organization);
        run(w, &server, &store, w.there.organization);
        let last = w.get(RULES).json()["last_run"].clone();
        assert_eq!((&last["messages"], &last["files"]), (&counted["messages"], &counted["files"]), "{last}");
        assert!(last["finished_at"].is_string());

        // Paula's conversation is what is left of it; Ana's is none.
        let left: Vec<String> = messages_of(w, &paula).iter().map(|message| text(&message["body"])).collect();
        assert_eq!(left, ["en camino", "algo nuevo"]);
        assert_eq!((of(w, &paula, "unread"), of(w, &ana, "unread"), of(w, &quino, "unread")), (1, -1, 1));
        assert_eq!(w.info(&ana)["is_chat_read"], true);
        assert_eq!(w.info(&paula)["last_message_content"], "algo nuevo");
        assert_eq!((found(w, "antigua"), found(w, "nuevo")), (1, 1));
        assert_eq!((files_below(directory.path()), w.number("SELECT count(*) AS n FROM media")), (0, 0));
        let told = |what: &str| w.number(&format!("SELECT count(*) AS n FROM events WHERE data LIKE '%{what}%'"));
        assert_eq!((told("secreto de la nota"), told("de Ana"), told("algo nuevo")), (0, 0, 1));
        assert_eq!(told("secreto de los otros"), 1, "others keep what is theirs");
        assert_eq!(messages_of(w, &quino).len(), 1, "an open ticket");
        w.settled();
        let entries = audit(w);
        assert_eq!(entries.len(), 2, "the rules and the run: {entries:?}");
        assert_eq!(entries[0]["details"]["deleted"], json!({"messages": 6, "files": 1, "webhook_calls": 0}));
        assert_eq!(entries[0]["change"], "ran");

        // The day after nothing is old that was not, and nothing is said of it; then what was spared goes as well.
        w.wait(DAY);
        run(w, &server, &store, w.here.organization);
        assert_eq!(w.get(RULES).json()["last_run"]["messages"], 0);
        w.settled();
        assert_eq!(audit(w).len(), 2);
        set(w, json!({"spare_open": false}));
        assert_eq!(w.post("/api/v1/retention/run", json!({})).status, 200);
        run(w, &server, &store, w.here.organization);
        assert_eq!(
            (messages_of(w, &quino).len(), of(w, &quino, "unread")),
            (0, 0),
            "its open ticket keeps it in the list"
        );
        assert_eq!(w.get(&format!("/api/v1/contacts/{quino}/timeline")).status, 200);
    });
}

#[test]
fn files_go_and_their_messages_say_so() {
    each(|w| {
        let directory = tempfile::tempdir().unwrap();
        let store = MediaStore::open(directory.path()).unwrap();
        let server = Server::start(&w.crm, ApiOptions { media: Some(store.clone()), ..ApiOptions::default() });
        let ana = Visitor::at(&server, &w.here.webchat, json!({}));
        let up = |id: &str, bytes: &[u8]| {
            let path = format!("files?client_id={id}&file_name={id}.png");
            let reply = ana.send("POST", &path, &[("content-type", "image/png")], Some(bytes));
            assert_eq!(reply.status, 201, "{}", reply.text());
            text(&reply.json()["file"]["id"])
        };
        let old = up("old", PNG);
        w.wait(10 * DAY);
        let young = up("young", b"\x89PNG\r\n\x1a\n another");
        let rules = json!({"files_days": 7, "spare_open": false});
        assert_eq!(w.post(PREVIEW, rules.clone()).json()["files"], 1);
        assert_eq!(w.post(PREVIEW, json!({"files_days": 7})).json()["files"], 0, "the ticket is open");
        set(w, rules);
        w.wait(3601);
        let_age(directory.path());
        run(w, &server, &store, w.here.organization);
        let last = w.get(RULES).json()["last_run"].clone();
        assert_eq!((&last["messages"], &last["files"]), (&json!(0), &json!(1)));
        assert_eq!(files_below(directory.path()), 1);
        let get = |id: &str| {
            client::send(server.address, "GET", &format!("/api/v1/media/{id}"), &[("x-api-key", &w.here.key)], None)
                .unwrap()
        };
        assert_eq!((get(&young).status, get(&old).status), (200, 409));
        assert_eq!(get(&old).json()["code"], "media_not_stored");
        let contact = w.number("SELECT count(*) AS n FROM messages");
        assert_eq!(contact, 2, "both messages are there");
        assert_eq!(w.number("SELECT count(*) AS n FROM media WHERE state = 'expired' AND file_name IS NULL"), 1);
        // Again and again, nothing more.
        w.wait(DAY);
        run(w, &server, &store, w.here.organization);
        assert_eq!(w.get(RULES).json()["last_run"]["files"], 0);
    });
}

#[test]
fn wrong_rules_are_refused_and_right_ones_wait_an_hour() {
    each(|w| {
        let begun = w.get(RULES).json();
        let nothing = json!({"files_days": null, "messages_days": null, "webhook_calls_days": null, "spare_open": true,
                             "next_run_at": null, "last_run": null});
        assert_eq!(begun, nothing);
        for path in [RULES, PREVIEW] {
            let body =
                json!({"files_days": 0, "messages_days": 3651, "webhook_calls_days": "x", "spare_open": 1, "more": 2});
            let wrong = w.call(if path == RULES { "PATCH" } else { "POST" }, path, &[], Some(&body));
            assert_eq!(wrong.status, 400);
            let errors = wrong.json()["errors"].clone();
            let pointers: Vec<&str> =
                errors.as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
            assert_eq!(pointers, ["/files_days", "/messages_days", "/webhook_calls_days", "/spare_open", "/more"]);
        }
        let refused = w.post("/api/v1/retention/run", json!({}));
        assert_eq!((refused.status, &refused.json()["code"]), (409, &json!("nothing_to_delete")));
        let etag = w.get(RULES).header("etag").unwrap().to_owned();
        let now = w.now();
        let rules = set(w, json!({"webhook_calls_days": 5}));
        let next = crm::Timestamp::parse_utc(rules["next_run_at"].as_str().unwrap()).unwrap();
        assert!(next >= now.plus_seconds(3599) && next <= w.now().plus_seconds(3600));
        let late = w.call("PATCH", RULES, &[("if-match", &etag)], Some(&json!({"messages_days": 1})));
        assert_eq!(late.status, 412);
        // Off again: nothing runs.
        assert_eq!(set(w, json!({"webhook_calls_days": null}))["next_run_at"], Value::Null);
        w.wait(3 * DAY);
        let now = w.now();
        let due = w.db.read_blocking(store::Priority::Background, move |tx| retention::due(tx, now)).unwrap();
        assert_eq!(due, []);
        assert_eq!(w.raw(&w.there.key, "GET", RULES, &[], None).json(), nothing);
    });
}
