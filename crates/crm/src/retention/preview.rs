//! What rules would delete, before they are rules.

use serde::Serialize;
use store::params;

use super::{Before, Rules, files, messages};
use crate::error::Result;
use crate::work::Work;

/// More than so many are not counted.
const MOST: i64 = 100_000;

/// What a run would delete that began now.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Preview {
    pub messages: i64,
    /// Also those of the messages.
    pub files: i64,
    pub webhook_calls: i64,
    /// Whether one of these is 100 000, where counting ends, and may be more.
    pub at_least: bool,
}

pub fn preview(w: &mut Work<'_, '_>, rules: &Rules) -> Result<Preview> {
    let (organization, spare, now) = (w.caller.organization, rules.spare_open, w.now);
    // Nothing is older than the epoch.
    let before = |days: Option<i64>| Before::days(now, days.unwrap_or(now.micros() / 86_400_000_000 + 1)).id;
    let (old_messages, old_files) = (before(rules.messages_days), before(rules.files_days));
    let sql = format!(
        "SELECT count(*) AS n FROM (SELECT 1 AS one FROM messages m WHERE m.organization_id = $1 AND m.id < $4 AND {} LIMIT $2) AS found",
        messages::GOES
    );
    let messages = w.tx.query_one(&sql, params![organization, MOST, spare, old_messages])?.at(0)?;
    // By the rule of files, or with the last of their messages.
    let sql = format!(
        "SELECT count(*) AS n FROM (
           SELECT 1 AS one FROM media a WHERE a.organization_id = $1 AND a.state = 'stored' AND (
             (a.id < $4 AND {files})
             OR (EXISTS (SELECT 1 FROM messages m WHERE m.organization_id = a.organization_id AND m.id = a.message_id
                           AND m.id < $2 AND {messages})
                 AND NOT EXISTS (SELECT 1 FROM media_uses u JOIN messages m ON m.organization_id = u.organization_id
                                   AND m.id = u.message_id
                                 WHERE u.organization_id = a.organization_id AND u.media_id = a.id
                                   AND NOT (m.id < $2 AND {messages})))) LIMIT $5) AS found",
        files = files::GOES,
        messages = messages::GOES
    );
    let files = w.tx.query_one(&sql, params![organization, old_messages, spare, old_files, MOST])?.at(0)?;
    let row = w.tx.query_one(
        "SELECT count(*) AS n FROM (SELECT 1 AS one FROM webhook_calls WHERE organization_id = $1 AND id < $2 LIMIT $3) AS found",
        params![organization, before(rules.webhook_calls_days), MOST],
    )?;
    let webhook_calls = row.at(0)?;
    Ok(Preview { messages, files, webhook_calls, at_least: [messages, files, webhook_calls].contains(&MOST) })
}
