//! What waits to be given to somebody.

use store::params;

use crate::error::Result;
use crate::tickets::Ticket;
use crate::work::Work;

/// In the transaction that opens a ticket, or opens it again. Where this very transaction gives it to somebody as well, that
/// stands: what is somebody's is taken off the list rather than given once more.
pub(crate) fn opened(w: &mut Work<'_, '_>, ticket: &Ticket) -> Result<()> {
    if !w.setup.assignment.is_on() || !ticket.is_open() || ticket.agent_id.is_some() {
        return Ok(());
    }
    w.tx.execute(
        "INSERT INTO assignment_queue (organization_id, ticket_id) VALUES ($1, $2)
         ON CONFLICT (organization_id, ticket_id) DO NOTHING",
        params![w.caller.organization, ticket.id],
    )?;
    Ok(())
}
