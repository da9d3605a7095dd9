//! Tickets of the Recado surface.

use crm::contacts::{self, Contact, Leaving};
use crm::customers::{FieldValue, check_agent, check_stage, values_of};
use crm::fields::Entity;
use crm::id::{ContactId, MemberId, PipelineId, StageId, TicketId};
use crm::page::{Page, PageRequest};
use crm::pipelines::{Outcome, is_stage};
use crm::tags::Tag;
use crm::tickets::{
    self, AmountChange, MetadataChange, Ticket, TicketFilter, TicketStatus, browse, change_metadata, change_tags,
    set_amount,
};
use crm::{Error, FieldError, Problems, Setup, Timestamp, Work, money};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use structuring::json::Object;

use super::paging::page;
use super::references::References;
use crate::answer::Answer;
use crate::call::{Call, complete};
use crate::compat::views::{self, FieldObject, TagObject, raw};
use crate::input::{Fields, Input};
use crate::kinds::{AnyObject, Decimal, List, OneOf, Text, Whole as WholeNumber, id};
use crate::one_of;
use crate::problem::Problem;

#[derive(Debug, Serialize, JsonSchema)]
pub struct TicketView {
    pub id: TicketId,
    pub contact_id: ContactId,
    pub pipeline_id: PipelineId,
    pub stage_id: StageId,
    pub stage_since: Timestamp,
    pub status: TicketStatus,
    /// `won` or `lost` of a closed ticket.
    pub outcome: Option<Outcome>,
    pub reason: Option<String>,
    pub agent_id: Option<MemberId>,
    /// Decimal text in `currency`.
    pub amount: Option<String>,
    pub currency: Option<String>,
    #[schemars(with = "Map<String, Value>")]
    pub metadata: Box<RawValue>,
    #[schemars(with = "Option<Map<String, Value>>")]
    pub integration_data: Option<Box<RawValue>>,
    /// Values of ticket fields; empty in lists.
    pub custom_fields: Vec<FieldObject>,
    /// Empty in lists.
    pub tags: Vec<TagObject>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub closed_at: Option<Timestamp>,
}

pub fn view(setup: &Setup, ticket: &Ticket, values: &[FieldValue], tags: &[Tag]) -> Result<TicketView, Problem> {
    Ok(TicketView {
        id: ticket.id,
        contact_id: ticket.contact_id,
        pipeline_id: ticket.pipeline_id,
        stage_id: ticket.stage_id,
        stage_since: ticket.stage_since,
        status: ticket.status,
        outcome: ticket.outcome,
        reason: ticket.reason.clone(),
        agent_id: ticket.agent_id,
        amount: views::amount(ticket),
        currency: ticket.currency.clone(),
        metadata: raw(&ticket.metadata)?,
        integration_data: ticket.integration_data.as_deref().map(raw).transpose()?,
        custom_fields: views::fields(setup, Entity::Ticket, values),
        tags: tags.iter().map(|tag| views::tag(setup, tag)).collect(),
        created_at: ticket.created_at,
        updated_at: ticket.updated_at,
        closed_at: ticket.closed_at,
    })
}

const TAGS: List<WholeNumber> = List { of: WholeNumber { min: 1, max: i64::MAX }, max: 100 };

/// A ticket with the values of its fields, and its tags.
type Whole = (Ticket, Vec<FieldValue>, Vec<Tag>);

fn whole(w: &mut Work<'_, '_>, ticket: Ticket) -> crm::Result<Whole> {
    let values = values_of(w, ticket.id.0)?;
    let tags = tickets::tags_of_ticket(w, ticket.id)?;
    Ok((ticket, values, tags))
}

fn answer(status: u16, (ticket, values, tags): &Whole, setup: &Setup) -> Result<Answer, Problem> {
    Ok(Answer::json(status, &view(setup, ticket, values, tags)?)?.etag(ticket.version))
}

fn ok(whole: &Whole, setup: &Setup) -> Result<Answer, Problem> {
    answer(200, whole, setup)
}

/// By its id, in the version that the caller read.
fn read_version(w: &mut Work<'_, '_>, id: TicketId, version: Option<i64>) -> crm::Result<Ticket> {
    let ticket = Ticket::get(w, id)?;
    match version {
        Some(version) if version != ticket.version => Err(Error::Stale { current: ticket.version }),
        _ => Ok(ticket),
    }
}

#[derive(Debug)]
pub struct TicketsQuery {
    pub filter: TicketFilter,
    pub page: PageRequest,
}

impl Input for TicketsQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let contact = f.optional("contact_id", id::<ContactId>(), "");
        let pipeline = f.optional("pipeline_id", id::<PipelineId>(), "");
        let stage = f.optional("stage_id", id::<StageId>(), "");
        let status = f.optional("status", one_of!(TicketStatus), "");
        let agent = f.optional("agent_id", id::<MemberId>(), "");
        Some(TicketsQuery { filter: TicketFilter { contact, pipeline, stage, status, agent }, page: page(f) })
    }
}

pub async fn list(call: Call) -> Result<Answer, Problem> {
    let query: TicketsQuery = call.read_query()?;
    let filter = &query.filter;
    // One that was put out of sight may have tickets still.
    let hidden = match filter.stage.filter(|id| call.setup.stage(*id).is_none()) {
        Some(id) => call.read(move |w| is_stage(w, id)).await?,
        None => false,
    };
    call.prepare(|setup| {
        let mut problems = References::of(setup);
        problems.stage("?stage_id", filter.stage.filter(|_| !hidden)).pipeline("?pipeline_id", filter.pipeline);
        problems.member("?agent_id", filter.agent).check()
    })
    .await?;
    let (found, setup) = call.read(move |w| Ok((browse(w, &query.filter, &query.page)?, w.setup.clone()))).await?;
    let data = found.data.iter().map(|ticket| view(&setup, ticket, &[], &[])).collect::<Result<_, _>>()?;
    Answer::json(200, &Page::<TicketView> { data, next_cursor: found.next_cursor })
}

pub async fn show(call: Call) -> Result<Answer, Problem> {
    let id: TicketId = call.id("id", "ticket")?;
    let (found, setup) = call
        .read(move |w| {
            let ticket = Ticket::get(w, id)?;
            Ok((whole(w, ticket)?, w.setup.clone()))
        })
        .await?;
    ok(&found, &setup)
}

#[derive(Debug)]
pub struct CreateInput {
    pub contact: ContactId,
    pub stage: StageId,
    pub agent: Option<MemberId>,
}

impl Input for CreateInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let contact = f.required("contact_id", id::<ContactId>(), "Whose journey it is.");
        let stage = f.required("stage_id", id::<StageId>(), "Where it stands then.");
        let agent = f.optional("agent_id", id::<MemberId>(), "Who takes care of it.");
        Some(CreateInput { contact: contact?, stage: stage?, agent })
    }
}

pub async fn create(call: Call) -> Result<Answer, Problem> {
    let input: CreateInput = call.read_body()?;
    call.write(
        move |w| {
            let mut problems = Problems::default();
            check_stage(&w.setup, Some(input.stage), "/stage_id", &mut problems);
            check_agent(&w.setup, input.agent, "/agent_id", &mut problems);
            let contact = Contact::find(w.tx, w.caller.organization, input.contact)?;
            if contact.is_none() {
                problems.add(FieldError::unknown_reference("/contact_id", "contact", input.contact));
            }
            problems.check()?;
            let mut contact = contact.ok_or_else(|| Error::not_found("contact"))?;
            let placed = tickets::place(w, &mut contact, input.stage, input.agent, false)?;
            let mut ticket = placed.ticket;
            if let Some(agent) = input.agent {
                let assigned = match placed.opened {
                    true => contacts::opened_for(w, &contact, Some(ticket.clone()), agent)?,
                    false => contacts::assign(w, &contact, Some(ticket.clone()), agent, Leaving::Nobody)?,
                };
                ticket = assigned.ticket.unwrap_or(ticket);
            }
            Ok((placed.opened, whole(w, ticket)?))
        },
        |(opened, whole), setup| answer(if *opened { 201 } else { 200 }, whole, setup),
    )
    .await
}

#[derive(Debug)]
pub struct UpdateInput {
    pub amount: Option<String>,
    pub currency: Option<String>,
    pub metadata: Option<Object>,
    pub add_tags: Vec<i64>,
    pub remove_tags: Vec<i64>,
}

impl Input for UpdateInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let amount = f.optional("amount", Decimal, "At least 0; no more decimals than the currency has.");
        let currency = f.optional("currency", Text { max: 3 }, "ISO 4217, or UF; goes with amount.");
        let metadata = f.optional("metadata", AnyObject, "Merged by top-level key; null removes a key.");
        let add_tags = f.optional("add_tag_ids", TAGS, "Tags for tickets; the others stay.").unwrap_or_default();
        let remove_tags = f.optional("remove_tag_ids", TAGS, "").unwrap_or_default();
        if let Some(code) = &currency {
            if money::currency(code).is_none() {
                f.problem("currency", "invalid_currency", "Expected an ISO 4217 code such as CLP or USD, or UF.");
            } else if amount.is_none() {
                f.problem("amount", "required", "`currency` goes with `amount`.");
            }
        }
        if amount.as_deref().is_some_and(|text| text.starts_with('-')) {
            f.problem("amount", "out_of_range", "Expected at least 0.");
        }
        Some(UpdateInput { amount, currency, metadata, add_tags, remove_tags })
    }
}

pub async fn update(call: Call) -> Result<Answer, Problem> {
    let id: TicketId = call.id("id", "ticket")?;
    let object = call.object()?;
    let version = call.if_version()?;
    let mut fields = Fields::object(&object, call.style, "");
    let input = UpdateInput::read(&mut fields);
    let mut problems = Problems(fields.finish());
    let metadata = input.as_ref().and_then(|input| input.metadata.clone()).unwrap_or_default();
    let country = Some(call.setup.organization.country.as_str());
    let change = MetadataChange::read(&call.setup, &metadata, "/metadata", country, &mut problems);
    let input = complete(input, problems.0)?;
    let (add, remove) = (input.add_tags, input.remove_tags);
    let amount = input.amount.map(|amount| AmountChange { amount, currency: input.currency });
    call.write(
        move |w| {
            let mut ticket = read_version(w, id, version)?;
            if let Some(amount) = &amount {
                set_amount(w, &mut ticket, amount)?;
            }
            if !change.is_empty() {
                change_metadata(w, &mut ticket, &change)?;
            }
            if !add.is_empty() || !remove.is_empty() {
                change_tags(w, &mut ticket, &add, &remove)?;
            }
            whole(w, ticket)
        },
        ok,
    )
    .await
}

#[derive(Debug)]
pub struct MoveInput {
    pub stage: StageId,
    pub reason: Option<String>,
}

impl Input for MoveInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let stage = f.required("stage_id", id::<StageId>(), "Where it stands then.");
        let reason = f.optional("reason", Text { max: 500 }, "Why it was won or lost.");
        Some(MoveInput { stage: stage?, reason })
    }
}

pub async fn move_ticket(call: Call) -> Result<Answer, Problem> {
    let id: TicketId = call.id("id", "ticket")?;
    let input: MoveInput = call.read_body()?;
    let version = call.if_version()?;
    call.write(
        move |w| {
            let ticket = read_version(w, id, version)?;
            let mut problems = Problems::default();
            check_stage(&w.setup, Some(input.stage), "/stage_id", &mut problems);
            problems.check()?;
            let setup = w.setup.clone();
            let target = setup.stage(input.stage).ok_or_else(|| Error::not_found("stage"))?;
            let mut contact = Contact::get(w, ticket.contact_id)?;
            let ticket = tickets::move_to(w, &mut contact, ticket, target, input.reason.as_deref())?;
            whole(w, ticket)
        },
        ok,
    )
    .await
}

#[derive(Debug)]
pub struct CloseInput {
    pub outcome: Outcome,
    pub reason: Option<String>,
}

impl Input for CloseInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let outcome =
            OneOf { words: &["won", "lost"], read: |word| Outcome::from_name(word).filter(|o| *o != Outcome::Open) };
        let outcome = f.required("outcome", outcome, "");
        let reason = f.optional("reason", Text { max: 500 }, "Why it was won or lost.");
        Some(CloseInput { outcome: outcome?, reason })
    }
}

pub async fn close(call: Call) -> Result<Answer, Problem> {
    let id: TicketId = call.id("id", "ticket")?;
    let input: CloseInput = call.read_body()?;
    let version = call.if_version()?;
    call.write(
        move |w| {
            let ticket = read_version(w, id, version)?;
            let ticket = tickets::close(w, ticket, input.outcome, input.reason.as_deref())?;
            whole(w, ticket)
        },
        ok,
    )
    .await
}

#[derive(Debug)]
pub struct ReopenInput {
    /// None: where it stands, or in its pipeline's first open stage.
    pub stage: Option<StageId>,
}

impl Input for ReopenInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let about = "Where it stands then: an open stage of any pipeline. Without it where it stands, or in its pipeline's first open stage.";
        Some(ReopenInput { stage: f.optional("stage_id", id::<StageId>(), about) })
    }
}

pub async fn reopen(call: Call) -> Result<Answer, Problem> {
    let id: TicketId = call.id("id", "ticket")?;
    let input = if call.body.is_empty() { ReopenInput { stage: None } } else { call.read_body()? };
    let version = call.if_version()?;
    call.write(
        move |w| {
            let ticket = read_version(w, id, version)?;
            let ticket = tickets::reopen(w, ticket, input.stage)?;
            whole(w, ticket)
        },
        ok,
    )
    .await
}

#[derive(Debug)]
pub struct AssignInput {
    /// None: to nobody.
    pub agent: Option<MemberId>,
}

impl Input for AssignInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let agent = f.nullable("agent_id", id::<MemberId>(), "The member; null for nobody.");
        if agent.is_none() && !f.describes() && f.problems.is_empty() {
            f.problem("agent_id", "required", "`agent_id` is required: a member's id, or null for nobody.");
        }
        Some(AssignInput { agent: agent? })
    }
}

pub async fn assign(call: Call) -> Result<Answer, Problem> {
    let id: TicketId = call.id("id", "ticket")?;
    let input: AssignInput = call.read_body()?;
    let version = call.if_version()?;
    call.write(
        move |w| {
            let mut ticket = read_version(w, id, version)?;
            let mut problems = Problems::default();
            check_agent(&w.setup, input.agent, "/agent_id", &mut problems);
            problems.check()?;
            match input.agent {
                None => {
                    tickets::assign_agent(w, &mut ticket, None)?;
                }
                Some(agent) => {
                    let contact = Contact::get(w, ticket.contact_id)?;
                    let assigned = contacts::assign(w, &contact, Some(ticket.clone()), agent, Leaving::Nobody)?;
                    ticket = assigned.ticket.unwrap_or(ticket);
                }
            }
            whole(w, ticket)
        },
        ok,
    )
    .await
}
