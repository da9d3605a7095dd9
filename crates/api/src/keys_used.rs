//! When each API key was last used, in memory, on its way to the database: noted with each call, written by a chore, at most once a
//! minute a key. A kill loses what was noted since.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crm::id::{ApiKeyId, OrganizationId};
use crm::keys::{self, Used};
use crm::{Crm, Timestamp};
use store::Priority;

/// `last_used_at` is this much behind at most, and as long as the chore takes to come by.
const SECONDS: i64 = 60;
/// Rows a transaction.
const CHUNK: usize = 100;
/// Keys that are remembered; beyond, all are forgotten, and written once more than they had to be.
const MOST: usize = 65_536;

#[derive(Debug, Clone, Copy)]
struct Use {
    organization: OrganizationId,
    at: Timestamp,
    written: Option<Timestamp>,
}

#[derive(Debug, Default)]
pub struct KeysUsed {
    uses: Mutex<HashMap<ApiKeyId, Use>>,
}

impl KeysUsed {
    pub fn note(&self, organization: OrganizationId, key: ApiKeyId, at: Timestamp) {
        let mut uses = self.lock();
        match uses.get_mut(&key) {
            Some(known) => known.at = known.at.max(at),
            None => {
                if uses.len() >= MOST {
                    uses.clear();
                }
                uses.insert(key, Use { organization, at, written: None });
            }
        }
    }

    /// Writes what is due; answers how many keys that were. What could not be written is due again.
    pub async fn flush(&self, crm: &Crm) -> crm::Result<usize> {
        let due = self.due();
        for chunk in due.chunks(CHUNK) {
            let rows = chunk.to_vec();
            crm.db().write(Priority::Background, move |tx| keys::used(tx, &rows)).await?;
            let mut uses = self.lock();
            for row in chunk {
                if let Some(known) = uses.get_mut(&row.key) {
                    known.written = Some(row.at);
                }
            }
        }
        Ok(due.len())
    }

    fn due(&self) -> Vec<Used> {
        let due = |known: &Use| known.written.is_none_or(|written| known.at >= written.plus_seconds(SECONDS));
        let uses = self.lock();
        let due = uses.iter().filter(|(_, known)| due(known));
        due.map(|(key, known)| Used { organization: known.organization, key: *key, at: known.at }).collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ApiKeyId, Use>> {
        self.uses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
