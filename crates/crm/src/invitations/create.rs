//! Inviting somebody.

use serde_json::json;
use store::params;

use super::{COLUMNS, Invitation, MOST, VALID_SECONDS};
use crate::error::{Error, Problems, Result};
use crate::id::InvitationId;
use crate::members::{NAME_LIMIT, Role, check_email, check_owners_affair, email_taken, find_by_email};
use crate::work::Work;
use crate::{changes, checks, keys};

#[derive(Debug, Clone)]
pub struct NewInvitation {
    pub email: String,
    pub role: Role,
    pub name: Option<String>,
    /// SHA-256 of what the link holds.
    pub token_hash: [u8; 32],
}

/// One for the same address takes the place of the one before, whose link is dead then. 409 `email_taken`, `limit_reached`;
/// 403 where the caller may not do what the new member's role may.
pub fn create(w: &mut Work<'_, '_>, new: &NewInvitation) -> Result<Invitation> {
    let mut problems = Problems::default();
    let email = check_email(&new.email, "/email", &mut problems);
    let name = new.name.as_deref().map(|name| checks::line(name, "/name", NAME_LIMIT, &mut problems));
    problems.check()?;
    check_owners_affair(w, &[new.role])?;
    keys::check_handed_on(w, new.role.scopes())?;
    if let Some(other) = find_by_email(&w.setup, &email) {
        return Err(email_taken(other));
    }
    let organization = w.caller.organization;
    w.tx.execute(
        "DELETE FROM invitations WHERE organization_id = $1 AND (expires_at <= $2 OR email = $3)",
        params![organization, w.now, email],
    )?;
    let open: i64 =
        w.tx.query_one("SELECT count(*) AS n FROM invitations WHERE organization_id = $1", params![organization])?
            .at(0)?;
    if open >= MOST {
        return Err(Error::conflict(
            "limit_reached",
            format!("At most {MOST} invitations are open; withdraw some first."),
        ));
    }
    let id: InvitationId = w.new_id();
    let actor = w.caller.actor.to_string();
    let expires_at = w.now.plus_seconds(VALID_SECONDS);
    w.tx.execute(
        "INSERT INTO invitations (organization_id, id, email, role, name, token_hash, invited_by, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![organization, id, email, new.role, name, &new.token_hash[..], actor, w.now, expires_at],
    )?;
    let audit = json!({"email": email, "role": new.role});
    changes::record_for_audit(w, "invitation", id, "created", json!({}), audit)?;
    let sql = format!("SELECT {COLUMNS} FROM invitations WHERE organization_id = $1 AND id = $2");
    Invitation::from_row(&w.tx.query_one(&sql, params![organization, id])?)
}
