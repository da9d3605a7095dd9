//! The first organization of a new database: whoever has the one-time token that the server printed makes it.

use store::{Priority, Tx, params};

use super::create::{Founded, Founding, found};
use crate::error::{Error, Result};
use crate::id::IdSource;
use crate::time::Timestamp;
use crate::work::Crm;

/// A token that nobody used is forgotten after a week; each start of a server makes one.
const TOKEN_SECONDS: i64 = 7 * 86_400;

/// Whether there is none yet.
pub fn is_wanted(tx: &mut Tx<'_>) -> Result<bool> {
    Ok(!tx.query_one("SELECT EXISTS (SELECT 1 FROM organizations) AS one", params![])?.at::<bool>(0)?)
}

/// Whether this token, by its SHA-256, would open the set-up page: asked before a password is hashed for it.
pub fn would_open(tx: &mut Tx<'_>, hash: &[u8; 32], now: Timestamp) -> Result<()> {
    if !is_wanted(tx)? {
        return Err(done());
    }
    let row = tx.query_opt(
        "SELECT created_at FROM setup_tokens WHERE token_hash = $1 AND created_at > $2",
        params![&hash[..], now.plus_seconds(-TOKEN_SECONDS)],
    )?;
    row.map(|_| ()).ok_or(Error::Unauthorized)
}

fn done() -> Error {
    Error::conflict("already_set_up", "There is an organization already: sign in.")
}

/// Every token goes with the first that is used, in one transaction with what it makes: of two at once one finds none.
fn found_first(tx: &mut Tx<'_>, now: Timestamp, ids: IdSource, hash: &[u8; 32], new: &Founding) -> Result<Founded> {
    let rows = tx.query("DELETE FROM setup_tokens RETURNING token_hash, created_at", params![])?;
    if !is_wanted(tx)? {
        return Err(done());
    }
    let mut known = false;
    for row in &rows {
        let (token, created_at): (Vec<u8>, Timestamp) = (row.at(0)?, row.at(1)?);
        known |= token == hash && created_at > now.plus_seconds(-TOKEN_SECONDS);
    }
    if !known {
        return Err(Error::Unauthorized);
    }
    found(tx, now, ids, new)
}

impl Crm {
    pub async fn is_set_up_wanted(&self) -> Result<bool> {
        self.db().read(Priority::Interactive, is_wanted).await
    }

    pub async fn would_set_up(&self, hash: [u8; 32]) -> Result<()> {
        let now = self.now();
        self.db().read(Priority::Interactive, move |tx| would_open(tx, &hash, now)).await
    }

    /// 409 `already_set_up` where there is an organization, `Unauthorized` with a wrong token: nothing was changed.
    pub async fn set_up(&self, token: [u8; 32], new: Founding) -> Result<Founded> {
        let (now, seed) = (self.now(), uuid::Uuid::new_v4().as_u64_pair().0);
        let work = move |tx: &mut Tx<'_>| found_first(tx, now, IdSource::new(now, seed), &token, &new);
        self.db().write(Priority::Interactive, work).await
    }

    /// Keeps another token where an organization is wanted; false where there is one.
    pub async fn offer_set_up(&self, token: [u8; 32]) -> Result<bool> {
        let now = self.now();
        let work = move |tx: &mut Tx<'_>| -> Result<bool> {
            if !is_wanted(tx)? {
                return Ok(false);
            }
            tx.execute("DELETE FROM setup_tokens WHERE created_at <= $1", params![now.plus_seconds(-TOKEN_SECONDS)])?;
            tx.execute("INSERT INTO setup_tokens (token_hash, created_at) VALUES ($1, $2)", params![&token[..], now])?;
            Ok(true)
        };
        self.db().write(Priority::Interactive, work).await
    }
}
