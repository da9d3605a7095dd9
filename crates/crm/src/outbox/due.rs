//! What waits: which channels have work, and when the next of it is due.

use store::{Tx, params};

use crate::channels::ChannelType;
use crate::error::Result;
use crate::id::{ChannelId, OrganizationId};
use crate::time::Timestamp;
use crate::work::Work;

/// Channels of this type, and with secrets, that nothing stops and that have something due, or something that a worker left in the middle.
pub fn with_work(
    tx: &mut Tx<'_>,
    channel_type: ChannelType,
    now: Timestamp,
) -> Result<Vec<(OrganizationId, ChannelId)>> {
    let rows = tx.query(
        "SELECT c.organization_id, c.id FROM channels c WHERE c.type = $1 AND NOT c.archived AND c.secrets IS NOT NULL
           AND (c.status NOT IN ('needs_token', 'restricted', 'not_registered', 'disabled', 'disconnected') AND EXISTS (SELECT 1 FROM outbox o WHERE o.organization_id = c.organization_id AND o.channel_id = c.id
                          AND o.due_at <= $2)
             OR EXISTS (SELECT 1 FROM outbox s WHERE s.organization_id = c.organization_id AND s.channel_id = c.id
                          AND s.state = 'sending'))",
        params![channel_type, now],
    )?;
    rows.iter().map(|row| Ok((row.at(0)?, row.at(1)?))).collect()
}

/// When the channel's next message is due; none: nothing waits.
pub fn next_due(tx: &mut Tx<'_>, organization: OrganizationId, channel: ChannelId) -> Result<Option<Timestamp>> {
    let row = tx.query_one(
        "SELECT min(due_at) AS due FROM outbox WHERE organization_id = $1 AND channel_id = $2 AND due_at IS NOT NULL",
        params![organization, channel],
    )?;
    Ok(row.at(0)?)
}

/// How many messages of a channel wait or are being sent.
pub fn count_of(w: &mut Work<'_, '_>, channel: ChannelId) -> Result<i64> {
    let row = w.tx.query_one(
        "SELECT count(*) AS n FROM outbox WHERE organization_id = $1 AND channel_id = $2 AND state <> 'unknown'",
        params![w.caller.organization, channel],
    )?;
    Ok(row.at(0)?)
}
