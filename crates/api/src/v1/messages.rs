//! Messages out, and what became of them.

use crm::id::{ChannelId, ContactId, MediaId, MessageId, TicketId};
use crm::media::{Media, MediaState, MediaType};
use crm::messages::{self, Direction, Extras, Failure, Message, Places, ReactionRow, Send, Sent, extras};
use crm::page::Page;
use crm::{Timestamp, Work};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::events::{ActorView, actor};
use super::message_input::read_content;
use super::outside::graph_of;
use super::recipient::Recipient;
use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input};
use crate::kinds::{Flag, OneOf, SHORT, Whole, id};
use crate::problem::Problem;

#[derive(Debug, Serialize, JsonSchema)]
pub struct MessageView {
    pub id: MessageId,
    pub contact_id: ContactId,
    pub channel_id: ChannelId,
    pub ticket_id: Option<TicketId>,
    pub direction: Direction,
    /// `text`, `image`, `template`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// What is read in a list: the text, the caption, the template with its variables.
    pub body: String,
    /// What else belongs to the type.
    #[schemars(with = "Option<Value>")]
    pub content: Option<Box<RawValue>>,
    /// `queued`, `sending`, `sent`, `delivered`, `read`, `played`, `failed`, `unknown`, `cancelled`; inbound `received`; of a note
    /// `stored`
    pub status: String,
    /// Why it failed, or waits.
    pub error: Option<ErrorView>,
    pub attachments: Vec<AttachmentView>,
    pub reactions: Vec<ReactionRow>,
    /// The message that this one answers, where it is here.
    pub reply_to: Option<MessageId>,
    /// What the provider calls it.
    pub provider_id: Option<String>,
    /// `phone`: written in the app beside the API.
    pub source: Option<String>,
    pub actor: ActorView,
    /// What messages are ordered by: provider time inbound, queue time outbound.
    pub sent_at: Timestamp,
    /// When it arrived here, or was made.
    pub created_at: Timestamp,
    /// When the provider took it.
    pub accepted_at: Option<Timestamp>,
    pub delivered_at: Option<Timestamp>,
    pub read_at: Option<Timestamp>,
    pub played_at: Option<Timestamp>,
    pub failed_at: Option<Timestamp>,
    pub edited_at: Option<Timestamp>,
    pub deleted_at: Option<Timestamp>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ErrorView {
    /// The provider's code, or a word of ours.
    pub code: String,
    pub title: Option<String>,
    /// As the provider said it.
    pub details: Option<String>,
    pub advice: Option<String>,
}

/// A file of a message.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AttachmentView {
    pub id: MediaId,
    #[serde(rename = "type")]
    pub media_type: MediaType,
    pub mime: Option<String>,
    pub file_name: Option<String>,
    /// Bytes.
    pub size: Option<i64>,
    pub sha256: Option<String>,
    /// `pending`: being fetched; `stored`; `failed`, `refused`: see `error`.
    pub state: MediaState,
    pub error: Option<String>,
    /// Where it can be had, once it is stored.
    pub url: Option<String>,
}

pub fn attachment(media: &Media) -> AttachmentView {
    AttachmentView {
        id: media.id,
        media_type: media.media_type,
        mime: media.mime.clone(),
        file_name: media.file_name.clone(),
        size: media.size,
        sha256: media.sha256.clone(),
        state: media.state,
        error: media.error.clone(),
        url: (media.state == MediaState::Stored).then(|| format!("/api/v1/media/{}", media.id)),
    }
}

pub fn error(failure: &Failure) -> ErrorView {
    ErrorView {
        code: failure.code.clone(),
        title: failure.title.clone(),
        details: failure.details.clone(),
        advice: failure.advice.clone(),
    }
}

pub fn view(message: &Message, extras: &Extras) -> MessageView {
    MessageView {
        id: message.id,
        contact_id: message.contact_id,
        channel_id: message.channel_id,
        ticket_id: message.ticket_id,
        direction: message.direction,
        kind: message.kind.clone(),
        body: message.body.clone(),
        content: message.payload.clone().and_then(|text| RawValue::from_string(text).ok()),
        status: message.status.name().to_owned(),
        error: message.failure.as_ref().map(error),
        attachments: extras.files.iter().map(attachment).collect(),
        reactions: extras.reactions.clone(),
        reply_to: extras.reply_to,
        provider_id: message.provider_id.clone(),
        source: message.source.clone(),
        actor: actor(&message.actor),
        sent_at: message.sent_at,
        created_at: message.created_at,
        accepted_at: message.progress.accepted_at,
        delivered_at: message.progress.delivered_at,
        read_at: message.progress.read_at,
        played_at: message.progress.played_at,
        failed_at: message.progress.failed_at,
        edited_at: message.edited_at,
        deleted_at: message.deleted_at,
    }
}

pub fn views(w: &mut Work<'_, '_>, messages: &[Message]) -> crm::Result<Vec<MessageView>> {
    let extras = extras(w, messages)?;
    Ok(messages.iter().zip(&extras).map(|(message, extras)| view(message, extras)).collect())
}

#[derive(Debug)]
pub struct SendInput {
    to: Recipient,
    reply_to: Option<String>,
    what: Option<Sent>,
}

impl Input for SendInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let to = Recipient::read(f);
        let reply_to = f.optional("reply_to", SHORT, "The message that this one answers.");
        let what = read_content(f);
        Some(SendInput { to, reply_to, what })
    }
}

const PLACES: Places = Places {
    reply: "/reply_to",
    reaction: "/reaction/message_id",
    template: "/template",
    values: "/template",
    template_by: "`template`",
};

pub async fn create(call: Call) -> Result<Answer, Problem> {
    let input: SendInput = call.read_body()?;
    let send = call
        .prepare(|setup| {
            let to = input.to.addressee(setup)?;
            let what = input.what.clone().ok_or_else(|| Problem::internal("a message without content"))?;
            Ok(Send { to, what, reply_to: input.reply_to.clone(), pause_assistant: None, places: PLACES })
        })
        .await?;
    let work = move |w: &mut Work<'_, '_>| {
        let queued = messages::send(w, &send)?;
        views(w, &[queued.message])
    };
    call.write(work, |views, _| Answer::json(201, &views.first())).await
}

pub async fn show(call: Call) -> Result<Answer, Problem> {
    let id: MessageId = call.id("id", "message")?;
    let found = call
        .read(move |w| {
            let message = Message::get(w, id)?;
            views(w, &[message])
        })
        .await?;
    Answer::json(200, &found.first())
}

#[derive(Debug)]
pub struct MessagesQuery {
    unknown: bool,
    channel: Option<ChannelId>,
    limit: i64,
    cursor: Option<MessageId>,
}

const UNDER_WAY: OneOf<bool> = OneOf {
    words: &["waiting", "unknown"],
    read: |word| match word {
        "waiting" => Some(false),
        "unknown" => Some(true),
        _ => None,
    },
};

impl Input for MessagesQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let about = "`waiting`: queued or being sent; `unknown`: handed over, and nobody knows whether they arrived.";
        let unknown = f.required("state", UNDER_WAY, about);
        let channel = f.optional("channel_id", id::<ChannelId>(), "Only those of this channel.");
        let limit = f.optional("limit", Whole { min: 1, max: 200 }, "Rows of this page, at most (50).");
        let cursor = f.optional("cursor", id::<MessageId>(), "`next_cursor` of the page before.");
        Some(MessagesQuery { unknown: unknown?, channel, limit: limit.unwrap_or(50), cursor })
    }
}

pub async fn list(call: Call) -> Result<Answer, Problem> {
    let MessagesQuery { unknown, channel, limit, cursor } = call.read_query()?;
    let page = call
        .read(move |w| {
            let mut found = messages::under_way(w, channel, unknown, cursor, limit + 1)?;
            let more = found.len() as i64 > limit;
            found.truncate(usize::try_from(limit).unwrap_or(0));
            let next_cursor = found.last().filter(|_| more).map(|last| last.id.to_string());
            Ok(Page { data: views(w, &found)?, next_cursor })
        })
        .await?;
    Answer::json(200, &page)
}

pub async fn retry(call: Call) -> Result<Answer, Problem> {
    let id: MessageId = call.id("id", "message")?;
    let work = move |w: &mut Work<'_, '_>| {
        let message = messages::retry(w, id)?;
        views(w, &[message])
    };
    call.write(work, |views, _| Answer::json(200, &views.first())).await
}

pub async fn discard(call: Call) -> Result<Answer, Problem> {
    let id: MessageId = call.id("id", "message")?;
    let work = move |w: &mut Work<'_, '_>| {
        let message = messages::discard(w, id)?;
        views(w, &[message])
    };
    call.write(work, |views, _| Answer::json(200, &views.first())).await
}

#[derive(Debug)]
pub struct ReadInput {
    typing: bool,
}

impl Input for ReadInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let about = "Shows that an answer is being written, for 25 s or until it comes.";
        Some(ReadInput { typing: f.optional("typing", Flag, about).unwrap_or(false) })
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ReadAnswer {
    /// False: this server, or the channel's type, tells nobody.
    pub told: bool,
}

/// Tells the person that their message was read. Nothing of ours changes, so it may be done again.
pub async fn read(call: Call) -> Result<Answer, Problem> {
    let id: MessageId = call.id("id", "message")?;
    let input: ReadInput = call.read_body()?;
    let message = call.read(move |w| Message::get(w, id)).await?;
    let provider_id = message.provider_id.filter(|_| message.direction == Direction::Inbound);
    let Some(provider_id) = provider_id else {
        let text = "Only a message that came in by a provider can be told to be read.";
        return Err(crm::Error::conflict("wrong_status", text).into());
    };
    let Some(graph) = graph_of(&call, message.channel_id).await? else {
        return Answer::json(200, &ReadAnswer { told: false });
    };
    super::outside::answered(graph.read_receipt(&provider_id, input.typing).await)?;
    Answer::json(200, &ReadAnswer { told: true })
}
