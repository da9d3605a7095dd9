//! C17: templates, by pages.

use crm::Timestamp;
use crm::channels::ChannelType;
use crm::id::TemplateId;
use crm::templates::{self, Template, TemplateFilter};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input};
use crate::kinds::{Flag, Text, Whole};
use crate::one_of;
use crate::problem::Problem;

const PAGE: i64 = 50;
/// With `get_all`.
const ALL: i64 = 10_000;
const WORD: Text = Text { max: 64 };

#[derive(Debug)]
pub struct TemplatesQuery {
    page: i64,
    all: bool,
    filter: TemplateFilter,
}

impl Input for TemplatesQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let page = f.optional("page", Whole { min: 1, max: 1_000_000 }, "From 1.");
        let name = f.optional("name", Text { max: 512 }, "Exactly.");
        let status = f.optional("status", WORD, "APPROVED, PENDING, REJECTED.");
        let category = f.optional("category", WORD, "");
        let language = f.optional("language", WORD, "");
        let channel_type = f.optional("channel_type", one_of!(ChannelType), "");
        let all = f.optional("get_all", Flag, "All of them on one page.").unwrap_or(false);
        let upper = |word: Option<String>| word.map(|word| word.to_ascii_uppercase());
        let filter = TemplateFilter {
            channel: None,
            channel_type,
            name,
            status: upper(status),
            category: upper(category),
            language,
        };
        Some(TemplatesQuery { page: page.unwrap_or(1), all, filter })
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct TemplateObject {
    pub id: TemplateId,
    pub name: String,
    /// `APPROVED`, `PENDING`, `REJECTED`, and what else WhatsApp says.
    pub status: String,
    pub category: String,
    pub language: String,
    pub channel_type: &'static str,
    /// The text, with its variables.
    pub body: String,
    /// Their names, in order.
    pub variables: Vec<String>,
    pub components: Value,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TemplatesPage {
    pub templates: Vec<TemplateObject>,
    pub page: i64,
    pub has_more: bool,
}

fn view(template: Template, channel_type: &'static str) -> TemplateObject {
    let definition = template.definition();
    TemplateObject {
        id: template.id,
        name: template.name,
        status: template.status,
        category: template.category,
        language: template.language,
        channel_type,
        variables: definition.variables(),
        body: definition.body.text,
        components: template.components,
        created_at: template.created_at,
        updated_at: template.updated_at,
    }
}

pub async fn list(call: Call) -> Result<Answer, Problem> {
    let query: TemplatesQuery = call.read_query()?;
    let (page, size) = if query.all { (1, ALL) } else { (query.page, PAGE) };
    let (found, has_more, setup) = call
        .read(move |w| {
            let (found, more) = templates::page_of(w, &query.filter, page, size)?;
            Ok((found, more, w.setup.clone()))
        })
        .await?;
    let type_of = |template: &Template| setup.channel(template.channel_id).map_or("", |c| c.channel_type.name());
    let templates = found
        .into_iter()
        .map(|template| {
            let channel_type = type_of(&template);
            view(template, channel_type)
        })
        .collect();
    Answer::json(200, &TemplatesPage { templates, page, has_more })
}
