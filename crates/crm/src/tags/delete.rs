//! Removing a tag.

use serde::Serialize;
use serde_json::json;
use store::params;

use super::get;
use crate::changes::{check_version, in_use, record};
use crate::error::{Error, Result};
use crate::work::Work;

/// What the tag was taken off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct DeletedTag {
    pub contacts: i64,
    pub tickets: i64,
}

/// How many contacts and tickets one change takes a tag off: it is one transaction, and others wait.
const TAKE_OFF_LIMIT: i64 = 20_000;

/// A tag in use is removed only where `force` says so: then it is taken off everything first. A tag carries no history
/// of its own, so it is gone and not archived; its number is not given again.
pub fn delete(w: &mut Work<'_, '_>, id: i64, if_version: Option<i64>, force: bool) -> Result<DeletedTag> {
    let tag = get(w, id)?;
    check_version(if_version, tag.version)?;
    let organization = w.caller.organization;
    let row = w.tx.query_one(
        "SELECT (SELECT count(*) FROM contact_tags WHERE organization_id = $1 AND tag_id = $2) AS contacts,
                (SELECT count(*) FROM ticket_tags WHERE organization_id = $1 AND tag_id = $2) AS tickets",
        params![organization, id],
    )?;
    let used = DeletedTag { contacts: row.get("contacts")?, tickets: row.get("tickets")? };
    if !force && (used.contacts > 0 || used.tickets > 0) {
        let counts = [("contacts", used.contacts), ("tickets", used.tickets)];
        return Err(in_use("tag", &counts, "Delete it with force=true to take it off all of them."));
    }
    if used.contacts + used.tickets > TAKE_OFF_LIMIT {
        let message = format!(
            "This tag is on {} contacts and tickets; it is taken off at most {TAKE_OFF_LIMIT} at once. Take it off some of them \
             first.",
            used.contacts + used.tickets
        );
        return Err(Error::conflict("too_many_values", message));
    }
    w.tx.execute("DELETE FROM contact_tags WHERE organization_id = $1 AND tag_id = $2", params![organization, id])?;
    w.tx.execute("DELETE FROM ticket_tags WHERE organization_id = $1 AND tag_id = $2", params![organization, id])?;
    w.tx.execute("DELETE FROM tags WHERE organization_id = $1 AND id = $2", params![organization, id])?;
    record(w, "tag", id, "deleted", json!({"taken_off": used}), Some(json!({"tag": tag})))?;
    Ok(used)
}
