//! Following a link.

use serde_json::json;
use store::{Tx, params};

use super::{COLUMNS, ResetLink};
use crate::error::{Error, Result};
use crate::id::{MemberId, OrganizationId, SessionId};
use crate::members::{self, Member};
use crate::sessions::Totp;
use crate::setup::Setup;
use crate::time::Timestamp;
use crate::work::Work;
use crate::{changes, keys, second_factor};

/// Whose password an open link sets.
#[derive(Debug, Clone)]
pub struct Found {
    pub organization: OrganizationId,
    pub organization_name: String,
    pub member: Member,
    pub removes_totp: bool,
    /// The second factor that stays, and is asked for.
    pub totp: Option<Totp>,
}

fn gone() -> Error {
    Error::not_found("reset link: it was used, withdrawn, or is older than a day")
}

/// 404 where it is over, or where who made it could not make it any more.
pub fn look(tx: &mut Tx<'_>, token_hash: &[u8; 32], now: Timestamp) -> Result<Found> {
    let sql = format!(
        "SELECT {COLUMNS}, organization_id, made_by FROM reset_links WHERE token_hash = $1 AND expires_at > $2"
    );
    let row = tx.query_opt(&sql, params![&token_hash[..], now])?.ok_or_else(gone)?;
    let link = ResetLink::from_row(&row)?;
    let (organization, made_by): (OrganizationId, String) = (row.get("organization_id")?, row.get("made_by")?);
    let setup = Setup::load(tx, organization)?.ok_or_else(gone)?;
    let member = setup.member(link.member_id).filter(|member| still_good(&setup, &made_by, member)).ok_or_else(gone)?;
    let kept = match link.removes_totp {
        true => None,
        false => second_factor::load(tx, organization, member.id)?,
    };
    let totp = kept.and_then(|kept| Some(Totp { secret: kept.secret, confirmed_at: kept.confirmed_at? }));
    Ok(Found {
        organization,
        organization_name: setup.organization.name.clone(),
        member: member.clone(),
        removes_totp: link.removes_totp,
        totp,
    })
}

/// A link goes with the right of who made it, and with the member.
fn still_good(setup: &Setup, made_by: &str, member: &Member) -> bool {
    member.active && keys::still_hands_on(setup, made_by, member.role.scopes())
}

#[derive(Debug, Clone)]
pub struct NewPassword {
    pub token_hash: [u8; 32],
    pub member: MemberId,
    /// Argon2id.
    pub password_hash: String,
}

/// Sets the password and ends all sessions; answers those. The caller is the member. The link goes in the same transaction,
/// so of two at once one finds it gone.
pub fn follow(w: &mut Work<'_, '_>, new: &NewPassword) -> Result<Vec<SessionId>> {
    let sql = format!(
        "DELETE FROM reset_links WHERE organization_id = $1 AND member_id = $2 AND token_hash = $3
         RETURNING {COLUMNS}, made_by"
    );
    let row = w.tx.query_opt(&sql, params![w.caller.organization, new.member, &new.token_hash[..]])?;
    let row = row.ok_or_else(gone)?;
    let link = ResetLink::from_row(&row)?;
    let made_by: String = row.get("made_by")?;
    let setup = w.setup.clone();
    let good = setup.member(new.member).is_some_and(|member| still_good(&setup, &made_by, member));
    if link.expires_at <= w.now || !good {
        return Err(gone());
    }
    if link.removes_totp && second_factor::load(w.tx, w.caller.organization, new.member)?.is_some() {
        second_factor::remove(w, new.member, None)?;
    }
    let audit = json!({"member_id": new.member, "made_by": made_by});
    changes::record_for_audit(w, "reset_link", link.id, "accepted", json!({}), audit)?;
    members::set_password(w, new.member, &new.password_hash, None)
}
