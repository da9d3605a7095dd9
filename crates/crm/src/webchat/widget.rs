//! How a channel's widget looks and behaves, as its settings say.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Hours;
use crate::channels::Channel;
use crate::error::{FieldError, Problems};
use crate::wire_enum;

wire_enum! {
    #[derive(Default, PartialOrd, Ord)]
    pub enum Side { Left = "left", #[default] Right = "right" }
}

wire_enum! {
    pub enum Language { Spanish = "es", Portuguese = "pt", English = "en" }
}

wire_enum! {
    pub enum PreChatKind { Name = "name", Email = "email", Phone = "phone", Text = "text" }
}

wire_enum! {
    /// What is made of who a page says a visitor is.
    #[derive(Default)]
    pub enum Users {
        /// Taken as a claim where it is not signed.
        #[default]
        Claimed = "claimed",
        /// Refused where it is not signed.
        Signed = "signed",
    }
}

/// Something that is asked before the first message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PreChatField {
    /// What the value is called in the contact's data: structuring finds its place by it.
    pub key: String,
    /// What the visitor reads; none: the usual word for its type.
    pub label: Option<String>,
    #[serde(rename = "type")]
    pub kind: PreChatKind,
    pub required: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Widget {
    pub title: Option<String>,
    /// Shown above the conversation.
    pub greeting: Option<String>,
    /// Shown outside of the hours.
    pub away: Option<String>,
    /// `#rrggbb`
    pub color: Option<String>,
    pub position: Side,
    /// What the widget may speak; the first one where the browser wants none of them.
    pub languages: Vec<Language>,
    pub pre_chat: Vec<PreChatField>,
    /// When somebody is there; empty: always.
    pub hours: Vec<Hours>,
    pub users: Users,
}

impl Default for Widget {
    fn default() -> Self {
        Widget {
            title: None,
            greeting: None,
            away: None,
            color: None,
            position: Side::Right,
            languages: Language::ALL.to_vec(),
            pre_chat: Vec::new(),
            hours: Vec::new(),
            users: Users::Claimed,
        }
    }
}

impl Widget {
    /// Of a channel that says nothing of it: the usual one.
    pub fn of(channel: &Channel) -> Widget {
        let said = channel.settings.get("widget").cloned();
        said.and_then(|said| serde_json::from_value(said).ok()).unwrap_or_default()
    }

    /// What one member's kind cannot say, each under its pointer below `/widget`.
    pub(crate) fn check(&self, problems: &mut Problems) {
        let mut add =
            |at: String, code, message: &str| problems.add(FieldError::new(format!("/widget{at}"), code, message));
        if let Some(color) = &self.color
            && !is_color(color)
        {
            add("/color".to_owned(), "invalid_value", "This must be a colour such as #0f6b5c.");
        }
        if self.languages.is_empty() {
            add("/languages".to_owned(), "required", "Name at least one of es, pt, en.");
        }
        for (at, field) in self.pre_chat.iter().enumerate() {
            let sound =
                field.key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
            if !sound {
                add(format!("/pre_chat/{at}/key"), "invalid_value", "This must be of a-z, 0-9 and _.");
            }
            if self.pre_chat.iter().take(at).any(|other| other.key == field.key) {
                add(format!("/pre_chat/{at}/key"), "duplicate", "This key is there twice.");
            }
        }
        for (at, hours) in self.hours.iter().enumerate() {
            let (from, to) = (Hours::minutes(&hours.from), Hours::minutes(&hours.to));
            if from.is_none_or(|from| to.is_none_or(|to| to <= from)) {
                let message = "`from` and `to` must be times such as 09:00, the one before the other.";
                add(format!("/hours/{at}"), "invalid_value", message);
            }
        }
    }
}

fn is_color(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
