//! Signing out. What was ended holds for the very next request.

use serde_json::json;
use store::params;

use crate::changes;
use crate::error::{Error, Result};
use crate::id::{MemberId, SessionId};
use crate::work::Work;

/// One of the member's own; 404 where it is none. Ending one that is over already says so too.
pub fn end(w: &mut Work<'_, '_>, member: MemberId, id: SessionId) -> Result<SessionId> {
    let deleted = w.tx.execute(
        "DELETE FROM sessions WHERE organization_id = $1 AND member_id = $2 AND id = $3",
        params![w.caller.organization, member, id],
    )?;
    if deleted == 0 {
        return Err(Error::not_found("session"));
    }
    changes::record(w, "session", id, "deleted", json!({"member_id": member}), None)?;
    Ok(id)
}

/// All of the member's but this one.
pub fn end_others(w: &mut Work<'_, '_>, member: MemberId, kept: SessionId) -> Result<Vec<SessionId>> {
    ended(w, member, Some(kept))
}

/// All of the member's: somebody leaves, or lost the password.
pub fn end_all(w: &mut Work<'_, '_>, member: MemberId) -> Result<Vec<SessionId>> {
    ended(w, member, None)
}

fn ended(w: &mut Work<'_, '_>, member: MemberId, kept: Option<SessionId>) -> Result<Vec<SessionId>> {
    let rows = w.tx.query(
        "DELETE FROM sessions WHERE organization_id = $1 AND member_id = $2 AND id <> $3 RETURNING id",
        params![w.caller.organization, member, kept.unwrap_or_default()],
    )?;
    let mut ids = rows.iter().map(|row| row.at(0)).collect::<std::result::Result<Vec<SessionId>, _>>()?;
    ids.sort();
    for id in &ids {
        changes::record(w, "session", id, "deleted", json!({"member_id": member}), None)?;
    }
    Ok(ids)
}
