//! What is not kept any more.

use store::{Tx, params};

use super::render;
use crate::error::Result;
use crate::events::EventRow;
use crate::id::EventId;
use crate::query::Query;
use crate::time::Timestamp;
use crate::work::Work;

/// What was made of events that say nothing any more is made anew, also of those that wait; what receivers answered goes. How many
/// bodies and answers.
pub(crate) fn forget_what_was_said(w: &mut Work<'_, '_>, events: &[EventRow]) -> Result<(u64, u64)> {
    let organization = w.caller.organization;
    let ids: Vec<EventId> = events.iter().map(|event| event.id).collect();
    let mut query = Query::new("SELECT event_id FROM webhook_bodies WHERE organization_id = ", organization);
    query.and_in("event_id IN ", &ids);
    let mut bodies = 0;
    for row in w.tx.query(query.sql(), &query.params())? {
        let id: EventId = row.at(0)?;
        let Some(event) = events.iter().find(|event| event.id == id) else { continue };
        let body = render::render(w.tx, organization, event)?;
        bodies += w.tx.execute(
            "UPDATE webhook_bodies SET body = $3 WHERE organization_id = $1 AND event_id = $2",
            params![organization, id, body],
        )?;
    }
    let mut query = Query::new("UPDATE webhook_calls SET answer = NULL WHERE organization_id = ", organization);
    query.and_in("event_id IN ", &ids).text(" AND answer IS NOT NULL");
    let answers = w.tx.execute(query.sql(), &query.params())?;
    Ok((bodies, answers))
}

/// Deletes calls, bodies, and what still waits, from before a time: a piece of each; how many that were.
pub fn forget_old(tx: &mut Tx<'_>, before: Timestamp, most: i64) -> Result<u64> {
    let mut gone = tx.execute(
        "DELETE FROM webhook_deliveries WHERE (organization_id, endpoint_id, event_id) IN (
           SELECT organization_id, endpoint_id, event_id FROM webhook_deliveries WHERE created_at < $1
           ORDER BY created_at LIMIT $2)",
        params![before, most],
    )?;
    gone += tx.execute(
        "DELETE FROM webhook_calls WHERE (organization_id, id) IN (
           SELECT organization_id, id FROM webhook_calls WHERE started_at < $1 ORDER BY started_at LIMIT $2)",
        params![before, most],
    )?;
    // A body is as young as the last delivery of it, so none that waits loses its own.
    gone += tx.execute(
        "DELETE FROM webhook_bodies WHERE (organization_id, event_id) IN (
           SELECT organization_id, event_id FROM webhook_bodies WHERE queued_at < $1 ORDER BY queued_at LIMIT $2)",
        params![before, most],
    )?;
    Ok(gone)
}
