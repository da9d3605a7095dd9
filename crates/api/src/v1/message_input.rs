//! The content of a message as it is sent in: one member says what it is.

use crm::FieldError;
use crm::id::{MediaId, MessageId};
use crm::media::MediaType;
use crm::messages::{
    Action, Attachment, Button, Card, Content, File, Interactive, Place, Section, SectionRow, Sent, TEXT_LIMIT,
};
use crm::templates::{HeaderValue, Reference, Values, Variables};
use serde_json::{Value, json};
use structuring::Json;

use crate::input::{Fields, Input, Raw, Style};
use crate::kinds::{Flag, Kind, List, SHORT, Text, TextOrNumber, Whole, id, nested};

const URL: Text = Text { max: 2048 };
const STRICT: Style = Style::Strict;

/// A decimal number, perhaps below zero.
#[derive(Debug, Clone, Copy)]
struct Degrees;

impl Kind for Degrees {
    type Out = f64;

    fn read(&self, raw: Raw<'_>, at: &str, problems: &mut Vec<FieldError>) -> Option<f64> {
        let text = match raw {
            Raw::Json(Json::Number(number)) => number.as_str(),
            Raw::Json(Json::String(text)) => text.trim(),
            Raw::Text(text) => text,
            Raw::Json(_) => "",
        };
        match text.parse::<f64>() {
            Ok(degrees) if degrees.is_finite() => Some(degrees),
            _ => {
                problems.push(FieldError::new(at, "invalid_number", format!("Expected {}.", self.expected())));
                None
            }
        }
    }

    fn expected(&self) -> String {
        "degrees such as -40.5734".to_owned()
    }

    fn schema(&self) -> Value {
        json!({"type": ["number", "string"]})
    }
}

struct FileInput {
    file: File,
    caption: Option<String>,
    file_name: Option<String>,
    voice: bool,
}

/// One of `media_id` and `link`.
fn read_file(f: &mut Fields<'_>) -> Option<File> {
    let media_id = f.optional("media_id", id::<MediaId>(), "A file that was uploaded here.");
    let link = f.optional("link", URL, "Instead: an address from which WhatsApp fetches it.");
    match (media_id, link) {
        (Some(id), None) => Some(File::MediaId(id)),
        (None, Some(link)) => Some(File::Link(link)),
        (given, _) => {
            if !f.describes() && f.problems.is_empty() {
                let message = "Give one of media_id and link.";
                f.problem("media_id", if given.is_some() { "invalid_value" } else { "required" }, message);
            }
            None
        }
    }
}

impl Input for FileInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let file = read_file(f);
        let caption = f.optional("caption", Text { max: 1024 }, "image, video, document.");
        let file_name = f.optional("file_name", SHORT, "document: as the person sees it.");
        let voice = f.optional("voice", Flag, "audio: a voice note.").unwrap_or(false);
        Some(FileInput { file: file?, caption, file_name, voice })
    }
}

struct PlaceInput(Place);

impl Input for PlaceInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let latitude = f.required("latitude", Degrees, "");
        let longitude = f.required("longitude", Degrees, "");
        let name = f.optional("name", SHORT, "");
        let address = f.optional("address", SHORT, "");
        Some(PlaceInput(Place { latitude: latitude?, longitude: longitude?, name, address }))
    }
}

struct CardInput(Card);

impl Input for CardInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let formatted_name = f.required("formatted_name", SHORT, "The whole name.");
        let first_name = f.optional("first_name", SHORT, "");
        let last_name = f.optional("last_name", SHORT, "");
        let company = f.optional("company", SHORT, "");
        let phones = f.optional("phones", List { of: TextOrNumber { max: 64 }, max: 20 }, "").unwrap_or_default();
        let emails = f.optional("emails", List { of: SHORT, max: 20 }, "").unwrap_or_default();
        Some(CardInput(Card { formatted_name: formatted_name?, first_name, last_name, company, phones, emails }))
    }
}

struct ReactionInput {
    message_id: MessageId,
    emoji: String,
}

impl Input for ReactionInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let message_id = f.required("message_id", id::<MessageId>(), "The message that is reacted to.");
        let emoji = f.nullable("emoji", Text { max: 32 }, "Null takes the reaction off.");
        if emoji.is_none() && !f.describes() && f.problems.is_empty() {
            f.problem("emoji", "required", "`emoji` is required: an emoji, or null to take the reaction off.");
        }
        Some(ReactionInput { message_id: message_id?, emoji: emoji?.unwrap_or_default() })
    }
}

struct ButtonInput(Button);

impl Input for ButtonInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let id = f.required("id", Text { max: 256 }, "Comes back when it is pressed.");
        let title = f.required("title", Text { max: 20 }, "");
        Some(ButtonInput(Button { id: id?, title: title? }))
    }
}

struct RowInput(SectionRow);

impl Input for RowInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let id = f.required("id", Text { max: 200 }, "Comes back when it is chosen.");
        let title = f.required("title", Text { max: 24 }, "");
        let description = f.optional("description", Text { max: 72 }, "");
        Some(RowInput(SectionRow { id: id?, title: title?, description }))
    }
}

struct SectionInput(Section);

impl Input for SectionInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let title = f.optional("title", Text { max: 24 }, "Needed where there are several.");
        let rows = f.required("rows", List { of: nested::<RowInput>(STRICT), max: 10 }, "");
        let rows = rows?.into_iter().map(|RowInput(row)| row).collect();
        Some(SectionInput(Section { title, rows }))
    }
}

struct ListInput {
    button: String,
    sections: Vec<Section>,
}

impl Input for ListInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let button = f.required("button", Text { max: 20 }, "What opens the list.");
        let about = "At most 10, with 10 rows in all.";
        let sections = f.required("sections", List { of: nested::<SectionInput>(STRICT), max: 10 }, about);
        let sections = sections?.into_iter().map(|SectionInput(section)| section).collect();
        Some(ListInput { button: button?, sections })
    }
}

struct LinkInput {
    title: String,
    url: String,
}

impl Input for LinkInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let title = f.required("title", Text { max: 20 }, "What the button says.");
        let url = f.required("url", URL, "");
        Some(LinkInput { title: title?, url: url? })
    }
}

/// Variables by place or by name.
#[derive(Debug, Clone, Copy)]
struct VariablesKind;

impl Kind for VariablesKind {
    type Out = Variables;

    fn read(&self, raw: Raw<'_>, at: &str, problems: &mut Vec<FieldError>) -> Option<Variables> {
        let each = TextOrNumber { max: 1024 };
        let Raw::Json(Json::Object(object)) = raw else {
            return List { of: each, max: 100 }.read(raw, at, problems).map(Variables::Listed);
        };
        let before = problems.len();
        let named = object
            .iter()
            .filter_map(|(name, value)| {
                let value = each.read(Raw::Json(value), &format!("{at}/{name}"), problems)?;
                Some((name.to_owned(), value))
            })
            .collect();
        (problems.len() == before).then_some(Variables::Named(named))
    }

    fn expected(&self) -> String {
        "a list of texts, or an object of texts by name".to_owned()
    }

    fn schema(&self) -> Value {
        let text = json!({"type": ["string", "number"]});
        json!({"oneOf": [{"type": "array", "items": text, "maxItems": 100},
                         {"type": "object", "additionalProperties": text}]})
    }
}

struct HeaderInput(HeaderValue);

impl Input for HeaderInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let text = f.optional("text", Text { max: 60 }, "For a header with a variable.");
        let location = f.optional("location", nested::<PlaceInput>(STRICT), "For a header that is a place.");
        let file_name = f.optional("file_name", SHORT, "Of a document.");
        match (text, location) {
            (Some(text), None) => return Some(HeaderInput(HeaderValue::Text(text))),
            (None, Some(PlaceInput(place))) => return Some(HeaderInput(HeaderValue::Location(place))),
            (Some(_), Some(_)) => f.problem("text", "invalid_value", "Give one of text, location, media_id and link."),
            (None, None) => {}
        }
        let file = read_file(f)?;
        Some(HeaderInput(HeaderValue::Media { file, file_name }))
    }
}

struct ButtonValueInput {
    index: i64,
    value: String,
}

impl Input for ButtonValueInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let index = f.required("index", Whole { min: 0, max: 9 }, "Its place among all buttons, from 0.");
        let about = "What its address ends with, its coupon code, or what comes back when it is pressed.";
        let value = f.required("value", Text { max: 2000 }, about);
        Some(ButtonValueInput { index: index?, value: value? })
    }
}

struct CardValuesInput(Values);

impl Input for CardValuesInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        Some(CardValuesInput(read_values(f)))
    }
}

fn read_values(f: &mut Fields<'_>) -> Values {
    let variables = f.optional("variables", VariablesKind, "Of the text: in order, or by name.");
    let header = f.optional("header", nested::<HeaderInput>(STRICT), "Of the header.");
    let buttons = f.optional("buttons", List { of: nested::<ButtonValueInput>(STRICT), max: 10 }, "Of its buttons.");
    let buttons = buttons.unwrap_or_default().into_iter();
    Values {
        variables: variables.unwrap_or_default(),
        header: header.map(|HeaderInput(header)| header),
        buttons: buttons.map(|button| (usize::try_from(button.index).unwrap_or(0), button.value)).collect(),
        cards: Vec::new(),
    }
}

pub struct TemplateInput {
    pub reference: Reference,
    pub values: Values,
}

impl Input for TemplateInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let id = f.optional("id", TextOrNumber { max: 64 }, "Its id here, or at WhatsApp.");
        let name = f.optional("name", Text { max: 512 }, "Instead of its id.");
        let about = "With `name`; else the one nearest to the organization's language.";
        let language = f.optional("language", Text { max: 16 }, about);
        let mut values = read_values(f);
        let cards =
            f.optional("cards", List { of: nested::<CardValuesInput>(STRICT), max: 10 }, "Of a carousel, in order.");
        values.cards = cards.unwrap_or_default().into_iter().map(|CardValuesInput(card)| card).collect();
        let reference = match (id, name) {
            (Some(id), None) => Reference::Id(id),
            (None, Some(name)) => Reference::Name { name, language },
            _ => {
                if !f.describes() && f.problems.is_empty() {
                    f.problem("id", "required", "Give one of id and name.");
                }
                return None;
            }
        };
        Some(TemplateInput { reference, values })
    }
}

/// The members of which one has to be there.
const KINDS: &str = "text, image, video, audio, document, sticker, location, contacts, reaction, template, or interactive_text with \
                     buttons, list, link, request_location or request_contact";

/// Reads the one content that a request has.
pub fn read_content(f: &mut Fields<'_>) -> Option<Sent> {
    let mut found: Vec<Sent> = Vec::new();
    let text = f.optional("text", Text { max: TEXT_LIMIT }, "");
    let preview_url = f.optional("preview_url", Flag, "With text: the first address in it is shown with a picture.");
    if let Some(text) = text {
        found.push(Sent::Content(Content::Text { text, preview_url: preview_url.unwrap_or(false) }));
    }
    let mut file = |name: &'static str, media_type: MediaType| {
        let input = f.optional(name, nested::<FileInput>(STRICT), "A file: uploaded (`media_id`), or a `link`.")?;
        let FileInput { file, caption, file_name, voice } = input;
        let attachment = Attachment { file, caption, file_name, voice };
        Some(Sent::Content(Content::of_file(media_type, attachment)))
    };
    let files = [
        file("image", MediaType::Image),
        file("video", MediaType::Video),
        file("audio", MediaType::Audio),
        file("document", MediaType::Document),
        file("sticker", MediaType::Sticker),
    ];
    found.extend(files.into_iter().flatten());
    if let Some(PlaceInput(place)) = f.optional("location", nested::<PlaceInput>(STRICT), "A place.") {
        found.push(Sent::Content(Content::Location(place)));
    }
    let cards = f.optional("contacts", List { of: nested::<CardInput>(STRICT), max: 20 }, "Cards of people.");
    if let Some(cards) = cards {
        let contacts = cards.into_iter().map(|CardInput(card)| card).collect();
        found.push(Sent::Content(Content::Contacts { contacts }));
    }
    let reaction = f.optional("reaction", nested::<ReactionInput>(STRICT), "An emoji on a message.");
    if let Some(ReactionInput { message_id, emoji }) = reaction {
        found.push(Sent::Content(Content::Reaction { message_id, provider_id: String::new(), emoji }));
    }
    found.extend(read_interactive(f).map(|interactive| Sent::Content(Content::Interactive(interactive))));
    let template = f.optional("template", nested::<TemplateInput>(STRICT), "The only content outside the 24 h window.");
    if let Some(TemplateInput { reference, values }) = template {
        found.push(Sent::Template { reference, values });
    }
    if f.describes() {
        return None;
    }
    if found.len() != 1 && f.problems.is_empty() {
        let message = format!("Give exactly one of {KINDS}.");
        f.problems.push(match found.is_empty() {
            true => FieldError::new("/text", "required", message),
            false => FieldError::new("", "invalid_value", message),
        });
    }
    let sent = found.pop()?;
    if let Sent::Content(content) = &sent
        && f.problems.is_empty()
    {
        let mut problems = crm::Problems::default();
        content.check("", &mut problems);
        // The limits are named as the content has them; here each stands below the member that says what it is.
        let below = |pointer: &str| match content {
            Content::Text { .. } | Content::Contacts { .. } => pointer.to_owned(),
            Content::Interactive(_) if pointer == "/text" => "/interactive_text".to_owned(),
            Content::Interactive(_) => pointer.to_owned(),
            content => format!("/{}{pointer}", content.kind()),
        };
        f.problems.extend(problems.0.into_iter().map(|error| FieldError { pointer: below(&error.pointer), ..error }));
    }
    Some(sent)
}

fn read_interactive(f: &mut Fields<'_>) -> Option<Interactive> {
    let text = f.optional("interactive_text", Text { max: 4096 }, "What stands above buttons, list, link or request.");
    let header = f.optional("header", Text { max: 60 }, "With interactive_text.");
    let footer = f.optional("footer", Text { max: 60 }, "With interactive_text.");
    let buttons = f.optional("buttons", List { of: nested::<ButtonInput>(STRICT), max: 3 }, "At most 3.");
    let list = f.optional("list", nested::<ListInput>(STRICT), "");
    let link = f.optional("link", nested::<LinkInput>(STRICT), "A button that opens an address.");
    let place = f.optional("request_location", Flag, "A button with which the person sends where they are.");
    let contact = f.optional("request_contact", Flag, "A button with which the person sends their number.");
    let buttons = buttons.map(|list| Action::Buttons(list.into_iter().map(|ButtonInput(button)| button).collect()));
    let list = list.map(|ListInput { button, sections }| Action::List { button, sections });
    let link = link.map(|LinkInput { title, url }| Action::Link { title, url });
    let place = place.filter(|wanted| *wanted).map(Action::RequestLocation);
    let contact = contact.filter(|wanted| *wanted).map(Action::RequestContact);
    let mut actions: Vec<Action> = [buttons, list, link, place, contact].into_iter().flatten().collect();
    if text.is_none() && actions.is_empty() {
        return None;
    }
    if (text.is_none() || actions.len() != 1) && f.problems.is_empty() {
        let message =
            "Give interactive_text with exactly one of buttons, list, link, request_location, request_contact.";
        f.problem("interactive_text", "invalid_value", message);
    }
    Some(Interactive { text: text?, header, footer, action: actions.pop()? })
}
