//! A message as the Graph API takes it, and its answer.

use std::collections::HashMap;

use crm::id::MediaId;
use crm::media::MediaType;
use crm::messages::{
    Action, Attachment, Card, Component, Content, File, Interactive, Parameter, Place, TemplateContent,
};
use hyper::Method;
use serde_json::{Map, Value, json};

use super::{CallError, Graph, SEND_WITHIN, text};

/// Whom it goes to: a number, or where none is known the id that the business knows the person by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipient {
    /// Digits with the country code.
    Number(String),
    User(String),
}

/// What the provider says of a message that it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    pub provider_id: String,
    /// The number as WhatsApp writes it; none where it was sent to a user id.
    pub wa_id: Option<String>,
}

/// What the provider calls our files.
pub type Files = HashMap<MediaId, String>;

/// The body of the call. `callback` comes back with every status. None where a file has no name at the provider.
pub fn render(
    content: &Content,
    to: &Recipient,
    reply_to: Option<&str>,
    callback: &str,
    files: &Files,
) -> Option<Value> {
    let (word, object) = body(content, files)?;
    let mut message = json!({
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "type": word,
        "biz_opaque_callback_data": callback,
    });
    match to {
        Recipient::Number(number) => message["to"] = json!(number),
        Recipient::User(id) => message["recipient"] = json!(id),
    }
    if let Some(id) = reply_to {
        message["context"] = json!({"message_id": id});
    }
    message[word] = object;
    Some(message)
}

fn body(content: &Content, files: &Files) -> Option<(&'static str, Value)> {
    let word = content.kind();
    if let Some((media_type, attachment)) = content.attachment() {
        return Some((word, file(media_type, attachment, files)?));
    }
    let object = match content {
        Content::Text { text, preview_url } => json!({"body": text, "preview_url": preview_url}),
        Content::Location(place) => location(place),
        Content::Contacts { contacts } => contacts.iter().map(card).collect(),
        Content::Reaction { provider_id, emoji, .. } => json!({"message_id": provider_id, "emoji": emoji}),
        Content::Interactive(interactive) => rendered(interactive),
        Content::Template(template) => filled(template, files)?,
        _ => return None,
    };
    Some((word, object))
}

fn named(source: &File, files: &Files) -> Option<Map<String, Value>> {
    let mut object = Map::new();
    match source {
        File::MediaId(id) => object.insert("id".into(), json!(files.get(id)?)),
        File::Link(url) => object.insert("link".into(), json!(url)),
    };
    Some(object)
}

fn file(media_type: MediaType, attachment: &Attachment, files: &Files) -> Option<Value> {
    let mut object = named(&attachment.file, files)?;
    if let Some(caption) = &attachment.caption {
        object.insert("caption".into(), json!(caption));
    }
    if let (MediaType::Document, Some(name)) = (media_type, &attachment.file_name) {
        object.insert("filename".into(), json!(name));
    }
    if attachment.voice {
        object.insert("voice".into(), json!(true));
    }
    Some(object.into())
}

fn location(place: &Place) -> Value {
    let mut object = json!({"latitude": place.latitude, "longitude": place.longitude});
    for (name, value) in [("name", &place.name), ("address", &place.address)] {
        if let Some(value) = value {
            object[name] = json!(value);
        }
    }
    object
}

/// WhatsApp wants another part of the name beside the whole.
fn card(card: &Card) -> Value {
    let first = card.first_name.clone().or_else(|| card.formatted_name.split_whitespace().next().map(str::to_owned));
    let mut name = json!({"formatted_name": card.formatted_name, "first_name": first});
    if let Some(last) = &card.last_name {
        name["last_name"] = json!(last);
    }
    let mut object = json!({"name": name});
    if let Some(company) = &card.company {
        object["org"] = json!({"company": company});
    }
    if !card.phones.is_empty() {
        object["phones"] = card.phones.iter().map(|phone| json!({"phone": phone})).collect();
    }
    if !card.emails.is_empty() {
        object["emails"] = card.emails.iter().map(|email| json!({"email": email})).collect();
    }
    object
}

fn rendered(interactive: &Interactive) -> Value {
    let (word, action) = match &interactive.action {
        Action::Buttons(buttons) => {
            let button = |b: &crm::messages::Button| json!({"type": "reply", "reply": {"id": b.id, "title": b.title}});
            ("button", json!({"buttons": buttons.iter().map(button).collect::<Vec<_>>()}))
        }
        Action::List { button, sections } => {
            let sections: Vec<Value> = sections
                .iter()
                .map(|section| {
                    let rows: Vec<Value> = section
                        .rows
                        .iter()
                        .map(|row| {
                            let mut object = json!({"id": row.id, "title": row.title});
                            if let Some(description) = &row.description {
                                object["description"] = json!(description);
                            }
                            object
                        })
                        .collect();
                    let mut object = json!({"rows": rows});
                    if let Some(title) = &section.title {
                        object["title"] = json!(title);
                    }
                    object
                })
                .collect();
            ("list", json!({"button": button, "sections": sections}))
        }
        Action::Link { title, url } => {
            ("cta_url", json!({"name": "cta_url", "parameters": {"display_text": title, "url": url}}))
        }
        Action::RequestLocation(_) => ("location_request_message", json!({"name": "send_location"})),
        Action::RequestContact(_) => ("contact_request", json!({"name": "request_contact_info"})),
    };
    let mut object = json!({"type": word, "body": {"text": interactive.text}, "action": action});
    if let Some(header) = &interactive.header {
        object["header"] = json!({"type": "text", "text": header});
    }
    if let Some(footer) = &interactive.footer {
        object["footer"] = json!({"text": footer});
    }
    object
}

fn filled(template: &TemplateContent, files: &Files) -> Option<Value> {
    let mut object = json!({"name": template.name, "language": {"code": template.language}});
    let components = components(&template.components, files)?;
    if !components.is_empty() {
        object["components"] = components.into();
    }
    Some(object)
}

fn components(parts: &[Component], files: &Files) -> Option<Vec<Value>> {
    let mut rendered = Vec::new();
    for part in parts {
        rendered.push(match part {
            Component::Header(values) => json!({"type": "header", "parameters": parameters(values, files)?}),
            Component::Body(values) => json!({"type": "body", "parameters": parameters(values, files)?}),
            Component::Button { kind, index, parameters: values } => {
                let mut button = json!({"type": "button", "sub_type": kind, "index": index.to_string()});
                if !values.is_empty() {
                    button["parameters"] = parameters(values, files)?.into();
                }
                button
            }
            Component::Carousel(cards) => {
                let mut list = Vec::new();
                for (index, card) in cards.iter().enumerate() {
                    list.push(json!({"card_index": index, "components": components(card, files)?}));
                }
                json!({"type": "carousel", "cards": list})
            }
        });
    }
    Some(rendered)
}

fn parameters(values: &[Parameter], files: &Files) -> Option<Vec<Value>> {
    values
        .iter()
        .map(|value| {
            Some(match value {
                Parameter::Text { name: None, text } => json!({"type": "text", "text": text}),
                Parameter::Text { name: Some(name), text } => {
                    json!({"type": "text", "parameter_name": name, "text": text})
                }
                Parameter::Media { kind, file, file_name } => {
                    let mut object = named(file, files)?;
                    if let Some(name) = file_name {
                        object.insert("filename".into(), json!(name));
                    }
                    json!({"type": kind.name(), kind.name(): object})
                }
                Parameter::Location(place) => json!({"type": "location", "location": location(place)}),
                Parameter::Payload(payload) => json!({"type": "payload", "payload": payload}),
                Parameter::CouponCode(code) => json!({"type": "coupon_code", "coupon_code": code}),
            })
        })
        .collect()
}

impl Graph {
    /// Hands a message over, once.
    pub async fn send(&self, message: &Value) -> Result<Sent, CallError> {
        let path = format!("{}/messages", self.account.phone_number_id);
        let answer = self.call(Method::POST, &path, Some(message), SEND_WITHIN).await?;
        let provider_id = answer.pointer("/messages/0/id").and_then(Value::as_str);
        // A good answer that does not say what the message is called: it is there, and nobody can tell which it is.
        let provider_id = provider_id.ok_or(CallError::Foreign { status: 200 })?.to_owned();
        let wa_id = answer.pointer("/contacts/0").and_then(|contact| text(contact, "wa_id"));
        Ok(Sent { provider_id, wa_id })
    }

    /// Tells the person that this message and what came before it was read; with `typing`, that an answer is being written,
    /// for 25 s or until it comes.
    pub async fn read_receipt(&self, provider_id: &str, typing: bool) -> Result<(), CallError> {
        let mut body = json!({"messaging_product": "whatsapp", "status": "read", "message_id": provider_id});
        if typing {
            body["typing_indicator"] = json!({"type": "text"});
        }
        let path = format!("{}/messages", self.account.phone_number_id);
        self.call(Method::POST, &path, Some(&body), SEND_WITHIN).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(content: Content) -> Value {
        render(&content, &Recipient::Number("56955501234".to_owned()), None, "c", &Files::new()).unwrap()
    }

    #[test]
    fn the_envelope() {
        let to = Recipient::User("CL.123".to_owned());
        let message = render(&Content::text("Hola"), &to, Some("wamid.1"), "id", &Files::new()).unwrap();
        assert_eq!(
            message,
            json!({"messaging_product": "whatsapp", "recipient_type": "individual", "recipient": "CL.123", "type": "text",
                   "context": {"message_id": "wamid.1"}, "biz_opaque_callback_data": "id",
                   "text": {"body": "Hola", "preview_url": false}})
        );
    }

    #[test]
    fn files_go_by_the_name_that_the_provider_has_for_them() {
        let id = MediaId::default();
        let attachment = Attachment {
            file: File::MediaId(id),
            caption: Some("x".to_owned()),
            file_name: Some("a.pdf".to_owned()),
            voice: false,
        };
        let content = Content::Document(attachment);
        let to = Recipient::Number("1".to_owned());
        assert_eq!(render(&content, &to, None, "c", &Files::new()), None);
        let message = render(&content, &to, None, "c", &Files::from([(id, "77".to_owned())])).unwrap();
        assert_eq!(message["document"], json!({"id": "77", "caption": "x", "filename": "a.pdf"}));
    }

    #[test]
    fn what_can_be_pressed() {
        let interactive = |action| {
            Content::Interactive(Interactive {
                text: "¿?".to_owned(),
                header: Some("H".to_owned()),
                footer: None,
                action,
            })
        };
        let button = crm::messages::Button { id: "1".to_owned(), title: "Sí".to_owned() };
        assert_eq!(
            shown(interactive(Action::Buttons(vec![button])))["interactive"],
            json!({"type": "button", "body": {"text": "¿?"}, "header": {"type": "text", "text": "H"},
                   "action": {"buttons": [{"type": "reply", "reply": {"id": "1", "title": "Sí"}}]}})
        );
        let link = Action::Link { title: "Ver".to_owned(), url: "https://x.example".to_owned() };
        assert_eq!(shown(interactive(link))["interactive"]["action"]["name"], "cta_url");
        assert_eq!(
            shown(interactive(Action::RequestLocation(true)))["interactive"]["type"],
            "location_request_message"
        );
    }

    #[test]
    fn templates_with_everything() {
        let text =
            |name: Option<&str>, text: &str| Parameter::Text { name: name.map(str::to_owned), text: text.to_owned() };
        let image = File::Link("https://x.example/a.png".to_owned());
        let header = Component::Header(vec![Parameter::Media { kind: MediaType::Image, file: image, file_name: None }]);
        let button = Component::Button { kind: "url".to_owned(), index: 1, parameters: vec![text(None, "suffix")] };
        let template = TemplateContent {
            name: "order_update".to_owned(),
            language: "en_US".to_owned(),
            category: "UTILITY".to_owned(),
            components: vec![
                header.clone(),
                Component::Body(vec![text(Some("first_name"), "Ana")]),
                button,
                Component::Carousel(vec![vec![header]]),
            ],
        };
        let image = json!({"type": "image", "image": {"link": "https://x.example/a.png"}});
        assert_eq!(
            shown(Content::Template(template))["template"],
            json!({"name": "order_update", "language": {"code": "en_US"}, "components": [
                {"type": "header", "parameters": [image]},
                {"type": "body", "parameters": [{"type": "text", "parameter_name": "first_name", "text": "Ana"}]},
                {"type": "button", "sub_type": "url", "index": "1", "parameters": [{"type": "text", "text": "suffix"}]},
                {"type": "carousel", "cards": [{"card_index": 0, "components": [{"type": "header", "parameters": [image]}]}]}]})
        );
    }
}
