//! Files of messages. A row says what is known of the file; its bytes lie below the media directory once it is stored.

mod fetch;
mod gone;
mod keep;
mod limits;
mod list;

pub use fetch::{Called, Fetch, any_pending, claim_pending, fetched};
pub(crate) use gone::forget_of;
pub use gone::{GoneFile, list_gone, strike_gone};
pub(crate) use keep::received;
pub(crate) use keep::use_in;
pub use keep::{Upload, forget_unused, get, is_used, uploaded, used_in};
pub use limits::{MOST_VISITOR_BYTES, essence, is_safe_inline, most_bytes, types_of, usual_type};
pub use list::of_message;

use store::{Row, params};

use crate::error::Result;
use crate::id::{ChannelId, MediaId, MessageId};
use crate::time::Timestamp;
use crate::wire_enum;
use crate::work::Work;

wire_enum! {
    pub enum MediaState {
        /// A worker is to fetch it.
        Pending = "pending",
        Stored = "stored",
        /// Given up.
        Failed = "failed",
        /// Too large, or of a kind that is not taken.
        Refused = "refused",
        /// It was stored, and is not kept any more.
        Expired = "expired",
    }
}

wire_enum! {
    pub enum MediaType { Image = "image", Video = "video", Audio = "audio", Document = "document", Sticker = "sticker" }
}

#[derive(Debug, Clone)]
pub struct Media {
    pub id: MediaId,
    pub channel_id: ChannelId,
    /// None while an upload belongs to no message yet.
    pub message_id: Option<MessageId>,
    pub media_type: MediaType,
    pub provider_media_id: Option<String>,
    pub mime: Option<String>,
    /// Lower-case hexadecimal.
    pub sha256: Option<String>,
    /// Bytes.
    pub size: Option<i64>,
    pub file_name: Option<String>,
    pub state: MediaState,
    /// Below the media directory.
    pub path: Option<String>,
    /// Why it failed or was refused, for people.
    pub error: Option<String>,
    pub attempts: i64,
    /// When it is tried next, while pending.
    pub due_at: Timestamp,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

pub(crate) const COLUMNS: &str = "a.id, a.channel_id, a.message_id, a.type, a.provider_media_id, a.mime, a.sha256, a.size, \
     a.file_name, a.state, a.path, a.error, a.attempts, a.due_at, a.created_at, a.updated_at";

impl Media {
    pub(crate) fn from_row(row: &Row) -> Result<Media> {
        Ok(Media {
            id: row.at(0)?,
            channel_id: row.at(1)?,
            message_id: row.at(2)?,
            media_type: row.at(3)?,
            provider_media_id: row.at(4)?,
            mime: row.at(5)?,
            sha256: row.at(6)?,
            size: row.at(7)?,
            file_name: row.at(8)?,
            state: row.at(9)?,
            path: row.at(10)?,
            error: row.at(11)?,
            attempts: row.at(12)?,
            due_at: row.at(13)?,
            created_at: row.at(14)?,
            updated_at: row.at(15)?,
        })
    }
}

pub fn insert(w: &mut Work<'_, '_>, media: &Media) -> Result<()> {
    w.tx.execute(
        "INSERT INTO media (organization_id, id, channel_id, message_id, type, provider_media_id, mime, sha256, size, file_name,
                            state, path, error, attempts, due_at, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
        params![
            w.caller.organization,
            media.id,
            media.channel_id,
            media.message_id,
            media.media_type,
            media.provider_media_id,
            media.mime,
            media.sha256,
            media.size,
            media.file_name,
            media.state,
            media.path,
            media.error,
            media.attempts,
            media.due_at,
            media.created_at,
            media.updated_at
        ],
    )?;
    Ok(())
}
