//! A conversation's row from what there is: after contacts were made one, or two again.

use serde_json::json;
use store::params;
use uuid::Uuid;

use super::SILENT;
use super::keep::{end, label_all, waits};
use crate::contacts::{self, Contact};
use crate::error::Result;
use crate::events::{self, Fact, Topic};
use crate::id::{ContactId, MessageId, StageId, TicketId};
use crate::query::Query;
use crate::time::Timestamp;
use crate::work::Work;

/// What was read last, in the order in which messages came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub(crate) struct Marker {
    pub at: i64,
    pub id: MessageId,
}

/// None: nothing was ever read.
pub(crate) fn marker_of(w: &mut Work<'_, '_>, contact: ContactId) -> Result<Option<Marker>> {
    let row = w.tx.query_opt(
        "SELECT read_at, read_id FROM conversations WHERE organization_id = $1 AND contact_id = $2 AND read_id IS NOT NULL",
        params![w.caller.organization, contact],
    )?;
    row.map(|row| Ok(Marker { at: row.at(0)?, id: row.at(1)? })).transpose()
}

/// How many wait to be read.
pub(crate) fn unread_of(w: &mut Work<'_, '_>, contact: ContactId) -> Result<i64> {
    let row = w.tx.query_opt(
        "SELECT unread FROM conversations WHERE organization_id = $1 AND contact_id = $2",
        params![w.caller.organization, contact],
    )?;
    Ok(row.map(|row| row.at(0)).transpose()?.unwrap_or(0))
}

/// By so much a message may be late, in microseconds: WhatsApp repeats what was not taken for seven days.
const LATEST: i64 = 8 * 86_400 * 1_000_000;
/// More than so many unread ones are not counted on.
const MOST_COUNTED: i64 = 1000;

/// Inbound messages that came after a marker, `most` of them at most. What is older by its own time than anything late could be is
/// not walked through: this runs where others wait to write, and each look of the interface asks for it.
pub(super) fn came_after(w: &mut Work<'_, '_>, contact: ContactId, marker: Option<Marker>, most: i64) -> Result<i64> {
    let (at, id) = marker.map_or((i64::MIN, MessageId::default()), |marker| (marker.at, marker.id));
    let row = w.tx.query_one(
        &format!(
            "SELECT count(*) AS n FROM (
               SELECT 1 AS one FROM messages WHERE organization_id = $1 AND contact_id = $2 AND sent_at > $5 AND (created_at, id) > ($3, $4)
                 AND direction = 'inbound' AND type NOT IN {SILENT} LIMIT $6) AS unread"
        ),
        params![w.caller.organization, contact, at, id, at.saturating_sub(LATEST), most],
    )?;
    Ok(row.at(0)?)
}

/// Two contacts are one now: what was unread of either is unread.
pub(crate) fn join(w: &mut Work<'_, '_>, survivor: &Contact, merged: &Contact, unread: i64) -> Result<()> {
    rebuild(w, merged, None, 0)?;
    let marker = marker_of(w, survivor.id)?;
    rebuild(w, survivor, marker, unread)
}

/// How two were read before they became one.
pub(crate) struct ReadBefore {
    /// How far, each.
    pub markers: [Option<Marker>; 2],
    /// Whether all of it was, each: then what is unread came after the merge, though no marker says how far.
    pub all: [bool; 2],
    pub merged_at: Timestamp,
}

/// They are two again. What both were read to since counts for both; the contact's flag says what the count says. From here on each
/// is read by itself, also while messages still go back.
pub(crate) fn part(w: &mut Work<'_, '_>, survivor: ContactId, merged: ContactId, before: &ReadBefore) -> Result<()> {
    let since = marker_of(w, survivor)?.filter(|since| Some(*since) != before.markers[0]);
    let organization = w.caller.organization;
    for (n, id) in [survivor, merged].into_iter().enumerate() {
        let Some(mut contact) = Contact::as_stored(w.tx, organization, id)? else { continue };
        let all = before.all[n].then(|| Marker { at: before.merged_at.micros(), id: MessageId::default() });
        let marker = before.markers[n].max(all).max(since);
        let mut unread = came_after(w, id, marker, MOST_COUNTED)?;
        if unread == 0 && since.is_none() && !contact.is_chat_read {
            // Somebody wanted it looked at again.
            unread = 1;
        }
        flag(w, &mut contact, unread)?;
        rebuild(w, &contact, marker, unread)?;
    }
    Ok(())
}

/// The contact's flag says what the count says, and whoever follows the log is told.
fn flag(w: &mut Work<'_, '_>, contact: &mut Contact, unread: i64) -> Result<()> {
    let (read, was) = (unread == 0, contact.is_chat_read);
    if read == was {
        return Ok(());
    }
    let before = unread_of(w, contact.id)?;
    contact.is_chat_read = read;
    contacts::save(w, contact)?;
    let fact = Fact::new(Topic::ContactUpdated).contact(contact.id);
    let fact = fact.data(json!({"is_chat_read": read, "unread": unread}));
    events::record(w, fact.previous(json!({"is_chat_read": was, "unread": before})))?;
    Ok(())
}

/// The last of the messages are back: each is counted anew, by how far it was read itself.
pub(crate) fn parted(w: &mut Work<'_, '_>, survivor: ContactId, merged: ContactId) -> Result<()> {
    let organization = w.caller.organization;
    for id in [survivor, merged] {
        let Some(mut contact) = Contact::as_stored(w.tx, organization, id)? else { continue };
        let marker = marker_of(w, id)?;
        let mut unread = came_after(w, id, marker, MOST_COUNTED)?;
        if unread == 0 && !contact.is_chat_read && unread_of(w, id)? == 1 {
            // Somebody wanted it looked at again.
            unread = 1;
        }
        flag(w, &mut contact, unread)?;
        rebuild(w, &contact, marker, unread)?;
    }
    Ok(())
}

/// The last of the messages have moved.
pub(crate) fn refresh(w: &mut Work<'_, '_>, id: ContactId) -> Result<()> {
    let Some(contact) = Contact::as_stored(w.tx, w.caller.organization, id)? else { return Ok(()) };
    let (marker, unread) = (marker_of(w, id)?, unread_of(w, id)?);
    rebuild(w, &contact, marker, unread)
}

/// How many of these messages nobody has read.
pub(crate) fn unread_among(w: &mut Work<'_, '_>, contact: ContactId, ids: &[MessageId]) -> Result<i64> {
    let (at, id) = marker_of(w, contact)?.map_or((i64::MIN, MessageId::default()), |marker| (marker.at, marker.id));
    let mut query = Query::new("SELECT count(*) AS n FROM messages WHERE organization_id = ", w.caller.organization);
    query.and_in("id IN ", ids).and("(created_at, id) > (", at).push(", ", id);
    query.text(&format!(") AND direction = 'inbound' AND type NOT IN {SILENT}"));
    Ok(w.tx.query_one(query.sql(), &query.params())?.at(0)?)
}

/// Messages are gone, of which so many were not read.
pub(crate) fn messages_went(w: &mut Work<'_, '_>, id: ContactId, unread: i64) -> Result<()> {
    let Some(mut contact) = Contact::as_stored(w.tx, w.caller.organization, id)? else { return Ok(()) };
    let marker = marker_of(w, id)?;
    let left = (unread_of(w, id)? - unread).max(0);
    if unread > 0 {
        flag(w, &mut contact, left)?;
    }
    rebuild(w, &contact, marker, left)
}

/// `marker`: what was read last; `unread`: how many wait.
fn rebuild(w: &mut Work<'_, '_>, contact: &Contact, marker: Option<Marker>, unread: i64) -> Result<()> {
    let organization = w.caller.organization;
    let id = contact.id;
    let ticket = w.tx.query_opt(
        "SELECT id, stage_id, created_at FROM tickets WHERE organization_id = $1 AND contact_id = $2 AND status = 'open'",
        params![organization, id],
    )?;
    let newest = |more: &str| {
        format!(
            "SELECT id, sent_at FROM messages WHERE organization_id = $1 AND contact_id = $2 {more}
             ORDER BY sent_at DESC, created_at DESC, id DESC LIMIT 1"
        )
    };
    let any = w.tx.query_opt(&newest(""), params![organization, id])?;
    if contact.merged_into.is_some() || (ticket.is_none() && any.is_none()) {
        return end(w, id);
    }
    let loud = w.tx.query_opt(&newest(&format!("AND type NOT IN {SILENT}")), params![organization, id])?;
    let last = w
        .tx
        .query_opt(&newest(&format!("AND direction <> 'note' AND type NOT IN {SILENT}")), params![organization, id])?;
    let (ticket_id, stage_id, opened): (Option<TicketId>, Option<StageId>, Option<Timestamp>) = match &ticket {
        Some(row) => (row.at(0)?, row.at(1)?, row.at(2)?),
        None => (None, None, None),
    };
    let loud: Option<Timestamp> = loud.map(|row| row.at(1)).transpose()?;
    let activity = loud.max(opened).unwrap_or(contact.created_at);
    let (last_id, last_at): (Option<MessageId>, Option<Timestamp>) = match last {
        Some(row) => (row.at(0)?, row.at(1)?),
        None => (None, None),
    };
    let (answered, waiting) = waits(w, id)?;
    let responded = responded(w, id, ticket_id)?;
    w.tx.execute(
        "INSERT INTO conversations (organization_id, contact_id, channel_id, blocked, spoken, tagged, agents, ticket_id, stage_id,
                                    last_activity_at, last_message_id, last_message_at, answered_at, waiting_since, unread,
                                    read_at, read_id, responded_ticket_id)
         VALUES ($1, $2, $3, $4, $5,
                 EXISTS (SELECT 1 FROM contact_tags g WHERE g.organization_id = $1 AND g.contact_id = $2),
                 (SELECT count(*) FROM contact_agents a WHERE a.organization_id = $1 AND a.contact_id = $2),
                 $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
         ON CONFLICT (organization_id, contact_id) DO UPDATE SET blocked = excluded.blocked, spoken = excluded.spoken,
           tagged = excluded.tagged, agents = excluded.agents, ticket_id = excluded.ticket_id, stage_id = excluded.stage_id,
           last_activity_at = excluded.last_activity_at, last_message_id = excluded.last_message_id,
           last_message_at = excluded.last_message_at, answered_at = excluded.answered_at,
           waiting_since = excluded.waiting_since, unread = excluded.unread, read_at = excluded.read_at,
           read_id = excluded.read_id, responded_ticket_id = excluded.responded_ticket_id",
        params![
            organization,
            id,
            contact.channel_id,
            contact.blocked,
            any.is_some(),
            ticket_id,
            stage_id,
            activity,
            last_id,
            last_at,
            answered,
            waiting,
            unread,
            marker.map(|marker| marker.at),
            marker.map(|marker| marker.id),
            responded
        ],
    )?;
    label_all(w, "contact_agents", id, Some(activity))?;
    label_all(w, "contact_tags", id, Some(activity))
}

/// The ticket, or without one the contact, if its first answer is told of already.
fn responded(w: &mut Work<'_, '_>, contact: ContactId, ticket: Option<TicketId>) -> Result<Option<Uuid>> {
    let what = ticket.map_or(contact.0, |ticket| ticket.0);
    let told = w.tx.query_opt(
        "SELECT 1 AS told FROM answers a WHERE a.organization_id = $1 AND a.contact_id = $2 AND a.first
           AND coalesce(a.ticket_id, a.contact_id) = $3 LIMIT 1",
        params![w.caller.organization, contact, what],
    )?;
    Ok(told.map(|_| what))
}
