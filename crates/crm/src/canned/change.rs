//! Making, changing and deleting canned replies.

use serde_json::json;
use store::params;

use super::{CannedReply, MOST, get};
use crate::changes::{Changes, check_version, record};
use crate::error::{Error, Result};
use crate::id::CannedReplyId;
use crate::text::fold;
use crate::work::Work;

#[derive(Debug, Clone, Default)]
pub struct Edit {
    pub shortcut: Option<String>,
    pub text: Option<String>,
    pub if_version: Option<i64>,
}

fn taken(shortcut: &str) -> Error {
    Error::conflict("shortcut_taken", format!("There is a canned reply `{shortcut}` already."))
}

/// 409 `shortcut_taken`, or `too_many_canned_replies`.
pub fn create(w: &mut Work<'_, '_>, shortcut: &str, text: &str) -> Result<CannedReply> {
    let row = w.tx.query_one(
        "SELECT count(*) AS n FROM canned_replies WHERE organization_id = $1",
        params![w.caller.organization],
    )?;
    if row.at::<i64>(0)? >= MOST {
        let message = format!("An organization has at most {MOST} canned replies; delete one first.");
        return Err(Error::conflict("too_many_canned_replies", message));
    }
    let reply = CannedReply {
        id: w.new_id(),
        shortcut: shortcut.to_owned(),
        text: text.to_owned(),
        version: 1,
        created_at: w.now,
        updated_at: w.now,
    };
    let inserted = w.tx.execute(
        "INSERT INTO canned_replies (organization_id, id, shortcut, shortcut_key, text, version, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7) ON CONFLICT (organization_id, shortcut_key) DO NOTHING",
        params![w.caller.organization, reply.id, shortcut, fold(shortcut), text, reply.version, w.now],
    )?;
    if inserted == 0 {
        return Err(taken(shortcut));
    }
    record(w, "canned_reply", reply.id, "created", json!({"canned_reply": reply}), None)?;
    Ok(reply)
}

pub fn update(w: &mut Work<'_, '_>, id: CannedReplyId, edit: &Edit) -> Result<CannedReply> {
    let mut reply = get(w, id)?;
    check_version(edit.if_version, reply.version)?;
    let mut changes = Changes::default();
    if let Some(shortcut) = &edit.shortcut {
        let other = w.tx.query_opt(
            "SELECT id FROM canned_replies WHERE organization_id = $1 AND shortcut_key = $2 AND id <> $3",
            params![w.caller.organization, fold(shortcut), id],
        )?;
        if other.is_some() {
            return Err(taken(shortcut));
        }
        changes.set("shortcut", &mut reply.shortcut, shortcut.clone());
    }
    if let Some(text) = &edit.text {
        changes.set("text", &mut reply.text, text.clone());
    }
    if changes.is_empty() {
        return Ok(reply);
    }
    (reply.version, reply.updated_at) = (reply.version + 1, w.now);
    w.tx.execute(
        "UPDATE canned_replies SET shortcut = $3, shortcut_key = $4, text = $5, version = $6, updated_at = $7
         WHERE organization_id = $1 AND id = $2",
        params![
            w.caller.organization,
            id,
            reply.shortcut,
            fold(&reply.shortcut),
            reply.text,
            reply.version,
            reply.updated_at
        ],
    )?;
    changes.record(w, "canned_reply", id)?;
    Ok(reply)
}

pub fn delete(w: &mut Work<'_, '_>, id: CannedReplyId, if_version: Option<i64>) -> Result<()> {
    let reply = get(w, id)?;
    check_version(if_version, reply.version)?;
    w.tx.execute(
        "DELETE FROM canned_replies WHERE organization_id = $1 AND id = $2",
        params![w.caller.organization, id],
    )?;
    record(w, "canned_reply", id, "deleted", json!({}), Some(json!({"canned_reply": reply})))
}
