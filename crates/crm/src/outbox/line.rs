//! The lines of two persons who turn out to be one become one line, and two again.

use store::params;

use crate::error::Result;
use crate::id::{ContactId, MergeId, MessageId};
use crate::time::Timestamp;
use crate::work::Work;

/// What waits for the one waits for the other, in the order in which it was queued.
pub(crate) fn join(w: &mut Work<'_, '_>, from: ContactId, to: ContactId) -> Result<()> {
    let moved = w.tx.execute(
        "UPDATE outbox SET contact_id = $3 WHERE organization_id = $1 AND contact_id = $2",
        params![w.caller.organization, from, to],
    )?;
    if moved == 0 { Ok(()) } else { line_up(w, to) }
}

/// What waits of the messages that the merge moved goes back to whom they go back to; what was queued since stays.
pub(crate) fn part(w: &mut Work<'_, '_>, merge: MergeId, from: ContactId, to: ContactId) -> Result<()> {
    let moved = w.tx.execute(
        "UPDATE outbox SET contact_id = $3 WHERE organization_id = $1 AND contact_id = $2
           AND message_id IN (SELECT row_id FROM merge_moves WHERE organization_id = $1 AND merge_id = $4 AND kind = 'message')",
        params![w.caller.organization, from, to, merge],
    )?;
    if moved == 0 {
        return Ok(());
    }
    line_up(w, from)?;
    line_up(w, to)
}

/// Of a person's waiting messages only the first is due; while the first is being sent, or its fate is not known, none is.
pub(crate) fn line_up(w: &mut Work<'_, '_>, contact: ContactId) -> Result<()> {
    let first = w.tx.query_opt(
        "SELECT message_id, state, due_at FROM outbox WHERE organization_id = $1 AND contact_id = $2
         ORDER BY queued_at, message_id LIMIT 1",
        params![w.caller.organization, contact],
    )?;
    let Some(first) = first else { return Ok(()) };
    let id: MessageId = first.at(0)?;
    w.tx.execute(
        "UPDATE outbox SET due_at = NULL WHERE organization_id = $1 AND contact_id = $2 AND message_id <> $3
           AND state = 'waiting' AND due_at IS NOT NULL",
        params![w.caller.organization, contact, id],
    )?;
    if first.at::<String>(1)? == "waiting" && first.at::<Option<Timestamp>>(2)?.is_none() {
        w.tx.execute(
            "UPDATE outbox SET due_at = $3 WHERE organization_id = $1 AND message_id = $2",
            params![w.caller.organization, id, w.now],
        )?;
        w.tx.announce();
    }
    Ok(())
}
