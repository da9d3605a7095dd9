//! Where a member is signed in.

use crm::id::SessionId;
use crm::sessions::{self, Session};
use schemars::JsonSchema;
use serde::Serialize;

use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

#[derive(Debug, Serialize, JsonSchema)]
pub struct OwnSession {
    #[serde(flatten)]
    pub session: Session,
    /// Whether it is the one of this request.
    pub current: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct SessionsView {
    pub data: Vec<OwnSession>,
    /// Always null: there are fifty at most.
    pub next_cursor: Option<String>,
}

pub async fn list(call: Call) -> Result<Answer, Problem> {
    let (known, _) = call.signed_in()?;
    let found = call.read(move |w| sessions::list(w, known.member)).await?;
    let own = |session: Session| OwnSession { current: session.id == known.id, session };
    Answer::json(200, &SessionsView { data: found.into_iter().map(own).collect(), next_cursor: None })
}

pub async fn delete(call: Call) -> Result<Answer, Problem> {
    let (known, _) = call.signed_in()?;
    let id: SessionId = call.id("id", "session")?;
    let ended = call.app.crm.write(&call.caller, move |w| sessions::end(w, known.member, id)).await?;
    call.app.hub.end_sessions(&[ended]);
    let answer = Answer::empty();
    Ok(if id == known.id { answer.header("set-cookie", call.client.remove_cookie()) } else { answer })
}

pub async fn delete_others(call: Call) -> Result<Answer, Problem> {
    let (known, _) = call.signed_in()?;
    let ended = call.app.crm.write(&call.caller, move |w| sessions::end_others(w, known.member, known.id)).await?;
    call.app.hub.end_sessions(&ended);
    Ok(Answer::empty())
}
