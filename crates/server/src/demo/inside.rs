//! Calling the API without a socket: the same routes, checks and transactions.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use api::seal::Sealer;
use api::{ApiOptions, App};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use crm::{Clock, Crm, Timestamp};
use providers::Http;
use serde_json::Value;
use tower::ServiceExt;

use crate::cli::Failure;

/// Answers of one call are far smaller.
const LARGEST_ANSWER: usize = 1024 * 1024;
/// Between two looks at the clock.
const STEP_MICROS: i64 = 17_000_000;

/// A clock that is set to a day in the past and moves on a little each time it is read.
#[derive(Debug, Clone, Default)]
pub struct WalkingClock(Arc<AtomicI64>);

impl WalkingClock {
    /// That many days ago; a few hours earlier, so that no day reaches into the future.
    pub fn day(&self, days_ago: i64) {
        let start = Timestamp::now().plus_days(-days_ago).plus_seconds(-3 * 3600);
        self.0.store(start.micros(), Ordering::Relaxed);
    }

    pub fn as_clock(&self) -> Clock {
        let at = self.0.clone();
        Arc::new(move || Timestamp::from_micros(at.fetch_add(STEP_MICROS, Ordering::Relaxed)))
    }
}

#[derive(Clone)]
pub struct Inside {
    router: Router,
    crm: Crm,
    key: String,
}

impl Inside {
    pub fn new(crm: Crm, sealer: Sealer, key: String) -> Inside {
        let router = api::router(App::new(crm.clone(), sealer, Http::default(), ApiOptions::default()));
        Inside { router, crm, key }
    }

    /// For what comes in from outside, which no operation of the API brings.
    pub fn crm(&self) -> &Crm {
        &self.crm
    }

    pub async fn get(&self, path: &str) -> Result<Value, Failure> {
        self.call("GET", "read", path, Value::Null).await
    }

    /// `name` makes the call repeatable: with the same one it is answered again and not done again.
    pub async fn post(&self, name: &str, path: &str, body: Value) -> Result<Value, Failure> {
        self.call("POST", name, path, body).await
    }

    pub async fn patch(&self, name: &str, path: &str, body: Value) -> Result<Value, Failure> {
        self.call("PATCH", name, path, body).await
    }

    async fn call(&self, method: &str, name: &str, path: &str, body: Value) -> Result<Value, Failure> {
        let failed = |what: &dyn std::fmt::Display| Failure::new(format!("the demo: {method} {path} ({name}): {what}"));
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("x-api-key", &self.key)
            .header("content-type", "application/json")
            .header("idempotency-key", format!("demo {name}"))
            .body(Body::from(body.to_string()))
            .map_err(|error| failed(&error))?;
        let Ok(response) = self.router.clone().oneshot(request).await;
        let status = response.status();
        let bytes = to_bytes(response.into_body(), LARGEST_ANSWER).await.map_err(|error| failed(&error))?;
        if !status.is_success() {
            return Err(failed(&format!("{status} {}", String::from_utf8_lossy(&bytes))));
        }
        serde_json::from_slice(&bytes).map_err(|error| failed(&error))
    }
}
