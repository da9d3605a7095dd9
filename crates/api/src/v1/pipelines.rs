//! Boards and their stages.

use crm::Setup;
use crm::id::{PipelineId, StageId};
use crm::page::{Page, PageRequest, is_placed, placed};
use crm::pipelines::{
    self, ArchivedStage, NewPipeline, NewStage, Outcome, Pipeline, PipelinePatch, Stage, StagePatch, archived_in_use,
};
use schemars::JsonSchema;
use serde::Serialize;

use super::paging::PageQuery;
use super::removal::MoveOrArchive;
use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input, Style};
use crate::kinds::{LONG, List, Text, Whole, nested};
use crate::one_of;
use crate::problem::Problem;

const NAME: Text = Text { max: 100 };
const POSITION: Whole = Whole { min: 0, max: 1000 };

fn answer(status: u16, pipeline: &Pipeline) -> Result<Answer, Problem> {
    Ok(Answer::json(status, pipeline)?.etag(pipeline.version))
}

fn stage_answer(status: u16, stage: &Stage) -> Result<Answer, Problem> {
    Ok(Answer::json(status, stage)?.etag(stage.version))
}

pub async fn list(call: Call) -> Result<Answer, Problem> {
    let PageQuery(page) = call.read_query()?;
    let setup = call.read(|w| Ok(w.setup.clone())).await?;
    let key = |pipeline: &&Pipeline| placed(pipeline.position, pipeline.id);
    Answer::json(200, &Page::<Pipeline>::of_sorted(&setup.pipelines, &page, is_placed, key, Pipeline::clone)?)
}

pub async fn show(call: Call) -> Result<Answer, Problem> {
    let id: PipelineId = call.id("id", "pipeline")?;
    let setup = call.read(|w| Ok(w.setup.clone())).await?;
    answer(200, pipelines::get(&setup, id)?)
}

/// A stage as it comes with its pipeline.
#[derive(Debug)]
pub struct StageInput(NewStage);

fn read_stage(f: &mut Fields<'_>) -> Option<NewStage> {
    let name = f.required("name", NAME, "");
    let description = f.nullable("description", LONG, "");
    let outcome =
        f.optional("outcome", one_of!(Outcome), "What it means to stand here; by itself open. Won and lost close.");
    Some(NewStage { name: name?, description: description.flatten(), outcome: outcome.unwrap_or(Outcome::Open) })
}

impl Input for StageInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        read_stage(f).map(StageInput)
    }
}

#[derive(Debug)]
pub struct CreateInput(NewPipeline);

impl Input for CreateInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let name = f.required("name", NAME, "");
        let description = f.nullable("description", LONG, "");
        let position = f.optional("position", POSITION, "Among the pipelines, from 0; by itself last.");
        let stages = List { of: nested::<StageInput>(Style::Strict), max: pipelines::MOST_STAGES };
        let stages = f.required("stages", stages, "At least one, in board order.");
        Some(CreateInput(NewPipeline {
            name: name?,
            description: description.flatten(),
            position,
            stages: stages?.into_iter().map(|StageInput(stage)| stage).collect(),
        }))
    }
}

pub async fn create(call: Call) -> Result<Answer, Problem> {
    let CreateInput(new) = call.read_body()?;
    call.write(move |w| pipelines::create(w, &new), |pipeline, _: &Setup| answer(201, pipeline)).await
}

#[derive(Debug)]
pub struct UpdateInput(PipelinePatch);

impl Input for UpdateInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        Some(UpdateInput(PipelinePatch {
            name: f.optional("name", NAME, ""),
            description: f.nullable("description", LONG, ""),
            position: f.optional("position", POSITION, "Among the pipelines, from 0; beyond the end is the end."),
            if_version: None,
        }))
    }
}

pub async fn update(call: Call) -> Result<Answer, Problem> {
    let id: PipelineId = call.id("id", "pipeline")?;
    let UpdateInput(mut patch) = call.read_body()?;
    patch.if_version = call.if_version()?;
    call.write(move |w| pipelines::update(w, id, &patch), |pipeline, _: &Setup| answer(200, pipeline)).await
}

pub async fn delete(call: Call) -> Result<Answer, Problem> {
    let id: PipelineId = call.id("id", "pipeline")?;
    let MoveOrArchive(users) = call.read_query()?;
    let version = call.if_version()?;
    let work = move |w: &mut crm::Work<'_, '_>| pipelines::remove(w, id, version, users);
    call.write(work, |removed, _: &Setup| Answer::json(200, removed)).await
}

pub async fn list_stages(call: Call) -> Result<Answer, Problem> {
    let id: PipelineId = call.id("id", "pipeline")?;
    let PageQuery(page) = call.read_query()?;
    let setup = call.read(|w| Ok(w.setup.clone())).await?;
    Answer::json(200, &stages(&pipelines::get(&setup, id)?.stages, &page)?)
}

fn stages(stages: &[Stage], page: &PageRequest) -> crm::Result<Page<Stage>> {
    let key = |stage: &&Stage| placed(stage.position, stage.id);
    Page::of_sorted(stages, page, is_placed, key, Stage::clone)
}

pub async fn show_stage(call: Call) -> Result<Answer, Problem> {
    let (pipeline, id) = ids(&call)?;
    let setup = call.read(|w| Ok(w.setup.clone())).await?;
    stage_answer(200, pipelines::get_stage(&setup, pipeline, id)?)
}

fn ids(call: &Call) -> Result<(PipelineId, StageId), Problem> {
    Ok((call.id("id", "pipeline")?, call.id("stage_id", "stage")?))
}

#[derive(Debug)]
pub struct CreateStageInput {
    stage: NewStage,
    position: Option<i64>,
}

impl Input for CreateStageInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let stage = read_stage(f);
        let position = f.optional("position", POSITION, "Within the pipeline, from 0; by itself last.");
        Some(CreateStageInput { stage: stage?, position })
    }
}

pub async fn create_stage(call: Call) -> Result<Answer, Problem> {
    let id: PipelineId = call.id("id", "pipeline")?;
    let input: CreateStageInput = call.read_body()?;
    let work = move |w: &mut crm::Work<'_, '_>| pipelines::add_stage(w, id, &input.stage, input.position);
    call.write(work, |stage, _: &Setup| stage_answer(201, stage)).await
}

#[derive(Debug)]
pub struct UpdateStageInput(StagePatch);

impl Input for UpdateStageInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        Some(UpdateStageInput(StagePatch {
            name: f.optional("name", NAME, ""),
            description: f.nullable("description", LONG, ""),
            outcome: f.optional("outcome", one_of!(Outcome), "Won or lost only while no open ticket stands here."),
            position: f.optional("position", POSITION, "Within the pipeline, from 0; beyond the end is the end."),
            if_version: None,
        }))
    }
}

pub async fn update_stage(call: Call) -> Result<Answer, Problem> {
    let (pipeline, id) = ids(&call)?;
    let UpdateStageInput(mut patch) = call.read_body()?;
    patch.if_version = call.if_version()?;
    let work = move |w: &mut crm::Work<'_, '_>| pipelines::update_stage(w, pipeline, id, &patch);
    call.write(work, |stage, _: &Setup| stage_answer(200, stage)).await
}

pub async fn delete_stage(call: Call) -> Result<Answer, Problem> {
    let (pipeline, id) = ids(&call)?;
    let MoveOrArchive(users) = call.read_query()?;
    let version = call.if_version()?;
    let work = move |w: &mut crm::Work<'_, '_>| pipelines::remove_stage(w, pipeline, id, version, users);
    call.write(work, |removed, _: &Setup| Answer::json(200, removed)).await
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ArchivedStages {
    pub data: Vec<ArchivedStage>,
}

pub async fn list_archived(call: Call) -> Result<Answer, Problem> {
    let data = call.read(archived_in_use).await?;
    Answer::json(200, &ArchivedStages { data })
}
