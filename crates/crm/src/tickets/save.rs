//! Writing a ticket's row.

use std::fmt::Display;

use store::params;

use super::Ticket;
use crate::conversations;
use crate::error::{Error, Result};
use crate::events::{self, Fact, Topic};
use crate::work::Work;

/// Inserts unless the contact has an open ticket already; answers whether it did.
pub(crate) fn insert(w: &mut Work<'_, '_>, ticket: &Ticket) -> Result<bool> {
    let inserted = w.tx.execute(
        "INSERT INTO tickets (organization_id, id, contact_id, pipeline_id, stage_id, status, outcome, reason, agent_id, amount,
            currency, metadata, integration_data, stage_since, version, created_at, updated_at, closed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
         ON CONFLICT (organization_id, contact_id) WHERE status = 'open' DO NOTHING",
        params![
            w.caller.organization,
            ticket.id,
            ticket.contact_id,
            ticket.pipeline_id,
            ticket.stage_id,
            ticket.status,
            ticket.outcome,
            ticket.reason,
            ticket.agent_id,
            ticket.amount,
            ticket.currency,
            ticket.metadata,
            ticket.integration_data,
            ticket.stage_since,
            ticket.version,
            ticket.created_at,
            ticket.updated_at,
            ticket.closed_at
        ],
    )?;
    if inserted == 1 && ticket.is_open() {
        conversations::ticket_opened(w, ticket)?;
    }
    Ok(inserted == 1)
}

/// Writes what may change, and counts the version up.
pub(crate) fn save(w: &mut Work<'_, '_>, ticket: &mut Ticket) -> Result<()> {
    ticket.version += 1;
    ticket.updated_at = w.now;
    let changed = w.tx.execute(
        "UPDATE tickets SET pipeline_id = $3, stage_id = $4, status = $5, outcome = $6, reason = $7, agent_id = $8,
            amount = $9, currency = $10, metadata = $11, integration_data = $12, stage_since = $13, version = $14,
            updated_at = $15, closed_at = $16
         WHERE organization_id = $1 AND id = $2",
        params![
            w.caller.organization,
            ticket.id,
            ticket.pipeline_id,
            ticket.stage_id,
            ticket.status,
            ticket.outcome,
            ticket.reason,
            ticket.agent_id,
            ticket.amount,
            ticket.currency,
            ticket.metadata,
            ticket.integration_data,
            ticket.stage_since,
            ticket.version,
            ticket.updated_at,
            ticket.closed_at
        ],
    )?;
    if changed == 1 { Ok(()) } else { Err(Error::Internal("a ticket vanished within its own transaction".into())) }
}

/// The event of a change that is neither a move nor a closing.
/// `changed` and `previous` display as JSON objects.
pub(crate) fn record_update(
    w: &mut Work<'_, '_>,
    ticket: &Ticket,
    changed: impl Display,
    previous: impl Display,
) -> Result<()> {
    let data = format!(r#"{{"ticket":{},"changed":{changed}}}"#, ticket.snapshot());
    let fact = Fact::new(Topic::TicketUpdated).contact(ticket.contact_id).ticket(ticket.id);
    events::record(w, fact.data(data).previous(previous))?;
    Ok(())
}
