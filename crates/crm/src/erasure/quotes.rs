//! What tells of a person and names no contact: remembered answers, calls that could not be read, what came before its message,
//! visitors whom a page calls by the person's id. They are kept for days only, and looked through for what the person goes by.

use serde::{Deserialize, Serialize};
use store::params;
use uuid::Uuid;

use super::piece::{Found, Progress};
use super::{ERASED, add};
use crate::error::{Error, Result};
use crate::work::Work;

const ROWS: i64 = 20;
/// A call may have megabytes.
const FEW: i64 = 4;

/// Where it is: the key of the row that was looked at last.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum After {
    Answers(String, String, String),
    Early(Uuid, String, String),
    Leftovers(Vec<u8>),
    Visitors(Uuid),
    Nothing,
}

pub(super) fn erase(w: &mut Work<'_, '_>, progress: &mut Progress) -> Result<Found> {
    let unreadable = |error| Error::Internal(format!("where an erasure is: {error}"));
    let after = progress.after.as_deref().map(serde_json::from_str).transpose().map_err(unreadable)?;
    let next = match after.unwrap_or_else(|| After::Answers(String::new(), String::new(), String::new())) {
        After::Answers(actor, operation, key) => answers(w, progress, &actor, &operation, &key)?,
        After::Early(channel, provider_id, kind) => early(w, progress, channel, &provider_id, &kind)?,
        After::Leftovers(hash) => leftovers(w, progress, &hash)?,
        After::Visitors(id) => visitors(w, progress, id)?,
        After::Nothing => return Ok(Found::Nothing),
    };
    progress.after = Some(serde_json::to_string(&next).map_err(unreadable)?);
    Ok(Found::More)
}

fn tells(progress: &Progress, text: &str) -> bool {
    progress.sought.iter().any(|sought| text.contains(sought.as_str()))
}

/// The same where it stands by itself: an answer of somebody else that has it within a longer number stays.
fn names(progress: &Progress, text: &str) -> bool {
    progress.sought.iter().any(|sought| stands_in(text, sought))
}

/// Also behind what stands for a plus in a path, or for a break in JSON.
fn stands_in(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + word.len()..]);
        let begins = before.chars().next_back().is_none_or(|last| !last.is_alphanumeric())
            || ["%2B", "%2b", "\\n", "\\r", "\\t"].iter().any(|escape| before.ends_with(escape));
        begins && after.chars().next().is_none_or(|next| !next.is_alphanumeric())
    })
}

/// A retry is answered that it was, and does nothing again. One whose path or key says who it was is not known any more.
fn answers(w: &mut Work<'_, '_>, progress: &mut Progress, actor: &str, operation: &str, key: &str) -> Result<After> {
    let organization = w.caller.organization;
    let rows = w.tx.query(
        "SELECT actor, operation, key, body FROM idempotency
         WHERE organization_id = $1 AND (actor, operation, key) > ($2, $3, $4) ORDER BY actor, operation, key LIMIT $5",
        params![organization, actor, operation, key, ROWS],
    )?;
    let mut last = None;
    for row in &rows {
        let (actor, operation, key): (String, String, String) = (row.at(0)?, row.at(1)?, row.at(2)?);
        let body: Vec<u8> = row.at(3)?;
        let changed = if names(progress, &operation) || names(progress, &key) {
            w.tx.execute(
                "DELETE FROM idempotency WHERE organization_id = $1 AND actor = $2 AND operation = $3 AND key = $4",
                params![organization, &actor, &operation, &key],
            )?
        } else if names(progress, &String::from_utf8_lossy(&body)) {
            w.tx.execute(
                "UPDATE idempotency SET body = $5, etag = NULL
                 WHERE organization_id = $1 AND actor = $2 AND operation = $3 AND key = $4",
                params![organization, &actor, &operation, &key, ERASED.as_bytes()],
            )?
        } else {
            0
        };
        add(&mut progress.counts, "idempotency", changed);
        last = Some(After::Answers(actor, operation, key));
    }
    let more = rows.len() as i64 == ROWS;
    Ok(last.filter(|_| more).unwrap_or_else(|| After::Early(Uuid::nil(), String::new(), String::new())))
}

fn early(w: &mut Work<'_, '_>, progress: &mut Progress, channel: Uuid, provider_id: &str, kind: &str) -> Result<After> {
    let organization = w.caller.organization;
    let rows = w.tx.query(
        "SELECT channel_id, provider_id, kind, data FROM early_updates
         WHERE organization_id = $1 AND (channel_id, provider_id, kind) > ($2, $3, $4)
         ORDER BY channel_id, provider_id, kind LIMIT $5",
        params![organization, channel, provider_id, kind, ROWS],
    )?;
    let mut last = None;
    for row in &rows {
        let (channel, provider_id, kind): (Uuid, String, String) = (row.at(0)?, row.at(1)?, row.at(2)?);
        if tells(progress, row.text("data")?) || tells(progress, &provider_id) {
            let gone = w.tx.execute(
                "DELETE FROM early_updates WHERE organization_id = $1 AND channel_id = $2 AND provider_id = $3 AND kind = $4",
                params![organization, channel, &provider_id, &kind],
            )?;
            add(&mut progress.counts, "early_updates", gone);
        }
        last = Some(After::Early(channel, provider_id, kind));
    }
    let more = rows.len() as i64 == ROWS;
    Ok(last.filter(|_| more).unwrap_or(After::Leftovers(Vec::new())))
}

fn leftovers(w: &mut Work<'_, '_>, progress: &mut Progress, after: &[u8]) -> Result<After> {
    let organization = w.caller.organization;
    let rows = w.tx.query(
        "SELECT hash, raw FROM hook_leftovers WHERE organization_id = $1 AND hash > $2 ORDER BY hash LIMIT $3",
        params![organization, after, FEW],
    )?;
    let mut last = None;
    for row in &rows {
        let hash: Vec<u8> = row.at(0)?;
        if tells(progress, row.text("raw")?) {
            let gone = w.tx.execute(
                "DELETE FROM hook_leftovers WHERE organization_id = $1 AND hash = $2",
                params![organization, &hash[..]],
            )?;
            add(&mut progress.counts, "hook_leftovers", gone);
        }
        last = Some(After::Leftovers(hash));
    }
    let more = rows.len() as i64 == FEW;
    Ok(last.filter(|_| more).unwrap_or(After::Visitors(Uuid::nil())))
}

fn visitors(w: &mut Work<'_, '_>, progress: &mut Progress, after: Uuid) -> Result<After> {
    let organization = w.caller.organization;
    let rows = w.tx.query(
        "SELECT id, user_id, profile, page_url FROM webchat_visitors WHERE organization_id = $1 AND id > $2 ORDER BY id LIMIT $3",
        params![organization, after, ROWS],
    )?;
    let mut last = None;
    for row in &rows {
        let id: Uuid = row.at(0)?;
        let said: [Option<String>; 3] = [row.at(1)?, row.at(2)?, row.at(3)?];
        let [user, profile, page] = said.map(Option::unwrap_or_default);
        if progress.sought.contains(&user) || tells(progress, &profile) || tells(progress, &page) {
            let gone = w.tx.execute(
                "DELETE FROM webchat_visitors WHERE organization_id = $1 AND id = $2",
                params![organization, id],
            )?;
            add(&mut progress.counts, "webchat_visitors", gone);
        }
        last = Some(After::Visitors(id));
    }
    let more = rows.len() as i64 == ROWS;
    Ok(last.filter(|_| more).unwrap_or(After::Nothing))
}

#[cfg(test)]
mod tests {
    use super::stands_in;

    #[test]
    fn a_number_within_another_is_nobodys() {
        let phone = "56955501234";
        for text in [
            phone,
            r#"{"phone":"+56955501234"}"#,
            "POST /api/public/channels/whatsapp/%2B56955501234/tags",
            r#"{"text":"llame al\n56955501234."}"#,
            "ñ 156955501234 56955501234",
        ] {
            assert!(stands_in(text, phone), "{text}");
        }
        for text in ["", "order-156955501234", "569555012345", "ñ56955501234", "a56955501234b"] {
            assert!(!stands_in(text, phone), "{text}");
        }
    }
}
