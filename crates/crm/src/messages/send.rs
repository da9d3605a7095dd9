//! Sending to somebody: who is meant, what is answered, and what goes out, in one transaction.

use structuring::phone::Phone;

use super::{Content, Message, Outgoing, outside_service_window, queue};
use crate::channels::{self, Channel};
use crate::contacts::{self, Contact};
use crate::customers::{self, Who};
use crate::error::{Error, FieldError, Problems, Result};
use crate::id::{ChannelId, ContactId, MessageId};
use crate::templates::{self, Reference, Values};
use crate::tickets;
use crate::work::Work;

/// Who gets it.
#[derive(Debug, Clone)]
pub enum Addressee {
    Contact {
        id: ContactId,
        by: Option<By>,
    },
    /// Found on the channel by their number, or made where a template may go to somebody new.
    Phone {
        channel: ChannelId,
        phone: Phone,
    },
}

/// What the request names beside a contact for it to go out by: a contact is on one channel, and that must be meant.
#[derive(Debug, Clone)]
pub struct By {
    /// One of these: a number may be on several channels.
    pub channels: Vec<ChannelId>,
    /// Where the request names it.
    pub at: &'static str,
}

impl By {
    /// 400 where the contact is on another channel.
    pub fn check(&self, contact: &Contact) -> Result<()> {
        if self.channels.contains(&contact.channel_id) {
            return Ok(());
        }
        let message = format!(
            "The contact {} is on the channel {}: name that one, or leave it out.",
            contact.id, contact.channel_id
        );
        Err(Error::invalid(self.at, "invalid_value", message))
    }
}

#[derive(Debug, Clone)]
pub enum What {
    Content(Content),
    Template { reference: Reference, values: Values },
}

/// Where the request names what may be wrong with it.
#[derive(Debug, Clone, Copy)]
pub struct Places {
    pub reply: &'static str,
    pub reaction: &'static str,
    pub template: &'static str,
    pub values: &'static str,
    /// How a template would be sent instead, for people.
    pub template_by: &'static str,
}

#[derive(Debug, Clone)]
pub struct Send {
    pub to: Addressee,
    pub what: What,
    /// Ours, or what the provider calls it.
    pub reply_to: Option<String>,
    /// None: left as it is.
    pub pause_assistant: Option<bool>,
    pub places: Places,
}

#[derive(Debug, Clone)]
pub struct Queued {
    pub message: Message,
    pub contact: Contact,
}

/// 404 for a contact that is not there; 409 `outside_service_window`, `contact_blocked`, `opted_out`; 400 for what is wrong with a
/// template or a quoted message. Nothing is written where it is refused.
pub fn send(w: &mut Work<'_, '_>, send: &Send) -> Result<Queued> {
    let setup = w.setup.clone();
    let (channel, mut contact) = match &send.to {
        Addressee::Contact { id, by } => {
            let contact = Contact::get(w, *id)?;
            by.as_ref().map_or(Ok(()), |by| by.check(&contact))?;
            (channels::of_contact(&setup, contact.channel_id)?, contact)
        }
        Addressee::Phone { channel, phone } => {
            let channel = channels::get(&setup, *channel)?;
            (channel, by_phone(w, channel, phone, matches!(send.what, What::Template { .. }), send.places.template_by)?)
        }
    };
    let mut outgoing = match &send.what {
        What::Content(content) => Outgoing::of(content.clone()),
        What::Template { reference, values } => {
            templates::usable(w, channel, reference, values, send.places.template, send.places.values)?.into()
        }
    };
    outgoing.template_by = send.places.template_by;
    let mut answered = None;
    if let Content::Reaction { message_id, provider_id, .. } = &mut outgoing.content {
        let id = message_id.to_string();
        (*provider_id, answered) = quoted(w, &contact, &id, send.places.reaction)?;
    }
    if let Some(id) = &send.reply_to {
        let (provider_id, number) = quoted(w, &contact, id, send.places.reply)?;
        outgoing.reply_to = Some(provider_id);
        answered = number;
    }
    outgoing.to = match &send.to {
        Addressee::Phone { phone, .. } => Some(phone.as_str().to_owned()),
        // What is quoted stands in the chat with that number only.
        Addressee::Contact { .. } => answered,
    };
    outgoing.ticket = tickets::open_ticket_of(w, contact.id)?.map(|ticket| ticket.id);
    let turned = send.pause_assistant.filter(|paused| *paused != contact.assistant_paused);
    if let Some(paused) = turned {
        // Written with the message.
        contact.assistant_paused = paused;
    }
    let id: MessageId = queue(w, channel, &mut contact, &outgoing)?;
    if let Some(paused) = turned {
        contacts::assistant_turned(w, contact.id, paused)?;
    }
    Ok(Queued { message: Message::get(w, id)?, contact })
}

/// Somebody who never wrote can only get a template, and is made for that; nobody is made for anything else.
pub(crate) fn by_phone(
    w: &mut Work<'_, '_>,
    channel: &Channel,
    phone: &Phone,
    may_make: bool,
    template_by: &str,
) -> Result<Contact> {
    let readings = [(channel.id, phone.as_str().to_owned())];
    if let Some(contact) = crate::contacts::by_identifier(w, "phone", &readings)? {
        return Ok(contact);
    }
    if !may_make && channel.speaks_cloud() {
        return Err(outside_service_window(None, template_by));
    }
    let who = Who { phone: Some(phone.clone()), ..Who::default() };
    Ok(customers::find_or_create(w, channel, &who)?.contact)
}

/// What the provider calls a message of this contact's conversation, and the number that it was exchanged with.
fn quoted(w: &mut Work<'_, '_>, contact: &Contact, id: &str, pointer: &str) -> Result<(String, Option<String>)> {
    let found = match id.parse::<MessageId>() {
        Ok(id) => match Message::get(w, id) {
            Ok(message) => Some(message),
            Err(Error::NotFound { .. }) => None,
            Err(error) => return Err(error),
        },
        Err(_) => Message::of_provider(w, contact.channel_id, id)?,
    };
    let found = found.filter(|message| message.contact_id == contact.id);
    let mut problems = Problems::default();
    match found.map(|message| (message.provider_id, message.address)) {
        Some((Some(provider_id), number)) => return Ok((provider_id, number.or_else(|| contact.phone.clone()))),
        Some((None, _)) => {
            let text = "This message is not known to the channel's provider (yet), so that it cannot be answered.";
            problems.add(FieldError::new(pointer, "message_not_sent", text));
        }
        None => problems.add(FieldError::unknown_reference(pointer, "message of this contact", id)),
    }
    problems.check()?;
    Err(Error::Internal("a quoted message that is neither there nor wrong".into()))
}
