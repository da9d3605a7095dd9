//! Members who are signed in. A session is known by the SHA-256 of what its cookie holds; the token itself is made, hashed
//! and handed out by the surface that signs somebody in.

mod authenticate;
mod candidates;
mod end;
mod list;
mod start;

pub use authenticate::Known;
pub use candidates::{Candidate, Totp, candidates};
pub use end::{end, end_all, end_others};
pub use list::list;
pub use start::{NewSession, SecondFactor, Started, start};

use serde::Serialize;
use store::Row;

use crate::error::Result;
use crate::id::SessionId;
use crate::time::Timestamp;

/// Unused for so long, a session is over.
pub const IDLE_SECONDS: i64 = 7 * 86_400;
/// However much it is used, it is over after so long.
pub const LONGEST_SECONDS: i64 = 30 * 86_400;
/// `last_used_at` is this much behind at most.
const TOUCH_SECONDS: i64 = 60;
/// Sessions that one member may have; with another one, the one that was not used for the longest time ends.
const MOST: i64 = 50;
/// Longest name of a browser that is kept, in characters.
const USER_AGENT_LIMIT: usize = 300;

#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Session {
    pub id: SessionId,
    pub created_at: Timestamp,
    pub last_used_at: Timestamp,
    pub expires_at: Timestamp,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
    /// Where it was begun from.
    pub address: Option<String>,
}

const COLUMNS: &str = "id, created_at, last_used_at, expires_at, user_agent, address";

impl Session {
    fn from_row(row: &Row) -> Result<Session> {
        Ok(Session {
            id: row.get("id")?,
            created_at: row.get("created_at")?,
            last_used_at: row.get("last_used_at")?,
            expires_at: row.get("expires_at")?,
            user_agent: row.get("user_agent")?,
            address: row.get("address")?,
        })
    }
}

/// Before this instant a session was used for the last time too long ago.
fn idle_before(now: Timestamp) -> Timestamp {
    now.plus_seconds(-IDLE_SECONDS)
}
