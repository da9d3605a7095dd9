//! Puts a contact into a stage: moves its open ticket there, or opens one.

use super::{Ticket, TicketStatus, insert, last_closed_of, move_to, open_ticket_of};
use crate::assignment;
use crate::contacts::{self, ChatStatus, Contact};
use crate::conversations;
use crate::error::{Error, Result};
use crate::events::{self, Fact, Topic};
use crate::id::{MemberId, StageId};
use crate::pipelines::Outcome;
use crate::work::Work;

#[derive(Debug)]
pub struct Placed {
    pub ticket: Ticket,
    pub opened: bool,
}

/// Opening into a won or lost stage makes a closed ticket, unless the contact's last ticket is closed in that very stage,
/// so that a retry doubles nothing. `agent`: whose one that is opened is; the contact is to be theirs too. `new_contact`: made in
/// this very transaction, so there is no ticket to look for.
pub fn place(
    w: &mut Work<'_, '_>,
    contact: &mut Contact,
    stage: StageId,
    agent: Option<MemberId>,
    new_contact: bool,
) -> Result<Placed> {
    let setup = w.setup.clone();
    let target = setup.stage(stage).ok_or_else(|| Error::Internal("a stage that was checked is gone".into()))?;
    let closes = target.outcome != Outcome::Open;
    if closes && !new_contact {
        if let Some(open) = open_ticket_of(w, contact.id)? {
            let ticket = move_to(w, contact, open, target, None)?;
            return Ok(Placed { ticket, opened: false });
        }
        if let Some(last) = last_closed_of(w, contact.id)?
            && last.stage_id == stage
        {
            return Ok(Placed { ticket: last, opened: false });
        }
    }
    let ticket = Ticket {
        id: w.new_id(),
        contact_id: contact.id,
        pipeline_id: target.pipeline_id,
        stage_id: target.id,
        status: if closes { TicketStatus::Closed } else { TicketStatus::Open },
        outcome: closes.then_some(target.outcome),
        reason: None,
        agent_id: agent,
        amount: None,
        currency: None,
        metadata: "{}".to_owned(),
        integration_data: None,
        stage_since: w.now,
        version: 0,
        created_at: w.now,
        updated_at: w.now,
        closed_at: closes.then_some(w.now),
    };
    if !insert(w, &ticket)? {
        let open = open_ticket_of(w, contact.id)?
            .ok_or_else(|| Error::Internal("an open ticket is in the way and cannot be seen".into()))?;
        let ticket = move_to(w, contact, open, target, None)?;
        return Ok(Placed { ticket, opened: false });
    }
    contact.stage_id = Some(stage);
    if closes {
        if !new_contact {
            conversations::ticket_followed(w, &ticket)?;
        }
        contact.chat_status = ChatStatus::Closed;
    } else if contact.chat_status == ChatStatus::Closed {
        contact.chat_status = contact.status_while_open();
    }
    contacts::save(w, contact)?;
    let data = format!(r#"{{"ticket":{}}}"#, ticket.snapshot());
    let fact = |topic| Fact::new(topic).contact(contact.id).ticket(ticket.id).data(&data);
    events::record(w, fact(Topic::TicketCreated))?;
    if closes {
        events::record(w, fact(Topic::TicketClosed))?;
    }
    assignment::opened(w, &ticket)?;
    Ok(Placed { ticket, opened: true })
}
