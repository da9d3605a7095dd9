//! Finding anything by words.

use crm::contacts::Contact;
use crm::id::{ChannelId, ContactId, MessageId, PipelineId, StageId, TicketId};
use crm::search::{self, Found};
use crm::tickets::TicketStatus;
use crm::{Scope, Setup, Timestamp, Work};
use schemars::JsonSchema;
use serde::Serialize;

use crate::answer::Answer;
use crate::call::Call;
use crate::compat::views::platform;
use crate::input::{Fields, Input};
use crate::kinds::{Text, Whole};
use crate::problem::Problem;

/// Characters of what is looked for.
pub const WORDS: Text = Text { max: 200 };
const DEFAULT: i64 = 10;

#[derive(Debug)]
pub struct SearchQuery {
    text: String,
    limit: i64,
}

impl Input for SearchQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let about = "Words in any order, case and accents; the last may be only begun. Or a phone, or any four digits of it or more.";
        let text = f.required("q", WORDS, about);
        let limit = f.optional("limit", Whole { min: 1, max: 50 }, "Of each kind, at most (10).");
        Some(SearchQuery { text: text?, limit: limit.unwrap_or(DEFAULT) })
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct FoundView {
    /// By name, phone, e-mail, user name; the newest first. None without `contacts:read`.
    pub contacts: Vec<FoundContact>,
    /// By their text, notes too; the newest first.
    pub messages: Vec<FoundMessage>,
    /// Of the contacts, open ones first. None without `tickets:read`.
    pub tickets: Vec<FoundTicket>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct FoundContact {
    pub id: ContactId,
    pub name: Option<String>,
    /// E.164
    pub phone: Option<String>,
    pub email: Option<String>,
    pub username: Option<String>,
    pub channel_id: ChannelId,
    pub platform: &'static str,
    pub last_message_at: Option<Timestamp>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct FoundMessage {
    pub id: MessageId,
    pub contact_id: ContactId,
    pub contact_name: Option<String>,
    /// Plain text around the first word that was found.
    pub snippet: String,
    pub sent_at: Timestamp,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct FoundTicket {
    pub id: TicketId,
    pub contact_id: ContactId,
    pub contact_name: Option<String>,
    pub pipeline_id: PipelineId,
    pub stage_id: StageId,
    pub status: TicketStatus,
}

fn contact(setup: &Setup, contact: &Contact) -> FoundContact {
    FoundContact {
        id: contact.id,
        name: contact.name.clone(),
        phone: contact.phone.clone(),
        email: contact.email.clone(),
        username: contact.username.clone(),
        channel_id: contact.channel_id,
        platform: platform(setup.channel(contact.channel_id)),
        last_message_at: contact.last_message_at,
    }
}

fn view(setup: &Setup, found: Found) -> FoundView {
    let messages = found.messages.into_iter().map(|message| FoundMessage {
        id: message.id,
        contact_id: message.contact_id,
        contact_name: message.contact_name,
        snippet: message.snippet,
        sent_at: message.sent_at,
    });
    let tickets = found.tickets.into_iter().map(|(ticket, contact_name)| FoundTicket {
        id: ticket.id,
        contact_id: ticket.contact_id,
        contact_name,
        pipeline_id: ticket.pipeline_id,
        stage_id: ticket.stage_id,
        status: ticket.status,
    });
    FoundView {
        contacts: found.contacts.iter().map(|found| contact(setup, found)).collect(),
        messages: messages.collect(),
        tickets: tickets.collect(),
    }
}

pub async fn search(call: Call) -> Result<Answer, Problem> {
    let query: SearchQuery = call.read_query()?;
    let work = move |w: &mut Work<'_, '_>| {
        let mut found = search::search(w, &query.text, query.limit)?;
        let scopes = w.setup.scopes_of(w.actor()).unwrap_or_default();
        if !scopes.contains(Scope::ContactsRead) {
            found.contacts.clear();
        }
        if !scopes.contains(Scope::TicketsRead) {
            found.tickets.clear();
        }
        Ok((found, w.setup.clone()))
    };
    let (found, setup) = call.read(work).await?;
    Answer::json(200, &view(&setup, found))
}
