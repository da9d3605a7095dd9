//! A contact's messages and notes.

use crm::contacts::Contact;
use crm::id::{ContactId, MessageId};
use crm::messages::{self, Extras, NOTE_LIMIT};
use crm::page::Page;
use crm::tickets::open_ticket_of;

use super::messages::{view, views};
use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input};
use crate::kinds::{Text, Whole, id};
use crate::problem::Problem;

#[derive(Debug)]
pub struct MessagesQuery {
    pub limit: i64,
    pub cursor: Option<MessageId>,
}

impl Input for MessagesQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let limit = f.optional("limit", Whole { min: 1, max: 200 }, "Rows of this page, at most (50).");
        let cursor = f.optional("cursor", id::<MessageId>(), "`next_cursor` of the page before.");
        Some(MessagesQuery { limit: limit.unwrap_or(50), cursor })
    }
}

pub async fn messages(call: Call) -> Result<Answer, Problem> {
    let query: MessagesQuery = call.read_query()?;
    let contact: ContactId = call.id("id", "contact")?;
    let page = call
        .read(move |w| {
            let contact = Contact::get(w, contact)?;
            let (found, more) = messages::recent_of(w, contact.id, None, query.cursor, query.limit)?;
            let next_cursor = found.last().filter(|_| more).map(|last| last.id.to_string());
            Ok(Page { data: views(w, &found)?, next_cursor })
        })
        .await?;
    Answer::json(200, &page)
}

#[derive(Debug)]
pub struct NoteInput {
    pub text: String,
}

impl Input for NoteInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let text = f.required("text", Text { max: NOTE_LIMIT }, "What the team should know.");
        Some(NoteInput { text: text? })
    }
}

pub async fn create(call: Call) -> Result<Answer, Problem> {
    let contact: ContactId = call.id("id", "contact")?;
    let input: NoteInput = call.read_body()?;
    call.write(
        move |w| {
            let contact = Contact::get(w, contact)?;
            let ticket = open_ticket_of(w, contact.id)?.map(|ticket| ticket.id);
            messages::add_note(w, &contact, ticket, &input.text)
        },
        |note, _| Answer::json(201, &view(note, &Extras::default())),
    )
    .await
}
