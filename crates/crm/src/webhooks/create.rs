//! A new endpoint.

use serde_json::json;
use store::params;

use super::{Endpoint, MOST_ENDPOINTS, get, read_topics};
use crate::access::Scope;
use crate::changes;
use crate::error::{Error, Problems, Result};
use crate::id::WebhookId;
use crate::work::Work;

#[derive(Debug, Clone)]
pub struct NewEndpoint {
    /// Made by the caller, who sealed the secret for this very row.
    pub id: WebhookId,
    /// Looked at by the caller: that it is an address, and none that is not to be called.
    pub url: String,
    /// Names; `*`, or where none are given: all of them.
    pub topics: Option<Vec<String>>,
    pub description: Option<String>,
    pub active: bool,
    pub sealed_secret: Vec<u8>,
}

impl NewEndpoint {
    fn topics(&self, problems: &mut Problems) -> Vec<String> {
        self.topics.as_ref().map(|names| read_topics(names, "/topics", problems)).unwrap_or_default()
    }

    /// What can be said without the database.
    pub fn check(&self, problems: &mut Problems) {
        self.topics(problems);
    }
}

/// Whoever has events sent somewhere must be allowed to read them.
pub(super) fn check_may_read(w: &Work<'_, '_>) -> Result<()> {
    let scopes = w.setup.scopes_of(w.caller.actor).unwrap_or_default();
    if scopes.contains(Scope::EventsRead) { Ok(()) } else { Err(Error::Forbidden(Scope::EventsRead)) }
}

/// 409 `limit_reached` beyond 100.
pub fn create(w: &mut Work<'_, '_>, new: &NewEndpoint) -> Result<Endpoint> {
    check_may_read(w)?;
    let mut problems = Problems::default();
    let topics = new.topics(&mut problems);
    problems.check()?;
    check_room(w)?;
    w.tx.execute(
        "INSERT INTO webhooks (organization_id, id, url, description, topics, active, secret, failures, paused_until, version,
                               created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, 1, $8, $8)",
        params![
            w.caller.organization,
            new.id,
            new.url,
            new.description,
            json!(topics).to_string(),
            new.active,
            new.sealed_secret,
            w.now
        ],
    )?;
    let endpoint = get(w, new.id)?;
    changes::record(w, "webhook", new.id, "created", json!({"webhook": &endpoint}), None)?;
    Ok(endpoint)
}

pub(super) fn check_room(w: &mut Work<'_, '_>) -> Result<()> {
    let row = w.tx.query_one(
        "SELECT count(*) AS n FROM webhooks WHERE organization_id = $1 AND deleted_at IS NULL",
        params![w.caller.organization],
    )?;
    if row.at::<i64>(0)? < MOST_ENDPOINTS {
        return Ok(());
    }
    let message = format!("An organization has at most {MOST_ENDPOINTS} webhooks. Delete one that is not needed.");
    Err(Error::conflict("limit_reached", message))
}
