//! Closing a way in and out.

use serde_json::json;
use store::params;

use super::{get, view};
use crate::changes::{Removed, check_version, in_use, record};
use crate::error::Result;
use crate::id::ChannelId;
use crate::outbox;
use crate::scheduled;
use crate::work::Work;

/// Messages that fail within the call; the rest follows in pieces.
const AT_ONCE: i64 = 200;

/// A channel that has contacts is removed only with `archive`: its contacts and their messages stay, and what waits to be
/// sent fails. Its secrets go, and its
/// number is free for another channel. The row itself is only put out of sight, with contacts or without: to delete it the
/// database would look for what names it in every contact and message, and all writers would wait.
pub fn remove(w: &mut Work<'_, '_>, id: ChannelId, if_version: Option<i64>, archive: bool) -> Result<Removed> {
    let setup = w.setup.clone();
    let channel = get(&setup, id)?;
    check_version(if_version, channel.version)?;
    let organization = w.caller.organization;
    // Every contact has an identifier on its channel, and those have an index that begins with the channel.
    let row = w.tx.query_one(
        "SELECT count(DISTINCT contact_id) AS n FROM contact_identifiers WHERE organization_id = $1 AND channel_id = $2",
        params![organization, id],
    )?;
    let contacts: i64 = row.get("n")?;
    let waiting = outbox::count_of(w, id)?;
    if contacts > 0 && !archive {
        let remedy = "Delete it with archive=true to keep the contacts and put the channel out of sight; what waits to be sent \
                      fails, what is scheduled when its time comes.";
        let counts = [
            ("contacts", contacts),
            ("waiting messages", waiting),
            ("scheduled messages", scheduled::count_of(w, id)?),
        ];
        return Err(in_use("channel", &counts, remedy));
    }
    w.bump_revision()?;
    w.tx.execute(
        "UPDATE channels SET archived = $3, secrets = NULL, version = version + 1, updated_at = $4
         WHERE organization_id = $1 AND id = $2",
        params![organization, id, true, w.now],
    )?;
    let archived = contacts > 0;
    let change = if archived { "archived" } else { "deleted" };
    let previous = json!({"channel": view(&setup, channel)});
    record(w, "channel", id, change, json!({"contacts": contacts, "waiting_messages": waiting}), Some(previous))?;
    w.reload_setup()?;
    outbox::abandon(w, id, AT_ONCE)?;
    Ok(Removed { archived, moved: 0 })
}
