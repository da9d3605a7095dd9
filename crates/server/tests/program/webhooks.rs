//! Events flow to a receiver while the program is killed, again and again: each arrives, always with the same body.

use std::collections::{HashMap, HashSet};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::world::{Server, init};

const NUMBER: &str = "+56223456789";
const SENDERS: usize = 4;
/// How long it runs before a kill, in milliseconds.
const RUNS: std::ops::Range<u64> = 150..700;
/// The last ones arrive once their tries, cut off by a kill, are made again.
const PATIENCE: Duration = Duration::from_secs(120);

/// Every body that came, by its `webhook-id`.
type Received = Arc<Mutex<HashMap<String, HashSet<String>>>>;

#[test]
fn each_event_arrives_with_one_body_however_often_the_server_is_killed() {
    flow(150, 4);
}

#[test]
#[ignore = "a soak: cargo nextest run --run-ignored only"]
fn ten_thousand_events_and_fifty_kills() {
    flow(10_000, 50);
}

fn flow(events: usize, kills: usize) {
    let directory = tempfile::tempdir().unwrap();
    let key = init(directory.path());
    let (url, received) = receiver();
    let server = serve(directory.path());
    let headers = [("x-api-key", key.as_str()), ("content-type", "application/json")];
    let make = |path: &str, body: Value| {
        let (status, answer) = server.call("POST", path, &headers, &body.to_string());
        assert_eq!(status, 201, "{answer}");
    };
    make("/api/v1/channels", json!({"type": "playground", "name": "Pruebas", "phone_number": NUMBER}));
    make("/api/webhooks", json!({"url": url, "topics": ["event.tracked"]}));
    let address = Arc::new(Mutex::new(server.address.clone()));
    let acknowledged = Arc::new(Mutex::new(Vec::new()));
    let enough = Arc::new(AtomicBool::new(false));
    let senders: Vec<_> = (0..SENDERS)
        .map(|n| {
            let (key, address, acknowledged, enough) =
                (key.clone(), address.clone(), acknowledged.clone(), enough.clone());
            thread::spawn(move || {
                let mut count = 0;
                while !enough.load(Ordering::SeqCst) {
                    let to = address.lock().unwrap().clone();
                    match track(&to, &key, &format!("{n}-{count}")) {
                        Some(id) => acknowledged.lock().unwrap().push(id),
                        None => thread::sleep(Duration::from_millis(10)),
                    }
                    count += 1;
                    // So that the kills spread over them.
                    thread::sleep(Duration::from_millis(5));
                }
            })
        })
        .collect();
    let mut server = server;
    let (mut killed, mut chance) = (0, std::process::id() as u64);
    loop {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        thread::sleep(Duration::from_millis(RUNS.start + (chance >> 33) % (RUNS.end - RUNS.start)));
        if killed >= kills && acknowledged.lock().unwrap().len() >= events {
            break;
        }
        // SIGKILL, on Unix.
        server.child.kill().unwrap();
        server.child.wait().unwrap();
        killed += 1;
        server = serve(directory.path());
        *address.lock().unwrap() = server.address.clone();
    }
    enough.store(true, Ordering::SeqCst);
    senders.into_iter().for_each(|sender| sender.join().unwrap());
    let acknowledged = acknowledged.lock().unwrap().clone();
    let until = Instant::now() + PATIENCE;
    loop {
        let missing = {
            let received = received.lock().unwrap();
            acknowledged.iter().filter(|id| !received.contains_key(*id)).count()
        };
        if missing == 0 {
            break;
        }
        assert!(Instant::now() < until, "{missing} of {} never arrived", acknowledged.len());
        thread::sleep(Duration::from_millis(50));
    }
    let received = received.lock().unwrap();
    assert!(received.values().all(|bodies| bodies.len() == 1), "an id came with two bodies");
    eprintln!("{} events acknowledged, {} received, {killed} kills", acknowledged.len(), received.len());
    drop(received);
    server.stop();
}

fn serve(data_dir: &Path) -> Server {
    Server::start(data_dir, &["--webhooks-allow", "127.0.0.0/8", "--event-rate-limit", "1000000/s"])
}

/// The id of the event, if it was acknowledged.
fn track(address: &str, key: &str, name: &str) -> Option<String> {
    let body = json!({"event": name, "properties": {"n": 1}, "contact": {"phone": "+56955501234"}, "channel": {"channelPhone": NUMBER}})
        .to_string();
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
    let request = format!(
        "POST /api/v1/events HTTP/1.1\r\nhost: {address}\r\nx-api-key: {key}\r\ncontent-type: application/json\r\n\
         connection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let answer: Value = serde_json::from_str(body).ok()?;
    head.starts_with("HTTP/1.1 202").then(|| answer["id"].as_str().map(str::to_owned)).flatten()
}

fn receiver() -> (String, Received) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let received = Received::default();
    let kept = received.clone();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let kept = kept.clone();
            // Ends when the other side does, in the midst of a request or not.
            thread::spawn(move || while take(&stream, &kept).is_ok() {});
        }
    });
    (url, received)
}

fn take(mut stream: &TcpStream, kept: &Mutex<HashMap<String, HashSet<String>>>) -> std::io::Result<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let header = |name: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(known, _)| *known == name).map_or("", |(_, value)| value).to_owned()
    };
    let mut body = vec![0; header("content-length").parse().unwrap_or(0)];
    stream.read_exact(&mut body)?;
    kept.lock().unwrap().entry(header("webhook-id")).or_default().insert(String::from_utf8(body).unwrap());
    stream.write_all(b"HTTP/1.1 204 x\r\ncontent-length: 0\r\n\r\n")
}
