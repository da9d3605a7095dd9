//! Whose turn it is.

use store::{Tx, params};

use crate::error::Result;
use crate::id::OrganizationId;
use crate::time::Timestamp;

/// Organizations whose run is due, or was begun and not ended.
pub fn due(tx: &mut Tx<'_>, now: Timestamp) -> Result<Vec<OrganizationId>> {
    let rows = tx.query(
        "SELECT organization_id FROM retention_runs WHERE finished_at IS NULL
         UNION
         SELECT organization_id FROM retention_rules WHERE due_at <= $1
           AND (files_days IS NOT NULL OR messages_days IS NOT NULL OR webhook_calls_days IS NOT NULL)",
        params![now],
    )?;
    rows.iter().map(|row| Ok(row.at(0)?)).collect()
}
