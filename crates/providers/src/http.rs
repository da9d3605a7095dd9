//! The one client for calls to the outside. Every call has a policy (which networks are open to it), a time limit and a
//! limit to what is read of the answer; redirects are followed only where a call allows them, each checked like the first.

use std::error::Error as _;
use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, HeaderMap, LOCATION};
use hyper::{Method, Response};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::{Instant, timeout_at};

use crate::connect::{ConnectError, Connector, Rules, Tls, system_resolver};
use crate::networks::Networks;
use crate::target::Target;

/// Of the answer of a webhook 64 KiB are read; whoever sends a gigabyte should not have megabytes of it taken in before. In bytes.
const WEBHOOK_RECEIVES: u32 = 128 * 1024;
/// Name, addresses, TCP and TLS together.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// Connections that wait for another call to the same place, and for how long.
const IDLE_CONNECTIONS: usize = 32;
const IDLE_FOR: Duration = Duration::from_secs(30);
/// Of an answer's status line and headers, in bytes.
const MOST_HEADERS: usize = 64 * 1024;

/// Which networks are open to a call, beside the public internet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// To receivers of webhooks, whose addresses integrators choose.
    Webhooks,
    /// To language models, whose addresses organizations choose.
    Models,
    /// To everything else: WhatsApp.
    Outbound,
}

/// Where addresses of names come from: the machine, or a test.
pub type Resolver = Arc<dyn Fn(&str) -> Resolving + Send + Sync>;
pub type Resolving = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// What is open, and for whom.
#[derive(Default)]
pub struct HttpOptions {
    /// Open to every call.
    pub outbound_allow: Networks,
    /// Open to webhooks as well.
    pub webhooks_allow: Networks,
    /// Open to models as well: one on this machine is the usual case.
    pub models_allow: Networks,
    /// None: the machine's.
    pub resolver: Option<Resolver>,
}

pub type Payload = UnsyncBoxBody<Bytes, io::Error>;

/// A body that is at hand.
pub fn payload(bytes: impl Into<Bytes>) -> Payload {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

/// One call.
pub struct Request {
    pub method: Method,
    pub to: Target,
    pub headers: HeaderMap,
    pub body: Payload,
    /// For all of it, until the last byte of the answer was read.
    pub within: Duration,
    /// How many redirects a GET follows. Where one leads to another origin it goes without `Authorization`.
    pub redirects: u8,
}

impl Request {
    pub fn new(method: Method, to: Target, within: Duration) -> Request {
        Request { method, to, headers: HeaderMap::new(), body: payload(Bytes::new()), within, redirects: 0 }
    }
}

/// What came back; its body is still to be read.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    body: Incoming,
    until: Instant,
}

impl Answer {
    /// The next piece of the body; none at its end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, HttpError> {
        loop {
            let frame = timeout_at(self.until, self.body.frame()).await.map_err(|_| HttpError::TimedOut)?;
            match frame {
                None => return Ok(None),
                Some(Err(error)) => return Err(HttpError::Broken(error.to_string())),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        return Ok(Some(data));
                    }
                }
            }
        }
    }

    /// At most so many bytes of the body, and whether that was all of it. The connection is closed where it was not.
    pub async fn read(mut self, most: usize) -> Result<(Bytes, bool), HttpError> {
        let mut read = BytesMut::new();
        while let Some(chunk) = self.chunk().await? {
            if read.len() + chunk.len() > most {
                read.extend_from_slice(&chunk[..most - read.len()]);
                return Ok((read.freeze(), false));
            }
            read.extend_from_slice(&chunk);
        }
        Ok((read.freeze(), true))
    }
}

/// Why a call has no answer. The texts name host and address, never what was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// An address that is not to be called.
    #[error("{0}")]
    Refused(String),
    /// No connection; nothing was sent.
    #[error("{0}")]
    Unreachable(String),
    #[error("no whole answer in time")]
    TimedOut,
    /// The connection ended, or what came was no HTTP.
    #[error("the connection broke: {0}")]
    Broken(String),
    #[error("a redirect that cannot be followed: {0}")]
    Redirect(String),
}

impl HttpError {
    /// Whether the other side may have got the call all the same.
    pub fn may_have_arrived(&self) -> bool {
        !matches!(self, HttpError::Refused(_) | HttpError::Unreachable(_))
    }
}

impl From<ConnectError> for HttpError {
    fn from(error: ConnectError) -> Self {
        match error {
            ConnectError::Refused { .. } => HttpError::Refused(error.to_string()),
            _ => HttpError::Unreachable(error.to_string()),
        }
    }
}

struct Lane {
    rules: Arc<Rules>,
    /// Has its own connections: one that was opened under another policy is not taken.
    client: Client<Connector, Payload>,
}

/// Clones share their connections.
#[derive(Clone)]
pub struct Http {
    webhooks: Arc<Lane>,
    models: Arc<Lane>,
    outbound: Arc<Lane>,
}

/// Open to nothing but the public internet.
impl Default for Http {
    fn default() -> Self {
        Http::new(HttpOptions::default())
    }
}

impl Http {
    pub fn new(options: HttpOptions) -> Http {
        let resolver = options.resolver.unwrap_or_else(system_resolver);
        let tls = Tls::default();
        let lane = |networks: Networks, receives: Option<u32>| {
            let (resolver, tls) = (resolver.clone(), tls.clone());
            let rules = Arc::new(Rules { networks, resolver, tls, within: CONNECT_WITHIN, receives });
            let client = Client::builder(TokioExecutor::new())
                .pool_timer(TokioTimer::new())
                .pool_idle_timeout(IDLE_FOR)
                .pool_max_idle_per_host(IDLE_CONNECTIONS)
                .http1_max_buf_size(MOST_HEADERS)
                .build(Connector(rules.clone()));
            Arc::new(Lane { rules, client })
        };
        let webhooks = lane(options.outbound_allow.and(&options.webhooks_allow), Some(WEBHOOK_RECEIVES));
        let models = lane(options.outbound_allow.and(&options.models_allow), None);
        Http { webhooks, models, outbound: lane(options.outbound_allow, None) }
    }

    fn lane(&self, policy: Policy) -> &Lane {
        match policy {
            Policy::Webhooks => &self.webhooks,
            Policy::Models => &self.models,
            Policy::Outbound => &self.outbound,
        }
    }

    /// Whether it may be called, as its name resolves now; it is asked again at each connection. `Unreachable` where the
    /// name does not resolve in time.
    pub async fn check(&self, policy: Policy, to: &Target, within: Duration) -> Result<(), HttpError> {
        let resolving = tokio::time::timeout(within, self.lane(policy).rules.resolve(to.host())).await;
        resolving.unwrap_or(Err(ConnectError::TimedOut(within))).map(drop).map_err(HttpError::from)
    }

    /// Sends it, and answers once the headers of the answer are there.
    pub async fn send(&self, policy: Policy, request: Request) -> Result<Answer, HttpError> {
        let until = Instant::now() + request.within;
        timeout_at(until, self.follow(policy, request, until)).await.unwrap_or(Err(HttpError::TimedOut))
    }

    async fn follow(&self, policy: Policy, request: Request, until: Instant) -> Result<Answer, HttpError> {
        let Request { method, mut to, mut headers, mut body, mut redirects, .. } = request;
        loop {
            let mut sent = hyper::Request::new(body);
            *sent.method_mut() = method.clone();
            *sent.uri_mut() = to.uri().clone();
            *sent.headers_mut() = headers.clone();
            let response = self.lane(policy).client.request(sent).await.map_err(failure)?;
            let next = match location(&response) {
                Some(next) if redirects > 0 && method == Method::GET => {
                    to.follow(&next).map_err(HttpError::Redirect)?
                }
                _ => {
                    let (parts, body) = response.into_parts();
                    return Ok(Answer { status: parts.status.as_u16(), headers: parts.headers, body, until });
                }
            };
            if !next.same_origin(&to) {
                headers.remove(AUTHORIZATION);
            }
            redirects -= 1;
            to = next;
            body = payload(Bytes::new());
        }
    }
}

fn location(response: &Response<Incoming>) -> Option<String> {
    let redirects = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    let location = response.headers().get(LOCATION)?.to_str().ok()?;
    redirects.then(|| location.to_owned())
}

fn failure(error: hyper_util::client::legacy::Error) -> HttpError {
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(connect) = cause.downcast_ref::<ConnectError>() {
            return connect.clone().into();
        }
        if let Some(cause) = cause.downcast_ref::<hyper::Error>() {
            // It was still waiting for a connection that went away.
            return match cause.is_canceled() {
                true => HttpError::Unreachable("the connection ended before anything was sent".to_owned()),
                false => HttpError::Broken(said(cause)),
            };
        }
        source = cause.source();
    }
    if error.is_connect() { HttpError::Unreachable(error.to_string()) } else { HttpError::Broken(error.to_string()) }
}

/// An error with what is behind it.
fn said(error: &hyper::Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
