//! Calls of webhooks: what was sent, what came back, and what still waits from before.

use store::params;

use super::Before;
use super::run::{Found, Progress};
use crate::error::Result;
use crate::work::Work;

const ROWS: i64 = 100;

/// Bodies go by when they were last queued, as everywhere, so that none that waits loses its own.
pub(super) fn delete(w: &mut Work<'_, '_>, before: Before, progress: &mut Progress) -> Result<Found> {
    let organization = w.caller.organization;
    let waiting = w.tx.execute(
        "DELETE FROM webhook_deliveries WHERE organization_id = $1 AND (endpoint_id, event_id) IN (
           SELECT endpoint_id, event_id FROM webhook_deliveries WHERE organization_id = $1 AND created_at < $2
           ORDER BY created_at LIMIT $3)",
        params![organization, before.at, ROWS],
    )?;
    let calls = w.tx.execute(
        "DELETE FROM webhook_calls WHERE organization_id = $1 AND id IN (
           SELECT id FROM webhook_calls WHERE organization_id = $1 AND id < $2 ORDER BY id LIMIT $3)",
        params![organization, before.id, ROWS],
    )?;
    let bodies = w.tx.execute(
        "DELETE FROM webhook_bodies WHERE organization_id = $1 AND event_id IN (
           SELECT event_id FROM webhook_bodies WHERE organization_id = $1 AND event_id < $2 AND queued_at < $3
           ORDER BY event_id LIMIT $4)",
        params![organization, before.id, before.at, ROWS],
    )?;
    progress.webhook_calls += i64::try_from(calls).unwrap_or(i64::MAX);
    Ok(if waiting + calls + bodies == 0 { Found::Nothing } else { Found::More })
}
