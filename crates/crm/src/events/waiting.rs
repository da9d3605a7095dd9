//! Whether readers of the log are held back. On PostgreSQL one writer that hangs stalls all of them, wherever it writes in
//! the whole server: that must show.

use store::{Tx, params};

use super::head;
use crate::error::Result;
use crate::time::Timestamp;

/// Events that are committed and may not be read yet, for longer than writes take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldBack {
    /// How long the first of them has waited.
    pub seconds: i64,
    /// Who most likely holds them back, as far as the database says.
    pub by: Option<String>,
}

/// Writes take milliseconds; a statement of ours may take half a minute at the very most.
pub const LONG: i64 = 10;

pub fn held_back(tx: &mut Tx<'_>, now: Timestamp) -> Result<Option<HeldBack>> {
    let head = head(tx)?;
    let row =
        tx.query_opt("SELECT occurred_at FROM events WHERE sequence > $1 ORDER BY sequence LIMIT 1", params![head])?;
    let Some(since) = row.map(|row| row.at::<Timestamp>(0)).transpose()? else { return Ok(None) };
    let seconds = (now.micros() - since.micros()) / 1_000_000;
    if seconds < LONG {
        return Ok(None);
    }
    Ok(Some(HeldBack { seconds, by: tx.dialect().oldest_writer(tx)? }))
}

impl std::fmt::Display for HeldBack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let HeldBack { seconds, by } = self;
        write!(f, "events have waited for {seconds} s to be read: a transaction is open that began before them")?;
        match by {
            Some(by) => write!(f, "; the oldest is {by}"),
            None => f.write_str("; whose it is only a role with pg_read_all_stats sees"),
        }
    }
}
