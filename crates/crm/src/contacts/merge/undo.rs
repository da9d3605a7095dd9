//! Making two contacts of one again: what the merge moved goes back, exactly that; what came since stays with the survivor.

use serde_json::json;
use store::params;
use structuring::Json;
use structuring::json::Object;

use super::before::{Before, ContactsBefore};
use super::pieces::send_back;
use super::{MOVED_AT_ONCE, MergeStatus, Merged, follow, set_status};
use crate::assignment;
use crate::contacts::{ChatStatus, Contact, save};
use crate::conversations;
use crate::customers;
use crate::error::{Error, Result};
use crate::events::{self, Fact, Topic};
use crate::id::{ContactId, MergeId, TicketId};
use crate::search;
use crate::tags;
use crate::tickets::{self, Ticket, TicketStatus};
use crate::time::Timestamp;
use crate::webchat;
use crate::work::Work;

pub(super) struct Stored {
    pub merged: Merged,
    pub before: Before,
    pub created_at: Timestamp,
}

pub(super) fn load(w: &mut Work<'_, '_>, id: MergeId) -> Result<Stored> {
    let row = w.tx.query_opt(
        "SELECT contact_id, merged_id, status, before, created_at FROM merges WHERE organization_id = $1 AND id = $2",
        params![w.caller.organization, id],
    )?;
    let row = row.ok_or_else(|| Error::not_found("merge"))?;
    let before: Before =
        serde_json::from_str(row.text("before")?).map_err(|error| Error::Internal(format!("a merge: {error}")))?;
    let one_contact = before.contacts.is_some();
    let merged = Merged { id, contact: row.at(0)?, merged: row.at(1)?, status: row.at(2)?, one_contact };
    Ok(Stored { merged, before, created_at: row.at(4)? })
}

/// Twice is as once. 409 `merge_unfinished` while messages still move, `merged_since` where the survivor itself turned out to
/// be another since, or either one's customer was joined with a third.
pub fn undo_merge(w: &mut Work<'_, '_>, id: MergeId) -> Result<Merged> {
    let Stored { mut merged, before, created_at } = load(w, id)?;
    match merged.status {
        MergeStatus::Undone | MergeStatus::Undoing => return Ok(merged),
        MergeStatus::Moving => {
            let message = "Messages of this merge are still on their way; try again in a moment.";
            return Err(Error::conflict("merge_unfinished", message));
        }
        MergeStatus::Done => {}
    }
    let organization = w.caller.organization;
    let survivor = Contact::as_stored(w.tx, organization, merged.contact)?.ok_or_else(gone)?;
    let other = Contact::as_stored(w.tx, organization, merged.merged)?.ok_or_else(gone)?;
    if survivor.is_erased() || other.is_erased() {
        return Err(gone());
    }
    let since = survivor.merged_into.is_some()
        || other.merged_into != before.contacts.as_ref().map(|_| survivor.id)
        || before.customers.as_ref().is_some_and(|customers| survivor.customer_id != customers.kept);
    if since {
        let message = "One of the two was merged with a third since. Undo that merge first.";
        return Err(Error::conflict("merged_since", message));
    }
    let left_out = match &before.customers {
        Some(joined) => customers::part(w, joined)?,
        None => Object::new(),
    };
    if let Some(contacts) = &before.contacts {
        part_contacts(w, &merged, contacts)?;
        merged.status = MergeStatus::Undoing;
        set_status(w, id, merged.status)?;
        merged.status = send_back(w, &merged, MOVED_AT_ONCE)?;
        recount(w, merged.contact, contacts)?;
        conversations::part(w, merged.contact, merged.merged, &contacts.read_before(created_at))?;
    } else {
        merged.status = MergeStatus::Undone;
    }
    w.tx.execute(
        "UPDATE merges SET status = $3, undone_at = $4, undone_by = $5 WHERE organization_id = $1 AND id = $2",
        params![organization, id, merged.status, w.now, w.caller.actor.to_string()],
    )?;
    let mut data = json!({
        "merge_id": id,
        "contact_id": merged.contact,
        "merged_contact_id": merged.merged,
        "one_contact": merged.one_contact,
        "undone": true,
    });
    if !left_out.is_empty() {
        // Values that their fields do not take any more.
        let left_out: serde_json::Value = serde_json::from_str(&Json::Object(left_out).to_string())
            .map_err(|error| Error::Internal(format!("values of a merge: {error}")))?;
        data["left_out"] = left_out;
    }
    let fact = Fact::new(Topic::ContactMerged).contact(merged.contact).data(data);
    events::record(w, fact.subject(json!({"merge_id": id, "merged_contact_id": merged.merged})))?;
    Ok(merged)
}

fn gone() -> Error {
    Error::conflict("contact_gone", "One of the two contacts is no more; there is nothing to make two of.")
}

fn part_contacts(w: &mut Work<'_, '_>, merged: &Merged, before: &ContactsBefore) -> Result<()> {
    let organization = w.caller.organization;
    follow::go_back(w, merged.id, merged.contact, merged.merged)?;
    for (channel, kind, value) in &before.identifiers {
        w.tx.execute(
            "UPDATE contact_identifiers SET contact_id = $6
             WHERE organization_id = $1 AND channel_id = $2 AND kind = $3 AND value = $4 AND contact_id = $5",
            params![organization, channel, kind, value, merged.contact, merged.merged],
        )?;
        if kind == webchat::USER {
            webchat::go_with_user(w, *channel, value, merged.contact, merged.merged)?;
        }
    }
    for (table, column) in [("contact_tags", "tag_id"), ("contact_agents", "member_id")] {
        let remove = format!("DELETE FROM {table} WHERE organization_id = $1 AND contact_id = $2 AND {column} = $3");
        let add = format!(
            "INSERT INTO {table} (organization_id, contact_id, {column}, created_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (organization_id, contact_id, {column}) DO NOTHING"
        );
        if column == "tag_id" {
            for tag in &before.tags_added {
                w.tx.execute(&remove, params![organization, merged.contact, tag])?;
            }
            for tag in &before.tags {
                if tags::find(w, *tag)?.is_some() {
                    w.tx.execute(&add, params![organization, merged.merged, tag, w.now])?;
                }
            }
        } else {
            for agent in &before.agents_added {
                w.tx.execute(&remove, params![organization, merged.contact, agent])?;
            }
            for agent in &before.agents {
                if w.setup.member(*agent).is_some() {
                    w.tx.execute(&add, params![organization, merged.merged, agent, w.now])?;
                }
            }
        }
    }
    part_proposals(w, merged, before)?;
    conversations::return_drafts(w, merged.contact, merged.merged, &before.drafts)?;
    for stub in &before.stubs {
        w.tx.execute(
            "UPDATE contacts SET merged_into = $3 WHERE organization_id = $1 AND id = $2 AND merged_into = $4",
            params![organization, stub, merged.merged, merged.contact],
        )?;
    }
    let mut other = Contact::as_stored(w.tx, organization, merged.merged)?.ok_or_else(gone)?;
    before.merged.put_back(&mut other);
    other.merged_into = None;
    if let Some(ticket) = before.closed_ticket {
        open_again(w, ticket)?;
    }
    stand(w, &mut other)?;
    save(w, &mut other)
}

/// Stage and status by the tickets that a contact has now: they went on while the two were one.
fn stand(w: &mut Work<'_, '_>, contact: &mut Contact) -> Result<()> {
    let open = tickets::open_ticket_of(w, contact.id)?;
    let last = tickets::last_closed_of(w, contact.id)?;
    let nothing_since = |ticket: &Ticket| contact.last_inbound_at.is_none_or(|at| Some(at) <= ticket.closed_at);
    contact.chat_status = match &last {
        Some(last) if open.is_none() && nothing_since(last) => ChatStatus::Closed,
        _ => contact.status_while_open(),
    };
    contact.stage_id = open.or(last).map(|ticket| ticket.stage_id);
    Ok(())
}

/// The survivor keeps what it had; of what it got, what is decided since is nobody's any more.
fn part_proposals(w: &mut Work<'_, '_>, merged: &Merged, before: &ContactsBefore) -> Result<()> {
    for proposed in &before.proposals {
        let key = (proposed.kind.clone(), proposed.value.clone());
        if !before.proposals_added.contains(&key) {
            proposed.propose(w, merged.merged)?;
            continue;
        }
        w.tx.execute(
            "UPDATE merge_proposals SET contact_id = $5
             WHERE organization_id = $1 AND contact_id = $2 AND kind = $3 AND value = $4",
            params![w.caller.organization, merged.contact, key.0, key.1, merged.merged],
        )?;
    }
    Ok(())
}

/// The ticket that was closed because two were open, unless it was touched or another was opened since, or there is no open stage
/// for it any more.
fn open_again(w: &mut Work<'_, '_>, id: TicketId) -> Result<()> {
    let Some(mut ticket) = Ticket::find(w.tx, w.caller.organization, id)? else { return Ok(()) };
    let untouched = !ticket.is_open() && ticket.reason.as_deref() == Some("merged");
    if !untouched || tickets::open_ticket_of(w, ticket.contact_id)?.is_some() {
        return Ok(());
    }
    let Some(stage) = tickets::stage_again(&w.setup, &ticket) else { return Ok(()) };
    let mut changed = json!({"status": "open"});
    let mut previous = json!({"status": "closed", "reason": "merged"});
    if stage != ticket.stage_id {
        (changed["stage_id"], previous["stage_id"]) = (json!(stage), json!(ticket.stage_id));
        (ticket.stage_id, ticket.stage_since) = (stage, w.now);
    }
    ticket.status = TicketStatus::Open;
    ticket.reason = None;
    ticket.closed_at = None;
    tickets::save(w, &mut ticket)?;
    tickets::record_update(w, &ticket, changed, previous)?;
    assignment::opened(w, &ticket)
}

/// The survivor without what the other had brought: columns that the merge set go back where nobody set them since.
fn recount(w: &mut Work<'_, '_>, id: ContactId, before: &ContactsBefore) -> Result<()> {
    let organization = w.caller.organization;
    let mut contact = Contact::as_stored(w.tx, organization, id)?.ok_or_else(gone)?;
    let now = contact.clone();
    before.survivor.put_back(&mut contact);
    let as_merged = {
        let mut as_merged = now.clone();
        before.merged_as.put_back(&mut as_merged);
        as_merged
    };
    macro_rules! keep_what_changed {
        ($($column:ident),*) => {$(
            if now.$column != as_merged.$column {
                contact.$column = now.$column.clone();
            }
        )*};
    }
    keep_what_changed!(name, name_source, phone, phone_source, email, email_source, wa_id, username, metadata, blocked);
    keep_what_changed!(is_chat_read, last_message_at, last_inbound_at, opted_out_at, preference_at, assistant_paused);
    keep_what_changed!(moved_at);
    // A number that goes back with the other is the survivor's no longer, whoever chose it since.
    let goes = |phone: &String| before.identifiers.iter().any(|(_, kind, value)| kind == "phone" && value == phone);
    if contact.phone.as_ref().is_some_and(goes) {
        (contact.phone, contact.phone_source) = (before.survivor.phone.clone(), before.survivor.phone_source);
    }
    stand(w, &mut contact)?;
    save(w, &mut contact)?;
    // Found by its own numbers only.
    search::contact_written(w, &contact)
}
