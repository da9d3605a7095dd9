//! Doing without a second factor: by the member, or by the operator for one who lost it.

use serde_json::json;
use store::params;

use super::spend;
use crate::changes;
use crate::error::{Error, Result};
use crate::id::MemberId;
use crate::members::{check_owners_affair, get};
use crate::sessions::SecondFactor;
use crate::work::Work;

/// With a code, which is spent; without one only by the program itself. 404 where there is none.
pub fn remove(w: &mut Work<'_, '_>, member: MemberId, factor: Option<&SecondFactor>) -> Result<()> {
    let setup = w.setup.clone();
    check_owners_affair(w, &[get(&setup, member)?.role])?;
    if factor.is_some() {
        spend(w, member, factor)?;
    }
    let organization = w.caller.organization;
    let deleted = w.tx.execute(
        "DELETE FROM member_totp WHERE organization_id = $1 AND member_id = $2",
        params![organization, member],
    )?;
    w.tx.execute(
        "DELETE FROM recovery_codes WHERE organization_id = $1 AND member_id = $2",
        params![organization, member],
    )?;
    if deleted == 0 {
        return Err(Error::not_found("second factor"));
    }
    changes::record_for_audit(w, "member", member, "updated", json!({}), json!({"changed": {"totp": false}}))
}
