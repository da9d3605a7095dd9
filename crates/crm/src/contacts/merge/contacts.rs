//! Two contacts of one channel become one: what each had is the survivor's, the other is an alias.

use serde_json::json;
use store::params;

use super::before::{Columns, ContactsBefore};
use super::follow;
use crate::contacts::{ChatStatus, Contact, ValueSource, save};
use crate::conversations;
use crate::customers::{self, Proposed};
use crate::error::Result;
use crate::events::{self, Fact, Topic};
use crate::id::{ContactId, MergeId, TicketId};
use crate::search;
use crate::tickets::{self, TicketStatus};
use crate::work::Work;

pub(super) fn join(
    w: &mut Work<'_, '_>,
    id: MergeId,
    survivor: &mut Contact,
    merged: &mut Contact,
) -> Result<ContactsBefore> {
    let organization = w.caller.organization;
    let (survivor_was, merged_was) = (Columns::of(survivor), Columns::of(merged));
    let read = [conversations::marker_of(w, survivor.id)?, conversations::marker_of(w, merged.id)?];
    let unread = conversations::unread_of(w, survivor.id)? + conversations::unread_of(w, merged.id)?;
    let closed_ticket = close_younger(w, survivor, merged)?;
    follow::take_along(w, id, merged.id, survivor.id)?;
    let mut identifiers = Vec::new();
    for row in w.tx.query(
        "UPDATE contact_identifiers SET contact_id = $3 WHERE organization_id = $1 AND contact_id = $2
         RETURNING channel_id, kind, value",
        params![organization, merged.id, survivor.id],
    )? {
        identifiers.push((row.at(0)?, row.at(1)?, row.at(2)?));
    }
    let (tags, tags_added) = share(w, "contact_tags", "tag_id", merged.id, survivor.id)?;
    let (agents, agents_added) = share(w, "contact_agents", "member_id", merged.id, survivor.id)?;
    let (proposals, proposals_added) = take_proposals(w, merged.id, survivor.id)?;
    let drafts = conversations::take_drafts(w, merged.id, survivor.id)?;
    let mut stubs = Vec::new();
    for row in w.tx.query(
        "UPDATE contacts SET merged_into = $3 WHERE organization_id = $1 AND merged_into = $2 RETURNING id",
        params![organization, merged.id, survivor.id],
    )? {
        stubs.push(row.at(0)?);
    }
    absorb(survivor, merged)?;
    survivor.stage_id = match tickets::open_ticket_of(w, survivor.id)? {
        Some(open) => Some(open.stage_id),
        None => survivor.stage_id.or(merged.stage_id),
    };
    save(w, survivor)?;
    // Found by the other's number as well.
    search::contact_written(w, survivor)?;
    *merged = Contact {
        name: None,
        name_source: None,
        phone: None,
        phone_source: None,
        email: None,
        email_source: None,
        wa_id: None,
        username: None,
        metadata: "{}".to_owned(),
        stage_id: None,
        merged_into: Some(survivor.id),
        ..merged.clone()
    };
    save(w, merged)?;
    Ok(ContactsBefore {
        survivor: survivor_was,
        merged_as: Columns::of(survivor),
        merged: merged_was,
        identifiers,
        tags,
        tags_added,
        agents,
        agents_added,
        proposals,
        proposals_added,
        stubs,
        closed_ticket,
        read,
        unread,
        drafts,
    })
}

/// Kind and value of a proposal.
type OfWhom = (String, String);

/// Proposals of the one are the other's: all that it had, and of whom those were that are new.
fn take_proposals(w: &mut Work<'_, '_>, from: ContactId, to: ContactId) -> Result<(Vec<Proposed>, Vec<OfWhom>)> {
    let sql = format!(
        "DELETE FROM merge_proposals WHERE organization_id = $1 AND contact_id = $2 RETURNING {}",
        Proposed::COLUMNS
    );
    let rows = w.tx.query(&sql, params![w.caller.organization, from])?;
    let all = rows.iter().map(Proposed::from_row).collect::<Result<Vec<Proposed>>>()?;
    let mut added = Vec::new();
    for proposed in &all {
        if proposed.propose(w, to)? {
            added.push((proposed.kind.clone(), proposed.value.clone()));
        }
    }
    Ok((all, added))
}

/// What the survivor lacks and the other has.
fn absorb(survivor: &mut Contact, merged: &Contact) -> Result<()> {
    if survivor.name.is_none() || (weak(survivor.name_source) && !weak(merged.name_source) && merged.name.is_some()) {
        (survivor.name, survivor.name_source) = (merged.name.clone(), merged.name_source);
    }
    if survivor.email.is_none() {
        (survivor.email, survivor.email_source) = (merged.email.clone(), merged.email_source);
    }
    if survivor.phone.is_none() {
        (survivor.phone, survivor.phone_source) = (merged.phone.clone(), merged.phone_source);
    }
    // As WhatsApp writes a number it goes with that number only: what is sent to the one is not to go to the other.
    if survivor.wa_id.is_none() && survivor.phone == merged.phone {
        survivor.wa_id.clone_from(&merged.wa_id);
    }
    survivor.username = survivor.username.take().or_else(|| merged.username.clone());
    let mut metadata = survivor.metadata()?;
    for (key, value) in merged.metadata()?.iter() {
        if !metadata.contains_key(key) {
            metadata.push(key, value.clone());
        }
    }
    // Two of the largest size together are over the bound: then the survivor's stay alone, the others with the merge.
    if let Ok(text) = customers::metadata_text(metadata, "") {
        survivor.metadata = text;
    }
    survivor.blocked |= merged.blocked;
    survivor.assistant_paused |= merged.assistant_paused;
    survivor.is_chat_read &= merged.is_chat_read;
    let waits = ChatStatus::Unattended;
    if merged.chat_status == waits && merged.last_message_at >= survivor.last_message_at {
        survivor.chat_status = waits;
    }
    survivor.last_message_at = survivor.last_message_at.max(merged.last_message_at);
    survivor.last_inbound_at = survivor.last_inbound_at.max(merged.last_inbound_at);
    survivor.moved_at = survivor.moved_at.max(merged.moved_at);
    // Whoever said it last.
    if merged.preference_at > survivor.preference_at {
        (survivor.preference_at, survivor.opted_out_at) = (merged.preference_at, merged.opted_out_at);
    }
    Ok(())
}

fn weak(source: Option<ValueSource>) -> bool {
    source.is_none_or(ValueSource::yields_to_inference)
}

/// Of two open tickets the older stays. Answers the other, closed.
fn close_younger(w: &mut Work<'_, '_>, survivor: &Contact, merged: &Contact) -> Result<Option<TicketId>> {
    let (Some(a), Some(b)) = (tickets::open_ticket_of(w, survivor.id)?, tickets::open_ticket_of(w, merged.id)?) else {
        return Ok(None);
    };
    let mut younger = if (a.created_at, a.id) <= (b.created_at, b.id) { b } else { a };
    younger.status = TicketStatus::Closed;
    younger.reason = Some("merged".to_owned());
    younger.closed_at = Some(w.now);
    tickets::save(w, &mut younger)?;
    let data = json!({"ticket": younger.snapshot(), "reason": "merged"});
    let fact = Fact::new(Topic::TicketClosed).contact(younger.contact_id).ticket(younger.id).data(data);
    events::record(w, fact.previous(json!({"status": "open"})))?;
    Ok(Some(younger.id))
}

/// Gives the survivor what it has not of a set (tags, agents): all that the other had, and what was new of it.
fn share<T>(w: &mut Work<'_, '_>, table: &str, column: &str, from: ContactId, to: ContactId) -> Result<(Vec<T>, Vec<T>)>
where
    T: store::FromValue,
{
    let organization = w.caller.organization;
    let added = w.tx.query(
        &format!(
            "INSERT INTO {table} (organization_id, contact_id, {column}, created_at)
             SELECT organization_id, $3, {column}, created_at FROM {table} WHERE organization_id = $1 AND contact_id = $2
             ON CONFLICT (organization_id, contact_id, {column}) DO NOTHING RETURNING {column}"
        ),
        params![organization, from, to],
    )?;
    let all = w.tx.query(
        &format!("DELETE FROM {table} WHERE organization_id = $1 AND contact_id = $2 RETURNING {column}"),
        params![organization, from],
    )?;
    let first = |rows: &[store::Row]| rows.iter().map(|row| Ok(row.at(0)?)).collect::<Result<Vec<T>>>();
    Ok((first(&all)?, first(&added)?))
}
