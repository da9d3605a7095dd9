//! A client of the Graph API and a receiver of webhooks, both over real connections.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Request, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use recado_simulator::config::defaults::{ACCESS_TOKEN, PHONE_NUMBER_ID};
use recado_simulator::{Clock, Config, Knobs, Simulator};
use serde_json::{Value, json};

pub const ANA: &str = "56955500001";
/// More than any of these tests takes; only a broken one comes near.
pub const LONG: Duration = Duration::from_secs(60);

/// The tests' time: 2025-06-15.
pub fn clock() -> Clock {
    Clock::frozen(1_750_000_000)
}

pub async fn start(knobs: Knobs) -> Simulator {
    Simulator::start(Config { clock: clock(), knobs, ..Config::default() }).await.unwrap()
}

/// With a receiver of its webhooks.
pub async fn start_with(receiver: &Receiver, knobs: Knobs) -> Simulator {
    let webhook_url = Some(receiver.url.clone());
    Simulator::start(Config { clock: clock(), knobs, webhook_url, ..Config::default() }).await.unwrap()
}

#[derive(Debug)]
pub struct Answered {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Bytes,
}

impl Answered {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap()
    }

    pub fn code(&self) -> i64 {
        self.json()["error"]["code"].as_i64().unwrap_or_else(|| panic!("no error: {}", self.json()))
    }
}

fn http() -> Client<HttpConnector, Full<Bytes>> {
    Client::builder(TokioExecutor::new()).build_http()
}

/// Fails where the connection was cut.
pub async fn try_call(request: Request<Full<Bytes>>) -> Result<Answered, String> {
    let asked = async {
        let response = http().request(request).await.map_err(|error| error.to_string())?;
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.map_err(|error| error.to_string())?.to_bytes();
        Ok(Answered { status: parts.status.as_u16(), headers: parts.headers, bytes })
    };
    tokio::time::timeout(LONG, asked).await.expect("no answer")
}

pub fn request(simulator: &Simulator, method: &str, path: &str, body: Option<&Value>) -> Request<Full<Bytes>> {
    let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", simulator.url()) };
    let mut builder =
        Request::builder().method(method).uri(url).header("authorization", format!("Bearer {ACCESS_TOKEN}"));
    if body.is_some() {
        builder = builder.header("content-type", "application/json");
    }
    builder.body(Full::new(body.map(|body| Bytes::from(body.to_string())).unwrap_or_default())).unwrap()
}

pub async fn get(simulator: &Simulator, path: &str) -> Answered {
    try_call(request(simulator, "GET", path, None)).await.unwrap()
}

pub async fn post(simulator: &Simulator, path: &str, body: &Value) -> Answered {
    try_call(request(simulator, "POST", path, Some(body))).await.unwrap()
}

pub async fn delete(simulator: &Simulator, path: &str) -> Answered {
    try_call(request(simulator, "DELETE", path, None)).await.unwrap()
}

pub fn messages_path() -> String {
    format!("/v26.0/{PHONE_NUMBER_ID}/messages")
}

/// A message of this type to Ana, with other keys beside it.
pub fn message(kind: &str, object: Value, others: Value) -> Value {
    let mut body = json!({
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": ANA,
        "type": kind,
        kind: object,
    });
    body.as_object_mut().unwrap().extend(others.as_object().unwrap().clone());
    body
}

pub fn text(body: &str) -> Value {
    message("text", json!({"body": body}), json!({}))
}

pub async fn send(simulator: &Simulator, body: &Value) -> Answered {
    post(simulator, &messages_path(), body).await
}

/// Sends what has to be accepted; answers with its id.
pub async fn sent(simulator: &Simulator, body: &Value) -> String {
    let answered = send(simulator, body).await;
    assert_eq!(answered.status, 200, "{body}: {}", answered.json());
    answered.json()["messages"][0]["id"].as_str().unwrap().to_owned()
}

#[derive(Debug, Clone)]
pub struct Got {
    pub signature: String,
    pub body: Bytes,
}

impl Got {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

#[derive(Debug, Default)]
struct Inside {
    got: Vec<Got>,
    asked: Vec<String>,
    refuse: usize,
}

/// Takes webhooks, and refuses as many as it is told to.
#[derive(Debug)]
pub struct Receiver {
    pub url: String,
    inside: Arc<Mutex<Inside>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Receiver {
    pub async fn start() -> Self {
        let inside = Arc::new(Mutex::new(Inside::default()));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook?tenant=1", listener.local_addr().unwrap());
        let router = Router::new().fallback(take).with_state(inside.clone());
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, inside, task }
    }

    pub fn refuse(&self, calls: usize) {
        self.inside.lock().unwrap().refuse = calls;
    }

    pub fn got(&self) -> Vec<Got> {
        self.inside.lock().unwrap().got.clone()
    }

    /// The queries of handshakes.
    pub fn asked(&self) -> Vec<String> {
        self.inside.lock().unwrap().asked.clone()
    }

    /// What one key of all `value`s of this field held, in the order in which it came.
    pub fn items(&self, field: &str, key: &str) -> Vec<Value> {
        self.values(field).iter().flat_map(|value| value[key].as_array().cloned().unwrap_or_default()).collect()
    }

    pub fn values(&self, field: &str) -> Vec<Value> {
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        self.got()
            .iter()
            .flat_map(|got| list(&got.json()["entry"]))
            .flat_map(|entry| list(&entry["changes"]))
            .filter(|change| change["field"] == field)
            .map(|change| change["value"].clone())
            .collect()
    }

    /// `(id, status)` of all statuses, in order.
    pub fn statuses(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        self.items("messages", "statuses").iter().map(|s| (text(&s["id"]), text(&s["status"]))).collect()
    }
}

async fn take(
    State(inside): State<Arc<Mutex<Inside>>>,
    uri: Uri,
    headers: HeaderMap,
    request: Request<Body>,
) -> Response {
    let get = request.method() == "GET";
    let body = request.into_body().collect().await.unwrap().to_bytes();
    let mut inside = inside.lock().unwrap();
    if get {
        let query = uri.query().unwrap_or("").to_owned();
        let challenge = query.split('&').find_map(|pair| pair.strip_prefix("hub.challenge=")).unwrap_or("").to_owned();
        let good = query.contains("hub.mode=subscribe") && query.contains("hub.verify_token=simulator-verify-token");
        inside.asked.push(query);
        return if good { challenge.into_response() } else { StatusCode::FORBIDDEN.into_response() };
    }
    let signature =
        headers.get("x-hub-signature-256").map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
    inside.got.push(Got { signature, body });
    if inside.refuse > 0 {
        inside.refuse -= 1;
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    StatusCode::OK.into_response()
}
