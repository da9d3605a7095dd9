//! Closing a ticket ends the waiting: whoever closes it has decided that there is nothing to answer. What comes afterwards waits
//! anew, and opening the ticket again brings nothing back, so the ticket remembers when it was closed last.

use store::{Written, params};

use super::keep::end;
use crate::error::Result;
use crate::id::{ContactId, TicketId};
use crate::tickets::Ticket;
use crate::work::Work;

/// That nothing settled a message `m`: no ticket of its contact was closed since it came. Of the ticket that is open, only its own
/// closings count: where two contacts became one, the other's ticket was closed over other messages.
pub(super) const UNSETTLED: &str = "NOT EXISTS (SELECT 1 FROM tickets k WHERE k.organization_id = m.organization_id
    AND k.contact_id = m.contact_id AND k.settled_at >= m.created_at
    AND (k.id = m.ticket_id OR NOT EXISTS (SELECT 1 FROM tickets o WHERE o.organization_id = m.organization_id
                                             AND o.id = m.ticket_id AND o.status = 'open')))";

/// A ticket was closed, or was made closed. Not by a merge, which closes one of two and decides nothing.
pub(super) fn closed(w: &mut Work<'_, '_>, ticket: &Ticket) -> Result<()> {
    let organization = w.caller.organization;
    // The clock of another server may be ahead: what is here came before.
    w.tx.execute(
        "UPDATE tickets SET settled_at = coalesce(
           (SELECT m.created_at FROM conversations v
            JOIN messages m ON m.organization_id = v.organization_id AND m.id = v.last_message_id
            WHERE v.organization_id = $1 AND v.contact_id = $3 AND m.created_at > $4), $4)
         WHERE organization_id = $1 AND id = $2",
        params![organization, ticket.id, ticket.contact_id, w.now],
    )?;
    let row = w.tx.write_row(
        "UPDATE conversations SET waiting_since = NULL, ticket_id = CASE WHEN ticket_id = $3 THEN NULL ELSE ticket_id END,
           stage_id = CASE WHEN ticket_id = $3 THEN NULL ELSE stage_id END
         WHERE organization_id = $1 AND contact_id = $2",
        &Written {
            table: "conversations",
            key: "organization_id = $1 AND contact_id = $2",
            columns: "spoken, ticket_id",
        },
        params![organization, ticket.contact_id, ticket.id],
    )?;
    let Some(row) = row else { return Ok(()) };
    let (spoken, open): (bool, Option<TicketId>) = (row.at(0)?, row.at(1)?);
    // Of one that nothing was ever said in, the ticket was all there was.
    if !spoken && open.is_none() {
        end(w, ticket.contact_id)?;
    }
    Ok(())
}

/// What comes from now on waits, whatever the clock said by which a ticket was closed.
pub(crate) fn begin_anew(w: &mut Work<'_, '_>, contact: ContactId) -> Result<()> {
    w.tx.execute(
        "UPDATE tickets SET settled_at = $3 WHERE organization_id = $1 AND contact_id = $2 AND settled_at > $3",
        params![w.caller.organization, contact, w.now.micros() - 1],
    )?;
    Ok(())
}
