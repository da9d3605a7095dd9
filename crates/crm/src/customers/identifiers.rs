//! What joins contacts to one customer: the same phone, or the same value of an identifier field, when an authenticated
//! call says so. It joins a contact of whom nothing else is known, and that can be undone; two people of whom something is known
//! become a proposal for somebody to decide.

use store::params;
use structuring::Json;
use structuring::json::Object;
use structuring::phone::Phone;

use super::identity_key::identity_key;
use super::join::join;
use super::values::value_key;
use crate::contacts::{self, Contact};
use crate::error::Result;
use crate::events::{self, Fact, Topic};
use crate::fields::CustomField;
use crate::id::{CustomerId, FieldId};
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
    if register_new(w, kind, value, customer, rule)? {
        return Ok(customer);
    }
    Ok(customer_of(w, kind, value)?.unwrap_or(customer))
}

/// The same; whether nobody had it.
pub(super) fn register_new(
    w: &mut Work<'_, '_>,
    kind: &str,
    value: &str,
    customer: CustomerId,
    rule: &str,
) -> Result<bool> {
    let inserted = w.tx.execute(
        "INSERT INTO customer_identifiers (organization_id, kind, value, customer_id, actor, rule, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (organization_id, kind, value) DO NOTHING",
        params![w.caller.organization, kind, value, customer, w.caller.actor.to_string(), rule, w.now],
    )?;
    Ok(inserted == 1)
}

/// An explicit phone of a contact that its channel knows otherwise (webchat).
pub(crate) fn claim_phone(w: &mut Work<'_, '_>, contact: &mut Contact, phone: &Phone) -> Result<()> {
    let owner = register(w, "phone", phone.as_str(), contact.customer_id, "same_phone")?;
    if owner == contact.customer_id {
        return Ok(());
    }
    // The number proves more than what a form says: what is known comes along, as long as nothing of it has to give way.
    if is_somebody(w, contact)? || has_to_give_way(w, contact, owner)? {
        propose(w, contact, "phone", phone.as_str(), owner)
    } else {
        join_owner(w, contact, owner, "phone")
    }
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
    let (kind, key) = (field.identifier_kind(), identity_key(field, value));
    let owner = register(w, &kind, &key, contact.customer_id, "same_identifier_field")?;
    if owner == contact.customer_id {
        return Ok(());
    }
    // One slip in it would make one person of two whom somebody described: then somebody decides.
    if is_somebody(w, contact)? || is_described(w, contact, field.id)? {
        propose(w, contact, &kind, &key, owner)
    } else {
        join_owner(w, contact, owner, &kind)
    }
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
    let (kind, key) = (field.identifier_kind(), identity_key(field, value));
    release(w, contact, &kind, &key)?;
    pass_on(w, contact.customer_id, field, value, &kind, &key)
}

/// Whoever else has the value is named by it from now on, the oldest of several; the others are proposed to be joined with them
/// and not with the one who let go.
fn pass_on(
    w: &mut Work<'_, '_>,
    from: CustomerId,
    field: &CustomField,
    value: &Json,
    kind: &str,
    key: &str,
) -> Result<()> {
    /// Of those whose values look alike.
    const MOST: i64 = 100;
    let organization = w.caller.organization;
    let rows = w.tx.query(
        "SELECT c.id, v.value FROM field_values v
         JOIN customers c ON c.organization_id = v.organization_id AND c.id = v.entity_id
         WHERE v.organization_id = $1 AND v.field_id = $2 AND v.value_key = $3 AND v.entity_id <> $4
           AND v.source IN ('explicit', 'member')
         ORDER BY c.created_at, c.id LIMIT $5",
        params![organization, field.id, value_key(value), from.0, MOST],
    )?;
    let mut heir = None;
    for row in &rows {
        let same = Json::parse(row.text("value")?.as_bytes(), structuring::json::Mode::Lenient)
            .is_ok_and(|other| identity_key(field, &other) == key);
        if same {
            heir = Some(row.at::<CustomerId>(0)?);
            break;
        }
    }
    if let Some(heir) = heir {
        register(w, kind, key, heir, "same_identifier_field")?;
        w.tx.execute(
            "UPDATE merge_proposals SET customer_id = $5, dismissed_at = NULL, dismissed_by = NULL
             WHERE organization_id = $1 AND kind = $2 AND value = $3 AND customer_id = $4
               AND contact_id NOT IN (SELECT id FROM contacts WHERE organization_id = $1 AND customer_id = $5)",
            params![organization, kind, key, from, heir],
        )?;
    }
    // For a value that the one no longer has nobody is to be joined with them.
    w.tx.execute(
        "DELETE FROM merge_proposals WHERE organization_id = $1 AND kind = $2 AND value = $3 AND customer_id = $4",
        params![organization, kind, key, from],
    )?;
    Ok(())
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

/// Whether it is more than a name in a list: something happened with it, it is one of several of its customer, or somebody decided
/// once whose it is.
fn is_somebody(w: &mut Work<'_, '_>, contact: &Contact) -> Result<bool> {
    if contact.has_history(w)? {
        return Ok(true);
    }
    let row = w.tx.query_one(
        "SELECT EXISTS (SELECT 1 FROM contacts WHERE organization_id = $1 AND customer_id = $2 AND id <> $3)
             OR EXISTS (SELECT 1 FROM merges WHERE organization_id = $1 AND (contact_id = $3 OR merged_id = $3)) AS somebody",
        params![w.caller.organization, contact.customer_id, contact.id],
    )?;
    Ok(row.at(0)?)
}

/// Whether anybody said anything of its customer in a field, or the identifier has another value there.
fn is_described(w: &mut Work<'_, '_>, contact: &Contact, identifier: FieldId) -> Result<bool> {
    let row = w.tx.query_one(
        "SELECT EXISTS (SELECT 1 FROM field_values WHERE organization_id = $1 AND entity_id = $2
                          AND (field_id = $3 OR source IN ('explicit', 'member'))) AS described",
        params![w.caller.organization, contact.customer_id.0, identifier],
    )?;
    Ok(row.at(0)?)
}

/// Whether the owner has another value where somebody said one of the contact's customer.
fn has_to_give_way(w: &mut Work<'_, '_>, contact: &Contact, owner: CustomerId) -> Result<bool> {
    let row = w.tx.query_one(
        "SELECT EXISTS (SELECT 1 FROM field_values v
                        JOIN field_values o ON o.organization_id = v.organization_id AND o.field_id = v.field_id
                        WHERE v.organization_id = $1 AND v.entity_id = $2 AND o.entity_id = $3
                          AND v.source IN ('explicit', 'member') AND v.value <> o.value) AS in_the_way",
        params![w.caller.organization, contact.customer_id.0, owner.0],
    )?;
    Ok(row.at(0)?)
}

/// Moves a contact to the customer that its identifier names. What was known of it fills that customer's empty fields; its
/// identifiers follow; the customer it had alone is gone, until somebody undoes it.
fn join_owner(w: &mut Work<'_, '_>, contact: &mut Contact, owner: CustomerId, kind: &str) -> Result<()> {
    let old = contact.customer_id;
    let joined = join(w, old, owner)?;
    contact.customer_id = owner;
    contact.version += 1;
    let (setup, mut left) = (w.setup.clone(), Object::new());
    for (field, value) in joined.set_aside() {
        if let Some(field) = setup.field_by_id(field) {
            left.push(field.key.as_str(), value);
        }
    }
    let merge = contacts::note_joined(w, contact.id, joined)?;
    let mut data = serde_json::json!({"customer_id": owner, "joined_by": kind});
    if let Some(merge) = merge {
        data["merge_id"] = serde_json::json!(merge);
    }
    let mut previous = Object::new();
    previous.push("customer_id", old.to_string());
    if !left.is_empty() {
        previous.push("custom_fields", left);
    }
    let fact = Fact::new(Topic::ContactUpdated).contact(contact.id).data(data);
    events::record(w, fact.previous(Json::Object(previous)))?;
    Ok(())
}
