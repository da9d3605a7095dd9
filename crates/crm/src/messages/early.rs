//! Updates that came before their message: statuses that overtake the send's answer, a reaction, an edit or a deletion that
//! overtakes what it is about. They are kept and applied when the message appears; what never finds one is swept.

use serde::{Deserialize, Serialize};
use store::params;

use super::change::{self, Change};
use super::status::{self, StatusUpdate};
use super::{Failure, Message, MessageStatus};
use crate::error::{Error, Result};
use crate::id::{ChannelId, MessageId};
use crate::time::Timestamp;
use crate::work::Work;

/// As long as WhatsApp repeats what was not acknowledged.
const KEPT_DAYS: i64 = 7;

#[derive(Debug, Clone)]
pub(crate) enum Early {
    Status(StatusUpdate),
    Change(Change),
}

/// How a status is kept.
#[derive(Serialize, Deserialize)]
struct KeptStatus {
    status: MessageStatus,
    message_id: Option<MessageId>,
    failure: Option<Failure>,
    pricing: Option<String>,
}

impl Early {
    fn provider_id(&self) -> &str {
        match self {
            Early::Status(update) => &update.provider_id,
            Early::Change(change) => &change.provider_id,
        }
    }

    fn at(&self) -> Timestamp {
        match self {
            Early::Status(update) => update.at,
            Early::Change(change) => change.at,
        }
    }

    fn kind(&self) -> String {
        match self {
            Early::Status(update) => format!("status:{}", update.status),
            Early::Change(change) => change.what.kind(),
        }
    }

    fn data(&self) -> Result<String> {
        let text = match self {
            Early::Status(update) => serde_json::to_string(&KeptStatus {
                status: update.status,
                message_id: update.message_id,
                failure: update.failure.clone(),
                pricing: update.pricing.clone(),
            }),
            Early::Change(change) => serde_json::to_string(&change.what),
        };
        text.map_err(|error| Error::Internal(format!("an early update: {error}")))
    }
}

/// Of two of a kind the later one counts.
pub(crate) fn keep(w: &mut Work<'_, '_>, channel: ChannelId, early: &Early) -> Result<()> {
    w.tx.execute(
        "INSERT INTO early_updates (organization_id, channel_id, provider_id, kind, data, happened_at, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (organization_id, channel_id, provider_id, kind) DO UPDATE
           SET data = excluded.data, happened_at = excluded.happened_at
           WHERE excluded.happened_at >= early_updates.happened_at",
        params![w.caller.organization, channel, early.provider_id(), early.kind(), early.data()?, early.at(), w.now],
    )?;
    Ok(())
}

/// Applies what was kept for a message that is here now.
pub(crate) fn apply_to(w: &mut Work<'_, '_>, message: &Message) -> Result<()> {
    let Some(provider_id) = &message.provider_id else { return Ok(()) };
    const OF_IT: &str = "organization_id = $1 AND channel_id = $2 AND provider_id = $3";
    let of_it = params![w.caller.organization, message.channel_id, provider_id];
    // Nearly always there is none, and a look is less than a deletion.
    let mut rows = w.tx.query(&format!("SELECT kind, data, happened_at FROM early_updates WHERE {OF_IT}"), of_it)?;
    if rows.is_empty() {
        return Ok(());
    }
    w.tx.execute(&format!("DELETE FROM early_updates WHERE {OF_IT}"), of_it)?;
    rows.sort_by_key(|row| row.at::<Timestamp>(2).unwrap_or_default());
    for row in &rows {
        let at: Timestamp = row.at(2)?;
        let data = row.text("data")?;
        let broken = |error| Error::Internal(format!("an early update: {error}"));
        if row.text("kind")?.starts_with("status:") {
            let kept: KeptStatus = serde_json::from_str(data).map_err(broken)?;
            let update = StatusUpdate {
                provider_id: provider_id.clone(),
                message_id: kept.message_id,
                status: kept.status,
                at,
                failure: kept.failure,
                pricing: kept.pricing,
            };
            status::advance(w, message.channel_id, &update)?;
        } else {
            let what = serde_json::from_str(data).map_err(broken)?;
            let change = Change { provider_id: provider_id.clone(), what, at };
            change::apply(w, message.channel_id, &change)?;
        }
    }
    Ok(())
}

/// Forgets what never found its message, a piece of it; whether there may be more. For a chore.
pub fn sweep_early(tx: &mut store::Tx<'_>, now: Timestamp) -> Result<bool> {
    const PIECE: i64 = 500;
    let swept = tx.execute(
        "DELETE FROM early_updates WHERE (organization_id, channel_id, provider_id, kind) IN
           (SELECT organization_id, channel_id, provider_id, kind FROM early_updates WHERE created_at < $1
            ORDER BY created_at LIMIT $2)",
        params![now.plus_days(-KEPT_DAYS), PIECE],
    )?;
    Ok(swept as i64 == PIECE)
}
