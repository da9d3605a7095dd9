//! What is not kept any more.

use store::{Tx, params};

use crate::error::Result;
use crate::time::Timestamp;

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
