//! Tags themselves; who has them is told by contacts and tickets.

use crm::Setup;
use crm::tags::{self, EntityType, NewTag, Tag, TagPatch, Variant};

use super::paging::PageQuery;
use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input};
use crate::kinds::{Flag, Text};
use crate::one_of;
use crate::problem::Problem;

const VALUE: Text = Text { max: tags::VALUE_LIMIT };

fn answer(status: u16, tag: &Tag) -> Result<Answer, Problem> {
    Ok(Answer::json(status, tag)?.etag(tag.version))
}

pub async fn list(call: Call) -> Result<Answer, Problem> {
    let PageQuery(page) = call.read_query()?;
    let found = call.read(move |w| tags::page(w, &page)).await?;
    Answer::json(200, &found)
}

pub async fn show(call: Call) -> Result<Answer, Problem> {
    let id: i64 = call.id("tag_id", "tag")?;
    answer(200, &call.read(move |w| tags::get(w, id)).await?)
}

#[derive(Debug)]
pub struct CreateInput(NewTag);

impl Input for CreateInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let value = f.required("value", VALUE, "Case, accents and blanks make no other name.");
        let variant = f.optional("variant", one_of!(Variant), "Its colour; by itself one that belongs to the name.");
        let entity_type =
            f.optional("entity_type", one_of!(EntityType), "What it is put on; by itself CONTACT. Never changes.");
        Some(CreateInput(NewTag { value: value?, variant, entity_type: entity_type.unwrap_or(EntityType::Contact) }))
    }
}

pub async fn create(call: Call) -> Result<Answer, Problem> {
    let CreateInput(new) = call.read_body()?;
    call.write(move |w| tags::create(w, &new), |tag, _: &Setup| answer(201, tag)).await
}

#[derive(Debug)]
pub struct UpdateInput(TagPatch);

impl Input for UpdateInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let value = f.optional("value", VALUE, "");
        let variant = f.optional("variant", one_of!(Variant), "");
        Some(UpdateInput(TagPatch { value, variant, if_version: None }))
    }
}

pub async fn update(call: Call) -> Result<Answer, Problem> {
    let id: i64 = call.id("tag_id", "tag")?;
    let UpdateInput(mut patch) = call.read_body()?;
    patch.if_version = call.if_version()?;
    call.write(move |w| tags::update(w, id, &patch), |tag, _: &Setup| answer(200, tag)).await
}

#[derive(Debug)]
pub struct DeleteQuery {
    force: bool,
}

impl Input for DeleteQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let force = f.optional("force", Flag, "Take it off everything that has it first.");
        Some(DeleteQuery { force: force.unwrap_or(false) })
    }
}

pub async fn delete(call: Call) -> Result<Answer, Problem> {
    let id: i64 = call.id("tag_id", "tag")?;
    let query: DeleteQuery = call.read_query()?;
    let version = call.if_version()?;
    let work = move |w: &mut crm::Work<'_, '_>| tags::delete(w, id, version, query.force);
    call.write(work, |taken_off, _: &Setup| Answer::json(200, taken_off)).await
}
