//! One journey of a contact through a pipeline. A contact has at most one open ticket; an index says so.

mod amount;
mod arrive;
mod close;
mod list;
mod locate;
mod metadata;
mod moving;
mod open;
mod place;
mod save;
mod tag;

pub use amount::{AmountChange, set_amount};
pub(crate) use arrive::{agent_of, arrive};
pub(crate) use close::stage_again;
pub use close::{close, reopen};
pub use list::{TicketFilter, browse, last_closed_of, of_contact, open_ticket_of};
pub use locate::{Which, locate};
pub use metadata::{MetadataChange, change_metadata};
pub use moving::{assign_agent, move_to};
pub(crate) use open::merge_integration_data;
pub use open::{IntegrationData, Open, Opened, OutboundMessage, open};
pub use place::{Placed, place};
pub(crate) use save::{insert, record_update, save};
pub(crate) use tag::insert_tag;
pub use tag::{change_tags, tags_of_ticket};

use store::{Row, Tx, params};
use structuring::json::Object;

use crate::error::{Error, Result};
use crate::id::{ContactId, MemberId, OrganizationId, PipelineId, StageId, TicketId};
use crate::pipelines::Outcome;
use crate::time::Timestamp;
use crate::wire_enum;
use crate::work::Work;

/// Reason of a ticket that was closed because its person was erased.
pub(crate) const ERASED: &str = "erased";

wire_enum! {
    pub enum TicketStatus { Open = "open", Closed = "closed" }
}

#[derive(Debug, Clone)]
pub struct Ticket {
    pub id: TicketId,
    pub contact_id: ContactId,
    pub pipeline_id: PipelineId,
    pub stage_id: StageId,
    pub status: TicketStatus,
    /// Won or lost, of a closed ticket.
    pub outcome: Option<Outcome>,
    pub reason: Option<String>,
    pub agent_id: Option<MemberId>,
    /// Minor units of `currency`.
    pub amount: Option<i64>,
    pub currency: Option<String>,
    /// JSON object.
    pub metadata: String,
    /// JSON object.
    pub integration_data: Option<String>,
    pub stage_since: Timestamp,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub closed_at: Option<Timestamp>,
}

pub(crate) const COLUMNS: &str = "t.id, t.contact_id, t.pipeline_id, t.stage_id, t.status, t.outcome, t.reason, t.agent_id, \
     t.amount, t.currency, t.metadata, t.integration_data, t.stage_since, t.version, t.created_at, t.updated_at, t.closed_at";

impl Ticket {
    pub(crate) fn from_row(row: &Row) -> Result<Ticket> {
        Ok(Ticket {
            id: row.at(0)?,
            contact_id: row.at(1)?,
            pipeline_id: row.at(2)?,
            stage_id: row.at(3)?,
            status: row.at(4)?,
            outcome: row.at(5)?,
            reason: row.at(6)?,
            agent_id: row.at(7)?,
            amount: row.at(8)?,
            currency: row.at(9)?,
            metadata: row.at(10)?,
            integration_data: row.at(11)?,
            stage_since: row.at(12)?,
            version: row.at(13)?,
            created_at: row.at(14)?,
            updated_at: row.at(15)?,
            closed_at: row.at(16)?,
        })
    }

    pub fn find(tx: &mut Tx<'_>, organization: OrganizationId, id: TicketId) -> Result<Option<Ticket>> {
        let sql = format!("SELECT {COLUMNS} FROM tickets t WHERE t.organization_id = $1 AND t.id = $2");
        tx.query_opt(&sql, params![organization, id])?.as_ref().map(Ticket::from_row).transpose()
    }

    /// By its id, or 404.
    pub fn get(w: &mut Work<'_, '_>, id: TicketId) -> Result<Ticket> {
        let organization = w.organization();
        Ticket::find(w.tx, organization, id)?.ok_or_else(|| Error::not_found("ticket"))
    }

    pub fn is_open(&self) -> bool {
        self.status == TicketStatus::Open
    }

    pub fn metadata(&self) -> Result<Object> {
        structuring::Json::parse(self.metadata.as_bytes(), structuring::json::Mode::Lenient)
            .ok()
            .and_then(structuring::Json::into_object)
            .ok_or_else(|| Error::Internal("ticket metadata is not a JSON object".into()))
    }

    /// The part that events carry.
    pub(crate) fn snapshot(&self) -> serde_json::Value {
        serde_json::json!({
            "id": self.id,
            "pipeline_id": self.pipeline_id,
            "stage_id": self.stage_id,
            "status": self.status,
            "outcome": self.outcome,
            "agent_id": self.agent_id,
            "amount": self.amount.map(|minor| crate::money::format_amount(minor, self.currency.as_deref().unwrap_or(""))),
            "currency": self.currency,
        })
    }
}
