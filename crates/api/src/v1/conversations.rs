//! The inbox: its list, its counts, one conversation, and what the team does with it as a whole.

use crm::conversations::{self, Conversation, ConversationFilter, Counts, LastMessage, PREVIEW, View};
use crm::id::{ChannelId, ContactId, CustomerId, MemberId, MessageId, PipelineId, StageId, TicketId};
use crm::messages::{Direction, MessageStatus};
use crm::page::{Page, PageRequest};
use crm::search::conversations_of;
use crm::{Actor, Setup, Timestamp, Work};
use schemars::JsonSchema;
use serde::Serialize;

use super::paging::page;
use super::references::References;
use super::search::WORDS;
use crate::answer::Answer;
use crate::call::Call;
use crate::compat::views::platform;
use crate::input::{Fields, Input};
use crate::kinds::{Flag, Whole, id};
use crate::one_of;
use crate::problem::Problem;
use crate::receipts::JustRead;

/// A contact with a message or an open ticket.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ConversationView {
    /// The contact's.
    pub id: ContactId,
    pub name: Option<String>,
    /// E.164
    pub phone: Option<String>,
    /// On WhatsApp.
    pub username: Option<String>,
    pub channel_id: ChannelId,
    /// Type of the channel.
    pub platform: &'static str,
    pub customer_id: CustomerId,
    /// The last one that is neither a note nor a reaction.
    pub last_message: Option<LastMessageView>,
    /// Of the last message or note, or of the opening of the ticket: what the list is sorted by.
    pub last_activity_at: Timestamp,
    /// Messages of the person's that nobody of the team has read.
    pub unread: i64,
    /// The person's first message that nobody has answered; null also once the ticket was closed over it.
    pub waiting_since: Option<Timestamp>,
    /// On WhatsApp: until when anything but templates may be sent to them; null where they never wrote.
    pub service_window_ends_at: Option<Timestamp>,
    pub agent_ids: Vec<MemberId>,
    pub tag_ids: Vec<i64>,
    pub open_ticket: Option<OpenTicketView>,
    pub blocked: bool,
    /// Since when they want no marketing.
    pub opted_out_at: Option<Timestamp>,
    /// What the calling member has written and not sent.
    pub draft: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct LastMessageView {
    pub id: MessageId,
    pub direction: Direction,
    /// `text`, `image`, `template`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// Its beginning, at most 160 characters.
    pub body: String,
    pub status: MessageStatus,
    pub sent_at: Timestamp,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct OpenTicketView {
    pub id: TicketId,
    pub pipeline_id: PipelineId,
    pub stage_id: StageId,
}

pub fn view(setup: &Setup, found: &Conversation) -> ConversationView {
    let contact = &found.contact;
    ConversationView {
        id: contact.id,
        name: contact.name.clone(),
        phone: contact.phone.clone(),
        username: contact.username.clone(),
        channel_id: contact.channel_id,
        platform: platform(setup.channel(contact.channel_id)),
        customer_id: contact.customer_id,
        last_message: found.last_message.as_ref().map(last_message),
        last_activity_at: found.last_activity_at,
        unread: found.unread,
        waiting_since: found.waiting_since,
        service_window_ends_at: contact.service_window_ends_at(setup),
        agent_ids: found.agents.clone(),
        tag_ids: found.tags.clone(),
        open_ticket: found.open_ticket.map(|ticket| OpenTicketView {
            id: ticket.id,
            pipeline_id: ticket.pipeline_id,
            stage_id: ticket.stage_id,
        }),
        blocked: contact.blocked,
        opted_out_at: contact.opted_out_at,
        draft: found.draft.clone(),
    }
}

fn last_message(message: &LastMessage) -> LastMessageView {
    LastMessageView {
        id: message.id,
        direction: message.direction,
        kind: message.kind.clone(),
        body: message.body.chars().take(PREVIEW).collect(),
        status: message.status,
        sent_at: message.sent_at,
    }
}

/// The member who calls; 409 `needs_a_member` for anybody else.
pub fn member_of(call: &Call) -> Result<MemberId, Problem> {
    match call.caller.actor {
        Actor::Member(id) => Ok(id),
        _ => {
            let message = "This belongs to a member: call it with a member's session, not with an API key.";
            Err(crm::Error::conflict("needs_a_member", message).into())
        }
    }
}

fn own(call: &Call) -> Option<MemberId> {
    match call.caller.actor {
        Actor::Member(id) => Some(id),
        _ => None,
    }
}

/// What the list and the counts are narrowed by.
#[derive(Debug)]
pub struct Narrowing {
    filter: ConversationFilter,
    text: Option<String>,
}

impl Input for Narrowing {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let channel = f.optional("channel_id", id::<ChannelId>(), "");
        let pipeline = f.optional("pipeline_id", id::<PipelineId>(), "Of the open ticket.");
        let stage = f.optional("stage_id", id::<StageId>(), "Of the open ticket.");
        let tag = f.optional("tag_id", Whole { min: 1, max: i64::MAX }, "A tag of the contact.");
        let agent = f.optional("agent_id", id::<MemberId>(), "One of the contact's agents.");
        let blocked = f.optional("blocked", Flag, "True: only blocked contacts; else only others.");
        let blocked = blocked.unwrap_or(false);
        let about = "Words of a name, an e-mail or a message, the last of them perhaps only begun; or a phone, or any four digits of \
                     it or more. Looks through the 300 newest contacts and the 300 newest messages that match.";
        let text = f.optional("q", WORDS, about);
        Some(Narrowing {
            filter: ConversationFilter { channel, pipeline, stage, tag, agent, blocked, among: None },
            text,
        })
    }
}

impl Narrowing {
    async fn check(&self, call: &Call) -> Result<(), Problem> {
        let filter = &self.filter;
        call.prepare(|setup| {
            let mut problems = References::of(setup);
            problems.channel("?channel_id", filter.channel).pipeline("?pipeline_id", filter.pipeline);
            problems.stage("?stage_id", filter.stage).member("?agent_id", filter.agent).check()
        })
        .await
    }

    /// With what the search finds now.
    fn filter(&self, w: &mut Work<'_, '_>) -> crm::Result<ConversationFilter> {
        let among = self.text.as_deref().map(|text| conversations_of(w, text)).transpose()?;
        Ok(ConversationFilter { among, ..self.filter.clone() })
    }
}

#[derive(Debug)]
pub struct ConversationsQuery {
    view: View,
    narrowing: Narrowing,
    page: PageRequest,
}

impl Input for ConversationsQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let about = "`mine`: the caller is an agent of theirs; `unassigned`: nobody is; `unread`: with messages that nobody \
                     has read; `waiting`: for an answer, who has waited longest first (all).";
        let view = f.optional("view", one_of!(View), about).unwrap_or(View::All);
        Some(ConversationsQuery { view, narrowing: Narrowing::read(f)?, page: page(f) })
    }
}

pub async fn list(call: Call) -> Result<Answer, Problem> {
    let query: ConversationsQuery = call.read_query()?;
    query.narrowing.check(&call).await?;
    let mine = if query.view == View::Mine { Some(member_of(&call)?) } else { None };
    let (found, setup) = call
        .read(move |w| {
            let filter = query.narrowing.filter(w)?;
            let found = conversations::list(w, &filter, query.view, mine, &query.page)?;
            Ok((found, w.setup.clone()))
        })
        .await?;
    let data = found.data.iter().map(|found| view(&setup, found)).collect();
    Answer::json(200, &Page::<ConversationView> { data, next_cursor: found.next_cursor })
}

pub async fn show(call: Call) -> Result<Answer, Problem> {
    let id: ContactId = call.id("id", "conversation")?;
    let (found, setup) = call.read(move |w| Ok((conversations::get(w, id)?, w.setup.clone()))).await?;
    Answer::json(200, &view(&setup, &found))
}

/// Each at most 1000; those in `capped` are more.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CountsView {
    pub all: i64,
    /// Null where the caller is no member.
    pub mine: Option<i64>,
    pub unassigned: i64,
    pub unread: i64,
    /// Of the unread ones the caller's own and those that are nobody's: what a badge shows. Null where the caller is no member.
    pub unread_mine_or_unassigned: Option<i64>,
    pub waiting: i64,
    /// Which of them are more than is said.
    pub capped: Vec<&'static str>,
}

pub async fn counts(call: Call) -> Result<Answer, Problem> {
    let narrowing: Narrowing = call.read_query()?;
    narrowing.check(&call).await?;
    let mine = own(&call);
    let counts = call
        .read(move |w| {
            let filter = narrowing.filter(w)?;
            conversations::counts(w, &filter, mine)
        })
        .await?;
    Answer::json(200, &counted(&counts))
}

fn counted(counts: &Counts) -> CountsView {
    let most = conversations::COUNTED;
    let named = [
        ("all", Some(counts.all)),
        ("mine", counts.mine),
        ("unassigned", Some(counts.unassigned)),
        ("unread", Some(counts.unread)),
        ("unread_mine_or_unassigned", counts.unread_mine_or_unassigned),
        ("waiting", Some(counts.waiting)),
    ];
    CountsView {
        all: counts.all.min(most),
        mine: counts.mine.map(|mine| mine.min(most)),
        unassigned: counts.unassigned.min(most),
        unread: counts.unread.min(most),
        unread_mine_or_unassigned: counts.unread_mine_or_unassigned.map(|n| n.min(most)),
        waiting: counts.waiting.min(most),
        capped: named.into_iter().filter(|(_, n)| n.is_some_and(|n| n > most)).map(|(name, _)| name).collect(),
    }
}

#[derive(Debug)]
pub struct ReadInput {
    up_to: Option<MessageId>,
}

impl Input for ReadInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let about = "The last message that was seen: what came after it stays unread. Left out, all that are here.";
        Some(ReadInput { up_to: f.optional("up_to", id::<MessageId>(), about) })
    }
}

/// For the whole team; and the person is told, where the channel can, once this is answered.
pub async fn read(call: Call) -> Result<Answer, Problem> {
    let id: ContactId = call.id("id", "conversation")?;
    let input: ReadInput = call.read_body()?;
    let just = JustRead::default();
    let found = just.clone();
    let answer = call
        .write(
            move |w| {
                let read = conversations::mark_read(w, id, input.up_to)?;
                found.put(&read.newest);
                conversations::get(w, id)
            },
            |found, setup| Answer::json(200, &view(setup, found)),
        )
        .await?;
    just.tell(&call);
    Ok(answer)
}

pub async fn unread(call: Call) -> Result<Answer, Problem> {
    let id: ContactId = call.id("id", "conversation")?;
    call.write(
        move |w| {
            conversations::mark_unread(w, id)?;
            conversations::get(w, id)
        },
        |found, setup| Answer::json(200, &view(setup, found)),
    )
    .await
}

pub async fn block(call: Call) -> Result<Answer, Problem> {
    set_blocked(call, true).await
}

pub async fn unblock(call: Call) -> Result<Answer, Problem> {
    set_blocked(call, false).await
}

async fn set_blocked(call: Call, blocked: bool) -> Result<Answer, Problem> {
    let id: ContactId = call.id("id", "conversation")?;
    call.write(
        move |w| {
            conversations::get(w, id)?;
            conversations::block(w, id, blocked)?;
            conversations::get(w, id)
        },
        |found, setup| Answer::json(200, &view(setup, found)),
    )
    .await
}
