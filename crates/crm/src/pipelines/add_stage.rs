//! A further stage of a pipeline.

use serde_json::json;

use super::create::insert_stage;
use super::{MOST_STAGES, NewStage, Stage, get, get_stage};
use crate::changes;
use crate::error::{Error, Problems, Result};
use crate::id::{PipelineId, StageId};
use crate::order;
use crate::work::Work;

/// `position` is counted from 0 within the pipeline; none: last.
pub fn add_stage(w: &mut Work<'_, '_>, pipeline: PipelineId, new: &NewStage, position: Option<i64>) -> Result<Stage> {
    let setup = w.setup.clone();
    let board = get(&setup, pipeline)?;
    let mut problems = Problems::default();
    let (name, description) = new.read("", &mut problems);
    problems.check()?;
    if board.stages.len() >= MOST_STAGES {
        return Err(Error::conflict("limit_reached", format!("A pipeline has at most {MOST_STAGES} stages.")));
    }
    w.bump_revision()?;
    let last = board.stages.len() as i64;
    let position = position.map_or(last, |position| position.clamp(0, last));
    let id = insert_stage(w, pipeline, &name, description.as_deref(), new.outcome, position)?;
    let mut ids: Vec<StageId> = board.stages.iter().map(|stage| stage.id).collect();
    order::place(&mut ids, id, Some(position));
    order::save(w, "stages", &ids, |id| setup.stage(*id).map(|stage| stage.position), &id)?;
    w.reload_setup()?;
    let stage = get_stage(&w.setup, pipeline, id)?.clone();
    changes::record(w, "stage", id, "created", json!({"stage": stage}), None)?;
    Ok(stage)
}
