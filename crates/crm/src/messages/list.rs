//! Reading a contact's messages. Notes are not among them.

use store::params;

use super::{COLUMNS, Message};
use crate::error::Result;
use crate::id::{ContactId, MessageId};
use crate::query::Query;
use crate::time::Timestamp;
use crate::work::Work;

/// A silence of this long starts a new conversation.
const CONVERSATION_GAP_HOURS: i64 = 24;
/// Rows of one answer of C7, at most.
pub const MOST_MESSAGES: i64 = 10_000;

/// One numbered page, oldest first, and how many there are in all.
pub fn page_of(w: &mut Work<'_, '_>, contact: ContactId, page: i64, size: i64) -> Result<(Vec<Message>, i64)> {
    let total = w.tx.query_one(
        "SELECT count(*) AS n FROM messages WHERE organization_id = $1 AND contact_id = $2 AND direction <> 'note'",
        params![w.caller.organization, contact],
    )?;
    let sql = format!(
        "SELECT {COLUMNS} FROM messages m WHERE m.organization_id = $1 AND m.contact_id = $2 AND m.direction <> 'note'
         ORDER BY m.sent_at, m.created_at, m.id LIMIT $3 OFFSET $4"
    );
    let offset = page.saturating_sub(1).saturating_mul(size);
    let rows = w.tx.query(&sql, params![w.caller.organization, contact, size, offset])?;
    Ok((rows.iter().map(Message::from_row).collect::<Result<_>>()?, total.at(0)?))
}

/// Oldest first, since `since` (none: all), at most 10 000 after `after`; the flag says that there are more.
pub fn recent_of(
    w: &mut Work<'_, '_>,
    contact: ContactId,
    since: Option<Timestamp>,
    after: Option<MessageId>,
    most: i64,
) -> Result<(Vec<Message>, bool)> {
    let mut query =
        Query::new(format!("SELECT {COLUMNS} FROM messages m WHERE m.organization_id = "), w.caller.organization);
    query.and("m.contact_id = ", contact).text(" AND m.direction <> 'note'").and_if("m.sent_at >= ", &since);
    if let Some(after) = after {
        query.and(
            "(m.sent_at, m.created_at, m.id) > (SELECT a.sent_at, a.created_at, a.id FROM messages a WHERE a.organization_id = ",
            w.caller.organization,
        );
        query.push(" AND a.id = ", after).text(")");
    }
    query.push(" ORDER BY m.sent_at, m.created_at, m.id LIMIT ", most + 1);
    let rows = w.tx.query(query.sql(), &query.params())?;
    let mut messages: Vec<Message> = rows.iter().map(Message::from_row).collect::<Result<_>>()?;
    let more = messages.len() as i64 > most;
    messages.truncate(most as usize);
    Ok((messages, more))
}

/// Messages with no silence of 24 h between them.
#[derive(Debug)]
pub struct Conversation {
    pub messages: Vec<Message>,
}

pub fn conversations(messages: Vec<Message>) -> Vec<Conversation> {
    let mut conversations: Vec<Conversation> = Vec::new();
    let mut last: Option<Timestamp> = None;
    for message in messages {
        let at = message.sent_at;
        let silent = last.is_none_or(|last| at >= last.plus_seconds(CONVERSATION_GAP_HOURS * 3600));
        last = Some(at);
        match conversations.last_mut() {
            Some(current) if !silent => current.messages.push(message),
            _ => conversations.push(Conversation { messages: vec![message] }),
        }
    }
    conversations
}
