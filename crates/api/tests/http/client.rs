//! A client of a few lines: one connection a request, bytes as they are, so that what is wrong can be sent as well.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// All values of a header that may come more than once.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; null where it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// Sends a request and reads the whole answer. Fails where the connection breaks before an answer is there.
pub fn send(
    to: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&[u8]>,
) -> io::Result<Reply> {
    let mut request = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n").into_bytes();
    if !headers.iter().any(|(name, _)| *name == "host") {
        request.extend_from_slice(b"host: localhost\r\n");
    }
    for (name, value) in headers {
        request.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    if let Some(body) = body {
        request.extend_from_slice(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
        request.extend_from_slice(body);
    } else {
        request.extend_from_slice(b"\r\n");
    }
    exchange(to, &request)
}

/// The same, again for as long as the server says that it may be tried again: of many who want to change one thing at
/// once some lose each time, are told so (503), and nothing of theirs was done.
pub fn send_until_taken(
    to: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&[u8]>,
) -> io::Result<Reply> {
    for _ in 0..20 {
        let reply = send(to, method, path, headers, body)?;
        if reply.status != 503 {
            return Ok(reply);
        }
        assert!(reply.header("retry-after").is_some(), "a 503 says when to try again");
        std::thread::sleep(Duration::from_millis(100));
    }
    send(to, method, path, headers, body)
}

/// Sends bytes as they are. A server may answer and close before it has read them all.
pub fn exchange(to: SocketAddr, request: &[u8]) -> io::Result<Reply> {
    let mut stream = TcpStream::connect(to)?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    stream.set_write_timeout(Some(Duration::from_secs(60)))?;
    stream.set_nodelay(true)?;
    let written = stream.write_all(request);
    let mut received = Vec::new();
    let read = stream.read_to_end(&mut received);
    match parse(&received) {
        Some(reply) => Ok(reply),
        None => {
            written?;
            read?;
            Err(io::Error::new(io::ErrorKind::UnexpectedEof, "no whole answer"))
        }
    }
}

/// A whole answer with a declared length.
fn parse(received: &[u8]) -> Option<Reply> {
    let end = received.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&received[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length").map(|(_, value)| value.parse::<usize>());
    let body = &received[end + 4..];
    let length = length.transpose().ok()?.unwrap_or(body.len());
    Some(Reply { status, headers, body: body.get(..length)?.to_vec() })
}
