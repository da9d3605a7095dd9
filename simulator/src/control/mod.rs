//! The HTTP interface that steers the simulator: what people do, what goes wrong, what was sent.

mod steer;
mod watch;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::DefaultBodyLimit;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Response, StatusCode};
use axum::routing::{get, post};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::world::{Refused, Shared};

/// A medium comes as base64 in JSON.
const BODY_BYTES: usize = 140 << 20;

pub(crate) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/", get(hello))
        .route("/inbound", post(steer::inbound))
        .route("/echo", post(steer::echo))
        .route("/press", post(steer::press))
        .route("/status", post(steer::status))
        .route("/preference", post(steer::preference))
        .route("/persons", get(watch::persons).post(steer::person))
        .route("/number-change", post(steer::change_number))
        .route("/event", post(steer::event))
        .route("/raw-webhook", post(steer::raw_webhook))
        .route("/template", post(steer::template))
        .route("/knobs", get(watch::knobs).patch(steer::knobs).post(steer::knobs))
        .route("/faults", get(watch::faults).post(steer::fault).delete(steer::clear_faults))
        .route("/clock", get(watch::clock).post(steer::clock))
        .route("/webhook", get(watch::webhook).post(steer::webhook))
        .route("/verify", post(steer::verify))
        .route("/settle", post(steer::settle))
        .route("/reset", post(steer::reset))
        .route("/sent", get(watch::sent))
        .route("/requests", get(watch::requests))
        .route("/webhooks", get(watch::webhooks))
        .fallback(nothing)
        .layer(DefaultBodyLimit::max(BODY_BYTES))
}

/// What there is, for somebody who looks with a browser or curl.
pub(crate) async fn hello() -> Response<Body> {
    let mut response = Response::new(Body::from(include_str!("hello.txt")));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

async fn nothing() -> Response<Body> {
    problem(StatusCode::NOT_FOUND, "there is no such path; GET /_simulator lists them")
}

fn answer(value: &Value) -> Response<Body> {
    with_status(StatusCode::OK, value)
}

fn with_status(status: StatusCode, value: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(format!("{value:#}\n")));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn problem(status: StatusCode, detail: &str) -> Response<Body> {
    with_status(status, &json!({"error": detail}))
}

/// What was done, or 400 with the sentence why not.
fn done(result: Result<Value, Refused>) -> Response<Body> {
    match result {
        Ok(value) => answer(&value),
        Err(refused) => problem(StatusCode::BAD_REQUEST, &refused.to_string()),
    }
}

/// An empty body is an empty object.
fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Refused> {
    let body: &[u8] = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|error| Refused(error.to_string()))
}
