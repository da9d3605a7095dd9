//! What a decision teaches. Each change that structuring would read differently counts the set-up's revision up; a vote
//! alone does not.

use serde_json::json;
use store::params;

use super::put::put;
use super::{COLUMNS, Columns, MOST_RULES, Rule, RuleStanding, Says, VOTES};
use crate::changes;
use crate::error::{Error, Result};
use crate::work::Work;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lesson {
    /// One value more that was right there. The fifth in a row makes the rule.
    Vote,
    /// A person said so.
    Confirm,
    /// A person said no.
    Deny,
}

/// Teaches a rule, or none where there can be none of it or there are too many. Of two mappings of one path the last
/// word counts.
pub(crate) fn teach(w: &mut Work<'_, '_>, says: &Says, lesson: Lesson) -> Result<Option<Rule>> {
    if says.refused().is_some() {
        return Ok(None);
    }
    match lesson {
        Lesson::Vote => outvote(w, says)?,
        Lesson::Confirm => replace_others(w, says)?,
        Lesson::Deny => {}
    }
    if is_full(w)? && find(w, says)?.is_none() {
        let message = format!("There are {MOST_RULES} rules of structuring, which is the most. Remove some first.");
        return if lesson == Lesson::Vote { Ok(None) } else { Err(Error::conflict("limit_reached", message)) };
    }
    let standing = match lesson {
        Lesson::Vote => RuleStanding::Counting,
        Lesson::Confirm => RuleStanding::Confirmed,
        Lesson::Deny => RuleStanding::Denied,
    };
    let update = match lesson {
        Lesson::Vote => &format!(
            "votes = structuring_rules.votes + 1,
             standing = CASE WHEN structuring_rules.standing = 'counting' AND structuring_rules.votes + 1 >= {VOTES}
                             THEN 'learned' ELSE structuring_rules.standing END"
        ),
        _ => {
            "votes = structuring_rules.votes + 1, standing = excluded.standing, actor = excluded.actor,
             updated_at = excluded.updated_at WHERE structuring_rules.standing <> excluded.standing"
        }
    };
    // A person had said the same before.
    let Some((rule, created)) = put(w, says, standing, 1, update)? else { return find(w, says) };
    let moved = match lesson {
        Lesson::Vote => rule.standing == RuleStanding::Learned && rule.votes == VOTES,
        _ => true,
    };
    if moved {
        w.bump_revision()?;
        tell(w, &rule, if created { "created" } else { "updated" })?;
    }
    Ok(Some(rule))
}

/// A value that was wrong there: the votes so far were not five in a row.
pub(crate) fn vote_against(w: &mut Work<'_, '_>, says: &Says) -> Result<()> {
    let Columns { source, path, kind, target, field_key, .. } = says.columns();
    w.tx.execute(
        "UPDATE structuring_rules SET votes = 0 WHERE organization_id = $1 AND type = 'mapping' AND source = $2 AND path = $3
           AND kind = $4 AND target = $5 AND field_key = $6 AND standing = 'counting'",
        params![w.caller.organization, source, path, kind, target, field_key],
    )?;
    Ok(())
}

/// Votes for another target of the same path are not in a row any more.
fn outvote(w: &mut Work<'_, '_>, says: &Says) -> Result<()> {
    let Columns { rule_type, source, path, kind, target, field_key, .. } = says.columns();
    w.tx.execute(
        "UPDATE structuring_rules SET votes = 0 WHERE organization_id = $1 AND type = $2 AND source = $3 AND path = $4
           AND kind = $5 AND NOT (target = $6 AND field_key = $7) AND standing = 'counting'",
        params![w.caller.organization, rule_type, source, path, kind, target, field_key],
    )?;
    Ok(())
}

/// A path leads to one place, a word to one option of a field: what was said otherwise is gone. What was denied stays so.
fn replace_others(w: &mut Work<'_, '_>, says: &Says) -> Result<()> {
    let Columns { rule_type, source, path, kind, target, field_key, option } = says.columns();
    let of_mapping = "AND NOT (target = $6 AND field_key = $7) AND option = $8";
    let of_word = "AND target = $6 AND field_key = $7 AND option <> $8";
    let others = if matches!(says, Says::Mapping { .. }) { of_mapping } else { of_word };
    let sql = format!(
        "DELETE FROM structuring_rules WHERE organization_id = $1 AND type = $2 AND source = $3 AND path = $4 AND kind = $5
           {others} AND standing <> 'denied' RETURNING {COLUMNS}"
    );
    let gone =
        w.tx.query(&sql, params![w.caller.organization, rule_type, source, path, kind, target, field_key, option])?;
    for row in &gone {
        tell(w, &Rule::from_row(row)?, "deleted")?;
    }
    Ok(())
}

pub(super) fn is_full(w: &mut Work<'_, '_>) -> Result<bool> {
    let row = w.tx.query_one(
        "SELECT count(*) AS n FROM structuring_rules WHERE organization_id = $1",
        params![w.caller.organization],
    )?;
    Ok(row.at::<i64>(0)? >= MOST_RULES)
}

pub(crate) fn find(w: &mut Work<'_, '_>, says: &Says) -> Result<Option<Rule>> {
    let Columns { rule_type, source, path, kind, target, field_key, option } = says.columns();
    let sql = format!(
        "SELECT {COLUMNS} FROM structuring_rules WHERE organization_id = $1 AND type = $2 AND source = $3 AND path = $4
           AND kind = $5 AND target = $6 AND field_key = $7 AND option = $8"
    );
    let values = params![w.caller.organization, rule_type, source, path, kind, target, field_key, option];
    w.tx.query_opt(&sql, values)?.as_ref().map(Rule::from_row).transpose()
}

pub(super) fn tell(w: &mut Work<'_, '_>, rule: &Rule, change: &str) -> Result<()> {
    let details = json!({"rule": rule.says, "standing": rule.standing, "votes": rule.votes});
    changes::record(w, "structuring_rule", rule.id, change, details, None)
}
