//! C6: a contact's messages, page by page.

use crm::contacts::Contact;
use crm::id::ContactId;
use crm::messages;
use schemars::JsonSchema;
use serde::Serialize;

use super::views::{self, MessageObject};
use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input};
use crate::kinds::Whole;
use crate::problem::Problem;

const PAGE: i64 = 50;

#[derive(Debug)]
pub struct MessagesQuery {
    pub page: i64,
}

impl Input for MessagesQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let page = f.optional("page", Whole { min: 1, max: 1_000_000_000 }, "From 1; past the end the page is empty.");
        Some(MessagesQuery { page: page.unwrap_or(1) })
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
}

pub async fn list(call: Call) -> Result<Answer, Problem> {
    let query: MessagesQuery = call.read_query()?;
    let id: ContactId = call.id("aiContactId", "contact")?;
    let page = query.page;
    let (contact, messages, total, setup) = call
        .read(move |w| {
            let contact = Contact::get(w, id)?;
            let (messages, total) = messages::page_of(w, contact.id, page, PAGE)?;
            Ok((contact, messages, total, w.setup.clone()))
        })
        .await?;
    let has_more = page.saturating_mul(PAGE) < total;
    let messages = messages.iter().map(|message| views::message(&setup, &contact, message)).collect();
    Answer::json(200, &MessagesPage { messages, page, has_more, total })
}
