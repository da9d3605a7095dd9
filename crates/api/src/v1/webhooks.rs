//! Webhooks of the Recado surface: endpoints, their secrets, tests, replays, and every try.

use std::time::Duration;

use bytes::Bytes;
use crm::id::{EventId, IdSource, WebhookCallId, WebhookId};
use crm::page::{Page, PageRequest};
use crm::webhooks::{self, CALL_SECONDS, CallFilter, EndpointPatch, Replay, Tried, Verdict, seal_place};
use crm::{FieldError, Problems, Setup, Timestamp};
use providers::webhook::{Delivery, Secret, deliver};

use super::paging::{PageQuery, page};
use crate::answer::Answer;
use crate::call::Call;
use crate::compat::webhooks::OUTCOMES;
use crate::input::{Fields, Input};
use crate::kinds::{Flag, Instant, List, Whole, id};
use crate::problem::Problem;
use crate::webhook_input::{
    self, DESCRIPTION, SECRET, SECRET_ABOUT, TOPIC, TOPICS, URL, Wanted, seal, secret_of, shown, with_secret,
};

const MOST_EVENTS: usize = 100;

pub async fn list(call: Call) -> Result<Answer, Problem> {
    let PageQuery(page) = call.read_query()?;
    Answer::json(200, &call.read(move |w| webhooks::page(w, &page)).await?)
}

pub async fn show(call: Call) -> Result<Answer, Problem> {
    let id: WebhookId = call.id("id", "webhook")?;
    shown(&call.read(move |w| webhooks::get(w, id)).await?)
}

#[derive(Debug)]
pub struct CreateInput(Wanted);

impl Input for CreateInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let url = f.required("url", URL, "http or https; private addresses are refused.");
        let topics = f.optional("topics", TOPICS, "Names; without it, or with *, all of them.");
        let secret = f.optional("secret", SECRET, SECRET_ABOUT);
        let active = f.optional("active", Flag, "By itself true.").unwrap_or(true);
        let description = f.optional("description", DESCRIPTION, "");
        Some(CreateInput(Wanted { url: url?, topics, secret, active, description }))
    }
}

pub async fn create(call: Call) -> Result<Answer, Problem> {
    let CreateInput(wanted) = call.read_body()?;
    webhook_input::create(&call, wanted).await
}

#[derive(Debug)]
pub struct UpdateInput(EndpointPatch);

impl Input for UpdateInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let url = f.optional("url", URL, "Another one starts afresh: what failed before says nothing any more.");
        let topics = f.optional("topics", TOPICS, "All of them, or * for every topic.");
        let description = f.nullable("description", DESCRIPTION, "");
        let active = f.optional("active", Flag, "True makes a disabled one active again.");
        Some(UpdateInput(EndpointPatch { url, topics, description, active, if_version: None }))
    }
}

pub async fn update(call: Call) -> Result<Answer, Problem> {
    let id: WebhookId = call.id("id", "webhook")?;
    let UpdateInput(mut patch) = call.read_body()?;
    patch.if_version = call.if_version()?;
    webhook_input::update(&call, id, patch, None).await
}

pub async fn delete(call: Call) -> Result<Answer, Problem> {
    let id: WebhookId = call.id("id", "webhook")?;
    let version = call.if_version()?;
    call.write(move |w| webhooks::delete(w, id, version), |webhook, _: &Setup| shown(webhook)).await
}

#[derive(Debug)]
pub struct RotateInput(Option<String>);

impl Input for RotateInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        Some(RotateInput(f.optional("secret", SECRET, SECRET_ABOUT)))
    }
}

pub async fn rotate_secret(call: Call) -> Result<Answer, Problem> {
    let id: WebhookId = call.id("id", "webhook")?;
    let RotateInput(given) = if call.body.is_empty() { RotateInput(None) } else { call.read_body()? };
    let version = call.if_version()?;
    let mut problems = Problems::default();
    let secret = secret_of(given.as_deref(), &mut problems)?;
    problems.check()?;
    let Some(secret) = secret else { return Err(Problem::internal("a secret that is neither there nor wrong")) };
    let (sealed, plain) = (seal(&call.app, id, &secret)?, secret.shown());
    call.write(
        move |w| webhooks::rotate(w, id, &sealed, version),
        move |webhook, _: &Setup| with_secret(200, webhook, &plain),
    )
    .await
}

/// Sent while the caller waits, whatever the endpoint's state; the answer says what came of it.
pub async fn test(call: Call) -> Result<Answer, Problem> {
    let id: WebhookId = call.id("id", "webhook")?;
    if let Some(answer) = call.remembered().await? {
        return Ok(answer);
    }
    let (endpoint, sealed) =
        call.read(move |w| Ok((webhooks::get_live(w, id)?, webhooks::sealed_secrets(w, id)?))).await?;
    let open = |sealed: &Vec<u8>| call.app.sealer.open(&seal_place(id), sealed).map(Secret::from_bytes);
    let secrets = sealed.iter().map(open).collect::<Result<_, _>>().map_err(|_| unsealed())?;
    let now = call.app.crm.now();
    let mut ids = IdSource::new(now, uuid::Uuid::new_v4().as_u64_pair().0);
    let event = EventId(ids.new_uuid());
    let body = webhooks::test_body(call.caller.organization, id, event, now);
    let delivery = Delivery {
        url: endpoint.url,
        id: event.to_string(),
        body: Bytes::from(body.clone()),
        secrets,
        within: Duration::from_secs(CALL_SECONDS as u64),
    };
    let outcome = deliver(&call.app.http, &delivery).await;
    let tried = Tried {
        organization: call.caller.organization,
        endpoint: id,
        event,
        topic: "webhook.test".to_owned(),
        attempt: 0,
        claim: 0,
        verdict: if outcome.is_delivered() { Verdict::Delivered } else { Verdict::Failed { retry_after: None } },
        status: outcome.status,
        error: outcome.error,
        answer: outcome.answer,
        started_at: now,
        duration_ms: outcome.took.as_millis() as i64,
        call: WebhookCallId(ids.new_uuid()),
        chance: 0.0,
    };
    let view = |made: &webhooks::Call, _: &Setup| Answer::json(200, made);
    call.write(move |w| webhooks::record_test(w, &tried, &body), view).await
}

fn unsealed() -> Problem {
    let detail = "The secret does not open under this server's key. Rotate it.";
    Problem::new(409, "secret_unreadable", detail)
}

#[derive(Debug)]
pub struct ReplayInput(Replay);

impl Input for ReplayInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let events = List { of: id::<EventId>(), max: MOST_EVENTS };
        let events = f.optional("event_ids", events, "These events, whatever their topic.");
        let from = f.optional("from", Instant, "With `to`: those of its topics that happened from then on.");
        let to = f.optional("to", Instant, "Up to then.");
        let after = f.optional("after", Whole { min: 0, max: i64::MAX }, "`next_after` of the answer before.");
        if f.describes() {
            return None;
        }
        match (events, from, to) {
            (Some(events), None, None) if !events.is_empty() => Some(ReplayInput(Replay::Events(events))),
            (None, Some(from), Some(to)) => between(f, from, to, after.unwrap_or(0)),
            _ => {
                let message = "Send either `event_ids`, at least one, or `from` and `to`.";
                f.problems.push(FieldError::new("", "required", message));
                None
            }
        }
    }
}

fn between(f: &mut Fields<'_>, from: Timestamp, to: Timestamp, after: i64) -> Option<ReplayInput> {
    if from > to {
        f.problem("from", "out_of_range", "This is later than `to`.");
    }
    Some(ReplayInput(Replay::Between { from, to, after }))
}

pub async fn replay(call: Call) -> Result<Answer, Problem> {
    let id: WebhookId = call.id("id", "webhook")?;
    let ReplayInput(wanted) = call.read_body()?;
    call.write(move |w| webhooks::replay(w, id, &wanted), |replayed, _: &Setup| Answer::json(200, replayed)).await
}

#[derive(Debug)]
pub struct CallsQuery {
    filter: CallFilter,
    page: PageRequest,
}

impl Input for CallsQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let outcome = f.optional("outcome", OUTCOMES, "Only those that came to this.").map(str::to_owned);
        let status = f.optional("status", Whole { min: 100, max: 599 }, "Only those with this status of HTTP.");
        let topic = f.optional("topic", TOPIC, "Only those of this topic.");
        let page = page(f);
        let before = page.cursor.as_deref().map(str::parse::<WebhookCallId>);
        if matches!(before, Some(Err(_))) {
            f.problem("cursor", "invalid_cursor", "This is not a cursor that a page gave. Leave it out to start over.");
        }
        let before = before.and_then(Result::ok);
        let filter =
            CallFilter { outcome, status, topic, before, limit: i64::from(page.limit) + 1, ..CallFilter::default() };
        Some(CallsQuery { filter, page })
    }
}

pub async fn calls(call: Call) -> Result<Answer, Problem> {
    let id: WebhookId = call.id("id", "webhook")?;
    let CallsQuery { mut filter, page } = call.read_query()?;
    filter.endpoint = Some(id);
    let rows = call
        .read(move |w| {
            webhooks::get(w, id)?;
            webhooks::calls(w, &filter)
        })
        .await?;
    Answer::json(200, &Page::from_surplus(rows, page.limit, |row| row.id.to_string()))
}
