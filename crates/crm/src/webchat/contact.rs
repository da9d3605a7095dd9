//! The contact behind a visitor: made when something is first said. Probed by writing, like every contact: two tabs at once
//! meet on the identifier's row.

use serde_json::{Map, Value, json};
use store::params;

use super::visitor::Visitor;
use super::{CLAIMED, USER, VISITOR};
use crate::channels::Channel;
use crate::checks;
use crate::contacts::{self, Contact, Edit, by_identifier};
use crate::customers::{self, Found, Who};
use crate::error::{Error, Problems, Result};
use crate::events::{self, Fact, Topic};
use crate::id::{ChannelId, ContactId, VisitorId};
use crate::work::Work;

/// Longest name, in characters, and e-mail address, in bytes, as the API takes them.
const NAME: usize = 255;
const EMAIL: usize = 255;

/// Finds it, or makes it.
pub fn contact_of(w: &mut Work<'_, '_>, channel: &Channel, visitor: &mut Visitor) -> Result<Found> {
    if let Some(id) = visitor.contact_id {
        return Ok(Found { contact: Contact::get(w, id)?, created: false });
    }
    let found = match (&visitor.user_id, visitor.signed) {
        (Some(user), true) => {
            let who = Who { external_user_id: Some(user.clone()), ..Who::default() };
            let mut found = customers::find_or_create(w, channel, &who)?;
            if let Some(survivor) = found.contact.merged_into {
                found.contact = Contact::get(w, survivor)?;
            }
            found
        }
        _ => unknown(w, channel, visitor)?,
    };
    visitor.contact_id = Some(found.contact.id);
    w.tx.execute(
        "UPDATE webchat_visitors SET contact_id = $3 WHERE organization_id = $1 AND id = $2",
        params![w.caller.organization, visitor.id, found.contact.id],
    )?;
    let contact = match &visitor.profile {
        Some(profile) if visitor.signed => signed_profile(w, found.contact, profile)?,
        _ => found.contact,
    };
    Ok(Found { contact, created: found.created })
}

fn unknown(w: &mut Work<'_, '_>, channel: &Channel, visitor: &Visitor) -> Result<Found> {
    let value = visitor.id.to_string();
    let id: ContactId = w.new_id();
    if !identifier(w, channel, VISITOR, &value, id)? {
        let contact = by_identifier(w, VISITOR, &[(channel.id, value)])?;
        let contact = contact.ok_or_else(|| Error::Internal("a visitor's contact vanished".into()))?;
        return Ok(Found { contact: Contact::get(w, contact.id)?, created: false });
    }
    let mut metadata = Map::new();
    let told = [("page_url", &visitor.page_url), ("language", &visitor.language), (CLAIMED, &visitor.user_id)];
    metadata.extend(told.into_iter().filter_map(|(key, value)| Some((key.to_owned(), json!(value.as_ref()?)))));
    let contact = customers::create_contact(w, channel, &Who::default(), id, |contact| {
        contact.metadata = Value::Object(metadata).to_string();
        true
    })?;
    if let Some(user) = &visitor.user_id {
        claim_user(w, channel, &contact, user)?;
    }
    Ok(Found { contact, created: true })
}

/// Whether the contact is known by it now, because nobody was.
fn identifier(w: &mut Work<'_, '_>, channel: &Channel, kind: &str, value: &str, contact: ContactId) -> Result<bool> {
    let inserted = w.tx.execute(
        "INSERT INTO contact_identifiers (organization_id, channel_id, kind, value, contact_id, actor, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (organization_id, channel_id, kind, value) DO NOTHING",
        params![w.caller.organization, channel.id, kind, value, contact, w.caller.actor.to_string(), w.now],
    )?;
    Ok(inserted == 1)
}

/// What a page says without a signature: the contact goes by it where nobody does, beside a proposal where somebody does.
pub(super) fn claim_user(w: &mut Work<'_, '_>, channel: &Channel, contact: &Contact, user: &str) -> Result<()> {
    let place = [(channel.id, user.to_owned())];
    if let Some(known) = by_identifier(w, USER, &place)? {
        return propose_same(w, contact, USER, user, &known);
    }
    if !identifier(w, channel, CLAIMED, user, contact.id)?
        && let Some(known) = by_identifier(w, CLAIMED, &place)?
    {
        propose_same(w, contact, CLAIMED, user, &known)?;
    }
    Ok(())
}

/// Somebody may find that the two are one.
pub(super) fn propose_same(
    w: &mut Work<'_, '_>,
    contact: &Contact,
    kind: &str,
    value: &str,
    known: &Contact,
) -> Result<()> {
    if contact.id == known.id || contact.customer_id == known.customer_id {
        return Ok(());
    }
    customers::propose(w, contact, kind, value, known.customer_id)
}

/// A contact that nobody vouched for is the signed user's from now on; whose it is where somebody was faster. None where it
/// is not the visitor's alone any more: the team took it for another contact, or another user is known by it.
pub(super) fn vouch(w: &mut Work<'_, '_>, channel: &Channel, own: ContactId, user: &str) -> Result<Option<ContactId>> {
    let stored = Contact::as_stored(w.tx, w.caller.organization, own)?;
    let Some(mut contact) = stored.filter(|contact| contact.merged_into.is_none()) else { return Ok(None) };
    let others = w.tx.query_opt(
        "SELECT 1 AS one FROM contact_identifiers
         WHERE organization_id = $1 AND contact_id = $2 AND channel_id = $3 AND kind = $4 AND value <> $5 LIMIT 1",
        params![w.caller.organization, own, channel.id, USER, user],
    )?;
    if others.is_some() {
        return Ok(None);
    }
    if !identifier(w, channel, USER, user, contact.id)? {
        let known = by_identifier(w, USER, &[(channel.id, user.to_owned())])?;
        return Ok(Some(known.map_or(contact.id, |known| known.id)));
    }
    let before = contact.external_user_id.replace(user.to_owned());
    w.tx.execute(
        "UPDATE contacts SET external_user_id = $3 WHERE organization_id = $1 AND id = $2",
        params![w.caller.organization, contact.id, user],
    )?;
    contacts::save(w, &mut contact)?;
    let fact = Fact::new(Topic::ContactUpdated).contact(contact.id).data(json!({"external_user_id": user}));
    events::record(w, fact.previous(json!({"external_user_id": before})))?;
    Ok(Some(contact.id))
}

/// Name and e-mail that the page's server signed: said explicitly, as by an integration, and asked the same of. What cannot be
/// either is left out; the chat goes on without it.
pub(super) fn signed_profile(w: &mut Work<'_, '_>, contact: Contact, profile: &str) -> Result<Contact> {
    let said: Map<String, Value> = serde_json::from_str(profile).unwrap_or_default();
    let text = |name: &str| said.get(name).and_then(Value::as_str);
    let mut problems = Problems::default();
    let name = text("name").map(|name| checks::line(name, "/name", NAME, &mut problems));
    let name = name.filter(|_| problems.0.is_empty());
    let email = text("email").filter(|email| email.len() <= EMAIL).and_then(structuring::read_email);
    contacts::edit(w, contact, &Edit { name: name.map(Some), email: email.map(Some), ..Edit::default() })
}

/// The form before the chat was filled in.
pub fn introduced(w: &mut Work<'_, '_>, visitor: VisitorId) -> Result<()> {
    w.tx.execute(
        "UPDATE webchat_visitors SET introduced = $3 WHERE organization_id = $1 AND id = $2",
        params![w.caller.organization, visitor, true],
    )?;
    Ok(())
}

/// Whom a page calls so: the contact that somebody vouched for, else the one that was only claimed.
pub fn contact_of_user(w: &mut Work<'_, '_>, readings: &[(ChannelId, String)]) -> Result<Option<Contact>> {
    match by_identifier(w, USER, readings)? {
        Some(contact) => Ok(Some(contact)),
        None => by_identifier(w, CLAIMED, readings),
    }
}
