//! What a visitor reads and says.

use crm::conversations;
use crm::id::MessageId;
use crm::messages::TEXT_LIMIT;
use crm::webchat::{self, Said, Visitor};
use crm::wire_enum;
use serde::Serialize;
use serde_json::json;

use super::session::unknown;
use super::view::{self, MessageView};
use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input, Style};
use crate::kinds::{Text, Whole, id, nested};
use crate::one_of;
use crate::problem::Problem;

#[derive(Debug)]
pub struct HistoryQuery {
    limit: i64,
    before: Option<MessageId>,
}

impl Input for HistoryQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let limit = f.optional("limit", Whole { min: 1, max: 100 }, "Messages, at most (50).");
        let before = f.optional("before", id::<MessageId>(), "Older than this one.");
        Some(HistoryQuery { limit: limit.unwrap_or(50), before })
    }
}

#[derive(Serialize)]
struct HistoryView {
    data: Vec<MessageView>,
    more: bool,
    /// The visitor's newest message that the team has read.
    seen: Option<MessageId>,
    /// Text, because a browser's numbers end before ours.
    cursor: String,
}

/// Oldest first; what comes after `cursor` the stream brings.
pub async fn list(call: Call) -> Result<Answer, Problem> {
    let query: HistoryQuery = call.read_query()?;
    let (token, channel) = call.token()?;
    let found = call
        .read(move |w| {
            let Some(visitor) = webchat::by_token(w, channel, &token)? else { return Ok(None) };
            let cursor = webchat::cursor(w)?;
            let history = webchat::history(w, &visitor, query.before, query.limit as usize)?;
            let seen = match webchat::sees(w, &visitor)? {
                Some(contact) => conversations::read_up_to(w, contact)?,
                None => None,
            };
            Ok(Some((visitor, history, seen, cursor, w.setup.clone())))
        })
        .await?;
    let (visitor, history, seen, cursor, setup) = found.ok_or_else(unknown)?;
    let data =
        history.messages.iter().map(|(message, extras)| view::message(&setup, &visitor, message, extras)).collect();
    Answer::json(200, &HistoryView { data, more: history.more, seen, cursor: cursor.to_string() })
}

/// The browser's own id of a message: the same again is the same message.
pub const CLIENT_ID: Text = Text { max: 64 };

#[derive(Debug)]
pub struct MessageInput {
    client_id: String,
    said: Said,
}

impl Input for MessageInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let client_id = f.required("client_id", CLIENT_ID, "The browser's own id of it, such as a UUID.");
        let text = f.optional("text", Text { max: TEXT_LIMIT }, "What is said.");
        let choice = f.optional("choice", nested::<ChoiceInput>(Style::Strict), "What is chosen, instead of a text.");
        let said = match (text, choice) {
            (Some(text), None) => Said::Text(text),
            (None, Some(ChoiceInput { message, id })) => Said::Choice { message, id },
            _ => {
                if f.problems.is_empty() {
                    f.problem("text", "required", "Give either `text` or `choice`.");
                }
                return None;
            }
        };
        Some(MessageInput { client_id: client_id?, said })
    }
}

struct ChoiceInput {
    message: MessageId,
    id: String,
}

impl Input for ChoiceInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let message = f.required("message_id", id::<MessageId>(), "The message in which it is offered.");
        let id = f.required("id", Text { max: 256 }, "Of the button or row.");
        Some(ChoiceInput { message: message?, id: id? })
    }
}

pub async fn send(call: Call) -> Result<Answer, Problem> {
    let input: MessageInput = call.read_body()?;
    let (token, _) = call.token()?;
    call.app.webchat.messages.take(token, call.app.crm.now())?;
    write(&call, input.client_id, input.said).await
}

/// 201 where it is new, 200 where it was here.
pub async fn write(call: &Call, client_id: String, said: Said) -> Result<Answer, Problem> {
    let (token, channel) = call.token()?;
    let written = call
        .app
        .crm
        .write(&call.caller, move |w| {
            let Some(written) = webchat::write(w, channel, &token, &client_id, &said)? else { return Ok(None) };
            let extras = crm::messages::extras(w, std::slice::from_ref(&written.message))?;
            Ok(Some((written, extras, w.setup.clone())))
        })
        .await?;
    let (written, extras, setup) = written.ok_or_else(unknown)?;
    // A stream that was opened before anything was said learns whose it is.
    if written.first {
        call.app.hub.wake_visitor(call.caller.organization, written.visitor.id);
    }
    let extras = extras.first().cloned().unwrap_or_default();
    let shown = view::message(&setup, &written.visitor, &written.message, &extras);
    Answer::json(if written.new { 201 } else { 200 }, &shown)
}

wire_enum! {
    pub enum Typing { Typing = "typing", Stopped = "stopped" }
}

#[derive(Debug)]
pub struct TypingInput(Typing);

impl Input for TypingInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        f.required("state", one_of!(Typing), "").map(TypingInput)
    }
}

/// Told to the team that looks, and kept nowhere.
pub async fn typing(call: Call) -> Result<Answer, Problem> {
    let TypingInput(state) = call.read_body()?;
    let visitor = call.visitor().await?;
    if let Some(contact) = seen(&call, &visitor).await? {
        let at = call.app.crm.now();
        let data = json!({"contact_id": contact, "member_id": null, "state": state, "at": at});
        call.app.hub.tell_everywhere(call.caller.organization, "typing", &data);
    }
    Ok(Answer::bytes(204, "text/plain", Default::default()))
}

async fn seen(call: &Call, visitor: &Visitor) -> Result<Option<crm::id::ContactId>, Problem> {
    let visitor = visitor.clone();
    call.read(move |w| webchat::sees(w, &visitor)).await
}

#[derive(Debug)]
pub struct ReadInput;

impl Input for ReadInput {
    fn read(_: &mut Fields<'_>) -> Option<Self> {
        Some(ReadInput)
    }
}

/// Somebody looks at the conversation.
pub async fn read(call: Call) -> Result<Answer, Problem> {
    let ReadInput = call.read_body()?;
    let (token, channel) = call.token()?;
    let known = call
        .app
        .crm
        .write(&call.caller, move |w| {
            let Some(visitor) = webchat::by_token(w, channel, &token)? else { return Ok(false) };
            webchat::read(w, &visitor)?;
            Ok(true)
        })
        .await?;
    if known { Ok(Answer::bytes(204, "text/plain", Default::default())) } else { Err(unknown()) }
}
