//! What a template wants: read from the components that WhatsApp has of it.

use serde_json::Value;

use crate::media::MediaType;

/// The parts of a template that take values.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Definition {
    pub header: Option<Header>,
    pub body: Text,
    pub footer: Option<String>,
    pub buttons: Vec<Button>,
    pub cards: Vec<Definition>,
    /// Whether its variables have names rather than numbers.
    pub named: bool,
    /// A part that cannot be filled here: a catalogue, several products, an offer that runs out.
    pub unsupported: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Header {
    Text(Text),
    Media(MediaType),
    Location,
}

/// A text and the variables in it, each once, in the order in which they stand (`{{nombre}}`) or count (`{{1}}`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text {
    pub text: String,
    pub variables: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    pub kind: ButtonKind,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ButtonKind {
    /// Answers with a payload: its text, if none is given.
    QuickReply,
    /// With a part of its address left open.
    OpenUrl,
    CopyCode,
    Flow,
    /// Takes nothing: a fixed address, a phone number, a request for the number.
    Plain,
}

impl Text {
    pub fn read(text: &str) -> Text {
        let mut variables: Vec<String> = Vec::new();
        let mut rest = text;
        while let Some((_, after)) = rest.split_once("{{") {
            let Some((name, end)) = after.split_once("}}") else { break };
            let name = name.trim();
            if !name.is_empty() && !variables.iter().any(|known| known == name) {
                variables.push(name.to_owned());
            }
            rest = end;
        }
        if variables.iter().all(|name| name.parse::<u32>().is_ok()) {
            variables.sort_by_key(|name| name.parse::<u32>().unwrap_or(0));
        }
        Text { text: text.to_owned(), variables }
    }

    /// With values in the places of the variables; what has none stays.
    pub fn with(&self, value_of: impl Fn(&str) -> Option<String>) -> String {
        let mut filled = String::new();
        let mut rest = self.text.as_str();
        while let Some((before, after)) = rest.split_once("{{") {
            let Some((name, end)) = after.split_once("}}") else { break };
            filled.push_str(before);
            match value_of(name.trim()) {
                Some(value) => filled.push_str(&value),
                None => filled.push_str(&format!("{{{{{name}}}}}")),
            }
            rest = end;
        }
        filled.push_str(rest);
        filled
    }
}

impl Definition {
    /// `components` as Graph has them. What is not known there is left out; what needs values that cannot be given here is
    /// noted as unsupported.
    pub fn read(components: &Value, named: bool) -> Definition {
        let mut definition = Definition { named, ..Definition::default() };
        for component in components.as_array().into_iter().flatten() {
            let word = |member: &str| component.get(member).and_then(Value::as_str).unwrap_or_default();
            match word("type").to_ascii_uppercase().as_str() {
                "HEADER" => definition.header = header(&word("format").to_ascii_uppercase(), word("text")),
                "BODY" => definition.body = Text::read(word("text")),
                "FOOTER" => definition.footer = Some(word("text").to_owned()),
                "BUTTONS" => definition.read_buttons(component.get("buttons")),
                "CAROUSEL" => {
                    for card in component.get("cards").and_then(Value::as_array).into_iter().flatten() {
                        let card = Definition::read(card.get("components").unwrap_or(&Value::Null), named);
                        definition.unsupported = definition.unsupported.or_else(|| card.unsupported.clone());
                        definition.cards.push(card);
                    }
                }
                other => definition.unsupported = Some(other.to_ascii_lowercase()),
            }
        }
        definition
    }

    fn read_buttons(&mut self, buttons: Option<&Value>) {
        for button in buttons.and_then(Value::as_array).into_iter().flatten() {
            let word = |member: &str| button.get(member).and_then(Value::as_str).unwrap_or_default();
            let kind = match word("type").to_ascii_uppercase().as_str() {
                "QUICK_REPLY" => ButtonKind::QuickReply,
                "URL" if word("url").contains("{{") => ButtonKind::OpenUrl,
                // A one-time code: sent as the open part of an address.
                "OTP" => ButtonKind::OpenUrl,
                "COPY_CODE" => ButtonKind::CopyCode,
                "FLOW" => ButtonKind::Flow,
                "CATALOG" | "MPM" | "SPM" => {
                    self.unsupported = Some(word("type").to_ascii_lowercase());
                    ButtonKind::Plain
                }
                _ => ButtonKind::Plain,
            };
            self.buttons.push(Button { kind, text: word("text").to_owned() });
        }
    }

    /// Every variable that takes a text, as they are counted in a flat list: header, body, addresses of buttons.
    pub fn flat(&self) -> usize {
        let header = match &self.header {
            Some(Header::Text(text)) => text.variables.len(),
            _ => 0,
        };
        let open = |button: &&Button| matches!(button.kind, ButtonKind::OpenUrl | ButtonKind::CopyCode);
        header + self.body.variables.len() + self.buttons.iter().filter(open).count()
    }

    /// Names of all variables, as people are told them: `header.1`, `1`, `buttons.0`.
    pub fn variables(&self) -> Vec<String> {
        let mut names = Vec::new();
        match &self.header {
            Some(Header::Text(text)) => names.extend(text.variables.iter().map(|name| format!("header.{name}"))),
            Some(Header::Media(kind)) => names.push(format!("header.{kind}")),
            Some(Header::Location) => names.push("header.location".to_owned()),
            None => {}
        }
        names.extend(self.body.variables.iter().cloned());
        for (index, button) in self.buttons.iter().enumerate() {
            if matches!(button.kind, ButtonKind::OpenUrl | ButtonKind::CopyCode) {
                names.push(format!("buttons.{index}"));
            }
        }
        for (at, card) in self.cards.iter().enumerate() {
            names.extend(card.variables().into_iter().map(|name| format!("cards.{at}.{name}")));
        }
        names
    }
}

fn header(format: &str, text: &str) -> Option<Header> {
    match format {
        "TEXT" => Some(Header::Text(Text::read(text))),
        "IMAGE" => Some(Header::Media(MediaType::Image)),
        "VIDEO" => Some(Header::Media(MediaType::Video)),
        "DOCUMENT" => Some(Header::Media(MediaType::Document)),
        "LOCATION" => Some(Header::Location),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_counted_by_number_and_kept_by_name() {
        assert_eq!(Text::read("{{2}} y {{1}}, {{2}}").variables, ["1", "2"]);
        assert_eq!(Text::read("{{nombre}} a las {{ hora }}").variables, ["nombre", "hora"]);
        assert_eq!(Text::read("{{1").variables, [""; 0]);
        let text = Text::read("Hola {{1}}, {{3}}!");
        assert_eq!(text.with(|name| (name == "1").then(|| "Ana {{3}}".to_owned())), "Hola Ana {{3}}, {{3}}!");
    }
}
