//! What retention does with scheduled messages: those that were sent have nothing of the person left, but when and to whom.

use store::params;

use crate::error::Result;
use crate::time::Timestamp;
use crate::work::Work;

/// Deletes, of those whose time was before that and that wait no longer, at most `most`; how many it was. `spare_open`: not
/// those of contacts with an open ticket.
pub(crate) fn forget_old(w: &mut Work<'_, '_>, before: Timestamp, spare_open: bool, most: i64) -> Result<i64> {
    let gone = w.tx.execute(
        "DELETE FROM scheduled_messages WHERE organization_id = $1 AND id IN
           (SELECT s.id FROM scheduled_messages s
            WHERE s.organization_id = $1 AND s.scheduled_at < $2 AND s.status <> 'scheduled'
              AND (NOT $3 OR NOT EXISTS (SELECT 1 FROM tickets t WHERE t.organization_id = s.organization_id
                                           AND t.contact_id = s.contact_id AND t.status = 'open'))
            ORDER BY s.scheduled_at, s.id LIMIT $4)",
        params![w.caller.organization, before, spare_open, most],
    )?;
    Ok(i64::try_from(gone).unwrap_or(i64::MAX))
}
