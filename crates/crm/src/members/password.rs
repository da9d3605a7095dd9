//! The password of a member, as its argon2id hash; nobody here ever sees the password.

use serde_json::json;
use store::params;

use super::{check_owners_affair, get};
use crate::changes::record_for_audit;
use crate::error::Result;
use crate::id::{MemberId, SessionId};
use crate::work::Work;
use crate::{reset_links, sessions};

/// Sets another hash, and ends the member's sessions but the one in which that was asked for; answers those.
pub fn set_password(
    w: &mut Work<'_, '_>,
    id: MemberId,
    password_hash: &str,
    kept: Option<SessionId>,
) -> Result<Vec<SessionId>> {
    let setup = w.setup.clone();
    let member = get(&setup, id)?;
    check_owners_affair(w, &[member.role])?;
    w.tx.execute(
        "UPDATE members SET password_hash = $3 WHERE organization_id = $1 AND id = $2",
        params![w.caller.organization, id, password_hash],
    )?;
    reset_links::void(w, id)?;
    record_for_audit(w, "member", id, "updated", json!({}), json!({"changed": {"password": true}}))?;
    match kept {
        Some(kept) => sessions::end_others(w, id, kept),
        None => sessions::end_all(w, id),
    }
}
