//! Templates: what WhatsApp has approved, brought here, made and changed there.

use crm::id::{ChannelId, TemplateId};
use crm::page::{Page, PageRequest};
use crm::templates::{self, Fetched, Template, TemplateFilter};
use crm::{FieldError, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use structuring::Json;

use super::outside::{answered, provider_of};
use super::paging::page;
use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input};
use crate::kinds::{Anything, List, OneOf, Text, id};
use crate::problem::Problem;

/// Pages of one synchronisation, at most: 6000 templates are what WhatsApp allows.
const MOST_PAGES: usize = 100;
const WORD: Text = Text { max: 64 };
const COMPONENTS: List<Anything> = List { of: Anything, max: 20 };

#[derive(Debug, Serialize, JsonSchema)]
pub struct TemplateView {
    #[serde(flatten)]
    pub template: Template,
    /// What has to be filled in: `1`, `nombre`, `header.1`, `header.image`, `buttons.0`, `cards.0.1`.
    pub variables: Vec<String>,
    /// A part that cannot be filled here; null: none.
    pub unsupported: Option<String>,
}

fn view(template: Template) -> TemplateView {
    let definition = template.definition();
    TemplateView { variables: definition.variables(), unsupported: definition.unsupported, template }
}

#[derive(Debug)]
pub struct TemplatesQuery {
    filter: TemplateFilter,
    page: PageRequest,
}

impl Input for TemplatesQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let channel = f.optional("channel_id", id::<ChannelId>(), "Only those of this channel.");
        let name = f.optional("name", Text { max: 512 }, "Exactly.");
        let status = f.optional("status", WORD, "Such as APPROVED.");
        let category = f.optional("category", WORD, "MARKETING, UTILITY or AUTHENTICATION.");
        let language = f.optional("language", WORD, "Such as es_CL.");
        let upper = |word: Option<String>| word.map(|word| word.to_ascii_uppercase());
        let filter = TemplateFilter {
            channel,
            channel_type: None,
            name,
            status: upper(status),
            category: upper(category),
            language,
        };
        Some(TemplatesQuery { filter, page: page(f) })
    }
}

pub async fn list(call: Call) -> Result<Answer, Problem> {
    let query: TemplatesQuery = call.read_query()?;
    let found = call.read(move |w| templates::browse(w, &query.filter, &query.page)).await?;
    let next_cursor = found.next_cursor;
    Answer::json(200, &Page { data: found.data.into_iter().map(view).collect(), next_cursor })
}

pub async fn show(call: Call) -> Result<Answer, Problem> {
    let id: TemplateId = call.id("id", "template")?;
    let template = call.read(move |w| templates::get(w, id)).await?;
    Answer::json(200, &view(template))
}

#[derive(Debug)]
pub struct SyncInput {
    channel: ChannelId,
}

impl Input for SyncInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        Some(SyncInput { channel: f.required("channel_id", id::<ChannelId>(), "Of type whatsapp.")? })
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct SyncAnswer {
    /// New, or other than before.
    pub changed: usize,
    /// Gone at WhatsApp.
    pub removed: u64,
    pub synchronised_at: Timestamp,
}

/// All pages, each in a transaction of its own: a run that breaks off has lost nothing, and removed nothing.
pub async fn sync(call: Call) -> Result<Answer, Problem> {
    let SyncInput { channel } = call.read_body()?;
    let graph = provider_of(&call, channel).await.map_err(|problem| in_body(problem, channel))?;
    let run = uuid::Uuid::new_v4();
    let mut changed = 0;
    let mut after = None;
    for _ in 0..MOST_PAGES {
        let found = answered(graph.templates(after.as_deref()).await)?;
        let fetched = found.templates;
        changed += call.app.crm.write(&call.caller, move |w| templates::page(w, channel, run, &fetched)).await?;
        after = found.after;
        if after.is_none() {
            break;
        }
    }
    if after.is_some() {
        return Err(Problem::internal("more pages of templates than there can be"));
    }
    let now = call.app.crm.now();
    call.write(
        move |w| templates::finish(w, channel, run, changed),
        move |removed, _| Answer::json(200, &SyncAnswer { changed, removed: *removed, synchronised_at: now }),
    )
    .await
}

/// A channel that the body names and that is not there is a wrong reference, not a wrong path.
fn in_body(problem: Problem, channel: ChannelId) -> Problem {
    if problem.status != 404 {
        return problem;
    }
    Problem::invalid(vec![FieldError::unknown_reference("/channel_id", "channel", channel)])
}

const CATEGORY: OneOf<&'static str> = OneOf {
    words: &["MARKETING", "UTILITY", "AUTHENTICATION"],
    read: |word| CATEGORY.words.iter().find(|known| **known == word).copied(),
};
const FORMAT: OneOf<&'static str> =
    OneOf { words: &["POSITIONAL", "NAMED"], read: |word| FORMAT.words.iter().find(|known| **known == word).copied() };

#[derive(Debug)]
pub struct CreateInput {
    channel: ChannelId,
    name: String,
    language: String,
    category: &'static str,
    parameter_format: &'static str,
    components: Vec<Json>,
}

impl Input for CreateInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let channel = f.required("channel_id", id::<ChannelId>(), "Of type whatsapp.");
        let name = f.required("name", Text { max: 512 }, "Small letters, digits and `_`.");
        let language = f.required("language", Text { max: 16 }, "Such as es_CL.");
        let category = f.required("category", CATEGORY, "WhatsApp may change it.");
        let parameter_format = f.optional("parameter_format", FORMAT, "By itself POSITIONAL.");
        let components = f.required("components", COMPONENTS, "As WhatsApp takes them, with examples.");
        if let Some(name) = &name
            && !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        {
            f.problem("name", "invalid_value", "A template's name has small letters, digits and `_` only.");
        }
        Some(CreateInput {
            channel: channel?,
            name: name?,
            language: language?,
            category: category?,
            parameter_format: parameter_format.unwrap_or("POSITIONAL"),
            components: components?,
        })
    }
}

fn value(components: &[Json]) -> Value {
    components.iter().map(|part| serde_json::from_str(&part.to_string()).unwrap_or(Value::Null)).collect()
}

pub async fn create(call: Call) -> Result<Answer, Problem> {
    let input: CreateInput = call.read_body()?;
    if let Some(answer) = call.remembered().await? {
        return Ok(answer);
    }
    let channel = input.channel;
    let graph = provider_of(&call, channel).await.map_err(|problem| in_body(problem, channel))?;
    let components = value(&input.components);
    let body = json!({"name": input.name, "language": input.language, "category": input.category,
                      "parameter_format": input.parameter_format, "components": components});
    let (provider_id, status) = answered(graph.create_template(&body).await)?;
    let fetched = Fetched {
        provider_id,
        name: input.name,
        language: input.language,
        status,
        category: input.category.to_owned(),
        parameter_format: input.parameter_format.to_owned(),
        components,
        quality: None,
        reason: None,
    };
    call.write(move |w| templates::put(w, channel, &fetched), |template, _| Answer::json(201, &view(template.clone())))
        .await
}

#[derive(Debug)]
pub struct UpdateInput {
    category: Option<&'static str>,
    components: Vec<Json>,
}

impl Input for UpdateInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let category = f.optional("category", CATEGORY, "Of one that is not approved.");
        let components = f.required("components", COMPONENTS, "All of them, as WhatsApp takes them.");
        Some(UpdateInput { category, components: components? })
    }
}

pub async fn update(call: Call) -> Result<Answer, Problem> {
    let id: TemplateId = call.id("id", "template")?;
    let input: UpdateInput = call.read_body()?;
    let template = call.read(move |w| templates::get(w, id)).await?;
    let channel = template.channel_id;
    let graph = provider_of(&call, channel).await?;
    let components = value(&input.components);
    answered(graph.edit_template(&template.provider_id, &components, input.category).await)?;
    // What WhatsApp has made of it; where it cannot be asked now, what was sent.
    let fetched = match graph.template(&template.provider_id).await {
        Ok(fetched) => fetched,
        Err(_) => Fetched {
            provider_id: template.provider_id,
            name: template.name,
            language: template.language,
            status: "PENDING".to_owned(),
            category: input.category.map_or(template.category, str::to_owned),
            parameter_format: template.parameter_format,
            components,
            quality: template.quality,
            reason: None,
        },
    };
    call.write(move |w| templates::put(w, channel, &fetched), |template, _| Answer::json(200, &view(template.clone())))
        .await
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct DeletedTemplate {
    pub id: TemplateId,
}

pub async fn delete(call: Call) -> Result<Answer, Problem> {
    let id: TemplateId = call.id("id", "template")?;
    let template = call.read(move |w| templates::get(w, id)).await?;
    let graph = provider_of(&call, template.channel_id).await?;
    match graph.delete_template(&template.name, &template.provider_id).await {
        // It is gone there already.
        Err(error) if error.graph().is_some_and(|graph| graph.is_unknown_object()) => {}
        other => answered(other)?,
    }
    call.write(move |w| templates::delete(w, id), move |_, _| Answer::json(200, &DeletedTemplate { id })).await
}
