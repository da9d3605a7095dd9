//! Killed under load: what was answered is there, nothing is half there, and a retry doubles nothing.
//!
//! The program runs as a process of its own, 16 connections push work in, the process gets SIGKILL at a random instant,
//! starts again on the same data, and everything is counted. `RECADO_KILLS` says how often (6).

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "all of this is tests")]

#[expect(dead_code, reason = "the tests of the HTTP surface use more of it")]
#[path = "../../api/tests/http/client.rs"]
mod client;
#[path = "kill/decisions.rs"]
mod decisions;
#[path = "kill/retention.rs"]
mod retention;
#[path = "kill/scheduled.rs"]
mod scheduled;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use client::Reply;
use serde_json::{Value, json};
use store::testing::{Fresh, fresh_postgres};
use store::{Db, Priority, SqliteOptions, params};

const CONNECTIONS: u64 = 16;
const UPSERT: &str = "/api/public/customer/upsert/info";
const NUMBER: &str = "+56223456789";
/// How many requests are answered before a kill, whatever the machine: some are then under way.
const LOAD: std::ops::Range<u64> = 20..400;

/// The program over one database.
struct Program {
    child: Child,
    address: SocketAddr,
}

/// Where the data is: a directory, or a directory and a PostgreSQL.
struct Data {
    directory: tempfile::TempDir,
    postgres: Option<Fresh>,
}

impl Data {
    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_recado"));
        command.arg(name).arg("--data-dir").arg(self.directory.path());
        command.env("RECADO_LOG", "error").env("RECADO_EVENT_RATE_LIMIT", "1000000/s");
        for variable in ["RECADO_DATABASE_URL", "RECADO_CONFIG", "RECADO_RATE_LIMIT"] {
            command.env_remove(variable);
        }
        if let Some(postgres) = &self.postgres {
            command.args(["--database-url", postgres.url()]);
        }
        command
    }

    /// Looks at the database itself. A SQLite file is opened for this only, so that the program, when it starts again,
    /// is the first to find what the kill left.
    fn look(&self, at: impl FnOnce(&Db)) {
        match &self.postgres {
            Some(postgres) => at(&postgres.db()),
            None => {
                let db = Db::open_sqlite(&self.directory.path().join("recado.db"), SqliteOptions::default()).unwrap();
                at(&db);
                db.close();
            }
        }
    }

    fn init(&self) -> Value {
        let output = self
            .command("init")
            .args(["--organization", "Tienda", "--country", "CL", "--owner-email", "ana@example.com"])
            .args(["--owner-password", "contraseña larga", "--json"])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn serve(&self) -> Program {
        let mut child = self.command("serve").args(["--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = loop {
            let line = lines.next().expect("the program ended before it answered").unwrap();
            if let Some((_, address)) = line.split_once("http://") {
                break address.trim().trim_end_matches('/').parse().unwrap();
            }
        };
        // The pipe stays open for as long as the program writes to it.
        thread::spawn(move || lines.for_each(drop));
        Program { child, address }
    }
}

/// A killed process holds its files, the lock of its directory among them, until the kernel has taken it apart.
fn until_gone(pid: u32) {
    let gone = || {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        // After the name in brackets: a zombie waits for its parent, and holds nothing once its other threads have ended too.
        let ended =
            stat.rsplit(')').next().is_none_or(|rest| rest.is_empty() || rest.trim_start().starts_with(['Z', 'X']));
        ended && std::fs::read_dir(format!("/proc/{pid}/task")).map_or(0, Iterator::count) <= 1
    };
    let until = Instant::now() + Duration::from_secs(30);
    while !gone() {
        assert!(Instant::now() < until, "{pid} does not end");
        thread::sleep(Duration::from_millis(10));
    }
}

impl Program {
    fn kill(mut self) {
        // SIGKILL, on Unix.
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One request, as it may be repeated.
#[derive(Clone, Debug)]
struct Sent {
    path: String,
    body: Value,
    idempotency: Option<String>,
}

/// Signs what Meta's servers post.
const SECRET: &str = "f0e1d2c3b4a5968778695a4b3c2d1e0f";
const PHONE_ID: &str = "106540352242922";

impl Sent {
    fn to(&self, address: SocketAddr, key: &str) -> std::io::Result<Reply> {
        let mut headers = vec![("x-api-key", key), ("content-type", "application/json")];
        if let Some(idempotency) = &self.idempotency {
            headers.push(("idempotency-key", idempotency));
        }
        let body = self.body.to_string();
        let signature = providers::whatsapp_cloud::sign(SECRET, body.as_bytes());
        if self.is_hook() {
            headers = vec![("x-hub-signature-256", signature.as_str())];
        }
        client::send(address, "POST", &self.path, &headers, Some(body.as_bytes()))
    }

    fn is_hook(&self) -> bool {
        self.path.starts_with("/hooks/")
    }

    /// Provider's ids of the messages of a hook's payload.
    fn messages(&self) -> Vec<String> {
        let found = self.body.pointer("/entry/0/changes/0/value/messages").and_then(Value::as_array);
        found.into_iter().flatten().map(|message| message["id"].as_str().unwrap().to_owned()).collect()
    }
}

/// Everything that was sent, with its answer where there was one.
#[derive(Default)]
struct Ledger {
    answered: Vec<(Sent, Reply)>,
    /// Sent, and the connection broke: done or not.
    open: Vec<Sent>,
}

/// What the load works with.
struct World {
    key: String,
    stages: Vec<String>,
    agent: String,
    /// Where Meta posts to.
    hook: String,
}

/// The n-th request of a run: upserts with a ticket, notes under a key, events, and three messages of two people from Meta.
fn request(n: u64, world: &World) -> Sent {
    let World { stages, agent, .. } = world;
    let upsert_path = || UPSERT.to_owned();
    let phone = |n: u64| format!("+5695{:07}", n % 10_000_000);
    let keyed = |n: u64| Some(format!("key-{n}"));
    let upsert =
        |n: u64| json!({"channel": "playground", "channel_phone_number": NUMBER, "contact_phone_number": phone(n)});
    match n % 5 {
        0 => {
            let mut body = upsert(n);
            body["contact_name"] = json!(format!("Persona {n}"));
            body["stageId"] = json!(stages[(n / 5 % 2) as usize]);
            body["agentId"] = json!(agent);
            body["meta_data"] = json!({"pedido": n, "ciudad": "Osorno"});
            Sent { path: upsert_path(), body, idempotency: None }
        }
        1 => {
            // Not natural to repeat: a note more each time, if it were not for the key.
            let mut body = upsert(n - 1);
            body["note"] = json!(format!("nota {n}"));
            Sent { path: upsert_path(), body, idempotency: keyed(n) }
        }
        2 => {
            let mut body = upsert(n);
            body["stageId"] = json!(stages[0]);
            body["note"] = json!(format!("nota {n}"));
            Sent { path: upsert_path(), body, idempotency: keyed(n) }
        }
        3 => {
            let body = json!({"event": format!("evento {n}"), "properties": {"n": n}, "contact": {"phone": phone(n)},
                              "channel": {"channelPhone": NUMBER}});
            Sent { path: "/api/v1/events".to_owned(), body, idempotency: keyed(n) }
        }
        _ => {
            let message = |person: u64, id: u64| {
                json!({"from": format!("56961{person:06}"), "id": format!("wamid.{n}.{id}"), "timestamp": "1764158400",
                       "type": "text", "text": {"body": format!("mensaje {n}.{id}")}})
            };
            let value = json!({"metadata": {"phone_number_id": PHONE_ID},
                               "messages": [message(n, 0), message(n + 1, 1), message(n, 2)]});
            let body = json!({"object": "whatsapp_business_account",
                              "entry": [{"id": "102290129340398", "changes": [{"field": "messages", "value": value}]}]});
            Sent { path: world.hook.clone(), body, idempotency: None }
        }
    }
}

fn load(program: &Program, world: &World, next: &AtomicU64, ledger: &Mutex<Ledger>, stop: &AtomicBool) {
    let address = program.address;
    thread::scope(|scope| {
        for _ in 0..CONNECTIONS {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let sent = request(next.fetch_add(1, Ordering::Relaxed), world);
                    let reply = sent.to(address, &world.key);
                    let mut ledger = ledger.lock().unwrap();
                    match reply {
                        Ok(reply) => {
                            // 503: refused while too much waits.
                            assert!(reply.status < 300 || reply.status == 503, "{}", reply.text());
                            if reply.status < 300 {
                                ledger.answered.push((sent, reply));
                            }
                        }
                        Err(_) => {
                            ledger.open.push(sent);
                            return;
                        }
                    }
                }
            });
        }
    });
}

fn number(db: &Db, sql: &'static str) -> i64 {
    let read = move |tx: &mut store::Tx<'_>| -> Result<i64, store::Error> { tx.query_one(sql, params![])?.at(0) };
    db.read_blocking(Priority::Interactive, read).unwrap()
}

/// What must be nowhere: each of these counts is 0.
const NOWHERE: &[(&str, &str)] = &[
    ("a contact without its customer",
     "SELECT count(*) AS n FROM contacts c WHERE NOT EXISTS
        (SELECT 1 FROM customers k WHERE k.organization_id = c.organization_id AND k.id = c.customer_id)"),
    ("a customer without a contact",
     "SELECT count(*) AS n FROM customers k WHERE NOT EXISTS
        (SELECT 1 FROM contacts c WHERE c.organization_id = k.organization_id AND c.customer_id = k.id)"),
    ("a contact without its identifier",
     "SELECT count(*) AS n FROM contacts c WHERE NOT EXISTS (SELECT 1 FROM contact_identifiers i
        WHERE i.organization_id = c.organization_id AND i.contact_id = c.id AND i.value = c.phone)"),
    ("an identifier without its contact",
     "SELECT count(*) AS n FROM contact_identifiers i WHERE NOT EXISTS
        (SELECT 1 FROM contacts c WHERE c.organization_id = i.organization_id AND c.id = i.contact_id)"),
    ("an identifier without its customer",
     "SELECT count(*) AS n FROM customer_identifiers i WHERE NOT EXISTS
        (SELECT 1 FROM customers k WHERE k.organization_id = i.organization_id AND k.id = i.customer_id)"),
    ("a contact without exactly one event of its making",
     "SELECT count(*) AS n FROM contacts c WHERE (SELECT count(*) FROM events e
        WHERE e.organization_id = c.organization_id AND e.contact_id = c.id AND e.topic = 'contact.created') <> 1"),
    ("an event of a contact that is not there",
     "SELECT count(*) AS n FROM events e WHERE e.contact_id IS NOT NULL AND NOT EXISTS
        (SELECT 1 FROM contacts c WHERE c.organization_id = e.organization_id AND c.id = e.contact_id)"),
    ("a ticket without exactly one event of its opening",
     "SELECT count(*) AS n FROM tickets t WHERE (SELECT count(*) FROM events e WHERE e.organization_id = t.organization_id
        AND e.contact_id = t.contact_id AND e.ticket_id = t.id AND e.topic = 'ticket.created') <> 1"),
    ("a contact in another stage than its ticket",
     "SELECT count(*) AS n FROM contacts c JOIN tickets t ON t.organization_id = c.organization_id AND t.contact_id = c.id
      WHERE t.stage_id <> c.stage_id"),
    ("a contact with two open tickets",
     "SELECT count(*) AS n FROM
        (SELECT contact_id FROM tickets WHERE status = 'open' GROUP BY contact_id HAVING count(*) > 1) AS twice"),
    ("a remembered answer without a body", "SELECT count(*) AS n FROM idempotency WHERE status = 0 OR length(body) = 0"),
    ("a message that would be sent", "SELECT count(*) AS n FROM messages WHERE direction = 'outbound'"),
    ("a message of a hook without its ticket",
     "SELECT count(*) AS n FROM messages WHERE direction = 'inbound' AND ticket_id IS NULL"),
    ("a message of a hook with another person",
     "SELECT count(*) AS n FROM messages m WHERE direction = 'inbound' AND NOT EXISTS (SELECT 1 FROM tickets t
        WHERE t.organization_id = m.organization_id AND t.id = m.ticket_id AND t.contact_id = m.contact_id)"),
];

/// How often each effect is there, by what tells it apart.
fn effects(db: &Db, sql: &'static str) -> BTreeMap<String, i64> {
    let read = move |tx: &mut store::Tx<'_>| -> Result<BTreeMap<String, i64>, store::Error> {
        let mut found = BTreeMap::new();
        for row in tx.query(sql, params![])? {
            *found.entry(row.at::<String>(0)?).or_insert(0) += 1;
        }
        Ok(found)
    };
    db.read_blocking(Priority::Interactive, read).unwrap()
}

/// The same of a member of an event's data.
fn told(db: &Db, sql: &'static str, member: &str) -> BTreeMap<String, i64> {
    let mut found = BTreeMap::new();
    for (data, times) in effects(db, sql) {
        let data: Value = serde_json::from_str(&data).unwrap();
        *found.entry(data[member].as_str().unwrap().to_owned()).or_insert(0) += times;
    }
    found
}

fn verify(db: &Db, ledger: &Ledger, kills: usize) {
    for (what, sql) in NOWHERE {
        assert_eq!(number(db, sql), 0, "after kill {kills}: {what}");
    }
    let contacts = effects(db, "SELECT phone FROM contacts");
    let notes = effects(db, "SELECT body FROM messages WHERE direction = 'note'");
    let notes_told = told(db, "SELECT data FROM events WHERE topic = 'note.created'", "text");
    let keys = effects(db, "SELECT key FROM idempotency");
    let tickets = effects(
        db,
        "SELECT c.phone FROM tickets t JOIN contacts c ON c.organization_id = t.organization_id AND c.id = t.contact_id",
    );
    let events = told(db, "SELECT data FROM events WHERE topic = 'event.tracked'", "event");
    assert_eq!(notes, notes_told, "after kill {kills}: each note has its event, and the other way round");
    for (what, found) in [("contact", &contacts), ("note", &notes), ("ticket", &tickets), ("event", &events)] {
        assert!(found.values().all(|times| *times == 1), "after kill {kills}: a {what} is there twice");
    }
    let messages = effects(db, "SELECT provider_id FROM messages WHERE direction = 'inbound'");
    let received = effects(db, "SELECT data FROM events WHERE topic = 'message.received'");
    assert_eq!(messages.len(), received.len(), "after kill {kills}: each message has its event");
    assert!(messages.values().all(|times| *times == 1), "after kill {kills}: a message is there twice");
    for (sent, reply) in &ledger.answered {
        if sent.is_hook() {
            let there = sent.messages().iter().all(|id| messages.contains_key(id));
            assert!(there, "after kill {kills}: answered {} and lost: {sent:?}", reply.status);
            continue;
        }
        let phone = sent.body["contact_phone_number"].as_str().or(sent.body["contact"]["phone"].as_str()).unwrap();
        let mut there = contacts.contains_key(phone);
        there &= sent.body["note"].as_str().is_none_or(|note| notes.contains_key(note));
        there &= sent.body["stageId"].is_null() || tickets.contains_key(phone);
        there &= sent.body["event"].as_str().is_none_or(|event| events.contains_key(event));
        there &= sent.idempotency.as_ref().is_none_or(|key| keys.contains_key(key));
        assert!(there, "after kill {kills}: answered {} and lost: {sent:?}", reply.status);
    }
    // What the keys remember has its effect, and what has an effect under a key is remembered.
    let effect = |n: &str| notes.contains_key(&format!("nota {n}")) || events.contains_key(&format!("evento {n}"));
    for key in keys.keys() {
        assert!(
            effect(key.trim_start_matches("key-")),
            "after kill {kills}: {key} is remembered, its effect is not there"
        );
    }
    for done in notes.keys().chain(events.keys()) {
        let key = format!("key-{}", done.rsplit(' ').next().unwrap());
        assert!(keys.contains_key(&key), "after kill {kills}: {done} is there, {key} is not");
    }
}

fn kills(data: &Data) {
    let times: usize =
        std::env::var("RECADO_KILLS").ok().map_or(6, |text| text.parse().expect("RECADO_KILLS is a number"));
    let made = data.init();
    let key = made["api_key"].as_str().unwrap().to_owned();
    let agent = made["owner_id"].as_str().unwrap().to_owned();
    let first = data.serve();
    let channel = json!({"type": "playground", "name": "Pruebas", "phone_number": NUMBER});
    let open = |body: Value| {
        let opened =
            Sent { path: "/api/v1/channels".to_owned(), body, idempotency: None }.to(first.address, &key).unwrap();
        assert_eq!(opened.status, 201, "{}", opened.text());
        opened.json()
    };
    open(channel);
    let channel = open(json!({"type": "whatsapp", "name": "Ventas", "phone_number": "+56911112222",
                              "phone_number_id": PHONE_ID, "waba_id": "102290129340398", "access_token": "token",
                              "app_secret": SECRET, "verify_token": "verify", "graph_base_url": "http://127.0.0.1:9"}));
    let channel = channel["id"].as_str().or(channel["channel"]["id"].as_str()).unwrap();
    let hook = format!("/hooks/whatsapp/{channel}");
    let headers = [("x-api-key", key.as_str())];
    let boards = client::send(first.address, "GET", "/api/public/pipeline", &headers, None).unwrap().json();
    let stages: Vec<String> =
        boards[0]["stages"].as_array().unwrap().iter().map(|stage| stage["id"].as_str().unwrap().to_owned()).collect();
    let world = World { key: key.clone(), stages, agent, hook };
    let mut program = first;
    let (next, ledger) = (AtomicU64::new(0), Mutex::new(Ledger::default()));
    let started = Instant::now();
    for kill in 1..=times {
        let stop = AtomicBool::new(false);
        let more = LOAD.start + random_bits() % (LOAD.end - LOAD.start);
        let enough = ledger.lock().unwrap().answered.len() as u64 + more;
        program = thread::scope(|scope| {
            let pushing = scope.spawn(|| load(&program, &world, &next, &ledger, &stop));
            let until = Instant::now() + Duration::from_secs(60);
            while (ledger.lock().unwrap().answered.len() as u64) < enough && Instant::now() < until {
                thread::sleep(Duration::from_millis(1));
            }
            let pid = program.child.id();
            // The load holds on to the program; the kill goes by its id.
            let killed = Command::new("kill").args(["-KILL", &pid.to_string()]).status().unwrap();
            assert!(killed.success());
            stop.store(true, Ordering::Relaxed);
            pushing.join().unwrap();
            until_gone(pid);
            data.serve()
        });
        let mut ledger = ledger.lock().unwrap();
        data.look(|db| verify(db, &ledger, kill));
        // Everything without an answer again, and a part of what had one: nothing doubles.
        let before = ledger.answered.len();
        let open = std::mem::take(&mut ledger.open);
        for sent in open {
            let reply = sent.to(program.address, &key).unwrap();
            assert!(reply.status < 300, "{}", reply.text());
            ledger.answered.push((sent, reply));
        }
        let again: Vec<(Sent, Reply)> = ledger.answered[..before].iter().rev().take(20).cloned().collect();
        for (sent, reply) in again.iter().filter(|(sent, _)| sent.idempotency.is_some()) {
            let repeated = sent.to(program.address, &key).unwrap();
            assert_eq!((repeated.status, &repeated.body), (reply.status, &reply.body), "after kill {kill}: {sent:?}");
            assert_eq!(repeated.header("idempotency-replayed"), Some("true"));
        }
        data.look(|db| verify(db, &ledger, kill));
    }
    let answered = ledger.lock().unwrap().answered.len();
    assert!(answered >= times * 20, "only {answered} requests were answered; the load is no load");
    let seconds = started.elapsed().as_secs();
    data.look(|db| {
        eprintln!("{:?}: {times} kills, {answered} answered, none lost, none doubled, {seconds} s", db.engine())
    });
    program.kill();
}

/// Some random bits; tests need no more.
fn random_bits() -> u64 {
    use std::hash::{BuildHasher, Hasher};
    std::collections::hash_map::RandomState::new().build_hasher().finish()
}

#[test]
fn killed_under_load_sqlite() {
    kills(&Data { directory: tempfile::tempdir().unwrap(), postgres: None });
}

#[test]
fn killed_under_load_postgres() {
    kills(&Data { directory: tempfile::tempdir().unwrap(), postgres: Some(fresh_postgres()) });
}
