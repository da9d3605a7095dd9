//! Rows of the route table: pipelines and their stages.

use crm::Scope::{SetupRead, SetupWrite};
use crm::changes::Removed;
use crm::page::Page;

use super::removal::REMOVAL;
use super::{paging, pipelines, removal};
use crate::route::{Route, delete, get, patch, post};

pub fn table() -> Vec<Route> {
    const SET_UP: &str = "Set-up";
    vec![
        get("/api/v1/pipelines", pipelines::list)
            .scope(SetupRead)
            .named("v1ListPipelines", SET_UP, "Pipelines with their stages, in order")
            .query::<paging::PageQuery>()
            .answers::<Page<crm::pipelines::Pipeline>>(200, "One page."),
        post("/api/v1/pipelines", pipelines::create)
            .scope(SetupWrite)
            .named("v1CreatePipeline", SET_UP, "Make a pipeline with its stages")
            .body::<pipelines::CreateInput>()
            .answers::<crm::pipelines::Pipeline>(201, "The pipeline."),
        get("/api/v1/pipelines/{id}", pipelines::show)
            .scope(SetupRead)
            .named("v1GetPipeline", SET_UP, "One pipeline")
            .answers::<crm::pipelines::Pipeline>(200, "The pipeline, with its version as `ETag`."),
        patch("/api/v1/pipelines/{id}", pipelines::update)
            .scope(SetupWrite)
            .named("v1UpdatePipeline", SET_UP, "Rename, describe or move a pipeline")
            .body::<pipelines::UpdateInput>()
            .answers::<crm::pipelines::Pipeline>(200, "The pipeline."),
        delete("/api/v1/pipelines/{id}", pipelines::delete)
            .scope(SetupWrite)
            .named("v1DeletePipeline", SET_UP, "Delete a pipeline with its stages")
            .about(REMOVAL)
            .query::<removal::MoveOrArchive>()
            .answers::<Removed>(200, "Deleted or archived; how many tickets moved."),
        get("/api/v1/archived_stages", pipelines::list_archived)
            .scope(SetupRead)
            .named("v1ListArchivedStages", SET_UP, "Stages out of sight in which tickets are open still")
            .about("Tickets are moved out of them, and not in. One goes from this list with its last open ticket.")
            .answers::<pipelines::ArchivedStages>(200, "All of them."),
        get("/api/v1/pipelines/{id}/stages", pipelines::list_stages)
            .scope(SetupRead)
            .named("v1ListStages", SET_UP, "A pipeline's stages, in order")
            .query::<paging::PageQuery>()
            .answers::<Page<crm::pipelines::Stage>>(200, "One page."),
        post("/api/v1/pipelines/{id}/stages", pipelines::create_stage)
            .scope(SetupWrite)
            .named("v1CreateStage", SET_UP, "Add a stage")
            .body::<pipelines::CreateStageInput>()
            .answers::<crm::pipelines::Stage>(201, "The stage."),
        get("/api/v1/pipelines/{id}/stages/{stage_id}", pipelines::show_stage)
            .scope(SetupRead)
            .named("v1GetStage", SET_UP, "One stage")
            .answers::<crm::pipelines::Stage>(200, "The stage, with its version as `ETag`."),
        patch("/api/v1/pipelines/{id}/stages/{stage_id}", pipelines::update_stage)
            .scope(SetupWrite)
            .named("v1UpdateStage", SET_UP, "Rename, describe or move a stage, change its outcome")
            .body::<pipelines::UpdateStageInput>()
            .answers::<crm::pipelines::Stage>(200, "The stage."),
        delete("/api/v1/pipelines/{id}/stages/{stage_id}", pipelines::delete_stage)
            .scope(SetupWrite)
            .named("v1DeleteStage", SET_UP, "Delete a stage")
            .about(REMOVAL)
            .query::<removal::MoveOrArchive>()
            .answers::<Removed>(200, "Deleted or archived; how many tickets moved."),
    ]
}
