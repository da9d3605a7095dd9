//! What joins contacts to one customer: the same phone, or the same value of an identifier field, when an authenticated
//! call says so. It joins a contact without history; two people with a past become a proposal for somebody to decide.

use store::params;
use structuring::Json;
use structuring::phone::Phone;

use super::identity_key::identity_key;
use super::join::join;
use crate::contacts::Contact;
use crate::error::Result;
use crate::events::{self, Fact, Topic};
use crate::fields::CustomField;
use crate::id::CustomerId;
use crate::work::Work;

/// Who an identifier belongs to.
pub(super) fn customer_of(w: &mut Work<'_, '_>, kind: &str, value: &str) -> Result<Option<CustomerId>> {
    let row = w.tx.query_opt(
        "SELECT customer_id FROM customer_identifiers WHERE organization_id = $1 AND kind = $2 AND value = $3",
        params![w.caller.organization, kind, value],
    )?;
    Ok(row.map(|row| row.at(0)).transpose()?)
}

/// Gives an identifier to a customer unless somebody has it; answers whose it is then.
pub(crate) fn register(
    w: &mut Work<'_, '_>,
    kind: &str,
    value: &str,
    customer: CustomerId,
    rule: &str,
) -> Result<CustomerId> {
    let inserted = w.tx.execute(
        "INSERT INTO customer_identifiers (organization_id, kind, value, customer_id, actor, rule, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (organization_id, kind, value) DO NOTHING",
        params![w.caller.organization, kind, value, customer, w.caller.actor.to_string(), rule, w.now],
    )?;
    if inserted == 1 {
        return Ok(customer);
    }
    Ok(customer_of(w, kind, value)?.unwrap_or(customer))
}

/// An explicit phone of a contact that its channel knows otherwise (webchat).
pub(crate) fn claim_phone(w: &mut Work<'_, '_>, contact: &mut Contact, phone: &Phone) -> Result<()> {
    claim(w, contact, "phone", phone.as_str(), "same_phone")
}

/// An explicit value of a field whose definition is an identifier; of other fields nothing.
pub(crate) fn claim_identifier_field(
    w: &mut Work<'_, '_>,
    contact: &mut Contact,
    field: &CustomField,
    value: &Json,
) -> Result<()> {
    if !field.identifier {
        return Ok(());
    }
    claim(w, contact, &field.identifier_kind(), &identity_key(field, value), "same_identifier_field")
}

/// A value that the customer's field no longer has names nobody: whoever comes with it next is somebody else.
pub(crate) fn release_identifier_field(
    w: &mut Work<'_, '_>,
    contact: &Contact,
    field: &CustomField,
    value: &Json,
) -> Result<()> {
    if !field.identifier {
        return Ok(());
    }
    release(w, contact, &field.identifier_kind(), &identity_key(field, value))
}

/// A phone that a contact no longer has, unless another of the customer's contacts does.
pub(crate) fn release_phone(w: &mut Work<'_, '_>, contact: &Contact, phone: &str) -> Result<()> {
    let row = w.tx.query_one(
        "SELECT EXISTS (SELECT 1 FROM contacts WHERE organization_id = $1 AND customer_id = $2 AND id <> $3 AND phone = $4) AS held",
        params![w.caller.organization, contact.customer_id, contact.id, phone],
    )?;
    if row.at::<bool>(0)? { Ok(()) } else { release(w, contact, "phone", phone) }
}

fn release(w: &mut Work<'_, '_>, contact: &Contact, kind: &str, value: &str) -> Result<()> {
    w.tx.execute(
        "DELETE FROM customer_identifiers WHERE organization_id = $1 AND kind = $2 AND value = $3 AND customer_id = $4",
        params![w.caller.organization, kind, value, contact.customer_id],
    )?;
    forget_proposal(w, contact, kind, value)
}

/// A phone that a person decided on: the customer's where it is nobody's, else a proposal. It never joins by itself.
/// Answers whether it is the customer's now.
pub(super) fn claim_phone_or_propose(w: &mut Work<'_, '_>, contact: &Contact, phone: &Phone) -> Result<bool> {
    let owner = register(w, "phone", phone.as_str(), contact.customer_id, "reviewed_phone")?;
    if owner != contact.customer_id {
        propose(w, contact, "phone", phone.as_str(), owner)?;
    }
    Ok(owner == contact.customer_id)
}

/// Whether the identifier is the contact's customer's, because somebody said so.
pub(crate) fn is_identified_by(w: &mut Work<'_, '_>, contact: &Contact, kind: &str, value: &str) -> Result<bool> {
    Ok(customer_of(w, kind, value)? == Some(contact.customer_id))
}

/// Of an inferred identifier that was taken back. What somebody put away stays so.
pub(crate) fn forget_proposal(w: &mut Work<'_, '_>, contact: &Contact, kind: &str, value: &str) -> Result<()> {
    w.tx.execute(
        "DELETE FROM merge_proposals WHERE organization_id = $1 AND contact_id = $2 AND kind = $3 AND value = $4
           AND dismissed_at IS NULL",
        params![w.caller.organization, contact.id, kind, value],
    )?;
    Ok(())
}

fn claim(w: &mut Work<'_, '_>, contact: &mut Contact, kind: &str, value: &str, rule: &str) -> Result<()> {
    let owner = register(w, kind, value, contact.customer_id, rule)?;
    if owner == contact.customer_id {
        return Ok(());
    }
    if contact.has_history(w)? || has_other_contacts(w, contact)? {
        propose(w, contact, kind, value, owner)
    } else {
        join_owner(w, contact, owner, kind)
    }
}

/// An identifier that was only inferred never joins; where it names somebody else, a person decides.
pub(super) fn propose_if_somebody_else(w: &mut Work<'_, '_>, contact: &Contact, kind: &str, value: &str) -> Result<()> {
    match customer_of(w, kind, value)? {
        Some(owner) if owner != contact.customer_id => propose(w, contact, kind, value, owner),
        _ => Ok(()),
    }
}

/// Somebody is to decide whether the contact is one of that customer's, unless somebody has decided that it is not.
pub(crate) fn propose(
    w: &mut Work<'_, '_>,
    contact: &Contact,
    kind: &str,
    value: &str,
    owner: CustomerId,
) -> Result<()> {
    w.tx.execute(
        "INSERT INTO merge_proposals (organization_id, contact_id, kind, value, customer_id, actor, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (organization_id, contact_id, kind, value) DO UPDATE SET
           customer_id = excluded.customer_id, actor = excluded.actor, created_at = excluded.created_at,
           dismissed_at = NULL, dismissed_by = NULL
         WHERE merge_proposals.customer_id <> excluded.customer_id",
        params![w.caller.organization, contact.id, kind, value, owner, w.caller.actor.to_string(), w.now],
    )?;
    Ok(())
}

fn has_other_contacts(w: &mut Work<'_, '_>, contact: &Contact) -> Result<bool> {
    let row = w.tx.query_one(
        "SELECT EXISTS (SELECT 1 FROM contacts WHERE organization_id = $1 AND customer_id = $2 AND id <> $3) AS others",
        params![w.caller.organization, contact.customer_id, contact.id],
    )?;
    Ok(row.at(0)?)
}

/// Moves a contact without history to the customer that its identifier names. What was known of it fills that
/// customer's empty fields; its identifiers follow; the customer it had alone is gone.
fn join_owner(w: &mut Work<'_, '_>, contact: &mut Contact, owner: CustomerId, kind: &str) -> Result<()> {
    let old = contact.customer_id;
    join(w, old, owner)?;
    contact.customer_id = owner;
    contact.version += 1;
    events::record(
        w,
        Fact::new(Topic::ContactUpdated)
            .contact(contact.id)
            .data(serde_json::json!({"customer_id": owner, "joined_by": kind}))
            .previous(serde_json::json!({"customer_id": old})),
    )?;
    Ok(())
}
