//! The secrets of a channel. The database has them sealed; the key to that is not in this crate. What is here is their
//! plain shape, for those who hold the key.

use serde::{Deserialize, Serialize};
use serde_json::json;
use store::params;

use super::ChannelType;
use crate::changes::Changes;
use crate::error::{FieldError, Problems, Result};
use crate::id::ChannelId;
use crate::work::Work;

/// Longest secret that is taken, in bytes; Meta's tokens have some hundred.
const LONGEST: usize = 4096;

/// What a channel of the Cloud API calls and is called with. Its JSON is what is sealed.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct ChannelSecrets {
    /// For calls to the Graph API.
    pub access_token: Option<String>,
    /// Signs the webhooks that come in.
    pub app_secret: Option<String>,
    /// What Meta sends back when it first calls the webhook.
    pub verify_token: Option<String>,
    /// Web chat: what the server of a page signs its users with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visitor_secret: Option<String>,
}

/// Which are there, never what they are.
impl std::fmt::Debug for ChannelSecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let there = self.members().map(|(name, value)| (name, value.is_some()));
        let there = there.into_iter().chain([("visitor_secret", self.visitor_secret.is_some())]);
        f.debug_map().entries(there).finish()
    }
}

impl ChannelSecrets {
    fn members(&self) -> [(&'static str, &Option<String>); 3] {
        [("access_token", &self.access_token), ("app_secret", &self.app_secret), ("verify_token", &self.verify_token)]
    }

    pub fn is_empty(&self) -> bool {
        self.members().iter().all(|(_, value)| value.is_none())
    }

    /// These over those that are kept.
    pub fn or(self, kept: ChannelSecrets) -> ChannelSecrets {
        ChannelSecrets {
            access_token: self.access_token.or(kept.access_token),
            app_secret: self.app_secret.or(kept.app_secret),
            verify_token: self.verify_token.or(kept.verify_token),
            visitor_secret: self.visitor_secret.or(kept.visitor_secret),
        }
    }

    /// A Cloud API channel needs all three, no other has any. `whole`: those not here are missing, rather than left alone.
    pub fn check(&self, channel_type: ChannelType, whole: bool, problems: &mut Problems) {
        for (name, value) in self.members() {
            let pointer = format!("/{name}");
            match value {
                Some(_) if channel_type != ChannelType::Whatsapp => {
                    let message = format!("A channel of type {channel_type} has no {name}.");
                    problems.add(FieldError::new(pointer, "not_of_this_type", message));
                }
                Some(text)
                    if text.is_empty() || text.len() > LONGEST || !text.bytes().all(|b| b.is_ascii_graphic()) =>
                {
                    let message = format!("This must be 1 to {LONGEST} visible ASCII characters without blanks.");
                    problems.add(FieldError::new(pointer, "invalid_value", message));
                }
                None if whole && channel_type == ChannelType::Whatsapp => {
                    let message = format!("A channel of type {channel_type} needs its {name}.");
                    problems.add(FieldError::new(pointer, "required", message));
                }
                _ => {}
            }
        }
    }
}

/// Sealed secrets to be written.
#[derive(Clone)]
pub struct SealedSecrets {
    pub sealed: Vec<u8>,
    /// The channel's version whose secrets they were made from; none: made from nothing. Where the channel has moved on
    /// since, they may lack what somebody else just set, and are refused with `Error::Stale`.
    pub based_on: Option<i64>,
}

impl std::fmt::Debug for SealedSecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SealedSecrets({} bytes, based on {:?})", self.sealed.len(), self.based_on)
    }
}

/// The associated data under which a channel's secrets are sealed: table, row, column.
pub fn seal_place(id: ChannelId) -> String {
    format!("channels/{id}/secrets")
}

/// Puts a web chat's sealed secrets in the place of those before.
pub fn renew_visitor_secret(w: &mut Work<'_, '_>, id: ChannelId, sealed: &[u8]) -> Result<()> {
    let setup = w.setup.clone();
    let channel = super::get(&setup, id)?;
    w.bump_revision()?;
    w.tx.execute(
        "UPDATE channels SET secrets = $3, version = version + 1, updated_at = $4 WHERE organization_id = $1 AND id = $2",
        params![w.caller.organization, id, sealed, w.now],
    )?;
    let mut changes = Changes::default();
    changes.note("identity_secret", json!(true), json!(channel.has_secrets));
    changes.record(w, "channel", id)?;
    w.reload_setup()
}

/// As they are kept; none where the channel has none or is not there.
pub fn sealed_secrets(w: &mut Work<'_, '_>, id: ChannelId) -> Result<Option<Vec<u8>>> {
    let row = w.tx.query_opt(
        "SELECT secrets FROM channels WHERE organization_id = $1 AND id = $2",
        params![w.caller.organization, id],
    )?;
    Ok(row.map(|row| row.at::<Option<Vec<u8>>>(0)).transpose()?.flatten())
}
