//! Links by which a member who has no password, or lost it, sets one. An admin makes them and passes them on; only the
//! link's hash is kept, and what is void looks as if it had never been there.

mod follow;
mod make;

pub use follow::{Found, NewPassword, follow, look};
pub use make::{NewResetLink, make, withdraw};

use serde::Serialize;
use store::{Row, params};

use crate::error::Result;
use crate::id::{MemberId, ResetLinkId};
use crate::time::Timestamp;
use crate::work::Work;

/// A link is good for a day.
pub const VALID_SECONDS: i64 = 86_400;

#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct ResetLink {
    pub id: ResetLinkId,
    pub member_id: MemberId,
    /// Whether the member's second factor goes with the old password.
    pub removes_totp: bool,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

const COLUMNS: &str = "id, member_id, removes_totp, created_at, expires_at";

impl ResetLink {
    fn from_row(row: &Row) -> Result<ResetLink> {
        Ok(ResetLink {
            id: row.get("id")?,
            member_id: row.get("member_id")?,
            removes_totp: row.get("removes_totp")?,
            created_at: row.get("created_at")?,
            expires_at: row.get("expires_at")?,
        })
    }
}

/// A link is for the password that the member has: it is void where that changes, and where the member leaves.
pub(crate) fn void(w: &mut Work<'_, '_>, member: MemberId) -> Result<()> {
    w.tx.execute(
        "DELETE FROM reset_links WHERE organization_id = $1 AND member_id = $2",
        params![w.caller.organization, member],
    )?;
    Ok(())
}
