//! Changing who gets tickets.

use serde_json::json;
use store::params;

use super::{Assignment, MOST_MEMBERS, MOST_OPEN, Mode};
use crate::changes::{Changes, check_version};
use crate::error::{FieldError, Problems, Result};
use crate::id::MemberId;
use crate::work::Work;

/// None leaves as it is.
#[derive(Debug, Clone, Default)]
pub struct AssignmentPatch {
    pub mode: Option<Mode>,
    pub member_ids: Option<Option<Vec<MemberId>>>,
    pub present_only: Option<bool>,
    pub open_limit: Option<Option<i64>>,
    pub if_version: Option<i64>,
}

/// What waits goes on waiting, and is given as it is wanted from now on; with `off` it is left to whoever takes it.
pub fn update(w: &mut Work<'_, '_>, patch: &AssignmentPatch) -> Result<Assignment> {
    let mut assignment = w.setup.assignment.clone();
    check_version(patch.if_version, assignment.version)?;
    let mut problems = Problems::default();
    let members = patch.member_ids.as_ref().map(|ids| ids.as_deref().map(|ids| members(w, ids, &mut problems)));
    if let Some(Some(limit)) = patch.open_limit
        && !(1..=MOST_OPEN).contains(&limit)
    {
        let message = format!("Expected a whole number from 1 to {MOST_OPEN}, or null for no limit.");
        problems.add(FieldError::new("/open_limit", "out_of_range", message));
    }
    problems.check()?;
    let mut changes = Changes::default();
    if let Some(mode) = patch.mode {
        changes.set("mode", &mut assignment.mode, mode);
    }
    if let Some(members) = members {
        changes.set("member_ids", &mut assignment.member_ids, members);
    }
    if let Some(present_only) = patch.present_only {
        changes.set("present_only", &mut assignment.present_only, present_only);
    }
    if let Some(limit) = patch.open_limit {
        changes.set("open_limit", &mut assignment.open_limit, limit);
    }
    if changes.is_empty() {
        return Ok(assignment);
    }
    w.bump_revision()?;
    assignment.version += 1;
    w.tx.execute(
        "INSERT INTO assignment_rules (organization_id, mode, member_ids, present_only, open_limit, version, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (organization_id) DO UPDATE SET mode = excluded.mode, member_ids = excluded.member_ids,
           present_only = excluded.present_only, open_limit = excluded.open_limit, version = excluded.version,
           updated_at = excluded.updated_at",
        params![
            w.caller.organization,
            assignment.mode,
            assignment.member_ids.as_ref().map(|ids| json!(ids).to_string()),
            assignment.present_only,
            assignment.open_limit,
            assignment.version,
            w.now
        ],
    )?;
    changes.record(w, "assignment", w.caller.organization)?;
    w.reload_setup()?;
    Ok(assignment)
}

/// Each once, in the order in which they are named.
fn members(w: &Work<'_, '_>, ids: &[MemberId], problems: &mut Problems) -> Vec<MemberId> {
    let mut chosen = Vec::new();
    if ids.is_empty() {
        let message = "Name at least one member, or give null for all agents; `mode` `off` gives tickets to nobody.";
        problems.add(FieldError::new("/member_ids", "required", message));
    }
    if ids.len() > MOST_MEMBERS {
        let message = format!("At most {MOST_MEMBERS} members, found {}.", ids.len());
        problems.add(FieldError::new("/member_ids", "too_many", message));
    }
    for (at, id) in ids.iter().take(MOST_MEMBERS).enumerate() {
        match w.setup.member(*id) {
            Some(member) if member.active && !chosen.contains(id) => chosen.push(*id),
            Some(member) if member.active => {}
            _ => problems.add(FieldError::unknown_reference(format!("/member_ids/{at}"), "active member", id)),
        }
    }
    chosen
}
