//! Durable inbound webhooks, one signed message each: as many as go, and at a fixed rate, where each call's time counts from
//! when it was due rather than from when it could be sent.

use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use providers::whatsapp_cloud::sign;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::{LocalSet, spawn_local};

use crate::Failure;
use crate::http::{Load, Measured, complete, measure};
use crate::program::{APP_SECRET, PHONE_NUMBER_ID, Started};

/// Each of them writes again and again: contacts and open tickets are there after the first message of each, as in a day's work.
pub const PEOPLE: u64 = 10_000;

fn request(address: SocketAddr, hook: &str, number: u64) -> Vec<u8> {
    let person = number % PEOPLE;
    let second = 1_764_158_400 + number / PEOPLE;
    let body = format!(
        "{{\"object\":\"whatsapp_business_account\",\"entry\":[{{\"id\":\"987654321\",\"changes\":[{{\"field\":\"messages\",\
         \"value\":{{\"messaging_product\":\"whatsapp\",\"metadata\":{{\"display_phone_number\":\"56222345678\",\
         \"phone_number_id\":\"{PHONE_NUMBER_ID}\"}},\"contacts\":[{{\"profile\":{{\"name\":\"Ana {person}\"}},\
         \"wa_id\":\"5695{person:07}\"}}],\"messages\":[{{\"from\":\"5695{person:07}\",\"id\":\"wamid.{number}\",\
         \"timestamp\":\"{second}\",\"type\":\"text\",\"text\":{{\"body\":\"Hola, \\u00bftienen hora ma\\u00f1ana? {number}\"}}}}]\
         }}}}]}}]}}"
    );
    let signature = sign(APP_SECRET, body.as_bytes());
    format!(
        "POST {hook} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\nx-hub-signature-256: {signature}\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

pub async fn run(started: &Started, load: &Load) -> Result<Measured, Failure> {
    let (address, hook) = (started.address, started.hook.clone());
    measure(started, load, move |number| request(address, &hook, number)).await
}

/// So many a second, spread evenly over the connections.
pub async fn paced(started: &Started, load: &Load, per_second: u32) -> Result<Measured, Failure> {
    let between = Duration::from_secs(1) / per_second;
    let began = Instant::now();
    let next = Rc::new(Cell::new(0u32));
    let lanes = LocalSet::new();
    let (address, hook, load) = (started.address, Rc::new(started.hook.clone()), *load);
    let times = lanes.run_until(async move {
        let mut running = Vec::new();
        for _ in 0..load.connections {
            running.push(spawn_local(lane(address, hook.clone(), load, began, between, next.clone())));
        }
        let mut times: Vec<Duration> = Vec::new();
        for lane in running {
            times.extend(lane.await??);
        }
        Ok::<_, Failure>(times)
    });
    Ok(Measured::of(times.await?, began.elapsed()))
}

async fn lane(
    address: SocketAddr,
    hook: Rc<String>,
    load: Load,
    began: Instant,
    between: Duration,
    next: Rc<Cell<u32>>,
) -> Result<Vec<Duration>, Failure> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut times = Vec::new();
    let mut buffer = Vec::with_capacity(16 * 1024);
    loop {
        let number = next.get();
        next.set(number + 1);
        let due = began + between * number;
        if due >= began + load.duration {
            return Ok(times);
        }
        tokio::time::sleep_until(due.into()).await;
        stream.write_all(&request(address, &hook, load.first + u64::from(number))).await?;
        buffer.clear();
        while !complete(&buffer)? {
            if stream.read_buf(&mut buffer).await? == 0 {
                return Err("the server hung up".into());
            }
        }
        times.push(due.elapsed());
    }
}
