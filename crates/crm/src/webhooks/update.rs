//! Changing an endpoint, its secret, its being there.

use serde_json::json;
use store::params;

use super::create::{check_may_read, check_room};
use super::{Endpoint, ROTATION_SECONDS, get, get_live, read_topics};
use crate::changes::{self, Changes, check_version};
use crate::error::{Problems, Result};
use crate::id::WebhookId;
use crate::work::Work;

/// What is to change; none: stays.
#[derive(Debug, Clone, Default)]
pub struct EndpointPatch {
    /// Looked at by the caller.
    pub url: Option<String>,
    pub topics: Option<Vec<String>>,
    pub description: Option<Option<String>>,
    pub active: Option<bool>,
    pub if_version: Option<i64>,
}

/// Another address, or being made active, starts it afresh: what failed before says nothing any more.
pub fn update(w: &mut Work<'_, '_>, id: WebhookId, patch: &EndpointPatch) -> Result<Endpoint> {
    check_may_read(w)?;
    let before = get_live(w, id)?;
    check_version(patch.if_version, before.version)?;
    let mut problems = Problems::default();
    let topics = patch.topics.as_ref().map(|names| read_topics(names, "/topics", &mut problems));
    problems.check()?;
    let mut wanted = before.clone();
    let mut changes = Changes::default();
    if let Some(url) = &patch.url {
        changes.set("url", &mut wanted.url, url.clone());
    }
    if let Some(topics) = &topics {
        let shown = if topics.is_empty() { vec!["*".to_owned()] } else { topics.clone() };
        changes.set("topics", &mut wanted.topics, shown);
    }
    if let Some(description) = &patch.description {
        changes.set("description", &mut wanted.description, description.clone());
    }
    if let Some(active) = patch.active {
        changes.set("active", &mut wanted.active, active);
    }
    let afresh = wanted.url != before.url || wanted.active != before.active;
    if changes.is_empty() {
        return Ok(before);
    }
    let stored: Vec<&String> = wanted.topics.iter().filter(|name| *name != "*").collect();
    w.tx.execute(
        "UPDATE webhooks SET url = $3, topics = $4, description = $5, active = $6,
            disabled_reason = CASE WHEN $7 THEN NULL ELSE disabled_reason END,
            disabled_at = CASE WHEN $7 THEN NULL ELSE disabled_at END,
            failures = CASE WHEN $7 THEN 0 ELSE failures END,
            failing_since = CASE WHEN $7 THEN NULL ELSE failing_since END,
            paused_until = CASE WHEN $7 THEN 0 ELSE paused_until END,
            version = version + 1, updated_at = $8
         WHERE organization_id = $1 AND id = $2",
        params![
            w.caller.organization,
            id,
            wanted.url,
            json!(stored).to_string(),
            wanted.description,
            wanted.active,
            afresh,
            w.now
        ],
    )?;
    changes.record(w, "webhook", id)?;
    get(w, id)
}

/// Another secret signs from now on; the one before signs along for a day, so that a receiver may change over in peace.
/// Of two rotations within that day only the last former one does.
pub fn rotate(w: &mut Work<'_, '_>, id: WebhookId, sealed: &[u8], version: Option<i64>) -> Result<Endpoint> {
    let before = get_live(w, id)?;
    check_version(version, before.version)?;
    w.tx.execute(
        "UPDATE webhooks SET previous_secret = secret, previous_until = $4, secret = $3, version = version + 1, updated_at = $5
         WHERE organization_id = $1 AND id = $2",
        params![w.caller.organization, id, sealed, w.now.plus_seconds(ROTATION_SECONDS), w.now],
    )?;
    changes::record(w, "webhook", id, "updated", json!({"changed": {"secret": true}}), None)?;
    get(w, id)
}

/// Out of sight; [`restore`] brings it back. What waits for it is kept as long as anything that waits.
pub fn delete(w: &mut Work<'_, '_>, id: WebhookId, version: Option<i64>) -> Result<Endpoint> {
    let before = get(w, id)?;
    check_version(version, before.version)?;
    if before.deleted_at.is_some() {
        return Ok(before);
    }
    set_deleted(w, id, true)
}

/// 409 `limit_reached` where others have taken its place.
pub fn restore(w: &mut Work<'_, '_>, id: WebhookId) -> Result<Endpoint> {
    let before = get(w, id)?;
    if before.deleted_at.is_none() {
        return Ok(before);
    }
    check_room(w)?;
    set_deleted(w, id, false)
}

fn set_deleted(w: &mut Work<'_, '_>, id: WebhookId, deleted: bool) -> Result<Endpoint> {
    w.tx.execute(
        "UPDATE webhooks SET deleted_at = $3, version = version + 1, updated_at = $4
         WHERE organization_id = $1 AND id = $2",
        params![w.caller.organization, id, deleted.then_some(w.now), w.now],
    )?;
    changes::record(w, "webhook", id, if deleted { "deleted" } else { "restored" }, json!({}), None)?;
    get(w, id)
}
