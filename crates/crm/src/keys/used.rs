//! Noting when keys were last used.

use store::{Tx, params};

use crate::error::Result;
use crate::id::{ApiKeyId, OrganizationId};
use crate::time::Timestamp;

#[derive(Debug, Clone, Copy)]
pub struct Used {
    pub organization: OrganizationId,
    pub key: ApiKeyId,
    pub at: Timestamp,
}

/// Of any organizations, hence on the bare transaction. It never goes back, and is no change of the key: its version stays.
pub fn used(tx: &mut Tx<'_>, uses: &[Used]) -> Result<()> {
    for Used { organization, key, at } in uses {
        tx.execute(
            "UPDATE api_keys SET last_used_at = $3
             WHERE organization_id = $1 AND id = $2 AND (last_used_at IS NULL OR last_used_at < $3)",
            params![organization, key, at],
        )?;
    }
    Ok(())
}
