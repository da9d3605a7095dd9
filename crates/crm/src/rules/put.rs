//! A rule's row: written where there is none of the same words, else changed as the one who writes says.

use store::params;

use super::{COLUMNS, Columns, Rule, RuleStanding, Says};
use crate::error::Result;
use crate::id::RuleId;
use crate::work::Work;

/// The rule as it is now, and whether it is new; none where `update`, the end of `ON CONFLICT … DO UPDATE SET`, left what was
/// there as it was.
pub(super) fn put(
    w: &mut Work<'_, '_>,
    says: &Says,
    standing: RuleStanding,
    votes: i64,
    update: &str,
) -> Result<Option<(Rule, bool)>> {
    let id: RuleId = w.new_id();
    let Columns { rule_type, source, path, kind, target, field_key, option } = says.columns();
    let sql = format!(
        "INSERT INTO structuring_rules (organization_id, {COLUMNS})
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
         ON CONFLICT (organization_id, type, source, path, kind, target, field_key, option) DO UPDATE SET {update}
         RETURNING {COLUMNS}"
    );
    let row = w.tx.query_opt(
        &sql,
        params![
            w.caller.organization,
            id,
            rule_type,
            source,
            path,
            kind,
            target,
            field_key,
            option,
            standing,
            votes,
            w.caller.actor.to_string(),
            w.now,
            w.now
        ],
    )?;
    let Some(row) = row else { return Ok(None) };
    let rule = Rule::from_row(&row)?;
    let created = rule.id == id;
    Ok(Some((rule, created)))
}
