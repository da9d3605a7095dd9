//! The rules as structuring reads them, with the rest of the set-up.

use store::{Tx, params};
use structuring::{Learnt, Mapping, OptionWord, Standing};

use super::{RuleStanding, Says, says_of};
use crate::error::Result;
use crate::id::OrganizationId;

pub(crate) fn load(tx: &mut Tx<'_>, organization: OrganizationId) -> Result<Learnt> {
    let mut learnt = Learnt::default();
    for row in tx.query(
        "SELECT type, source, path, kind, target, field_key, option, standing FROM structuring_rules
         WHERE organization_id = $1 AND standing <> 'counting' ORDER BY updated_at, id",
        params![organization],
    )? {
        let standing = match row.get("standing")? {
            RuleStanding::Counting => continue,
            RuleStanding::Learned => Standing::Learned,
            RuleStanding::Confirmed => Standing::Confirmed,
            RuleStanding::Denied => Standing::Denied,
        };
        match says_of(&row)? {
            Says::Mapping { source, path, kind, target } => {
                learnt.add(Mapping { source, path, kind, target, standing });
            }
            Says::OptionWord { field, word, option } => learnt.add_word(OptionWord { field, word, option, standing }),
        }
    }
    Ok(learnt)
}
