//! Contacts that are one person: made one by decision, and two again.

use crm::contacts::{self, MergeRow, MergeRule, MergeStatus, merge, merges_of, undo_merge};
use crm::id::{ContactId, MergeId};
use crm::{Error, FieldError, Setup, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use super::events::{ActorView, actor};
use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input};
use crate::kinds::{Text, id};
use crate::problem::Problem;

#[derive(Debug, Serialize, JsonSchema)]
pub struct MergeView {
    pub id: MergeId,
    /// The older contact, which stays.
    pub contact_id: ContactId,
    /// The other. On the same channel its id answers as the one that stays; on another it stays too, as a contact of the same
    /// customer.
    pub merged_contact_id: ContactId,
    /// Whether they are one contact, rather than two of one customer.
    pub one_contact: bool,
    /// `moving` and `undoing`: messages still follow, in pieces.
    pub status: MergeStatus,
    /// Why: `one_payload` and `number_changed` by what WhatsApp said, `decided` by somebody, `same_identifier` by an
    /// identifier of the customer that a new contact came with.
    pub rule: MergeRule,
    pub actor: ActorView,
    pub created_at: Timestamp,
    pub undone_at: Option<Timestamp>,
}

pub(super) fn view(row: &MergeRow) -> MergeView {
    MergeView {
        id: row.merged.id,
        contact_id: row.merged.contact,
        merged_contact_id: row.merged.merged,
        one_contact: row.merged.one_contact,
        status: row.merged.status,
        rule: row.rule,
        actor: actor(&row.actor),
        created_at: row.created_at,
        undone_at: row.undone_at,
    }
}

#[derive(Debug)]
pub struct MergeInput {
    other: ContactId,
}

impl Input for MergeInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let other = f.required(
            "contact_id",
            id::<ContactId>(),
            "The other contact; which of the two is older decides which stays.",
        );
        Some(MergeInput { other: other? })
    }
}

pub async fn create(call: Call) -> Result<Answer, Problem> {
    let contact: ContactId = call.id("id", "contact")?;
    let MergeInput { other } = call.read_body()?;
    call.write(
        move |w| {
            contacts::Contact::get(w, contact)?;
            let organization = w.organization();
            if contacts::Contact::find(w.tx, organization, other)?.is_none() {
                return Err(Error::Invalid(vec![FieldError::unknown_reference("/contact_id", "contact", other)]));
            }
            let merged = merge(w, contact, other, MergeRule::Decided)?;
            contacts::merge_row(w, merged.id)
        },
        |row, _| Answer::json(200, &view(row)),
    )
    .await
}

pub async fn undo(call: Call) -> Result<Answer, Problem> {
    let id: MergeId = call.id("id", "merge")?;
    call.write(
        move |w| {
            undo_merge(w, id)?;
            contacts::merge_row(w, id)
        },
        |row, _| Answer::json(200, &view(row)),
    )
    .await
}

/// Of the page of identifiers.
pub(super) fn of_contact(w: &mut crm::Work<'_, '_>, contact: ContactId) -> crm::Result<Vec<MergeView>> {
    Ok(merges_of(w, contact)?.iter().map(view).collect())
}

#[derive(Debug)]
pub struct DismissInput {
    kind: String,
    value: String,
}

impl Input for DismissInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let kind = f.required("kind", Text { max: 100 }, "Of the proposal, as the identity has it.");
        let value = f.required("value", Text { max: 256 }, "Of the proposal, as the identity has it.");
        Some(DismissInput { kind: kind?, value: value? })
    }
}

pub async fn dismiss_proposal(call: Call) -> Result<Answer, Problem> {
    let id: ContactId = call.id("id", "contact")?;
    let DismissInput { kind, value } = call.read_body()?;
    let done = |(): &(), _: &Setup| Ok(Answer::bytes(204, crate::answer::JSON, bytes::Bytes::new()));
    call.write(move |w| contacts::dismiss_proposal(w, id, &kind, &value), done).await
}
