//! A contact's messages and notes.

use crm::Timestamp;
use crm::contacts::Contact;
use crm::id::{ChannelId, ContactId, MessageId, TicketId};
use crm::messages::{self, Direction, Message, NOTE_LIMIT};
use crm::page::Page;
use crm::tickets::open_ticket_of;
use schemars::JsonSchema;
use serde::Serialize;

use super::events::{ActorView, actor};
use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input};
use crate::kinds::{Text, Whole, id};
use crate::problem::Problem;

#[derive(Debug, Serialize, JsonSchema)]
pub struct MessageView {
    pub id: MessageId,
    pub contact_id: ContactId,
    pub channel_id: ChannelId,
    pub ticket_id: Option<TicketId>,
    pub direction: Direction,
    #[serde(rename = "type")]
    pub kind: String,
    pub body: String,
    pub status: String,
    pub actor: ActorView,
    pub sent_at: Timestamp,
    pub created_at: Timestamp,
}

pub fn view(message: &Message) -> MessageView {
    MessageView {
        id: message.id,
        contact_id: message.contact_id,
        channel_id: message.channel_id,
        ticket_id: message.ticket_id,
        direction: message.direction,
        kind: message.kind.clone(),
        body: message.body.clone(),
        status: message.status.name().to_owned(),
        actor: actor(&message.actor),
        sent_at: message.sent_at,
        created_at: message.created_at,
    }
}

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
    let (found, more) = call
        .read(move |w| {
            let contact = Contact::get(w, contact)?;
            messages::recent_of(w, contact.id, None, query.cursor, query.limit)
        })
        .await?;
    let next_cursor = found.last().filter(|_| more).map(|last| last.id.to_string());
    Answer::json(200, &Page { data: found.iter().map(view).collect(), next_cursor })
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
        |note, _| Answer::json(201, &view(note)),
    )
    .await
}
