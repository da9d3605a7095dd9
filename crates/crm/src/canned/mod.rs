//! Canned replies: texts that a team writes often, by a shortcut.

mod change;
mod list;

pub use change::{Edit, create, delete, update};
pub use list::{get, list};

use serde::Serialize;
use store::Row;

use crate::error::Result;
use crate::id::CannedReplyId;
use crate::time::Timestamp;

/// Characters of a text, at most: WhatsApp's own limit.
pub const TEXT_LIMIT: usize = 4096;
pub const SHORTCUT_LIMIT: usize = 40;
/// Of one organization.
pub const MOST: i64 = 2000;

#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct CannedReply {
    pub id: CannedReplyId,
    /// What is typed behind the slash; one organization has each once, in whatever spelling.
    pub shortcut: String,
    pub text: String,
    #[serde(skip)]
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

const COLUMNS: &str = "r.id, r.shortcut, r.text, r.version, r.created_at, r.updated_at";

impl CannedReply {
    fn from_row(row: &Row) -> Result<CannedReply> {
        Ok(CannedReply {
            id: row.at(0)?,
            shortcut: row.at(1)?,
            text: row.at(2)?,
            version: row.at(3)?,
            created_at: row.at(4)?,
            updated_at: row.at(5)?,
        })
    }
}
