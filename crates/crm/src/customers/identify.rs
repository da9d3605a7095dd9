//! Finds the contact that a channel knows by a phone number or a user id, or makes it together with its customer.
//!
//! Probed by writing: the identifier's row is inserted first, and whoever inserts it makes the contact. Two at once
//! meet on that row; the second waits and finds the first one's contact.

use store::params;
use structuring::phone::Phone;

use super::identifiers::{customer_of, register, register_new};
use super::join::Joined;
use crate::channels::Channel;
use crate::contacts::{self, ChatStatus, Contact, ValueSource};
use crate::error::{Error, Result};
use crate::events::{self, Fact, Topic};
use crate::id::{ContactId, CustomerId};
use crate::work::Work;

/// Who somebody is on a channel. On phone channels the phone, on webchat the user id says it.
#[derive(Debug, Clone, Default)]
pub struct Who {
    pub phone: Option<Phone>,
    pub external_user_id: Option<String>,
    /// Identifier fields with an explicit value: (field key, value as compared).
    pub identifiers: Vec<(String, String)>,
    /// Where the phone was only found in a record: pointer of the member that would have said it.
    pub inferred_for: Option<&'static str>,
    /// Named by its id, of this channel: nothing else is looked at.
    pub contact: Option<ContactId>,
}

#[derive(Debug)]
pub struct Found {
    pub contact: Contact,
    pub created: bool,
}

pub fn find_or_create(w: &mut Work<'_, '_>, channel: &Channel, who: &Who) -> Result<Found> {
    let found = find_or_begin(w, channel, who)?;
    if found.created {
        record_created(w, &found.contact)?;
    }
    Ok(found)
}

/// The same, where [`apply`](super::apply) follows with what else is known: it tells of a contact that was created, so that the
/// event has it all.
pub fn find_or_begin(w: &mut Work<'_, '_>, channel: &Channel, who: &Who) -> Result<Found> {
    if let Some(id) = who.contact {
        return Ok(Found { contact: Contact::get(w, id)?, created: false });
    }
    let (kind, value) = if channel.channel_type.by_phone() {
        ("phone", who.phone.as_ref().map(Phone::as_str))
    } else {
        ("external_user_id", who.external_user_id.as_deref())
    };
    let value = value.ok_or_else(|| Error::Internal(format!("a contact without its {kind}")))?;
    let id: ContactId = w.new_id();
    let claimed = w.tx.execute(
        "INSERT INTO contact_identifiers (organization_id, channel_id, kind, value, contact_id, actor, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (organization_id, channel_id, kind, value) DO NOTHING",
        params![w.caller.organization, channel.id, kind, value, id, w.caller.actor.to_string(), w.now],
    )?;
    if claimed == 0 {
        let sql = format!(
            "SELECT {} FROM contact_identifiers i
             JOIN contacts c ON c.organization_id = i.organization_id AND c.id = i.contact_id
             WHERE i.organization_id = $1 AND i.channel_id = $2 AND i.kind = $3 AND i.value = $4",
            contacts::COLUMNS
        );
        let row = w.tx.query_one(&sql, params![w.caller.organization, channel.id, kind, value])?;
        return Ok(Found { contact: Contact::from_row(&row)?, created: false });
    }
    let contact = make_contact(w, channel, who, id, |_| false)?;
    Ok(Found { contact, created: true })
}

/// Makes a contact whose identifier was just claimed for `id`, and its customer; `describe` adds what else is known.
pub(crate) fn create_contact(
    w: &mut Work<'_, '_>,
    channel: &Channel,
    who: &Who,
    id: ContactId,
    describe: impl FnOnce(&mut Contact) -> bool,
) -> Result<Contact> {
    let contact = make_contact(w, channel, who, id, describe)?;
    record_created(w, &contact)?;
    Ok(contact)
}

pub(super) fn record_created(w: &mut Work<'_, '_>, contact: &Contact) -> Result<()> {
    let snapshot = contact.snapshot(w);
    events::record(w, Fact::new(Topic::ContactCreated).contact(contact.id).data(snapshot))?;
    Ok(())
}

fn make_contact(
    w: &mut Work<'_, '_>,
    channel: &Channel,
    who: &Who,
    id: ContactId,
    describe: impl FnOnce(&mut Contact) -> bool,
) -> Result<Contact> {
    let (customer_id, joined) = customer_for_new(w, who, id)?;
    let said = who.phone.is_some() && !channel.channel_type.by_phone();
    let mut contact = Contact {
        id,
        customer_id,
        channel_id: channel.id,
        name: None,
        name_source: None,
        phone: who.phone.as_ref().map(|p| p.as_str().to_owned()),
        phone_source: said.then_some(ValueSource::Explicit),
        email: None,
        email_source: None,
        external_user_id: who.external_user_id.clone(),
        wa_id: None,
        username: None,
        metadata: "{}".to_owned(),
        stage_id: None,
        chat_status: ChatStatus::Attended,
        blocked: false,
        is_chat_read: true,
        last_message_at: None,
        last_inbound_at: None,
        moved_at: None,
        opted_out_at: None,
        preference_at: None,
        assistant_paused: false,
        merged_into: None,
        version: 0,
        created_at: w.now,
        updated_at: w.now,
        words_hash: 0,
    };
    describe(&mut contact);
    contacts::insert(w, &mut contact)?;
    if let Some(joined) = joined {
        contacts::note_joined(w, id, joined)?;
    }
    Ok(contact)
}

/// The customer of a contact that did not exist: whoever the phone or an identifier field names, else a new one. Where the field
/// alone names them, what an undo needs to make two of them.
fn customer_for_new(w: &mut Work<'_, '_>, who: &Who, contact: ContactId) -> Result<(CustomerId, Option<Joined>)> {
    let mut known = None;
    for (key, value) in &who.identifiers {
        known = known.or(customer_of(w, &format!("field:{key}"), value)?);
    }
    let new: CustomerId = w.new_id();
    let joined = known.map(|known| Joined::of_new(new, known, w.now, contact));
    let Some(phone) = &who.phone else {
        return match known {
            Some(customer) => Ok((customer, joined)),
            None => Ok((create(w, new)?, None)),
        };
    };
    // The phone goes first: it is what the channel itself proves.
    let candidate = known.unwrap_or(new);
    if register_new(w, "phone", phone.as_str(), candidate, "same_phone")? {
        return match joined {
            Some(joined) => Ok((candidate, Some(joined.with("phone", phone.as_str())))),
            None => Ok((create(w, new)?, None)),
        };
    }
    let owner = register(w, "phone", phone.as_str(), candidate, "same_phone")?;
    if owner == new { Ok((create(w, new)?, None)) } else { Ok((owner, None)) }
}

fn create(w: &mut Work<'_, '_>, id: CustomerId) -> Result<CustomerId> {
    w.tx.execute(
        "INSERT INTO customers (organization_id, id, created_at) VALUES ($1, $2, $3)",
        params![w.caller.organization, id, w.now],
    )?;
    Ok(id)
}
