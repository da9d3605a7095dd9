//! Setting a second factor up: a secret, and a first code that shows that the app has it.

use serde_json::json;
use store::params;

use super::{load, wrong_code};
use crate::changes;
use crate::error::{Error, Result};
use crate::id::MemberId;
use crate::work::Work;

/// Keeps a sealed secret until it is confirmed; another one before that takes its place. 409 `totp_set` where one is
/// confirmed.
pub fn begin(w: &mut Work<'_, '_>, member: MemberId, sealed: &[u8]) -> Result<()> {
    let written = w.tx.execute(
        "INSERT INTO member_totp (organization_id, member_id, secret, last_step, created_at) VALUES ($1, $2, $3, 0, $4)
         ON CONFLICT (organization_id, member_id) DO UPDATE
           SET secret = excluded.secret, last_step = 0, created_at = excluded.created_at
           WHERE member_totp.confirmed_at IS NULL",
        params![w.caller.organization, member, sealed, w.now],
    )?;
    if written == 0 {
        return Err(Error::conflict("totp_set", "A second factor is set up already; remove it first."));
    }
    Ok(())
}

/// From now on it is asked for. `step` is the time step of the code that came, `sealed` the secret that it was checked
/// with; the recovery codes come as their hashes.
pub fn confirm(w: &mut Work<'_, '_>, member: MemberId, sealed: &[u8], step: i64, recovery: &[[u8; 32]]) -> Result<()> {
    let organization = w.caller.organization;
    let written = w.tx.execute(
        "UPDATE member_totp SET confirmed_at = $3, last_step = $4
         WHERE organization_id = $1 AND member_id = $2 AND confirmed_at IS NULL AND secret = $5",
        params![organization, member, w.now, step, sealed],
    )?;
    if written == 0 {
        return match load(w.tx, organization, member)? {
            Some(kept) if kept.confirmed_at.is_some() => {
                Err(Error::conflict("totp_set", "A second factor is set up already."))
            }
            _ => Err(wrong_code()),
        };
    }
    w.tx.execute(
        "DELETE FROM recovery_codes WHERE organization_id = $1 AND member_id = $2",
        params![organization, member],
    )?;
    for hash in recovery {
        w.tx.execute(
            "INSERT INTO recovery_codes (organization_id, member_id, code_hash) VALUES ($1, $2, $3)",
            params![organization, member, &hash[..]],
        )?;
    }
    changes::record_for_audit(w, "member", member, "updated", json!({}), json!({"changed": {"totp": true}}))
}
