//! Taking what is due and bringing it to the receiver; the handshake.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::header::{CONTENT_TYPE, USER_AGENT};
use axum::http::{Method, Request, Uri};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::Serialize;
use tokio::task::JoinSet;

use super::body::signature;
use super::queue::Call;
use crate::world::Shared;

/// What is read of an answer.
const ANSWER_BYTES: usize = 64 * 1024;

pub(crate) type Http = Client<HttpConnector, Full<Bytes>>;

pub(crate) fn client() -> Http {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    connector.set_connect_timeout(Some(Duration::from_secs(5)));
    Client::builder(TokioExecutor::new()).build(connector)
}

/// One attempt to bring a webhook to the receiver.
#[derive(Debug, Clone, Serialize)]
pub struct Webhook {
    /// Milliseconds since 1970, when the attempt ended.
    pub at_ms: i64,
    pub url: Option<String>,
    /// The body as it was sent, escapes and all.
    pub body: String,
    /// `X-Hub-Signature-256`
    pub signature: String,
    /// 1 is the first attempt.
    pub attempt: usize,
    /// A repetition on purpose (the knob `duplicates`).
    pub duplicate: bool,
    /// The receiver's status; null: it could not be reached, or said nothing in time.
    pub status: Option<u16>,
    pub error: Option<String>,
    pub took_ms: u64,
}

/// Runs until the simulator ends.
pub(crate) async fn run(shared: Arc<Shared>) {
    let http = client();
    let mut moved = shared.clock().moved();
    let mut changed = shared.changed();
    let mut under_way = JoinSet::new();
    loop {
        moved.mark_unchanged();
        changed.mark_unchanged();
        let (calls, next_due, at_once) = shared.take_calls();
        for call in calls {
            while under_way.len() >= at_once {
                under_way.join_next().await;
            }
            let (shared, http) = (shared.clone(), http.clone());
            under_way.spawn(async move { deliver(&shared, &http, call).await });
        }
        while under_way.try_join_next().is_some() {}
        let wait = async {
            match next_due {
                Some(due) if !shared.clock().is_frozen() => {
                    let ms = u64::try_from(due - shared.clock().now_ms()).unwrap_or(0);
                    tokio::time::sleep(Duration::from_millis(ms.clamp(1, 60_000))).await;
                }
                _ => std::future::pending().await,
            }
        };
        tokio::select! {
            () = wait => {}
            _ = moved.changed() => {}
            _ = changed.changed() => {}
        }
    }
}

async fn deliver(shared: &Shared, http: &Http, call: Call) {
    let (secret, timeout) = shared.signing();
    let signed = signature(&secret, &call.body);
    let started = Instant::now();
    let result = match &call.target {
        None => Ok(None),
        Some(url) => {
            let asked = post(http, url, &call.body, &signed);
            match tokio::time::timeout(timeout, asked).await {
                Ok(result) => result.map(Some),
                Err(_) => Err(format!("no answer within {} ms", timeout.as_millis())),
            }
        }
    };
    let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    shared.delivered(call, signed, result, took_ms);
}

async fn post(http: &Http, url: &str, body: &Bytes, signed: &str) -> Result<u16, String> {
    let uri = super::target(url)?;
    let request = Request::builder()
        .method(Method::POST)
        .uri(uri)
        .header(CONTENT_TYPE, "application/json")
        .header(USER_AGENT, "facebookexternalua")
        .header("x-hub-signature-256", signed)
        .body(Full::new(body.clone()))
        .map_err(|error| error.to_string())?;
    let response = http.request(request).await.map_err(|error| said(&error))?;
    let status = response.status().as_u16();
    // The connection can only be used again once the answer was read.
    let _ = Limited::new(response.into_body(), ANSWER_BYTES).collect().await;
    Ok(status)
}

/// The handshake that Meta makes when a receiver is entered: `hub.challenge` has to come back as it is.
pub(crate) async fn handshake(url: &str, verify_token: &str, challenge: &str) -> Result<(), String> {
    let base = super::target(url)?;
    let query = form_urlencoded::Serializer::new(base.query().unwrap_or("").to_owned())
        .append_pair("hub.mode", "subscribe")
        .append_pair("hub.verify_token", verify_token)
        .append_pair("hub.challenge", challenge)
        .finish();
    let mut parts = base.clone().into_parts();
    parts.path_and_query = format!("{}?{}", base.path(), query.trim_start_matches('&')).parse().ok();
    let uri = Uri::from_parts(parts).map_err(|error| error.to_string())?;
    let request = Request::get(uri)
        .header(USER_AGENT, "facebookplatform/1.0 (+http://developers.facebook.com)")
        .body(Full::new(Bytes::new()))
        .map_err(|error| error.to_string())?;
    let asked = async {
        let response = client().request(request).await.map_err(|error| said(&error))?;
        let status = response.status();
        let body = Limited::new(response.into_body(), ANSWER_BYTES)
            .collect()
            .await
            .map_err(|error| error.to_string())?
            .to_bytes();
        if !status.is_success() {
            return Err(format!("the receiver answered {}", status.as_u16()));
        }
        if body != challenge.as_bytes() {
            return Err("the receiver answered something else than the challenge".to_owned());
        }
        Ok(())
    };
    tokio::time::timeout(Duration::from_secs(10), asked)
        .await
        .unwrap_or_else(|_| Err("no answer within 10 s".to_owned()))
}

/// An error of the client with its cause, which alone says what happened.
fn said(error: &hyper_util::client::legacy::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
