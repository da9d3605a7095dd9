//! Every error that leaves the server: RFC 9457, with the members that clients of the compatibility surface read.

use crm::{Error, FieldError};
use serde_json::{Map, Value, json};
use structuring::Json;
use structuring::json::Mode;

use crate::answer::Answer;
use crate::input::Style;
use crate::lifecycle::with_member;

pub const PROBLEM_JSON: &str = "application/problem+json";

/// At most so many bad fields are listed; a request with more is wrong as a whole.
const MOST_ERRORS: usize = 100;

#[derive(Debug)]
pub struct Problem {
    pub status: u16,
    pub code: &'static str,
    pub detail: String,
    pub errors: Vec<FieldError>,
    pub headers: Vec<(&'static str, String)>,
    /// Boxed, because every result has room for a problem.
    rare: Option<Box<Rare>>,
}

/// What few problems have.
#[derive(Debug, Default)]
struct Rare {
    /// What the log gets beside the request id, and the caller does not.
    cause: Option<String>,
    /// More members, such as the `replacement` of a removed operation. Their numbers stay as they were written.
    extensions: Vec<(&'static str, Json)>,
}

impl Problem {
    pub fn new(status: u16, code: &'static str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Problem { status, code, detail, errors: Vec::new(), headers: Vec::new(), rare: None }
    }

    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub fn with(mut self, member: &'static str, value: Json) -> Self {
        self.rare.get_or_insert_default().extensions.push((member, value));
        self
    }

    pub fn because(mut self, cause: impl std::fmt::Display) -> Self {
        self.rare.get_or_insert_default().cause = Some(cause.to_string());
        self
    }

    /// What went wrong on our side, for the log.
    pub fn cause(&self) -> Option<&str> {
        self.rare.as_ref()?.cause.as_deref()
    }

    /// A defect: the log gets the cause, the caller the request id.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        let detail = "Something went wrong on our side. The request id finds it in the server's log.";
        Problem::new(500, "internal", detail).because(cause)
    }

    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let detail = match errors.as_slice() {
            [one] => named(one),
            many => format!("{} things are wrong with this request; `errors` names each.", many.len()),
        };
        let mut problem = Problem::new(400, "invalid_request", detail);
        problem.errors = errors;
        problem
    }

    pub fn title(&self) -> &'static str {
        match self.status {
            400 => "Bad Request",
            401 => "Unauthorized",
            403 => "Forbidden",
            404 => "Not Found",
            405 => "Method Not Allowed",
            408 => "Request Timeout",
            409 => "Conflict",
            410 => "Gone",
            412 => "Precondition Failed",
            413 => "Content Too Large",
            416 => "Range Not Satisfiable",
            415 => "Unsupported Media Type",
            429 => "Too Many Requests",
            503 => "Service Unavailable",
            _ => "Internal Server Error",
        }
    }

    pub fn into_answer(self, style: Style, request_id: &str) -> Answer {
        let mut body = Map::new();
        body.insert("type".into(), format!("/docs/errors#{}", self.code).into());
        body.insert("title".into(), self.title().into());
        body.insert("status".into(), self.status.into());
        body.insert("detail".into(), self.detail.as_str().into());
        body.insert("code".into(), self.code.into());
        body.insert("request_id".into(), request_id.into());
        let errors = self.errors.iter().take(MOST_ERRORS);
        let errors: Vec<Value> =
            errors.map(|e| json!({"pointer": e.pointer, "code": e.code, "message": e.message})).collect();
        body.insert("errors".into(), errors.into());
        if style == Style::Compatible {
            body.insert("statusCode".into(), self.status.into());
            let messages: Vec<String> = self.errors.iter().take(MOST_ERRORS).map(named).collect();
            let message = if messages.is_empty() { json!(self.detail) } else { json!(messages) };
            body.insert("message".into(), message);
            body.insert("error".into(), self.title().into());
        }
        let mut body = Value::Object(body).to_string().into_bytes();
        for (member, value) in self.rare.iter().flat_map(|rare| &rare.extensions) {
            body = with_member(&body, member, &value.to_string());
        }
        let mut answer = Answer::bytes(self.status, PROBLEM_JSON, body.into());
        answer.headers = self.headers;
        answer
    }
}

/// What is wrong, after where it is; the body as a whole has no name.
fn named(error: &FieldError) -> String {
    if error.pointer.is_empty() { error.message.clone() } else { format!("{}: {}", error.pointer, error.message) }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let code = error.code();
        match error {
            Error::Invalid(errors) => Problem::invalid(errors),
            Error::NotFound { what, .. } => Problem::new(404, code, format!("There is no such {what}.")),
            Error::Conflict { message, errors, .. } => {
                let mut problem = Problem::new(409, code, message);
                problem.errors = errors;
                problem
            }
            Error::PhoneTaken { contact } => {
                let detail = "Another contact of this channel is known by this number, `contact_id` says which: merge the two where they \
                              are one person.";
                Problem::new(409, code, detail).with("contact_id", Json::from(contact.to_string()))
            }
            Error::MayNotSend { message, window, .. } => {
                Problem::new(409, code, message).with("window", json_of(&window))
            }
            Error::Stale { current } => {
                let detail = "Somebody changed it since you read it. Read it again and repeat your change.";
                Problem::new(412, code, detail).header("etag", format!("\"{current}\""))
            }
            Error::Unauthorized => unauthorized(),
            Error::Forbidden(scope) => {
                let detail =
                    format!("This needs the scope `{scope}`, which this key, or this member's role, does not have.");
                Problem::new(403, code, detail)
            }
            Error::IdempotencyReused => Problem::new(
                409,
                code,
                "This Idempotency-Key was used for another request within the last 24 hours. Use a new key for a new request.",
            ),
            Error::Store(ref cause @ store::Error::Unknown { .. }) => {
                let detail = "The database did not confirm this: it may have been done, or not. Look before you repeat it, or repeat it \
                              with the same Idempotency-Key, which does it once.";
                Problem::new(503, code, detail).because(cause)
            }
            Error::Store(ref cause) => {
                if cause.is_transient() {
                    let detail = "The database cannot take this right now; nothing was changed. Try again.";
                    Problem::new(503, code, detail).because(cause).header("retry-after", "1")
                } else {
                    Problem::internal(cause)
                }
            }
            Error::Internal(cause) => Problem::internal(cause),
        }
    }
}

/// Small and of our own making.
fn json_of(value: &Value) -> Json {
    Json::parse(value.to_string().as_bytes(), Mode::Lenient).unwrap_or(Json::Null)
}

pub fn unauthorized() -> Problem {
    Problem::new(401, "unauthorized", "Send a valid API key in the header x-api-key, or sign in.")
        .header("www-authenticate", "ApiKey realm=\"recado\", header=\"x-api-key\"")
}
