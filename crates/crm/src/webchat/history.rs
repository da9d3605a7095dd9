//! What a visitor may read: the messages of their contact on this channel. Notes are the team's own.

use store::params;

use super::visitor::Visitor;
use crate::contacts::Contact;
use crate::error::Result;
use crate::events;
use crate::id::{ContactId, MediaId, MessageId};
use crate::media::{self, Media};
use crate::messages::{self, COLUMNS, Extras, Message};
use crate::query::Query;
use crate::time::Timestamp;
use crate::work::Work;

#[derive(Debug, Default)]
pub struct History {
    /// Oldest first, each with its files.
    pub messages: Vec<(Message, Extras)>,
    /// Whether there are older ones.
    pub more: bool,
}

/// The visitor's contact as it is called today; none while they said nothing.
pub fn sees(w: &mut Work<'_, '_>, visitor: &Visitor) -> Result<Option<ContactId>> {
    Ok(match visitor.contact_id {
        Some(id) => Contact::find(w.tx, w.caller.organization, id)?.map(|contact| contact.id),
        None => None,
    })
}

/// Where the stream goes on after what a reader of this very transaction has seen.
pub fn cursor(w: &mut Work<'_, '_>) -> Result<i64> {
    events::head(w.tx)
}

fn visible(w: &Work<'_, '_>, visitor: &Visitor, contact: ContactId) -> Query {
    let mut query =
        Query::new(format!("SELECT {COLUMNS} FROM messages m WHERE m.organization_id = "), w.caller.organization);
    query.and("m.contact_id = ", contact).and("m.channel_id = ", visitor.channel_id);
    query.text(" AND m.direction <> 'note' AND m.status NOT IN ('failed', 'cancelled')");
    query.and_if("m.created_at >= ", &shown_since(visitor));
    query
}

/// Where nobody vouches for who they are: what was said before they came is not theirs to read, whoever they are joined with.
pub(super) fn shown_since(visitor: &Visitor) -> Option<Timestamp> {
    (!visitor.signed).then_some(visitor.created_at)
}

/// The newest, or those before a message.
pub fn history(w: &mut Work<'_, '_>, visitor: &Visitor, before: Option<MessageId>, limit: usize) -> Result<History> {
    let Some(contact) = sees(w, visitor)? else { return Ok(History::default()) };
    let mut query = visible(w, visitor, contact);
    if let Some(before) = before {
        let place = w.tx.query_opt(
            "SELECT sent_at, created_at FROM messages WHERE organization_id = $1 AND id = $2 AND contact_id = $3",
            params![w.caller.organization, before, contact],
        )?;
        let Some(place) = place else { return Ok(History::default()) };
        query.and("(m.sent_at, m.created_at, m.id) < (", place.at::<Timestamp>(0)?);
        query.push(", ", place.at::<Timestamp>(1)?).push(", ", before).text(")");
    }
    query.push(" ORDER BY m.sent_at DESC, m.created_at DESC, m.id DESC LIMIT ", limit as i64 + 1);
    let mut found = rows(w, &query)?;
    let more = found.len() > limit;
    found.truncate(limit);
    found.reverse();
    Ok(History { messages: with_extras(w, found)?, more })
}

/// Those of them that the visitor may read, in this order.
pub fn of_ids(w: &mut Work<'_, '_>, visitor: &Visitor, ids: &[MessageId]) -> Result<Vec<(Message, Extras)>> {
    let (Some(contact), Some((first, others))) = (sees(w, visitor)?, ids.split_first()) else { return Ok(Vec::new()) };
    let mut query = visible(w, visitor, contact);
    query.and("m.id IN (", first);
    for id in others {
        query.push(", ", id);
    }
    query.text(")");
    let mut found = rows(w, &query)?;
    found.sort_by_key(|message| ids.iter().position(|id| *id == message.id));
    with_extras(w, found)
}

/// A file of a message that the visitor may read; none where it is anybody else's.
pub fn file(w: &mut Work<'_, '_>, visitor: &Visitor, id: MediaId) -> Result<Option<Media>> {
    let Some(contact) = sees(w, visitor)? else { return Ok(None) };
    let mut query = visible(w, visitor, contact);
    query.and("(m.id IN (SELECT a.message_id FROM media a WHERE a.organization_id = ", w.caller.organization);
    query.push(" AND a.id = ", id);
    query.push(") OR m.id IN (SELECT u.message_id FROM media_uses u WHERE u.organization_id = ", w.caller.organization);
    query.push(" AND u.media_id = ", id).text(")) LIMIT 1");
    if rows(w, &query)?.is_empty() { Ok(None) } else { media::get(w, id).map(Some) }
}

fn rows(w: &mut Work<'_, '_>, query: &Query) -> Result<Vec<Message>> {
    w.tx.query(query.sql(), &query.params())?.iter().map(Message::from_row).collect()
}

fn with_extras(w: &mut Work<'_, '_>, found: Vec<Message>) -> Result<Vec<(Message, Extras)>> {
    let extras = messages::extras(w, &found)?;
    Ok(found.into_iter().zip(extras).collect())
}
