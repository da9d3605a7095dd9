//! A playground channel that a simulator plays, in the place of Meta.

use serde_json::json;
use store::{Tx, params};

use super::{Channel, ChannelType, get};
use crate::contacts::{self, Contact};
use crate::error::{Error, Result};
use crate::id::{ChannelId, ContactId, OrganizationId};
use crate::messages::SERVICE_WINDOW_HOURS;
use crate::setup::Setup;
use crate::work::Work;

/// Of one organization, those that are put away left out: each has a simulator in the server's memory.
pub const MOST_PLAYGROUNDS: usize = 5;

/// Where its simulator is, and what the two know each other by.
#[derive(Debug, Clone)]
pub struct Played {
    /// `http://127.0.0.1:…`
    pub graph_base_url: String,
    pub phone_number_id: String,
    pub waba_id: String,
    /// Sealed `ChannelSecrets`.
    pub secrets: Vec<u8>,
}

/// Those of all organizations that are to be played.
pub fn all_playgrounds(tx: &mut Tx<'_>) -> Result<Vec<(OrganizationId, ChannelId)>> {
    let rows = tx.query(
        "SELECT organization_id, id FROM channels WHERE type = $1 AND NOT archived ORDER BY created_at, id",
        params![ChannelType::Playground],
    )?;
    rows.iter().map(|row| Ok((row.at(0)?, row.at(1)?))).collect()
}

/// 409 `limit_reached` where there are [`MOST_PLAYGROUNDS`].
pub(super) fn check_room(setup: &Setup) -> Result<()> {
    let played = |channel: &&Channel| channel.channel_type == ChannelType::Playground && !channel.archived;
    if setup.channels.iter().filter(played).count() < MOST_PLAYGROUNDS {
        return Ok(());
    }
    let message = format!(
        "An organization has at most {MOST_PLAYGROUNDS} channels of type playground. Delete or archive one first."
    );
    Err(Error::conflict("limit_reached", message))
}

/// From now on the channel works as one of the Cloud API does, towards this simulator. At each start of the server it is another
/// one, so this is no change of the set-up that anybody made, and no event.
pub fn play(w: &mut Work<'_, '_>, id: ChannelId, played: &Played) -> Result<()> {
    let setup = w.setup.clone();
    let mut settings = playground(get(&setup, id)?)?.settings.clone();
    settings.insert("graph_base_url".to_owned(), json!(played.graph_base_url));
    settings.insert("waba_id".to_owned(), json!(played.waba_id));
    w.bump_revision()?;
    w.tx.execute(
        "UPDATE channels SET secrets = $3, phone_number_id = $4, settings = $5, status = 'connected', problem = NULL,
            version = version + 1, updated_at = $6
         WHERE organization_id = $1 AND id = $2",
        params![
            w.caller.organization,
            id,
            &played.secrets[..],
            played.phone_number_id,
            json!(settings).to_string(),
            w.now
        ],
    )?;
    w.tx.announce();
    w.reload_setup()
}

fn playground(channel: &Channel) -> Result<&Channel> {
    if channel.channel_type == ChannelType::Playground {
        return Ok(channel);
    }
    let message = format!("This is a channel of type {}: only a playground is played with.", channel.channel_type);
    Err(Error::conflict("not_of_this_type", message))
}

/// As if the person's last message were so old that the service window is shut; or as if they had written just now.
pub fn set_window(w: &mut Work<'_, '_>, channel: ChannelId, contact: ContactId, open: bool) -> Result<Contact> {
    let setup = w.setup.clone();
    playground(get(&setup, channel)?)?;
    let mut contact = Contact::get(w, contact)?;
    if contact.channel_id != channel {
        return Err(Error::not_found("contact"));
    }
    let past = w.now.plus_seconds(-(SERVICE_WINDOW_HOURS + 1) * 3600);
    contact.last_inbound_at = Some(if open { w.now } else { past });
    contacts::save(w, &mut contact)?;
    Ok(contact)
}
