//! Moving a ticket to another stage, also of another pipeline; and giving it to an agent.

use serde_json::json;

use super::{Ticket, TicketStatus, record_update, save};
use crate::contacts::{self, ChatStatus, Contact};
use crate::conversations;
use crate::error::{Error, Result};
use crate::events::{self, Fact, Topic};
use crate::id::MemberId;
use crate::pipelines::{Outcome, Stage};
use crate::work::Work;

/// A move to won or lost closes the ticket. Nothing happens where it stands there already. `reason` belongs to a closing.
pub fn move_to(
    w: &mut Work<'_, '_>,
    contact: &mut Contact,
    mut ticket: Ticket,
    target: &Stage,
    reason: Option<&str>,
) -> Result<Ticket> {
    if !ticket.is_open() {
        return Err(Error::conflict(
            "ticket_closed",
            "This ticket is closed; reopen it before moving it, in the stage that it is to stand in.",
        ));
    }
    if ticket.stage_id == target.id {
        return Ok(ticket);
    }
    let before = ticket.clone();
    ticket.stage_id = target.id;
    ticket.pipeline_id = target.pipeline_id;
    ticket.stage_since = w.now;
    let closes = target.outcome != Outcome::Open;
    if closes {
        ticket.status = TicketStatus::Closed;
        ticket.outcome = Some(target.outcome);
        ticket.reason = reason.map(str::to_owned);
        ticket.closed_at = Some(w.now);
        contact.chat_status = ChatStatus::Closed;
    }
    save(w, &mut ticket)?;
    conversations::ticket_followed(w, &ticket)?;
    contact.stage_id = Some(target.id);
    contacts::save(w, contact)?;
    record_stage_change(w, contact, &ticket, &before)?;
    if closes {
        let data = json!({"ticket": ticket.snapshot(), "reason": ticket.reason});
        let fact = Fact::new(Topic::TicketClosed).contact(contact.id).ticket(ticket.id).data(data);
        events::record(w, fact.previous(json!({"status": "open"})))?;
    }
    Ok(ticket)
}

/// `stage.changed`, of a ticket that stood elsewhere before.
pub(super) fn record_stage_change(
    w: &mut Work<'_, '_>,
    contact: &Contact,
    ticket: &Ticket,
    before: &Ticket,
) -> Result<()> {
    let platform = w.setup.channel(contact.channel_id).map_or("", |c| c.channel_type.name());
    let data = json!({
        "ticket": ticket.snapshot(),
        "contact_name": contact.name,
        "phone": contact.phone,
        "platform": platform,
        "pipeline_id": ticket.pipeline_id,
        "old_stage_id": before.stage_id,
        "new_stage_id": ticket.stage_id,
    });
    let previous = json!({"stage_id": before.stage_id, "pipeline_id": before.pipeline_id});
    let fact = Fact::new(Topic::StageChanged).contact(contact.id).ticket(ticket.id);
    events::record(w, fact.data(data).previous(previous))?;
    Ok(())
}

/// Sets the ticket's agent; answers whether it is another one now.
pub fn assign_agent(w: &mut Work<'_, '_>, ticket: &mut Ticket, agent: Option<MemberId>) -> Result<bool> {
    if ticket.agent_id == agent {
        return Ok(false);
    }
    let before = ticket.agent_id;
    ticket.agent_id = agent;
    save(w, ticket)?;
    if agent.is_none() {
        record_update(w, ticket, json!({"agent_id": null}), json!({"agent_id": before}))?;
    }
    Ok(true)
}
