//! An endpoint that is given up, with the event that says so.

use serde_json::json;
use store::params;

use super::get;
use crate::error::Result;
use crate::events::{self, Fact, Topic};
use crate::id::WebhookId;
use crate::wire_enum;
use crate::work::Work;

wire_enum! {
    /// Why an endpoint was given up.
    pub enum Reason {
        /// Its receiver answered 410.
        Gone = "gone",
        /// Every try failed for five days.
        Failing = "failing",
    }
}

/// Nothing where it is not active any more: two nodes, or two tries, may find it out at once.
pub fn disable(w: &mut Work<'_, '_>, id: WebhookId, reason: Reason) -> Result<()> {
    let disabled = w.tx.execute(
        "UPDATE webhooks SET active = $5, disabled_reason = $3, disabled_at = $4, version = version + 1, updated_at = $4
         WHERE organization_id = $1 AND id = $2 AND active AND deleted_at IS NULL",
        params![w.caller.organization, id, reason, w.now, false],
    )?;
    if disabled == 0 {
        return Ok(());
    }
    let endpoint = get(w, id)?;
    let data = json!({
        "webhook_id": id,
        "url": endpoint.url,
        "reason": reason,
        "failing_since": endpoint.failing_since,
    });
    events::record(w, Fact::new(Topic::WebhookDisabled).subject(json!({"webhook_id": id})).data(data))?;
    Ok(())
}
