//! Putting rules in that a list gave: of the same organization elsewhere, or of this one before.

use structuring::Target;

use super::put::put;
use super::teach::{find, is_full, tell};
use super::{MOST_RULES, Rule, RuleStanding, Says};
use crate::error::{Error, FieldError, Problems, Result};
use crate::fields::Entity;
use crate::setup::Setup;
use crate::work::Work;

#[derive(Debug, Clone)]
pub struct ImportedRule {
    pub says: Says,
    pub standing: RuleStanding,
    pub votes: i64,
}

impl ImportedRule {
    /// Its field must be there, and its option one of that field's. `at` is its place in the request.
    pub fn check(&self, setup: &Setup, at: &str, problems: &mut Problems) {
        if let Some(why) = self.says.refused() {
            problems.add(FieldError::new(at, "invalid_value", format!("There is no such rule: {why}.")));
        }
        let key = match &self.says {
            Says::Mapping { target: Target::Field(key), .. } => key,
            Says::Mapping { .. } => return,
            Says::OptionWord { field, .. } => field,
        };
        let Some(field) = setup.field(Entity::Customer, key) else {
            let at = format!("{at}/key");
            problems.add(FieldError::unknown_reference(at, "customer field", format!("`{key}`")));
            return;
        };
        if let Says::OptionWord { option, .. } = &self.says
            && !field.options.contains(option)
        {
            let message = format!("`{}` has no such option.", field.name);
            problems.add(FieldError::new(format!("{at}/option"), "unknown_reference", message));
        }
    }
}

/// All or none. What is there under the same words is replaced.
pub fn import(w: &mut Work<'_, '_>, rules: &[ImportedRule]) -> Result<Vec<Rule>> {
    let setup = w.setup.clone();
    let mut problems = Problems::default();
    for (at, rule) in rules.iter().enumerate() {
        rule.check(&setup, &format!("/data/{at}"), &mut problems);
    }
    problems.check()?;
    let mut imported = Vec::with_capacity(rules.len());
    let mut moved = false;
    for rule in rules {
        let (rule, changed) = take(w, rule)?;
        moved |= changed;
        imported.push(rule);
    }
    if moved {
        w.bump_revision()?;
    }
    Ok(imported)
}

fn take(w: &mut Work<'_, '_>, rule: &ImportedRule) -> Result<(Rule, bool)> {
    if is_full(w)? && find(w, &rule.says)?.is_none() {
        let message = format!("At most {MOST_RULES} rules of structuring. Remove some first.");
        return Err(Error::conflict("limit_reached", message));
    }
    let update =
        "standing = excluded.standing, votes = excluded.votes, actor = excluded.actor, updated_at = excluded.updated_at
                  WHERE structuring_rules.standing <> excluded.standing OR structuring_rules.votes <> excluded.votes";
    let Some((rule, created)) = put(w, &rule.says, rule.standing, rule.votes, update)? else {
        let same = find(w, &rule.says)?;
        return same.map(|rule| (rule, false)).ok_or_else(|| Error::Internal("a rule vanished".to_owned()));
    };
    tell(w, &rule, if created { "created" } else { "updated" })?;
    Ok((rule, true))
}
