//! What a handler answers.

use std::path::PathBuf;

use bytes::Bytes;
use serde::Serialize;

use crate::problem::Problem;
use crate::stream::Stream;

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub content_type: &'static str,
    pub body: Bytes,
    pub headers: Vec<(&'static str, String)>,
    /// Instead of the body.
    pub file: Option<FilePart>,
    /// Whether the body carries a secret, so that it is sealed where it is remembered.
    pub secret: bool,
    /// In place of the body: what comes as it happens.
    pub stream: Option<Stream>,
}

/// A file on disk, or a part of it.
#[derive(Debug, Clone)]
pub struct FilePart {
    pub path: PathBuf,
    pub from: u64,
    pub length: u64,
}

pub const JSON: &str = "application/json";
pub const EVENT_STREAM: &str = "text/event-stream";

impl Answer {
    pub fn json(status: u16, body: &impl Serialize) -> Result<Answer, Problem> {
        let body = serde_json::to_vec(body).map_err(|error| Problem::internal(format!("an answer: {error}")))?;
        Ok(Answer::bytes(status, JSON, body.into()))
    }

    pub fn bytes(status: u16, content_type: &'static str, body: Bytes) -> Answer {
        Answer { status, content_type, body, headers: Vec::new(), file: None, secret: false, stream: None }
    }

    /// Done, and nothing to say.
    pub fn empty() -> Answer {
        Answer::bytes(204, JSON, Bytes::new())
    }

    /// Server-Sent Events; `x-accel-buffering` has nginx pass them on as they come.
    pub fn stream(stream: Stream) -> Answer {
        let answer = Answer::bytes(200, EVENT_STREAM, Bytes::new()).header("x-accel-buffering", "no");
        Answer { stream: Some(stream), ..answer }
    }

    /// The same answer with another body: its headers stay.
    pub fn with_json(mut self, status: u16, body: &impl Serialize) -> Result<Answer, Problem> {
        let shown = Answer::json(status, body)?;
        self.status = shown.status;
        self.content_type = shown.content_type;
        self.body = shown.body;
        Ok(self)
    }

    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Answer {
        self.headers.push((name, value.into()));
        self
    }

    /// The version of the thing, for `If-Match`.
    pub fn etag(self, version: i64) -> Answer {
        self.header("etag", format!("\"{version}\""))
    }

    pub fn secret(mut self) -> Answer {
        self.secret = true;
        self
    }
}
