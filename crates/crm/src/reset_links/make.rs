//! Making a link for another member, and taking it back.

use serde_json::json;
use store::params;

use super::{COLUMNS, ResetLink, VALID_SECONDS};
use crate::access::Actor;
use crate::error::{Error, Result};
use crate::id::{MemberId, ResetLinkId};
use crate::members::{Member, check_owners_affair, get};
use crate::work::Work;
use crate::{changes, keys};

#[derive(Debug, Clone)]
pub struct NewResetLink {
    pub member: MemberId,
    pub removes_totp: bool,
    /// SHA-256 of what the link holds.
    pub token_hash: [u8; 32],
}

/// Whoever follows it is that member: so it is for who may do all that the member may, and of owners an owners' affair.
fn check_may(w: &Work<'_, '_>, member: &Member) -> Result<()> {
    check_owners_affair(w, &[member.role])?;
    keys::check_handed_on(w, member.role.scopes())
}

/// Takes the place of the one before, whose link is dead then. 409 `member_left`, `own_password`, `owners_only`; 403 where
/// the member may do what the caller may not.
pub fn make(w: &mut Work<'_, '_>, new: &NewResetLink) -> Result<ResetLink> {
    let setup = w.setup.clone();
    let member = get(&setup, new.member)?;
    check_may(w, member)?;
    if !member.active {
        return Err(Error::conflict("member_left", "This member left; make them active again first."));
    }
    // It would go around the present password and the second factor.
    if w.caller.actor == Actor::Member(member.id) {
        let message = "Your own password is changed in your account; a link for you is made by another admin.";
        return Err(Error::conflict("own_password", message));
    }
    let organization = w.caller.organization;
    w.tx.execute(
        "DELETE FROM reset_links WHERE organization_id = $1 AND expires_at <= $2",
        params![organization, w.now],
    )?;
    let id: ResetLinkId = w.new_id();
    let made_by = w.caller.actor.to_string();
    let sql = format!(
        "INSERT INTO reset_links (organization_id, member_id, id, token_hash, removes_totp, made_by, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (organization_id, member_id) DO UPDATE
           SET id = excluded.id, token_hash = excluded.token_hash, removes_totp = excluded.removes_totp,
               made_by = excluded.made_by, created_at = excluded.created_at, expires_at = excluded.expires_at
         RETURNING {COLUMNS}"
    );
    let expires_at = w.now.plus_seconds(VALID_SECONDS);
    let row = w.tx.query_one(
        &sql,
        params![organization, member.id, id, &new.token_hash[..], new.removes_totp, made_by, w.now, expires_at],
    )?;
    let made = ResetLink::from_row(&row)?;
    let audit = json!({"member_id": member.id, "email": member.email, "removes_totp": new.removes_totp});
    changes::record_for_audit(w, "reset_link", id, "created", json!({}), audit)?;
    Ok(made)
}

/// Its link is dead at once. 404 where it was used, withdrawn, or never there.
pub fn withdraw(w: &mut Work<'_, '_>, id: MemberId) -> Result<()> {
    let setup = w.setup.clone();
    let member = get(&setup, id)?;
    check_may(w, member)?;
    let row = w.tx.query_opt(
        "DELETE FROM reset_links WHERE organization_id = $1 AND member_id = $2 RETURNING id",
        params![w.caller.organization, id],
    )?;
    let link: ResetLinkId = row.ok_or_else(|| Error::not_found("reset link"))?.at(0)?;
    let audit = json!({"member_id": id, "email": member.email});
    changes::record_for_audit(w, "reset_link", link, "deleted", json!({}), audit)
}
