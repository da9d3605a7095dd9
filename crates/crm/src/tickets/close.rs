//! Closing with an outcome, and opening again.

use serde_json::json;

use super::moving::record_stage_change;
use super::{Ticket, TicketStatus, agent_of, save};
use crate::assignment;
use crate::contacts::{self, ChatStatus, Contact, Leaving};
use crate::conversations;
use crate::error::{Error, FieldError, Result};
use crate::events::{self, Fact, Topic};
use crate::id::StageId;
use crate::pipelines::{Outcome, Stage};
use crate::setup::Setup;
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

/// Where a closed ticket would stand if it were opened again: where it is, if that stage is open, else in its pipeline's first
/// open one. None where its pipeline has none, or was put out of sight.
pub(crate) fn stage_again(setup: &Setup, ticket: &Ticket) -> Option<StageId> {
    let open = |stage: &&Stage| stage.outcome == Outcome::Open;
    let pipeline = || setup.pipeline(ticket.pipeline_id);
    let stands = setup.stage(ticket.stage_id).filter(open);
    stands.or_else(|| pipeline()?.stages.iter().find(open)).map(|stage| stage.id)
}

/// The stage that is named; 400 where there is none, or where a ticket would be closed in it.
fn open_stage(setup: &Setup, id: StageId) -> Result<&Stage> {
    let stage =
        setup.stage(id).ok_or_else(|| Error::Invalid(vec![FieldError::unknown_reference("/stage_id", "stage", id)]))?;
    if stage.outcome == Outcome::Open {
        return Ok(stage);
    }
    let message = "Name an open stage: in a won or lost one the ticket would be closed.";
    Err(Error::invalid("/stage_id", "invalid_value", message))
}

/// Opens a closed ticket in the stage that is named; else where it stands, or in the pipeline's first open stage if it stands in
/// a won or lost one. Where its agent has left, it is whoever's the contact is now, or nobody's. 409 while another one of the
/// contact is open, 400 for a stage that is not. One that is open stays where it is; 409 where it should stand elsewhere.
pub fn reopen(w: &mut Work<'_, '_>, mut ticket: Ticket, stage: Option<StageId>) -> Result<Ticket> {
    let setup = w.setup.clone();
    let stage = stage.map(|id| open_stage(&setup, id)).transpose()?;
    if ticket.is_open() {
        if stage.is_some_and(|stage| stage.id != ticket.stage_id) {
            let message = "This ticket is open, in another stage: move it there instead.";
            return Err(Error::conflict("ticket_open", message));
        }
        return Ok(ticket);
    }
    let before = ticket.clone();
    let stage = match stage {
        Some(stage) => stage,
        None => {
            let again = stage_again(&setup, &ticket).ok_or_else(|| {
                let message =
                    "Its pipeline has no open stage to put it in; name an open stage of another one as `stage_id`.";
                Error::conflict("no_open_stage", message)
            })?;
            open_stage(&setup, again)?
        }
    };
    if stage.id != ticket.stage_id {
        (ticket.stage_id, ticket.pipeline_id) = (stage.id, stage.pipeline_id);
        ticket.stage_since = w.now;
    }
    let left = ticket.agent_id.filter(|agent| !setup.member(*agent).is_some_and(|member| member.active));
    if left.is_some() {
        ticket.agent_id = None;
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
    conversations::begin_anew(w, ticket.contact_id)?;
    let mut contact = Contact::get(w, ticket.contact_id)?;
    contact.stage_id = Some(ticket.stage_id);
    if contact.chat_status == ChatStatus::Closed {
        contact.chat_status = contact.status_while_open();
    }
    contacts::save(w, &mut contact)?;
    let mut data = json!({"ticket": ticket.snapshot(), "changed": {"status": "open"}});
    let mut previous = json!({"status": "closed", "outcome": before.outcome, "stage_id": before.stage_id});
    if left.is_some() {
        data["changed"]["agent_id"] = json!(null);
        previous["agent_id"] = json!(left);
    }
    let fact = Fact::new(Topic::TicketUpdated).contact(contact.id).ticket(ticket.id);
    events::record(w, fact.data(data).previous(previous))?;
    if before.stage_id != ticket.stage_id {
        record_stage_change(w, &contact, &ticket, &before)?;
    }
    // Whoever looks after the person since goes on doing so.
    if left.is_some()
        && let Some(agent) = agent_of(w, &contact)?
    {
        let assigned = contacts::assign(w, &contact, Some(ticket.clone()), agent, Leaving::Nobody)?;
        ticket = assigned.ticket.unwrap_or(ticket);
    }
    assignment::opened(w, &ticket)?;
    Ok(ticket)
}
