//! Calls to language models: one prompt, one answer of JSON. Three ways of speaking, one behaviour. Nothing of what is sent or
//! comes back is logged, or stands in an error.

mod anthropic;
mod ollama;
mod openai;

use std::time::{Duration, Instant};

use crm::structuring_model::{Kind, Report, Trouble};
use hyper::Method;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use serde_json::Value;
use structuring::model::{Prompt, Question, Unreadable};

use crate::http::{Answer, Http, HttpError, Policy, Request, payload};
use crate::target::Target;
use crate::webhook::retry_after;

/// Bytes of an answer that are read; a longer one is none.
const MOST_READ: usize = 512 * 1024;
/// Longest word of an endpoint's own about what was wrong that is passed on.
const LONGEST_CODE: usize = 64;

/// An endpoint and how to speak with it.
#[derive(Clone)]
pub struct Line {
    pub kind: Kind,
    pub base_url: String,
    pub model: String,
    pub key: Option<String>,
    /// The endpoint takes a JSON Schema.
    pub strict: bool,
    /// For one call.
    pub within: Duration,
}

/// Never the key.
impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Line").field("kind", &self.kind).field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

/// An answer that could not be read, and what was said about it.
struct Before<'a> {
    answer: &'a str,
    repair: &'a str,
}

/// What one call is made of.
struct Call {
    path: &'static str,
    headers: Vec<(HeaderName, String)>,
    body: Value,
}

/// What came back.
struct Told {
    text: String,
    /// In and out together.
    tokens: i64,
}

/// What became of a question.
#[derive(Debug)]
pub struct Consulted {
    /// One that can be read.
    pub answer: Option<String>,
    pub report: Report,
    /// All calls together.
    pub took: Duration,
}

/// Asks; where the answer cannot be read and another call may be made, says so and asks once more. `calls`: how many it may take.
pub async fn consult(
    http: &Http,
    line: &Line,
    question: &Question,
    calls: i64,
    check: impl Fn(&str) -> Result<(), Unreadable>,
) -> Consulted {
    let started = Instant::now();
    let prompt = question.prompt();
    let mut report = Report::default();
    let mut before: Option<(String, String)> = None;
    let answer = loop {
        report.calls += 1;
        let earlier = before.as_ref().map(|(answer, repair)| Before { answer, repair });
        let told = match ask(http, line, &prompt, earlier).await {
            Ok(told) => told,
            Err(trouble) => {
                report.trouble = Some(trouble);
                break None;
            }
        };
        report.tokens += told.tokens;
        match check(&told.text) {
            Ok(()) => break Some(told.text),
            Err(unreadable) if before.is_none() && report.calls < calls => {
                before = Some((told.text, unreadable.repair()))
            }
            Err(unreadable) => {
                report.trouble = Some((Trouble::Unreadable, format!("{unreadable}.")));
                break None;
            }
        }
    };
    Consulted { answer, report, took: started.elapsed() }
}

/// The second of an error: a sentence for people, with nothing of what was sent or came.
type Troubled = (Trouble, String);

fn failed(why: impl Into<String>) -> Troubled {
    (Trouble::Failed, why.into())
}

async fn ask(http: &Http, line: &Line, prompt: &Prompt, before: Option<Before<'_>>) -> Result<Told, Troubled> {
    let call = match line.kind {
        Kind::OpenAi => openai::call(line, prompt, before),
        Kind::Anthropic => anthropic::call(line, prompt, before),
        Kind::Ollama => ollama::call(line, prompt, before),
    };
    let answer = send(http, line, call).await?;
    let (status, after) = (answer.status, retry_after(&answer.headers));
    let (body, whole) = answer.read(MOST_READ).await.map_err(of_http)?;
    if !(200..300).contains(&status) {
        return Err(refused(status, after, &body));
    }
    if !whole {
        return Err(failed(format!("Its answer is longer than {MOST_READ} bytes.")));
    }
    let body: Value =
        serde_json::from_slice(&body).map_err(|_| failed("Its answer is no JSON: is the address right?"))?;
    let told = match line.kind {
        Kind::OpenAi => openai::told(&body),
        Kind::Anthropic => anthropic::told(&body),
        Kind::Ollama => ollama::told(&body),
    };
    told.ok_or_else(|| failed("Its answer has no text: is this an endpoint of that kind?"))
}

async fn send(http: &Http, line: &Line, call: Call) -> Result<Answer, Troubled> {
    let address = format!("{}{}", line.base_url.trim_end_matches('/'), call.path);
    let to = Target::parse(&address).map_err(failed)?;
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(USER_AGENT, HeaderValue::from_static(concat!("Recado/", env!("CARGO_PKG_VERSION"))));
    for (name, value) in call.headers {
        let mut value =
            HeaderValue::from_str(&value).map_err(|_| failed("The key has a character that no header may have."))?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    let body = payload(call.body.to_string());
    let request = Request { headers, body, ..Request::new(Method::POST, to, line.within) };
    http.send(Policy::Models, request).await.map_err(of_http)
}

fn of_http(error: HttpError) -> Troubled {
    match error {
        HttpError::TimedOut => failed("It did not answer in time."),
        error => failed(format!("It cannot be reached: {error}.")),
    }
}

/// 529 is what Anthropic says where everything is too busy.
fn refused(status: u16, after: Option<i64>, body: &[u8]) -> Troubled {
    let said = code(body).map(|code| format!(" ({code})")).unwrap_or_default();
    let why = format!("It answered with HTTP status {status}{said}.");
    match status {
        429 | 529 => (Trouble::Busy(after), why),
        503 if after.is_some() => (Trouble::Busy(after), why),
        _ => failed(why),
    }
}

/// The endpoint's own word for what was wrong, where it is one: texts may repeat what was sent.
fn code(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let error = body.get("error")?;
    let words = [error.get("code"), error.get("type")].into_iter().flatten().filter_map(Value::as_str);
    let plain = |word: &&str| {
        !word.is_empty()
            && word.len() <= LONGEST_CODE
            && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b == b'-')
    };
    words.into_iter().find(plain).map(str::to_owned)
}

fn bearer(line: &Line) -> Vec<(HeaderName, String)> {
    let key = line.key.as_ref().map(|key| (hyper::header::AUTHORIZATION, format!("Bearer {key}")));
    key.into_iter().collect()
}

/// What is said, in turns: the prompt, and where an answer could not be read that answer and why.
fn turns(prompt: &Prompt, before: Option<&Before<'_>>) -> Vec<Value> {
    let turn = |role: &str, content: &str| serde_json::json!({"role": role, "content": content});
    let mut turns = vec![turn("user", &prompt.data)];
    if let Some(before) = before {
        // An empty one is refused by some.
        let answer = if before.answer.trim().is_empty() { "{}" } else { before.answer };
        turns.extend([turn("assistant", answer), turn("user", before.repair)]);
    }
    turns
}

fn count(body: &Value, members: [&str; 2]) -> i64 {
    members.iter().filter_map(|member| body.get(member)?.as_i64()).filter(|count| *count > 0).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_refusal_only_its_word_is_passed_on() {
        let (trouble, why) = refused(401, None, br#"{"error": {"code": "invalid_api_key", "message": "sk-1234"}}"#);
        assert_eq!((trouble, why.as_str()), (Trouble::Failed, "It answered with HTTP status 401 (invalid_api_key)."));
        let (_, why) = refused(400, None, br#"{"error": {"type": "Ana Rojas +56955500001", "code": 7}}"#);
        assert_eq!(why, "It answered with HTTP status 400.");
        assert_eq!(refused(429, Some(7), b"").0, Trouble::Busy(Some(7)));
        assert_eq!(refused(529, None, b"").0, Trouble::Busy(None));
        assert_eq!(refused(503, None, b"").0, Trouble::Failed);
    }
}
