//! Gives a contact to an agent: the agent joins the contact's agents and becomes the ticket's.

use serde_json::json;
use store::params;

use super::Contact;
use crate::conversations;
use crate::error::Result;
use crate::events::{self, Fact, Topic};
use crate::id::MemberId;
use crate::tickets::{self, Ticket};
use crate::work::Work;

#[derive(Debug)]
pub struct Assigned {
    pub ticket: Option<Ticket>,
    pub changed: bool,
}

/// Which of the contact's other agents leave as a new one comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaving {
    Nobody,
    Everybody,
    Only(MemberId),
}

/// Why somebody gets a contact; its event says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Somebody said so.
    Asked,
    /// It was nobody's, and it was their turn.
    Automatic,
    /// Its ticket was opened as theirs.
    Opened,
}

/// The member must have been checked. The ticket, open or closed, becomes theirs too.
pub fn assign(
    w: &mut Work<'_, '_>,
    contact: &Contact,
    ticket: Option<Ticket>,
    agent: MemberId,
    leaving: Leaving,
) -> Result<Assigned> {
    assign_for(w, contact, ticket, agent, leaving, Reason::Asked)
}

/// The same for a ticket that was opened in this very transaction, as theirs.
pub fn opened_for(
    w: &mut Work<'_, '_>,
    contact: &Contact,
    ticket: Option<Ticket>,
    agent: MemberId,
) -> Result<Assigned> {
    assign_for(w, contact, ticket, agent, Leaving::Nobody, Reason::Opened)
}

pub(crate) fn assign_for(
    w: &mut Work<'_, '_>,
    contact: &Contact,
    ticket: Option<Ticket>,
    agent: MemberId,
    leaving: Leaving,
    reason: Reason,
) -> Result<Assigned> {
    let which = match leaving {
        Leaving::Nobody => None,
        Leaving::Everybody => Some((agent, "<>")),
        Leaving::Only(member) => Some((member, "=")),
    };
    let mut removed = Vec::new();
    if let Some((member, compared)) = which {
        let which =
            format!("contact_agents WHERE organization_id = $1 AND contact_id = $2 AND member_id {compared} $3");
        let params = params![w.caller.organization, contact.id, member];
        for row in w.tx.query(&format!("SELECT member_id FROM {which}"), params)? {
            removed.push(row.at::<MemberId>(0)?);
        }
        // Nearly always there is nobody, and a look is less than a deletion.
        if !removed.is_empty() {
            w.tx.execute(&format!("DELETE FROM {which}"), params)?;
        }
    }
    let added = w.tx.execute(
        "INSERT INTO contact_agents (organization_id, contact_id, member_id, created_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (organization_id, contact_id, member_id) DO NOTHING",
        params![w.caller.organization, contact.id, agent, w.now],
    )? == 1;
    if added || !removed.is_empty() {
        conversations::labels_changed(w, contact.id)?;
    }
    let mut ticket = ticket;
    let mut ticket_agent = None;
    if let Some(ticket) = &mut ticket {
        let before = ticket.agent_id;
        if tickets::assign_agent(w, ticket, Some(agent))? {
            ticket_agent = Some(before);
        } else if reason == Reason::Opened {
            ticket_agent = Some(None);
        }
    }
    let changed = added || !removed.is_empty() || ticket_agent.is_some();
    if changed {
        let mut data = json!({"agent_id": agent});
        if reason == Reason::Automatic {
            data["reason"] = json!("automatic");
        }
        let mut fact = Fact::new(Topic::AgentAssigned).contact(contact.id).data(data);
        if let Some(ticket) = &ticket {
            fact = fact.ticket(ticket.id);
        }
        let previous = json!({"ticket_agent_id": ticket_agent.flatten(), "removed_agents": removed});
        events::record(w, fact.previous(previous))?;
    }
    Ok(Assigned { ticket, changed })
}
