//! Taking over from a worker that is gone: whatever it was sending may or may not have arrived.

use store::params;

use super::{Fate, advance, settle};
use crate::error::Result;
use crate::id::{ChannelId, ContactId, MessageId};
use crate::leases::{self, Lease};
use crate::work::Work;

/// At most so many in one transaction.
const PIECE: i64 = 100;

/// Makes *unknown* what was being sent under an earlier lease; whether there may be more.
pub fn recover(w: &mut Work<'_, '_>, lease: &Lease, channel: ChannelId) -> Result<bool> {
    if !leases::check(w.tx, lease)? {
        return Ok(false);
    }
    let rows = w.tx.query(
        "SELECT message_id FROM outbox
         WHERE organization_id = $1 AND channel_id = $2 AND state = 'sending' AND fence < $3 ORDER BY fence LIMIT $4",
        params![w.caller.organization, channel, lease.fence, PIECE],
    )?;
    for row in &rows {
        settle(w, lease, row.at::<MessageId>(0)?, &Fate::Unknown)?;
    }
    // A message whose first one is neither due nor being sent would wait for ever: joining two persons can bring that about.
    let stuck = w.tx.query(
        "SELECT DISTINCT o.contact_id FROM outbox o WHERE o.organization_id = $1 AND o.channel_id = $2 AND NOT EXISTS
           (SELECT 1 FROM outbox d WHERE d.organization_id = o.organization_id AND d.contact_id = o.contact_id
              AND (d.due_at IS NOT NULL OR d.state = 'sending')) LIMIT $3",
        params![w.caller.organization, channel, PIECE],
    )?;
    let now = w.now;
    for row in &stuck {
        advance(w, row.at::<ContactId>(0)?, now)?;
    }
    Ok(rows.len().max(stuck.len()) as i64 == PIECE)
}
