//! Taking a key out of use, for good.

use serde_json::json;
use store::params;

use super::{check_owners_affair, get};
use crate::changes::{check_version, record};
use crate::error::Result;
use crate::id::ApiKeyId;
use crate::work::Work;

/// Holds for the very next request of the key. 409 `owners_only`. The row stays: events name it as their actor.
pub fn revoke(w: &mut Work<'_, '_>, id: ApiKeyId, if_version: Option<i64>) -> Result<()> {
    let key = get(w, id)?;
    check_owners_affair(w, &key)?;
    check_version(if_version, key.version)?;
    w.bump_revision()?;
    w.tx.execute(
        "UPDATE api_keys SET revoked_at = $3, version = $4 WHERE organization_id = $1 AND id = $2",
        params![w.caller.organization, id, w.now, key.version + 1],
    )?;
    let previous = json!({"name": key.name, "hint": key.hint, "scopes": key.scopes});
    record(w, "api_key", id, "revoked", json!({}), Some(previous))?;
    w.reload_setup()
}
