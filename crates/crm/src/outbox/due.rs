//! What waits: which channels have work, when the next of it is due, and files that a message waits for.

use store::{Tx, params};

use crate::channels::ChannelType;
use crate::error::Result;
use crate::id::{ChannelId, MediaId, MessageId, OrganizationId};
use crate::time::Timestamp;
use crate::work::Work;

/// Channels of this type, and with secrets, that nothing stops and that have something due, or something that a worker left in the middle.
pub fn with_work(
    tx: &mut Tx<'_>,
    channel_type: ChannelType,
    now: Timestamp,
) -> Result<Vec<(OrganizationId, ChannelId)>> {
    let rows = tx.query(
        "SELECT c.organization_id, c.id FROM channels c WHERE c.type = $1 AND NOT c.archived AND c.secrets IS NOT NULL
           AND (c.status NOT IN ('needs_token', 'restricted', 'not_registered', 'disabled', 'disconnected') AND EXISTS (SELECT 1 FROM outbox o WHERE o.organization_id = c.organization_id AND o.channel_id = c.id
                          AND o.due_at <= $2)
             OR EXISTS (SELECT 1 FROM outbox s WHERE s.organization_id = c.organization_id AND s.channel_id = c.id
                          AND s.state = 'sending'))",
        params![channel_type, now],
    )?;
    rows.iter().map(|row| Ok((row.at(0)?, row.at(1)?))).collect()
}

/// When the channel's next message is due; none: nothing waits.
pub fn next_due(tx: &mut Tx<'_>, organization: OrganizationId, channel: ChannelId) -> Result<Option<Timestamp>> {
    let row = tx.query_one(
        "SELECT min(due_at) AS due FROM outbox WHERE organization_id = $1 AND channel_id = $2 AND due_at IS NOT NULL",
        params![organization, channel],
    )?;
    Ok(row.at(0)?)
}

/// How many messages of a channel wait or are being sent.
pub fn count_of(w: &mut Work<'_, '_>, channel: ChannelId) -> Result<i64> {
    let row = w.tx.query_one(
        "SELECT count(*) AS n FROM outbox WHERE organization_id = $1 AND channel_id = $2 AND state <> 'unknown'",
        params![w.caller.organization, channel],
    )?;
    Ok(row.at(0)?)
}

/// A file is being brought to the provider: the message is not looked at before that time. One that is not due at all stands
/// behind another by now: two persons turned out to be one.
pub fn upload_started(w: &mut Work<'_, '_>, message: MessageId, until: Timestamp) -> Result<()> {
    w.tx.execute(
        "UPDATE outbox SET due_at = $3 WHERE organization_id = $1 AND message_id = $2 AND state = 'waiting'
           AND due_at IS NOT NULL",
        params![w.caller.organization, message, until],
    )?;
    Ok(())
}

/// The provider has the file and calls it so: the message may go.
pub fn upload_done(
    w: &mut Work<'_, '_>,
    message: MessageId,
    media: MediaId,
    channel: ChannelId,
    provider_media_id: &str,
) -> Result<()> {
    w.tx.execute(
        "INSERT INTO media_uploads (organization_id, media_id, channel_id, provider_media_id, uploaded_at)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (organization_id, media_id, channel_id) DO UPDATE
           SET provider_media_id = excluded.provider_media_id, uploaded_at = excluded.uploaded_at",
        params![w.caller.organization, media, channel, provider_media_id, w.now],
    )?;
    let now = w.now;
    upload_started(w, message, now)?;
    w.tx.announce();
    Ok(())
}
