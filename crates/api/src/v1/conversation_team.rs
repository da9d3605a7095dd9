//! What a team does in conversations beside writing: drafts, showing that one types or looks, one thing for many at once.

use crm::contacts::Contact;
use crm::conversations::{self, Bulk, Draft, MOST_AT_ONCE, Outcomes};
use crm::id::{ContactId, MemberId, MessageId, StageId};
use crm::pipelines::Outcome;
use crm::{Setup, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::conversations::member_of;
use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input};
use crate::kinds::{List, OneOf, Text, Whole, id};
use crate::problem::Problem;
use crate::receipts::JustRead;

/// As much as a message may have.
const DRAFT: Text = Text { max: 4096 };
const REASON: Text = Text { max: 500 };

fn done() -> Answer {
    Answer::bytes(204, crate::answer::JSON, bytes::Bytes::new())
}

/// Whose it is: 404 comes before the question who asks.
async fn contact_of(call: &Call) -> Result<(ContactId, MemberId), Problem> {
    let id: ContactId = call.id("id", "conversation")?;
    let contact = call.read(move |w| Contact::get(w, id)).await?;
    Ok((contact.id, member_of(call)?))
}

#[derive(Debug)]
pub struct TypingInput {
    typing: bool,
}

const STATE: OneOf<bool> = OneOf {
    words: &["typing", "stopped"],
    read: |word| match word {
        "typing" => Some(true),
        "stopped" => Some(false),
        _ => None,
    },
};

impl Input for TypingInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let about = "Say `typing` again every few seconds: whoever sees it lets it go after ten.";
        Some(TypingInput { typing: f.required("state", STATE, about)? })
    }
}

pub async fn typing(call: Call) -> Result<Answer, Problem> {
    let input: TypingInput = call.read_body()?;
    let (contact, member) = contact_of(&call).await?;
    let state = if input.typing { "typing" } else { "stopped" };
    let data = json!({"contact_id": contact, "member_id": member, "state": state, "at": call.app.crm.now()});
    call.app.hub.tell_everywhere(call.caller.organization, "typing", &data);
    Ok(done())
}

pub async fn viewing(call: Call) -> Result<Answer, Problem> {
    let (contact, member) = contact_of(&call).await?;
    let data = json!({"contact_id": contact, "member_id": member, "at": call.app.crm.now()});
    call.app.hub.tell_everywhere(call.caller.organization, "viewing", &data);
    Ok(done())
}

#[derive(Debug)]
pub struct DraftInput {
    text: String,
    reply_to: Option<MessageId>,
}

impl Input for DraftInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let text = f.required("text", DRAFT, "As far as it is written.");
        let reply_to = f.optional("reply_to", id::<MessageId>(), "The message that it answers.");
        Some(DraftInput { text: text?, reply_to })
    }
}

/// Seen by the member who wrote it, and nobody else.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DraftView {
    pub text: String,
    pub reply_to: Option<MessageId>,
    pub updated_at: Timestamp,
}

pub async fn put_draft(call: Call) -> Result<Answer, Problem> {
    let input: DraftInput = call.read_body()?;
    let (contact, member) = contact_of(&call).await?;
    let work =
        move |w: &mut crm::Work<'_, '_>| conversations::put_draft(w, contact, member, &input.text, input.reply_to);
    call.write(work, |draft: &Draft, _: &Setup| {
        let Draft { text, reply_to, updated_at } = draft.clone();
        Answer::json(200, &DraftView { text, reply_to, updated_at })
    })
    .await
}

pub async fn delete_draft(call: Call) -> Result<Answer, Problem> {
    let (contact, member) = contact_of(&call).await?;
    call.write(move |w| conversations::remove_draft(w, contact, member), |(), _: &Setup| Ok(done())).await
}

#[derive(Debug)]
pub struct BulkInput {
    ids: Vec<ContactId>,
    what: Bulk,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Assign,
    Unassign,
    Move,
    Close,
    Tag,
    Untag,
    Read,
}

const ACTION: OneOf<Action> = OneOf {
    words: &["assign", "unassign", "move", "close", "tag", "untag", "read"],
    read: |word| {
        Some(match word {
            "assign" => Action::Assign,
            "unassign" => Action::Unassign,
            "move" => Action::Move,
            "close" => Action::Close,
            "tag" => Action::Tag,
            "untag" => Action::Untag,
            "read" => Action::Read,
            _ => return None,
        })
    },
};

const OUTCOME: OneOf<Outcome> =
    OneOf { words: &["won", "lost"], read: |word| Outcome::from_name(word).filter(|o| *o != Outcome::Open) };

impl Input for BulkInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let ids = f.required("ids", List { of: id::<ContactId>(), max: MOST_AT_ONCE }, "Conversations.");
        let action = f.required("action", ACTION, "");
        let member = f.optional("member_id", id::<MemberId>(), "Of `assign`; of `unassign` one agent, left out all.");
        let stage = f.optional("stage_id", id::<StageId>(), "Of `move`.");
        let outcome = f.optional("outcome", OUTCOME, "Of `close`.");
        let reason = f.optional("reason", REASON, "Of `close`, or of a `move` that closes.");
        let tag = f.optional("tag_id", Whole { min: 1, max: i64::MAX }, "Of `tag` and `untag`.");
        let action = action?;
        let mut missing = |name: &str| {
            f.problem(name, "required", format!("`{name}` is required for this action."));
            None
        };
        let what = match action {
            Action::Assign => member.map(Bulk::Assign).or_else(|| missing("member_id")),
            Action::Unassign => Some(Bulk::Unassign(member)),
            Action::Move => stage.map(|stage| Bulk::Move { stage, reason }).or_else(|| missing("stage_id")),
            Action::Close => outcome.map(|outcome| Bulk::Close { outcome, reason }).or_else(|| missing("outcome")),
            Action::Tag => tag.map(Bulk::Tag).or_else(|| missing("tag_id")),
            Action::Untag => tag.map(Bulk::Untag).or_else(|| missing("tag_id")),
            Action::Read => Some(Bulk::Read),
        };
        Some(BulkInput { ids: ids?, what: what? })
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct BulkAnswer {
    pub done: Vec<ContactId>,
    /// Of these nothing was changed.
    pub failed: Vec<FailedView>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct FailedView {
    pub id: ContactId,
    pub code: &'static str,
    pub message: String,
}

pub async fn bulk(call: Call) -> Result<Answer, Problem> {
    let BulkInput { ids, what } = call.read_body()?;
    let just = JustRead::default();
    let read = just.clone();
    let work = move |w: &mut crm::Work<'_, '_>| {
        let outcomes = conversations::bulk(w, &ids, &what)?;
        read.put(&outcomes.read);
        Ok(outcomes)
    };
    let answer = call.write(work, |outcomes, _: &Setup| Answer::json(200, &told(outcomes))).await?;
    just.tell(&call);
    Ok(answer)
}

fn told(outcomes: &Outcomes) -> BulkAnswer {
    let failed = outcomes.failed.iter();
    let failed = failed.map(|one| FailedView { id: one.id, code: one.code, message: one.message.clone() }).collect();
    BulkAnswer { done: outcomes.done.clone(), failed }
}
