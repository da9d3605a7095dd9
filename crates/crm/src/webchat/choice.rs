//! What a message of the team's offers: buttons, or the rows of a list.

use serde_json::json;

use crate::messages::{Action, Content, Direction, Message};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub id: String,
    pub title: String,
    pub description: Option<String>,
    /// A row of a list rather than a button.
    row: bool,
}

impl Choice {
    /// The payload of the message that takes it, as WhatsApp has it: whoever reads one reads the other.
    pub(super) fn answer(&self) -> String {
        let Choice { id, title, description, row } = self;
        let answer = match (row, description) {
            (false, _) => json!({"type": "button_reply", "button_reply": {"id": id, "title": title}}),
            (true, None) => json!({"type": "list_reply", "list_reply": {"id": id, "title": title}}),
            (true, Some(about)) => {
                json!({"type": "list_reply", "list_reply": {"id": id, "title": title, "description": about}})
            }
        };
        json!({ "interactive": answer }).to_string()
    }
}

/// In the order in which they are shown; none of any other message.
pub fn choices(message: &Message) -> Vec<Choice> {
    let Some(Content::Interactive(interactive)) = content(message) else { return Vec::new() };
    match interactive.action {
        Action::Buttons(buttons) => buttons
            .into_iter()
            .map(|button| Choice { id: button.id, title: button.title, description: None, row: false })
            .collect(),
        Action::List { sections, .. } => sections
            .into_iter()
            .flat_map(|section| section.rows)
            .map(|row| Choice { id: row.id, title: row.title, description: row.description, row: true })
            .collect(),
        _ => Vec::new(),
    }
}

/// What is read above them: header, text and footer, and a link as its address.
pub fn words(message: &Message) -> Option<String> {
    let Some(Content::Interactive(interactive)) = content(message) else { return None };
    let link = match interactive.action {
        Action::Link { title, url } => Some(format!("{title}: {url}")),
        _ => None,
    };
    let lines = [interactive.header, Some(interactive.text), link, interactive.footer];
    Some(lines.into_iter().flatten().collect::<Vec<_>>().join("\n"))
}

fn content(message: &Message) -> Option<Content> {
    if message.direction != Direction::Outbound || message.kind != "interactive" {
        return None;
    }
    serde_json::from_str(message.payload.as_deref()?).ok()
}
