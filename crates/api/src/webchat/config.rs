//! What the widget has to know before anybody writes: the same for all visitors.

use crm::media::MOST_VISITOR_BYTES;
use crm::messages::TEXT_LIMIT;
use crm::webchat::{Language, PreChatField, Side, Widget, is_open};
use serde::Serialize;

use super::door::channel;
use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

#[derive(Serialize)]
struct Config {
    title: Option<String>,
    greeting: Option<String>,
    away: Option<String>,
    color: Option<String>,
    position: Side,
    languages: Vec<Language>,
    pre_chat: Vec<PreChatField>,
    /// Whether somebody is there now.
    open: bool,
    max_text: usize,
    max_file_bytes: u64,
}

pub async fn config(call: Call) -> Result<Answer, Problem> {
    // As it is now: this is what shows a change of the settings.
    let setup = call.read(|w| Ok(w.setup.clone())).await?;
    let widget = Widget::of(channel(&setup, call.visit()?.channel)?);
    let open = is_open(&widget.hours, &setup.organization.time_zone, call.app.crm.now());
    let config = Config {
        title: widget.title,
        greeting: widget.greeting,
        away: widget.away,
        color: widget.color,
        position: widget.position,
        languages: widget.languages,
        pre_chat: widget.pre_chat,
        open,
        max_text: TEXT_LIMIT,
        max_file_bytes: MOST_VISITOR_BYTES,
    };
    Ok(Answer::json(200, &config)?.header("cache-control", "private, max-age=60"))
}
