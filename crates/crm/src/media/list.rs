//! Files by the message they belong to.

use store::params;

use super::{COLUMNS, Media};
use crate::error::Result;
use crate::id::MessageId;
use crate::work::Work;

pub fn of_message(w: &mut Work<'_, '_>, message: MessageId) -> Result<Vec<Media>> {
    let sql = format!("SELECT {COLUMNS} FROM media a WHERE a.organization_id = $1 AND a.message_id = $2 ORDER BY a.id");
    w.tx.query(&sql, params![w.caller.organization, message])?.iter().map(Media::from_row).collect()
}
