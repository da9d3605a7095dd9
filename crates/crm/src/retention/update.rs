//! Changing what is deleted.

use store::params;

use super::{MOST_DAYS, Retention};
use crate::changes::{Changes, check_version};
use crate::error::{Error, FieldError, Problems, Result};
use crate::work::Work;

/// After a change so long passes before the first thing goes: a slip can be taken back.
const GRACE_SECONDS: i64 = 3600;

/// None leaves as it is; some none: for good.
#[derive(Debug, Clone, Default)]
pub struct RetentionPatch {
    pub files_days: Option<Option<i64>>,
    pub messages_days: Option<Option<i64>>,
    pub webhook_calls_days: Option<Option<i64>>,
    pub spare_open: Option<bool>,
    pub if_version: Option<i64>,
}

/// A run that goes on does so by the new rules.
pub fn update(w: &mut Work<'_, '_>, patch: &RetentionPatch) -> Result<Retention> {
    let mut retention = Retention::load(w.tx, w.caller.organization)?;
    check_version(patch.if_version, retention.version)?;
    let mut problems = Problems::default();
    let mut changes = Changes::default();
    let rules = &mut retention.rules;
    for (name, slot, days) in [
        ("files_days", &mut rules.files_days, patch.files_days),
        ("messages_days", &mut rules.messages_days, patch.messages_days),
        ("webhook_calls_days", &mut rules.webhook_calls_days, patch.webhook_calls_days),
    ] {
        let Some(days) = days else { continue };
        if days.is_some_and(|days| !(1..=MOST_DAYS).contains(&days)) {
            let message =
                format!("Expected a whole number of days from 1 to {MOST_DAYS}, or null to keep it for good.");
            problems.add(FieldError::new(format!("/{name}"), "out_of_range", message));
        }
        changes.set(name, slot, days);
    }
    if let Some(spare) = patch.spare_open {
        changes.set("spare_open", &mut rules.spare_open, spare);
    }
    problems.check()?;
    if changes.is_empty() {
        return Ok(retention);
    }
    retention.version += 1;
    let due = w.now.plus_seconds(GRACE_SECONDS);
    w.tx.execute(
        "INSERT INTO retention_rules (organization_id, files_days, messages_days, webhook_calls_days, spare_open, due_at, version,
                                      updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (organization_id) DO UPDATE SET files_days = excluded.files_days, messages_days = excluded.messages_days,
           webhook_calls_days = excluded.webhook_calls_days, spare_open = excluded.spare_open, due_at = excluded.due_at,
           version = excluded.version, updated_at = excluded.updated_at",
        params![
            w.caller.organization,
            retention.rules.files_days,
            retention.rules.messages_days,
            retention.rules.webhook_calls_days,
            retention.rules.spare_open,
            due,
            retention.version,
            w.now
        ],
    )?;
    changes.record(w, "retention", w.caller.organization)?;
    Retention::load(w.tx, w.caller.organization)
}

/// The next run begins now. 409 where no rule deletes anything.
pub fn run_now(w: &mut Work<'_, '_>) -> Result<Retention> {
    let retention = Retention::load(w.tx, w.caller.organization)?;
    if !retention.rules.delete_anything() {
        let message = "Nothing is deleted by itself here: say after how many days something goes first.";
        return Err(Error::conflict("nothing_to_delete", message));
    }
    w.tx.execute(
        "UPDATE retention_rules SET due_at = $2 WHERE organization_id = $1 AND due_at > $2",
        params![w.caller.organization, w.now],
    )?;
    Retention::load(w.tx, w.caller.organization)
}
