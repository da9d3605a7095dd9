//! What the inbox shows of a conversation.

use std::collections::HashMap;

use store::Row;

use crate::access::Actor;
use crate::contacts::{COLUMNS, Contact};
use crate::error::{Error, Result};
use crate::id::{ContactId, MemberId, MessageId, PipelineId, StageId, TicketId};
use crate::messages::{Direction, MessageStatus};
use crate::query::Query;
use crate::time::Timestamp;
use crate::work::Work;

/// Characters of the last message, at most.
pub const PREVIEW: usize = 160;

#[derive(Debug, Clone)]
pub struct Conversation {
    pub contact: Contact,
    pub last_activity_at: Timestamp,
    pub last_message: Option<LastMessage>,
    pub unread: i64,
    pub waiting_since: Option<Timestamp>,
    pub open_ticket: Option<OpenTicket>,
    pub agents: Vec<MemberId>,
    pub tags: Vec<i64>,
    /// The caller's own.
    pub draft: Option<String>,
}

#[derive(Debug, Clone)]
pub struct LastMessage {
    pub id: MessageId,
    pub direction: Direction,
    pub kind: String,
    /// Its beginning.
    pub body: String,
    pub status: MessageStatus,
    pub sent_at: Timestamp,
}

#[derive(Debug, Clone, Copy)]
pub struct OpenTicket {
    pub id: TicketId,
    pub pipeline_id: PipelineId,
    pub stage_id: StageId,
}

/// By its contact's id, or 404: also for a contact without a message and an open ticket.
pub fn get(w: &mut Work<'_, '_>, id: ContactId) -> Result<Conversation> {
    let contact = Contact::get(w, id)?;
    show_all(w, &[contact.id])?.pop().ok_or_else(|| Error::not_found("conversation"))
}

/// In the order of the ids; those that are none are left out.
pub(super) fn show_all(w: &mut Work<'_, '_>, ids: &[ContactId]) -> Result<Vec<Conversation>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = Query::new(
        format!(
            "SELECT {COLUMNS}, v.last_activity_at AS last_activity_at, v.unread AS unread, v.waiting_since AS waiting_since,
                    t.id AS ticket_id, t.pipeline_id AS ticket_pipeline_id, t.stage_id AS ticket_stage_id,
                    m.id AS message_id, m.direction AS message_direction, m.type AS message_type,
                    substr(m.body, 1, {PREVIEW}) AS message_body, m.status AS message_status, m.sent_at AS message_sent_at
             FROM conversations v
             JOIN contacts c ON c.organization_id = v.organization_id AND c.id = v.contact_id
             LEFT JOIN tickets t ON t.organization_id = v.organization_id AND t.id = v.ticket_id
             LEFT JOIN messages m ON m.organization_id = v.organization_id AND m.id = v.last_message_id
             WHERE v.organization_id = "
        ),
        w.caller.organization,
    );
    among(&mut query, "v.contact_id", ids);
    let mut found = HashMap::new();
    for row in w.tx.query(query.sql(), &query.params())? {
        let conversation = from_row(&row)?;
        found.insert(conversation.contact.id, conversation);
    }
    for row in labels(w, "contact_agents", "member_id", ids)? {
        if let Some(conversation) = found.get_mut(&row.at(0)?) {
            conversation.agents.push(row.at(1)?);
        }
    }
    for row in labels(w, "contact_tags", "tag_id", ids)? {
        if let Some(conversation) = found.get_mut(&row.at(0)?) {
            conversation.tags.push(row.at(1)?);
        }
    }
    if let Actor::Member(member) = w.caller.actor {
        let mut query =
            Query::new("SELECT d.contact_id, d.text FROM drafts d WHERE d.organization_id = ", w.caller.organization);
        among(&mut query, "d.contact_id", ids);
        query.and("d.member_id = ", member);
        for row in w.tx.query(query.sql(), &query.params())? {
            if let Some(conversation) = found.get_mut(&row.at(0)?) {
                conversation.draft = Some(row.at(1)?);
            }
        }
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

fn among(query: &mut Query, column: &str, ids: &[ContactId]) {
    for (n, id) in ids.iter().enumerate() {
        let text = if n == 0 { format!(" AND {column} IN (") } else { ", ".to_owned() };
        query.push(&text, *id);
    }
    query.text(")");
}

fn labels(w: &mut Work<'_, '_>, table: &str, column: &str, ids: &[ContactId]) -> Result<Vec<Row>> {
    let sql = format!("SELECT l.contact_id, l.{column} FROM {table} l WHERE l.organization_id = ");
    let mut query = Query::new(sql, w.caller.organization);
    among(&mut query, "l.contact_id", ids);
    query.text(&format!(" ORDER BY l.created_at, l.{column}"));
    Ok(w.tx.query(query.sql(), &query.params())?)
}

fn from_row(row: &Row) -> Result<Conversation> {
    let message: Option<MessageId> = row.get("message_id")?;
    let last_message = match message {
        Some(id) => Some(LastMessage {
            id,
            direction: row.get("message_direction")?,
            kind: row.get("message_type")?,
            body: row.get("message_body")?,
            status: row.get("message_status")?,
            sent_at: row.get("message_sent_at")?,
        }),
        None => None,
    };
    let ticket: Option<TicketId> = row.get("ticket_id")?;
    let open_ticket = match ticket {
        Some(id) => {
            Some(OpenTicket { id, pipeline_id: row.get("ticket_pipeline_id")?, stage_id: row.get("ticket_stage_id")? })
        }
        None => None,
    };
    Ok(Conversation {
        contact: Contact::from_row(row)?,
        last_activity_at: row.get("last_activity_at")?,
        last_message,
        unread: row.get("unread")?,
        waiting_since: row.get("waiting_since")?,
        open_ticket,
        agents: Vec::new(),
        tags: Vec::new(),
        draft: None,
    })
}
