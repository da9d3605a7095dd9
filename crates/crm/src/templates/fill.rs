//! Filling a template: checked against what it wants, so that WhatsApp has no reason to refuse it (132000, 132005, 132012), and
//! with the variable named that is wrong.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::definition::{ButtonKind, Definition, Header, Text};
use crate::error::{FieldError, Problems};
use crate::media::MediaType;
use crate::messages::{Component, File, Parameter, Place};

/// Characters that WhatsApp takes of each part, with its variables filled in.
const BODY_LIMIT: usize = 1024;
const HEADER_LIMIT: usize = 60;
const PAYLOAD_LIMIT: usize = 256;
const SUFFIX_LIMIT: usize = 2000;
const COUPON_LIMIT: usize = 15;

/// What is put in. Scheduled messages keep it as JSON, so that members are only ever added, with a default.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Values {
    pub variables: Variables,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<HeaderValue>,
    /// By the place of the button among all of them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub buttons: BTreeMap<usize, String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cards: Vec<Values>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Variables {
    /// In order: what `{{1}}`, `{{2}}` mean, or the names in the order in which they stand.
    Listed(Vec<String>),
    Named(BTreeMap<String, String>),
    /// One after another for header, body and buttons, as callers of the compatibility surface give them.
    Flat(Vec<String>),
}

impl Default for Variables {
    fn default() -> Self {
        Variables::Listed(Vec::new())
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeaderValue {
    Text(String),
    Media { file: File, file_name: Option<String> },
    Location(Place),
}

impl Values {
    /// Whether a file that was uploaded here is among them.
    pub fn have_uploads(&self) -> bool {
        matches!(&self.header, Some(HeaderValue::Media { file: File::MediaId(_), .. }))
            || self.cards.iter().any(Values::have_uploads)
    }
}

/// A template ready to go.
#[derive(Debug, Clone, PartialEq)]
pub struct Filled {
    pub components: Vec<Component>,
    /// The text with its variables, for whoever reads the conversation.
    pub text: String,
}

/// Nothing where something is wrong; all of it is in `problems`, under `at`.
pub fn fill(definition: &Definition, values: &Values, at: &str, problems: &mut Problems) -> Option<Filled> {
    let before = problems.0.len();
    let mut filling = Filling { at: at.to_owned(), problems };
    if let Some(part) = &definition.unsupported {
        filling.add(
            "",
            "unsupported_template",
            format!("This template has a part that cannot be filled here: {part}."),
        );
    }
    let (components, text) = filling.part(definition, values);
    (problems.0.len() == before).then_some(Filled { components, text })
}

struct Filling<'p> {
    at: String,
    problems: &'p mut Problems,
}

impl Filling<'_> {
    fn add(&mut self, place: &str, code: &'static str, message: String) {
        self.problems.add(FieldError::new(format!("{}{place}", self.at), code, message));
    }

    fn part(&mut self, definition: &Definition, values: &Values) -> (Vec<Component>, String) {
        let spread;
        let values = match &values.variables {
            Variables::Flat(list) => {
                spread = self.spread(definition, list, values);
                &spread
            }
            _ => values,
        };
        let mut components = Vec::new();
        let heading = self.header(definition, values, &mut components);
        let body = self.text(&definition.body, &values.variables, definition.named, "variables", BODY_LIMIT);
        if !definition.body.variables.is_empty() {
            components.push(Component::Body(body.0));
        }
        self.buttons(definition, values, &mut components);
        self.cards(definition, values, &mut components);
        let text = [heading, Some(body.1), definition.footer.clone()];
        (components, text.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n"))
    }

    /// A flat list, given to the parts in their order.
    fn spread(&mut self, definition: &Definition, list: &[String], given: &Values) -> Values {
        let wanted = definition.flat();
        if list.len() != wanted {
            let names = definition.variables().join(", ");
            let message = format!("This template takes {wanted} variables ({names}), found {}.", list.len());
            self.add("/variables", "wrong_variable_count", message);
        }
        let mut rest = list.iter().cloned();
        let mut values = Values { cards: given.cards.clone(), header: given.header.clone(), ..Values::default() };
        if let Some(Header::Text(text)) = &definition.header
            && !text.variables.is_empty()
        {
            values.header = rest.next().map(HeaderValue::Text);
        }
        values.variables = Variables::Listed(rest.by_ref().take(definition.body.variables.len()).collect());
        for (index, button) in definition.buttons.iter().enumerate() {
            if matches!(button.kind, ButtonKind::OpenUrl | ButtonKind::CopyCode)
                && let Some(value) = rest.next()
            {
                values.buttons.insert(index, value);
            }
        }
        values
    }

    fn header(&mut self, definition: &Definition, values: &Values, components: &mut Vec<Component>) -> Option<String> {
        let given = values.header.as_ref();
        match (&definition.header, given) {
            (Some(Header::Text(text)), _) if text.variables.is_empty() => {
                if given.is_some() {
                    self.add("/header", "unknown_variable", "The header of this template is fixed.".to_owned());
                }
                Some(text.text.clone())
            }
            (Some(Header::Text(text)), Some(HeaderValue::Text(value))) => {
                let list = Variables::Listed(vec![value.clone()]);
                let (parameters, filled) = self.text(text, &list, definition.named, "header", HEADER_LIMIT);
                components.push(Component::Header(parameters));
                Some(filled)
            }
            (Some(Header::Media(kind)), Some(HeaderValue::Media { file, file_name })) => {
                let file_name = file_name.clone().filter(|_| *kind == MediaType::Document);
                let parameter = Parameter::Media { kind: *kind, file: file.clone(), file_name };
                components.push(Component::Header(vec![parameter]));
                None
            }
            (Some(Header::Location), Some(HeaderValue::Location(place))) => {
                components.push(Component::Header(vec![Parameter::Location(place.clone())]));
                None
            }
            (Some(wanted), _) => {
                let what = match wanted {
                    Header::Text(text) => format!("a text for `{}`", text.variables.join("`, `")),
                    Header::Media(kind) => format!("a file of type {kind}: `media_id` or `link`"),
                    Header::Location => "a `location`".to_owned(),
                };
                self.add("/header", "missing_variable", format!("The header of this template takes {what}."));
                None
            }
            (None, Some(_)) => {
                self.add("/header", "unknown_variable", "This template has no header.".to_owned());
                None
            }
            (None, None) => None,
        }
    }

    fn text(
        &mut self,
        text: &Text,
        given: &Variables,
        named: bool,
        place: &str,
        limit: usize,
    ) -> (Vec<Parameter>, String) {
        let mut values: BTreeMap<&str, &str> = BTreeMap::new();
        match given {
            Variables::Listed(list) | Variables::Flat(list) => {
                for (name, value) in text.variables.iter().zip(list) {
                    values.insert(name, value);
                }
                if list.len() > text.variables.len() {
                    let (wanted, found) = (text.variables.len(), list.len());
                    let message = format!("This part of the template takes {wanted} variables, found {found}.");
                    self.add(&format!("/{place}"), "wrong_variable_count", message);
                }
            }
            Variables::Named(map) => {
                for (name, value) in map {
                    if text.variables.contains(name) {
                        values.insert(name, value);
                    } else {
                        let known = text.variables.join(", ");
                        let message = format!("This template has no variable `{name}`. It has: {known}.");
                        self.add(&format!("/{place}/{name}"), "unknown_variable", message);
                    }
                }
            }
        }
        let mut parameters = Vec::new();
        for (n, name) in text.variables.iter().enumerate() {
            let at = match given {
                Variables::Named(_) => format!("/{place}/{name}"),
                _ if place == "header" => "/header".to_owned(),
                _ => format!("/{place}/{n}"),
            };
            let Some(value) = values.get(name.as_str()) else {
                self.add(&at, "missing_variable", format!("The variable `{name}` of the template has no value."));
                continue;
            };
            self.value(&at, name, value);
            let name = named.then(|| name.clone());
            parameters.push(Parameter::Text { name, text: (*value).to_owned() });
        }
        let filled = text.with(|name| values.get(name).map(|value| (*value).to_owned()));
        if filled.chars().count() > limit {
            let message = format!("With its variables this part has more than {limit} characters.");
            self.add(&format!("/{place}"), "too_long", message);
        }
        (parameters, filled)
    }

    /// What WhatsApp refuses of a single value.
    fn value(&mut self, at: &str, name: &str, value: &str) {
        if value.trim().is_empty() {
            self.add(at, "missing_variable", format!("The variable `{name}` of the template has no value."));
        } else if value.contains(['\n', '\r', '\t']) || value.contains("     ") {
            let message = format!(
                "The value of `{name}` has a line break, a tab or more than four blanks in a row, which WhatsApp refuses."
            );
            self.add(at, "invalid_variable", message);
        }
    }

    fn buttons(&mut self, definition: &Definition, values: &Values, components: &mut Vec<Component>) {
        for (index, button) in definition.buttons.iter().enumerate() {
            let at = format!("/buttons/{index}");
            let given = values.buttons.get(&index);
            let (kind, limit) = match button.kind {
                ButtonKind::QuickReply => ("quick_reply", PAYLOAD_LIMIT),
                ButtonKind::OpenUrl => ("url", SUFFIX_LIMIT),
                ButtonKind::CopyCode => ("copy_code", COUPON_LIMIT),
                ButtonKind::Flow => {
                    components.push(Component::Button { kind: "flow".to_owned(), index, parameters: Vec::new() });
                    continue;
                }
                ButtonKind::Plain => {
                    if given.is_some() {
                        self.add(&at, "unknown_variable", format!("The button “{}” takes no value.", button.text));
                    }
                    continue;
                }
            };
            let Some(value) = given else {
                if button.kind != ButtonKind::QuickReply {
                    let message = format!("The button “{}” of the template has no value.", button.text);
                    self.add(&at, "missing_variable", message);
                }
                continue;
            };
            self.value(&at, &format!("buttons.{index}"), value);
            if value.chars().count() > limit {
                self.add(&at, "too_long", format!("At most {limit} characters."));
            }
            let parameter = match button.kind {
                ButtonKind::QuickReply => Parameter::Payload(value.clone()),
                ButtonKind::CopyCode => Parameter::CouponCode(value.clone()),
                _ => Parameter::Text { name: None, text: value.clone() },
            };
            components.push(Component::Button { kind: kind.to_owned(), index, parameters: vec![parameter] });
        }
        for index in values.buttons.keys().filter(|index| **index >= definition.buttons.len()) {
            let message = format!("This template has {} buttons.", definition.buttons.len());
            self.add(&format!("/buttons/{index}"), "unknown_variable", message);
        }
    }

    fn cards(&mut self, definition: &Definition, values: &Values, components: &mut Vec<Component>) {
        if definition.cards.len() != values.cards.len() {
            let (wanted, found) = (definition.cards.len(), values.cards.len());
            let message = format!("This template has {wanted} cards, found values for {found}.");
            return self.add("/cards", "wrong_variable_count", message);
        }
        if definition.cards.is_empty() {
            return;
        }
        let mut cards = Vec::new();
        for (n, (card, given)) in definition.cards.iter().zip(&values.cards).enumerate() {
            let mut inner = Filling { at: format!("{}/cards/{n}", self.at), problems: self.problems };
            cards.push(inner.part(card, given).0);
        }
        components.push(Component::Carousel(cards));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn listed(values: &[&str]) -> Variables {
        Variables::Listed(values.iter().map(|value| (*value).to_owned()).collect())
    }

    fn wrong(definition: &Definition, values: &Values) -> Vec<String> {
        let mut problems = Problems::default();
        let filled = fill(definition, values, "/template", &mut problems);
        assert_eq!(filled.is_some(), problems.0.is_empty());
        problems.0.into_iter().map(|error| format!("{} {}", error.pointer, error.code)).collect()
    }

    fn order() -> Definition {
        let components = json!([
            {"type": "HEADER", "format": "TEXT", "text": "Pedido {{1}}"},
            {"type": "BODY", "text": "Hola {{1}}, llega el {{2}}."},
            {"type": "FOOTER", "text": "Tienda"},
            {"type": "BUTTONS", "buttons": [
                {"type": "QUICK_REPLY", "text": "Gracias"}, {"type": "URL", "text": "Ver", "url": "https://x.example/{{1}}"},
                {"type": "COPY_CODE", "text": "Copiar"}, {"type": "PHONE_NUMBER", "text": "Llamar"}]}
        ]);
        Definition::read(&components, false)
    }

    #[test]
    fn a_whole_one_is_filled() {
        let values = Values {
            variables: listed(&["Ana", "lunes"]),
            header: Some(HeaderValue::Text("77".to_owned())),
            buttons: [(0, "GRACIAS"), (1, "77"), (2, "DOCE")].map(|(n, text)| (n, text.to_owned())).into(),
            cards: Vec::new(),
        };
        let filled = fill(&order(), &values, "", &mut Problems::default()).unwrap();
        assert_eq!(filled.text, "Pedido 77\nHola Ana, llega el lunes.\nTienda");
        assert_eq!(filled.components.len(), 5);
        let flat = Values {
            variables: Variables::Flat(["77", "Ana", "lunes", "77", "DOCE"].map(str::to_owned).into()),
            ..Values::default()
        };
        let flat = fill(&order(), &flat, "", &mut Problems::default()).unwrap();
        assert_eq!((flat.text, flat.components.len()), (filled.text, 4));
    }

    #[test]
    fn what_is_missing_or_too_much_is_named() {
        let found = wrong(&order(), &Values { variables: listed(&["Ana"]), ..Values::default() });
        for expected in [
            "/template/header missing_variable",
            "/template/variables/1 missing_variable",
            "/template/buttons/1 missing_variable",
            "/template/buttons/2 missing_variable",
        ] {
            assert!(found.contains(&expected.to_owned()), "{expected} in {found:?}");
        }
        let mut values = Values {
            variables: listed(&["Ana\n", "     lunes", "x"]),
            header: Some(HeaderValue::Text("7".repeat(61))),
            ..Values::default()
        };
        values.buttons = [(1, "a"), (2, "dieciseis letras"), (3, "x"), (9, "x")].map(|(n, t)| (n, t.to_owned())).into();
        let found = wrong(&order(), &values);
        for expected in [
            "/template/variables wrong_variable_count",
            "/template/variables/0 invalid_variable",
            "/template/variables/1 invalid_variable",
            "/template/header too_long",
            "/template/buttons/2 too_long",
            "/template/buttons/3 unknown_variable",
            "/template/buttons/9 unknown_variable",
        ] {
            assert!(found.contains(&expected.to_owned()), "{expected} in {found:?}");
        }
    }

    #[test]
    fn names_media_places_and_cards() {
        let named = Definition::read(&json!([{"type": "body", "text": "Hola {{nombre}}"}]), true);
        let values = |map: &[(&str, &str)]| Values {
            variables: Variables::Named(map.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()),
            ..Values::default()
        };
        let filled = fill(&named, &values(&[("nombre", "Ana")]), "", &mut Problems::default()).unwrap();
        let name = Some("nombre".to_owned());
        assert_eq!(filled.components, [Component::Body(vec![Parameter::Text { name, text: "Ana".to_owned() }])]);
        assert_eq!(
            wrong(&named, &values(&[("nombr", "Ana")])),
            ["/template/variables/nombr unknown_variable", "/template/variables/nombre missing_variable"]
        );
        let card = json!({"components": [{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "{{1}}"},
                                         {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Ver", "url": "https://x/{{1}}"}]}]});
        let carousel = Definition::read(
            &json!([{"type": "BODY", "text": "Mira"}, {"type": "CAROUSEL", "cards": [card, card]}]),
            false,
        );
        assert_eq!(wrong(&carousel, &Values::default()), ["/template/cards wrong_variable_count"]);
        let one = Values {
            variables: listed(&["a"]),
            header: Some(HeaderValue::Media {
                file: File::Link("https://x.example/a.png".to_owned()),
                file_name: None,
            }),
            buttons: [(0, "a".to_owned())].into(),
            cards: Vec::new(),
        };
        let values = Values { cards: vec![one.clone(), one.clone()], ..Values::default() };
        assert_eq!(wrong(&carousel, &values), [""; 0]);
        let values = Values { cards: vec![one, Values::default()], ..Values::default() };
        assert_eq!(
            wrong(&carousel, &values),
            [
                "/template/cards/1/header missing_variable",
                "/template/cards/1/variables/0 missing_variable",
                "/template/cards/1/buttons/0 missing_variable"
            ]
        );
        let place =
            Definition::read(&json!([{"type": "HEADER", "format": "LOCATION"}, {"type": "BODY", "text": "x"}]), false);
        assert_eq!(wrong(&place, &Values::default()), ["/template/header missing_variable"]);
        let offer = Definition::read(&json!([{"type": "LIMITED_TIME_OFFER"}, {"type": "BODY", "text": "x"}]), false);
        assert_eq!(wrong(&offer, &Values::default()), ["/template unsupported_template"]);
    }
}
