//! Renaming a stage, describing it, moving it on its board, changing what it means to stand in it.

use store::params;

use super::{Outcome, Stage, get, get_stage};
use crate::changes::{Changes, check_version, in_use};
use crate::channels::{Channel, DefaultStage};
use crate::checks;
use crate::error::{Problems, Result};
use crate::id::{PipelineId, StageId};
use crate::order;
use crate::work::Work;

/// None leaves as it is; an inner none removes.
#[derive(Debug, Clone, Default)]
pub struct StagePatch {
    pub name: Option<String>,
    pub description: Option<Option<String>>,
    /// An open stage becomes won or lost only while no open ticket stands in it and no channel begins there; closed tickets keep their own outcome.
    pub outcome: Option<Outcome>,
    /// From 0 within the pipeline; beyond the end is the end.
    pub position: Option<i64>,
    pub if_version: Option<i64>,
}

pub fn update_stage(w: &mut Work<'_, '_>, pipeline: PipelineId, id: StageId, patch: &StagePatch) -> Result<Stage> {
    let setup = w.setup.clone();
    let current = get_stage(&setup, pipeline, id)?;
    check_version(patch.if_version, current.version)?;
    let mut problems = Problems::default();
    let name = patch.name.as_deref().map(|name| checks::name(name, "/name", &mut problems));
    let description =
        patch.description.as_ref().map(|text| checks::description(text.as_deref(), "/description", &mut problems));
    problems.check()?;
    let mut stage = current.clone();
    let mut changes = Changes::default();
    if let Some(name) = name {
        changes.set("name", &mut stage.name, name);
    }
    if let Some(description) = description {
        changes.set("description", &mut stage.description, description);
    }
    if let Some(outcome) = patch.outcome {
        changes.set("outcome", &mut stage.outcome, outcome);
    }
    let mut ids: Vec<StageId> = get(&setup, pipeline)?.stages.iter().map(|stage| stage.id).collect();
    order::place(&mut ids, id, patch.position);
    let position = ids.iter().position(|known| *known == id).unwrap_or_default() as i64;
    changes.set("position", &mut stage.position, position);
    if changes.is_empty() {
        return Ok(stage);
    }
    if current.outcome == Outcome::Open && stage.outcome != Outcome::Open {
        let row = w.tx.query_one(
            "SELECT count(*) AS n FROM tickets WHERE organization_id = $1 AND stage_id = $2 AND status = 'open'",
            params![w.caller.organization, id],
        )?;
        let open: i64 = row.get("n")?;
        let begins_here = |channel: &&Channel| !channel.archived && channel.default_stage == DefaultStage::Stage(id);
        let channels = setup.channels.iter().filter(begins_here).count() as i64;
        if open > 0 || channels > 0 {
            let remedy = "No open ticket stands in a won or lost stage and none begins there: move them or close them, and give \
                          channels that begin there another `default_stage_id` first.";
            return Err(in_use("stage", &[("open tickets", open), ("channels", channels)], remedy));
        }
    }
    w.bump_revision()?;
    w.tx.execute(
        "UPDATE stages SET name = $3, description = $4, outcome = $5, position = $6, version = version + 1, updated_at = $7
         WHERE organization_id = $1 AND id = $2",
        params![w.caller.organization, id, stage.name, stage.description, stage.outcome, stage.position, w.now],
    )?;
    order::save(w, "stages", &ids, |id| setup.stage(*id).map(|stage| stage.position), &id)?;
    changes.record(w, "stage", id)?;
    w.reload_setup()?;
    get_stage(&w.setup, pipeline, id).cloned()
}
