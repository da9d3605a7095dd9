//! Files that came from here: uploaded, used in messages, and forgotten where nothing uses them.

use store::{Tx, params};

use super::{COLUMNS, Media, MediaState, MediaType, insert};
use crate::error::{Error, FieldError, Result};
use crate::id::{ChannelId, MediaId, MessageId, OrganizationId};
use crate::messages::{Content, Message};
use crate::time::Timestamp;
use crate::work::Work;

/// An upload that no message used is forgotten after so long.
const UNUSED_HOURS: i64 = 24;

/// A file that lies below the media directory already.
#[derive(Debug, Clone)]
pub struct Upload {
    pub channel: ChannelId,
    pub media_type: MediaType,
    pub mime: String,
    pub file_name: Option<String>,
    pub path: String,
    /// Lower-case hexadecimal.
    pub sha256: String,
    pub size: i64,
}

pub fn uploaded(w: &mut Work<'_, '_>, upload: &Upload) -> Result<Media> {
    store(w, upload, None)
}

/// A file that came with a message.
pub(crate) fn received(w: &mut Work<'_, '_>, upload: &Upload, message: MessageId) -> Result<Media> {
    store(w, upload, Some(message))
}

fn store(w: &mut Work<'_, '_>, upload: &Upload, message_id: Option<MessageId>) -> Result<Media> {
    let media = Media {
        id: w.new_id(),
        channel_id: upload.channel,
        message_id,
        media_type: upload.media_type,
        provider_media_id: None,
        mime: Some(upload.mime.clone()),
        sha256: Some(upload.sha256.clone()),
        size: Some(upload.size),
        file_name: upload.file_name.clone(),
        state: MediaState::Stored,
        path: Some(upload.path.clone()),
        error: None,
        attempts: 0,
        due_at: w.now,
        created_at: w.now,
        updated_at: w.now,
    };
    insert(w, &media)?;
    Ok(media)
}

/// By its id, or 404.
pub fn get(w: &mut Work<'_, '_>, id: MediaId) -> Result<Media> {
    find(w, id)?.ok_or_else(|| Error::not_found("media"))
}

fn find(w: &mut Work<'_, '_>, id: MediaId) -> Result<Option<Media>> {
    let sql = format!("SELECT {COLUMNS} FROM media a WHERE a.organization_id = $1 AND a.id = $2");
    w.tx.query_opt(&sql, params![w.caller.organization, id])?.as_ref().map(Media::from_row).transpose()
}

/// Notes which files a message is made of. 400 where one is not there, not stored, or of another type than it is sent as.
pub(crate) fn use_in(w: &mut Work<'_, '_>, message: &Message, content: &Content) -> Result<()> {
    let mut wrong = Vec::new();
    for (media_type, id, at) in content.files() {
        match find(w, id)? {
            None => wrong.push(FieldError::unknown_reference(at, "media", id)),
            Some(media) if media.state != MediaState::Stored => {
                let text = format!("The file {id} is {}: only one that is stored can be sent.", media.state);
                wrong.push(FieldError::new(at, "media_not_stored", text));
            }
            Some(media) if media.media_type != media_type => {
                let text = format!("The file {id} is of type {}, and is to be sent as {media_type}.", media.media_type);
                wrong.push(FieldError::new(at, "wrong_media_type", text));
            }
            Some(_) => {}
        }
    }
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    for (_, id, _) in content.files() {
        w.tx.execute(
            "INSERT INTO media_uses (organization_id, media_id, message_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            params![w.caller.organization, id, message.id],
        )?;
        w.tx.execute(
            "UPDATE media SET message_id = $3, updated_at = $4 WHERE organization_id = $1 AND id = $2 AND message_id IS NULL",
            params![w.caller.organization, id, message.id, w.now],
        )?;
    }
    Ok(())
}

/// Files that a message was made with, in the order in which they were made.
pub fn used_in(w: &mut Work<'_, '_>, message: MessageId) -> Result<Vec<Media>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM media a WHERE a.organization_id = $1 AND a.id IN
           (SELECT u.media_id FROM media_uses u WHERE u.organization_id = $1 AND u.message_id = $2) ORDER BY a.id"
    );
    w.tx.query(&sql, params![w.caller.organization, message])?.iter().map(Media::from_row).collect()
}

/// Forgets uploads that no message used, a piece of them; answers the files that may have nobody any more.
pub fn forget_unused(tx: &mut Tx<'_>, now: Timestamp, most: i64) -> Result<Vec<String>> {
    let before = now.plus_seconds(-UNUSED_HOURS * 3600);
    let rows = tx.query(
        "SELECT organization_id, id, path FROM media WHERE message_id IS NULL AND created_at < $1 ORDER BY created_at LIMIT $2",
        params![before, most],
    )?;
    let mut paths = Vec::new();
    for row in &rows {
        let (organization, id): (OrganizationId, MediaId) = (row.at(0)?, row.at(1)?);
        tx.execute(
            "DELETE FROM media_uploads WHERE organization_id = $1 AND media_id = $2",
            params![organization, id],
        )?;
        tx.execute("DELETE FROM media WHERE organization_id = $1 AND id = $2", params![organization, id])?;
        paths.extend(row.at::<Option<String>>(2)?);
    }
    Ok(paths)
}

/// Whether any row names this file.
pub fn is_used(tx: &mut Tx<'_>, path: &str) -> Result<bool> {
    let row = tx.query_one("SELECT EXISTS (SELECT 1 FROM media WHERE path = $1) AS used", params![path])?;
    Ok(row.at(0)?)
}
