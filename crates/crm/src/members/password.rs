//! The password of a member, as its argon2id hash; nobody here ever sees the password.

use serde_json::json;
use store::params;

use super::{check_owners_affair, get};
use crate::changes::record;
use crate::error::Result;
use crate::id::MemberId;
use crate::work::Work;

/// Sets another hash: `recado member reset-password`, an invitation that was accepted.
pub fn set_password(w: &mut Work<'_, '_>, id: MemberId, password_hash: &str) -> Result<()> {
    let setup = w.setup.clone();
    let member = get(&setup, id)?;
    check_owners_affair(w, &[member.role])?;
    w.tx.execute(
        "UPDATE members SET password_hash = $3 WHERE organization_id = $1 AND id = $2",
        params![w.caller.organization, id, password_hash],
    )?;
    record(w, "member", id, "updated", json!({"changed": {"password": true}}), None)
}
