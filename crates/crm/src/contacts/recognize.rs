//! Whom a channel's provider speaks of. A person goes by several ids (phone, business-scoped user id); any of them finds the
//! contact, all of them are kept, and where one payload names two contacts they are one person.
//!
//! Probed by writing, like `customers::find_or_create`: an id's row is inserted first, and whoever inserts it makes the
//! contact.

use store::{Engine, params};
use structuring::phone::Phone;

use super::merge::{MergeRule, merge};
use super::{COLUMNS, Contact, ValueSource, save};
use crate::access::Actor;
use crate::channels::Channel;
use crate::customers::{self, Found, Who};
use crate::error::{Error, Result};
use crate::events::{self, Fact, Topic};
use crate::id::ContactId;
use crate::messages::Person;
use crate::search;
use crate::time::Timestamp;
use crate::work::Work;

/// What it is that names a person. Providers repeat and reorder, and what is old brings no old name back.
#[derive(Debug, Clone, Copy)]
pub struct Naming<'a> {
    /// By the provider's clock; none where it says none: it counts where nothing is known yet.
    pub at: Option<Timestamp>,
    /// The provider's id of the message in it.
    pub message: Option<&'a str>,
}

/// Finds the contact or makes it. `new`: who they are from now on as well. `rule` says why two that turn out to be one are
/// joined.
pub fn recognize(
    w: &mut Work<'_, '_>,
    channel: &Channel,
    person: &Person,
    new_ids: Option<&Person>,
    rule: MergeRule,
    naming: Naming<'_>,
) -> Result<Found> {
    let ids: Vec<_> = ids_of(person).chain(new_ids.into_iter().flat_map(ids_of)).collect();
    if ids.is_empty() {
        return Err(Error::Internal("a person without any id".into()));
    }
    let new: ContactId = w.new_id();
    let mut known: Vec<ContactId> = Vec::new();
    let mut added = Vec::new();
    for (kind, value) in ids {
        match claim(w, channel, kind, value, known.first().copied().unwrap_or(new))? {
            Some(owner) if known.contains(&owner) => {}
            Some(owner) => known.push(owner),
            None => added.push((kind, value)),
        }
    }
    let Some(mut first) = known.first().copied() else {
        let who = Who { phone: person.phone.clone(), ..Who::default() };
        let told = new_ids.unwrap_or(person);
        let mut contact = customers::create_contact(w, channel, &who, new, |contact| {
            describe(contact, person, true, true);
            describe(contact, told, true, true)
        })?;
        same_user_elsewhere(w, channel, &mut contact, person)?;
        return Ok(Found { contact, created: true });
    };
    for other in known.iter().skip(1) {
        first = merge(w, first, *other, rule)?.contact;
    }
    if known.len() > 1 || !added.is_empty() {
        // What was claimed before an owner was found names nobody yet.
        w.tx.execute(
            "UPDATE contact_identifiers SET contact_id = $3 WHERE organization_id = $1 AND contact_id = $2",
            params![w.caller.organization, new, first],
        )?;
    }
    let sql = format!("SELECT {COLUMNS} FROM contacts c WHERE c.organization_id = $1 AND c.id = $2");
    let row = w.tx.query_one(&sql, params![w.caller.organization, first])?;
    let mut contact = Contact::from_row(&row)?;
    learn(w, channel, &mut contact, person, new_ids, &added, naming)?;
    Ok(Found { contact, created: false })
}

fn ids_of(person: &Person) -> impl Iterator<Item = (&'static str, &str)> {
    let phone = person.phone.as_ref().map(|phone| ("phone", phone.as_str()));
    let bsuid = person.bsuid.as_deref().map(|id| ("bsuid", id));
    let parent = person.parent_bsuid.as_deref().map(|id| ("parent_bsuid", id));
    [phone, bsuid, parent].into_iter().flatten()
}

/// Writes the id's row for `candidate`; the owner where somebody has it.
fn claim(
    w: &mut Work<'_, '_>,
    channel: &Channel,
    kind: &str,
    value: &str,
    candidate: ContactId,
) -> Result<Option<ContactId>> {
    // Nearly everybody is known. Where one writes at a time, looking first is safe and saves the attempt; on PostgreSQL it
    // would be what two new people at once trip over.
    if w.tx.engine() == Engine::Sqlite
        && let Some(owner) = owner_of(w, channel, kind, value)?
    {
        return Ok(Some(owner));
    }
    let inserted = w.tx.execute(
        "INSERT INTO contact_identifiers (organization_id, channel_id, kind, value, contact_id, actor, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (organization_id, channel_id, kind, value) DO NOTHING",
        params![w.caller.organization, channel.id, kind, value, candidate, w.caller.actor.to_string(), w.now],
    )?;
    if inserted == 1 {
        return Ok(None);
    }
    owner_of(w, channel, kind, value)
}

fn owner_of(w: &mut Work<'_, '_>, channel: &Channel, kind: &str, value: &str) -> Result<Option<ContactId>> {
    let row = w.tx.query_opt(
        "SELECT contact_id FROM contact_identifiers
         WHERE organization_id = $1 AND channel_id = $2 AND kind = $3 AND value = $4",
        params![w.caller.organization, channel.id, kind, value],
    )?;
    Ok(row.map(|row| row.at(0)).transpose()?)
}

/// What the person's profile says, where nobody here said it; whether anything is another now. A number other than the
/// contact's own is theirs too, and becomes it only where it is new (`moved`). What is not `fresh` says only what nothing
/// else has said.
fn describe(contact: &mut Contact, person: &Person, moved: bool, fresh: bool) -> bool {
    let before = (contact.name.clone(), contact.phone.clone(), contact.wa_id.clone(), contact.username.clone());
    let own = contact.name.is_none() || (fresh && contact.name_source == Some(ValueSource::Channel));
    if own && person.name.is_some() {
        (contact.name, contact.name_source) = (person.name.clone(), Some(ValueSource::Channel));
    }
    if let Some(phone) = &person.phone {
        if moved || contact.phone.is_none() {
            (contact.phone, contact.phone_source) = (Some(phone.as_str().to_owned()), None);
        }
        let new = before.1 != contact.phone;
        if contact.phone.as_deref() == Some(phone.as_str()) && (fresh || new || contact.wa_id.is_none()) {
            contact.wa_id.clone_from(&person.wa_id);
        }
    }
    if person.username.is_some() && (fresh || contact.username.is_none()) {
        contact.username.clone_from(&person.username);
    }
    before != (contact.name.clone(), contact.phone.clone(), contact.wa_id.clone(), contact.username.clone())
}

/// Whether the contact has not written since. The provider's clock has whole seconds: within one it may have.
fn is_fresh(contact: &Contact, naming: Naming<'_>) -> bool {
    let seconds = |at: Timestamp| at.micros() / 1_000_000;
    match (naming.at, contact.last_inbound_at) {
        (_, None) => true,
        (Some(at), Some(last)) => seconds(at) >= seconds(last),
        (None, Some(_)) => false,
    }
}

/// Whether the message that names the person is here already, and all that it says of them was taken when it came.
fn is_known(w: &mut Work<'_, '_>, channel: &Channel, naming: Naming<'_>) -> Result<bool> {
    let Some(message) = naming.message else { return Ok(false) };
    let known = w.tx.query_opt(
        "SELECT 1 AS known FROM messages WHERE organization_id = $1 AND channel_id = $2 AND provider_id = $3",
        params![w.caller.organization, channel.id, message],
    )?;
    Ok(known.is_some())
}

/// Brings a known contact up to date, with its event.
fn learn(
    w: &mut Work<'_, '_>,
    channel: &Channel,
    contact: &mut Contact,
    person: &Person,
    new_ids: Option<&Person>,
    added: &[(&str, &str)],
    naming: Naming<'_>,
) -> Result<()> {
    let before = contact.clone();
    let fresh = is_fresh(contact, naming);
    let moved = new_ids.is_none() && added.iter().any(|(kind, _)| *kind == "phone");
    let mut changed = describe(contact, person, moved, fresh);
    let told_at = naming.at.unwrap_or(w.now).min(w.now);
    if let Some(new_ids) = new_ids {
        // One that comes after a newer one says where they were in between.
        let newest = contact.moved_at.is_none_or(|known| known <= told_at);
        changed |= describe(contact, new_ids, newest, fresh);
    }
    // A number that is told of, in place of another. Of a message the sender's is its own, and of who had none it is the first.
    let told = new_ids.or(Some(person).filter(|_| moved && naming.message.is_none()));
    let known_by = new_ids.and(person.phone.as_ref()).map(Phone::as_str).or(before.phone.as_deref());
    let told = told.and_then(|told| told.phone.as_ref());
    let told = told.filter(|told| known_by.is_some_and(|known| known != told.as_str()));
    let moves = told.is_some() && contact.moved_at.is_none_or(|known| known < told_at);
    if moves {
        contact.moved_at = Some(told_at);
        changed = true;
    }
    // Asked only now: nearly nobody's profile is another than it was.
    if changed && added.is_empty() && is_known(w, channel, naming)? {
        *contact = before;
        return Ok(());
    }
    if !changed && added.is_empty() {
        return Ok(());
    }
    if changed {
        save(w, contact)?;
    }
    if let Some(told) = told.filter(|_| moves) {
        w.tx.execute(
            "UPDATE contact_identifiers SET told_at = $4
             WHERE organization_id = $1 AND channel_id = $2 AND kind = 'phone' AND value = $3",
            params![w.caller.organization, channel.id, told.as_str(), told_at],
        )?;
    }
    if added.iter().any(|(kind, _)| *kind == "phone") {
        search::contact_written(w, contact)?;
    }
    let mut data = serde_json::Map::new();
    let mut previous = serde_json::Map::new();
    for (name, now, then) in [
        ("name", &contact.name, &before.name),
        ("phone", &contact.phone, &before.phone),
        ("wa_id", &contact.wa_id, &before.wa_id),
        ("username", &contact.username, &before.username),
    ] {
        if now != then {
            data.insert(name.to_owned(), serde_json::json!(now));
            previous.insert(name.to_owned(), serde_json::json!(then));
        }
    }
    if !added.is_empty() {
        let added: Vec<_> =
            added.iter().map(|(kind, value)| serde_json::json!({"kind": kind, "value": value})).collect();
        data.insert("identifiers_added".to_owned(), added.into());
    }
    let fact = Fact::new(Topic::ContactUpdated).contact(contact.id).by(Actor::Contact(contact.id));
    let fact = fact.data(serde_json::Value::Object(data)).previous(serde_json::Value::Object(previous));
    events::record(w, fact)?;
    let setup = w.setup.clone();
    if let Some(channel) = setup.channel(contact.channel_id) {
        same_number_elsewhere(w, contact, &before)?;
        same_user_elsewhere(w, channel, contact, new_ids.unwrap_or(person))?;
    }
    Ok(())
}

/// A number that WhatsApp gives a contact joins the customers who have it: it is proven.
fn same_number_elsewhere(w: &mut Work<'_, '_>, contact: &mut Contact, before: &Contact) -> Result<()> {
    let Some(phone) = contact.phone.clone().filter(|_| contact.phone != before.phone) else { return Ok(()) };
    let owner = customers::register(w, "phone", &phone, contact.customer_id, "same_phone")?;
    join_customer(w, contact, owner)
}

/// Two numbers of one WhatsApp Business account see one business-scoped id.
fn same_user_elsewhere(w: &mut Work<'_, '_>, channel: &Channel, contact: &mut Contact, person: &Person) -> Result<()> {
    let Some(bsuid) = &person.bsuid else { return Ok(()) };
    let Some(account) = channel.settings.get("waba_id").and_then(serde_json::Value::as_str) else { return Ok(()) };
    let kind = format!("bsuid:{account}");
    let owner = customers::register(w, &kind, bsuid, contact.customer_id, "same_bsuid")?;
    join_customer(w, contact, owner)
}

fn join_customer(w: &mut Work<'_, '_>, contact: &mut Contact, owner: crate::id::CustomerId) -> Result<()> {
    if owner == contact.customer_id {
        return Ok(());
    }
    let other = w.tx.query_opt(
        "SELECT id FROM contacts WHERE organization_id = $1 AND customer_id = $2 AND merged_into IS NULL
         ORDER BY created_at, id LIMIT 1",
        params![w.caller.organization, owner],
    )?;
    if let Some(other) = other {
        merge(w, contact.id, other.at(0)?, MergeRule::OnePayload)?;
        *contact = Contact::get(w, contact.id)?;
    }
    Ok(())
}
