//! Making two contacts of one again: what the merge moved goes back, exactly that; what came since stays with the survivor.
//! And the chore that moves what a merge or its undo left to be moved.

use serde_json::json;
use store::params;

use super::merge::{
    Before, ContactsBefore, CustomersBefore, MOVED_AT_ONCE, MergeStatus, Merged, move_messages, set_status,
};
use super::{ChatStatus, Contact, save};
use crate::access::Caller;
use crate::conversations;
use crate::error::{Error, Result};
use crate::events::{self, Fact, Topic};
use crate::id::{ContactId, MergeId, OrganizationId, TicketId};
use crate::outbox;
use crate::tags;
use crate::tickets::{self, Ticket, TicketStatus};
use crate::time::Timestamp;
use crate::work::{Crm, Work};

struct Stored {
    merged: Merged,
    before: Before,
}

fn load(w: &mut Work<'_, '_>, id: MergeId) -> Result<Stored> {
    let row = w.tx.query_opt(
        "SELECT contact_id, merged_id, status, before FROM merges WHERE organization_id = $1 AND id = $2",
        params![w.caller.organization, id],
    )?;
    let row = row.ok_or_else(|| Error::not_found("merge"))?;
    let before: Before =
        serde_json::from_str(row.text("before")?).map_err(|error| Error::Internal(format!("a merge: {error}")))?;
    let one_contact = before.contacts.is_some();
    let merged = Merged { id, contact: row.at(0)?, merged: row.at(1)?, status: row.at(2)?, one_contact };
    Ok(Stored { merged, before })
}

/// Twice is as once. 409 `merge_unfinished` while messages still move, `merged_since` where the survivor itself turned out to
/// be another since, or either one's customer was joined with a third.
pub fn undo_merge(w: &mut Work<'_, '_>, id: MergeId) -> Result<Merged> {
    let Stored { mut merged, before } = load(w, id)?;
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
    let since = survivor.merged_into.is_some()
        || (before.contacts.is_some() && other.merged_into != Some(survivor.id))
        || before.customers.as_ref().is_some_and(|customers| survivor.customer_id != customers.kept);
    if since {
        let message = "One of the two was merged with a third since. Undo that merge first.";
        return Err(Error::conflict("merged_since", message));
    }
    if let Some(customers) = &before.customers {
        part_customers(w, customers)?;
    }
    if let Some(contacts) = &before.contacts {
        part_contacts(w, &merged, contacts)?;
        merged.status = MergeStatus::Undoing;
        set_status(w, id, merged.status)?;
        merged.status = send_back(w, &merged, MOVED_AT_ONCE)?;
        recount(w, merged.contact, contacts)?;
        conversations::part(w, merged.contact, merged.merged, contacts.read)?;
    } else {
        merged.status = MergeStatus::Undone;
    }
    w.tx.execute(
        "UPDATE merges SET status = $3, undone_at = $4, undone_by = $5 WHERE organization_id = $1 AND id = $2",
        params![organization, id, merged.status, w.now, w.caller.actor.to_string()],
    )?;
    let data = json!({
        "merge_id": id,
        "contact_id": merged.contact,
        "merged_contact_id": merged.merged,
        "one_contact": merged.one_contact,
        "undone": true,
    });
    let fact = Fact::new(Topic::ContactMerged).contact(merged.contact).data(data);
    events::record(w, fact.subject(json!({"merge_id": id, "merged_contact_id": merged.merged})))?;
    Ok(merged)
}

fn gone() -> Error {
    Error::conflict("contact_gone", "One of the two contacts is no more; there is nothing to make two of.")
}

fn part_customers(w: &mut Work<'_, '_>, before: &CustomersBefore) -> Result<()> {
    let organization = w.caller.organization;
    w.tx.execute(
        "INSERT INTO customers (organization_id, id, created_at) VALUES ($1, $2, $3)",
        params![organization, before.gone, before.created_at],
    )?;
    for contact in &before.contacts {
        w.tx.execute(
            "UPDATE contacts SET customer_id = $3, version = version + 1
             WHERE organization_id = $1 AND id = $2 AND customer_id = $4",
            params![organization, contact, before.gone, before.kept],
        )?;
    }
    for (kind, value) in &before.identifiers {
        w.tx.execute(
            "UPDATE customer_identifiers SET customer_id = $4
             WHERE organization_id = $1 AND kind = $2 AND value = $3 AND customer_id = $5",
            params![organization, kind, value, before.gone, before.kept],
        )?;
    }
    for field in &before.values_moved {
        w.tx.execute(
            "UPDATE field_values SET entity_id = $3 WHERE organization_id = $1 AND entity_id = $4 AND field_id = $2",
            params![organization, field, before.gone.0, before.kept.0],
        )?;
    }
    for value in &before.values_left {
        // A field that was removed since takes its values with it.
        w.tx.execute(
            "INSERT INTO field_values (organization_id, entity_id, field_id, value, value_key, source, structuring_id, updated_at)
             SELECT $1, $2, id, $4, $5, $6, $7, $8 FROM custom_fields WHERE organization_id = $1 AND id = $3",
            params![
                organization,
                before.gone.0,
                value.field_id,
                value.value,
                value.value_key,
                value.source,
                value.structuring_id,
                value.updated_at
            ],
        )?;
    }
    Ok(())
}

fn part_contacts(w: &mut Work<'_, '_>, merged: &Merged, before: &ContactsBefore) -> Result<()> {
    let organization = w.caller.organization;
    for (table, kind) in [("tickets", "ticket"), ("structurings", "structuring"), ("reviews", "review")] {
        w.tx.execute(
            &format!(
                "UPDATE {table} SET contact_id = $3 WHERE organization_id = $1 AND contact_id = $2
                   AND id IN (SELECT row_id FROM merge_moves WHERE organization_id = $1 AND merge_id = $4 AND kind = $5)"
            ),
            params![organization, merged.contact, merged.merged, merged.id, kind],
        )?;
    }
    for (channel, kind, value) in &before.identifiers {
        w.tx.execute(
            "UPDATE contact_identifiers SET contact_id = $6
             WHERE organization_id = $1 AND channel_id = $2 AND kind = $3 AND value = $4 AND contact_id = $5",
            params![organization, channel, kind, value, merged.contact, merged.merged],
        )?;
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
    for stub in &before.stubs {
        w.tx.execute(
            "UPDATE contacts SET merged_into = $3 WHERE organization_id = $1 AND id = $2 AND merged_into = $4",
            params![organization, stub, merged.merged, merged.contact],
        )?;
    }
    let mut other = Contact::as_stored(w.tx, organization, merged.merged)?.ok_or_else(gone)?;
    before.merged.put_back(&mut other);
    other.merged_into = None;
    save(w, &mut other)?;
    if let Some(ticket) = before.closed_ticket {
        open_again(w, ticket)?;
    }
    Ok(())
}

/// The ticket that was closed because two were open, unless it was touched or another was opened since.
fn open_again(w: &mut Work<'_, '_>, id: TicketId) -> Result<()> {
    let Some(mut ticket) = Ticket::find(w.tx, w.caller.organization, id)? else { return Ok(()) };
    let untouched = !ticket.is_open() && ticket.reason.as_deref() == Some("merged");
    if !untouched || tickets::open_ticket_of(w, ticket.contact_id)?.is_some() {
        return Ok(());
    }
    ticket.status = TicketStatus::Open;
    ticket.reason = None;
    ticket.closed_at = None;
    tickets::save(w, &mut ticket)?;
    tickets::record_update(w, &ticket, json!({"status": "open"}), json!({"status": "closed", "reason": "merged"}))
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
    keep_what_changed!(name, name_source, phone, email, email_source, wa_id, username, metadata, blocked);
    keep_what_changed!(is_chat_read, chat_status, last_message_at, last_inbound_at, opted_out_at, preference_at);
    let open = tickets::open_ticket_of(w, id)?;
    contact.stage_id = match (&open, now.stage_id != as_merged.stage_id) {
        (Some(open), _) => Some(open.stage_id),
        (None, true) => now.stage_id,
        (None, false) => contact.stage_id,
    };
    if open.is_some() && contact.chat_status == ChatStatus::Closed {
        contact.chat_status = contact.status_while_open();
    }
    save(w, &mut contact)
}

/// Moves a piece of the messages back; whether all are.
fn send_back(w: &mut Work<'_, '_>, merged: &Merged, most: i64) -> Result<MergeStatus> {
    let organization = w.caller.organization;
    outbox::part(w, merged.id, merged.contact, merged.merged)?;
    let rows = w.tx.query(
        "DELETE FROM merge_moves WHERE organization_id = $1 AND merge_id = $2 AND kind = 'message' AND row_id IN
           (SELECT row_id FROM merge_moves WHERE organization_id = $1 AND merge_id = $2 AND kind = 'message' LIMIT $3)
         RETURNING row_id",
        params![organization, merged.id, most],
    )?;
    for row in &rows {
        let message: uuid::Uuid = row.at(0)?;
        w.tx.execute(
            "UPDATE messages SET contact_id = $4 WHERE organization_id = $1 AND id = $2 AND contact_id = $3",
            params![organization, message, merged.contact, merged.merged],
        )?;
    }
    Ok(if (rows.len() as i64) < most { MergeStatus::Undone } else { MergeStatus::Undoing })
}

/// Moves on what merges and undos left to be moved, a piece of one; whether there may be more. For a chore.
pub async fn move_on(crm: &Crm) -> Result<bool> {
    const PIECE: i64 = 100;
    let find = |tx: &mut store::Tx<'_>| -> Result<Option<(OrganizationId, MergeId)>> {
        let row = tx.query_opt(
            "SELECT organization_id, id FROM merges WHERE status IN ('moving', 'undoing') ORDER BY created_at LIMIT 1",
            params![],
        )?;
        row.map(|row| -> Result<_> { Ok((row.at(0)?, row.at(1)?)) }).transpose()
    };
    let Some((organization, id)) = crm.db().read(store::Priority::Background, find).await? else { return Ok(false) };
    let work = move |w: &mut Work<'_, '_>| {
        let Stored { merged, before } = load(w, id)?;
        let status = match merged.status {
            MergeStatus::Moving => move_messages(w, id, merged.merged, merged.contact, PIECE)?,
            MergeStatus::Undoing => send_back(w, &merged, PIECE)?,
            done => done,
        };
        match (status, &before.contacts) {
            (MergeStatus::Done, Some(_)) => conversations::refresh(w, merged.contact)?,
            (MergeStatus::Undone, Some(contacts)) => {
                conversations::part(w, merged.contact, merged.merged, contacts.read)?;
            }
            _ => {}
        }
        set_status(w, id, status)
    };
    crm.write_in_background(&Caller::system(organization), work).await?;
    Ok(true)
}

/// A merge, as it is told of.
#[derive(Debug)]
pub struct MergeRow {
    pub merged: Merged,
    pub rule: super::MergeRule,
    /// Stored form of [`crate::Actor`].
    pub actor: String,
    pub created_at: Timestamp,
    pub undone_at: Option<Timestamp>,
}

const ROW: &str = "id, contact_id, merged_id, status, rule, actor, created_at, undone_at, before";

impl MergeRow {
    fn from_row(row: &store::Row) -> Result<MergeRow> {
        let before: Before =
            serde_json::from_str(row.text("before")?).map_err(|error| Error::Internal(format!("a merge: {error}")))?;
        Ok(MergeRow {
            merged: Merged {
                id: row.at(0)?,
                contact: row.at(1)?,
                merged: row.at(2)?,
                status: row.at(3)?,
                one_contact: before.contacts.is_some(),
            },
            rule: row.at(4)?,
            actor: row.at(5)?,
            created_at: row.at(6)?,
            undone_at: row.at(7)?,
        })
    }
}

/// By its id, or 404.
pub fn merge_row(w: &mut Work<'_, '_>, id: MergeId) -> Result<MergeRow> {
    let sql = format!("SELECT {ROW} FROM merges WHERE organization_id = $1 AND id = $2");
    let row = w.tx.query_opt(&sql, params![w.caller.organization, id])?;
    MergeRow::from_row(&row.ok_or_else(|| Error::not_found("merge"))?)
}

/// Merges that the contact was in, newest first.
pub fn merges_of(w: &mut Work<'_, '_>, contact: ContactId) -> Result<Vec<MergeRow>> {
    let sql = format!(
        "SELECT {ROW} FROM merges WHERE organization_id = $1 AND (contact_id = $2 OR merged_id = $2) ORDER BY id DESC LIMIT 100"
    );
    w.tx.query(&sql, params![w.caller.organization, contact])?.iter().map(MergeRow::from_row).collect()
}
