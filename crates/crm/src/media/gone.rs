//! Files of a message that was deleted where it was written.

use store::{Tx, params};

use super::{list, used_in};
use crate::error::Result;
use crate::id::{MessageId, OrganizationId};
use crate::work::Work;

/// The message's files are no longer its own: neither listed nor served, and what was not fetched yet never is. One that another
/// message was made with as well stays that one's.
pub(crate) fn forget_of(w: &mut Work<'_, '_>, message: MessageId) -> Result<()> {
    let mut files = list::of_message(w, message)?;
    files.extend(used_in(w, message)?.into_iter().filter(|file| file.message_id != Some(message)));
    if files.is_empty() {
        return Ok(());
    }
    let organization = w.caller.organization;
    w.tx.execute(
        "DELETE FROM media_uses WHERE organization_id = $1 AND message_id = $2",
        params![organization, message],
    )?;
    for file in files {
        let other = w.tx.query_opt(
            "SELECT message_id FROM media_uses WHERE organization_id = $1 AND media_id = $2 ORDER BY message_id LIMIT 1",
            params![organization, file.id],
        )?;
        if let Some(other) = other {
            w.tx.execute(
                "UPDATE media SET message_id = $3, updated_at = $4 WHERE organization_id = $1 AND id = $2 AND message_id = $5",
                params![organization, file.id, other.at::<MessageId>(0)?, w.now, message],
            )?;
            continue;
        }
        if file.message_id != Some(message) {
            // Another message's own.
            continue;
        }
        w.tx.execute(
            "DELETE FROM media_uploads WHERE organization_id = $1 AND media_id = $2",
            params![organization, file.id],
        )?;
        w.tx.execute("DELETE FROM media WHERE organization_id = $1 AND id = $2", params![organization, file.id])?;
        if let Some(path) = &file.path {
            w.tx.execute(
                "INSERT INTO gone_files (organization_id, path, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                params![organization, path, w.now],
            )?;
        }
    }
    Ok(())
}

/// Takes a piece of them off the list: files that may have nobody any more.
pub fn take_gone(tx: &mut Tx<'_>, most: i64) -> Result<Vec<String>> {
    let rows = tx
        .query("SELECT organization_id, path FROM gone_files ORDER BY organization_id, path LIMIT $1", params![most])?;
    let mut paths = Vec::new();
    for row in &rows {
        let (organization, path): (OrganizationId, String) = (row.at(0)?, row.at(1)?);
        tx.execute("DELETE FROM gone_files WHERE organization_id = $1 AND path = $2", params![organization, path])?;
        paths.push(path);
    }
    Ok(paths)
}
