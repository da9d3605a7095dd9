//! The program sends to the simulator: in order, with its pauses, stops and kills, and files.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use recado_simulator::config::defaults;
use recado_simulator::{Config, Fault, On, Simulator, Trouble, Window};
use serde_json::{Value, json};
use store::{Db, Priority, SqliteOptions, params};
use tokio::runtime::Runtime;

use crate::world::{Server, init, recado, text};

const PATIENCE: Duration = Duration::from_secs(60);

struct World {
    directory: tempfile::TempDir,
    key: String,
    simulator: Arc<Simulator>,
    runtime: Runtime,
    server: Option<Server>,
    channel: String,
}

fn serve(data_dir: &Path) -> Server {
    let arguments = ["serve", "--data-dir", text(data_dir), "--listen", "127.0.0.1:0", "--log", "warn"];
    Server::spawn(recado(&arguments).env("RECADO_OUTBOUND_ALLOW", "127.0.0.0/8").env("RECADO_WHATSAPP_CALLS", "true"))
}

impl World {
    fn new() -> World {
        let directory = tempfile::tempdir().unwrap();
        let key = init(directory.path());
        let runtime = Runtime::new().unwrap();
        let config = Config { seed: 7, ..Config::default() };
        let simulator = runtime.block_on(Simulator::start(config)).unwrap();
        simulator.turn(|knobs| knobs.window = Window::Open).unwrap();
        let mut world = World {
            server: Some(serve(directory.path())),
            directory,
            key,
            simulator: Arc::new(simulator),
            runtime,
            channel: String::new(),
        };
        world.channel = world.channel("+15550001000");
        world
    }

    fn channel(&self, number: &str) -> String {
        let (status, made) = self.post(
            "/api/v1/channels",
            json!({"type": "whatsapp", "name": "Nube", "phone_number": number, "phone_number_id": defaults::PHONE_NUMBER_ID,
                   "waba_id": defaults::WABA_ID, "access_token": defaults::ACCESS_TOKEN, "app_secret": defaults::APP_SECRET,
                   "verify_token": defaults::VERIFY_TOKEN, "graph_base_url": self.simulator.url()}),
        );
        assert_eq!((status, &made["check"]["live"]), (201, &json!(true)), "{made}");
        made["id"].as_str().unwrap().to_owned()
    }

    fn server(&self) -> &Server {
        self.server.as_ref().unwrap()
    }

    fn get(&self, path: &str) -> Value {
        let (status, body) = self.server().get(path, &self.key);
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.server().post(path, &self.key, &body)
    }

    fn kill(&mut self) {
        // Killed and waited for.
        self.server = None;
    }

    fn start(&mut self) {
        let until = Instant::now() + PATIENCE;
        // The kernel takes a killed process's lock away a moment after it is gone.
        while std::fs::File::open(self.directory.path().join("serve.lock"))
            .is_ok_and(|file| matches!(file.try_lock(), Err(std::fs::TryLockError::WouldBlock)))
        {
            assert!(Instant::now() < until);
            std::thread::sleep(Duration::from_millis(20));
        }
        self.server = Some(serve(self.directory.path()));
    }

    /// Somebody who wrote a moment ago.
    fn person(&self, phone: &str) -> String {
        let body =
            json!({"channel": "whatsapp", "channel_phone_number": "+15550001000", "contact_phone_number": phone});
        let (status, contact) = self.post("/api/public/customer/upsert/info", body);
        assert_eq!(status, 201, "{contact}");
        let id = contact["id"].as_str().unwrap().to_owned();
        let uuid: uuid::Uuid = id.parse().unwrap();
        let db = Db::open_sqlite(&self.directory.path().join("recado.db"), SqliteOptions::default()).unwrap();
        let now = crm::Timestamp::now();
        db.write_blocking(Priority::Interactive, move |tx| {
            tx.execute("UPDATE contacts SET last_inbound_at = $2 WHERE id = $1", params![uuid, now])
        })
        .unwrap();
        db.close();
        id
    }

    fn send(&self, contact: &str, body: &str) -> String {
        let (status, message) = self.post("/api/v1/messages", json!({"contact_id": contact, "text": body}));
        assert_eq!((status, &message["status"]), (201, &json!("queued")), "{message}");
        message["id"].as_str().unwrap().to_owned()
    }

    fn message(&self, id: &str) -> Value {
        self.get(&format!("/api/v1/messages/{id}"))
    }

    fn status(&self, id: &str) -> String {
        self.message(id)["status"].as_str().unwrap().to_owned()
    }

    fn until(&self, what: &str, done: impl Fn() -> bool) {
        let until = Instant::now() + PATIENCE;
        while !done() {
            assert!(Instant::now() < until, "not within a minute: {what}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn is_one_of(&self, id: &str, statuses: &[&str]) {
        self.until(&format!("{id} is one of {statuses:?}"), || statuses.contains(&self.status(id).as_str()));
    }

    fn channel_status(&self) -> String {
        self.get(&format!("/api/v1/channels/{}/status", self.channel))["status"].as_str().unwrap().to_owned()
    }

    fn fault(&self, on: On, times: Option<u32>, then: Trouble) {
        self.simulator.fault(Fault { on, to: None, times, then }).unwrap();
    }

    /// Texts that arrived, in order, of one person.
    fn arrived(&self, phone: &str) -> Vec<String> {
        let sent = self.simulator.sent();
        let of = sent.iter().filter(|sent| sent.to == phone);
        of.map(|sent| sent.body["text"]["body"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

#[test]
fn messages_leave_in_order_and_are_told_apart() {
    let w = World::new();
    assert_eq!(w.channel_status(), "connected");
    let people: Vec<String> = (1..=3).map(|n| w.person(&format!("+5695550000{n}"))).collect();
    let mut ids = Vec::new();
    for n in 0..6 {
        for person in &people {
            ids.push(w.send(person, &format!("mensaje {n}")));
        }
    }
    for id in &ids {
        w.is_one_of(id, &["sent"]);
    }
    let expected: Vec<String> = (0..6).map(|n| format!("mensaje {n}")).collect();
    for n in 1..=3 {
        assert_eq!(w.arrived(&format!("5695550000{n}")), expected);
    }
    let sent = w.simulator.sent();
    assert_eq!(sent.len(), 18);
    for sent in sent {
        let id = sent.biz_opaque_callback_data.unwrap();
        assert_eq!(w.message(&id)["provider_id"], json!(sent.id));
    }
}

#[test]
fn what_cannot_be_taken_for_now_holds_its_person_only_and_what_never_can_fails_with_advice() {
    let w = World::new();
    let (ana, bea) = (w.person("+56955500001"), w.person("+56955500002"));
    let fault = |code| Fault {
        on: On::Messages,
        to: Some("56955500001".to_owned()),
        times: Some(1),
        then: Trouble::Error(code),
    };
    w.simulator.fault(fault(131_056)).unwrap();
    let first = w.send(&ana, "uno");
    let second = w.send(&ana, "dos");
    let other = w.send(&bea, "hola");
    w.is_one_of(&other, &["sent"]);
    w.is_one_of(&second, &["sent"]);
    assert_eq!(
        (w.status(&first).as_str(), w.arrived("56955500001")),
        ("sent", vec!["uno".to_owned(), "dos".to_owned()])
    );
    w.simulator.fault(fault(131_026)).unwrap();
    let lost = w.send(&ana, "tres");
    let next = w.send(&ana, "cuatro");
    w.is_one_of(&next, &["sent"]);
    let lost = w.message(&lost);
    assert_eq!((&lost["status"], &lost["error"]["code"]), (&json!("failed"), &json!("131026")), "{lost}");
    assert!(lost["error"]["advice"].as_str().unwrap().contains("Check the number"), "{lost}");
}

#[test]
fn a_dead_token_stops_the_channel_and_a_new_one_drains_it_in_order() {
    let w = World::new();
    let ana = w.person("+56955500001");
    w.fault(On::Anything, None, Trouble::Error(190));
    let ids: Vec<String> = (0..4).map(|n| w.send(&ana, &format!("mensaje {n}"))).collect();
    w.until("the channel needs a token", || w.channel_status() == "needs_token");
    let status = w.get(&format!("/api/v1/channels/{}/status", w.channel));
    assert_eq!((&status["waiting"], &status["problem"]["code"]), (&json!(4), &json!("190")), "{status}");
    for id in &ids {
        w.is_one_of(id, &["queued"]);
    }
    assert_eq!(w.simulator.sent().len(), 0);
    let tried = w.simulator.attempts().len();
    assert_eq!(tried, 1, "nothing is tried while it is stopped");
    w.simulator.clear_faults();
    let path = format!("/api/v1/channels/{}", w.channel);
    let body = json!({"access_token": defaults::ACCESS_TOKEN}).to_string();
    let headers = [("x-api-key", w.key.as_str()), ("content-type", "application/json")];
    assert_eq!(w.server().call("PATCH", &path, &headers, &body).0, 200);
    assert_eq!(w.channel_status(), "connected");
    for id in &ids {
        w.is_one_of(id, &["sent"]);
    }
    assert_eq!(w.arrived("56955500001"), (0..4).map(|n| format!("mensaje {n}")).collect::<Vec<_>>());
    let events = w.get("/api/v1/events?limit=1000");
    let told: Vec<&Value> =
        events["data"].as_array().unwrap().iter().filter(|e| e["topic"] == "channel.status").collect();
    let statuses: Vec<&Value> = told.iter().map(|event| &event["data"]["status"]).collect();
    assert!(statuses.contains(&&json!("needs_token")) && statuses.last() == Some(&&json!("connected")), "{statuses:?}");
}

#[test]
fn a_cut_answer_is_unknown_and_never_repeated_by_itself() {
    let w = World::new();
    let ana = w.person("+56955500001");
    w.fault(On::Messages, Some(1), Trouble::CutAfter);
    let cut = w.send(&ana, "uno");
    w.is_one_of(&cut, &["unknown"]);
    let unknown = w.get("/api/v1/messages?state=unknown");
    assert_eq!(unknown["data"][0]["id"], json!(cut), "{unknown}");
    assert_eq!(w.arrived("56955500001"), ["uno"]);
    // A person may say that it is to go once more, or that it is not.
    let (status, again) = w.post(&format!("/api/v1/messages/{cut}/retry"), json!({}));
    assert_eq!((status, &again["status"]), (200, &json!("queued")), "{again}");
    w.is_one_of(&cut, &["sent"]);
    assert_eq!(w.arrived("56955500001"), ["uno", "uno"]);
    w.fault(On::Messages, Some(1), Trouble::Http(502));
    let lost = w.send(&ana, "dos");
    w.is_one_of(&lost, &["unknown"]);
    let (status, gone) = w.post(&format!("/api/v1/messages/{lost}/discard"), json!({}));
    assert_eq!((status, &gone["status"]), (200, &json!("cancelled")), "{gone}");
    let next = w.send(&ana, "tres");
    w.is_one_of(&next, &["sent"]);
    // What surely never arrived is tried again by itself.
    w.fault(On::Messages, Some(1), Trouble::Error(131_016));
    let later = w.send(&ana, "cuatro");
    w.is_one_of(&later, &["sent"]);
}

#[test]
fn killed_between_the_call_and_its_answer_each_message_is_there_once_or_visibly_unknown() {
    let mut w = World::new();
    let mut ids = Vec::new();
    let mut under_way = 0;
    for round in 0..3 {
        let people: Vec<String> = (0..8).map(|n| w.person(&format!("+5695551{round}00{n}"))).collect();
        // No answer comes before the kill, which so finds these calls under way.
        w.simulator.turn(|knobs| knobs.latency_ms = 600_000).unwrap();
        let (before, wanted) = (w.simulator.attempts().len(), 1 + 2 * round);
        for person in &people {
            ids.push(w.send(person, &format!("mensaje {round}")));
        }
        w.until("calls are under way", || w.simulator.attempts().len() >= before + wanted);
        w.kill();
        under_way += wanted;
        w.simulator.turn(|knobs| knobs.latency_ms = 0).unwrap();
        w.start();
    }
    for id in &ids {
        w.is_one_of(id, &["sent", "unknown"]);
    }
    let sent = w.simulator.sent();
    let mut unknown = 0;
    for id in &ids {
        let count = sent.iter().filter(|sent| sent.biz_opaque_callback_data.as_deref() == Some(id)).count();
        match w.status(id).as_str() {
            "sent" => assert_eq!(count, 1, "{id}"),
            _ => {
                assert!(count <= 1, "{id}");
                unknown += 1;
            }
        }
    }
    assert!(unknown >= under_way, "{unknown} are unknown of at least {under_way} that were under way");
    let listed = w.get("/api/v1/messages?state=unknown&limit=200")["data"].as_array().unwrap().len();
    assert_eq!(listed, unknown);
}

#[test]
fn a_file_is_brought_to_whatsapp_before_its_message_and_comes_back_as_it_was() {
    let w = World::new();
    let ana = w.person("+56955500001");
    let bytes = "not really a picture, but bytes ".repeat(1000);
    let upload = |query: &str, mime: &str, body: &str| {
        let headers = [("x-api-key", w.key.as_str()), ("content-type", mime)];
        let (status, answer) = w.server().call("POST", &format!("/api/v1/media?{query}"), &headers, body);
        (status, serde_json::from_str::<Value>(&answer).unwrap())
    };
    let query = format!("channel_id={}&file_name=foto.png", w.channel);
    let (status, media) = upload(&query, "image/png", &bytes);
    assert_eq!((status, &media["state"], &media["type"]), (201, &json!("stored"), &json!("image")), "{media}");
    let (status, refused) = upload(&format!("{query}&type=video"), "image/png", "x");
    assert_eq!((status, &refused["errors"][0]["code"]), (400, &json!("wrong_media_type")), "{refused}");
    let (status, refused) = upload(&format!("{query}&type=sticker"), "image/webp", &"x".repeat(600 * 1024));
    assert_eq!((status, &refused["code"]), (413, &json!("body_too_large")), "{refused}");
    let text = w.send(&ana, "antes");
    let image = json!({"contact_id": ana, "image": {"media_id": media["id"], "caption": "Mira"}});
    let (status, message) = w.post("/api/v1/messages", image);
    assert_eq!(status, 201, "{message}");
    let id = message["id"].as_str().unwrap();
    let after = w.send(&ana, "después");
    w.is_one_of(&after, &["sent"]);
    w.is_one_of(id, &["sent"]);
    assert_eq!(w.status(&text), "sent");
    let sent = w.simulator.sent();
    assert_eq!(sent.iter().map(|sent| sent.kind.as_str()).collect::<Vec<_>>(), ["text", "image", "text"]);
    assert_eq!(sent[1].body["image"]["caption"], "Mira");
    let shown = w.message(id);
    assert_eq!(shown["attachments"][0]["id"], media["id"], "{shown}");
    let url = shown["attachments"][0]["url"].as_str().unwrap();
    let headers = [("x-api-key", w.key.as_str())];
    assert_eq!(w.server().call("GET", url, &headers, ""), (200, bytes.clone()));
    let ranged = [("x-api-key", w.key.as_str()), ("range", "bytes=4-9")];
    assert_eq!(w.server().call("GET", url, &ranged, ""), (206, bytes[4..10].to_owned()));
    assert_eq!(w.server().call("GET", url, &[], "").0, 401);
}

/// A picture of this channel's; its id.
fn picture(w: &World) -> String {
    let headers = [("x-api-key", w.key.as_str()), ("content-type", "image/png")];
    let path = format!("/api/v1/media?channel_id={}&file_name=foto.png", w.channel);
    let (status, media) = w.server().call("POST", &path, &headers, "bytes of a picture");
    assert_eq!(status, 201, "{media}");
    serde_json::from_str::<Value>(&media).unwrap()["id"].as_str().unwrap().to_owned()
}

fn send_picture(w: &World, contact: &str, media: &str) -> String {
    let (status, message) = w.post("/api/v1/messages", json!({"contact_id": contact, "image": {"media_id": media}}));
    assert_eq!(status, 201, "{message}");
    message["id"].as_str().unwrap().to_owned()
}

fn uploads(w: &World) -> usize {
    w.simulator.requests().iter().filter(|request| request.about == "media" && request.method == "POST").count()
}

#[test]
fn a_file_that_is_not_taken_is_an_error_of_its_message_and_its_channel() {
    let w = World::new();
    let ana = w.person("+56955500001");
    let media = picture(&w);
    // Like a message: a dead token stops the channel, and is said.
    w.fault(On::MediaUpload, None, Trouble::Error(190));
    let first = send_picture(&w, &ana, &media);
    w.until("the channel needs a token", || w.channel_status() == "needs_token");
    w.until("the message says why", || w.message(&first)["error"]["code"] == "190");
    assert_eq!((w.status(&first).as_str(), uploads(&w)), ("queued", 1));
    // What this file alone may be too much for is tried again, and never sent unless it is there.
    w.simulator.clear_faults();
    w.fault(On::MediaUpload, Some(1), Trouble::Http(413));
    let path = format!("/api/v1/channels/{}", w.channel);
    let body = json!({"access_token": defaults::ACCESS_TOKEN}).to_string();
    let headers = [("x-api-key", w.key.as_str()), ("content-type", "application/json")];
    assert_eq!(w.server().call("PATCH", &path, &headers, &body).0, 200);
    w.is_one_of(&first, &["sent"]);
    assert_eq!(uploads(&w), 3);
    // What never can be taken fails at once, with its advice, and lets the person's next go.
    w.fault(On::MediaUpload, Some(1), Trouble::Error(131_053));
    let other = picture(&w);
    let lost = send_picture(&w, &ana, &other);
    let next = w.send(&ana, "después");
    w.is_one_of(&next, &["sent"]);
    let lost = w.message(&lost);
    assert_eq!((&lost["status"], &lost["error"]["code"]), (&json!("failed"), &json!("131053")), "{lost}");
    assert!(lost["error"]["advice"].is_string(), "{lost}");
}

#[test]
fn a_file_for_many_people_is_brought_once_and_what_comes_of_it_is_everybodys() {
    let w = World::new();
    let people: Vec<String> = (10..22).map(|n| w.person(&format!("+569555000{n}"))).collect();
    let media = picture(&w);
    w.fault(On::MediaUpload, Some(1), Trouble::Delay(1500));
    let ids: Vec<String> = people.iter().map(|person| send_picture(&w, person, &media)).collect();
    for id in &ids {
        w.is_one_of(id, &["sent"]);
    }
    assert_eq!((uploads(&w), w.simulator.sent().len()), (1, people.len()));
    // The same of a failure.
    let media = picture(&w);
    w.fault(On::MediaUpload, None, Trouble::Error(131_053));
    w.simulator.turn(|knobs| knobs.latency_ms = 1500).unwrap();
    let ids: Vec<String> = people.iter().map(|person| send_picture(&w, person, &media)).collect();
    for id in &ids {
        w.is_one_of(id, &["failed"]);
    }
    assert!(uploads(&w) < people.len(), "{} uploads", uploads(&w));
}

#[test]
fn templates_come_page_by_page_and_are_checked_before_they_go() {
    let w = World::new();
    for n in 0..3 {
        let components = json!([{"type": "BODY", "text": "Hola {{1}}, tu pedido {{2}} va en camino.",
                                 "example": {"body_text": [["Ana", "77"]]}}]);
        let (status, made) = w.post(
            "/api/v1/templates",
            json!({"channel_id": w.channel, "name": format!("pedido_{n}"), "language": "es", "category": "UTILITY",
                   "components": components}),
        );
        assert_eq!(status, 201, "{made}");
    }
    let sync = || {
        let (status, done) = w.post("/api/v1/templates/sync", json!({"channel_id": w.channel}));
        assert_eq!(status, 200, "{done}");
    };
    let approved = || {
        sync();
        let list = w.get("/api/v1/templates?status=APPROVED&name=pedido_1");
        list["data"].as_array().unwrap().len() == 1
    };
    w.until("the templates are approved", approved);
    let template = |variables: Value| json!({"phone": "+56955500009", "channel_id": w.channel, "template": {"name": "pedido_1", "variables": variables}});
    let (status, refused) = w.post("/api/v1/messages", template(json!(["Ana"])));
    assert_eq!(status, 400, "{refused}");
    assert_eq!(refused["errors"][0]["pointer"], "/template/variables/1");
    assert_eq!(refused["errors"][0]["code"], "missing_variable");
    let (status, queued) = w.post("/api/v1/messages", template(json!(["Ana", "77"])));
    assert_eq!((status, &queued["body"]), (201, &json!("Hola Ana, tu pedido 77 va en camino.")), "{queued}");
    w.is_one_of(queued["id"].as_str().unwrap(), &["sent"]);
    let sent = w.runtime.block_on(w.simulator.wait_for_sent(1, PATIENCE)).unwrap();
    assert_eq!(sent[0].body["template"]["components"][0]["parameters"][1]["text"], "77");
}

#[test]
fn a_check_says_what_is_wrong() {
    let w = World::new();
    let check = || {
        let (status, check) = w.post(&format!("/api/v1/channels/{}/check", w.channel), json!({}));
        assert_eq!((status, &check["live"]), (200, &json!(true)), "{check}");
        check["problems"]
            .as_array()
            .unwrap()
            .iter()
            .map(|problem| problem["code"].as_str().unwrap().to_owned())
            .collect()
    };
    let codes: Vec<String> = check();
    assert_eq!(codes, [""; 0]);
    w.fault(On::Anything, None, Trouble::Error(190));
    let codes: Vec<String> = check();
    assert_eq!(codes, ["token_expired"]);
    assert_eq!(w.channel_status(), "needs_token");
    w.simulator.clear_faults();
    w.fault(On::Anything, None, Trouble::Error(200));
    let codes: Vec<String> = check();
    assert_eq!(codes, ["permission_missing"]);
    w.simulator.clear_faults();
    let codes: Vec<String> = check();
    assert_eq!(codes, [""; 0]);
    assert_eq!(w.channel_status(), "connected");
}
