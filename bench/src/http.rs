//! The load generator: so many kept connections, one request after the other on each, as little work as possible of its
//! own.

use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Failure;
use crate::program::{CHANNEL_NUMBER, Started};

#[derive(Debug, Clone, Copy)]
pub struct Load {
    pub connections: usize,
    pub duration: Duration,
    /// Phones are counted up from here: every upsert is a new person.
    pub first: u64,
    /// So many requests at most.
    pub most: u64,
}

#[derive(Debug)]
pub struct Measured {
    pub per_second: f64,
    pub p50: Duration,
    pub p99: Duration,
}

/// A record as a web form would send it: six leaves, four fields, a stage.
pub fn body(number: u64, stage: &str) -> String {
    format!(
        "{{\"channel\":\"whatsapp\",\"channel_phone_number\":\"{CHANNEL_NUMBER}\",\"contact_phone_number\":\"+569{:08}\",\
         \"stageId\":\"{stage}\",\"meta_data\":{{\"nombre\":\"Ana Pérez {number}\",\"correo\":\"ana{number}@example.com\",\
         \"RUT\":\"12.345.678-5\",\"comuna\":\"Ñuñoa\",\"presupuesto\":\"$ 350.000\",\"motivo\":\"quiere una hora\"}}}}",
        number % 100_000_000
    )
}

fn request(address: SocketAddr, api_key: &str, method: &str, path: &str, body: &str) -> Vec<u8> {
    format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nx-api-key: {api_key}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

pub async fn run(started: &Started, load: &Load) -> Result<Measured, Failure> {
    let (address, key, stage) = (started.address, started.api_key.clone(), started.stage.clone());
    measure(started, load, move |number| {
        request(address, &key, "POST", "/api/public/customer/upsert/info", &body(number, &stage))
    })
    .await
}

/// Reads of one contact after the other.
pub async fn reads(started: &Started, load: &Load) -> Result<Measured, Failure> {
    let found = started.call("GET", "/api/public/contacts?days=1&limit=1000", None)?;
    let ids: Vec<String> =
        found.as_array().ok_or("no contacts")?.iter().filter_map(|c| c["id"].as_str().map(str::to_owned)).collect();
    let (address, key) = (started.address, started.api_key.clone());
    measure(started, load, move |number| {
        let id = &ids[(number % ids.len() as u64) as usize];
        request(address, &key, "GET", &format!("/api/public/contact/{id}/info"), "")
    })
    .await
}

/// The cheapest call that is counted: C9 of one contact without messages after the other.
pub async fn deprecated(started: &Started, load: &Load) -> Result<Measured, Failure> {
    let found = started.call("GET", "/api/public/contacts?days=1&limit=1000", None)?;
    let ids: Vec<String> =
        found.as_array().ok_or("no contacts")?.iter().filter_map(|c| c["id"].as_str().map(str::to_owned)).collect();
    let (address, key) = (started.address, started.api_key.clone());
    measure(started, load, move |number| {
        let id = &ids[(number % ids.len() as u64) as usize];
        request(address, &key, "GET", &format!("/api/public/ai-message/{id}"), "")
    })
    .await
}

pub async fn measure(
    started: &Started,
    load: &Load,
    request: impl Fn(u64) -> Vec<u8> + 'static,
) -> Result<Measured, Failure> {
    let began = Instant::now();
    let end = began + load.duration;
    let (next, request) = (Rc::new(Cell::new(load.first)), Rc::new(request));
    let lanes = tokio::task::LocalSet::new();
    let (address, connections) = (started.address, load.connections);
    let last = load.first.saturating_add(load.most);
    let times = lanes.run_until(async move {
        let mut running = Vec::new();
        for _ in 0..connections {
            running.push(tokio::task::spawn_local(lane(address, end, last, next.clone(), request.clone())));
        }
        let mut times: Vec<Duration> = Vec::new();
        for lane in running {
            times.extend(lane.await??);
        }
        Ok::<_, Failure>(times)
    });
    Ok(Measured::of(times.await?, began.elapsed()))
}

impl Measured {
    pub fn of(mut times: Vec<Duration>, elapsed: Duration) -> Measured {
        times.sort_unstable();
        let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied().unwrap_or_default();
        Measured { per_second: times.len() as f64 / elapsed.as_secs_f64(), p50: at(0.50), p99: at(0.99) }
    }
}

async fn lane(
    address: SocketAddr,
    end: Instant,
    last: u64,
    next: Rc<Cell<u64>>,
    request: Rc<impl Fn(u64) -> Vec<u8>>,
) -> Result<Vec<Duration>, Failure> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut times = Vec::new();
    let mut buffer = Vec::with_capacity(16 * 1024);
    while Instant::now() < end {
        let number = next.get();
        if number >= last {
            break;
        }
        next.set(number + 1);
        let bytes = request(number);
        let sent = Instant::now();
        stream.write_all(&bytes).await?;
        buffer.clear();
        loop {
            if stream.read_buf(&mut buffer).await? == 0 {
                return Err("the server hung up".into());
            }
            if complete(&buffer)? {
                break;
            }
        }
        times.push(sent.elapsed());
    }
    Ok(times)
}

/// Whether the whole answer is there; an error where it is not a 2xx.
pub fn complete(buffer: &[u8]) -> Result<bool, Failure> {
    let Some(head) = buffer.windows(4).position(|w| w == b"\r\n\r\n") else { return Ok(false) };
    let text = std::str::from_utf8(&buffer[..head])?;
    if !text.starts_with("HTTP/1.1 2") {
        return Err(format!("{text}\n{}", String::from_utf8_lossy(&buffer[head..])).into());
    }
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")).ok_or("no content-length")?;
    Ok(buffer.len() >= head + 4 + length.parse::<usize>()?)
}
