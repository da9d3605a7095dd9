//! The demo's playground, from the signed hook to the ticks: a customer writes, the team answers, the window shuts, a template
//! goes out.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::world::{Server, init};

const KEY: &str = "rk_cmVjYWRvIGRlbW86IGV2ZXJ5Ym9keSBrbm93cyBpdCE";
const ANA: &str = "+56955500001";
const PATIENCE: Duration = Duration::from_secs(60);

/// Asks until the answer is as wanted.
fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = ask() {
            return found;
        }
        assert!(Instant::now() < end, "{what}");
        std::thread::sleep(Duration::from_millis(30));
    }
}

/// The answer to a call without a body.
fn asked(at: SocketAddr, order: &str) -> String {
    let mut connection = TcpStream::connect(at).unwrap();
    connection.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(connection, "{order} HTTP/1.1\r\nhost: {at}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    answer
}

struct Played {
    server: Server,
    channel: String,
}

impl Played {
    fn play(&self, what: &str, body: Value) -> Value {
        let path = format!("/api/v1/channels/{}/playground/{what}", self.channel);
        let (status, answer) = self.server.post(&path, KEY, &body);
        assert!(status < 300, "{what}: {status} {answer}");
        answer
    }

    fn says(&self, what: Value) {
        let mut body = json!({"from": ANA, "name": "Ana Prueba"});
        body.as_object_mut().unwrap().extend(what.as_object().unwrap().clone());
        self.play("messages", body);
    }

    fn messages(&self, contact: &str) -> Vec<Value> {
        let (_, page) = self.server.get(&format!("/api/v1/contacts/{contact}/messages?limit=200"), KEY);
        page["data"].as_array().cloned().unwrap_or_default()
    }

    /// The last message that is as wanted, once there is one. Not the last of all: what comes in is ordered by WhatsApp's whole
    /// seconds, and may stand before what went out within the same.
    fn last(&self, contact: &str, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        until(what, || self.messages(contact).into_iter().rfind(|message| wanted(message)))
    }

    fn send(&self, contact: &str, content: Value) -> (u16, Value) {
        let mut body = json!({"contact_id": contact});
        body.as_object_mut().unwrap().extend(content.as_object().unwrap().clone());
        self.server.post("/api/v1/messages", KEY, &body)
    }
}

#[test]
fn a_customer_writes_is_answered_reads_and_is_sent_a_template() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(directory.path(), &["--demo"]);
    let (_, channels) = server.get("/api/v1/channels?type=playground", KEY);
    let channel = channels["data"][0]["id"].as_str().unwrap().to_owned();
    let knobs = format!("/api/v1/channels/{channel}/playground/knobs");
    until("a simulator", || (server.get(&knobs, KEY).0 == 200).then_some(()));
    let played = Played { server, channel };

    played.says(json!({"text": "¿Tienen hora el martes?"}));
    let contact = until("the contact", || {
        let (_, found) = played.server.get(&format!("/api/v1/contacts?q={}", &ANA[1..]), KEY);
        let of = |contact: &&Value| contact["channel_id"] == played.channel && contact["phone"] == ANA;
        found["data"].as_array()?.iter().find(of).map(|contact| contact["id"].as_str().unwrap().to_owned())
    });
    let first = played.last(&contact, "her message", |message| message["direction"] == "inbound");
    assert_eq!(first["body"], "¿Tienen hora el martes?");

    let (status, answer) = played.send(&contact, json!({"text": "Sí, a las 10:30."}));
    assert_eq!(status, 201, "{answer}");
    let sent = played.last(&contact, "the answer delivered", |message| message["status"] == "delivered");
    // Told three times, it is read once.
    played.play("statuses", json!({"message_id": sent["id"], "status": "read", "times": 3}));
    played.last(&contact, "the answer read", |message| message["status"] == "read" && message["read_at"].is_string());

    // A picture comes as a file, and everything twice is there once.
    played.server.call(
        "PATCH",
        &knobs,
        &[("x-api-key", KEY), ("content-type", "application/json")],
        r#"{"duplicates": true}"#,
    );
    played.says(json!({"image": {"caption": "Mi radiografía"}}));
    let picture = played.last(&contact, "the picture", |message| message["attachments"][0]["state"] == "stored");
    assert_eq!(picture["body"], "Mi radiografía");
    let buttons = json!({"interactive_text": "¿Confirmas?", "buttons": [{"id": "si", "title": "Sí"}]});
    let (status, asked) = played.send(&contact, buttons);
    assert_eq!(status, 201, "{asked}");
    played.last(&contact, "the buttons delivered", |message| {
        message["id"] == asked["id"] && message["status"] == "delivered"
    });
    played.says(json!({"press": "si", "message_id": asked["id"]}));
    let pressed = played.last(&contact, "the button", |message| {
        message["direction"] == "inbound" && message["reply_to"] == asked["id"]
    });
    assert_eq!(pressed["body"], "Sí");
    assert_eq!(played.messages(&contact).len(), 5, "nothing doubled");

    // 24 hours later only a template goes.
    let shut = played.play("window", json!({"contact_id": contact, "open": false}));
    assert!(shut["service_window_ends_at"].is_string(), "{shut}");
    let (status, refused) = played.send(&contact, json!({"text": "¿Sigues ahí?"}));
    assert_eq!((status, refused["code"].as_str()), (409, Some("outside_service_window")), "{refused}");
    let templates = format!("/api/v1/templates?channel_id={}&status=APPROVED", played.channel);
    until("approved templates", || (played.server.get(&templates, KEY).1["data"].as_array()?.len() == 2).then_some(()));
    let template = json!({"template": {"name": "recordatorio_de_cita", "variables": ["Ana", "martes a las 10:30"]}});
    let (status, sent) = played.send(&contact, template);
    assert_eq!(status, 201, "{sent}");
    let sent = played.last(&contact, "the template delivered", |message| {
        message["id"] == sent["id"] && message["status"] == "delivered"
    });
    assert!(sent["body"].as_str().unwrap().contains("martes a las 10:30"), "{sent}");
    // Nobody can be reached: it is sent, and then it is not.
    played.play("window", json!({"contact_id": contact, "open": true}));
    let (status, _) = played.server.call(
        "PATCH",
        &knobs,
        &[("x-api-key", KEY), ("content-type", "application/json")],
        r#"{"fail_with": 131026}"#,
    );
    assert_eq!(status, 200);
    played.send(&contact, json!({"text": "Nadie lo recibe"}));
    let failed = played.last(&contact, "the failure", |message| message["status"] == "failed");
    assert_eq!(failed["error"]["code"], "131026");
}

/// Nobody needs the demo for it: whoever has just begun makes one and plays.
#[test]
fn a_new_organization_makes_a_playground_of_its_own() {
    let directory = tempfile::tempdir().unwrap();
    let key = init(directory.path());
    let server = Server::start(directory.path(), &[]);
    assert_eq!(server.get("/api/v1/setup", &key).1["playground"], true);
    let new = json!({"type": "playground", "name": "Prueba", "phone_number": "+56955500300"});
    let (status, made) = server.post("/api/v1/channels", &key, &new);
    assert_eq!(status, 201, "{made}");
    let path = format!("/api/v1/channels/{}/playground/messages", made["id"].as_str().unwrap());
    let says = json!({"from": ANA, "name": "Ana Prueba", "image": {"caption": "Hola"}});
    until("its simulator", || (server.post(&path, &key, &says).0 < 300).then_some(()));
    let stored = until("her picture", || {
        let (_, found) = server.get("/api/v1/conversations", &key);
        let id = found["data"][0]["id"].as_str()?.to_owned();
        let (_, page) = server.get(&format!("/api/v1/contacts/{id}/messages"), &key);
        page["data"].as_array()?.iter().find(|message| message["attachments"][0]["state"] == "stored").cloned()
    });
    assert_eq!(stored["body"], "Hola");
    // Put away, it is played no more: nobody listens in Meta's place.
    let channel = format!("/api/v1/channels/{}", made["id"].as_str().unwrap());
    let shown = server.get(&channel, &key).1;
    let meta =
        shown["settings"]["graph_base_url"].as_str().unwrap_or_else(|| panic!("{shown}")).trim_start_matches("http://");
    let meta: SocketAddr = meta.trim_end_matches('/').parse().unwrap();
    assert!(TcpStream::connect(meta).is_ok());
    // Whoever is on this machine does not steer it, nor reads what was said: that is the API's, which asks who it is.
    for order in ["GET /_simulator/requests", "GET /_simulator/webhooks", "POST /_simulator/reset", "GET /"] {
        let answer = asked(meta, order);
        assert!(answer.starts_with("HTTP/1.1 4"), "{order}: {answer}");
    }
    let (status, gone) = server.call("DELETE", &format!("{channel}?archive=true"), &[("x-api-key", &key)], "");
    assert_eq!(status, 200, "{gone}");
    until("the end of its simulator", || TcpStream::connect(meta).is_err().then_some(()));
}
