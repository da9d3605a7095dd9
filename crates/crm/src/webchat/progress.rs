//! How far the team's messages got: the page took them, somebody looked at them.

use store::params;

use super::history::{sees, shown_since};
use super::visitor::Visitor;
use crate::error::Result;
use crate::id::{ChannelId, MessageId};
use crate::messages::{self, MessageStatus, StatusUpdate};
use crate::time::Timestamp;
use crate::work::Work;

/// Messages of one look; older ones than these are as good as read.
const MOST: i64 = 200;

fn advance(w: &mut Work<'_, '_>, channel: ChannelId, id: MessageId, status: MessageStatus) -> Result<()> {
    let at = w.now;
    let provider_id = id.to_string();
    let update = StatusUpdate { provider_id, message_id: Some(id), status, at, failure: None, pricing: None };
    messages::advance(w, channel, &update)?;
    Ok(())
}

/// The visitor's page has them.
pub fn delivered(w: &mut Work<'_, '_>, channel: ChannelId, ids: &[MessageId]) -> Result<()> {
    ids.iter().try_for_each(|id| advance(w, channel, *id, MessageStatus::Delivered))
}

/// Somebody looked at the conversation: everything in it that they are shown is read.
pub fn read(w: &mut Work<'_, '_>, visitor: &Visitor) -> Result<()> {
    let Some(contact) = sees(w, visitor)? else { return Ok(()) };
    let channel = visitor.channel_id;
    let since = shown_since(visitor).unwrap_or(Timestamp::from_micros(i64::MIN));
    let rows = w.tx.query(
        "SELECT id FROM messages WHERE organization_id = $1 AND contact_id = $2 AND channel_id = $3 AND created_at >= $5
           AND direction = 'outbound' AND status IN ('sent', 'delivered') ORDER BY sent_at DESC, id DESC LIMIT $4",
        params![w.caller.organization, contact, channel, MOST, since],
    )?;
    for row in rows.iter().rev() {
        advance(w, channel, row.at(0)?, MessageStatus::Read)?;
    }
    Ok(())
}
