//! C23 to C26 and C30: somebody is pushed in with what is known of them, and gets a template or a text, in one transaction.

use super::{Content, Outgoing, Queued, queue};
use crate::channels;
use crate::customers::{Upsert, upsert};
use crate::error::Result;
use crate::messages::Message;
use crate::templates::{self, Reference, Values};
use crate::tickets::{self, IntegrationData};
use crate::work::Work;

#[derive(Debug)]
pub struct ToCustomer {
    pub upsert: Upsert,
    pub what: ToSend,
    /// The deal in another system; kept with the ticket, where there is one.
    pub integration: IntegrationData,
}

#[derive(Debug)]
pub enum ToSend {
    /// As it is; inside the 24 h window only, on whatsapp.
    Text(String),
    Template {
        reference: Reference,
        values: Box<Values>,
        /// Where the request names template and values.
        template_at: &'static str,
        values_at: &'static str,
    },
}

/// Nothing is written where the template cannot be filled, or where it may not go.
pub fn send_to_customer(w: &mut Work<'_, '_>, input: &ToCustomer) -> Result<Queued> {
    let setup = w.setup.clone();
    let channel = channels::get(&setup, input.upsert.channel)?;
    let mut outgoing = match &input.what {
        ToSend::Text(text) => Outgoing::of(Content::text(text.clone())),
        ToSend::Template { reference, values, template_at, values_at } => {
            templates::usable(w, channel, reference, values, template_at, values_at)?.into()
        }
    };
    outgoing.to = input.upsert.who.phone.as_ref().map(|phone| phone.as_str().to_owned());
    let done = upsert(w, &input.upsert)?;
    let mut contact = done.contact;
    let ticket = match done.ticket {
        Some(ticket) => Some(ticket),
        None => tickets::open_ticket_of(w, contact.id)?,
    };
    if let Some(mut ticket) = ticket {
        tickets::merge_integration_data(w, &mut ticket, &input.integration, "/integrationData")?;
        outgoing.ticket = Some(ticket.id);
    }
    let id = queue(w, channel, &mut contact, &outgoing)?;
    Ok(Queued { message: Message::get(w, id)?, contact })
}
