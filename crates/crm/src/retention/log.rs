//! The log tells of each message, with its text: what it says there goes as well, by the age of the entry. Which message it was,
//! what happened to it and when stays.

use store::params;

use super::Before;
use super::run::{Found, Progress};
use crate::error::Result;
use crate::events::Topic;
use crate::query::Query;
use crate::time::Timestamp;
use crate::work::Work;

const ROWS: i64 = 500;
/// Entries between two looks at the clock.
const AT_ONCE: usize = 25;
/// Those that carry what was written.
const TELLING: [Topic; 5] =
    [Topic::MessageQueued, Topic::MessageReceived, Topic::MessageSent, Topic::MessageStatus, Topic::NoteCreated];

/// Goes on where the last run came to. What a wrong clock dated into the future is as old as what follows it.
pub(super) fn blot_out(w: &mut Work<'_, '_>, before: Before, progress: &mut Progress) -> Result<Found> {
    let organization = w.caller.organization;
    let rows = w.tx.query(
        "SELECT sequence, topic, occurred_at FROM events WHERE organization_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3",
        params![organization, progress.log_after, ROWS],
    )?;
    let mut old = 0;
    for (at, row) in rows.iter().enumerate() {
        let occurred: Timestamp = row.at(2)?;
        if occurred < before.at {
            old = at + 1;
        } else if occurred <= w.now {
            break;
        }
    }
    for rows in rows[..old].chunks(AT_ONCE) {
        let mut telling = Vec::new();
        for row in rows {
            let (sequence, topic): (i64, &str) = (row.at(0)?, row.text("topic")?);
            if TELLING.iter().any(|telling| telling.name() == topic) {
                telling.push(sequence);
            }
            progress.log_after = sequence;
        }
        if !telling.is_empty() {
            let sql = r#"UPDATE events SET data = '{"erased":true}', previous = NULL WHERE organization_id = "#;
            let mut query = Query::new(sql, organization);
            query.and_in("sequence IN ", &telling);
            w.tx.execute(query.sql(), &query.params())?;
        }
        if w.tx.out_of_time() {
            return Ok(Found::More);
        }
    }
    Ok(if old as i64 == ROWS { Found::More } else { Found::Nothing })
}
