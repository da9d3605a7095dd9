//! A WhatsApp number of the simulator's behind one program or two: what people send arrives with its files, and a program that is
//! killed in the midst of sending is followed by the other.

use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use recado_simulator::config::defaults;
use recado_simulator::{Config, Inbound, Simulator};
use serde_json::{Value, json};
use store::testing::fresh_postgres;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::world::{Server, recado, text};

/// Longer than a lease lasts.
const PATIENCE: Duration = Duration::from_secs(120);

fn until(what: &str, mut done: impl FnMut() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !done() {
        assert!(Instant::now() < until, "waited in vain for: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Meta, and the number's channel in Recado.
struct Number {
    simulator: Arc<Simulator>,
    runtime: Runtime,
    directory: TempDir,
    /// None: the embedded database.
    database_url: Option<String>,
    key: String,
}

impl Number {
    fn new(database_url: Option<&str>) -> Number {
        let runtime = Runtime::new().unwrap();
        let simulator = runtime.block_on(Simulator::start(Config { seed: 7, ..Config::default() })).unwrap();
        let mut number = Number {
            simulator: Arc::new(simulator),
            runtime,
            directory: tempfile::tempdir().unwrap(),
            database_url: database_url.map(str::to_owned),
            key: String::new(),
        };
        let arguments = ["--organization", "Óptica Sol", "--country", "CL", "--owner-email", "ana@example.com"];
        let more = ["--owner-password", "correct horse", "--json"];
        let printed = number.program("init", "a").args(arguments).args(more).output().unwrap();
        assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
        let printed: Value = serde_json::from_slice(&printed.stdout).unwrap();
        number.key = printed["api_key"].as_str().unwrap().to_owned();
        number
    }

    /// The program on a node's own directory, with the key that all nodes share.
    fn program(&self, command: &str, node: &str) -> Command {
        let directory = self.directory.path().join(node);
        let mut program = recado(&[command, "--data-dir", text(&directory), "--log", "warn"]);
        program.env("RECADO_SECRET_KEY", "07".repeat(32)).env("RECADO_OUTBOUND_ALLOW", "127.0.0.0/8");
        program.env("RECADO_WHATSAPP_CALLS", "true");
        if let Some(url) = &self.database_url {
            program.env("RECADO_DATABASE_URL", url);
        }
        program
    }

    fn serve(&self, node: &str) -> Server {
        Server::spawn(self.program("serve", node).args(["--listen", "127.0.0.1:0"]))
    }

    /// Its channel; the simulator's webhooks go to this server from now on.
    fn open(&self, server: &Server) -> String {
        let made = server.post(
            "/api/v1/channels",
            &self.key,
            &json!({"type": "whatsapp", "name": "Nube", "phone_number": "+15550001000", "phone_number_id": defaults::PHONE_NUMBER_ID,
                    "waba_id": defaults::WABA_ID, "access_token": defaults::ACCESS_TOKEN, "app_secret": defaults::APP_SECRET,
                    "verify_token": defaults::VERIFY_TOKEN, "graph_base_url": self.simulator.url()}),
        );
        assert_eq!((made.0, &made.1["check"]["live"]), (201, &json!(true)), "{}", made.1);
        let channel = made.1["id"].as_str().unwrap().to_owned();
        let hook = format!("http://{}/hooks/whatsapp/{channel}", server.address);
        self.simulator.set_webhook_url(Some(&hook)).unwrap();
        self.runtime.block_on(self.simulator.verify_webhook()).unwrap();
        channel
    }

    /// Somebody writes; the contact.
    fn writes(&self, server: &Server, message: Inbound) -> String {
        let phone = format!("+{}", message.from);
        self.simulator.inbound(message).unwrap();
        self.runtime.block_on(self.simulator.settled());
        let found = server.get(&format!("/api/public/contacts/search?phone={}", &phone[1..]), &self.key).1;
        found[0]["id"].as_str().unwrap_or_else(|| panic!("{phone} is not there: {found}")).to_owned()
    }

    fn messages(&self, server: &Server, contact: &str) -> Vec<Value> {
        let page = server.get(&format!("/api/v1/contacts/{contact}/messages?limit=100"), &self.key).1;
        page["data"].as_array().unwrap().clone()
    }
}

#[test]
fn a_file_that_somebody_sends_is_fetched_kept_and_served() {
    let number = Number::new(None);
    let server = number.serve("a");
    number.open(&server);
    let picture: Vec<u8> = (0..200_000_u32).map(|n| n.wrapping_mul(n) as u8).collect();
    let contact = number.writes(&server, Inbound::media("56955501234", "image", "image/jpeg", &picture));
    let attachment = |n: usize| number.messages(&server, &contact)[n]["attachments"][0].clone();
    until("the file is here", || attachment(0)["state"] == "stored");
    let shown = attachment(0);
    assert_eq!((&shown["type"], &shown["size"]), (&json!("image"), &json!(picture.len())), "{shown}");
    let curl = |range: Option<&str>| {
        let mut curl = Command::new("curl");
        curl.args(["-s", "-H", &format!("x-api-key: {}", number.key)]);
        if let Some(range) = range {
            curl.args(["-r", range]);
        }
        curl.arg(format!("http://{}{}", server.address, shown["url"].as_str().unwrap())).output().unwrap().stdout
    };
    assert!(curl(None) == picture, "what is served is what was sent");
    assert_eq!(curl(Some("7-10")), picture[7..=10]);
    // On disk, below the data directory, once.
    let media = number.directory.path().join("a/media");
    let find = Command::new("find").arg(&media).args(["-type", "f", "-size", "+100k"]).output().unwrap();
    let files: Vec<String> = String::from_utf8(find.stdout).unwrap().lines().map(str::to_owned).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    assert!(std::fs::read(&files[0]).unwrap() == picture);
    // One that WhatsApp does not find just now waits for another try, and is not the end of its message.
    let fault = json!({"on": "media_info", "then": {"http": 500}, "times": 1});
    number.simulator.fault(serde_json::from_value(fault).unwrap()).unwrap();
    let asked = number.simulator.requests().len();
    number.writes(&server, Inbound::media("56955501234", "document", "application/pdf", b"%PDF-1.4 x"));
    until("it was asked for", || number.simulator.requests().len() > asked);
    assert_eq!(attachment(1)["state"], "pending");
}

#[test]
fn whoever_was_read_is_told_one_or_many_and_nobody_waits_for_it() {
    let number = Number::new(None);
    let server = number.serve("a");
    number.open(&server);
    // For an hour WhatsApp answers no receipt.
    let fault = json!({"on": "receipts", "then": {"delay": 3_600_000}, "times": null});
    number.simulator.fault(serde_json::from_value(fault).unwrap()).unwrap();
    let people: Vec<String> =
        (1..=3).map(|n| number.writes(&server, Inbound::text(&format!("5695550000{n}"), "hola"))).collect();
    let receipts = || number.simulator.requests().iter().filter(|request| request.about == "receipt").count();
    let post = |path: &str, body: Value| {
        let (status, answer) = server.post(path, &number.key, &body);
        assert_eq!(status, 200, "{answer}");
    };
    post(&format!("/api/v1/conversations/{}/read", people[0]), json!({}));
    until("the one is told", || receipts() == 1);
    number.simulator.clear_faults();
    post("/api/v1/conversations/bulk", json!({"ids": people[1..], "action": "read"}));
    until("both are told", || receipts() == 3);
    // Nothing was unread: nobody is told again.
    post("/api/v1/conversations/bulk", json!({"ids": people, "action": "read"}));
    assert_eq!(receipts(), 3);
}

#[test]
fn a_node_that_is_killed_while_it_sends_is_followed_by_the_other() {
    let database = fresh_postgres();
    let number = Number::new(Some(database.url()));
    let first = number.serve("a");
    number.open(&first);
    let people: Vec<String> =
        (1..=4).map(|n| number.writes(&first, Inbound::text(&format!("5695550000{n}"), "hola"))).collect();
    // No answer comes before the kill, which so finds one call of each person under way and more behind them.
    number.simulator.turn(|knobs| knobs.latency_ms = 600_000).unwrap();
    // No status tells of them either.
    number.simulator.set_webhook_url(None).unwrap();
    let mut queued: Vec<(usize, String)> = Vec::new();
    for n in 0..4 {
        for (person, contact) in people.iter().enumerate() {
            let body = json!({"contact_id": contact, "text": format!("mensaje {n}")});
            let (status, message) = first.post("/api/v1/messages", &number.key, &body);
            assert_eq!(status, 201, "{message}");
            queued.push((person, message["id"].as_str().unwrap().to_owned()));
        }
    }
    until("the first sends", || number.simulator.attempts().len() == people.len());
    let second = number.serve("b");
    // SIGKILL: nothing is finished, nothing is given back.
    drop(first);
    let status = |id: &str| {
        let message = second.get(&format!("/api/v1/messages/{id}"), &number.key).1;
        message["status"].as_str().unwrap().to_owned()
    };
    number.simulator.turn(|knobs| knobs.latency_ms = 0).unwrap();
    // What was under way is visibly unknown: one of each person.
    let is_unknown = |id: &str| status(id) == "unknown";
    until("what was under way is unknown", || queued.iter().filter(|(_, id)| is_unknown(id)).count() == people.len());
    let unknown: Vec<&String> = queued.iter().map(|(_, id)| id).filter(|id| is_unknown(id)).collect();
    // Somebody decides about it, which lets the next go before the minute is over.
    for id in &unknown {
        let (code, gone) = second.post(&format!("/api/v1/messages/{id}/discard"), &number.key, &json!({}));
        assert_eq!(code, 200, "{gone}");
    }
    let done = |id: &str| matches!(status(id).as_str(), "sent" | "delivered" | "cancelled");
    until("the second has sent the rest", || queued.iter().all(|(_, id)| done(id)));
    let sent = number.simulator.sent();
    for (_, id) in &queued {
        let count = sent.iter().filter(|sent| sent.biz_opaque_callback_data.as_deref() == Some(id)).count();
        assert_eq!(count, 1, "{id} of the {} unknown and the rest", unknown.len());
    }
    for person in 0..people.len() {
        let to = format!("5695550000{}", person + 1);
        let arrived: Vec<&str> =
            sent.iter().filter(|sent| sent.to == to).map(|sent| sent.body["text"]["body"].as_str().unwrap()).collect();
        assert!(arrived.is_sorted(), "{to}: {arrived:?}");
    }
}
