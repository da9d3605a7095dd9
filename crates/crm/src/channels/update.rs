//! Changing a channel. Its type never changes: its contacts are known by what that type knows of them.

use serde_json::json;
use store::params;

use super::details::{self, ChannelDetails};
use super::{
    Channel, ChannelType, DefaultStage, SealedSecrets, check_default_stage, check_reopen_hours, check_unique, get,
};
use crate::changes::{Changes, check_version};
use crate::checks;
use crate::error::{Error, FieldError, Problems, Result};
use crate::id::ChannelId;
use crate::setup::Setup;
use crate::work::Work;

/// None leaves as it is.
#[derive(Debug, Clone, Default)]
pub struct ChannelPatch {
    pub name: Option<String>,
    /// The own number stays what it is.
    pub country: Option<String>,
    pub details: ChannelDetails,
    pub secrets: Option<SealedSecrets>,
    /// Whether an access token is among the secrets that were sent.
    pub sends_token: bool,
    pub default_stage: Option<DefaultStage>,
    pub reopen_within_hours: Option<i64>,
    pub if_version: Option<i64>,
}

impl ChannelPatch {
    /// Everything that can be said without the database.
    pub fn check(&self, setup: &Setup, current: &Channel, problems: &mut Problems) {
        self.read(setup, current, problems);
    }

    fn read(&self, setup: &Setup, current: &Channel, problems: &mut Problems) -> Channel {
        let mut channel = current.clone();
        if let Some(name) = &self.name {
            channel.name = checks::name(name, "/name", problems);
        }
        if let Some(code) = &self.country {
            channel.country = checks::country(code, "/country", problems);
        }
        details::apply(&self.details, &mut channel, problems);
        // A token is for the address that it was given for: nobody who may set one, but does not know the other, has it
        // sent to a place of theirs.
        let address = |of: &Channel| of.settings.get("graph_base_url").cloned();
        if current.has_secrets && !self.sends_token && address(current) != address(&channel) {
            let message = "Another graph_base_url is not sent the token that is kept: send the access_token along.";
            problems.add(FieldError::new("/access_token", "required", message));
        }
        if let Some(default) = self.default_stage {
            check_default_stage(setup, default, problems);
            channel.default_stage = default;
        }
        if let Some(hours) = self.reopen_within_hours {
            check_reopen_hours(hours, problems);
            channel.reopen_within_hours = hours;
        }
        channel
    }
}

/// 409 `channel_exists` where another channel has the number.
pub fn update(w: &mut Work<'_, '_>, id: ChannelId, patch: &ChannelPatch) -> Result<Channel> {
    let setup = w.setup.clone();
    let current = get(&setup, id)?;
    check_version(patch.if_version, current.version)?;
    let mut problems = Problems::default();
    let wanted = patch.read(&setup, current, &mut problems);
    problems.check()?;
    let mut changes = differences(current, &wanted);
    let secrets = patch.secrets.as_ref().filter(|_| current.channel_type == ChannelType::Whatsapp);
    if let Some(secrets) = secrets {
        check_version(secrets.based_on, current.version)?;
        changes.note("secrets", json!(true), json!(current.has_secrets));
    }
    if changes.is_empty() {
        return Ok(wanted);
    }
    // What its provider said of it was about other secrets or another number.
    let anew = current.channel_type == ChannelType::Whatsapp
        && (secrets.is_some()
            || (&current.phone_number_id, &current.settings) != (&wanted.phone_number_id, &wanted.settings));
    check_unique(&setup, &wanted)?;
    w.bump_revision()?;
    let (rule, default_stage_id) = wanted.default_stage.columns();
    let written = w.tx.execute(
        "UPDATE channels SET name = $3, country = $4, phone = $5, phone_number_id = $6, settings = $7,
            default_stage_rule = $8, default_stage_id = $9, reopen_within_hours = $10, secrets = coalesce($11, secrets),
            version = version + 1, updated_at = $12, status = CASE WHEN $13 THEN 'unchecked' ELSE status END,
            problem = CASE WHEN $13 THEN NULL ELSE problem END
         WHERE organization_id = $1 AND id = $2",
        params![
            w.caller.organization,
            id,
            wanted.name,
            wanted.country,
            wanted.phone,
            wanted.phone_number_id,
            json!(wanted.settings).to_string(),
            rule,
            default_stage_id,
            wanted.reopen_within_hours,
            secrets.map(|secrets| &secrets.sealed[..]),
            w.now,
            anew
        ],
    )?;
    if written != 1 {
        return Err(Error::Internal("a channel vanished within its own transaction".into()));
    }
    changes.record(w, "channel", id)?;
    w.tx.announce();
    w.reload_setup()?;
    get(&w.setup, id).cloned()
}

fn differences(current: &Channel, wanted: &Channel) -> Changes {
    let mut changes = Changes::default();
    let mut before = current.clone();
    changes.set("name", &mut before.name, wanted.name.clone());
    changes.set("country", &mut before.country, wanted.country.clone());
    changes.set("phone_number", &mut before.phone, wanted.phone.clone());
    changes.set("phone_number_id", &mut before.phone_number_id, wanted.phone_number_id.clone());
    changes.set("settings", &mut before.settings, wanted.settings.clone());
    changes.set("reopen_within_hours", &mut before.reopen_within_hours, wanted.reopen_within_hours);
    if current.default_stage != wanted.default_stage {
        let [now, then] = [wanted, current].map(|channel| {
            let (rule, stage) = channel.default_stage.columns();
            json!({"rule": rule, "stage_id": stage})
        });
        changes.note("default_stage", now, then);
    }
    changes
}
