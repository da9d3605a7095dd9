//! Scheduled messages: a template or a text, at a time of its own.

use crm::id::{ChannelId, ContactId, MessageId, ScheduledMessageId, TemplateId};
use crm::messages::TEXT_LIMIT;
use crm::page::{Page, PageRequest};
use crm::scheduled::{
    self, Filter, NewScheduled, Order, Places, Recipient as To, ScheduledMessage, ScheduledStatus, What,
};
use crm::{Setup, Timestamp, Work};
use schemars::JsonSchema;
use serde::Serialize;

use super::events::{ActorView, actor};
use super::message_input::TemplateInput;
use super::messages::{ErrorView, error};
use super::paging::page;
use super::recipient::Recipient;
use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input, Style};
use crate::kinds::{Flag, Instant, Text, id, nested};
use crate::one_of;
use crate::problem::Problem;

#[derive(Debug, Serialize, JsonSchema)]
pub struct ScheduledMessageView {
    pub id: ScheduledMessageId,
    pub contact_id: ContactId,
    pub channel_id: ChannelId,
    /// `scheduled`; `sent`: queued as the message `message_id`, which says what became of it; `failed`: see `error`; `cancelled`
    pub status: ScheduledStatus,
    pub scheduled_at: Timestamp,
    /// `template` or `text`
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub template: Option<TemplateNameView>,
    /// The text with its variables, as it read when it was scheduled; of one that was sent, the message's while that is kept.
    pub body: Option<String>,
    /// Which of the person's numbers was named; null: whichever they wrote from last.
    pub to: Option<String>,
    /// The message that it became.
    pub message_id: Option<MessageId>,
    /// Why it failed.
    pub error: Option<ErrorView>,
    /// Who scheduled it.
    pub actor: ActorView,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// When it was sent, failed or was cancelled.
    pub done_at: Option<Timestamp>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct TemplateNameView {
    pub id: TemplateId,
    pub name: String,
    pub language: String,
}

fn view(message: &ScheduledMessage) -> ScheduledMessageView {
    ScheduledMessageView {
        id: message.id,
        contact_id: message.contact_id,
        channel_id: message.channel_id,
        status: message.status,
        scheduled_at: message.scheduled_at,
        kind: if message.template.is_some() { "template" } else { "text" },
        template: message.template.as_ref().map(|template| TemplateNameView {
            id: template.id,
            name: template.name.clone(),
            language: template.language.clone(),
        }),
        body: message.body.clone(),
        to: message.to.clone(),
        message_id: message.message_id,
        error: message.failure.as_ref().map(error),
        actor: actor(&message.actor),
        created_at: message.created_at,
        updated_at: message.updated_at,
        done_at: message.done_at,
    }
}

fn answer(status: u16, message: &ScheduledMessage) -> Result<Answer, Problem> {
    Ok(Answer::json(status, &view(message))?.etag(message.version))
}

#[derive(Debug)]
pub struct ScheduledMessagesQuery {
    filter: Filter,
    page: PageRequest,
}

impl Input for ScheduledMessagesQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let contact = f.optional("contact_id", id::<ContactId>(), "Only those to this contact.");
        let status = f.optional("status", one_of!(ScheduledStatus), "Only those that stand so.");
        let order = f.optional(
            "order",
            one_of!(Order),
            "By their time: what is due next first (`asc`), or the latest (`desc`).",
        );
        let filter = Filter { contact, status, order: order.unwrap_or_default() };
        Some(ScheduledMessagesQuery { filter, page: page(f) })
    }
}

pub async fn list(call: Call) -> Result<Answer, Problem> {
    let ScheduledMessagesQuery { filter, page } = call.read_query()?;
    let found = call.read(move |w| scheduled::list(w, &filter, &page)).await?;
    let data = found.data.iter().map(view).collect();
    Answer::json(200, &Page { data, next_cursor: found.next_cursor })
}

pub async fn show(call: Call) -> Result<Answer, Problem> {
    let id: ScheduledMessageId = call.id("id", "scheduled message")?;
    answer(200, &call.read(move |w| scheduled::get(w, id)).await?)
}

#[derive(Debug)]
pub struct CreateInput {
    to: Recipient,
    at: Timestamp,
    what: What,
}

impl Input for CreateInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let to = Recipient::read(f);
        let at = f.required(
            "scheduled_at",
            Instant,
            "When it is sent; at most 5 minutes past, which is now, or 366 days ahead.",
        );
        let about = "A text. On WhatsApp only where its time is within the person's 24 h window.";
        let text = f.optional("text", Text { max: TEXT_LIMIT }, about);
        let preview_url =
            f.optional("preview_url", Flag, "With text: the first address in it is shown with a picture.");
        let about = "Instead of text: an approved template. A file in its header is a `link`.";
        let template = f.optional("template", nested::<TemplateInput>(Style::Strict), about);
        let what = match (text, template) {
            (Some(text), None) => What::Text { text, preview_url: preview_url.unwrap_or(false) },
            (None, Some(TemplateInput { reference, values })) => What::Template { reference, values: Box::new(values) },
            (text, _) => {
                let named =
                    f.problems.iter().any(|p| p.pointer.starts_with("/text") || p.pointer.starts_with("/template"));
                if !f.describes() && !named {
                    let code = if text.is_some() { "invalid_value" } else { "required" };
                    f.problem("text", code, "Give one of text and template.");
                }
                return None;
            }
        };
        Some(CreateInput { to, at: at?, what })
    }
}

const PLACES: Places = Places {
    contact: "/contact_id",
    at: "/scheduled_at",
    template: "/template",
    values: "/template",
    template_by: "`template`",
};

pub async fn create(call: Call) -> Result<Answer, Problem> {
    let input: CreateInput = call.read_body()?;
    let new = call
        .prepare(|setup| {
            let to = To::Known(input.to.addressee(setup)?);
            Ok(NewScheduled { to, what: input.what.clone(), at: input.at, places: PLACES })
        })
        .await?;
    let work = move |w: &mut Work<'_, '_>| scheduled::create(w, &new);
    call.write(work, |done, _: &Setup| answer(if done.made { 201 } else { 200 }, &done.message)).await
}

#[derive(Debug)]
pub struct UpdateInput {
    at: Timestamp,
}

impl Input for UpdateInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let at = f.required("scheduled_at", Instant, "When it is sent instead.");
        Some(UpdateInput { at: at? })
    }
}

pub async fn update(call: Call) -> Result<Answer, Problem> {
    let id: ScheduledMessageId = call.id("id", "scheduled message")?;
    let UpdateInput { at } = call.read_body()?;
    let version = call.if_version()?;
    let work = move |w: &mut Work<'_, '_>| scheduled::reschedule(w, id, at, "/scheduled_at", version);
    call.write(work, |message, _: &Setup| answer(200, message)).await
}

pub async fn cancel(call: Call) -> Result<Answer, Problem> {
    let id: ScheduledMessageId = call.id("id", "scheduled message")?;
    call.write(move |w| scheduled::cancel(w, id), |message, _: &Setup| answer(200, message)).await
}
