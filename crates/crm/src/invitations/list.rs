//! Open invitations, and withdrawing them.

use serde_json::json;
use store::params;

use super::{COLUMNS, Invitation};
use crate::changes;
use crate::error::{Error, Result};
use crate::id::InvitationId;
use crate::page::{Page, PageRequest, bad_cursor};
use crate::work::Work;

/// In the order in which they were made; the cursor is the last id.
pub fn list(w: &mut Work<'_, '_>, page: &PageRequest) -> Result<Page<Invitation>> {
    let after: InvitationId = match &page.cursor {
        None => InvitationId::default(),
        Some(cursor) => cursor.parse().map_err(|_| bad_cursor())?,
    };
    let sql = format!(
        "SELECT {COLUMNS} FROM invitations WHERE organization_id = $1 AND id > $2 AND expires_at > $3 ORDER BY id LIMIT $4"
    );
    let rows = w.tx.query(&sql, params![w.caller.organization, after, w.now, i64::from(page.limit) + 1])?;
    let found = rows.iter().map(Invitation::from_row).collect::<Result<Vec<_>>>()?;
    Ok(Page::from_surplus(found, page.limit, |invitation| invitation.id.to_string()))
}

/// Its link is dead at once. 404 where it was accepted, withdrawn, or never there.
pub fn withdraw(w: &mut Work<'_, '_>, id: InvitationId) -> Result<()> {
    let row = w.tx.query_opt(
        "DELETE FROM invitations WHERE organization_id = $1 AND id = $2 RETURNING email, role",
        params![w.caller.organization, id],
    )?;
    let row = row.ok_or_else(|| Error::not_found("invitation"))?;
    let (email, role): (String, crate::members::Role) = (row.at(0)?, row.at(1)?);
    changes::record_for_audit(w, "invitation", id, "deleted", json!({}), json!({"email": email, "role": role}))
}
