//! Using a code. Each is good once.

use store::params;

use super::{load, wrong_code};
use crate::error::{Error, Result};
use crate::id::MemberId;
use crate::sessions::SecondFactor;
use crate::work::Work;

/// `wrong_code` where it was used before, or belongs to a secret that was replaced; `Unauthorized` where one is needed and
/// none came: it was set up meanwhile.
pub(crate) fn spend(w: &mut Work<'_, '_>, member: MemberId, factor: Option<&SecondFactor>) -> Result<()> {
    let organization = w.caller.organization;
    let spent = match factor {
        None => {
            let kept = load(w.tx, organization, member)?;
            return match kept.and_then(|kept| kept.confirmed_at) {
                Some(_) => Err(Error::Unauthorized),
                None => Ok(()),
            };
        }
        Some(SecondFactor::Code { step, confirmed_at }) => w.tx.execute(
            "UPDATE member_totp SET last_step = $3
             WHERE organization_id = $1 AND member_id = $2 AND last_step < $3 AND confirmed_at = $4",
            params![organization, member, step, confirmed_at],
        )?,
        Some(SecondFactor::Recovery(hash)) => w.tx.execute(
            "DELETE FROM recovery_codes WHERE organization_id = $1 AND member_id = $2 AND code_hash = $3",
            params![organization, member, &hash[..]],
        )?,
    };
    if spent == 1 { Ok(()) } else { Err(wrong_code()) }
}
