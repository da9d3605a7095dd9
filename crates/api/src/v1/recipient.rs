//! Who gets a message: a contact, or a number on a channel.

use crm::id::{ChannelId, ContactId};
use crm::messages::{Addressee, By};
use crm::{FieldError, Setup};

use crate::compat::record::read_phone;
use crate::input::Fields;
use crate::kinds::{PhoneText, id};
use crate::problem::Problem;

/// One of `contact_id`, and `phone` with `channel_id`.
#[derive(Debug)]
pub struct Recipient {
    contact_id: Option<ContactId>,
    phone: Option<String>,
    channel_id: Option<ChannelId>,
}

impl Recipient {
    pub fn read(f: &mut Fields<'_>) -> Recipient {
        let contact_id = f.optional("contact_id", id::<ContactId>(), "Who gets it.");
        let phone = f.optional("phone", PhoneText, "Instead of contact_id, with channel_id.");
        let channel_id = f.optional(
            "channel_id",
            id::<ChannelId>(),
            "The channel it goes out by: with phone; with contact_id the contact's own.",
        );
        if !f.describes() && f.problems.is_empty() {
            match (&contact_id, &phone, &channel_id) {
                (Some(_), None, _) | (None, Some(_), Some(_)) => {}
                (None, Some(_), None) => f.problem("channel_id", "required", "`channel_id` is required with phone."),
                _ => f.problem("contact_id", "required", "Give one of contact_id and phone."),
            }
        }
        Recipient { contact_id, phone, channel_id }
    }

    pub fn addressee(&self, setup: &Setup) -> Result<Addressee, Problem> {
        if let Some(id) = self.contact_id {
            let Some(channel) = self.channel_id else { return Ok(Addressee::Contact { id, by: None }) };
            if setup.channel(channel).is_none() {
                let unknown = FieldError::unknown_reference("/channel_id", "channel", channel);
                return Err(Problem::invalid(vec![unknown]));
            }
            return Ok(Addressee::Contact { id, by: Some(By { channels: vec![channel], at: "/channel_id" }) });
        }
        let mut problems = Vec::new();
        let channel = self.channel_id.and_then(|id| setup.channel(id)).filter(|channel| !channel.archived);
        if channel.is_none() {
            let id = self.channel_id.map(|id| id.to_string()).unwrap_or_default();
            problems.push(FieldError::unknown_reference("/channel_id", "channel", id));
        }
        if channel.is_some_and(|channel| !channel.channel_type.by_phone()) {
            problems.push(FieldError::new(
                "/phone",
                "not_of_this_type",
                "People on this channel have no phone: give contact_id.",
            ));
        }
        let country = channel.map_or(setup.organization.country.as_str(), |channel| channel.country.as_str());
        let text = self.phone.as_deref().unwrap_or_default();
        let phone = read_phone(text, country, "/phone", &mut problems);
        match (channel, phone) {
            (Some(channel), Some(phone)) if problems.is_empty() => Ok(Addressee::Phone { channel: channel.id, phone }),
            _ => Err(Problem::invalid(problems)),
        }
    }
}
