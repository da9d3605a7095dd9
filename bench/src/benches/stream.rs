//! From a commit to a thousand listeners of the live stream, ten events a second.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::{LocalSet, spawn_local};

use super::{Context, Running};
use crate::Failure;
use crate::http::body;
use crate::program::{Started, memory_kib};
use crate::report::Report;

const LISTENERS: usize = 1000;
/// What one key may have open.
const OF_ONE_KEY: usize = 100;
const BETWEEN: Duration = Duration::from_millis(100);
/// After the last event.
const LAST_WAIT: Duration = Duration::from_secs(2);

pub fn bench<'a>(context: &'a Context, report: &'a mut Report) -> Running<'a> {
    Box::pin(measure(context, report))
}

async fn measure(context: &Context, report: &mut Report) -> Result<(), Failure> {
    let started = Started::new(&context.binary, &context.directory.join("stream"))?;
    let person = serde_json::from_str(&body(1, &started.stage))?;
    let contact = started.call("POST", "/api/public/customer/upsert/info", Some(&person))?;
    let notes = format!("/api/v1/contacts/{}/notes", contact["id"].as_str().ok_or("no contact")?);
    let mut keys = Vec::new();
    for n in 0..LISTENERS / OF_ONE_KEY {
        let key = json!({"name": format!("bench {n}"), "scopes": ["events:read"]});
        let made = started.call("POST", "/api/v1/api_keys", Some(&key))?;
        keys.push(made["key"].as_str().ok_or("no key")?.to_owned());
    }
    let events = (context.duration.as_millis() / BETWEEN.as_millis()).max(1) as usize;
    let address = started.address;
    let lanes = LocalSet::new();
    let (writes, arrivals, resident) = lanes
        .run_until(async {
            let mut listening = Vec::new();
            for n in 0..LISTENERS {
                let stream = join(address, &keys[n / OF_ONE_KEY]).await?;
                listening.push(spawn_local(listen(stream, events)));
            }
            let mut writer = TcpStream::connect(address).await?;
            writer.set_nodelay(true)?;
            let mut writes = Vec::new();
            for n in 0..events {
                let due = tokio::time::Instant::now() + BETWEEN;
                writes.push(write(&mut writer, &started, &notes, n).await?);
                tokio::time::sleep_until(due).await;
            }
            let resident = memory_kib(started.pid(), "VmRSS")?;
            let mut arrivals = Vec::new();
            for listener in listening {
                arrivals.push(tokio::time::timeout(LAST_WAIT, listener).await.map_err(|_| "events were lost")???);
            }
            Ok::<_, Failure>((writes, arrivals, resident))
        })
        .await?;
    let mut after_answer = Vec::new();
    let mut after_request = Vec::new();
    for arrived in &arrivals {
        for (at, (sent, answered)) in arrived.iter().zip(&writes) {
            after_answer.push(at.saturating_duration_since(*answered));
            after_request.push(at.saturating_duration_since(*sent));
        }
    }
    let (answer, request) = (spread(after_answer), spread(after_request));
    report.row(
        &format!("event to {LISTENERS} listeners at 10/s, after the answer to the change (its commit is before)"),
        format!("p50 {:.1} ms, p99 {:.1} ms", answer.0, answer.1),
    );
    report.row("the same, after the request was sent", format!("p50 {:.1} ms, p99 {:.1} ms", request.0, request.1));
    report
        .row(&format!("memory with {LISTENERS} listeners (resident)"), format!("{:.1} MiB", resident as f64 / 1024.0));
    Ok(())
}

/// Opens a stream and reads its first words.
async fn join(address: SocketAddr, key: &str) -> Result<TcpStream, Failure> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET /api/v1/events/stream HTTP/1.1\r\nhost: {address}\r\nx-api-key: {key}\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut text = Vec::new();
    while !text.windows(7).any(|window| window == b"retry: ") {
        if stream.read_buf(&mut text).await? == 0 || text.len() > 4096 {
            return Err(String::from_utf8_lossy(&text).into());
        }
    }
    Ok(stream)
}

/// When each event came.
async fn listen(mut stream: TcpStream, events: usize) -> Result<Vec<Instant>, Failure> {
    const DATA: &[u8] = b"\ndata: ";
    let (mut arrivals, mut text) = (Vec::with_capacity(events), Vec::with_capacity(4096));
    while arrivals.len() < events {
        if stream.read_buf(&mut text).await? == 0 {
            return Err("a stream ended".into());
        }
        let now = Instant::now();
        let found = text.windows(DATA.len()).filter(|window| *window == DATA).count();
        arrivals.extend(std::iter::repeat_n(now, found));
        // A beginning of the mark may be the end of what came.
        let kept = text.len().saturating_sub(DATA.len() - 1);
        text.drain(..kept);
    }
    Ok(arrivals)
}

/// A note: one event. When it was sent and when it was answered.
async fn write(stream: &mut TcpStream, started: &Started, path: &str, n: usize) -> Result<(Instant, Instant), Failure> {
    let body = json!({"text": format!("note {n}")}).to_string();
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: {}\r\nx-api-key: {}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        started.address,
        started.api_key,
        body.len()
    );
    let sent = Instant::now();
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    while !answer.ends_with(b"}") {
        if stream.read_buf(&mut answer).await? == 0 {
            break;
        }
    }
    if !answer.starts_with(b"HTTP/1.1 201") {
        return Err(String::from_utf8_lossy(&answer).into());
    }
    Ok((sent, Instant::now()))
}

/// Median and 99th percentile, in milliseconds.
fn spread(mut times: Vec<Duration>) -> (f64, f64) {
    times.sort_unstable();
    let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied().unwrap_or_default();
    (at(0.50).as_secs_f64() * 1e3, at(0.99).as_secs_f64() * 1e3)
}
