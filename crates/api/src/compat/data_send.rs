//! C25 and C26: a template to somebody who is somewhere in a record, filled from that record.

use bytes::Bytes;
use crm::channels;
use crm::id::{ContactId, MessageId, StageId};
use crm::messages::{ToCustomer, ToSend, send_to_customer};
use crm::templates::{self, Definition, Found, Reference, from_data};
use crm::tickets::IntegrationData;
use crm::{FieldError, Problems, Setup};
use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest, Sha256};
use structuring::json::{Mode, Object};
use structuring::{Explicit, Json, Method};

use super::record;
use super::session_message::{own_channel, sent};
use super::template_send::values;
use super::tickets::IntegrationInput;
use crate::answer::Answer;
use crate::call::{Call, check_is_json};
use crate::form;
use crate::input::{Fields, Input, Raw, Style};
use crate::kinds::{Anything, Kind, List, PhoneText, TextOrNumber, id};
use crate::problem::Problem;

pub const FORMS: &[&str] = &[form::MULTIPART];
/// Records of one call of C26.
const MOST: usize = 1000;
const VARIABLES: List<TextOrNumber> = List { of: TextOrNumber { max: 1024 }, max: 100 };
const TEMPLATE_AT: &str = "{templateId}";
const FROM_AT: &str = "?from-phone-number";

#[derive(Debug, Clone)]
pub struct DataQuery {
    from: String,
    stage: Option<StageId>,
}

impl Input for DataQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let from = f.required("from-phone-number", PhoneText, "The own number, or its phone id.");
        let stage =
            f.optional("stage", id::<StageId>(), "Where the ticket stands then; without it no ticket is opened.");
        let also = f.optional("stageId", id::<StageId>(), "The same as `stage`.");
        Some(DataQuery { from: from?, stage: stage.or(also) })
    }
}

/// What C25 says of its body: anything, and two members that have a meaning.
#[derive(Debug)]
pub struct DataInput;

impl Input for DataInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        f.optional(
            "variables",
            Anything,
            "A list fills the template in order, instead of what is found in the record.",
        );
        f.optional("integrationData", Anything, "The deal in another system; kept with the ticket.");
        f.rest();
        Some(DataInput)
    }
}

/// What was put in, and where it was.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FilledVariable {
    /// As the template has it: `1`, `nombre`, `buttons.0`.
    pub name: String,
    pub value: String,
    /// JSON pointers into the body.
    pub source: Vec<String>,
    #[schemars(with = "String")]
    pub method: Method,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DataSentAnswer {
    pub status: &'static str,
    pub message_id: MessageId,
    pub ai_contact_id: ContactId,
    /// In the order of the template; empty where the body brought a list.
    pub variables: Vec<FilledVariable>,
}

/// What became of one record of many.
#[expect(dead_code, reason = "for the document alone: the answers are joined as they were made")]
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum OneOfMany {
    Sent(DataSentAnswer),
    Refused(RefusedRecord),
}

/// Its problem, as the call for this record alone would have had it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RefusedRecord {
    pub status: u16,
    pub code: String,
    pub detail: String,
}

/// C25.
pub async fn send(call: Call) -> Result<Answer, Problem> {
    let data = form::object(&call.body, call.content_type.as_deref(), FORMS).await?;
    let query: DataQuery = call.read_query()?;
    let template = find(&call, &query).await?;
    one(&call, &query, &template, &data).await
}

/// C26: each record by itself. Where the database cannot go on in the middle, the records after it are told as not tried. A repetition with the same `Idempotency-Key` sends what was not sent.
pub async fn send_many(call: Call) -> Result<Answer, Problem> {
    let records = records(&call)?;
    let query: DataQuery = call.read_query()?;
    let template = find(&call, &query).await?;
    let count = records.len();
    let mut results = Vec::with_capacity(count);
    for (n, record) in records.into_iter().enumerate() {
        let mut of_one = call.clone();
        if let Some(key) = &mut of_one.request_key {
            let body = record.to_string();
            key.request_hash = Sha256::new().chain_update(key.request_hash).chain_update(&body).finalize().into();
            key.operation = format!("{} #{n}", key.operation);
        }
        let result = match record.into_object() {
            Some(data) => one(&of_one, &query, &template, &data).await,
            None => Err(Problem::invalid(vec![FieldError::new("", "invalid_type", "Expected a JSON object.")])),
        };
        let answer = match result {
            // Not only this one would fail now. Where something was sent before, it is told what: the call must not be repeated whole.
            Err(problem) if problem.status >= 500 && results.is_empty() => return Err(problem),
            Err(problem) if problem.status >= 500 => {
                results.push(problem.into_answer(Style::Compatible, &call.caller.request_id).body);
                let rest = Problem::new(503, "not_tried", "This record was not tried. Send it again.");
                let rest = rest.into_answer(Style::Compatible, &call.caller.request_id).body;
                results.resize(count, rest);
                break;
            }
            Err(problem) => problem.into_answer(Style::Compatible, &call.caller.request_id),
            Ok(answer) => answer,
        };
        results.push(answer.body);
    }
    let mut body = vec![b'['];
    body.extend_from_slice(&results.join(&b','));
    body.push(b']');
    Ok(Answer::bytes(201, crate::answer::JSON, Bytes::from(body)))
}

fn records(call: &Call) -> Result<Vec<Json>, Problem> {
    let invalid = |code, message: String| Problem::invalid(vec![FieldError::new("", code, message)]);
    check_is_json(call.content_type.as_deref())?;
    let json = Json::parse(&call.body, Mode::Strict).map_err(|error| invalid("malformed_json", error.to_string()))?;
    match json {
        Json::Array(records) if records.len() > MOST => {
            Err(invalid("too_many", format!("At most {MOST} records, found {}.", records.len())))
        }
        Json::Array(records) => Ok(records),
        other => Err(invalid("invalid_type", format!("Expected an array of records, not a JSON {}.", other.kind()))),
    }
}

/// What the template wants, once for all records.
async fn find(call: &Call, query: &DataQuery) -> Result<Definition, Problem> {
    let channel = call
        .prepare(|setup| {
            let mut problems = Vec::new();
            let channel =
                own_channel(setup, Some(query.from.as_str()), FROM_AT, &mut problems).map(|channel| channel.id);
            let mut found = Problems(problems);
            crm::customers::check_stage(setup, query.stage, "?stage", &mut found);
            channel.filter(|_| found.0.is_empty()).ok_or_else(|| Problem::invalid(found.0))
        })
        .await?;
    let reference = Reference::Id(call.param("templateId").to_owned());
    call.read(move |w| {
        let setup = w.setup.clone();
        templates::definition_of(w, channels::get(&setup, channel)?, &reference, TEMPLATE_AT)
    })
    .await
}

async fn one(call: &Call, query: &DataQuery, template: &Definition, data: &Object) -> Result<Answer, Problem> {
    let reference = Reference::Id(call.param("templateId").to_owned());
    let (input, found) =
        call.prepare(|setup| prepare(setup, &call.source(), query, template, reference.clone(), data)).await?;
    call.write(
        move |w| send_to_customer(w, &input),
        move |queued, _| {
            let variables = found.iter().map(|found| FilledVariable {
                name: found.name.clone(),
                value: found.value.clone(),
                source: found.source.clone(),
                method: found.method,
            });
            let sent = sent(queued);
            Answer::json(
                201,
                &DataSentAnswer {
                    status: sent.status,
                    message_id: sent.message_id,
                    ai_contact_id: sent.ai_contact_id,
                    variables: variables.collect(),
                },
            )
        },
    )
    .await
}

fn prepare(
    setup: &Setup,
    source: &str,
    query: &DataQuery,
    template: &Definition,
    reference: Reference,
    data: &Object,
) -> Result<(ToCustomer, Vec<Found>), Problem> {
    let mut problems = Vec::new();
    let mut data = data.clone();
    let channel = own_channel(setup, Some(query.from.as_str()), FROM_AT, &mut problems);
    let country = channel.map_or(setup.organization.country.as_str(), |channel| channel.country.as_str());
    let mut integration = IntegrationData::default();
    // Without a ticket there is nothing to keep it with but the contact, as everything else of the record.
    if let (Some(_), Some(given)) = (query.stage, data.get("integrationData").and_then(Json::as_object)) {
        let mut fields = Fields::object(given, Style::Compatible, "/integrationData");
        integration = IntegrationInput::read(&mut fields).map(|input| input.0).unwrap_or_default();
        problems.extend(fields.finish());
        data.remove("integrationData");
    }
    let listed = data.get("variables").filter(|given| given.as_array().is_some()).cloned();
    let (values, found) = match listed {
        Some(given) => {
            data.remove("variables");
            let list = VARIABLES.read(Raw::Json(&given), "/variables", &mut problems);
            (values(list.unwrap_or_default(), Vec::new()), Vec::new())
        }
        None => from_data(template, &data, Some(country)),
    };
    let structured = record::structured(setup, source, country, data, Explicit::default());
    let phone = record::phone_identity(None, &structured, "", "", &mut problems);
    let (Some(channel), true) = (channel, problems.is_empty()) else { return Err(Problem::invalid(problems)) };
    let upsert = crm::customers::Upsert {
        channel: channel.id,
        who: record::who(phone, None, Vec::new()),
        structured,
        stage: query.stage,
        agent: None,
        note: None,
    };
    let what = ToSend::Template { reference, values: Box::new(values), template_at: TEMPLATE_AT, values_at: "" };
    Ok((ToCustomer { upsert, what, integration }, found))
}
