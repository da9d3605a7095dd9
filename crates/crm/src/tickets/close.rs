//! Closing with an outcome, and opening again.

use serde_json::json;

use super::moving::record_stage_change;
use super::{Ticket, TicketStatus, save};
use crate::assignment;
use crate::contacts::{self, ChatStatus, Contact};
use crate::conversations;
use crate::error::{Error, Result};
use crate::events::{self, Fact, Topic};
use crate::pipelines::Outcome;
use crate::work::Work;

/// Closes as won or lost where it stands. Closing a closed ticket with the same outcome changes nothing.
pub fn close(w: &mut Work<'_, '_>, mut ticket: Ticket, outcome: Outcome, reason: Option<&str>) -> Result<Ticket> {
    if !ticket.is_open() {
        if ticket.outcome == Some(outcome) {
            return Ok(ticket);
        }
        return Err(Error::conflict("ticket_closed", "This ticket is closed already, with another outcome."));
    }
    ticket.status = TicketStatus::Closed;
    ticket.outcome = Some(outcome);
    ticket.reason = reason.map(str::to_owned);
    ticket.closed_at = Some(w.now);
    save(w, &mut ticket)?;
    conversations::ticket_followed(w, &ticket)?;
    let mut contact = Contact::get(w, ticket.contact_id)?;
    contact.chat_status = ChatStatus::Closed;
    contacts::save(w, &mut contact)?;
    let data = json!({"ticket": ticket.snapshot(), "reason": ticket.reason});
    let fact = Fact::new(Topic::TicketClosed).contact(contact.id).ticket(ticket.id).data(data);
    events::record(w, fact.previous(json!({"status": "open"})))?;
    Ok(ticket)
}

/// Opens a closed ticket where it stands, or in the pipeline's first open stage if it stands in a won or lost one.
/// 409 while another one of the contact is open.
pub fn reopen(w: &mut Work<'_, '_>, mut ticket: Ticket) -> Result<Ticket> {
    if ticket.is_open() {
        return Ok(ticket);
    }
    let setup = w.setup.clone();
    let before = ticket.clone();
    if setup.stage(ticket.stage_id).is_none_or(|stage| stage.outcome != Outcome::Open) {
        let pipeline = setup.pipeline(ticket.pipeline_id);
        let first = pipeline.and_then(|p| p.stages.iter().find(|stage| stage.outcome == Outcome::Open));
        let first = first.ok_or_else(|| {
            Error::conflict(
                "no_open_stage",
                "Its pipeline has no open stage to put it in; move it to another pipeline.",
            )
        })?;
        ticket.stage_id = first.id;
        ticket.stage_since = w.now;
    }
    // Two at once: the index allows one open ticket a contact, and whoever comes second runs again and sees it here.
    if super::open_ticket_of(w, ticket.contact_id)?.is_some() {
        return Err(Error::conflict("ticket_open", "Another ticket of this contact is open; close that one first."));
    }
    ticket.status = TicketStatus::Open;
    ticket.outcome = None;
    ticket.reason = None;
    ticket.closed_at = None;
    save(w, &mut ticket)?;
    conversations::ticket_followed(w, &ticket)?;
    let mut contact = Contact::get(w, ticket.contact_id)?;
    contact.stage_id = Some(ticket.stage_id);
    if contact.chat_status == ChatStatus::Closed {
        contact.chat_status = contact.status_while_open();
    }
    contacts::save(w, &mut contact)?;
    let data = json!({"ticket": ticket.snapshot(), "changed": {"status": "open"}});
    let previous = json!({"status": "closed", "outcome": before.outcome, "stage_id": before.stage_id});
    let fact = Fact::new(Topic::TicketUpdated).contact(contact.id).ticket(ticket.id);
    events::record(w, fact.data(data).previous(previous))?;
    if before.stage_id != ticket.stage_id {
        record_stage_change(w, &contact, &ticket, &before)?;
    }
    assignment::opened(w, &ticket)?;
    Ok(ticket)
}
