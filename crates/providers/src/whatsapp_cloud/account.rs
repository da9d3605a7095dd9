//! A channel's account at WhatsApp, with its secrets opened.

use crm::channels::{Channel, ChannelSecrets, seal_place};

use super::Account;
use crate::seal::Sealer;

/// What keeps a channel from calling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// The secrets do not open with this server's key, or there are none.
    Secrets,
    /// A member of the channel that every call needs.
    Members,
}

pub fn account_of(channel: &Channel, sealed: Option<&[u8]>, sealer: &Sealer) -> Result<Account, Missing> {
    let plain = sealed.and_then(|sealed| sealer.open(&seal_place(channel.id), sealed).ok()).ok_or(Missing::Secrets)?;
    let secrets: ChannelSecrets = serde_json::from_slice(&plain).map_err(|_| Missing::Secrets)?;
    let setting = |name: &str| channel.settings.get(name).and_then(|value| value.as_str()).map(str::to_owned);
    Ok(Account {
        base_url: setting("graph_base_url"),
        version: setting("graph_version"),
        phone_number_id: channel.phone_number_id.clone().ok_or(Missing::Members)?,
        waba_id: setting("waba_id").ok_or(Missing::Members)?,
        access_token: secrets.access_token.ok_or(Missing::Secrets)?,
    })
}
