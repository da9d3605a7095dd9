//! Renaming a key, and changing what it may do.

use store::params;

use super::{ApiKey, check_handed_on, check_owners_affair, get, read_scopes, scopes_text};
use crate::access::Scopes;
use crate::changes::{Changes, check_version};
use crate::checks;
use crate::error::{Problems, Result};
use crate::id::ApiKeyId;
use crate::work::Work;

/// None leaves as it is.
#[derive(Debug, Clone, Default)]
pub struct KeyPatch {
    pub name: Option<String>,
    pub scopes: Option<Vec<String>>,
    pub if_version: Option<i64>,
}

/// Holds for the very next request of the key. 403 where it would be able to do what the caller is not; 409
/// `owners_only`.
pub fn update(w: &mut Work<'_, '_>, id: ApiKeyId, patch: &KeyPatch) -> Result<ApiKey> {
    let mut key = get(w, id)?;
    check_owners_affair(w, &key)?;
    check_version(patch.if_version, key.version)?;
    let mut problems = Problems::default();
    let name = patch.name.as_deref().map(|name| checks::name(name, "/name", &mut problems));
    let scopes = patch.scopes.as_deref().map(|names| read_scopes(names, &mut problems));
    problems.check()?;
    let mut changes = Changes::default();
    if let Some(name) = name {
        changes.set("name", &mut key.name, name);
    }
    if let Some(scopes) = scopes {
        check_handed_on(w, scopes)?;
        changes.set("scopes", &mut key.scopes, scopes.names());
    }
    if changes.is_empty() {
        return Ok(key);
    }
    w.bump_revision()?;
    key.version += 1;
    let scopes = Scopes::from_names(key.scopes.iter().copied());
    w.tx.execute(
        "UPDATE api_keys SET name = $3, scopes = $4, source = $5, version = $6 WHERE organization_id = $1 AND id = $2",
        params![w.caller.organization, id, key.name, scopes_text(scopes), key.source, key.version],
    )?;
    changes.record(w, "api_key", id)?;
    w.reload_setup()?;
    Ok(key)
}
