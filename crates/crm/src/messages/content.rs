//! What goes out: the content of an outbound message as it is kept in `payload`, and the limits that WhatsApp has for it.

use serde::{Deserialize, Serialize};

use crate::error::{FieldError, Problems};
use crate::id::{MediaId, MessageId};
use crate::media::MediaType;

/// Characters of a text, at most.
pub const TEXT_LIMIT: usize = 4096;
/// Characters of a caption, at most.
pub const CAPTION_LIMIT: usize = 1024;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Content {
    Text {
        text: String,
        /// Whether the first address in it is shown with a picture.
        #[serde(default)]
        preview_url: bool,
    },
    Image(Attachment),
    Video(Attachment),
    Audio(Attachment),
    Document(Attachment),
    Sticker(Attachment),
    Location(Place),
    Contacts {
        contacts: Vec<Card>,
    },
    Reaction {
        /// The message that is reacted to, and what its provider calls it.
        message_id: MessageId,
        provider_id: String,
        /// Empty: takes the reaction off.
        emoji: String,
    },
    Interactive(Interactive),
    Template(TemplateContent),
}

/// A file, and what is said with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attachment {
    #[serde(flatten)]
    pub file: File,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// A voice note rather than a sound file.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub voice: bool,
}

/// Where the bytes are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum File {
    /// Uploaded here.
    MediaId(MediaId),
    /// Fetched by WhatsApp itself.
    Link(String),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Place {
    pub latitude: f64,
    pub longitude: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// Somebody's card.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Card {
    pub formatted_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    #[serde(default)]
    pub phones: Vec<String>,
    #[serde(default)]
    pub emails: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Interactive {
    pub text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub footer: Option<String>,
    #[serde(flatten)]
    pub action: Action,
}

/// What the person can do with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Buttons(Vec<Button>),
    List { button: String, sections: Vec<Section> },
    Link { title: String, url: String },
    RequestLocation(bool),
    RequestContact(bool),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Button {
    pub id: String,
    pub title: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Section {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    pub rows: Vec<SectionRow>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SectionRow {
    pub id: String,
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// A template with its variables filled in, checked against what the template wants.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TemplateContent {
    pub name: String,
    pub language: String,
    pub category: String,
    pub components: Vec<Component>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Component {
    Header(Vec<Parameter>),
    Body(Vec<Parameter>),
    Button {
        /// `quick_reply`, `url`, `copy_code`, `flow`
        kind: String,
        /// Among all buttons, from 0.
        index: usize,
        parameters: Vec<Parameter>,
    },
    /// Each card's components, in order.
    Carousel(Vec<Vec<Component>>),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Parameter {
    Text {
        /// Of a named variable.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        text: String,
    },
    Media {
        kind: MediaType,
        file: File,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file_name: Option<String>,
    },
    Location(Place),
    Payload(String),
    CouponCode(String),
}

impl Content {
    pub fn text(text: impl Into<String>) -> Content {
        Content::Text { text: text.into(), preview_url: false }
    }

    /// The message's `type`.
    pub fn kind(&self) -> &'static str {
        match self {
            Content::Text { .. } => "text",
            Content::Image(_) => "image",
            Content::Video(_) => "video",
            Content::Audio(_) => "audio",
            Content::Document(_) => "document",
            Content::Sticker(_) => "sticker",
            Content::Location(_) => "location",
            Content::Contacts { .. } => "contacts",
            Content::Reaction { .. } => "reaction",
            Content::Interactive(_) => "interactive",
            Content::Template(_) => "template",
        }
    }

    pub fn is_template(&self) -> bool {
        matches!(self, Content::Template(_))
    }

    pub fn attachment(&self) -> Option<(MediaType, &Attachment)> {
        Some(match self {
            Content::Image(file) => (MediaType::Image, file),
            Content::Video(file) => (MediaType::Video, file),
            Content::Audio(file) => (MediaType::Audio, file),
            Content::Document(file) => (MediaType::Document, file),
            Content::Sticker(file) => (MediaType::Sticker, file),
            _ => return None,
        })
    }

    pub fn of_file(kind: MediaType, attachment: Attachment) -> Content {
        match kind {
            MediaType::Image => Content::Image(attachment),
            MediaType::Video => Content::Video(attachment),
            MediaType::Audio => Content::Audio(attachment),
            MediaType::Document => Content::Document(attachment),
            MediaType::Sticker => Content::Sticker(attachment),
        }
    }

    /// Files of ours that have to be brought to the provider first, each with the kind it is sent as, and where a message that is
    /// sent names it.
    pub fn files(&self) -> Vec<(MediaType, MediaId, String)> {
        let mut found = Vec::new();
        if let Some((kind, Attachment { file: File::MediaId(id), .. })) = self.attachment() {
            found.push((kind, *id, format!("/{kind}/media_id")));
        }
        if let Content::Template(template) = self {
            files_of(&template.components, "/template", &mut found);
        }
        found
    }

    /// What is read in a list. A template's is its text with the variables filled in, which whoever filled it has.
    pub fn summary(&self) -> String {
        match self {
            Content::Text { text, .. } => text.clone(),
            Content::Location(place) => place.name.clone().or_else(|| place.address.clone()).unwrap_or_default(),
            Content::Contacts { contacts } => {
                contacts.iter().map(|card| card.formatted_name.as_str()).collect::<Vec<_>>().join(", ")
            }
            Content::Reaction { emoji, .. } => emoji.clone(),
            Content::Interactive(interactive) => interactive.text.clone(),
            Content::Template(template) => template.name.clone(),
            _ => self.attachment().and_then(|(_, file)| file.caption.clone()).unwrap_or_default(),
        }
    }

    /// Everything that WhatsApp would refuse, each under its pointer below `at`.
    pub fn check(&self, at: &str, problems: &mut Problems) {
        let mut check = Check { at, problems };
        match self {
            Content::Text { text, .. } => check.length("/text", text, 1, TEXT_LIMIT),
            Content::Location(place) => {
                check.within("/latitude", place.latitude, 90.0);
                check.within("/longitude", place.longitude, 180.0);
            }
            Content::Contacts { contacts } => check.count("/contacts", contacts.len(), 1, 257),
            Content::Reaction { emoji, .. } => check.length("/emoji", emoji, 0, 32),
            Content::Interactive(interactive) => check.interactive(interactive),
            Content::Template(_) => {}
            _ => {
                if let Some((kind, file)) = self.attachment() {
                    check.attachment(kind, file);
                }
            }
        }
    }
}

fn files_of(components: &[Component], at: &str, found: &mut Vec<(MediaType, MediaId, String)>) {
    for component in components {
        let parameters = match component {
            Component::Header(parameters) | Component::Body(parameters) | Component::Button { parameters, .. } => {
                parameters
            }
            Component::Carousel(cards) => {
                for (n, card) in cards.iter().enumerate() {
                    files_of(card, &format!("{at}/cards/{n}"), found);
                }
                continue;
            }
        };
        for parameter in parameters {
            if let Parameter::Media { kind, file: File::MediaId(id), .. } = parameter {
                found.push((*kind, *id, format!("{at}/header/media_id")));
            }
        }
    }
}

struct Check<'p> {
    at: &'p str,
    problems: &'p mut Problems,
}

impl Check<'_> {
    fn add(&mut self, place: &str, code: &'static str, message: String) {
        self.problems.add(FieldError::new(format!("{}{place}", self.at), code, message));
    }

    fn length(&mut self, place: &str, text: &str, least: usize, most: usize) {
        let length = text.chars().count();
        if length < least || text.trim().len() < least {
            self.add(place, "required", "This must not be empty.".to_owned());
        } else if length > most {
            self.add(place, "too_long", format!("At most {most} characters, found {length}."));
        }
    }

    fn optional(&mut self, place: &str, text: &Option<String>, most: usize) {
        if let Some(text) = text {
            self.length(place, text, 1, most);
        }
    }

    fn count(&mut self, place: &str, count: usize, least: usize, most: usize) {
        if !(least..=most).contains(&count) {
            self.add(place, "out_of_range", format!("There must be {least} to {most} of them, found {count}."));
        }
    }

    fn within(&mut self, place: &str, degrees: f64, most: f64) {
        if !(-most..=most).contains(&degrees) {
            self.add(place, "out_of_range", format!("Expected degrees from -{most} to {most}."));
        }
    }

    fn attachment(&mut self, kind: MediaType, file: &Attachment) {
        self.optional("/caption", &file.caption, CAPTION_LIMIT);
        if file.caption.is_some() && matches!(kind, MediaType::Audio | MediaType::Sticker) {
            self.add("/caption", "not_of_this_type", format!("A message of type {kind} has no caption."));
        }
        if file.voice && kind != MediaType::Audio {
            self.add("/voice", "not_of_this_type", "Only a message of type audio is a voice note.".to_owned());
        }
        if let File::Link(url) = &file.file
            && !(url.starts_with("https://") || url.starts_with("http://"))
        {
            let message = "This must be an address that begins with https://.";
            self.add("/link", "invalid_url", message.to_owned());
        }
    }

    fn interactive(&mut self, interactive: &Interactive) {
        let list = matches!(interactive.action, Action::List { .. });
        self.length("/text", &interactive.text, 1, if list { 4096 } else { 1024 });
        self.optional("/header", &interactive.header, 60);
        self.optional("/footer", &interactive.footer, 60);
        match &interactive.action {
            Action::Buttons(buttons) => {
                self.count("/buttons", buttons.len(), 1, 3);
                for (n, button) in buttons.iter().enumerate() {
                    self.length(&format!("/buttons/{n}/id"), &button.id, 1, 256);
                    self.length(&format!("/buttons/{n}/title"), &button.title, 1, 20);
                }
                self.unlike("/buttons", buttons.iter().map(|button| &button.id));
            }
            Action::List { button, sections } => self.list(button, sections),
            Action::Link { title, url } => {
                self.length("/link/title", title, 1, 20);
                if !(url.starts_with("https://") || url.starts_with("http://")) {
                    self.add("/link/url", "invalid_url", "This must be an address such as https://…".to_owned());
                }
            }
            Action::RequestLocation(_) | Action::RequestContact(_) => {}
        }
    }

    fn list(&mut self, button: &str, sections: &[Section]) {
        self.length("/list/button", button, 1, 20);
        self.count("/list/sections", sections.len(), 1, 10);
        let rows: usize = sections.iter().map(|section| section.rows.len()).sum();
        if sections.iter().any(|section| section.rows.is_empty()) || rows > 10 {
            let message = format!("Each section has rows, and all of them together 10 at most; found {rows}.");
            self.add("/list/sections", "out_of_range", message);
        }
        for (n, section) in sections.iter().enumerate() {
            if section.title.is_none() && sections.len() > 1 {
                let message = "With several sections each has a title.".to_owned();
                self.add(&format!("/list/sections/{n}/title"), "required", message);
            }
            self.optional(&format!("/list/sections/{n}/title"), &section.title, 24);
            for (m, row) in section.rows.iter().enumerate() {
                let at = format!("/list/sections/{n}/rows/{m}");
                self.length(&format!("{at}/id"), &row.id, 1, 200);
                self.length(&format!("{at}/title"), &row.title, 1, 24);
                self.optional(&format!("{at}/description"), &row.description, 72);
            }
        }
        self.unlike("/list/sections", sections.iter().flat_map(|section| section.rows.iter().map(|row| &row.id)));
    }

    fn unlike<'a>(&mut self, place: &str, ids: impl Iterator<Item = &'a String>) {
        let mut seen = std::collections::HashSet::new();
        for id in ids {
            if !seen.insert(id) {
                self.add(place, "duplicate", format!("The id {id:?} is there twice."));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(content: &Content) -> Vec<String> {
        let mut problems = Problems::default();
        content.check("", &mut problems);
        problems.0.into_iter().map(|error| format!("{} {}", error.pointer, error.code)).collect()
    }

    #[test]
    fn limits_are_told_at_their_places() {
        assert_eq!(wrong(&Content::text("Hola")), [""; 0]);
        assert_eq!(wrong(&Content::text("x".repeat(4097))), ["/text too_long"]);
        let button = |id: &str| Button { id: id.to_owned(), title: "t".repeat(21) };
        let buttons = vec![button("a"), button("a"), button(""), button("c")];
        let interactive =
            Interactive { text: String::new(), header: None, footer: None, action: Action::Buttons(buttons) };
        let found = wrong(&Content::Interactive(interactive));
        for expected in ["/text required", "/buttons out_of_range", "/buttons duplicate", "/buttons/2/id required"] {
            assert!(found.contains(&expected.to_owned()), "{expected} in {found:?}");
        }
        let place = Place { latitude: 91.0, longitude: -181.0, name: None, address: None };
        assert_eq!(wrong(&Content::Location(place)), ["/latitude out_of_range", "/longitude out_of_range"]);
    }

    #[test]
    fn what_is_kept_is_read_again() {
        let file = File::Link("https://example.com/a.pdf".to_owned());
        let attachment = Attachment { file, caption: None, file_name: Some("a.pdf".to_owned()), voice: false };
        let row = SectionRow { id: "1".to_owned(), title: "Uno".to_owned(), description: None };
        let sections = vec![Section { title: None, rows: vec![row] }];
        let list = Interactive {
            text: "¿Cuál?".to_owned(),
            header: None,
            footer: Some("Tienda".to_owned()),
            action: Action::List { button: "Ver".to_owned(), sections },
        };
        let parameters = vec![Parameter::Text { name: Some("nombre".to_owned()), text: "Ana".to_owned() }];
        let template = TemplateContent {
            name: "hola".to_owned(),
            language: "es".to_owned(),
            category: "UTILITY".to_owned(),
            components: vec![Component::Body(parameters), Component::Carousel(Vec::new())],
        };
        for content in [
            Content::text("Hola"),
            Content::Document(attachment),
            Content::Interactive(list),
            Content::Template(template),
            Content::Interactive(Interactive {
                text: "¿Dónde?".to_owned(),
                header: None,
                footer: None,
                action: Action::RequestLocation(true),
            }),
        ] {
            let text = serde_json::to_string(&content).unwrap();
            assert_eq!(serde_json::from_str::<Content>(&text).unwrap(), content, "{text}");
        }
    }
}
