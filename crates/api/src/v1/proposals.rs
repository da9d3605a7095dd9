//! Keys of metadata that no field knows, as proposals to make one.

use crm::fields::{CustomField, TYPE_NAMES};
use crm::id::{FieldId, ProposalId};
use crm::page::{Page, PageRequest};
use crm::proposals::{self, Acceptance, Proposal, ProposalStatus, name_of};
use crm::{Setup, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;
use structuring::FieldType;

use super::events::{ActorView, actor};
use super::paging::page;
use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input};
use crate::kinds::{CURRENCY, LONG, List, OneOf, Text};
use crate::one_of;
use crate::problem::Problem;

#[derive(Debug, Serialize, JsonSchema)]
pub struct FieldProposal {
    pub id: ProposalId,
    /// As it stands in the metadata; the field's key.
    pub key: String,
    /// The field's name, unless another is given.
    pub name: String,
    pub status: ProposalStatus,
    /// How many contacts got the key.
    pub contacts: i64,
    /// What its values look like.
    #[serde(rename = "type")]
    pub field_type: &'static str,
    /// Of `select`.
    pub options: Vec<String>,
    pub first_seen_at: Timestamp,
    pub last_seen_at: Timestamp,
    pub decided_at: Option<Timestamp>,
    pub decided_by: Option<ActorView>,
    pub field_id: Option<FieldId>,
    /// How many customers got a value from their metadata so far.
    pub filled: i64,
}

fn view(proposal: &Proposal) -> FieldProposal {
    FieldProposal {
        id: proposal.id,
        key: proposal.key.clone(),
        name: name_of(&proposal.key),
        status: proposal.status,
        contacts: proposal.contacts,
        field_type: proposal.field_type.as_str(),
        options: proposal.options.clone(),
        first_seen_at: proposal.first_seen_at,
        last_seen_at: proposal.last_seen_at,
        decided_at: proposal.decided_at,
        decided_by: proposal.decided_by.as_deref().map(actor),
        field_id: proposal.field_id,
        filled: proposal.filled,
    }
}

#[derive(Debug)]
pub struct ProposalsQuery {
    status: ProposalStatus,
    page: PageRequest,
}

impl Input for ProposalsQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let status = f.optional("status", one_of!(ProposalStatus), "By itself proposed.");
        Some(ProposalsQuery { status: status.unwrap_or(ProposalStatus::Proposed), page: page(f) })
    }
}

pub async fn list(call: Call) -> Result<Answer, Problem> {
    let query: ProposalsQuery = call.read_query()?;
    let found = call.read(move |w| proposals::page(w, query.status, &query.page)).await?;
    let data = found.data.iter().map(view).collect();
    Answer::json(200, &Page::<FieldProposal> { data, next_cursor: found.next_cursor })
}

pub async fn show(call: Call) -> Result<Answer, Problem> {
    let id: ProposalId = call.id("id", "proposal")?;
    Answer::json(200, &view(&call.read(move |w| proposals::get(w, id)).await?))
}

#[derive(Debug)]
pub struct AcceptInput(Acceptance);

impl Input for AcceptInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let name = f.optional("name", Text { max: 100 }, "By itself the proposal's.");
        let of = OneOf { words: TYPE_NAMES, read: FieldType::from_name };
        let field_type = f.optional("type", of, "By itself the proposal's.");
        let options = List { of: Text { max: 200 }, max: 500 };
        let options = f.optional("options", options, "Of select and multi_select; by itself the proposal's.");
        let currency = f.optional("currency", CURRENCY, "Of currency; by itself the organization's.");
        let description = f.optional("description", LONG, "For people, and for structuring.");
        Some(AcceptInput(Acceptance { name, field_type, options, currency, description }))
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct AcceptedView {
    pub proposal: FieldProposal,
    pub custom_field: CustomField,
}

pub async fn accept(call: Call) -> Result<Answer, Problem> {
    let id: ProposalId = call.id("id", "proposal")?;
    let AcceptInput(with) = call.read_body()?;
    call.write(
        move |w| proposals::accept(w, id, &with),
        |(proposal, field), _: &Setup| {
            Answer::json(200, &AcceptedView { proposal: view(proposal), custom_field: field.clone() })
        },
    )
    .await
}

pub async fn dismiss(call: Call) -> Result<Answer, Problem> {
    let id: ProposalId = call.id("id", "proposal")?;
    call.write(move |w| proposals::dismiss(w, id), |proposal, _: &Setup| Answer::json(200, &view(proposal))).await
}
