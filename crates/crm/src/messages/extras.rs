//! What belongs to messages beside their rows: files, reactions, the message that one answers.

use std::collections::HashMap;

use serde::Serialize;

use super::{Direction, Message};
use crate::error::Result;
use crate::id::{ChannelId, MessageId};
use crate::media::{self, Media};
use crate::query::Query;
use crate::time::Timestamp;
use crate::work::Work;

#[derive(Debug, Clone, Default)]
pub struct Extras {
    pub files: Vec<Media>,
    pub reactions: Vec<ReactionRow>,
    /// The message that this one answers, if it is here.
    pub reply_to: Option<MessageId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ReactionRow {
    /// `contact` or `business`
    pub reactor: String,
    pub emoji: String,
    pub reacted_at: Timestamp,
}

/// In the order of the messages, of which there are at most some hundred.
pub fn extras(w: &mut Work<'_, '_>, messages: &[Message]) -> Result<Vec<Extras>> {
    let mut found: Vec<Extras> = vec![Extras::default(); messages.len()];
    if messages.is_empty() {
        return Ok(found);
    }
    let place: HashMap<MessageId, usize> = messages.iter().enumerate().map(|(at, m)| (m.id, at)).collect();
    let mut reactions = Query::new(
        "SELECT message_id, reactor, emoji, reacted_at FROM reactions WHERE emoji <> '' AND organization_id = ",
        w.caller.organization,
    );
    among(&mut reactions, "message_id", messages.iter().map(|message| message.id));
    reactions.text(" ORDER BY reacted_at");
    for row in w.tx.query(reactions.sql(), &reactions.params())? {
        if let Some(at) = place.get(&row.at::<MessageId>(0)?) {
            let reaction = ReactionRow { reactor: row.at(1)?, emoji: row.at(2)?, reacted_at: row.at(3)? };
            found[*at].reactions.push(reaction);
        }
    }
    for (at, message) in messages.iter().enumerate() {
        // Texts have none, and are most.
        if message.kind != "text" && message.direction != Direction::Note {
            let mut files = media::of_message(w, message.id)?;
            for file in media::used_in(w, message.id)? {
                if !files.iter().any(|known| known.id == file.id) {
                    files.push(file);
                }
            }
            found[at].files = files;
        }
        if let Some(provider_id) = &message.reply_to {
            found[at].reply_to = answered(w, message.channel_id, provider_id)?;
        }
    }
    Ok(found)
}

fn answered(w: &mut Work<'_, '_>, channel: ChannelId, provider_id: &str) -> Result<Option<MessageId>> {
    Ok(Message::of_provider(w, channel, provider_id)?.map(|message| message.id))
}

fn among(query: &mut Query, column: &str, ids: impl Iterator<Item = MessageId>) {
    let mut open = format!(" AND {column} IN (");
    for id in ids {
        query.push(&open, id);
        open = ", ".to_owned();
    }
    query.text(")");
}

/// Messages on their way, oldest first: of the whole organization, or of one channel.
pub fn under_way(
    w: &mut Work<'_, '_>,
    channel: Option<ChannelId>,
    unknown: bool,
    after: Option<MessageId>,
    most: i64,
) -> Result<Vec<Message>> {
    let columns = super::COLUMNS;
    let mut query =
        Query::new(format!("SELECT {columns} FROM messages m WHERE m.organization_id = "), w.caller.organization);
    if unknown {
        query.text(" AND m.status = 'unknown'").and_if("m.channel_id = ", &channel);
    } else {
        query.and("m.id IN (SELECT o.message_id FROM outbox o WHERE o.organization_id = ", w.caller.organization);
        query.and_if("o.channel_id = ", &channel).text(") AND m.status IN ('queued', 'sending')");
    }
    query.and_if("m.id > ", &after);
    query.push(" ORDER BY m.id LIMIT ", most);
    w.tx.query(query.sql(), &query.params())?.iter().map(Message::from_row).collect()
}
