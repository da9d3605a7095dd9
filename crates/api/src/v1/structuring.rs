//! What structuring would make of a record: a dry run that writes nothing.

use crm::{FieldError, Setup};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};
use structuring::json::Object;
use structuring::{Definition, Definitions, Explicit, FieldType, Json, Request};

use crate::answer::Answer;
use crate::apart::{MANY, apart, takes_long};
use crate::call::Call;
use crate::compat::views::WarningObject;
use crate::input::{Fields, Input, Style};
use crate::kinds::{AnyObject, List, OneOf, SHORT, Text, nested};
use crate::problem::Problem;

#[derive(Debug)]
pub struct PreviewInput {
    pub data: Object,
    pub country: Option<String>,
    pub definitions: Option<Vec<DefinitionInput>>,
    pub source: Option<String>,
}

#[derive(Debug, Clone)]
pub struct DefinitionInput(Definition);

impl Input for DefinitionInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let key = f.required("key", SHORT, "In snake_case.");
        let name = f.required("name", SHORT, "As people read it.");
        let of = OneOf { words: crm::fields::TYPE_NAMES, read: FieldType::from_name };
        let field_type = f.required("type", of, "");
        let options = f.optional("options", List { of: SHORT, max: 500 }, "Of `select` and `multi_select`.");
        let currency = f.optional("currency", Text { max: 3 }, "Of `currency`.");
        let description = f.optional("description", Text { max: 1000 }, "");
        let options = options.unwrap_or_default();
        Some(DefinitionInput(Definition {
            key: key?,
            name: name?,
            field_type: field_type?,
            options,
            currency,
            description,
        }))
    }
}

impl Input for PreviewInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let data = f.required("data", AnyObject, "The record, in any shape.");
        let country = f.optional(
            "country",
            Text { max: 2 },
            "ISO 3166, two letters: how national numbers and dates are read. The organization's without it.",
        );
        let definitions = List { of: nested::<DefinitionInput>(Style::Strict), max: 200 };
        let definitions = f.optional("definitions", definitions, "Fields to try; the organization's without it.");
        let source = f.optional("source", SHORT, "Whose rules hold, as `source` of a rule; the caller's without it.");
        if let Some(code) = &country
            && crm::organizations::Country::find(&code.to_uppercase()).is_none()
        {
            f.problem("country", "invalid_country", "Expected an ISO 3166 code of two letters, such as CL.");
        }
        Some(PreviewInput { data: data?, country, definitions, source })
    }
}

/// What would be written, and what would be kept as metadata.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PreviewAnswer {
    #[schemars(with = "Vec<PreviewPlacement>")]
    pub placements: Value,
    /// Kept as metadata, by snake_case key.
    #[schemars(with = "Map<String, Value>")]
    pub rest: Json,
    /// Values that would wait for a person's decision.
    #[schemars(with = "Vec<ReviewObject>")]
    pub review: Value,
    #[schemars(with = "Vec<WarningObject>")]
    pub warnings: Value,
    /// Name and revision of the engine.
    pub engine: &'static str,
    /// How long it took, in microseconds.
    pub micros: u64,
}

/// Where a value would go, before anything is written.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PreviewPlacement")]
#[serde(transparent)]
pub struct PreviewPlacement(Map<String, Value>);

/// A value that a person would be asked about.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "DoubtfulValue")]
#[serde(transparent)]
pub struct ReviewObject(Map<String, Value>);

pub async fn preview(call: Call) -> Result<Answer, Problem> {
    let input: PreviewInput = call.read_body()?;
    let setup = call.read(|w| Ok(w.setup.clone())).await?;
    let source = input.source.map_or_else(|| setup.source_of(call.caller.actor), Into::into);
    let given: usize = input.definitions.iter().flatten().map(|DefinitionInput(given)| given.options.len()).sum();
    let long = given >= MANY || takes_long(&input.data, &setup.definitions);
    let work = || {
        let own = input.definitions.as_ref().map(|given| compile(given)).transpose()?;
        Answer::json(200, &run(&setup, own.as_ref(), &source, input.country.as_deref(), input.data))
    };
    if long { apart(work) } else { work() }
}

fn compile(given: &[DefinitionInput]) -> Result<Definitions, Problem> {
    let mut problems = Vec::new();
    for (at, DefinitionInput(definition)) in given.iter().enumerate() {
        if given[..at].iter().any(|DefinitionInput(other)| other.key == definition.key) {
            let message = format!("`{}` is there twice.", definition.key);
            problems.push(FieldError::new(format!("/definitions/{at}/key"), "duplicate_key", message));
        }
    }
    let definitions = given.iter().map(|DefinitionInput(definition)| definition.clone()).collect();
    crate::call::complete(Some(Definitions::compile(0, definitions)), problems)
}

fn run(setup: &Setup, own: Option<&Definitions>, source: &str, country: Option<&str>, data: Object) -> PreviewAnswer {
    let started = std::time::Instant::now();
    let data = Json::Object(data);
    let country = country.map(str::to_uppercase);
    let outcome = structuring::structure(&Request {
        definitions: own.unwrap_or(&setup.definitions),
        learnt: &setup.learnt,
        source,
        country: Some(country.as_deref().unwrap_or(&setup.organization.country)),
        data: &data,
        explicit: &Explicit::default(),
    });
    PreviewAnswer {
        placements: serde_json::json!(outcome.placements),
        rest: Json::Object(outcome.rest.iter().cloned().collect()),
        review: serde_json::json!(outcome.review),
        warnings: serde_json::json!(outcome.warnings),
        engine: outcome.engine,
        micros: started.elapsed().as_micros() as u64,
    }
}
