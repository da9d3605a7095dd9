//! One request on its way through a handler.

use std::str::FromStr;
use std::sync::Arc;

use bytes::Bytes;
use crm::id::ChannelId;
use crm::idempotency::{self, Claim, Remembered, RequestKey};
use crm::sessions::Known;
use crm::webchat::Visitor;
use crm::{Caller, FieldError, Setup, Work};
use jiff::civil::Date;
use providers::media_store::Stored;
use structuring::Json;
use structuring::json::{Mode, Object};

use crate::answer::{Answer, JSON};
use crate::app::App;
use crate::input::{Fields, Input, Style};
use crate::problem::Problem;
use crate::sign_in::client::Client;
use crate::webchat::{Visit, visitor_unknown};

#[derive(Clone)]
pub struct Call {
    pub app: Arc<App>,
    pub caller: Caller,
    /// Where no key came: the caller's session.
    pub session: Option<Known>,
    /// Who sent it, where signing in minds.
    pub client: Client,
    /// The organization's set-up, possibly stale: good for looking things up, checked again in the transaction.
    pub setup: Arc<Setup>,
    pub style: Style,
    pub path: Vec<(String, String)>,
    pub query: Vec<(String, String)>,
    pub content_type: Option<String>,
    pub if_match: Option<String>,
    pub accept: Option<String>,
    pub last_event_id: Option<String>,
    pub range: Option<String>,
    pub body: Bytes,
    /// The body, where it was a file.
    pub file: Option<Stored>,
    pub request_key: Option<RequestKey>,
    /// What came as `X-Hub-Signature-256`, of a signed call.
    pub signature: Option<String>,
    /// Of a visitor of a web chat.
    pub visit: Option<Visit>,
    /// Of a public file: whether it may be compressed, and which of it the client has.
    pub accepts_gzip: bool,
    pub if_none_match: Option<String>,
    /// The day of the call in UTC, or the one that it rehearses.
    pub on: Date,
}

/// What a write came to: a fresh value to be shown, or an answer that stands already.
enum Done<T> {
    Value(T, Arc<Setup>),
    Answer(Answer),
    Replay(Remembered),
}

impl Call {
    /// The session, and what its cookie holds.
    pub fn signed_in(&self) -> Result<(Known, String), Problem> {
        match (self.session, &self.client.token) {
            (Some(known), Some(cookie)) => Ok((known, cookie.clone())),
            _ => Err(crm::Error::Unauthorized.into()),
        }
    }

    pub fn param(&self, name: &str) -> &str {
        self.path.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    pub fn visit(&self) -> Result<&Visit, Problem> {
        self.visit.as_ref().ok_or_else(|| Problem::internal("a call of nobody's page"))
    }

    /// The hash of the visitor's token, and its channel.
    pub fn token(&self) -> Result<([u8; 32], ChannelId), Problem> {
        let visit = self.visit()?;
        Ok((visit.token.ok_or_else(visitor_unknown)?, visit.channel))
    }

    /// 401 `visitor_unknown` where the token is nobody's.
    pub async fn visitor(&self) -> Result<Visitor, Problem> {
        let (token, channel) = self.token()?;
        self.read(move |w| crm::webchat::by_token(w, channel, &token)).await?.ok_or_else(visitor_unknown)
    }

    /// An id in the path; what is not one is not there either.
    pub fn id<T: FromStr>(&self, name: &str, what: &str) -> Result<T, Problem> {
        self.param(name).parse().map_err(|_| crm::Error::not_found(what).into())
    }

    pub fn read_query<T: Input>(&self) -> Result<T, Problem> {
        let mut fields = Fields::query(&self.query, self.style);
        let input = T::read(&mut fields);
        complete(input, fields.finish())
    }

    /// The caller's feed, as the rules of structuring tell feeds apart.
    pub fn source(&self) -> Arc<str> {
        self.setup.source_of(self.caller.actor)
    }

    /// The body as a JSON object.
    pub fn object(&self) -> Result<Object, Problem> {
        object_of(&self.body, self.content_type.as_deref())
    }

    pub fn read_body<T: Input>(&self) -> Result<T, Problem> {
        let object = self.object()?;
        self.read_object(&object)
    }

    pub fn read_object<T: Input>(&self, object: &Object) -> Result<T, Problem> {
        let mut fields = Fields::object(object, self.style, "");
        let input = T::read(&mut fields);
        complete(input, fields.finish())
    }

    /// The version that `If-Match` wants, if it was sent. `*` matches any.
    pub fn if_version(&self) -> Result<Option<i64>, Problem> {
        match self.if_match.as_deref().map(str::trim) {
            None | Some("*") => Ok(None),
            // A tag that is none of ours matches nothing.
            Some(tag) => Ok(Some(tag.trim_start_matches("W/").trim_matches('"').parse().unwrap_or(-1))),
        }
    }

    /// One transaction, then the answer. With an idempotency key the answer is stored in that same transaction, and a
    /// repetition gets it back without running `work`.
    pub async fn write<T, F, V>(&self, work: F, view: V) -> Result<Answer, Problem>
    where
        T: Send + 'static,
        F: Fn(&mut Work<'_, '_>) -> crm::Result<T> + Send + 'static,
        V: Fn(&T, &Setup) -> Result<Answer, Problem> + Send + Sync + 'static,
    {
        let view = Arc::new(view);
        let rendering = view.clone();
        let key = self.request_key.clone();
        let sealer = self.app.sealer.clone();
        let done = self
            .app
            .crm
            .write(&self.caller, move |w| {
                let Some(key) = &key else {
                    let value = work(w)?;
                    return Ok(Done::Value(value, w.setup.clone()));
                };
                if let Claim::Replay(answer) = idempotency::claim(w, key)? {
                    return Ok(Done::Replay(answer));
                }
                let value = work(w)?;
                let answer = rendering(&value, &w.setup).map_err(|p| crm::Error::Internal(p.detail))?;
                let body = if answer.secret {
                    sealer.seal(&place(key), &answer.body).map_err(|e| crm::Error::Internal(e.to_string()))?
                } else {
                    answer.body.to_vec()
                };
                let etag = answer.headers.iter().find(|(name, _)| *name == "etag").map(|(_, value)| value.clone());
                let remembered = Remembered { status: answer.status, body, etag, sealed: answer.secret };
                idempotency::remember(w, key, &remembered)?;
                Ok(Done::Answer(answer))
            })
            .await?;
        match done {
            Done::Value(value, setup) => view(&value, &setup),
            Done::Answer(answer) => Ok(answer),
            Done::Replay(remembered) => self.replay(remembered),
        }
    }

    /// The answer of this very request, if it was done within the last 24 hours.
    pub async fn remembered(&self) -> Result<Option<Answer>, Problem> {
        let Some(key) = self.request_key.clone() else { return Ok(None) };
        match self.app.crm.read(&self.caller, move |w| idempotency::recall(w, &key)).await? {
            Some(remembered) => self.replay(remembered).map(Some),
            None => Ok(None),
        }
    }

    fn replay(&self, remembered: Remembered) -> Result<Answer, Problem> {
        let body = match (&self.request_key, remembered.sealed) {
            (Some(key), true) => self.app.sealer.open(&place(key), &remembered.body).map_err(Problem::internal)?,
            _ => remembered.body,
        };
        let answer = Answer::bytes(remembered.status, JSON, body.into()).header("idempotency-replayed", "true");
        Ok(match remembered.etag {
            Some(etag) => answer.header("etag", etag),
            None => answer,
        })
    }

    /// Reads in one snapshot.
    pub async fn read<T, F>(&self, work: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: Fn(&mut Work<'_, '_>) -> crm::Result<T> + Send + 'static,
    {
        Ok(self.app.crm.read(&self.caller, work).await?)
    }

    /// Runs `prepare` over the set-up at hand; where that refuses, over the set-up as it is now if it has moved: what the
    /// request names may have been made a moment ago, by another process.
    pub async fn prepare<T>(&self, prepare: impl Fn(&Setup) -> Result<T, Problem>) -> Result<T, Problem> {
        let refused = match prepare(&self.setup) {
            Err(problem) if problem.status < 500 => problem,
            other => return other,
        };
        let Some(setup) = self.app.crm.setup_since(&self.setup).await? else { return Err(refused) };
        // The caller's right comes first, and may have gone too.
        let scopes = setup.scopes_of(self.caller.actor).ok_or(crm::Error::Unauthorized)?;
        match self.caller.scope {
            Some(scope) if !scopes.contains(scope) => Err(crm::Error::Forbidden(scope).into()),
            _ => prepare(&setup),
        }
    }
}

fn place(key: &RequestKey) -> String {
    format!("idempotency/{}/{}", key.operation, key.key)
}

/// A value, if it is complete and nothing was wrong.
pub fn complete<T>(input: Option<T>, problems: Vec<FieldError>) -> Result<T, Problem> {
    match input {
        Some(input) if problems.is_empty() => Ok(input),
        _ => Err(Problem::invalid(problems)),
    }
}

/// 415 for another declared type than one of JSON.
pub fn check_is_json(content_type: Option<&str>) -> Result<(), Problem> {
    if let Some(declared) = content_type {
        let essence = declared.split(';').next().unwrap_or("").trim();
        if !(essence.eq_ignore_ascii_case("application/json") || essence.to_ascii_lowercase().ends_with("+json")) {
            return Err(Problem::new(415, "unsupported_media_type", "Send the body as application/json."));
        }
    }
    Ok(())
}

/// A JSON object from raw bytes: 415 for another declared type, 400 for what is no JSON object.
pub fn object_of(body: &[u8], content_type: Option<&str>) -> Result<Object, Problem> {
    check_is_json(content_type)?;
    if body.is_empty() {
        return Err(Problem::invalid(vec![FieldError::new("", "required", "A JSON object is required as the body.")]));
    }
    let json = Json::parse(body, Mode::Strict)
        .map_err(|error| Problem::invalid(vec![FieldError::new("", "malformed_json", error.to_string())]))?;
    let kind = json.kind();
    json.into_object().ok_or_else(|| {
        let message = format!("The body must be a JSON object, not a JSON {kind}.");
        Problem::invalid(vec![FieldError::new("", "invalid_type", message)])
    })
}
