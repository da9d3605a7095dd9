//! Tokens that are nobody's any more. What was said stays with its contact.

use store::{Tx, params};

use crate::error::Result;
use crate::id::VisitorId;
use crate::time::Timestamp;
use crate::work::Work;

/// The visitor signs out.
pub fn leave(w: &mut Work<'_, '_>, visitor: VisitorId) -> Result<()> {
    w.tx.execute(
        "DELETE FROM webchat_visitors WHERE organization_id = $1 AND id = $2",
        params![w.caller.organization, visitor],
    )?;
    Ok(())
}

/// Forgets visitors that were not here for long, a piece of them; whether there may be more. For a chore.
pub fn forget_expired(tx: &mut Tx<'_>, now: Timestamp) -> Result<bool> {
    const PIECE: i64 = 500;
    let gone = tx.execute(
        "DELETE FROM webchat_visitors WHERE (organization_id, id) IN
           (SELECT organization_id, id FROM webchat_visitors WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
        params![now, PIECE],
    )?;
    Ok(gone as i64 == PIECE)
}
