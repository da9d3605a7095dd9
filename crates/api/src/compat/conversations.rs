//! C7: a contact's messages in conversations; a silence of 24 h starts a new one.

use crm::Timestamp;
use crm::contacts::Contact;
use crm::id::{ContactId, MessageId, StageId};
use crm::messages::{self, MOST_MESSAGES};
use schemars::JsonSchema;
use serde::Serialize;

use super::contacts::next_link;
use super::views::{self, MessageObject};
use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input};
use crate::kinds::{Whole, id};
use crate::problem::Problem;

#[derive(Debug)]
pub struct ConversationsQuery {
    pub days_back: Option<i64>,
    pub limit: i64,
    pub cursor: Option<MessageId>,
}

impl Input for ConversationsQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let days_back =
            f.optional("daysBack", Whole { min: 1, max: 3650 }, "Only messages of so many days; all without it.");
        let limit = f.optional("limit", Whole { min: 1, max: MOST_MESSAGES }, "Messages of this page, at most.");
        let cursor = f.optional("cursor", id::<MessageId>(), "The last message of the page before.");
        Some(ConversationsQuery { days_back, limit: limit.unwrap_or(MOST_MESSAGES), cursor })
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ConversationObject {
    /// Id of its first message.
    pub conversation_id: MessageId,
    /// Time of its first message.
    pub conversation_date: Timestamp,
    pub stage_id: Option<StageId>,
    /// Name of the channel.
    pub conversation_channel: String,
    /// Type of the channel.
    pub platform: &'static str,
    pub messages: Vec<MessageObject>,
}

pub async fn list(call: Call) -> Result<Answer, Problem> {
    let query: ConversationsQuery = call.read_query()?;
    let id: ContactId = call.id("aiContactId", "contact")?;
    let since = query.days_back.map(|days| call.app.crm.now().plus_days(-days));
    let (contact, messages, more, setup) = call
        .read(move |w| {
            let contact = Contact::get(w, id)?;
            let (messages, more) = messages::recent_of(w, contact.id, since, query.cursor, query.limit)?;
            Ok((contact, messages, more, w.setup.clone()))
        })
        .await?;
    let last = messages.last().map(|message| message.id);
    let channel = setup.channel(contact.channel_id);
    let stage_id = views::contact(&setup, &contact).default_stage_id;
    let mut conversations = Vec::new();
    for conversation in messages::conversations(messages) {
        let Some(first) = conversation.messages.first() else { continue };
        conversations.push(ConversationObject {
            conversation_id: first.id,
            conversation_date: first.sent_at,
            stage_id,
            conversation_channel: channel.map_or_else(String::new, |c| c.name.clone()),
            platform: views::platform(channel),
            messages: conversation.messages.iter().map(|m| views::message(&setup, &contact, m)).collect(),
        });
    }
    let answer = Answer::json(200, &conversations)?;
    Ok(match last.filter(|_| more) {
        Some(last) => answer.header("link", next_link(&call, &last.to_string())),
        None => answer,
    })
}
