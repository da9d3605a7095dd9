//! C23 to C26: somebody is pushed in with what is known of them, and gets a template, in one transaction.

use super::{Outgoing, Queued, queue};
use crate::channels;
use crate::customers::{Upsert, upsert};
use crate::error::Result;
use crate::messages::Message;
use crate::templates::{self, Reference, Values};
use crate::tickets;
use crate::work::Work;

#[derive(Debug)]
pub struct TemplateToCustomer {
    pub upsert: Upsert,
    pub reference: Reference,
    pub values: Values,
    /// Where the request names template and values.
    pub template_at: &'static str,
    pub values_at: &'static str,
}

/// Nothing is written where the template cannot be filled or may not go.
pub fn send_to_customer(w: &mut Work<'_, '_>, input: &TemplateToCustomer) -> Result<Queued> {
    let setup = w.setup.clone();
    let channel = channels::get(&setup, input.upsert.channel)?;
    let usable = templates::usable(w, channel, &input.reference, &input.values, input.template_at, input.values_at)?;
    let done = upsert(w, &input.upsert)?;
    let mut contact = done.contact;
    let ticket = match done.ticket {
        Some(ticket) => Some(ticket.id),
        None => tickets::open_ticket_of(w, contact.id)?.map(|ticket| ticket.id),
    };
    let outgoing = Outgoing { ticket, text: Some(usable.text), ..Outgoing::of(usable.content) };
    let id = queue(w, channel, &mut contact, &outgoing)?;
    Ok(Queued { message: Message::get(w, id)?, contact })
}
