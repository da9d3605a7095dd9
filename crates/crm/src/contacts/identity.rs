//! Why this contact is who it is: every identifier, who said so, when, and which rule joined it.

use store::params;

use super::{COLUMNS, Contact};
use crate::access::Actor;
use crate::error::Result;
use crate::id::{ChannelId, ContactId, CustomerId};
use crate::time::Timestamp;
use crate::work::Work;

#[derive(Debug)]
pub struct IdentifierRow {
    /// `phone`, `external_user_id`, or `field:<key>`.
    pub kind: String,
    pub value: String,
    /// The channel that knows the contact by it; none where it joins the customer.
    pub channel_id: Option<ChannelId>,
    /// `channel_identifier`, `same_phone`, `same_bsuid`, `same_identifier_field`, `reviewed_phone`, `shown`.
    pub rule: String,
    pub actor: String,
    pub created_at: Timestamp,
}

/// An identifier that names another customer too.
#[derive(Debug)]
pub struct ProposalRow {
    pub kind: String,
    pub value: String,
    pub customer_id: CustomerId,
    pub actor: String,
    pub created_at: Timestamp,
    /// That customer's contacts, oldest first, a few of them.
    pub contacts: Vec<Contact>,
}

#[derive(Debug)]
pub struct Identity {
    pub contact: Contact,
    pub identifiers: Vec<IdentifierRow>,
    /// The customer's contacts on this and other channels.
    pub contacts: Vec<(ContactId, ChannelId)>,
    pub merge_proposals: Vec<ProposalRow>,
}

pub fn identity(w: &mut Work<'_, '_>, id: ContactId) -> Result<Identity> {
    let contact = Contact::get(w, id)?;
    let id = contact.id;
    let organization = w.caller.organization;
    let mut identifiers = Vec::new();
    for row in w.tx.query(
        "SELECT kind, value, channel_id, actor, created_at FROM contact_identifiers
         WHERE organization_id = $1 AND contact_id = $2 ORDER BY created_at, kind, value",
        params![organization, id],
    )? {
        identifiers.push(IdentifierRow {
            kind: row.at(0)?,
            value: row.at(1)?,
            channel_id: Some(row.at(2)?),
            rule: "channel_identifier".to_owned(),
            actor: row.at(3)?,
            created_at: row.at(4)?,
        });
    }
    // Shown, never keys: they may be anybody's tomorrow.
    for (kind, value) in [("wa_id", &contact.wa_id), ("username", &contact.username)] {
        identifiers.extend(value.iter().map(|value| IdentifierRow {
            kind: kind.to_owned(),
            value: value.clone(),
            channel_id: Some(contact.channel_id),
            rule: "shown".to_owned(),
            actor: Actor::Contact(id).to_string(),
            created_at: contact.updated_at,
        }));
    }
    for row in w.tx.query(
        "SELECT kind, value, rule, actor, created_at FROM customer_identifiers
         WHERE organization_id = $1 AND customer_id = $2 ORDER BY created_at, kind, value",
        params![organization, contact.customer_id],
    )? {
        identifiers.push(IdentifierRow {
            kind: row.at(0)?,
            value: row.at(1)?,
            channel_id: None,
            rule: row.at(2)?,
            actor: row.at(3)?,
            created_at: row.at(4)?,
        });
    }
    let mut contacts = Vec::new();
    for row in w.tx.query(
        "SELECT id, channel_id FROM contacts WHERE organization_id = $1 AND customer_id = $2 AND merged_into IS NULL
         ORDER BY created_at, id LIMIT 100",
        params![organization, contact.customer_id],
    )? {
        contacts.push((row.at(0)?, row.at(1)?));
    }
    let mut merge_proposals = Vec::new();
    for row in w.tx.query(
        "SELECT kind, value, customer_id, actor, created_at FROM merge_proposals
         WHERE organization_id = $1 AND contact_id = $2 AND dismissed_at IS NULL ORDER BY created_at, kind, value LIMIT 50",
        params![organization, id],
    )? {
        let customer_id: CustomerId = row.at(2)?;
        let sql = format!(
            "SELECT {COLUMNS} FROM contacts c WHERE c.organization_id = $1 AND c.customer_id = $2 AND c.merged_into IS NULL
             ORDER BY c.created_at, c.id LIMIT 5"
        );
        let rows = w.tx.query(&sql, params![organization, customer_id])?;
        merge_proposals.push(ProposalRow {
            kind: row.at(0)?,
            value: row.at(1)?,
            customer_id,
            actor: row.at(3)?,
            created_at: row.at(4)?,
            contacts: rows.iter().map(Contact::from_row).collect::<Result<_>>()?,
        });
    }
    Ok(Identity { contact, identifiers, contacts, merge_proposals })
}
