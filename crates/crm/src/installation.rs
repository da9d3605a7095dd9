//! What holds for the whole database, of whichever organization, and is settled by the first node that asks: rows of bytes by
//! their names.

use store::{Tx, params};

use crate::error::Result;

/// A value sealed with the key that everything is sealed with: who opens it has that key.
pub const KEY_CHECK: &str = "key_check";
/// The random id of the directory that has the files of messages.
pub const MEDIA: &str = "media";

/// What [`KEY_CHECK`] is sealed to, and what is in it.
pub const KEY_CHECK_PLACE: &str = "installation/key_check";
pub const KEY_CHECK_TEXT: &[u8] = b"recado";

/// What stands there: this, where nothing did. Of two at once both get the same.
pub fn settle(tx: &mut Tx<'_>, name: &str, value: &[u8]) -> Result<Vec<u8>> {
    let sql = "INSERT INTO installation (name, value) VALUES ($1, $2)
               ON CONFLICT (name) DO UPDATE SET value = installation.value RETURNING value";
    Ok(tx.query_one(sql, params![name, value])?.at(0)?)
}

/// Puts another in its place.
pub fn replace(tx: &mut Tx<'_>, name: &str, value: &[u8]) -> Result<()> {
    let sql = "INSERT INTO installation (name, value) VALUES ($1, $2)
               ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    tx.execute(sql, params![name, value])?;
    Ok(())
}
