//! What visitors of a web chat cost while they are connected: each has written once and has its stream open.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Instant;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Context, Running};
use crate::Failure;
use crate::http::complete;
use crate::program::{Started, memory_kib};
use crate::report::Report;

const VISITORS: usize = 2000;
const ORIGIN: &str = "https://shop.example.com";

pub fn bench<'a>(context: &'a Context, report: &'a mut Report) -> Running<'a> {
    Box::pin(measure(context, report))
}

async fn measure(context: &Context, report: &mut Report) -> Result<(), Failure> {
    let started = Started::new(&context.binary, &context.directory.join("webchat"))?;
    let channel = json!({"type": "webchat", "name": "Site", "allowed_origins": [ORIGIN]});
    let channel = started.call("POST", "/api/v1/channels", Some(&channel))?;
    let base = format!("/webchat/{}", channel["id"].as_str().ok_or("no channel")?);
    let idle = memory_kib(started.pid(), "VmRSS")?;
    let began = Instant::now();
    let mut open = Vec::with_capacity(VISITORS);
    for n in 0..VISITORS {
        open.push(visit(started.address, &base, n).await?);
    }
    let took = began.elapsed();
    let connected = memory_kib(started.pid(), "VmRSS")?;
    // Whoever was hung up on costs nothing.
    for stream in &open {
        match stream.try_read(&mut [0; 4096]) {
            Ok(0) => return Err("a visitor's stream ended".into()),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error.into()),
        }
    }
    report.row(
        &format!(
            "memory with {VISITORS} visitors of a web chat connected (resident; {:.1} MiB before them)",
            mib(idle)
        ),
        format!(
            "{:.1} MiB, {:.1} KiB a visitor",
            mib(connected),
            (connected - idle.min(connected)) as f64 / VISITORS as f64
        ),
    );
    report.row(
        "a visitor comes, writes and opens its stream, one after the other",
        format!("{:.1} ms", took.as_secs_f64() * 1e3 / VISITORS as f64),
    );
    Ok(())
}

fn mib(kib: u64) -> f64 {
    kib as f64 / 1024.0
}

/// Comes, writes, and opens its stream; each from an address of its own, as a proxy would say.
async fn visit(address: SocketAddr, base: &str, n: usize) -> Result<TcpStream, Failure> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let from = format!("10.{}.{}.{}", n >> 16 & 255, n >> 8 & 255, n & 255);
    let head = |method: &str, path: &str, more: &str| {
        format!(
            "{method} {base}/{path} HTTP/1.1\r\nhost: {address}\r\norigin: {ORIGIN}\r\nx-forwarded-for: {from}\r\n{more}"
        )
    };
    let post = |path: &str, more: &str, body: &Value| {
        let (head, body) = (head("POST", path, more), body.to_string());
        format!("{head}content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len())
    };
    let session = exchange(&mut stream, &post("session", "", &json!({}))).await?;
    let token = session["token"].as_str().ok_or("no token")?;
    let bearer = format!("authorization: Bearer {token}\r\n");
    let message = json!({"client_id": "first", "text": "¿Tienen en 38?"});
    exchange(&mut stream, &post("messages", &bearer, &message)).await?;
    stream.write_all(format!("{}\r\n", head("GET", "stream", &bearer)).as_bytes()).await?;
    let mut text = Vec::new();
    while !text.windows(7).any(|window| window == b"retry: ") {
        if stream.read_buf(&mut text).await? == 0 || text.len() > 4096 {
            return Err(String::from_utf8_lossy(&text).into());
        }
    }
    Ok(stream)
}

async fn exchange(stream: &mut TcpStream, request: &str) -> Result<Value, Failure> {
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    while !complete(&answer)? {
        if stream.read_buf(&mut answer).await? == 0 {
            return Err("the server hung up".into());
        }
    }
    let body = answer.windows(4).position(|window| window == b"\r\n\r\n").ok_or("no body")?;
    Ok(serde_json::from_slice(&answer[body + 4..])?)
}
