//! C25 and C26: a template to somebody who is somewhere in a record, filled from that record.

use std::collections::HashSet;
use std::iter::{Enumerate, Peekable};
use std::sync::Arc;
use std::vec::IntoIter;

use bytes::Bytes;
use crm::channels;
use crm::id::{ContactId, MessageId, StageId};
use crm::messages::{ToCustomer, ToSend, send_to_customer};
use crm::templates::{self, Blanks, Found, Reference};
use crm::tickets::IntegrationData;
use crm::{FieldError, Problems, Setup};
use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest, Sha256};
use structuring::json::{Mode, Object};
use structuring::{Explicit, Json, Method};
use tokio::task::JoinSet;

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
/// Of them at the same time.
const AT_ONCE: usize = 32;
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
    let prepared = prepared(&call, &query, &template, &data).await?;
    queue(&call, Arc::new(prepared)).await
}

/// C26: each record by itself, several at a time: each is a commit, and commits that wait together are one write to the disk. Answers
/// are in the order of the records, and what one person is sent is too. Where the database cannot go on in the middle, the records
/// after it are told as not tried. A repetition with the same `Idempotency-Key` sends what was not sent.
pub async fn send_many(call: Call) -> Result<Answer, Problem> {
    let records = records(&call)?;
    let query: DataQuery = call.read_query()?;
    let template = find(&call, &query).await?;
    let count = records.len();
    let told = |problem: Problem| problem.into_answer(Style::Compatible, &call.caller.request_id).body;
    let mut results = Vec::with_capacity(count);
    let mut records = records.into_iter().enumerate().peekable();
    while records.peek().is_some() {
        let together = together(&call, &query, &template, &mut records).await;
        let outcomes = all(together).await;
        let is_broken = |outcome: &Result<Answer, Problem>| matches!(outcome, Err(problem) if problem.status >= 500);
        let broken = outcomes.iter().any(is_broken);
        let none_done = results.is_empty() && outcomes.iter().all(is_broken);
        for outcome in outcomes {
            match outcome {
                // Not only this one would fail now. Where something was sent before, it is told what: the call must not be repeated
                // whole.
                Err(problem) if none_done => return Err(problem),
                Err(problem) => results.push(told(problem)),
                Ok(answer) => results.push(answer.body),
            }
        }
        if broken {
            let rest = told(Problem::new(503, "not_tried", "This record was not tried. Send it again."));
            results.resize(count, rest);
            break;
        }
    }
    let mut body = vec![b'['];
    body.extend_from_slice(&results.join(&b','));
    body.push(b']');
    Ok(Answer::bytes(201, crate::answer::JSON, Bytes::from(body)))
}

/// Records that are sent at the same time: prepared, or what is wrong with them.
type Together = Vec<Result<(Call, Prepared), Problem>>;

/// The next records, as many as may go at once: a person's second one waits for the first to be queued.
async fn together(
    call: &Call,
    query: &DataQuery,
    template: &Blanks,
    records: &mut Peekable<Enumerate<IntoIter<Json>>>,
) -> Together {
    let (mut together, mut persons) = (Together::new(), HashSet::new());
    while together.len() < AT_ONCE
        && let Some((n, record)) = records.peek()
    {
        let prepared = match record.as_object() {
            Some(data) => prepared(call, query, template, data).await,
            None => Err(Problem::invalid(vec![FieldError::new("", "invalid_type", "Expected a JSON object.")])),
        };
        if let Ok((to, _)) = &prepared
            && let Some(phone) = &to.upsert.who.phone
            && !persons.insert(phone.as_str().to_owned())
        {
            break;
        }
        together.push(prepared.map(|prepared| (of_one(call, *n, record), prepared)));
        records.next();
    }
    together
}

/// The call for one record alone.
fn of_one(call: &Call, n: usize, record: &Json) -> Call {
    let mut of_one = call.clone();
    if let Some(key) = &mut of_one.request_key {
        let body = record.to_string();
        key.request_hash = Sha256::new().chain_update(key.request_hash).chain_update(&body).finalize().into();
        key.operation = format!("{} #{n}", key.operation);
    }
    of_one
}

/// What came of each, in their order. Whoever hangs up ends those that are under way.
async fn all(together: Together) -> Vec<Result<Answer, Problem>> {
    let mut outcomes: Vec<Option<Result<Answer, Problem>>> = Vec::with_capacity(together.len());
    let mut sending = JoinSet::new();
    for (at, one) in together.into_iter().enumerate() {
        match one {
            Ok((call, prepared)) => {
                outcomes.push(None);
                let prepared = Arc::new(prepared);
                sending.spawn(async move {
                    let outcome = queue(&call, prepared.clone()).await;
                    (at, outcome, call, prepared)
                });
            }
            Err(problem) => outcomes.push(Some(Err(problem))),
        }
    }
    let mut met = Vec::new();
    while let Some(sent) = sending.join_next().await {
        match sent {
            Ok((at, Err(problem), call, prepared)) if problem.code == "write_contention" => {
                met.push((at, call, prepared));
            }
            Ok((at, outcome, ..)) => outcomes[at] = Some(outcome),
            Err(error) => tracing::error!(%error, "a record of many ended before its time"),
        }
    }
    // Those that met each other too often go alone.
    for (at, call, prepared) in met {
        outcomes[at] = Some(queue(&call, prepared).await);
    }
    let lost = || Err(Problem::internal("a record of many ended before its time"));
    outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(lost)).collect()
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
async fn find(call: &Call, query: &DataQuery) -> Result<Blanks, Problem> {
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
        let definition = templates::definition_of(w, channels::get(&setup, channel)?, &reference, TEMPLATE_AT)?;
        Ok(Blanks::of(&definition))
    })
    .await
}

/// What is to be sent, and what was found for it.
type Prepared = (ToCustomer, Vec<Found>);

async fn prepared(call: &Call, query: &DataQuery, template: &Blanks, data: &Object) -> Result<Prepared, Problem> {
    let reference = Reference::Id(call.param("templateId").to_owned());
    call.prepare(|setup| prepare(setup, &call.source(), query, template, reference.clone(), data)).await
}

async fn queue(call: &Call, prepared: Arc<Prepared>) -> Result<Answer, Problem> {
    let of = prepared.clone();
    call.write(
        move |w| send_to_customer(w, &prepared.0).map_err(buttons_are_keys),
        move |queued, _| {
            let variables = of.1.iter().map(|found| FilledVariable {
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

/// A record has no list of buttons: what fills one is a key of it.
fn buttons_are_keys(error: crm::Error) -> crm::Error {
    let crm::Error::Invalid(errors) = error else { return error };
    let renamed = |error: FieldError| match error.pointer.strip_prefix("/buttons/") {
        Some(index) if error.code == "missing_variable" => {
            let message = format!(
                "{} Give it under a key that is called as the button is, or `button_{index}`; or give all values of the template \
                 in order as the list `variables`.",
                error.message
            );
            FieldError { pointer: format!("/button_{index}"), message, ..error }
        }
        _ => error,
    };
    crm::Error::Invalid(errors.into_iter().map(renamed).collect())
}

fn prepare(
    setup: &Setup,
    source: &str,
    query: &DataQuery,
    template: &Blanks,
    reference: Reference,
    data: &Object,
) -> Result<Prepared, Problem> {
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
        None => template.fill(&data, Some(country)),
    };
    let structured = record::structured(setup, source, country, data, Explicit::default());
    let phone = record::phone_identity(None, &structured, "", "", &mut problems);
    let (Some(channel), true) = (channel, problems.is_empty()) else { return Err(Problem::invalid(problems)) };
    let upsert = crm::customers::Upsert {
        channel: channel.id,
        who: crm::customers::Who { inferred_for: Some(""), ..record::who(phone, None, Vec::new()) },
        structured,
        stage: query.stage,
        agent: None,
        note: None,
    };
    let what = ToSend::Template { reference, values: Box::new(values), template_at: TEMPLATE_AT, values_at: "" };
    Ok((ToCustomer { upsert, what, integration }, found))
}
