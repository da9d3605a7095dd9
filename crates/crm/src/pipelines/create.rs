//! Making a pipeline with all its stages.

use serde_json::json;
use store::params;

use super::{MOST_PIPELINES, MOST_STAGES, Outcome, Pipeline, get};
use crate::error::{Error, FieldError, Problems, Result};
use crate::id::{PipelineId, StageId};
use crate::order;
use crate::work::Work;
use crate::{changes, checks};

#[derive(Debug, Clone)]
pub struct NewStage {
    pub name: String,
    pub description: Option<String>,
    pub outcome: Outcome,
}

impl NewStage {
    /// Name and description as they are kept. `at` points to the stage in the request.
    pub(super) fn read(&self, at: &str, problems: &mut Problems) -> (String, Option<String>) {
        let name = checks::name(&self.name, &format!("{at}/name"), problems);
        let description = checks::description(self.description.as_deref(), &format!("{at}/description"), problems);
        (name, description)
    }
}

#[derive(Debug, Clone)]
pub struct NewPipeline {
    pub name: String,
    pub description: Option<String>,
    /// Among the pipelines, from 0. None: last.
    pub position: Option<i64>,
    /// In board order; at least one.
    pub stages: Vec<NewStage>,
}

pub fn create(w: &mut Work<'_, '_>, new: &NewPipeline) -> Result<Pipeline> {
    let mut problems = Problems::default();
    let name = checks::name(&new.name, "/name", &mut problems);
    let description = checks::description(new.description.as_deref(), "/description", &mut problems);
    let stages = new.stages.iter().enumerate();
    let stages: Vec<_> = stages.map(|(at, stage)| stage.read(&format!("/stages/{at}"), &mut problems)).collect();
    if stages.is_empty() {
        problems.add(FieldError::new("/stages", "required", "A pipeline needs at least one stage."));
    } else if stages.len() > MOST_STAGES {
        let message = format!("A pipeline has at most {MOST_STAGES} stages; these are {}.", stages.len());
        problems.add(FieldError::new("/stages", "too_many", message));
    }
    problems.check()?;
    let setup = w.setup.clone();
    if setup.pipelines.len() >= MOST_PIPELINES {
        let message = format!("An organization has at most {MOST_PIPELINES} pipelines.");
        return Err(Error::conflict("limit_reached", message));
    }
    w.bump_revision()?;
    let id: PipelineId = w.new_id();
    let mut ids: Vec<PipelineId> = setup.pipelines.iter().map(|pipeline| pipeline.id).collect();
    order::place(&mut ids, id, new.position);
    let position = ids.iter().position(|known| *known == id).unwrap_or_default() as i64;
    w.tx.execute(
        "INSERT INTO pipelines (organization_id, id, name, description, position, archived, version, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $7)",
        params![w.caller.organization, id, name, description, position, false, w.now],
    )?;
    order::save(w, "pipelines", &ids, |id| setup.pipeline(*id).map(|p| p.position), &id)?;
    for (position, ((name, description), stage)) in stages.iter().zip(&new.stages).enumerate() {
        insert_stage(w, id, name, description.as_deref(), stage.outcome, position as i64)?;
    }
    w.reload_setup()?;
    let pipeline = get(&w.setup, id)?.clone();
    changes::record(w, "pipeline", id, "created", json!({"pipeline": pipeline}), None)?;
    Ok(pipeline)
}

pub(super) fn insert_stage(
    w: &mut Work<'_, '_>,
    pipeline: PipelineId,
    name: &str,
    description: Option<&str>,
    outcome: Outcome,
    position: i64,
) -> Result<StageId> {
    let id: StageId = w.new_id();
    w.tx.execute(
        "INSERT INTO stages (organization_id, id, pipeline_id, name, description, outcome, position, archived, version,
            created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $9)",
        params![w.caller.organization, id, pipeline, name, description, outcome, position, false, w.now],
    )?;
    Ok(id)
}
