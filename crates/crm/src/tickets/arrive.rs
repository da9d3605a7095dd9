//! The ticket of a message that comes in while none is open: the last one opened again, where the channel wants that, else a
//! new one in the channel's stage.

use store::params;

use super::{Ticket, close, last_closed_of, place};
use crate::channels::Channel;
use crate::contacts::{self, Contact, Leaving};
use crate::conversations;
use crate::error::Result;
use crate::id::{MemberId, TicketId};
use crate::work::Work;

/// What was done about the ticket.
pub(crate) struct Arrived {
    pub ticket: TicketId,
    /// Whether the contact was read anew, because another verb wrote it.
    pub contact_read: bool,
}

/// Of a contact without an open ticket. None where the channel's inbound opens none, and then the contact is not written;
/// else it is, as it stands in `contact`. `new_contact`: made in this very transaction.
pub(crate) fn arrive(
    w: &mut Work<'_, '_>,
    channel: &Channel,
    contact: &mut Contact,
    new_contact: bool,
) -> Result<Option<Arrived>> {
    let setup = w.setup.clone();
    let stage = setup.default_stage(channel).and_then(|id| setup.stage(id));
    let Some(stage) = stage else {
        if !new_contact {
            conversations::begin_anew(w, contact.id)?;
        }
        return Ok(None);
    };
    if let Some(last) = recent(w, channel, contact, new_contact)? {
        let ticket = close::reopen(w, last, None)?;
        *contact = Contact::get(w, contact.id)?;
        return Ok(Some(Arrived { ticket: ticket.id, contact_read: true }));
    }
    let placed = place(w, contact, stage.id, None, new_contact)?;
    // Whoever looked after the person goes on doing so.
    if !new_contact
        && placed.opened
        && let Some(agent) = agent_of(w, contact)?
    {
        let ticket = placed.ticket.clone();
        contacts::assign(w, contact, Some(ticket), agent, Leaving::Nobody)?;
    }
    Ok(Some(Arrived { ticket: placed.ticket.id, contact_read: false }))
}

/// The last ticket, if the channel opens one again that was closed so lately, and there is a stage that it can stand in: what a
/// person says is never lost to a pipeline that was put out of sight.
fn recent(w: &mut Work<'_, '_>, channel: &Channel, contact: &Contact, new: bool) -> Result<Option<Ticket>> {
    if new || channel.reopen_within_hours == 0 {
        return Ok(None);
    }
    let since = w.now.plus_seconds(-channel.reopen_within_hours * 3600);
    let last = last_closed_of(w, contact.id)?;
    let last = last.filter(|ticket| ticket.closed_at.is_some_and(|closed| closed >= since));
    Ok(last.filter(|ticket| close::stage_again(&w.setup, ticket).is_some()))
}

/// The active agent who was given the contact last.
pub(crate) fn agent_of(w: &mut Work<'_, '_>, contact: &Contact) -> Result<Option<MemberId>> {
    let rows = w.tx.query(
        "SELECT member_id FROM contact_agents WHERE organization_id = $1 AND contact_id = $2
         ORDER BY created_at DESC, member_id LIMIT 100",
        params![w.caller.organization, contact.id],
    )?;
    for row in &rows {
        let member: MemberId = row.at(0)?;
        if w.setup.member(member).is_some_and(|member| member.active) {
            return Ok(Some(member));
        }
    }
    Ok(None)
}
