//! C33: webhooks, as existing integrations manage them.

use crm::events::Topic;
use crm::id::WebhookId;
use crm::webhooks::{self, CallFilter, EndpointPatch};
use crm::{Setup, webhooks::Call as WebhookCall};
use schemars::JsonSchema;
use serde::Serialize;

use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input};
use crate::kinds::{Flag, Kind, OneOf, Whole, id};
use crate::problem::Problem;
use crate::webhook_input::{
    DESCRIPTION, SECRET, SECRET_ABOUT, TOPIC, TOPICS, URL, Wanted, create as make, shown, update,
};

/// Tries of one page.
const PAGE: i64 = 50;
pub const OUTCOMES: OneOf<&'static str> = OneOf {
    words: &["delivered", "retrying", "failed"],
    read: |word| ["delivered", "retrying", "failed"].into_iter().find(|known| *known == word),
};

fn read_topics(f: &mut Fields<'_>) -> Option<Vec<String>> {
    let topics = f.optional("topics", TOPICS, "Names; without it, or with *, all of them.");
    let topic = f.optional("topic", TOPIC, "One more.");
    match (topics, topic) {
        (None, None) => None,
        (topics, topic) => Some(topics.into_iter().flatten().chain(topic).collect()),
    }
}

#[derive(Debug)]
pub struct CreateInput(Wanted);

impl Input for CreateInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let url = f.required("url", URL, "http or https; private addresses are refused.");
        let topics = read_topics(f);
        let secret = f.optional("secret", SECRET, SECRET_ABOUT);
        let active = f.optional("active", Flag, "By itself true.").unwrap_or(true);
        let description = f.optional("description", DESCRIPTION, "");
        Some(CreateInput(Wanted { url: url?, topics, secret, active, description }))
    }
}

pub async fn create(call: Call) -> Result<Answer, Problem> {
    let CreateInput(wanted) = call.read_body()?;
    make(&call, wanted).await
}

pub async fn list(call: Call) -> Result<Answer, Problem> {
    Answer::json(200, &call.read(webhooks::list).await?)
}

pub async fn show(call: Call) -> Result<Answer, Problem> {
    let id: WebhookId = call.id("id", "webhook")?;
    shown(&call.read(move |w| webhooks::get(w, id)).await?)
}

#[derive(Debug)]
pub struct ChangeInput(EndpointPatch, Option<String>);

impl Input for ChangeInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let url = f.optional("url", URL, "What is not sent stays.");
        let topics = read_topics(f);
        let active = f.optional("active", Flag, "");
        let description = f.optional("description", DESCRIPTION, "").map(Some);
        let about = "Another one signs from now on, the one before along with it for a day.";
        let secret = f.optional("secret", SECRET, about);
        Some(ChangeInput(EndpointPatch { url, topics, description, active, if_version: None }, secret))
    }
}

pub async fn change(call: Call) -> Result<Answer, Problem> {
    let id: WebhookId = call.id("id", "webhook")?;
    let ChangeInput(mut patch, secret) = call.read_body()?;
    patch.if_version = call.if_version()?;
    update(&call, id, patch, secret.as_deref()).await
}

pub async fn delete(call: Call) -> Result<Answer, Problem> {
    let id: WebhookId = call.id("id", "webhook")?;
    let version = call.if_version()?;
    call.write(move |w| webhooks::delete(w, id, version), |webhook, _: &Setup| shown(webhook)).await
}

pub async fn restore(call: Call) -> Result<Answer, Problem> {
    let id: WebhookId = call.id("id", "webhook")?;
    let view = |webhook: &webhooks::Endpoint, _: &Setup| Ok(Answer::json(201, webhook)?.etag(webhook.version));
    call.write(move |w| webhooks::restore(w, id), view).await
}

pub async fn topics(_: Call) -> Result<Answer, Problem> {
    Answer::json(200, &Topic::ALL.map(Topic::name))
}

/// A status of HTTP, or what the try came to.
#[derive(Debug, Clone, Copy)]
struct StatusOrOutcome;

impl Kind for StatusOrOutcome {
    type Out = (Option<i64>, Option<&'static str>);

    fn read(&self, raw: crate::input::Raw<'_>, at: &str, problems: &mut Vec<crm::FieldError>) -> Option<Self::Out> {
        let text = TOPIC.read(raw, at, problems)?;
        let status = text.parse().ok().filter(|status| (100..=599).contains(status));
        match (status, (OUTCOMES.read)(&text)) {
            (None, None) => {
                problems.push(crm::FieldError::new(at, "invalid_value", format!("Expected {}.", self.expected())));
                None
            }
            found => Some(found),
        }
    }

    fn expected(&self) -> String {
        "delivered, retrying, failed, or a status of HTTP such as 500".to_owned()
    }

    fn schema(&self) -> serde_json::Value {
        serde_json::json!({"type": "string", "pattern": "^(delivered|retrying|failed|[1-5][0-9][0-9])$"})
    }
}

#[derive(Debug)]
pub struct CallsQuery {
    filter: CallFilter,
    page: i64,
}

impl Input for CallsQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let endpoint = f.optional("webhook_id", id::<WebhookId>(), "Only those of this webhook.");
        let status = f.optional("status", StatusOrOutcome, "Only those of this outcome, or with this status of HTTP.");
        let topic = f.optional("topic", TOPIC, "Only those of this topic.");
        let page = f.optional("page", Whole { min: 1, max: 10_000 }, "From 1.").unwrap_or(1);
        let (status, outcome) = status.unwrap_or_default();
        let filter = CallFilter {
            id: None,
            endpoint,
            topic,
            status,
            outcome: outcome.map(str::to_owned),
            before: None,
            offset: (page - 1) * PAGE,
            limit: PAGE + 1,
        };
        Some(CallsQuery { filter, page })
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct CallsPage {
    /// Newest first, 50 a page.
    pub calls: Vec<WebhookCall>,
    pub page: i64,
    #[serde(rename = "hasMore")]
    pub has_more: bool,
}

pub async fn calls(call: Call) -> Result<Answer, Problem> {
    let CallsQuery { filter, page } = call.read_query()?;
    let mut calls = call.read(move |w| webhooks::calls(w, &filter)).await?;
    let has_more = calls.len() as i64 > PAGE;
    calls.truncate(PAGE as usize);
    Answer::json(200, &CallsPage { calls, page, has_more })
}
