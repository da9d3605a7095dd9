//! Webhooks to a receiver on this machine: how many a second, and how much of a processor each takes of the server, alone
//! and beside each receiver that misbehaves. The events are there before: what is measured is queueing them (a replay),
//! sending, signing, and writing down what came of it.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use super::{Context, Running};
use crate::Failure;
use crate::http::{Load, run};
use crate::program::{Started, memory_kib, processor_time};
use crate::report::Report;

const TOPIC: &str = "contact.created";
const PATIENCE: Duration = Duration::from_secs(120);
/// The bad receiver's tries have begun, and of one that hangs or dawdles none has ended.
const UNTIL_IT_IS_BUSY: Duration = Duration::from_secs(2);
/// Runs beside each bad one, each between two without it. Single runs differ by a third where the machine is shared, and
/// beside nobody at all, which is measured as the others are, the medians of as many pairs still by some hundredths. The
/// server's processor time differs by less.
const PAIRS: usize = 12;
/// Of upserts before, each of which is an event to be sent.
const LOADING: Duration = Duration::from_secs(8);
/// What a webhook leaves when it is deleted is cleared away meanwhile.
const UNTIL_IT_IS_CLEARED: Duration = Duration::from_millis(500);

/// How a receiver takes a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Behaviour {
    Good,
    /// There is none: the same is done without it.
    Absent,
    /// Says nothing.
    Hangs,
    /// Nobody listens there.
    Refuses,
    /// To where a cloud keeps its secrets.
    Redirects,
    /// 200, just within the time.
    Dawdles,
    /// 200, and a gigabyte.
    Floods,
}

use Behaviour::{Absent, Dawdles, Floods, Good, Hangs, Redirects, Refuses};

const BESIDE: [(Behaviour, &str); 6] = [
    (Absent, "nobody (what the measure itself makes of nothing)"),
    (Hangs, "a receiver that never answers"),
    (Refuses, "a receiver that refuses the connection"),
    (Redirects, "a receiver that redirects to 169.254.169.254"),
    (Dawdles, "a receiver that answers 200 after 14.9 s"),
    (Floods, "a receiver that answers with 1 GB"),
];

/// What a run came to.
#[derive(Debug, Clone, Copy)]
struct Pace {
    /// Deliveries a second.
    rate: f64,
    /// Of the server's processor time, in all its threads, for each delivery.
    micros: f64,
}

pub fn bench<'a>(context: &'a Context, report: &'a mut Report) -> Running<'a> {
    Box::pin(measure(&context.binary, &context.directory, report))
}

async fn measure(binary: &Path, directory: &Path, report: &mut Report) -> Result<(), Failure> {
    let started = Started::new(binary, &directory.join("webhooks"))?;
    run(&started, &Load { connections: 64, duration: LOADING, first: 0, most: u64::MAX }).await?;
    // Pages are in memory then, and the log is back in its file.
    pace(&started)?;
    let alone = pace(&started)?;
    let figure = format!("{:.0} deliveries/s, {:.0} µs of processor each", alone.rate, alone.micros);
    report.row("webhooks to a fast receiver", figure);
    let before = memory_kib(started.pid(), "VmRSS")?;
    for (behaviour, words) in BESIDE {
        let (mut rates, mut times) = (Vec::with_capacity(PAIRS), Vec::with_capacity(PAIRS));
        let mut without = pace(&started)?;
        for _ in 0..PAIRS {
            let beside = pace_beside(&started, behaviour)?;
            let again = pace(&started)?;
            rates.push(2.0 * beside.rate / (without.rate + again.rate));
            times.push(2.0 * beside.micros / (without.micros + again.micros));
            without = again;
        }
        let ([low, middle, high], [least, time, most]) = (quartiles(rates), quartiles(times));
        let figure = format!(
            "{middle:.2} × of the rate without it (quartiles of {PAIRS} pairs {low:.2} and {high:.2}); \
             {time:.2} × of the processor time a delivery ({least:.2} and {most:.2})"
        );
        report.row(&format!("the same beside {words}"), figure);
    }
    let after = memory_kib(started.pid(), "VmRSS")?;
    let figure = format!("{} MiB before, {} MiB after", before / 1024, after / 1024);
    report.row("memory beside those receivers", figure);
    Ok(())
}

/// The first quartile, the median and the third, between neighbours where they fall there.
fn quartiles(mut values: Vec<f64>) -> [f64; 3] {
    values.sort_by(f64::total_cmp);
    [0.25, 0.5, 0.75].map(|part| {
        let at = part * (values.len() - 1) as f64;
        let (low, high) = (values[at.floor() as usize], values[at.ceil() as usize]);
        low + (high - low) * at.fract()
    })
}

/// The pace of a good receiver beside another one that all events wait for as well.
fn pace_beside(started: &Started, other: Behaviour) -> Result<Pace, Failure> {
    if other == Absent {
        thread::sleep(UNTIL_IT_IS_BUSY);
        return pace(started);
    }
    let (url, _) = receiver(other)?;
    let webhook = create(started, &url)?;
    replay(started, &webhook)?;
    thread::sleep(UNTIL_IT_IS_BUSY);
    let pace = pace(started);
    delete(started, &webhook)?;
    pace
}

/// All events to a new webhook.
fn pace(started: &Started) -> Result<Pace, Failure> {
    let (url, count) = receiver(Good)?;
    let webhook = create(started, &url)?;
    let (began, busy) = (Instant::now(), processor_time(started.pid())?);
    let queued = replay(started, &webhook)?;
    while count.load(Ordering::Relaxed) < queued {
        if began.elapsed() > PATIENCE {
            return Err(format!("{} of {queued} webhooks arrived", count.load(Ordering::Relaxed)).into());
        }
        thread::sleep(Duration::from_millis(5));
    }
    let (took, busy) = (began.elapsed(), processor_time(started.pid())? - busy);
    delete(started, &webhook)?;
    Ok(Pace { rate: queued as f64 / took.as_secs_f64(), micros: busy.as_secs_f64() * 1e6 / queued as f64 })
}

fn delete(started: &Started, webhook: &str) -> Result<(), Failure> {
    started.call("DELETE", &format!("/api/webhooks/{webhook}"), None)?;
    thread::sleep(UNTIL_IT_IS_CLEARED);
    Ok(())
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

/// Its address, and how many requests it took.
fn receiver(behaviour: Behaviour) -> Result<(String, Arc<AtomicU64>), Failure> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}/", listener.local_addr()?);
    let count = Arc::new(AtomicU64::new(0));
    if matches!(behaviour, Refuses | Absent) {
        return Ok((url, count));
    }
    let counted = count.clone();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let counted = counted.clone();
            thread::spawn(move || take(stream, behaviour, &counted));
        }
    });
    Ok((url, count))
}

fn take(mut stream: TcpStream, behaviour: Behaviour, count: &AtomicU64) {
    let (mut seen, mut piece) = (Vec::new(), [0; 16_384]);
    while let Ok(read) = stream.read(&mut piece)
        && read > 0
    {
        seen.extend_from_slice(&piece[..read]);
        while let Some(length) = request(&seen) {
            seen.drain(..length);
            count.fetch_add(1, Ordering::Relaxed);
            if answer(&mut stream, behaviour).is_err() {
                return;
            }
        }
    }
}

fn answer(stream: &mut TcpStream, behaviour: Behaviour) -> std::io::Result<()> {
    const NOTHING: &[u8] = b"HTTP/1.1 204 No Content\r\n\r\n";
    match behaviour {
        Hangs | Refuses | Absent => Ok(()),
        Good => stream.write_all(NOTHING),
        Dawdles => {
            thread::sleep(Duration::from_millis(14_900));
            stream.write_all(NOTHING)
        }
        Redirects => stream.write_all(
            b"HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/latest/meta-data\r\ncontent-length: 0\r\n\r\n",
        ),
        Floods => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n")?;
            let piece = [b'x'; 65_536];
            (0..16_384).try_for_each(|_| stream.write_all(&piece))
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
