//! Files of messages: their bytes and their names.

use store::params;

use super::Before;
use super::run::{Found, Progress};
use crate::error::Result;
use crate::id::{MediaId, MessageId};
use crate::media::MediaState;
use crate::query::Query;
use crate::work::Work;

const ROWS: i64 = 100;

/// Of a file `a` of a message: not what was sent again since ($4) or is still to be sent, nor, where open tickets are spared ($3), what one of their
/// contacts sent or got.
pub(super) const GOES: &str = "a.state = 'stored' AND a.message_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM media_uses u WHERE u.organization_id = a.organization_id AND u.media_id = a.id
      AND (u.message_id >= $4 OR EXISTS (SELECT 1 FROM outbox o WHERE o.organization_id = u.organization_id AND o.message_id = u.message_id)))
    AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.organization_id = a.organization_id AND o.message_id = a.message_id)
    AND (NOT $3 OR NOT EXISTS (
      SELECT 1 FROM messages m JOIN tickets t ON t.organization_id = m.organization_id AND t.contact_id = m.contact_id
      WHERE m.organization_id = a.organization_id AND m.id = a.message_id AND t.status = 'open'))
    AND (NOT $3 OR NOT EXISTS (
      SELECT 1 FROM media_uses u JOIN messages m ON m.organization_id = u.organization_id AND m.id = u.message_id
      JOIN tickets t ON t.organization_id = m.organization_id AND t.contact_id = m.contact_id
      WHERE u.organization_id = a.organization_id AND u.media_id = a.id AND t.status = 'open'))";

/// The messages stay, and say that there was a file.
pub(super) fn delete(w: &mut Work<'_, '_>, before: Before, spare: bool, progress: &mut Progress) -> Result<Found> {
    let organization = w.caller.organization;
    let rows = w.tx.query(
        &format!(
            "SELECT a.id, a.path, ({GOES}) AS goes FROM media a
             WHERE a.organization_id = $1 AND a.id > $2 AND a.id < $4 ORDER BY a.id LIMIT $5"
        ),
        params![organization, progress.after, spare, before.id, ROWS],
    )?;
    for (done, row) in rows.iter().enumerate() {
        if done > 0 && w.tx.out_of_time() {
            return Ok(Found::More);
        }
        let id: MediaId = row.at(0)?;
        if row.at(2)? {
            forget_uploads(w, id)?;
            w.tx.execute(
                "UPDATE media SET state = $3, path = NULL, sha256 = NULL, file_name = NULL, provider_media_id = NULL, error = NULL,
                   updated_at = $4
                 WHERE organization_id = $1 AND id = $2",
                params![organization, id, MediaState::Expired, w.now],
            )?;
            progress.paths.extend(row.at::<Option<String>>(1)?);
            progress.files += 1;
        }
        progress.after = id.0;
    }
    Ok(if rows.len() as i64 == ROWS { Found::More } else { Found::Nothing })
}

/// Files go with the last message that has them.
pub(super) fn of_messages(w: &mut Work<'_, '_>, messages: &[MessageId], progress: &mut Progress) -> Result<()> {
    let organization = w.caller.organization;
    let mut query = Query::new("SELECT a.id, a.path, a.state FROM media a WHERE a.organization_id = ", organization);
    query.and_in("a.message_id IN ", messages);
    for row in w.tx.query(query.sql(), &query.params())? {
        let (id, state): (MediaId, MediaState) = (row.at(0)?, row.at(2)?);
        let mut query = Query::new("SELECT u.message_id FROM media_uses u WHERE u.organization_id = ", organization);
        query.and("u.media_id = ", id).and_in("u.message_id NOT IN ", messages);
        query.text(" ORDER BY u.message_id DESC LIMIT 1");
        if let Some(other) = w.tx.query_opt(query.sql(), &query.params())? {
            let other: MessageId = other.at(0)?;
            w.tx.execute(
                "UPDATE media SET message_id = $3, updated_at = $4 WHERE organization_id = $1 AND id = $2",
                params![organization, id, other, w.now],
            )?;
            continue;
        }
        forget_uploads(w, id)?;
        w.tx.execute("DELETE FROM media_uses WHERE organization_id = $1 AND media_id = $2", params![organization, id])?;
        w.tx.execute("DELETE FROM media WHERE organization_id = $1 AND id = $2", params![organization, id])?;
        progress.paths.extend(row.at::<Option<String>>(1)?);
        progress.files += i64::from(state == MediaState::Stored);
    }
    Ok(())
}

fn forget_uploads(w: &mut Work<'_, '_>, id: MediaId) -> Result<()> {
    w.tx.execute(
        "DELETE FROM media_uploads WHERE organization_id = $1 AND media_id = $2",
        params![w.caller.organization, id],
    )?;
    Ok(())
}
