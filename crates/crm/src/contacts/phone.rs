//! The number of a contact, set by hand. Where people are reached by it, it can be corrected as long as nothing has gone to
//! them or come from them under it; afterwards it is the person's address, and whoever has another is another contact.

use store::params;
use structuring::phone::Phone;

use super::{Contact, ValueSource};
use crate::customers;
use crate::error::{Error, Result};
use crate::id::ContactId;
use crate::work::Work;

/// Whether anything is another now; the contact is to be saved then. `wanted`: none takes it away, which only a contact can
/// bear that its channel knows otherwise. 409 `phone_is_address` where the number is what the person is reached by, and
/// `phone_taken` where another contact of the channel has the wanted one.
pub(super) fn set_phone(
    w: &mut Work<'_, '_>,
    contact: &mut Contact,
    wanted: Option<&Phone>,
    source: ValueSource,
) -> Result<bool> {
    let by_phone = w.setup.channel(contact.channel_id).is_none_or(|channel| channel.channel_type.by_phone());
    if contact.phone.as_deref() == wanted.map(Phone::as_str) {
        let firm = contact.phone_source.is_some_and(|known| !known.yields_to_inference());
        let Some(phone) = wanted.filter(|_| !by_phone && !firm) else { return Ok(false) };
        // What was only read somewhere is said now.
        customers::claim_phone(w, contact, phone)?;
        contact.phone_source = Some(source);
        return Ok(true);
    }
    let mut other_own = false;
    if by_phone {
        let Some(phone) = wanted else {
            let message =
                "On this channel the number is all that the person is known by: give another one, or leave it.";
            return Err(Error::conflict("phone_is_address", message));
        };
        if is_address(w, contact)? {
            let message = "Messages went to this number, or came from it: it is the person's address. Somebody with another number is \
                           another contact; merge the two where they are one person.";
            return Err(Error::conflict("phone_is_address", message));
        }
        other_own = claim_address(w, contact, phone)?;
    }
    let before = contact.phone.take();
    contact.phone = wanted.map(|phone| phone.as_str().to_owned());
    contact.phone_source = wanted.map(|_| source);
    // Of two that are both the person's (a merge brought one) the other stays theirs.
    if let Some(before) = before.filter(|_| !other_own) {
        if by_phone {
            w.tx.execute(
                "DELETE FROM contact_identifiers WHERE organization_id = $1 AND channel_id = $2 AND kind = 'phone' AND value = $3
                   AND contact_id = $4",
                params![w.caller.organization, contact.channel_id, before, contact.id],
            )?;
        }
        customers::release_phone(w, contact, &before)?;
    }
    if let Some(phone) = wanted {
        // It may join the contact to the customer who has this number.
        customers::claim_phone(w, contact, phone)?;
    }
    Ok(true)
}

/// Whether the person was reached by the number, or is about to be, or wrote from it. A message that failed proves nobody, and what
/// came from, or went to, somebody whom the channel knows by another id proves no number.
fn is_address(w: &mut Work<'_, '_>, contact: &Contact) -> Result<bool> {
    let Some(phone) = &contact.phone else { return Ok(false) };
    if contact.wa_id.is_some() {
        return Ok(true);
    }
    let by_id = w.tx.query_opt(
        "SELECT 1 AS known FROM contact_identifiers
         WHERE organization_id = $1 AND contact_id = $2 AND channel_id = $3 AND kind = 'bsuid' LIMIT 1",
        params![w.caller.organization, contact.id, contact.channel_id],
    )?;
    let by_id = by_id.is_some();
    if !by_id && contact.last_inbound_at.is_some() {
        return Ok(true);
    }
    let row = w.tx.query_one(
        "SELECT EXISTS (SELECT 1 FROM messages m WHERE m.organization_id = $1 AND m.contact_id = $2
           AND ((m.direction = 'inbound' AND (m.address = $3 OR NOT $4))
             OR (m.direction = 'outbound' AND m.status NOT IN ('failed', 'cancelled')
                 AND (NOT $4 OR EXISTS (SELECT 1 FROM contact_identifiers i WHERE i.organization_id = $1 AND i.channel_id = $5
                                        AND i.kind = 'phone' AND i.value = $3 AND i.created_at <= m.created_at))))) AS reached",
        params![w.caller.organization, contact.id, phone, by_id, contact.channel_id],
    )?;
    Ok(row.at(0)?)
}

/// Probed by writing: of two at once one gets it. Answers whether the contact was known by it already.
fn claim_address(w: &mut Work<'_, '_>, contact: &Contact, phone: &Phone) -> Result<bool> {
    let inserted = w.tx.execute(
        "INSERT INTO contact_identifiers (organization_id, channel_id, kind, value, contact_id, actor, created_at)
         VALUES ($1, $2, 'phone', $3, $4, $5, $6) ON CONFLICT (organization_id, channel_id, kind, value) DO NOTHING",
        params![
            w.caller.organization,
            contact.channel_id,
            phone.as_str(),
            contact.id,
            w.caller.actor.to_string(),
            w.now
        ],
    )?;
    if inserted == 1 {
        return Ok(false);
    }
    let row = w.tx.query_one(
        "SELECT contact_id FROM contact_identifiers
         WHERE organization_id = $1 AND channel_id = $2 AND kind = 'phone' AND value = $3",
        params![w.caller.organization, contact.channel_id, phone.as_str()],
    )?;
    match row.at::<ContactId>(0)? {
        owner if owner == contact.id => Ok(true),
        owner => Err(Error::PhoneTaken { contact: owner }),
    }
}
