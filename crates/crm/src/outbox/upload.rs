//! Files that messages wait for: each is brought to the provider once for all of them, and all learn what came of it.

use store::params;

use super::{Fate, settle};
use crate::error::Result;
use crate::id::{ChannelId, MediaId, MessageId};
use crate::leases::{self, Lease};
use crate::messages::{self, Message};
use crate::time::Timestamp;
use crate::work::Work;

/// How long the provider keeps a file that was brought to it; a day less than it says.
const KEPT_DAYS: i64 = 29;

/// A message that waits for a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub message: MessageId,
    /// How often it was tried before, the file's way included.
    pub attempts: i64,
    pub queued_at: Timestamp,
}

/// What the channel's provider calls a file that it has.
pub fn uploaded(w: &mut Work<'_, '_>, media: MediaId, channel: ChannelId) -> Result<Option<String>> {
    let row = w.tx.query_opt(
        "SELECT provider_media_id FROM media_uploads
         WHERE organization_id = $1 AND media_id = $2 AND channel_id = $3 AND uploaded_at > $4",
        params![w.caller.organization, media, channel, w.now.plus_days(-KEPT_DAYS)],
    )?;
    Ok(row.map(|row| row.at(0)).transpose()?)
}

/// The provider has the file and calls it so. Nothing where the file was deleted meanwhile.
pub fn upload_done(w: &mut Work<'_, '_>, media: MediaId, channel: ChannelId, provider_media_id: &str) -> Result<()> {
    let there = w.tx.query_opt(
        "SELECT 1 AS there FROM media WHERE organization_id = $1 AND id = $2",
        params![w.caller.organization, media],
    )?;
    if there.is_none() {
        return Ok(());
    }
    w.tx.execute(
        "INSERT INTO media_uploads (organization_id, media_id, channel_id, provider_media_id, uploaded_at)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (organization_id, media_id, channel_id) DO UPDATE
           SET provider_media_id = excluded.provider_media_id, uploaded_at = excluded.uploaded_at",
        params![w.caller.organization, media, channel, provider_media_id, w.now],
    )?;
    Ok(())
}

/// The message is looked at again at that time. One that is not due at all stands behind another by now: two persons turned
/// out to be one.
pub fn release(w: &mut Work<'_, '_>, message: MessageId, at: Timestamp) -> Result<()> {
    w.tx.execute(
        "UPDATE outbox SET due_at = $3 WHERE organization_id = $1 AND message_id = $2 AND state = 'waiting'
           AND due_at IS NOT NULL",
        params![w.caller.organization, message, at],
    )?;
    w.tx.announce();
    Ok(())
}

/// The file did not get there, with what that means for a message that waits for it. Nothing where the lease is another
/// worker's by now: it brings the file itself.
pub fn upload_refused(w: &mut Work<'_, '_>, lease: &Lease, message: MessageId, fate: &Fate) -> Result<()> {
    if !leases::check(w.tx, lease)? {
        return Ok(());
    }
    let Fate::Again { at, failure, counts } = fate else { return settle(w, lease, message, fate) };
    let waits = w.tx.execute(
        "UPDATE outbox SET due_at = $3, attempts = attempts + $4
         WHERE organization_id = $1 AND message_id = $2 AND state = 'waiting' AND due_at IS NOT NULL",
        params![w.caller.organization, message, at, i64::from(*counts)],
    )?;
    if waits == 1 {
        let message = Message::get(w, message)?;
        messages::put_back(w, &message, failure)?;
        w.tx.announce();
    }
    Ok(())
}
