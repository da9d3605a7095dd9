//! Taking a rule away: structuring decides by itself again.

use store::params;

use super::teach::tell;
use super::{COLUMNS, Rule, RuleStanding};
use crate::error::{Error, Result};
use crate::id::RuleId;
use crate::work::Work;

pub fn remove(w: &mut Work<'_, '_>, id: RuleId) -> Result<Rule> {
    let sql = format!("DELETE FROM structuring_rules WHERE organization_id = $1 AND id = $2 RETURNING {COLUMNS}");
    let row = w.tx.query_opt(&sql, params![w.caller.organization, id])?;
    let rule = Rule::from_row(&row.ok_or_else(|| Error::not_found("rule"))?)?;
    if rule.standing != RuleStanding::Counting {
        w.bump_revision()?;
    }
    tell(w, &rule, "deleted")?;
    Ok(rule)
}

/// Of a field that goes away: another one of the same key may mean something else.
pub(crate) fn forget_field(w: &mut Work<'_, '_>, key: &str) -> Result<()> {
    let sql = format!(
        "DELETE FROM structuring_rules WHERE organization_id = $1 AND target = 'field' AND field_key = $2 RETURNING {COLUMNS}"
    );
    for row in w.tx.query(&sql, params![w.caller.organization, key])? {
        tell(w, &Rule::from_row(&row)?, "deleted")?;
    }
    Ok(())
}
