//! WhatsApp's Cloud API: what Meta's servers say to us, and Meta's Graph API as a business calls it. Facts and their sources:
//! `docs/whatsapp.md`, `docs/whatsapp-sending.md`.

mod account;
mod check;
pub mod errors;
mod files;
mod message;
mod people;
mod reading;
mod send;
mod signature;
mod status;
mod templates;
pub mod webhook;

pub use account::{Missing, account_of};
pub use check::{Finding, Found};
pub use errors::GraphError;
pub use files::{FileAtProvider, UploadFile, file_body};
pub use send::{Recipient, Sent, render};
pub use signature::{is_signature, is_signed, same_secret, sign};
pub use templates::TemplatePage;

use std::time::Duration;

use bytes::Bytes;
use hyper::Method;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER, USER_AGENT};
use serde_json::Value;

use crate::http::{self, Answer, Http, HttpError, Payload, Policy, Request};
use crate::target::Target;

pub const BASE_URL: &str = "https://graph.facebook.com";
/// The version that this program was made for.
pub const VERSION: &str = "v26.0";
/// A message is handed over within this time, or nobody knows; shorter than a channel's lease.
pub const SEND_WITHIN: Duration = Duration::from_secs(12);
const CALL_WITHIN: Duration = Duration::from_secs(20);
/// Of an answer, in bytes. A page of templates is the largest.
const MOST_ANSWER: usize = 8 * 1024 * 1024;
/// A wait that Meta asks for is taken no longer than this, in seconds.
const LONGEST_WAIT: u64 = 3600;

/// A channel, as it calls.
#[derive(Clone)]
pub struct Account {
    /// Without a slash at its end. None: Meta's.
    pub base_url: Option<String>,
    pub version: Option<String>,
    pub phone_number_id: String,
    pub waba_id: String,
    pub access_token: String,
}

/// Never the token.
impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account")
            .field("base_url", &self.base_url)
            .field("phone_number_id", &self.phone_number_id)
            .field("waba_id", &self.waba_id)
            .finish_non_exhaustive()
    }
}

#[derive(Clone)]
pub struct Graph {
    http: Http,
    account: Account,
}

/// Why a call came to nothing.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CallError {
    #[error(transparent)]
    Http(#[from] HttpError),
    /// Meta refused it.
    #[error("WhatsApp refused it with code {}: {}", error.code, error.details().unwrap_or_default())]
    Graph {
        error: Box<GraphError>,
        /// Seconds that Meta asks to wait.
        wait: Option<u64>,
    },
    /// Something answered that is not Meta's API, or not as it should.
    #[error("HTTP status {status} without an answer of WhatsApp's")]
    Foreign { status: u16 },
    /// The channel itself cannot be called: its address is none.
    #[error("{0}")]
    Setup(String),
    /// A file on this side.
    #[error("{0}")]
    File(String),
}

impl CallError {
    /// Whether the other side may have done what it was asked for.
    pub fn may_have_arrived(&self) -> bool {
        match self {
            CallError::Http(error) => error.may_have_arrived(),
            // A proxy that refuses says so; one that lost its server does not know.
            CallError::Foreign { status } => *status < 400 || *status >= 500,
            CallError::Graph { .. } | CallError::Setup(_) | CallError::File(_) => false,
        }
    }

    pub fn graph(&self) -> Option<&GraphError> {
        match self {
            CallError::Graph { error, .. } => Some(error),
            _ => None,
        }
    }
}

impl Graph {
    pub fn new(http: Http, account: Account) -> Graph {
        Graph { http, account }
    }

    pub fn account(&self) -> &Account {
        &self.account
    }

    fn address(&self, path: &str) -> Result<Target, CallError> {
        let base = self.account.base_url.as_deref().unwrap_or(BASE_URL).trim_end_matches('/');
        let version = self.account.version.as_deref().unwrap_or(VERSION);
        Target::parse(&format!("{base}/{version}/{path}")).map_err(CallError::Setup)
    }

    fn headers(&self) -> Result<HeaderMap, CallError> {
        let mut headers = HeaderMap::new();
        let mut bearer = HeaderValue::from_str(&format!("Bearer {}", self.account.access_token))
            .map_err(|_| CallError::Setup("the access token has characters that no header takes".to_owned()))?;
        bearer.set_sensitive(true);
        headers.insert(AUTHORIZATION, bearer);
        headers.insert(USER_AGENT, HeaderValue::from_static(concat!("recado/", env!("CARGO_PKG_VERSION"))));
        Ok(headers)
    }

    async fn get(&self, path: &str) -> Result<Value, CallError> {
        self.call(Method::GET, path, None, CALL_WITHIN).await
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        within: Duration,
    ) -> Result<Value, CallError> {
        let mut request = Request::new(method, self.address(path)?, within);
        request.headers = self.headers()?;
        if let Some(body) = body {
            request.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            request.body = http::payload(body.to_string());
        }
        self.answered(request).await
    }

    async fn answered(&self, request: Request) -> Result<Value, CallError> {
        let answer = self.http.send(Policy::Outbound, request).await?;
        read(answer).await
    }
}

/// The JSON of a good answer, or why there is none.
async fn read(answer: Answer) -> Result<Value, CallError> {
    let status = answer.status;
    let asked = answer.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let usage = answer.headers.get("x-business-use-case-usage").and_then(|value| value.to_str().ok().and_then(regain));
    let wait = asked.or(usage).map(|seconds| seconds.min(LONGEST_WAIT));
    let (body, _) = answer.read(MOST_ANSWER).await?;
    match GraphError::read(&body) {
        Some(error) => Err(CallError::Graph { error: Box::new(error), wait }),
        None if (200..300).contains(&status) => {
            serde_json::from_slice(&body).map_err(|_| CallError::Foreign { status })
        }
        None => Err(CallError::Foreign { status }),
    }
}

/// Seconds until a throttled account may call again, from Meta's usage header; it has minutes.
fn regain(header: &str) -> Option<u64> {
    let usage: Value = serde_json::from_str(header).ok()?;
    let entries = usage.as_object()?.values().filter_map(Value::as_array).flatten();
    let minutes = entries.filter_map(|entry| entry.get("estimated_time_to_regain_access")?.as_u64()).max()?;
    (minutes > 0).then_some(minutes * 60)
}

fn text(value: &Value, member: &str) -> Option<String> {
    value.get(member).and_then(Value::as_str).map(str::to_owned)
}

/// An id, which some answers have as a number.
fn id(value: &Value, member: &str) -> Option<String> {
    let id = value.get(member)?;
    id.as_str().map(str::to_owned).or_else(|| id.as_u64().map(|number| number.to_string()))
}

/// As it may stand in a query.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

/// A body made of pieces.
fn pieces(first: Bytes, rest: Payload, last: Bytes) -> Payload {
    use http_body_util::BodyExt;
    let chain = files::Chain::new([http::payload(first), rest, http::payload(last)]);
    chain.boxed_unsync()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usage_header_says_when_to_come_back() {
        let header =
            r#"{"102290129340398":[{"type":"whatsapp","call_count":100,"estimated_time_to_regain_access":3}]}"#;
        assert_eq!(regain(header), Some(180));
        assert_eq!(regain(r#"{"1":[{"estimated_time_to_regain_access":0}]}"#), None);
        assert_eq!(regain("x"), None);
    }

    #[test]
    fn what_may_have_arrived() {
        let graph = CallError::Graph { error: Box::default(), wait: None };
        assert!(!graph.may_have_arrived() && !CallError::Foreign { status: 404 }.may_have_arrived());
        assert!(CallError::Foreign { status: 502 }.may_have_arrived());
        assert!(CallError::Foreign { status: 200 }.may_have_arrived());
        assert!(CallError::Http(HttpError::TimedOut).may_have_arrived());
        assert!(!CallError::Http(HttpError::Unreachable(String::new())).may_have_arrived());
    }
}
