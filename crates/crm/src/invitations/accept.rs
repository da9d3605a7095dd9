//! Following an invitation's link.

use serde_json::json;
use store::{Tx, params};

use super::{COLUMNS, Invitation};
use crate::error::{Error, Result};
use crate::id::OrganizationId;
use crate::members::{self, Member, NewMember};
use crate::setup::Setup;
use crate::time::Timestamp;
use crate::work::Work;
use crate::{changes, keys};

/// What an open invitation is to, by its link's hash.
#[derive(Debug, Clone)]
pub struct Accepted {
    pub organization: OrganizationId,
    pub organization_name: String,
    pub invitation: Invitation,
}

fn gone() -> Error {
    Error::not_found("invitation: it was used, withdrawn, or is older than a week")
}

/// 404 where it is over, or where who wrote it could not write it any more.
pub fn look(tx: &mut Tx<'_>, token_hash: &[u8; 32], now: Timestamp) -> Result<Accepted> {
    let sql = format!(
        "SELECT {COLUMNS}, organization_id, invited_by FROM invitations WHERE token_hash = $1 AND expires_at > $2"
    );
    let row = tx.query_opt(&sql, params![&token_hash[..], now])?.ok_or_else(gone)?;
    let invitation = Invitation::from_row(&row)?;
    let (organization, invited_by): (OrganizationId, String) = (row.get("organization_id")?, row.get("invited_by")?);
    let setup = Setup::load(tx, organization)?.ok_or_else(gone)?;
    if !keys::still_hands_on(&setup, &invited_by, invitation.role.scopes()) {
        return Err(gone());
    }
    Ok(Accepted { organization, organization_name: setup.organization.name.clone(), invitation })
}

#[derive(Debug, Clone)]
pub struct NewAccount {
    pub token_hash: [u8; 32],
    pub name: String,
    /// Argon2id.
    pub password_hash: String,
}

/// Makes the member; the caller is the program itself, in the invitation's organization. The invitation goes in the same
/// transaction, so of two at once one finds it gone.
pub fn accept(w: &mut Work<'_, '_>, new: &NewAccount) -> Result<Member> {
    let organization = w.caller.organization;
    let sql = format!(
        "DELETE FROM invitations WHERE organization_id = $1 AND token_hash = $2 RETURNING {COLUMNS}, invited_by"
    );
    let row = w.tx.query_opt(&sql, params![organization, &new.token_hash[..]])?.ok_or_else(gone)?;
    let invitation = Invitation::from_row(&row)?;
    let invited_by: String = row.get("invited_by")?;
    if invitation.expires_at <= w.now || !keys::still_hands_on(&w.setup, &invited_by, invitation.role.scopes()) {
        return Err(gone());
    }
    let member = members::create(
        w,
        &NewMember {
            name: Some(new.name.clone()),
            email: invitation.email.clone(),
            role: invitation.role,
            password_hash: Some(new.password_hash.clone()),
            ..NewMember::default()
        },
    )?;
    let details = json!({"member_id": member.id, "invited_by": invited_by});
    changes::record(w, "invitation", invitation.id, "accepted", details, None)?;
    Ok(member)
}
