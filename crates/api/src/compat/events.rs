//! C32: an event that another system reports about a contact.

use crm::channels::Channel;
use crm::contacts::{self, Contact};
use crm::customers::{Found, Structured, Who, apply, find_or_begin};
use crm::events::{self, Tracked};
use crm::id::{ChannelId, ContactId, EventId};
use crm::{FieldError, Setup, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;
use structuring::Explicit;
use structuring::json::Object;
use structuring::phone::Phone;

use super::record;
use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input, Style};
use crate::kinds::{AnyObject, Email, Instant, PhoneText, SHORT, Text, id, nested};
use crate::problem::Problem;

#[derive(Debug)]
pub struct EventInput {
    pub event: Option<String>,
    pub properties: Option<Object>,
    pub contact: Option<ContactInput>,
    pub channel: Option<ChannelInput>,
    pub occurred_at: Option<Timestamp>,
}

#[derive(Debug)]
pub struct ContactInput {
    pub id: Option<ContactId>,
    pub phone: Option<String>,
    pub name: Option<String>,
    pub email: Option<String>,
}

#[derive(Debug)]
pub struct ChannelInput {
    pub id: Option<ChannelId>,
    pub phone: Option<String>,
}

impl Input for ContactInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let id = f.optional("aiContactId", id::<ContactId>(), "Or phone.");
        let phone = f.optional("phone", PhoneText, "The person's number; they become a contact of the channel.");
        let name = f.optional("name", SHORT, "");
        let email = f.optional("email", Email, "");
        if !f.describes() && id.is_none() && phone.is_none() && f.problems.is_empty() {
            f.problem("aiContactId", "required", "Give aiContactId or phone.");
        }
        Some(ContactInput { id, phone, name, email })
    }
}

impl Input for ChannelInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let id = f.optional("channelId", id::<ChannelId>(), "Or channelPhone.");
        let phone = f.optional("channelPhone", PhoneText, "The organization's own number, or its phone id.");
        if !f.describes() && id.is_none() && phone.is_none() && f.problems.is_empty() {
            f.problem("channelId", "required", "Give channelId or channelPhone.");
        }
        Some(ChannelInput { id, phone })
    }
}

impl Input for EventInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let event = f.required("event", Text { max: 100 }, "Name of the event, such as order_paid.");
        let properties = f.required("properties", AnyObject, "Whatever belongs to it, at most 64 KiB of JSON.");
        let contact = f.required("contact", nested::<ContactInput>(Style::Compatible), "Whom it is about.");
        let channel =
            f.required("channel", nested::<ChannelInput>(Style::Compatible), "Where that person is a contact.");
        let occurred_at = f.optional("occurredAt", Instant, "When it happened; now without it.");
        if let Some(properties) = &properties
            && structuring::Json::Object(properties.clone()).to_string().len() > 64 * 1024
        {
            f.problem("properties", "too_large", "At most 64 KiB of JSON.");
        }
        Some(EventInput { event, properties, contact, channel, occurred_at })
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct TrackedAnswer {
    pub id: EventId,
}

pub async fn track(call: Call) -> Result<Answer, Problem> {
    let object = call.object()?;
    let (event, target) = call.prepare(|setup| prepare(setup, &object)).await?;
    let limit = call.app.event_limiter.take(call.caller.organization, call.app.crm.now())?;
    let answer = call
        .write(
            move |w| {
                let contact = match &target {
                    Target::Known { id, phone, said } => {
                        let found = Contact::find(w.tx, w.caller.organization, *id)?;
                        let mut contact = found.ok_or_else(|| unknown_contact(*id))?;
                        if let Some(phone) = phone {
                            contacts::check_is_theirs(w, &contact, "aiContactId", phone)?;
                        }
                        apply(w, &mut contact, said, "/contact", false)?;
                        contact
                    }
                    Target::OnChannel { channel, who, structured } => {
                        let setup = w.setup.clone();
                        let channel = setup.channel(*channel).ok_or_else(|| crm::Error::not_found("channel"))?;
                        let Found { mut contact, created } = find_or_begin(w, channel, who)?;
                        apply(w, &mut contact, structured, "/contact", created)?;
                        contact
                    }
                };
                events::track(w, contact.id, &event)
            },
            |id, _| Answer::json(202, &TrackedAnswer { id: *id }),
        )
        .await?;
    Ok(limit.into_iter().fold(answer, |answer, (name, value)| answer.header(name, value)))
}

fn unknown_contact(id: ContactId) -> crm::Error {
    crm::Error::Invalid(vec![FieldError::unknown_reference("/contact/aiContactId", "contact", id)])
}

/// Whose event it is.
enum Target {
    Known { id: ContactId, phone: Option<Phone>, said: Box<Structured> },
    OnChannel { channel: ChannelId, who: Who, structured: Box<Structured> },
}

fn prepare(setup: &Setup, object: &Object) -> Result<(Tracked, Target), Problem> {
    let mut fields = Fields::object(object, Style::Compatible, "");
    let input = EventInput::read(&mut fields);
    let mut problems = fields.finish();
    let Some(input) = input else { return Err(Problem::invalid(problems)) };
    let channel = input.channel.as_ref().and_then(|given| find_channel(setup, given, &mut problems));
    let mut target = None;
    if let Some(contact) = input.contact {
        let country = channel.map_or(setup.organization.country.as_str(), |c| c.country.as_str());
        let phone = contact
            .phone
            .as_deref()
            .and_then(|text| record::read_phone(text, country, "/contact/phone", &mut problems));
        if let (None, Some(channel), Some(_)) = (contact.id, channel, &phone)
            && !channel.channel_type.by_phone()
        {
            let message = "A webchat channel does not know people by phone; give aiContactId.";
            problems.push(FieldError::new("/contact/phone", "invalid_value", message));
        }
        let explicit = Explicit {
            // Whoever is named by id keeps the number that they have.
            phone: phone.as_ref().filter(|_| contact.id.is_none()).map(|phone| phone.as_str().to_owned()),
            email: contact.email,
            name: contact.name.map(|name| name.trim().to_owned()),
            fields: Vec::new(),
        };
        let structured = Box::new(record::structured(setup, "event", country, Object::new(), explicit));
        target = match (contact.id, channel, phone) {
            (Some(id), _, phone) => Some(Target::Known { id, phone, said: structured }),
            (None, Some(channel), Some(phone)) => {
                let who = record::who(Some(phone), None, Vec::new());
                Some(Target::OnChannel { channel: channel.id, who, structured })
            }
            _ => None,
        };
    }
    let (Some(name), Some(properties), Some(target), true) =
        (input.event, input.properties, target, problems.is_empty())
    else {
        return Err(Problem::invalid(problems));
    };
    Ok((Tracked { name, properties, occurred_at: input.occurred_at }, target))
}

fn find_channel<'s>(setup: &'s Setup, given: &ChannelInput, problems: &mut Vec<FieldError>) -> Option<&'s Channel> {
    if let Some(id) = given.id {
        let found = setup.channel(id).filter(|channel| !channel.archived);
        if found.is_none() {
            problems.push(FieldError::unknown_reference("/channel/channelId", "channel", id));
        }
        return found;
    }
    let number = given.phone.as_deref()?;
    let found = crm::channels::ChannelType::ALL
        .iter()
        .filter(|kind| kind.by_phone())
        .find_map(|kind| record::channel_by_number(setup, *kind, number));
    if found.is_none() {
        problems.push(FieldError::unknown_reference("/channel/channelPhone", "channel with the number", number));
    }
    found
}
