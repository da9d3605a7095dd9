//! Messages follow a merge, or go back, in pieces: the first within the call, the rest by a chore. What of them still waits to be
//! sent goes with the first piece: a person has one line. What an answer is told of with goes with its message.

use store::params;

use super::undo::{Stored, load};
use super::{MergeStatus, Merged, set_status};
use crate::access::Caller;
use crate::conversations;
use crate::error::Result;
use crate::id::{ContactId, MergeId, OrganizationId};
use crate::outbox;
use crate::work::{Crm, Work};

/// `number`: which they were exchanged with, where no other is known of them.
/// Moves a piece of the messages and lists them, the newest first, so that what is said last shows at once; whether all are there.
pub(super) fn move_messages(
    w: &mut Work<'_, '_>,
    id: MergeId,
    from: ContactId,
    to: ContactId,
    number: Option<&str>,
    most: i64,
) -> Result<MergeStatus> {
    let organization = w.caller.organization;
    // What waits goes where it was to go.
    w.tx.execute(
        "UPDATE messages SET address = $3 WHERE organization_id = $1 AND address IS NULL
           AND id IN (SELECT message_id FROM outbox WHERE organization_id = $1 AND contact_id = $2)",
        params![organization, from, number],
    )?;
    outbox::join(w, from, to)?;
    w.tx.execute(
        "INSERT INTO merge_moves (organization_id, merge_id, kind, row_id)
         SELECT organization_id, $3, 'message', id FROM messages WHERE organization_id = $1 AND contact_id = $2
         ORDER BY sent_at DESC, created_at DESC, id DESC LIMIT $4",
        params![organization, from, id, most],
    )?;
    let moved = w.tx.execute(
        "UPDATE messages SET contact_id = $3, address = coalesce(address, $5) WHERE organization_id = $1 AND contact_id = $2
           AND id IN (SELECT row_id FROM merge_moves WHERE organization_id = $1 AND merge_id = $4 AND kind = 'message')",
        params![organization, from, to, id, number],
    )?;
    w.tx.execute(
        "UPDATE answers SET contact_id = $3 WHERE organization_id = $1 AND contact_id = $2
           AND message_id IN (SELECT row_id FROM merge_moves WHERE organization_id = $1 AND merge_id = $4 AND kind = 'message')",
        params![organization, from, to, id],
    )?;
    Ok(if (moved as i64) < most { MergeStatus::Done } else { MergeStatus::Moving })
}

/// Moves a piece of the messages back, the newest first; whether all are.
pub(super) fn send_back(w: &mut Work<'_, '_>, merged: &Merged, most: i64) -> Result<MergeStatus> {
    let organization = w.caller.organization;
    outbox::part(w, merged.id, merged.contact, merged.merged)?;
    let rows = w.tx.query(
        "DELETE FROM merge_moves WHERE organization_id = $1 AND merge_id = $2 AND kind = 'message' AND row_id IN
           (SELECT row_id FROM merge_moves WHERE organization_id = $1 AND merge_id = $2 AND kind = 'message'
            ORDER BY row_id DESC LIMIT $3)
         RETURNING row_id",
        params![organization, merged.id, most],
    )?;
    for row in &rows {
        let message: uuid::Uuid = row.at(0)?;
        w.tx.execute(
            "UPDATE messages SET contact_id = $4 WHERE organization_id = $1 AND id = $2 AND contact_id = $3",
            params![organization, message, merged.contact, merged.merged],
        )?;
        w.tx.execute(
            "UPDATE answers SET contact_id = $4 WHERE organization_id = $1 AND message_id = $2 AND contact_id = $3",
            params![organization, message, merged.contact, merged.merged],
        )?;
    }
    Ok(if (rows.len() as i64) < most { MergeStatus::Undone } else { MergeStatus::Undoing })
}

/// Moves on what merges and undos left to be moved, a piece of one; whether there may be more. For a chore.
pub async fn move_on(crm: &Crm) -> Result<bool> {
    const PIECE: i64 = 100;
    let find = |tx: &mut store::Tx<'_>| -> Result<Option<(OrganizationId, MergeId)>> {
        let row = tx.query_opt(
            "SELECT organization_id, id FROM merges WHERE status IN ('moving', 'undoing') ORDER BY created_at LIMIT 1",
            params![],
        )?;
        row.map(|row| -> Result<_> { Ok((row.at(0)?, row.at(1)?)) }).transpose()
    };
    let Some((organization, id)) = crm.db().read(store::Priority::Background, find).await? else { return Ok(false) };
    let work = move |w: &mut Work<'_, '_>| {
        let Stored { merged, before, .. } = load(w, id)?;
        let status = match merged.status {
            MergeStatus::Moving => {
                let number = before.contacts.as_ref().and_then(|contacts| contacts.number());
                move_messages(w, id, merged.merged, merged.contact, number, PIECE)?
            }
            MergeStatus::Undoing => send_back(w, &merged, PIECE)?,
            done => done,
        };
        match (status, &before.contacts) {
            (MergeStatus::Done, Some(_)) => conversations::refresh(w, merged.contact)?,
            (MergeStatus::Undone, Some(_)) => conversations::parted(w, merged.contact, merged.merged)?,
            _ => {}
        }
        set_status(w, id, status)
    };
    crm.write_in_background(&Caller::system(organization), work).await?;
    Ok(true)
}
