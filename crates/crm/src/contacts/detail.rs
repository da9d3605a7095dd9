//! Everything about one contact that C2 shows.

use store::params;

use super::{Contact, tags_of};
use crate::customers::{FieldValue, values_of};
use crate::error::Result;
use crate::id::{ContactId, MemberId};
use crate::tags::Tag;
use crate::tickets::{self, Ticket};
use crate::work::Work;

#[derive(Debug)]
pub struct Detail {
    pub contact: Contact,
    pub last_message: Option<String>,
    pub active_ticket: Option<Ticket>,
    pub last_closed_ticket: Option<Ticket>,
    pub values: Vec<FieldValue>,
    pub agents: Vec<MemberId>,
    pub tags: Vec<Tag>,
}

pub fn detail(w: &mut Work<'_, '_>, id: ContactId) -> Result<Detail> {
    let contact = Contact::get(w, id)?;
    let id = contact.id;
    let organization = w.caller.organization;
    let last = w.tx.query_opt(
        "SELECT body FROM messages WHERE organization_id = $1 AND contact_id = $2 AND direction <> 'note'
         ORDER BY sent_at DESC, created_at DESC, id DESC LIMIT 1",
        params![organization, id],
    )?;
    let last_message = last.map(|row| row.at(0)).transpose()?;
    let active_ticket = tickets::open_ticket_of(w, id)?;
    let last_closed_ticket = tickets::last_closed_of(w, id)?;
    let values = values_of(w, contact.customer_id.0)?;
    let mut agents = Vec::new();
    for row in w.tx.query(
        "SELECT member_id FROM contact_agents WHERE organization_id = $1 AND contact_id = $2 ORDER BY created_at, member_id",
        params![organization, id],
    )? {
        agents.push(row.at(0)?);
    }
    let tags = tags_of(w, id)?;
    Ok(Detail { contact, last_message, active_ticket, last_closed_ticket, values, agents, tags })
}
