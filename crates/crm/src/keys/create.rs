//! Making a key.

use serde_json::json;
use store::params;

use super::{ApiKey, check_handed_on, get, read_scopes, scopes_text, source_named};
use crate::error::{Error, Problems, Result};
use crate::id::ApiKeyId;
use crate::work::Work;
use crate::{changes, checks};

/// Keys in use of one organization: each is in every node's memory.
const MOST_KEYS: usize = 1000;

#[derive(Debug, Clone)]
pub struct NewKey {
    pub name: String,
    /// Names of scopes; `*` is all of them.
    pub scopes: Vec<String>,
    /// SHA-256 of the secret.
    pub hash: [u8; 32],
    /// Its first characters.
    pub hint: String,
}

impl NewKey {
    /// Everything that can be said without the database.
    pub fn check(&self, problems: &mut Problems) {
        checks::name(&self.name, "/name", problems);
        read_scopes(&self.scopes, problems);
    }
}

/// 403 where the key would be able to do what its maker is not.
pub fn create(w: &mut Work<'_, '_>, new: &NewKey) -> Result<ApiKey> {
    let mut problems = Problems::default();
    let name = checks::name(&new.name, "/name", &mut problems);
    let scopes = read_scopes(&new.scopes, &mut problems);
    problems.check()?;
    check_handed_on(w, scopes)?;
    if w.setup.keys_in_use() >= MOST_KEYS {
        let message = format!("At most {MOST_KEYS} keys are in use; revoke some first.");
        return Err(Error::conflict("limit_reached", message));
    }
    w.bump_revision()?;
    let id: ApiKeyId = w.new_id();
    w.tx.execute(
        "INSERT INTO api_keys (organization_id, id, name, hash, hint, scopes, source, version, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8)",
        params![
            w.caller.organization,
            id,
            name,
            &new.hash[..],
            new.hint,
            scopes_text(scopes),
            source_named(&name),
            w.now
        ],
    )?;
    let details = json!({"name": name, "hint": new.hint, "scopes": scopes.names()});
    changes::record(w, "api_key", id, "created", details, None)?;
    w.reload_setup()?;
    get(w, id)
}
