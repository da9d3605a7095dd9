//! From a request to its answer: token, trouble on purpose, the call itself, the log.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use bytes::Bytes;
use serde_json::{Value, json};

use super::call::Call;
use super::error::GraphError;
use super::{about, dispatch};
use crate::faults::{On, Trouble};
use crate::knobs::Token;
use crate::people::digits;
use crate::world::{self, Shared, World};

/// On a response: the connection is to be cut instead.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cut;

/// How long an answer waits at most for statuses that are to overtake it.
const OVERTAKING: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The id of a message that was accepted.
    pub(crate) accepted: Option<String>,
}

impl Answer {
    pub(crate) fn json(value: Value) -> Self {
        Self::with_status(StatusCode::OK, &value)
    }

    pub(crate) fn success() -> Self {
        Self::json(json!({"success": true}))
    }

    fn with_status(status: StatusCode, value: &Value) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=UTF-8"));
        Self { status, headers, body: Bytes::from(value.to_string()), accepted: None }
    }

    fn refused(world: &mut World, error: &GraphError) -> Self {
        let trace = format!("A{}", world.random.token());
        let mut answer = Self::with_status(error.status, &error.body(&trace));
        if let Some(seconds) = error.wait {
            answer.headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
            let waba = &world.config.numbers[0].waba_id;
            let usage = json!({waba: [{
                "type": "whatsapp",
                "call_count": 100,
                "total_cputime": 100,
                "total_time": 100,
                "estimated_time_to_regain_access": seconds.div_ceil(60),
            }]});
            if let Ok(usage) = HeaderValue::from_str(&usage.to_string()) {
                answer.headers.insert("x-business-use-case-usage", usage);
            }
        }
        answer
    }

    /// Not Meta's: what a proxy in between would say.
    fn of_a_proxy(status: u16) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html"));
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
        let body = format!("<html><body><h1>{status}</h1></body></html>");
        Self { status, headers, body: Bytes::from(body), accepted: None }
    }

    fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}

pub(crate) async fn handle(State(shared): State<Arc<Shared>>, request: Request<Body>) -> Response<Body> {
    let largest = shared.look(|world| world.config.bounds.largest_file);
    let (call, unreadable) = match Call::read(request, largest).await {
        Ok(call) => (call, None),
        Err(unreadable) => (unreadable.0, Some(unreadable.1)),
    };
    let (outcome, statuses_first, latency) = shared.with(|world| {
        let outcome = outcome(world, &call, unreadable);
        (outcome, world.knobs.statuses_before_answer, world.knobs.latency_ms)
    });
    if latency + outcome.delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(latency + outcome.delay_ms)).await;
    }
    if statuses_first && outcome.answer.accepted.is_some() {
        let settled = shared.until(|world| world.queue.is_settled(&world.knobs, world.now_ms()));
        // Too late is then as good as never: the answer must come.
        let _ = tokio::time::timeout(OVERTAKING, settled).await;
    }
    let mut response = outcome.answer.into_response();
    if outcome.cut {
        response.extensions_mut().insert(Cut);
    }
    response
}

struct Outcome {
    answer: Answer,
    cut: bool,
    delay_ms: u64,
}

fn outcome(world: &mut World, call: &Call, unreadable: Option<GraphError>) -> Outcome {
    let (on, name) = about(world, call);
    let to = call.text("to").or_else(|| call.text("recipient"));
    let (mut cut, mut delay_ms, mut fail_later) = (false, 0, None);
    let mut result = match (authorize(world, call), unreadable) {
        (Err(error), _) | (Ok(()), Some(error)) => Err(error),
        (Ok(()), None) => Ok(None),
    };
    if result.is_ok() {
        match strike(world, on, to) {
            None => {}
            Some(Trouble::Error(code)) => result = Err(on_purpose(code)),
            Some(Trouble::Http(status)) => result = Ok(Some(Answer::of_a_proxy(status))),
            Some(Trouble::CutBefore) => {
                cut = true;
                result = Ok(Some(Answer::of_a_proxy(502)));
            }
            Some(Trouble::CutAfter) => cut = true,
            Some(Trouble::Delay(ms)) => delay_ms = ms,
            Some(Trouble::FailLater(code)) => fail_later = Some(code),
        }
    }
    let result = match result {
        Ok(Some(answer)) => Ok(answer),
        Ok(None) => dispatch_with(world, call, fail_later),
        Err(error) => Err(error),
    };
    let error = result.as_ref().err().map(|error| error.code);
    let answer = result.unwrap_or_else(|error| Answer::refused(world, &error));
    if cut && let Some(out) = answer.accepted.as_deref().and_then(|id| world.messages.out_mut(id)) {
        out.sent.answer_cut = true;
    }
    let status = (!cut).then(|| answer.status.as_u16());
    tracing::info!(method = %call.method, path = call.path, status, error, "a call");
    let mut body = call.parameters.clone();
    body.retain(|name, _| !["input_token", "client_secret", "pin"].contains(&name.as_str()));
    let request = world::Request {
        at_ms: world.now_ms(),
        method: call.method.to_string(),
        path: call.path.clone(),
        about: name,
        body: Value::Object(body),
        status,
        error,
    };
    let weight = call.raw.len() + 300;
    world.requests.push(request, weight);
    Outcome { answer, cut, delay_ms }
}

/// A message that is to fail later is accepted as usual; only its ladder differs.
fn dispatch_with(world: &mut World, call: &Call, fail_later: Option<i64>) -> super::Result {
    let before = world.knobs.fail_with;
    if fail_later.is_some() {
        world.knobs.fail_with = fail_later;
    }
    let result = dispatch(world, call);
    world.knobs.fail_with = before;
    result
}

fn strike(world: &mut World, on: On, to: Option<&str>) -> Option<Trouble> {
    let World { faults, people, .. } = world;
    faults.strike(on, to, |one, other| {
        one == other
            || (!digits(one).is_empty() && digits(one) == digits(other))
            || people.find(one).is_some_and(|at| people.find(other) == Some(at))
    })
}

fn on_purpose(code: i64) -> GraphError {
    let error = match code {
        190 => GraphError::token(Some(463), "Error validating access token: Session has expired"),
        _ => GraphError::coded(code, "The simulator was told to answer so."),
    };
    match code {
        4 | 80_007 | 130_429 | 131_048 | 131_064 => error.waiting(60),
        _ => error,
    }
}

fn authorize(world: &World, call: &Call) -> Result<(), GraphError> {
    // What a new app asks for before it has any token.
    if call.segments.first().is_some_and(|first| first == "oauth") {
        return Ok(());
    }
    let app_token = format!("{}|{}", world.config.app_id, world.config.app_secret);
    match &call.token {
        None => Err(GraphError::token(None, "An access token is required to request this resource.")),
        Some(token) if *token == app_token => Ok(()),
        Some(token) if *token != world.config.access_token => {
            Err(GraphError::token(None, "Invalid OAuth access token - Cannot parse access token"))
        }
        Some(_) => match world.knobs.token {
            Token::Valid => Ok(()),
            Token::Expired => Err(GraphError::token(Some(463), "Error validating access token: Session has expired")),
            Token::Revoked => {
                Err(GraphError::token(Some(460), "Error validating access token: The session has been invalidated"))
            }
            Token::NoPermission => Err(GraphError::coded(10, "The token lacks whatsapp_business_messaging")),
        },
    }
}
