//! A message as its visitor sees it: nothing of the team's own, no ids but the message's and its file's.

use crm::media::MediaState;
use crm::messages::{Direction, Extras, Message};
use crm::webchat::{Choice, Visitor, choices, words};
use crm::{Setup, Timestamp};
use serde::Serialize;

#[derive(Debug, Serialize)]
pub struct MessageView {
    id: crm::id::MessageId,
    /// What the visitor's browser called it.
    client_id: Option<String>,
    /// `visitor` or `team`
    from: &'static str,
    /// Who of the team.
    name: Option<String>,
    #[serde(rename = "type")]
    kind: String,
    text: String,
    file: Option<FileView>,
    /// What the visitor may choose.
    choices: Vec<ChoiceView>,
    /// The message that this one answers: of which it takes a choice.
    reply_to: Option<crm::id::MessageId>,
    status: &'static str,
    sent_at: Timestamp,
    edited: bool,
    deleted: bool,
}

#[derive(Debug, Serialize)]
struct FileView {
    id: crm::id::MediaId,
    name: Option<String>,
    mime: String,
    size: Option<i64>,
}

#[derive(Debug, Serialize)]
struct ChoiceView {
    id: String,
    title: String,
    description: Option<String>,
}

impl ChoiceView {
    fn of(choice: Choice) -> ChoiceView {
        ChoiceView { id: choice.id, title: choice.title, description: choice.description }
    }
}

pub fn message(setup: &Setup, visitor: &Visitor, message: &Message, extras: &Extras) -> MessageView {
    let team = message.direction != Direction::Inbound;
    let member = message.actor.strip_prefix("member:").and_then(|id| id.parse().ok()).and_then(|id| setup.member(id));
    let file = extras.files.iter().find(|file| file.state == MediaState::Stored);
    MessageView {
        id: message.id,
        client_id: visitor.client_id(message).map(str::to_owned),
        from: if team { "team" } else { "visitor" },
        name: member
            .filter(|_| team)
            .map(|member| if member.first_name.is_empty() { member.name.clone() } else { member.first_name.clone() }),
        kind: message.kind.clone(),
        text: text_of(message),
        file: file.map(|file| FileView {
            id: file.id,
            name: file.file_name.clone(),
            mime: file.mime.clone().unwrap_or_else(|| "application/octet-stream".to_owned()),
            size: file.size,
        }),
        choices: choices(message).into_iter().map(ChoiceView::of).collect(),
        reply_to: extras.reply_to,
        status: message.status.name(),
        sent_at: message.sent_at,
        edited: message.edited_at.is_some(),
        deleted: message.deleted_at.is_some(),
    }
}

/// A place is a link to a map that belongs to nobody in particular.
fn text_of(message: &Message) -> String {
    if let Some(words) = words(message) {
        return words;
    }
    let place: Option<serde_json::Value> = message
        .payload
        .as_deref()
        .filter(|_| message.kind == "location")
        .and_then(|text| serde_json::from_str(text).ok());
    match place.and_then(|place| Some((place.get("latitude")?.as_f64()?, place.get("longitude")?.as_f64()?))) {
        Some((latitude, longitude)) => {
            let address = format!("https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}");
            if message.body.is_empty() { address } else { format!("{}\n{address}", message.body) }
        }
        None => message.body.clone(),
    }
}
