//! Messages on their way out. A message's row is written together with its row in the outbox, which is gone once the fate of
//! the message is known. Of each person only the first is due; the others stand behind it, so that they leave in order
//! while other persons are not held up.
//!
//! One worker at a time, by lease, takes what is due of a channel ([`claim`]): it is `sending` on disk before the provider
//! hears of it. What came of each is told by [`settle`]; what a worker that died was sending is *unknown* ([`recover`]), and is
//! never sent again by itself.

mod abandon;
mod claim;
mod due;
mod line;
mod put;
mod recover;
mod settle;
mod upload;

pub(crate) use abandon::abandon;
pub use abandon::abandon_the_rest;
pub use claim::{Claimed, Paced, claim};
pub use due::{count_of, next_due, with_work};
pub(crate) use line::{join, line_up, part};
pub(crate) use put::put;
pub use recover::recover;
pub use settle::{Fate, settle};
pub use upload::{Waiting, release, upload_done, upload_refused, uploaded};

use store::params;

use crate::error::Result;
use crate::id::{ContactId, MessageId};
use crate::time::Timestamp;
use crate::work::Work;

/// How long a message whose fate is not known holds back what comes after it to the same person: as a rule a status tells
/// within seconds.
pub const UNKNOWN_HOLDS_SECONDS: i64 = 60;

/// Takes a message's row away, and lets the person's next one go at that time.
pub(crate) fn leave(w: &mut Work<'_, '_>, message: MessageId, next_at: Timestamp) -> Result<()> {
    let gone = w.tx.query_opt(
        "DELETE FROM outbox WHERE organization_id = $1 AND message_id = $2 RETURNING contact_id",
        params![w.caller.organization, message],
    )?;
    match gone {
        Some(row) => advance(w, row.at(0)?, next_at),
        None => Ok(()),
    }
}

/// Makes the person's first waiting message due, unless another of theirs is due or being sent.
pub(crate) fn advance(w: &mut Work<'_, '_>, contact: ContactId, at: Timestamp) -> Result<()> {
    let first = w.tx.query_opt(
        "SELECT message_id, state, due_at FROM outbox WHERE organization_id = $1 AND contact_id = $2
         ORDER BY queued_at, message_id LIMIT 1",
        params![w.caller.organization, contact],
    )?;
    let Some(first) = first else { return Ok(()) };
    let due: Option<Timestamp> = first.at(2)?;
    if first.at::<String>(1)? == "waiting" && due.is_none_or(|due| due > at) {
        w.tx.execute(
            "UPDATE outbox SET due_at = $3 WHERE organization_id = $1 AND message_id = $2",
            params![w.caller.organization, first.at::<MessageId>(0)?, at],
        )?;
        w.tx.announce();
    }
    Ok(())
}

/// The fate of a message that was unknown is known now: what it held back may go.
pub(crate) fn known(w: &mut Work<'_, '_>, message: MessageId) -> Result<()> {
    let held = w.tx.execute(
        "UPDATE outbox SET due_at = $3 WHERE organization_id = $1 AND message_id = $2 AND state = 'unknown'",
        params![w.caller.organization, message, w.now],
    )?;
    if held > 0 {
        w.tx.announce();
    }
    Ok(())
}
