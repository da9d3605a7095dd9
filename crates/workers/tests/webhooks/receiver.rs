//! A receiver of webhooks: a real server on loopback that behaves as a test wants it.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::Value;

#[derive(Debug, Clone)]
pub struct Received {
    pub id: String,
    pub signature: String,
    pub body: String,
}

impl Received {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// How it answers.
#[derive(Debug, Clone)]
pub enum Reply {
    Status(u16),
    /// With these header lines.
    Headers(u16, String),
    /// Takes the request and says nothing.
    Hang,
    /// 200, and a body that never ends.
    Flood,
    /// 200, after a while.
    Late(Duration),
}

pub struct Receiver {
    pub url: String,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Receiver {
    /// `behave` is asked with what was received and the how many-th that is, from 0.
    pub fn start(behave: impl Fn(&Received, usize) -> Reply + Send + Sync + 'static) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let received = Arc::new(Mutex::new(Vec::new()));
        let (kept, behave) = (received.clone(), Arc::new(behave));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (kept, behave) = (kept.clone(), behave.clone());
                thread::spawn(move || {
                    // Ends when the other side hangs up.
                    let _ = talk(stream, &kept, &*behave);
                });
            }
        });
        Receiver { url, received }
    }

    pub fn all(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    pub fn count(&self) -> usize {
        self.received.lock().unwrap().len()
    }
}

type Behaviour = dyn Fn(&Received, usize) -> Reply + Send + Sync;

fn talk(mut stream: TcpStream, kept: &Mutex<Vec<Received>>, behave: &Behaviour) -> std::io::Result<()> {
    loop {
        let received = read(&mut stream)?;
        let reply = {
            let mut kept = kept.lock().unwrap();
            kept.push(received.clone());
            behave(&received, kept.len() - 1)
        };
        let (status, headers) = match reply {
            Reply::Status(status) => (status, String::new()),
            Reply::Headers(status, headers) => (status, headers),
            Reply::Hang => return stream.read(&mut [0]).map(drop),
            Reply::Flood => return flood(&mut stream),
            Reply::Late(time) => {
                thread::sleep(time);
                (200, String::new())
            }
        };
        stream.write_all(format!("HTTP/1.1 {status} x\r\n{headers}content-length: 2\r\n\r\nok").as_bytes())?;
    }
}

fn flood(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
    let piece = [b'x'; 65_536];
    loop {
        stream.write_all(&piece)?;
    }
}

fn read(stream: &mut TcpStream) -> std::io::Result<Received> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let header = |name: &str| {
        let lines = head.lines().filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value).to_owned()
    };
    let mut body = vec![0; header("content-length").parse().unwrap_or(0)];
    stream.read_exact(&mut body)?;
    let body = String::from_utf8(body).unwrap();
    Ok(Received { id: header("webhook-id"), signature: header("webhook-signature"), body })
}
