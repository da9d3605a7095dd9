//! A client of the live stream: frames as they come, and the end.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// An open stream.
pub struct Live {
    connection: BufReader<TcpStream>,
    text: String,
}

/// What stood between two empty lines.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Frame {
    pub id: Option<i64>,
    pub event: Option<String>,
    pub data: Option<Value>,
    pub comment: Option<String>,
}

impl Frame {
    pub fn topic(&self) -> &str {
        self.data.as_ref().and_then(|data| data["topic"].as_str()).unwrap_or("")
    }
}

impl Live {
    /// Of the event log; see [`Live::get`].
    pub fn open(to: SocketAddr, key: &str, query: &str, last: Option<i64>) -> Result<(Live, Frame), u16> {
        let last = last.map(|last| last.to_string());
        let mut headers = vec![("x-api-key", key)];
        headers.extend(last.as_deref().map(|last| ("last-event-id", last)));
        Live::get(to, &format!("/api/v1/events/stream?{query}"), &headers)
    }

    /// Sends the request; the status and, where it is 200, the stream, its first frame already read.
    pub fn get(to: SocketAddr, path: &str, headers: &[(&str, &str)]) -> Result<(Live, Frame), u16> {
        let mut stream = TcpStream::connect(to).unwrap();
        // Only so that a test that hangs ends.
        stream.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
        let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut connection = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(connection.read_line(&mut head).unwrap() > 0, "{head}");
        }
        let status: u16 = head.split(' ').nth(1).unwrap().parse().unwrap();
        if status != 200 {
            return Err(status);
        }
        assert!(
            head.contains("content-type: text/event-stream\r\n") && head.contains("x-accel-buffering: no"),
            "{head}"
        );
        assert!(head.contains("transfer-encoding: chunked"), "{head}");
        let mut live = Live { connection, text: String::new() };
        let first = live.frame().unwrap();
        Ok((live, first))
    }

    /// The next frame; none at the end.
    pub fn frame(&mut self) -> Option<Frame> {
        loop {
            if let Some((frame, rest)) = self.text.split_once("\n\n") {
                let frame = read(frame);
                self.text = rest.to_owned();
                return Some(frame);
            }
            let mut size = String::new();
            if self.connection.read_line(&mut size).ok()? == 0 {
                return None;
            }
            let size = usize::from_str_radix(size.trim(), 16).unwrap();
            let mut chunk = vec![0; size + 2];
            self.connection.read_exact(&mut chunk).ok()?;
            if size == 0 {
                return None;
            }
            self.text.push_str(std::str::from_utf8(&chunk[..size]).unwrap());
        }
    }

    /// The next event of the log.
    pub fn event(&mut self) -> Option<Frame> {
        loop {
            let frame = self.frame()?;
            if frame.id.is_some() && frame.data.is_some() {
                return Some(frame);
            }
        }
    }
}

fn read(text: &str) -> Frame {
    let mut frame = Frame::default();
    for line in text.lines() {
        match line.split_once(':').unwrap() {
            ("", comment) => frame.comment = Some(comment.trim().to_owned()),
            ("id", id) => frame.id = Some(id.trim().parse().unwrap()),
            ("event", name) => frame.event = Some(name.trim().to_owned()),
            ("data", data) => frame.data = Some(serde_json::from_str(data).unwrap()),
            ("retry", _) => {}
            other => panic!("{other:?}"),
        }
    }
    frame
}
