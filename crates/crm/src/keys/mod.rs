//! API keys: what other systems call with. Only the hash of a key is here; its secret is made, hashed and shown once by
//! the surface that makes it.

mod create;
mod list;
mod revoke;
mod update;
mod used;

pub use create::{NewKey, create};
pub use list::{get, page};
pub use revoke::revoke;
pub use update::{KeyPatch, update};
pub use used::{Used, used};

use serde::Serialize;
use store::Row;

use crate::access::{Actor, Scope, Scopes, actor_parts};
use crate::error::{Error, FieldError, Problems, Result};
use crate::id::ApiKeyId;
use crate::setup::Setup;
use crate::time::Timestamp;
use crate::work::Work;

#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct ApiKey {
    pub id: ApiKeyId,
    pub name: String,
    /// The first characters of the key, to recognise it by.
    pub hint: String,
    /// What it may do; `*` is everything.
    pub scopes: Vec<&'static str>,
    /// What its records are called in the rules of structuring. Keys that were made under the same name share it, so that
    /// a key that takes the place of another goes on with its rules; renaming a key changes nothing.
    pub source: String,
    #[serde(skip)]
    pub version: i64,
    pub created_at: Timestamp,
    /// A minute or so behind at most; null where it never was.
    pub last_used_at: Option<Timestamp>,
}

const COLUMNS: &str = "id, name, hint, scopes, source, version, created_at, last_used_at";

impl ApiKey {
    fn from_row(row: &Row) -> Result<ApiKey> {
        let scopes: Vec<String> = serde_json::from_str(row.text("scopes")?)
            .map_err(|error| Error::Internal(format!("scopes of an API key: {error}")))?;
        let name: String = row.get("name")?;
        let source: Option<String> = row.get("source")?;
        Ok(ApiKey {
            id: row.get("id")?,
            source: source.unwrap_or_else(|| source_named(&name)),
            name,
            hint: row.get("hint")?,
            scopes: Scopes::from_names(scopes.iter().map(String::as_str)).names(),
            version: row.get("version")?,
            created_at: row.get("created_at")?,
            last_used_at: row.get("last_used_at")?,
        })
    }
}

/// The scopes of these names; notes names that are none, and that there is none at all.
fn read_scopes(names: &[String], problems: &mut Problems) -> Scopes {
    if names.is_empty() {
        problems.add(FieldError::new("/scopes", "required", "A key needs at least one scope, or * for all of them."));
    }
    for (at, name) in names.iter().enumerate() {
        if name != "*" && Scope::from_name(name).is_none() {
            let known = Scope::ALL.map(Scope::name).join(", ");
            let message = format!("There is no scope {name:?}; there are {known}, and * for all of them.");
            problems.add(FieldError::new(format!("/scopes/{at}"), "unknown_scope", message));
        }
    }
    Scopes::from_names(names.iter().map(String::as_str))
}

/// The source of a key that is made under this name.
pub(crate) fn source_named(name: &str) -> String {
    let source = structuring::snake_key(name);
    if source.is_empty() { "key".to_owned() } else { source }
}

fn scopes_text(scopes: Scopes) -> String {
    serde_json::json!(scopes.names()).to_string()
}

/// Nobody hands on what they may not do themselves: that would make every key an all-powerful one.
pub(crate) fn check_handed_on(w: &Work<'_, '_>, scopes: Scopes) -> Result<()> {
    let own = w.setup.scopes_of(w.caller.actor).unwrap_or_default();
    match Scope::ALL.into_iter().find(|&scope| scopes.contains(scope) && !own.contains(scope)) {
        Some(missing) => Err(Error::Forbidden(missing)),
        None => Ok(()),
    }
}

/// A key with the scope `owner` is the owners' affair, as an owner is: who has not that scope neither changes it nor takes it out of
/// use.
fn check_owners_affair(w: &Work<'_, '_>, key: &ApiKey) -> Result<()> {
    let scopes = Scopes::from_names(key.scopes.iter().copied());
    let own = w.setup.scopes_of(w.caller.actor).unwrap_or_default();
    if scopes.contains(Scope::Owner) && !own.contains(Scope::Owner) {
        let message = "Only an owner, or a key with the scope `owner`, may change or revoke a key that has it.";
        return Err(Error::conflict("owners_only", message));
    }
    Ok(())
}

/// Whether who made a link, as it is written there, could make it today: as an admin, for somebody with these scopes. So a link
/// goes with the right of its maker, of a key as of a member.
pub(crate) fn still_hands_on(setup: &Setup, maker: &str, scopes: Scopes) -> bool {
    let maker = match actor_parts(maker) {
        ("member", Some(id)) => id.parse().ok().map(Actor::Member),
        ("api_key", Some(id)) => id.parse().ok().map(Actor::ApiKey),
        _ => Some(Actor::System),
    };
    let own = maker.and_then(|maker| setup.scopes_of(maker)).unwrap_or_default();
    own.contains(Scope::Admin) && Scope::ALL.into_iter().all(|s| !scopes.contains(s) || own.contains(s))
}
