//! Which ticket a request means that names a ticket, a contact or a number (C20, C21).

use structuring::phone::Phone;

use super::{Ticket, last_closed_of, open_ticket_of};
use crate::contacts::{self, Contact};
use crate::error::{Error, Result};
use crate::id::{ContactId, TicketId};
use crate::work::Work;

/// Exactly one way to name it, with the member of the request that did.
#[derive(Debug, Clone)]
pub enum Which {
    Ticket(TicketId),
    Contact(ContactId),
    Number(Phone),
}

/// The open ticket; with `allow_closed` the last closed one where none is open.
/// Unknown ids in the body: 400; nothing open: 404 `no_open_ticket`; a closed one named by its id and not allowed: 409.
pub fn locate(w: &mut Work<'_, '_>, which: &Which, allow_closed: bool) -> Result<Ticket> {
    let unknown = |pointer: &str, what: &str, id: String| {
        let message = format!("There is no {what} {id} in this organization.");
        Error::invalid(pointer, "unknown_reference", message)
    };
    let contact = match which {
        Which::Ticket(id) => {
            let ticket = Ticket::find(w.tx, w.caller.organization, *id)?;
            let ticket = ticket.ok_or_else(|| unknown("/ticket_id", "ticket", id.to_string()))?;
            if !ticket.is_open() && !allow_closed {
                let message = "This ticket is closed. Send allow_closed_ticket: true to change it all the same.";
                return Err(Error::conflict("ticket_closed", message));
            }
            return Ok(ticket);
        }
        Which::Contact(id) => Contact::find(w.tx, w.caller.organization, *id)?
            .ok_or_else(|| unknown("/ai_contact_id", "contact", id.to_string()))?,
        Which::Number(phone) => contacts::by_number(w, phone)?
            .ok_or_else(|| unknown("/contact_number", "contact with the number", phone.as_str().to_owned()))?,
    };
    if let Some(open) = open_ticket_of(w, contact.id)? {
        return Ok(open);
    }
    let closed = if allow_closed { last_closed_of(w, contact.id)? } else { None };
    closed.ok_or_else(|| Error::NotFound { code: "no_open_ticket", what: "open ticket of this contact".into() })
}
