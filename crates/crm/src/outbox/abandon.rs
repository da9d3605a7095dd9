//! What waits of a channel that was removed: nobody sends it any more. It fails, with what to do about it; what was being sent is
//! *unknown*. A piece within the call that removes the channel, the rest by a chore.

use store::{Priority, params};

use crate::access::Caller;
use crate::error::Result;
use crate::id::{ChannelId, MessageId, OrganizationId};
use crate::messages::{self, Failure, Message, MessageStatus};
use crate::work::{Crm, Work};

/// Of so many messages at most; of how many it was.
pub(crate) fn abandon(w: &mut Work<'_, '_>, channel: ChannelId, most: i64) -> Result<i64> {
    let organization = w.caller.organization;
    let rows = w.tx.query(
        "DELETE FROM outbox WHERE organization_id = $1 AND message_id IN
           (SELECT message_id FROM outbox WHERE organization_id = $1 AND channel_id = $2 ORDER BY message_id LIMIT $3)
         RETURNING message_id",
        params![organization, channel, most],
    )?;
    for row in &rows {
        let message = Message::get(w, row.at::<MessageId>(0)?)?;
        match message.status {
            MessageStatus::Queued => messages::failed(w, message, &removed())?,
            MessageStatus::Sending => messages::lost_sight_of(w, message)?,
            _ => {}
        }
    }
    Ok(rows.len() as i64)
}

fn removed() -> Failure {
    Failure {
        code: "channel_removed".to_owned(),
        title: None,
        details: Some("Its channel was removed while this waited.".to_owned()),
        advice: Some("Send it as a new message, on a channel that is there.".to_owned()),
    }
}

/// Settles what removed channels left, a piece of one; whether there may be more. For a chore.
pub async fn abandon_the_rest(crm: &Crm) -> Result<bool> {
    const PIECE: i64 = 50;
    let find = |tx: &mut store::Tx<'_>| -> Result<Option<(OrganizationId, ChannelId)>> {
        let row = tx.query_opt(
            "SELECT c.organization_id, c.id FROM channels c WHERE c.archived AND EXISTS
               (SELECT 1 FROM outbox o WHERE o.organization_id = c.organization_id AND o.channel_id = c.id) LIMIT 1",
            params![],
        )?;
        row.map(|row| -> Result<_> { Ok((row.at(0)?, row.at(1)?)) }).transpose()
    };
    let Some((organization, channel)) = crm.db().read(Priority::Background, find).await? else { return Ok(false) };
    let work = move |w: &mut Work<'_, '_>| abandon(w, channel, PIECE);
    Ok(crm.write_in_background(&Caller::system(organization), work).await? > 0)
}
