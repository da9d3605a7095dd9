//! Renaming a pipeline, describing it, moving it among the others.

use store::params;

use super::{Pipeline, get};
use crate::changes::{Changes, check_version};
use crate::checks;
use crate::error::{Problems, Result};
use crate::id::PipelineId;
use crate::order;
use crate::work::Work;

/// None leaves as it is; an inner none removes.
#[derive(Debug, Clone, Default)]
pub struct PipelinePatch {
    pub name: Option<String>,
    pub description: Option<Option<String>>,
    /// From 0; beyond the end is the end.
    pub position: Option<i64>,
    pub if_version: Option<i64>,
}

pub fn update(w: &mut Work<'_, '_>, id: PipelineId, patch: &PipelinePatch) -> Result<Pipeline> {
    let setup = w.setup.clone();
    let current = get(&setup, id)?;
    check_version(patch.if_version, current.version)?;
    let mut problems = Problems::default();
    let name = patch.name.as_deref().map(|name| checks::name(name, "/name", &mut problems));
    let description =
        patch.description.as_ref().map(|text| checks::description(text.as_deref(), "/description", &mut problems));
    problems.check()?;
    let mut pipeline = current.clone();
    let mut changes = Changes::default();
    if let Some(name) = name {
        changes.set("name", &mut pipeline.name, name);
    }
    if let Some(description) = description {
        changes.set("description", &mut pipeline.description, description);
    }
    let mut ids: Vec<PipelineId> = setup.pipelines.iter().map(|pipeline| pipeline.id).collect();
    order::place(&mut ids, id, patch.position);
    let position = ids.iter().position(|known| *known == id).unwrap_or_default() as i64;
    changes.set("position", &mut pipeline.position, position);
    if changes.is_empty() {
        return Ok(pipeline);
    }
    w.bump_revision()?;
    w.tx.execute(
        "UPDATE pipelines SET name = $3, description = $4, position = $5, version = version + 1, updated_at = $6
         WHERE organization_id = $1 AND id = $2",
        params![w.caller.organization, id, pipeline.name, pipeline.description, pipeline.position, w.now],
    )?;
    order::save(w, "pipelines", &ids, |id| setup.pipeline(*id).map(|p| p.position), &id)?;
    changes.record(w, "pipeline", id)?;
    w.reload_setup()?;
    get(&w.setup, id).cloned()
}
