//! C6: a contact's messages, page by page.

use crm::contacts::Contact;
use crm::id::{ContactId, MessageId};
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

const PAGE: i64 = 50;

#[derive(Debug)]
pub struct MessagesQuery {
    pub page: i64,
    pub limit: i64,
    pub cursor: Option<MessageId>,
    /// Whether the caller goes on by cursor.
    links: bool,
}

impl Input for MessagesQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let page = f.optional("page", Whole { min: 1, max: 1_000_000_000 }, "From 1; past the end the page is empty.");
        let limit = f.optional("limit", Whole { min: 1, max: MOST_MESSAGES }, "Messages of a page, at most (50).");
        let cursor = f.optional("cursor", id::<MessageId>(), "Instead of `page`: the last message of the page before.");
        if page.is_some() && cursor.is_some() {
            f.problem("cursor", "invalid_value", "Give page or cursor, not both.");
        }
        let links = limit.is_some() || cursor.is_some();
        Some(MessagesQuery { page: page.unwrap_or(1), limit: limit.unwrap_or(PAGE), cursor, links })
    }
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessagesPage {
    /// Oldest first.
    pub messages: Vec<MessageObject>,
    pub page: i64,
    pub has_more: bool,
    pub total: i64,
    /// Give it back as `cursor` for the messages after these; null at the end.
    pub next_cursor: Option<MessageId>,
}

pub async fn list(call: Call) -> Result<Answer, Problem> {
    let query: MessagesQuery = call.read_query()?;
    let id: ContactId = call.id("aiContactId", "contact")?;
    let MessagesQuery { page, limit, cursor, links } = query;
    let (contact, messages, total, has_more, setup) = call
        .read(move |w| {
            let contact = Contact::get(w, id)?;
            let (mut messages, total) =
                messages::page_of(w, contact.id, page, if cursor.is_some() { 0 } else { limit })?;
            let mut more = page.saturating_mul(limit) < total;
            if cursor.is_some() {
                (messages, more) = messages::recent_of(w, contact.id, None, cursor, limit)?;
            }
            Ok((contact, messages, total, more, w.setup.clone()))
        })
        .await?;
    let next_cursor = messages.last().map(|message| message.id).filter(|_| has_more);
    let messages = messages.iter().map(|message| views::message(&setup, &contact, message)).collect();
    let answer = Answer::json(200, &MessagesPage { messages, page, has_more, total, next_cursor })?;
    Ok(match next_cursor.filter(|_| links) {
        Some(cursor) => answer.header("link", next_link(&call, &cursor.to_string())),
        None => answer,
    })
}
