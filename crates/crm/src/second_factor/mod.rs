//! One-time passwords and recovery codes of a member. Secrets come and go sealed, codes as hashes; what makes and checks
//! them is the surface.

mod remove;
mod set;
mod spend;

pub use remove::remove;
pub use set::{begin, confirm};
pub(crate) use spend::spend;

use store::{Tx, params};

use crate::error::{Error, Result};
use crate::id::{MemberId, OrganizationId};
use crate::time::Timestamp;

/// Recovery codes that are made at once.
pub const RECOVERY_CODES: usize = 10;

/// A member's second factor as it is kept.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Sealed.
    pub secret: Vec<u8>,
    /// None: begun, not confirmed, and not asked for.
    pub confirmed_at: Option<Timestamp>,
}

/// Where its secret is sealed.
pub fn seal_place(organization: OrganizationId, member: MemberId) -> String {
    format!("member_totp/{organization}/{member}/secret")
}

pub fn load(tx: &mut Tx<'_>, organization: OrganizationId, member: MemberId) -> Result<Option<Kept>> {
    let row = tx.query_opt(
        "SELECT secret, confirmed_at FROM member_totp WHERE organization_id = $1 AND member_id = $2",
        params![organization, member],
    )?;
    row.map(|row| Ok(Kept { secret: row.at(0)?, confirmed_at: row.at(1)? })).transpose()
}

/// The code is wrong, or was used already.
pub(crate) fn wrong_code() -> Error {
    Error::conflict("wrong_code", "This code is wrong, too old, or was used already; the app shows another one soon.")
}
