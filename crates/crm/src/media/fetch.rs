//! Files that a provider has and that are to be brought here: claimed by putting off when they are next due, so that whoever
//! dies over one leaves it to the next.

use store::{Tx, params};

use super::{COLUMNS, Media, MediaState};
use crate::error::Result;
use crate::id::{MediaId, OrganizationId};
use crate::time::Timestamp;
use crate::work::Work;

/// What is being fetched is tried by nobody else for so long.
const CLAIM_SECONDS: i64 = 900;
/// After so many tries it is given up: 1 minute, 2, 4, … between them, 8 hours in all.
const MOST_ATTEMPTS: i64 = 10;

/// What is due, of all organizations, claimed. Runs in a [`store::Db::write_claim`].
pub fn claim_pending(tx: &mut Tx<'_>, now: Timestamp, most: i64) -> Result<Vec<(OrganizationId, Media)>> {
    let suffix = tx.dialect().claim_suffix();
    let due = tx.query(
        &format!("SELECT organization_id, id FROM media WHERE state = 'pending' AND due_at <= $1 ORDER BY due_at, id LIMIT $2 {suffix}"),
        params![now, most],
    )?;
    let mut claimed = Vec::new();
    for row in &due {
        let (organization, id): (OrganizationId, MediaId) = (row.at(0)?, row.at(1)?);
        tx.execute(
            "UPDATE media SET due_at = $3, attempts = attempts + 1 WHERE organization_id = $1 AND id = $2",
            params![organization, id, now.plus_seconds(CLAIM_SECONDS)],
        )?;
        let sql = format!("SELECT {COLUMNS} FROM media a WHERE a.organization_id = $1 AND a.id = $2");
        claimed.push((organization, Media::from_row(&tx.query_one(&sql, params![organization, id])?)?));
    }
    Ok(claimed)
}

/// What came of a fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetch {
    Stored {
        path: String,
        /// Lower-case hexadecimal.
        sha256: String,
        size: i64,
        mime: Option<String>,
    },
    /// Not this time. `patience`: it is no fault of this file, and none of its tries is used up.
    Again {
        why: String,
        patience: bool,
    },
    /// Never: too large, of a kind that is not taken.
    Refused(String),
    Failed(String),
}

pub fn fetched(w: &mut Work<'_, '_>, media: &Media, fetch: &Fetch) -> Result<()> {
    let state = |w: &mut Work<'_, '_>, state: MediaState, error: Option<&str>, due_at: Timestamp, attempts: i64| {
        w.tx.execute(
            "UPDATE media SET state = $3, error = $4, due_at = $5, attempts = $6, updated_at = $7
             WHERE organization_id = $1 AND id = $2 AND state = 'pending'",
            params![w.caller.organization, media.id, state, error, due_at, attempts, w.now],
        )
    };
    let now = w.now;
    match fetch {
        Fetch::Stored { path, sha256, size, mime } => {
            w.tx.execute(
                "UPDATE media SET state = 'stored', path = $3, sha256 = $4, size = $5, mime = coalesce($6, mime), error = NULL,
                    updated_at = $7
                 WHERE organization_id = $1 AND id = $2 AND state = 'pending'",
                params![w.caller.organization, media.id, path, sha256, size, mime, now],
            )?;
        }
        Fetch::Again { why, .. } if media.attempts >= MOST_ATTEMPTS => {
            state(w, MediaState::Failed, Some(why), now, media.attempts)?;
        }
        Fetch::Again { why, patience } => {
            let attempts = media.attempts - i64::from(*patience);
            let seconds = 60 << (media.attempts - 1).clamp(0, 8);
            state(w, MediaState::Pending, Some(why), now.plus_seconds(seconds), attempts)?;
        }
        Fetch::Refused(why) => {
            state(w, MediaState::Refused, Some(why), now, media.attempts)?;
        }
        Fetch::Failed(why) => {
            state(w, MediaState::Failed, Some(why), now, media.attempts)?;
        }
    }
    w.tx.announce();
    Ok(())
}

/// Whether there is anything to claim; asked by a reader, because as a rule there is not.
pub fn any_pending(tx: &mut Tx<'_>, now: Timestamp) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM media WHERE state = 'pending' AND due_at <= $1) AS pending";
    Ok(tx.query_one(sql, params![now])?.at(0)?)
}
