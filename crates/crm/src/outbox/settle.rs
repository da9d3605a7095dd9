//! What came of a message that was being sent.

use store::params;

use super::{UNKNOWN_HOLDS_SECONDS, leave, line_up};
use crate::contacts::Contact;
use crate::error::Result;
use crate::id::{ContactId, MessageId};
use crate::leases::Lease;
use crate::messages::{self, Content, Failure, Message, MessageStatus};
use crate::time::Timestamp;
use crate::work::Work;

#[derive(Debug, Clone, PartialEq)]
pub enum Fate {
    /// The provider took it.
    Accepted {
        provider_id: String,
        /// The number as the provider writes it.
        wa_id: Option<String>,
    },
    /// It was refused for now, or surely never arrived: again at that time. `counts`: one of its attempts is used up.
    Again { at: Timestamp, failure: Failure, counts: bool },
    /// Refused, for good.
    Failed(Failure),
    /// Nobody can say whether it arrived.
    Unknown,
}

/// Writes it down and lets the person's next message go. A word that comes from a worker that is not the one that sends it any
/// more counts where it is good news; what it would repeat it may not.
pub fn settle(w: &mut Work<'_, '_>, lease: &Lease, id: MessageId, fate: &Fate) -> Result<()> {
    let message = Message::get(w, id)?;
    let now = w.now;
    if Contact::find(w.tx, w.caller.organization, message.contact_id)?.is_none() {
        return settle_of_nobody(w, id, fate);
    }
    match fate {
        Fate::Accepted { provider_id, wa_id } => {
            let content = message.payload.as_deref().and_then(|text| serde_json::from_str(text).ok());
            messages::accepted(w, id, provider_id)?;
            if let Some(wa_id) = wa_id
                && message.address.is_none()
            {
                remember_number(w, message.contact_id, wa_id)?;
            }
            if let Some(Content::Reaction { provider_id, emoji, .. }) = content {
                messages::reacted(w, message.channel_id, &provider_id, &emoji)?;
            }
            leave(w, id, now)?;
        }
        Fate::Again { at, failure, counts } => {
            let attempts = i64::from(*counts);
            let back = w.tx.query_opt(
                "UPDATE outbox SET state = 'waiting', due_at = $3, attempts = attempts - 1 + $4
                 WHERE organization_id = $1 AND message_id = $2 AND state = 'sending' AND fence = $5 RETURNING contact_id",
                params![w.caller.organization, id, at, attempts, lease.fence],
            )?;
            if let Some(row) = back {
                messages::put_back(w, &message, failure)?;
                // Behind another by now, where two persons turned out to be one meanwhile.
                line_up(w, row.at(0)?)?;
                w.tx.announce();
            }
        }
        Fate::Failed(failure) => {
            // Of a message that became unknown meanwhile this is the better knowledge.
            messages::failed(w, message, failure)?;
            leave(w, id, now)?;
        }
        Fate::Unknown => {
            if message.status != MessageStatus::Sending {
                // A status was faster than the answer: what became of it is known.
                leave(w, id, now)?;
                return Ok(());
            }
            messages::lost_sight_of(w, message)?;
            w.tx.execute(
                "UPDATE outbox SET state = 'unknown', due_at = $3 WHERE organization_id = $1 AND message_id = $2",
                params![w.caller.organization, id, now.plus_seconds(UNKNOWN_HOLDS_SECONDS)],
            )?;
        }
    }
    Ok(())
}

/// The person was erased while it was being sent: only what became of it is written.
fn settle_of_nobody(w: &mut Work<'_, '_>, id: MessageId, fate: &Fate) -> Result<()> {
    let status = match fate {
        Fate::Accepted { .. } => MessageStatus::Sent,
        Fate::Again { .. } => MessageStatus::Cancelled,
        Fate::Failed(_) => MessageStatus::Failed,
        // Nobody is to decide about it any more.
        Fate::Unknown => MessageStatus::Sent,
    };
    w.tx.execute(
        "UPDATE messages SET status = $3 WHERE organization_id = $1 AND id = $2 AND status = 'sending'",
        params![w.caller.organization, id, status],
    )?;
    Ok(())
}

fn remember_number(w: &mut Work<'_, '_>, contact: ContactId, wa_id: &str) -> Result<()> {
    w.tx.execute(
        "UPDATE contacts SET wa_id = $3 WHERE organization_id = $1 AND wa_id IS DISTINCT FROM $3
           AND id = (SELECT coalesce(c.merged_into, c.id) FROM contacts c WHERE c.organization_id = $1 AND c.id = $2)",
        params![w.caller.organization, contact, wa_id],
    )?;
    Ok(())
}
