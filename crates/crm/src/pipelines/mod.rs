//! Ordered boards and their stages.

mod add_stage;
mod archived;
mod create;
mod remove;
mod update;
mod update_stage;

pub use add_stage::add_stage;
pub use archived::{ArchivedStage, archived_in_use, is_stage};
pub use create::{NewPipeline, NewStage, create};
pub use remove::{remove, remove_stage};
pub use update::{PipelinePatch, update};
pub use update_stage::{StagePatch, update_stage};

use serde::Serialize;
use store::{Tx, params};

use crate::error::{Error, Result};
use crate::id::{OrganizationId, PipelineId, StageId};
use crate::setup::Setup;
use crate::time::Timestamp;
use crate::wire_enum;

/// How many pipelines an organization has at most, and how many stages a pipeline: people look at them side by side.
pub const MOST_PIPELINES: usize = 100;
pub const MOST_STAGES: usize = 100;

wire_enum! {
    /// What it means for a ticket to stand in a stage; won and lost close it.
    pub enum Outcome { Open = "open", Won = "won", Lost = "lost" }
}

#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Stage {
    pub id: StageId,
    pub pipeline_id: PipelineId,
    pub name: String,
    pub description: Option<String>,
    pub outcome: Outcome,
    /// From 0, in board order.
    pub position: i64,
    #[serde(skip)]
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Pipeline {
    pub id: PipelineId,
    pub name: String,
    pub description: Option<String>,
    /// From 0, in the order in which the pipelines are shown.
    pub position: i64,
    pub stages: Vec<Stage>,
    #[serde(skip)]
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Pipeline {
    /// In order, stages inside, archived ones left out.
    pub fn load_all(tx: &mut Tx<'_>, organization: OrganizationId) -> Result<Vec<Pipeline>> {
        let mut pipelines = Vec::new();
        for row in tx.query(
            "SELECT id, name, description, position, version, created_at, updated_at FROM pipelines
             WHERE organization_id = $1 AND NOT archived ORDER BY position, id",
            params![organization],
        )? {
            pipelines.push(Pipeline {
                id: row.get("id")?,
                name: row.get("name")?,
                description: row.get("description")?,
                position: row.get("position")?,
                stages: Vec::new(),
                version: row.get("version")?,
                created_at: row.get("created_at")?,
                updated_at: row.get("updated_at")?,
            });
        }
        for row in tx.query(
            "SELECT id, pipeline_id, name, description, outcome, position, version, created_at, updated_at FROM stages
             WHERE organization_id = $1 AND NOT archived ORDER BY position, id",
            params![organization],
        )? {
            let stage = Stage {
                id: row.get("id")?,
                pipeline_id: row.get("pipeline_id")?,
                name: row.get("name")?,
                description: row.get("description")?,
                outcome: row.get("outcome")?,
                position: row.get("position")?,
                version: row.get("version")?,
                created_at: row.get("created_at")?,
                updated_at: row.get("updated_at")?,
            };
            if let Some(pipeline) = pipelines.iter_mut().find(|p| p.id == stage.pipeline_id) {
                pipeline.stages.push(stage);
            }
        }
        Ok(pipelines)
    }
}

/// By id, or 404.
pub fn get(setup: &Setup, id: PipelineId) -> Result<&Pipeline> {
    setup.pipeline(id).ok_or_else(|| Error::not_found("pipeline"))
}

/// By id within its pipeline, or 404.
pub fn get_stage(setup: &Setup, pipeline: PipelineId, id: StageId) -> Result<&Stage> {
    setup.stage(id).filter(|stage| stage.pipeline_id == pipeline).ok_or_else(|| Error::not_found("stage"))
}
