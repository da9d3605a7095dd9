//! Canned replies: texts that a team writes often, by a shortcut.

use crm::Setup;
use crm::canned::{self, CannedReply, Edit, SHORTCUT_LIMIT, TEXT_LIMIT};
use crm::id::CannedReplyId;
use crm::page::PageRequest;

use super::paging::page;
use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input};
use crate::kinds::Text;
use crate::problem::Problem;

const SHORTCUT: Text = Text { max: SHORTCUT_LIMIT };
const TEXT: Text = Text { max: TEXT_LIMIT };

fn answer(status: u16, reply: &CannedReply) -> Result<Answer, Problem> {
    Ok(Answer::json(status, reply)?.etag(reply.version))
}

#[derive(Debug)]
pub struct CannedRepliesQuery {
    begun: Option<String>,
    page: PageRequest,
}

impl Input for CannedRepliesQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let begun = f.optional("q", SHORTCUT, "Those whose shortcut begins so.");
        Some(CannedRepliesQuery { begun, page: page(f) })
    }
}

pub async fn list(call: Call) -> Result<Answer, Problem> {
    let query: CannedRepliesQuery = call.read_query()?;
    let found = call.read(move |w| canned::list(w, query.begun.as_deref(), &query.page)).await?;
    Answer::json(200, &found)
}

pub async fn show(call: Call) -> Result<Answer, Problem> {
    let id: CannedReplyId = call.id("id", "canned reply")?;
    answer(200, &call.read(move |w| canned::get(w, id)).await?)
}

#[derive(Debug)]
pub struct CreateInput {
    shortcut: String,
    text: String,
}

/// One word, so that a blank ends it while one types.
fn check(f: &mut Fields<'_>, shortcut: &Option<String>) {
    if shortcut.as_ref().is_some_and(|text| text.starts_with('/') || text.contains(char::is_whitespace)) {
        f.problem("shortcut", "invalid_value", "A shortcut is one word, without the slash that is typed before it.");
    }
}

impl Input for CreateInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let shortcut = f.required("shortcut", SHORTCUT, "One word, without a slash.");
        let text = f.required("text", TEXT, "What it stands for.");
        check(f, &shortcut);
        Some(CreateInput { shortcut: shortcut?, text: text? })
    }
}

pub async fn create(call: Call) -> Result<Answer, Problem> {
    let CreateInput { shortcut, text } = call.read_body()?;
    call.write(move |w| canned::create(w, &shortcut, &text), |reply, _: &Setup| answer(201, reply)).await
}

#[derive(Debug)]
pub struct UpdateInput(Edit);

impl Input for UpdateInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let shortcut = f.optional("shortcut", SHORTCUT, "One word, without a slash.");
        let text = f.optional("text", TEXT, "What it stands for.");
        check(f, &shortcut);
        Some(UpdateInput(Edit { shortcut, text, if_version: None }))
    }
}

pub async fn update(call: Call) -> Result<Answer, Problem> {
    let id: CannedReplyId = call.id("id", "canned reply")?;
    let UpdateInput(mut edit) = call.read_body()?;
    edit.if_version = call.if_version()?;
    call.write(move |w| canned::update(w, id, &edit), |reply, _: &Setup| answer(200, reply)).await
}

pub async fn delete(call: Call) -> Result<Answer, Problem> {
    let id: CannedReplyId = call.id("id", "canned reply")?;
    let version = call.if_version()?;
    let done = |(): &(), _: &Setup| Ok(Answer::bytes(204, crate::answer::JSON, bytes::Bytes::new()));
    call.write(move |w| canned::delete(w, id, version), done).await
}
