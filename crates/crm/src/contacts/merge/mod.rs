//! Making two contacts one. The older stays; the other's id answers as it for ever. On one channel everything moves; contacts
//! of two channels stay where they are and become one customer's. What is moved is listed and what is changed is kept as it
//! was, so that an undo makes two of them again.

mod before;
mod contacts;
mod follow;
mod list;
mod pieces;
mod undo;

pub use follow::{Follows, NAMED};
pub use list::{MergeRow, merge_row, merges_of};
pub use pieces::move_on;
pub use undo::undo_merge;

use serde_json::json;
use store::params;

use self::before::Before;
use self::pieces::move_messages;
use super::Contact;
use crate::conversations;
use crate::customers::{self, Joined};
use crate::error::{Error, Result};
use crate::events::{self, Fact, Topic};
use crate::id::{ContactId, MergeId};
use crate::wire_enum;
use crate::work::Work;

/// Messages that move within the call itself; the rest follows in pieces.
pub const MOVED_AT_ONCE: i64 = 2000;

wire_enum! {
    /// Why.
    pub enum MergeRule {
        /// The channel named both in one breath.
        OnePayload = "one_payload",
        /// WhatsApp says that the person has the other's number now.
        NumberChanged = "number_changed",
        /// Somebody decided it.
        Decided = "decided",
        /// A new contact came with an identifier of the other's customer.
        SameIdentifier = "same_identifier",
    }
}

wire_enum! {
    pub enum MergeStatus {
        /// Messages still follow.
        Moving = "moving",
        Done = "done",
        /// Messages still go back.
        Undoing = "undoing",
        Undone = "undone",
    }
}

#[derive(Debug, Clone)]
pub struct Merged {
    pub id: MergeId,
    /// The one that stays.
    pub contact: ContactId,
    /// The one that turned out to be it; on another channel it stays as well, and is the same customer's.
    pub merged: ContactId,
    pub status: MergeStatus,
    /// Whether they are one contact now, or two of one customer.
    pub one_contact: bool,
}

/// Either order; a merge of these two that stands is answered again. 409 `same_contact` where they are one otherwise.
pub fn merge(w: &mut Work<'_, '_>, a: ContactId, b: ContactId, rule: MergeRule) -> Result<Merged> {
    if let Some(standing) = standing(w, a, b)? {
        return Ok(standing);
    }
    let (a, b) = (Contact::get(w, a)?, Contact::get(w, b)?);
    if a.id == b.id {
        return Err(Error::conflict("same_contact", "These two are one contact already."));
    }
    let a_first = (a.created_at, a.id) <= (b.created_at, b.id);
    let (mut survivor, mut merged) = if a_first { (a, b) } else { (b, a) };
    let one_contact = survivor.channel_id == merged.channel_id;
    if !one_contact && survivor.customer_id == merged.customer_id {
        return Err(Error::conflict("same_customer", "These two are contacts of one customer already."));
    }
    let id: MergeId = w.new_id();
    insert(w, id, survivor.id, merged.id, rule)?;
    let customers = join_customers(w, &mut survivor, &mut merged)?;
    let contacts = if one_contact { Some(contacts::join(w, id, &mut survivor, &mut merged)?) } else { None };
    let before = Before { contacts, customers };
    keep(w, id, &before)?;
    record(w, id, &survivor, &merged, rule, &before)?;
    let mut status = MergeStatus::Done;
    if one_contact {
        let number = before.contacts.as_ref().and_then(|contacts| contacts.number());
        status = move_messages(w, id, merged.id, survivor.id, number, MOVED_AT_ONCE)?;
        let unread = before.contacts.as_ref().map_or(0, |contacts| contacts.unread);
        conversations::join(w, &survivor, &merged, unread)?;
    }
    set_status(w, id, status)?;
    Ok(Merged { id, contact: survivor.id, merged: merged.id, status, one_contact })
}

/// A contact was joined to another's customer by an identifier: noted like a merge of two channels, with the oldest contact of
/// that customer, so that it can be undone. None where that customer has no other contact.
pub(crate) fn note_joined(w: &mut Work<'_, '_>, contact: ContactId, joined: Joined) -> Result<Option<MergeId>> {
    let row = w.tx.query_opt(
        "SELECT id FROM contacts WHERE organization_id = $1 AND customer_id = $2 AND id <> $3 AND merged_into IS NULL
         ORDER BY created_at, id LIMIT 1",
        params![w.caller.organization, joined.kept, contact],
    )?;
    let Some(row) = row else { return Ok(None) };
    let owner: ContactId = row.at(0)?;
    let id: MergeId = w.new_id();
    insert(w, id, owner, contact, MergeRule::SameIdentifier)?;
    keep(w, id, &Before { contacts: None, customers: Some(joined) })?;
    set_status(w, id, MergeStatus::Done)?;
    Ok(Some(id))
}

/// A merge by an identifier made them one customer's only: whoever decides may still make one contact of them.
fn standing(w: &mut Work<'_, '_>, a: ContactId, b: ContactId) -> Result<Option<Merged>> {
    let row = w.tx.query_opt(
        "SELECT id FROM merges WHERE organization_id = $1 AND contact_id IN ($2, $3) AND merged_id IN ($2, $3)
           AND status IN ('moving', 'done') AND rule <> $4 ORDER BY id DESC LIMIT 1",
        params![w.caller.organization, a, b, MergeRule::SameIdentifier],
    )?;
    let id: Option<MergeId> = row.map(|row| row.at(0)).transpose()?;
    id.map(|id| Ok(merge_row(w, id)?.merged)).transpose()
}

fn keep(w: &mut Work<'_, '_>, id: MergeId, before: &Before) -> Result<()> {
    let text = serde_json::to_string(before).map_err(|error| Error::Internal(format!("a merge: {error}")))?;
    w.tx.execute(
        "UPDATE merges SET before = $3 WHERE organization_id = $1 AND id = $2",
        params![w.caller.organization, id, text],
    )?;
    Ok(())
}

fn insert(w: &mut Work<'_, '_>, id: MergeId, survivor: ContactId, merged: ContactId, rule: MergeRule) -> Result<()> {
    w.tx.execute(
        "INSERT INTO merges (organization_id, id, contact_id, merged_id, rule, status, before, actor, created_at)
         VALUES ($1, $2, $3, $4, $5, 'moving', '{}', $6, $7)",
        params![w.caller.organization, id, survivor, merged, rule, w.caller.actor.to_string(), w.now],
    )?;
    Ok(())
}

fn set_status(w: &mut Work<'_, '_>, id: MergeId, status: MergeStatus) -> Result<()> {
    w.tx.execute(
        "UPDATE merges SET status = $3 WHERE organization_id = $1 AND id = $2",
        params![w.caller.organization, id, status],
    )?;
    Ok(())
}

fn record(
    w: &mut Work<'_, '_>,
    id: MergeId,
    survivor: &Contact,
    merged: &Contact,
    rule: MergeRule,
    before: &Before,
) -> Result<()> {
    let data = json!({
        "merge_id": id,
        "contact_id": survivor.id,
        "merged_contact_id": merged.id,
        "one_contact": before.contacts.is_some(),
        "customer_id": survivor.customer_id,
        "rule": rule,
        "identifiers": before.contacts.as_ref().map(|contacts| &contacts.identifiers),
        "closed_ticket_id": before.contacts.as_ref().and_then(|contacts| contacts.closed_ticket),
    });
    let gone = before.customers.as_ref().map(|customers| customers.gone);
    let previous = json!({"merged_customer_id": gone.unwrap_or(survivor.customer_id)});
    let fact = Fact::new(Topic::ContactMerged).contact(survivor.id).data(data).previous(previous);
    events::record(w, fact.subject(json!({"merge_id": id, "merged_contact_id": merged.id})))?;
    Ok(())
}

fn join_customers(w: &mut Work<'_, '_>, survivor: &mut Contact, merged: &mut Contact) -> Result<Option<Joined>> {
    let (kept, gone) = (survivor.customer_id, merged.customer_id);
    if kept == gone {
        return Ok(None);
    }
    let joined = customers::join(w, gone, kept)?;
    merged.version += 1;
    merged.customer_id = kept;
    Ok(Some(joined))
}
