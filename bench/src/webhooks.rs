//! Webhooks to a receiver on this machine: how many a second, alone and beside a receiver that never answers. The events
//! are there before: what is measured is queueing them (a replay), sending, signing, and writing down what came of it.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::Failure;
use crate::http::{Load, run};
use crate::program::Started;
use crate::report::Report;

const TOPIC: &str = "contact.created";
const PATIENCE: Duration = Duration::from_secs(120);
/// The dead receiver's tries have begun, and none of them has ended.
const UNTIL_IT_HANGS: Duration = Duration::from_secs(2);

pub async fn measure(binary: &Path, directory: &Path, report: &mut Report) -> Result<(), Failure> {
    let started = Started::new(binary, &directory.join("webhooks"))?;
    run(&started, &Load { connections: 64, duration: Duration::from_secs(2), first: 0 }).await?;
    let alone = rate(&started)?;
    report.row("webhooks to a fast receiver", format!("{alone:.0} deliveries/s"));
    let (url, _) = receiver(false)?;
    let dead = create(&started, &url)?;
    replay(&started, &dead)?;
    thread::sleep(UNTIL_IT_HANGS);
    let beside = rate(&started)?;
    report.row(
        "the same beside a receiver that never answers",
        format!("{beside:.0} deliveries/s ({:.2} ×)", beside / alone),
    );
    Ok(())
}

/// Deliveries a second of all events to a new webhook.
fn rate(started: &Started) -> Result<f64, Failure> {
    let (url, count) = receiver(true)?;
    let webhook = create(started, &url)?;
    let began = Instant::now();
    let queued = replay(started, &webhook)?;
    while count.load(Ordering::Relaxed) < queued {
        if began.elapsed() > PATIENCE {
            return Err(format!("{} of {queued} webhooks arrived", count.load(Ordering::Relaxed)).into());
        }
        thread::sleep(Duration::from_millis(5));
    }
    let took = began.elapsed();
    started.call("DELETE", &format!("/api/v1/webhooks/{webhook}"), None)?;
    Ok(queued as f64 / took.as_secs_f64())
}

fn create(started: &Started, url: &str) -> Result<String, Failure> {
    let made = started.call("POST", "/api/v1/webhooks", Some(&json!({"url": url, "topics": [TOPIC]})))?;
    Ok(made["id"].as_str().ok_or("no id")?.to_owned())
}

/// How many wait for it then.
fn replay(started: &Started, webhook: &str) -> Result<u64, Failure> {
    let (mut queued, mut after) = (0, json!(0));
    while !after.is_null() {
        let body = json!({"from": "2020-01-01T00:00:00Z", "to": "2100-01-01T00:00:00Z", "after": after});
        let replayed = started.call("POST", &format!("/api/v1/webhooks/{webhook}/replay"), Some(&body))?;
        queued += replayed["queued"].as_u64().ok_or("no number")?;
        after = replayed["next_after"].clone();
    }
    Ok(queued)
}

/// Takes requests, and answers them or does not; its address, and how many it took.
fn receiver(answers: bool) -> Result<(String, Arc<AtomicU64>), Failure> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}/", listener.local_addr()?);
    let count = Arc::new(AtomicU64::new(0));
    let counted = count.clone();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let counted = counted.clone();
            thread::spawn(move || take(stream, answers, &counted));
        }
    });
    Ok((url, count))
}

fn take(mut stream: TcpStream, answers: bool, count: &AtomicU64) {
    let (mut seen, mut piece) = (Vec::new(), [0; 16_384]);
    while let Ok(read) = stream.read(&mut piece)
        && read > 0
    {
        seen.extend_from_slice(&piece[..read]);
        while let Some(length) = request(&seen) {
            seen.drain(..length);
            count.fetch_add(1, Ordering::Relaxed);
            if answers && stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").is_err() {
                return;
            }
        }
    }
}

/// The length of the request that `seen` begins with, if it is whole.
fn request(seen: &[u8]) -> Option<usize> {
    let end = seen.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&seen[..end]).ok()?;
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "))?.parse::<usize>().ok()?;
    (seen.len() >= end + length).then_some(end + length)
}
