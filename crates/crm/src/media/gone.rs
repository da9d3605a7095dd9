//! Files of a message that was deleted where it was written.

use store::{Tx, params};

use super::{list, used_in};
use crate::error::Result;
use crate::id::{MessageId, OrganizationId};
use crate::work::Work;

/// The message's files are no longer its own: neither listed nor served, and what was not fetched yet never is. One that another
/// message was made with as well stays that one's. How many there are no more.
pub(crate) fn forget_of(w: &mut Work<'_, '_>, message: MessageId) -> Result<u64> {
    let mut files = list::of_message(w, message)?;
    files.extend(used_in(w, message)?.into_iter().filter(|file| file.message_id != Some(message)));
    if files.is_empty() {
        return Ok(0);
    }
    let mut gone = 0;
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
        gone +=
            w.tx.execute("DELETE FROM media WHERE organization_id = $1 AND id = $2", params![organization, file.id])?;
        if let Some(path) = &file.path {
            w.tx.execute(
                "INSERT INTO gone_files (organization_id, path, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                params![organization, path, w.now],
            )?;
        }
    }
    Ok(gone)
}

/// A file that may have nobody any more, and whose it was.
pub type GoneFile = (OrganizationId, String);

/// A piece of the list, after one of it.
pub fn list_gone(tx: &mut Tx<'_>, after: &GoneFile, most: i64) -> Result<Vec<GoneFile>> {
    let rows = tx.query(
        "SELECT organization_id, path FROM gone_files WHERE (organization_id, path) > ($1, $2)
         ORDER BY organization_id, path LIMIT $3",
        params![after.0, &after.1, most],
    )?;
    rows.iter().map(|row| Ok((row.at(0)?, row.at(1)?))).collect()
}

/// They are off the disk, or somebody's again.
pub fn strike_gone(tx: &mut Tx<'_>, files: &[GoneFile]) -> Result<()> {
    for (organization, path) in files {
        tx.execute("DELETE FROM gone_files WHERE organization_id = $1 AND path = $2", params![organization, path])?;
    }
    Ok(())
}
