//! Custom fields: their definitions.

use crm::Setup;
use crm::fields::{self, CustomField, Entity, FieldPatch, NewField, TYPE_NAMES};
use crm::id::FieldId;
use crm::page::{Page, PageRequest, is_placed, placed};
use structuring::FieldType;

use super::paging::page;
use super::removal::Archive;
use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input};
use crate::kinds::{CURRENCY, Flag, LONG, List, OneOf, Text, Whole};
use crate::one_of;
use crate::problem::Problem;

const NAME: Text = Text { max: 100 };
const POSITION: Whole = Whole { min: 0, max: 1000 };
const TYPE: OneOf<FieldType> = OneOf { words: TYPE_NAMES, read: FieldType::from_name };
const OPTIONS: List<Text> = List { of: Text { max: 200 }, max: 500 };

fn answer(status: u16, field: &CustomField) -> Result<Answer, Problem> {
    Ok(Answer::json(status, field)?.etag(field.version))
}

#[derive(Debug)]
pub struct FieldsQuery {
    entity: Option<Entity>,
    page: PageRequest,
}

impl Input for FieldsQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let entity = f.optional("entity", one_of!(Entity), "Only those of customers, or of tickets.");
        Some(FieldsQuery { entity, page: page(f) })
    }
}

pub async fn list(call: Call) -> Result<Answer, Problem> {
    let query: FieldsQuery = call.read_query()?;
    let setup = call.read(|w| Ok(w.setup.clone())).await?;
    let fields = setup.fields.iter().filter(|field| query.entity.is_none_or(|entity| field.entity == entity));
    let key = |field: &&CustomField| format!("{}.{}", field.entity, placed(field.position, field.id));
    let is_key = |cursor: &str| {
        cursor.split_once('.').is_some_and(|(entity, place)| Entity::from_name(entity).is_some() && is_placed(place))
    };
    Answer::json(200, &Page::<CustomField>::of_sorted(fields, &query.page, is_key, key, CustomField::clone)?)
}

pub async fn show(call: Call) -> Result<Answer, Problem> {
    let id: FieldId = call.id("id", "custom field")?;
    let setup = call.read(|w| Ok(w.setup.clone())).await?;
    answer(200, fields::get(&setup, id)?)
}

#[derive(Debug)]
pub struct CreateInput(NewField);

impl Input for CreateInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let key = f.optional("key", Text { max: 64 }, "snake_case; by itself made from the name. Never changes.");
        let name = f.required("name", NAME, "");
        let entity = f.optional("entity", one_of!(Entity), "By itself customer. Never changes.");
        let field_type = f.required("type", TYPE, "");
        let options = f.optional("options", OPTIONS, "Of select and multi_select, in order.");
        let currency = f.optional("currency", CURRENCY, "Of currency; by itself the organization's.");
        let description = f.nullable("description", LONG, "For people, and for structuring.");
        let required = f.optional("required", Flag, "");
        let identifier = f.optional("identifier", Flag, "Two customers with the same value are one person.");
        let position = f.optional("position", POSITION, "Among the entity's fields, from 0; by itself last.");
        Some(CreateInput(NewField {
            key,
            name: name?,
            entity: entity.unwrap_or(Entity::Customer),
            field_type: field_type?,
            options: options.unwrap_or_default(),
            currency,
            description: description.flatten(),
            required: required.unwrap_or(false),
            identifier: identifier.unwrap_or(false),
            position,
        }))
    }
}

pub async fn create(call: Call) -> Result<Answer, Problem> {
    let CreateInput(new) = call.read_body()?;
    call.write(move |w| fields::create(w, &new), |field, _: &Setup| answer(201, field)).await
}

#[derive(Debug)]
pub struct UpdateInput(FieldPatch);

impl Input for UpdateInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        Some(UpdateInput(FieldPatch {
            name: f.optional("name", NAME, ""),
            description: f.nullable("description", LONG, ""),
            field_type: f.optional("type", TYPE, "Refused unless every value that is there converts."),
            options: f.optional("options", OPTIONS, "All of them, in order; one that is a value somewhere stays."),
            currency: f.optional("currency", CURRENCY, "Only while there are no values."),
            required: f.optional("required", Flag, ""),
            identifier: f.optional("identifier", Flag, "Values that were said explicitly identify from then on."),
            position: f.optional("position", POSITION, "Among the entity's fields, from 0; beyond the end is the end."),
            if_version: None,
        }))
    }
}

pub async fn update(call: Call) -> Result<Answer, Problem> {
    let id: FieldId = call.id("id", "custom field")?;
    let UpdateInput(mut patch) = call.read_body()?;
    patch.if_version = call.if_version()?;
    call.write(move |w| fields::update(w, id, &patch), |field, _: &Setup| answer(200, field)).await
}

pub async fn delete(call: Call) -> Result<Answer, Problem> {
    let id: FieldId = call.id("id", "custom field")?;
    let Archive(archive) = call.read_query()?;
    let version = call.if_version()?;
    let work = move |w: &mut crm::Work<'_, '_>| fields::remove(w, id, version, archive);
    call.write(work, |removed, _: &Setup| Answer::json(200, removed)).await
}
