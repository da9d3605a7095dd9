//! A member's own sessions.

use store::params;

use super::{COLUMNS, Session, idle_before};
use crate::error::Result;
use crate::id::MemberId;
use crate::work::Work;

/// Those that hold, the last used first. There are fifty at most.
pub fn list(w: &mut Work<'_, '_>, member: MemberId) -> Result<Vec<Session>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM sessions
         WHERE organization_id = $1 AND member_id = $2 AND expires_at > $3 AND last_used_at > $4
         ORDER BY last_used_at DESC, id"
    );
    let rows = w.tx.query(&sql, params![w.caller.organization, member, w.now, idle_before(w.now)])?;
    rows.iter().map(Session::from_row).collect()
}
