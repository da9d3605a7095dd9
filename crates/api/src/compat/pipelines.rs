//! C15: the boards.

use crm::id::{PipelineId, StageId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

#[derive(Debug, Serialize, JsonSchema)]
pub struct StageObject {
    pub id: StageId,
    pub name: String,
    pub description: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct PipelineObject {
    pub id: PipelineId,
    pub name: String,
    pub description: Option<String>,
    /// In board order.
    pub stages: Vec<StageObject>,
}

pub async fn list(call: Call) -> Result<Answer, Problem> {
    let setup = call.read(|w| Ok(w.setup.clone())).await?;
    let pipelines: Vec<PipelineObject> = setup
        .pipelines
        .iter()
        .map(|pipeline| PipelineObject {
            id: pipeline.id,
            name: pipeline.name.clone(),
            description: pipeline.description.clone(),
            stages: pipeline
                .stages
                .iter()
                .map(|stage| StageObject {
                    id: stage.id,
                    name: stage.name.clone(),
                    description: stage.description.clone(),
                })
                .collect(),
        })
        .collect();
    Answer::json(200, &pipelines)
}
