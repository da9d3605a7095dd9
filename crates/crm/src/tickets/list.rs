//! Reading tickets.

use store::params;

use super::{COLUMNS, Ticket, TicketStatus};
use crate::contacts::Contact;
use crate::error::Result;
use crate::id::{ContactId, MemberId, PipelineId, StageId, TicketId};
use crate::page::{Page, PageRequest, bad_cursor};
use crate::query::Query;
use crate::work::Work;

pub fn open_ticket_of(w: &mut Work<'_, '_>, contact: ContactId) -> Result<Option<Ticket>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM tickets t WHERE t.organization_id = $1 AND t.contact_id = $2 AND t.status = 'open'"
    );
    w.tx.query_opt(&sql, params![w.caller.organization, contact])?.as_ref().map(Ticket::from_row).transpose()
}

pub fn last_closed_of(w: &mut Work<'_, '_>, contact: ContactId) -> Result<Option<Ticket>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM tickets t WHERE t.organization_id = $1 AND t.contact_id = $2 AND t.status = 'closed'
         ORDER BY t.closed_at DESC, t.id DESC LIMIT 1"
    );
    w.tx.query_opt(&sql, params![w.caller.organization, contact])?.as_ref().map(Ticket::from_row).transpose()
}

/// Newest first.
pub fn of_contact(w: &mut Work<'_, '_>, contact: ContactId) -> Result<Vec<Ticket>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM tickets t WHERE t.organization_id = $1 AND t.contact_id = $2 ORDER BY t.id DESC LIMIT 1000"
    );
    w.tx.query(&sql, params![w.caller.organization, contact])?.iter().map(Ticket::from_row).collect()
}

#[derive(Debug, Clone, Default)]
pub struct TicketFilter {
    pub contact: Option<ContactId>,
    pub pipeline: Option<PipelineId>,
    pub stage: Option<StageId>,
    pub status: Option<TicketStatus>,
    pub agent: Option<MemberId>,
}

/// Newest first; the cursor is the last id.
pub fn browse(w: &mut Work<'_, '_>, filter: &TicketFilter, page: &PageRequest) -> Result<Page<Ticket>> {
    let after: Option<TicketId> = match &page.cursor {
        None => None,
        Some(cursor) => Some(cursor.parse().map_err(|_| bad_cursor())?),
    };
    let mut query =
        Query::new(format!("SELECT {COLUMNS} FROM tickets t WHERE t.organization_id = "), w.caller.organization);
    let contact = filter.contact.map(|id| Contact::meant(w, id)).transpose()?;
    query.and_if("t.contact_id = ", &contact);
    query.and_if("t.pipeline_id = ", &filter.pipeline);
    query.and_if("t.stage_id = ", &filter.stage);
    query.and_if("t.status = ", &filter.status);
    query.and_if("t.agent_id = ", &filter.agent);
    query.and_if("t.id < ", &after);
    query.push(" ORDER BY t.id DESC LIMIT ", i64::from(page.limit) + 1);
    let rows = w.tx.query(query.sql(), &query.params())?;
    let tickets: Vec<Ticket> = rows.iter().map(Ticket::from_row).collect::<Result<_>>()?;
    Ok(Page::from_surplus(tickets, page.limit, |ticket| ticket.id.to_string()))
}
