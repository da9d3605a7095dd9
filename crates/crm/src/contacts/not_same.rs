//! Saying that two who share an identifier are not one person.

use serde_json::json;
use store::params;

use super::Contact;
use crate::error::{Error, Result};
use crate::events::{self, Fact, Topic};
use crate::id::{ContactId, CustomerId};
use crate::work::Work;

/// Puts the proposal away that `value` of `kind` made, for good: the same identifier of the same customer is not proposed
/// again. Twice is as once; 400 where there was no such proposal.
pub fn dismiss_proposal(w: &mut Work<'_, '_>, id: ContactId, kind: &str, value: &str) -> Result<()> {
    let contact = Contact::get(w, id)?;
    let organization = w.caller.organization;
    let row = w.tx.query_opt(
        "UPDATE merge_proposals SET dismissed_at = $5, dismissed_by = $6
         WHERE organization_id = $1 AND contact_id = $2 AND kind = $3 AND value = $4 AND dismissed_at IS NULL
         RETURNING customer_id",
        params![organization, contact.id, kind, value, w.now, w.caller.actor.to_string()],
    )?;
    let Some(row) = row else {
        let known = w.tx.query_opt(
            "SELECT 1 FROM merge_proposals WHERE organization_id = $1 AND contact_id = $2 AND kind = $3 AND value = $4",
            params![organization, contact.id, kind, value],
        )?;
        let message =
            "Nothing was proposed by this identifier; `merge_proposals` of the contact's identity names what is.";
        return known.map(|_| ()).ok_or_else(|| Error::invalid("/value", "unknown_reference", message));
    };
    let customer: CustomerId = row.at(0)?;
    let proposal = |dismissed: bool| json!({"merge_proposal": {"kind": kind, "value": value, "customer_id": customer, "dismissed": dismissed}});
    let fact = Fact::new(Topic::ContactUpdated).contact(contact.id).data(proposal(true));
    events::record(w, fact.previous(proposal(false)))?;
    Ok(())
}
