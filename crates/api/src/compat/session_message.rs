//! C27: a text to somebody who has written within 24 hours.

use crm::channels::{Channel, ChannelType};
use crm::contacts::{self, Contact};
use crm::id::{ContactId, MessageId};
use crm::messages::{self, Addressee, By, Content, Places, Send, Sent};
use crm::{FieldError, Setup};
use schemars::JsonSchema;
use serde::Serialize;
use structuring::phone::Phone;

use super::record;
use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input};
use crate::kinds::{Flag, OneOf, PhoneText, SHORT, Text, id};
use crate::lifecycle::OwnNumber;
use crate::problem::Problem;

#[derive(Debug)]
pub struct SessionInput {
    message: String,
    contact_id: Option<ContactId>,
    phone: Option<String>,
    from_phone_number: Option<String>,
    reply_message_id: Option<String>,
    pause_assistant: bool,
}

const TEXT: OneOf<()> = OneOf { words: &["text"], read: |word| (word == "text").then_some(()) };

impl Input for SessionInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let message = f.required("message", Text { max: messages::TEXT_LIMIT }, "The text.");
        let contact_id = f.optional("contact_id", id::<ContactId>(), "Who gets it.");
        let phone = f.optional("phone", PhoneText, "Instead of contact_id; with it, of the same person.");
        let about = "The own number, or its phone id. With phone needed where there are several; with contact_id that of the contact's channel.";
        let from_phone_number = f.optional("from_phone_number", PhoneText, about);
        let reply_message_id = f.optional("reply_message_id", SHORT, "The message that this one answers.");
        f.optional("type", TEXT, "Only text.");
        let pause_assistant = f.optional("pause_assistant", Flag, "By itself true.").unwrap_or(true);
        if !f.describes() && contact_id.is_none() && phone.is_none() && f.problems.is_empty() {
            f.problem("contact_id", "required", "Give contact_id or phone.");
        }
        Some(SessionInput {
            message: message?,
            contact_id,
            phone,
            from_phone_number,
            reply_message_id,
            pause_assistant,
        })
    }
}

/// What the rows that send answer.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SentAnswer {
    pub status: &'static str,
    pub message_id: MessageId,
    pub ai_contact_id: ContactId,
}

pub fn sent(queued: &messages::Queued) -> SentAnswer {
    SentAnswer { status: "ok", message_id: queued.message.id, ai_contact_id: queued.contact.id }
}

const PLACES: Places = Places {
    reply: "/reply_message_id",
    reaction: "",
    template: "/template_id",
    values: "",
    template_by: messages::TEMPLATE_BY,
};

pub async fn send(call: Call) -> Result<Answer, Problem> {
    let input: SessionInput = call.read_body()?;
    let both = match (input.contact_id, input.phone.as_deref()) {
        (Some(id), Some(text)) => Some((id, phone_on_channel_of(&call, id, text).await?)),
        _ => None,
    };
    let send = call
        .prepare(|setup| {
            Ok(Send {
                to: addressee(setup, &input)?,
                what: Sent::Content(Content::text(input.message.clone())),
                reply_to: input.reply_message_id.clone(),
                pause_assistant: Some(input.pause_assistant),
                places: PLACES,
            })
        })
        .await?;
    let work = move |w: &mut crm::Work<'_, '_>| {
        if let Some((id, phone)) = &both {
            let contact = Contact::get(w, *id)?;
            contacts::check_is_theirs(w, &contact, "contact_id", phone)?;
        }
        messages::send(w, &send)
    };
    call.write(work, |queued, _| Answer::json(201, &sent(queued))).await
}

/// The number as of the country of the contact's channel.
async fn phone_on_channel_of(call: &Call, id: ContactId, text: &str) -> Result<Phone, Problem> {
    let channel = call.read(move |w| Ok(Contact::get(w, id)?.channel_id)).await?;
    let setup = &call.setup;
    let country = setup.channel(channel).map_or(setup.organization.country.as_str(), |channel| &channel.country);
    let mut problems = Vec::new();
    let phone = record::read_phone(text, country, "/phone", &mut problems);
    phone.ok_or_else(|| Problem::invalid(problems))
}

fn addressee(setup: &Setup, input: &SessionInput) -> Result<Addressee, Problem> {
    if let Some(id) = input.contact_id {
        let Some(number) = input.from_phone_number.as_deref() else { return Ok(Addressee::Contact { id, by: None }) };
        let channels: Vec<_> = setup
            .channels
            .iter()
            .filter(|channel| OwnNumber::of(channel).is(number))
            .map(|channel| channel.id)
            .collect();
        if channels.is_empty() {
            let unknown = FieldError::unknown_reference("/from_phone_number", "WhatsApp number", number);
            return Err(Problem::invalid(vec![unknown]));
        }
        return Ok(Addressee::Contact { id, by: Some(By { channels, at: "/from_phone_number" }) });
    }
    let mut problems = Vec::new();
    let channel = own_channel(setup, input.from_phone_number.as_deref(), "/from_phone_number", &mut problems);
    let country = channel.map_or(setup.organization.country.as_str(), |channel| channel.country.as_str());
    let text = input.phone.as_deref().unwrap_or_default();
    let phone = record::read_phone(text, country, "/phone", &mut problems);
    match (channel, phone) {
        (Some(channel), Some(phone)) if problems.is_empty() => Ok(Addressee::Phone { channel: channel.id, phone }),
        _ => Err(Problem::invalid(problems)),
    }
}

/// The WhatsApp channel of an own number, or the playground that plays one; where none is named, the only one there is.
pub fn own_channel<'s>(
    setup: &'s Setup,
    number: Option<&str>,
    pointer: &str,
    problems: &mut Vec<FieldError>,
) -> Option<&'s Channel> {
    // The Cloud API's first, where one number is on several; a playground only where nobody real has it.
    let rank = |channel: &Channel| match channel.channel_type {
        ChannelType::Whatsapp => Some(0),
        ChannelType::WebWhatsapp => Some(1),
        ChannelType::Playground => Some(2),
        ChannelType::Webchat => None,
    };
    own_channel_among(setup, rank, number, pointer, problems)
}

/// The same among those that have a rank, the lowest first.
pub fn own_channel_among<'s>(
    setup: &'s Setup,
    rank: impl Fn(&Channel) -> Option<u8>,
    number: Option<&str>,
    pointer: &str,
    problems: &mut Vec<FieldError>,
) -> Option<&'s Channel> {
    let channels = setup.channels.iter().filter(|channel| !channel.archived && rank(channel).is_some());
    match number {
        Some(number) => {
            let mut named: Vec<&Channel> = channels.filter(|channel| OwnNumber::of(channel).is(number)).collect();
            named.sort_by_key(|channel| rank(channel));
            if named.is_empty() {
                problems.push(FieldError::unknown_reference(pointer, "WhatsApp number", number));
            }
            named.first().copied()
        }
        None => match only(channels) {
            Ok(only) => Some(only),
            Err(0) => {
                problems.push(FieldError::new(pointer, "required", "There is no WhatsApp channel; make one first."));
                None
            }
            _ => {
                let message = "There are several WhatsApp numbers: name the one that it goes out by.";
                problems.push(FieldError::new(pointer, "required", message));
                None
            }
        },
    }
}

/// The only real one, or the only playground where there is none; else how many there are.
fn only<'s>(channels: impl Iterator<Item = &'s Channel>) -> Result<&'s Channel, usize> {
    let (played, real): (Vec<_>, Vec<_>) =
        channels.partition(|channel| channel.channel_type == ChannelType::Playground);
    match if real.is_empty() { &played } else { &real }.as_slice() {
        [only] => Ok(only),
        several => Err(several.len()),
    }
}
