//! Webhooks out: endpoints of integrators, the relay that turns events of the log into what waits for them, and what
//! became of every try. What is sent, and when again, is decided here; sending it is a worker's.

mod calls;
mod claim;
mod create;
mod disable;
mod finish;
mod forget;
mod relay;
mod render;
mod replay;
mod schedule;
mod update;

pub use calls::{Call, CallFilter, calls, record_test};
pub use claim::{Claimed, Due, Ready, Wanted, claim, ready, reclaim_all};
pub use create::{NewEndpoint, create};
pub use disable::{Reason, disable};
pub use finish::{Finished, Tried, Verdict, finish};
pub use forget::forget_old;
pub(crate) use forget::forget_what_was_said;
pub(crate) use relay::hold_relay;
pub use relay::{Queued, relay};
pub use render::test_body;
pub use replay::{Replay, Replayed, replay};
pub use schedule::{CALL_SECONDS, CLAIM_SECONDS};
pub use update::{EndpointPatch, delete, restore, rotate, update};

use serde::Serialize;
use store::{Row, params};

use crate::error::{Error, FieldError, Problems, Result};
use crate::events::Topic;
use crate::id::WebhookId;
use crate::page::{Page, PageRequest, is_placed, placed};
use crate::time::Timestamp;
use crate::work::Work;

/// Endpoints of one organization, at most: each costs a row for every event it wants.
const MOST_ENDPOINTS: i64 = 100;
/// After a rotation the former secret signs along for so long.
pub const ROTATION_SECONDS: i64 = 24 * 3600;

/// Where somebody wants events.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[schemars(rename = "Webhook")]
pub struct Endpoint {
    pub id: WebhookId,
    pub url: String,
    /// `["*"]`: all of them, also those that are yet to come.
    pub topics: Vec<String>,
    pub description: Option<String>,
    pub active: bool,
    /// Why it is not active, where nobody said so: `gone`, its receiver answered 410; `failing`, for five days every try
    /// failed.
    pub disabled_reason: Option<String>,
    pub disabled_at: Option<Timestamp>,
    /// Since when every try fails; null while they do not.
    pub failing_since: Option<Timestamp>,
    /// Until when nothing is tried, because too many tries in a row failed or the receiver asked for it.
    pub paused_until: Option<Timestamp>,
    /// Until when the secret before the last rotation signs along.
    pub previous_secret_until: Option<Timestamp>,
    #[serde(skip)]
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub deleted_at: Option<Timestamp>,
}

const COLUMNS: &str = "id, url, topics, description, active, disabled_reason, disabled_at, failing_since, paused_until, \
     previous_until, version, created_at, updated_at, deleted_at";

impl Endpoint {
    fn from_row(row: &Row, now: Timestamp) -> Result<Endpoint> {
        let topics = topics_of(row.text("topics")?)?;
        let paused_until: Timestamp = row.get("paused_until")?;
        let previous_until: Option<Timestamp> = row.get("previous_until")?;
        Ok(Endpoint {
            id: row.get("id")?,
            url: row.get("url")?,
            topics: if topics.is_empty() { vec!["*".to_owned()] } else { topics },
            description: row.get("description")?,
            active: row.get("active")?,
            disabled_reason: row.get("disabled_reason")?,
            disabled_at: row.get("disabled_at")?,
            failing_since: row.get("failing_since")?,
            paused_until: Some(paused_until).filter(|until| *until > now),
            previous_secret_until: previous_until.filter(|until| *until > now),
            version: row.get("version")?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
            deleted_at: row.get("deleted_at")?,
        })
    }
}

/// Where the secrets of an endpoint are sealed to.
pub fn seal_place(id: WebhookId) -> String {
    format!("webhooks/{id}/secret")
}

/// By id, also one that was deleted; or 404.
pub fn get(w: &mut Work<'_, '_>, id: WebhookId) -> Result<Endpoint> {
    let sql = format!("SELECT {COLUMNS} FROM webhooks WHERE organization_id = $1 AND id = $2");
    let row = w.tx.query_opt(&sql, params![w.caller.organization, id])?;
    Endpoint::from_row(&row.ok_or_else(|| Error::not_found("webhook"))?, w.now)
}

/// By id; a deleted one is not there.
pub fn get_live(w: &mut Work<'_, '_>, id: WebhookId) -> Result<Endpoint> {
    Some(get(w, id)?).filter(|endpoint| endpoint.deleted_at.is_none()).ok_or_else(|| Error::not_found("webhook"))
}

/// Oldest first, deleted ones left out.
pub fn list(w: &mut Work<'_, '_>) -> Result<Vec<Endpoint>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM webhooks WHERE organization_id = $1 AND deleted_at IS NULL ORDER BY created_at, id"
    );
    let now = w.now;
    w.tx.query(&sql, params![w.caller.organization])?.iter().map(|row| Endpoint::from_row(row, now)).collect()
}

/// The same, a page of them.
pub fn page(w: &mut Work<'_, '_>, request: &PageRequest) -> Result<Page<Endpoint>> {
    let key = |endpoint: &Endpoint| placed(endpoint.created_at.micros(), endpoint.id);
    Page::of_sorted(list(w)?, request, is_placed, key, |endpoint| endpoint)
}

/// Its sealed secrets: the one that signs, and the former one where that still signs along.
pub fn sealed_secrets(w: &mut Work<'_, '_>, id: WebhookId) -> Result<Vec<Vec<u8>>> {
    let row = w.tx.query_opt(
        "SELECT secret, CASE WHEN previous_until > $3 THEN previous_secret END AS previous FROM webhooks
         WHERE organization_id = $1 AND id = $2",
        params![w.caller.organization, id, w.now],
    )?;
    let row = row.ok_or_else(|| Error::not_found("webhook"))?;
    let previous: Option<Vec<u8>> = row.get("previous")?;
    Ok([row.get("secret")?].into_iter().chain(previous).collect())
}

fn topics_of(stored: &str) -> Result<Vec<String>> {
    serde_json::from_str(stored).map_err(|error| Error::Internal(format!("topics of a webhook: {error}")))
}

/// Canonical names, each once; none for all. Notes names that are no topics at `at/n`. An empty list is not all of them: who takes
/// the last one away does not ask for everything.
fn read_topics(names: &[String], at: &str, problems: &mut Problems) -> Vec<String> {
    if names.is_empty() {
        let message = "Name at least one topic, or * for all of them. To be sent nothing, set active to false.";
        problems.add(FieldError::new(at, "empty", message));
    }
    let mut topics: Vec<String> = Vec::new();
    let mut all = false;
    for (n, name) in names.iter().enumerate() {
        match Topic::from_name(name) {
            _ if name == "*" => all = true,
            Some(topic) if topics.iter().any(|known| known == topic.name()) => {}
            Some(topic) => topics.push(topic.name().to_owned()),
            None => {
                let known = Topic::ALL.map(Topic::name).join(", ");
                let message = format!("There is no such topic. There are: {known}; and * for all of them.");
                problems.add(FieldError::new(format!("{at}/{n}"), "unknown_topic", message));
            }
        }
    }
    if all { Vec::new() } else { topics }
}
