//! Queueing: the row that makes a message's worker send it.

use store::params;

use crate::error::Result;
use crate::id::ContactId;
use crate::messages::Message;
use crate::work::Work;

/// Behind whatever of the same person waits already. `person`: whose line it is, which is not the message's contact while a
/// merge still moves messages.
pub(crate) fn put(w: &mut Work<'_, '_>, message: &Message, person: ContactId) -> Result<()> {
    let waiting = w.tx.query_opt(
        "SELECT 1 AS waiting FROM outbox WHERE organization_id = $1 AND contact_id = $2 LIMIT 1",
        params![w.caller.organization, person],
    )?;
    let due = waiting.is_none().then_some(w.now);
    w.tx.execute(
        "INSERT INTO outbox (organization_id, message_id, channel_id, contact_id, state, due_at, attempts, fence, queued_at)
         VALUES ($1, $2, $3, $4, 'waiting', $5, 0, 0, $6)",
        params![w.caller.organization, message.id, message.channel_id, person, due, w.now],
    )?;
    w.tx.announce();
    Ok(())
}
