//! Deciding about a proposal.

use serde_json::json;
use store::params;
use structuring::FieldType;

use super::{Proposal, ProposalStatus, get, name_of};
use crate::changes;
use crate::error::{Error, Result};
use crate::fields::{self, CustomField, Entity, NewField};
use crate::id::ProposalId;
use crate::work::Work;

/// What is to be otherwise than proposed. The key is the field's: that is how later records find it.
#[derive(Debug, Clone, Default)]
pub struct Acceptance {
    pub name: Option<String>,
    pub field_type: Option<FieldType>,
    pub options: Option<Vec<String>>,
    pub currency: Option<String>,
    pub description: Option<String>,
}

/// Makes the field; history is filled in the background. Accepted before: as it is, with its field.
pub fn accept(w: &mut Work<'_, '_>, id: ProposalId, with: &Acceptance) -> Result<(Proposal, CustomField)> {
    if !claim(w, id, ProposalStatus::Filling)? {
        let proposal = get(w, id)?;
        if proposal.status == ProposalStatus::Dismissed {
            return Err(decided(&proposal));
        }
        let field = proposal.field_id.and_then(|id| w.setup.field_by_id(id).cloned());
        let field = field.ok_or_else(|| Error::conflict("field_gone", "The field that was made has been removed."))?;
        return Ok((proposal, field));
    }
    let proposal = get(w, id)?;
    let field_type = with.field_type.unwrap_or(proposal.field_type);
    let of_options = matches!(field_type, FieldType::Select | FieldType::MultiSelect);
    let options =
        with.options.clone().unwrap_or_else(|| if of_options { proposal.options.clone() } else { Vec::new() });
    let new = NewField {
        key: Some(proposal.key.clone()),
        name: with.name.clone().unwrap_or_else(|| name_of(&proposal.key)),
        entity: Entity::Customer,
        field_type,
        options,
        currency: with.currency.clone(),
        description: with.description.clone(),
        required: false,
        identifier: false,
        position: None,
    };
    let field = fields::create(w, &new)?;
    w.tx.execute(
        "UPDATE unknown_keys SET field_id = $3, request_id = $4 WHERE organization_id = $1 AND id = $2",
        params![w.caller.organization, id, field.id, &*w.caller.request_id],
    )?;
    changes::record(w, "proposal", id, "accepted", json!({"key": proposal.key, "custom_field_id": field.id}), None)?;
    Ok((get(w, id)?, field))
}

/// The key is not proposed again.
pub fn dismiss(w: &mut Work<'_, '_>, id: ProposalId) -> Result<Proposal> {
    let claimed = claim(w, id, ProposalStatus::Dismissed)?;
    let proposal = get(w, id)?;
    if claimed {
        changes::record(w, "proposal", id, "dismissed", json!({"key": proposal.key}), None)?;
    } else if proposal.status != ProposalStatus::Dismissed {
        return Err(decided(&proposal));
    }
    Ok(proposal)
}

/// Whether this is who decides.
fn claim(w: &mut Work<'_, '_>, id: ProposalId, status: ProposalStatus) -> Result<bool> {
    let claimed = w.tx.execute(
        "UPDATE unknown_keys SET status = $3, decided_at = $4, decided_by = $5
         WHERE organization_id = $1 AND id = $2 AND status = 'proposed'",
        params![w.caller.organization, id, status, w.now, w.caller.actor.to_string()],
    )?;
    Ok(claimed == 1)
}

fn decided(proposal: &Proposal) -> Error {
    Error::conflict("already_decided", format!("This was decided already: {}.", proposal.status))
}
