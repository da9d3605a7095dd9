//! Opening a way in and out.

use serde_json::{Map, json};
use store::params;

use super::details::{self, ChannelDetails};
use super::{
    Channel, ChannelType, DefaultStage, check_default_stage, check_reopen_hours, check_unique, get, playground,
};
use crate::error::{FieldError, Problems, Result};
use crate::id::ChannelId;
use crate::setup::Setup;
use crate::time::Timestamp;
use crate::work::Work;
use crate::{changes, checks};

#[derive(Debug, Clone)]
pub struct NewChannel {
    /// Made by the caller, who sealed the secrets for this very row.
    pub id: ChannelId,
    pub channel_type: ChannelType,
    pub name: String,
    /// None: the organization's.
    pub country: Option<String>,
    /// What belongs to the type.
    pub details: ChannelDetails,
    /// Sealed `ChannelSecrets` of a Cloud API channel.
    pub secrets: Option<Vec<u8>>,
    pub default_stage: DefaultStage,
    pub reopen_within_hours: i64,
}

impl NewChannel {
    /// Everything that can be said without the database, but for the secrets: they are sealed.
    pub fn check(&self, setup: &Setup, problems: &mut Problems) {
        self.read(setup, Timestamp::default(), problems);
    }

    fn read(&self, setup: &Setup, now: Timestamp, problems: &mut Problems) -> Channel {
        let country = match &self.country {
            Some(code) => checks::country(code, "/country", problems),
            None => setup.organization.country.clone(),
        };
        let mut channel = Channel {
            id: self.id,
            channel_type: self.channel_type,
            name: checks::name(&self.name, "/name", problems),
            country,
            phone: None,
            phone_number_id: None,
            settings: Map::new(),
            has_secrets: self.secrets.is_some(),
            default_stage: self.default_stage,
            reopen_within_hours: self.reopen_within_hours,
            status: first_status(self.channel_type).to_owned(),
            problem: None,
            checked_at: None,
            archived: false,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        details::apply(&self.details, &mut channel, problems);
        check_default_stage(setup, self.default_stage, problems);
        check_reopen_hours(self.reopen_within_hours, problems);
        channel
    }
}

/// What is known of a channel before anything was tried.
fn first_status(channel_type: ChannelType) -> &'static str {
    match channel_type {
        ChannelType::Whatsapp => "unchecked",
        ChannelType::WebWhatsapp => "unpaired",
        ChannelType::Webchat | ChannelType::Playground => "ready",
    }
}

/// 409 `channel_exists` where the number, or the phone number id, has a channel of this type already; `limit_reached` where there
/// are too many playgrounds.
pub fn create(w: &mut Work<'_, '_>, new: &NewChannel) -> Result<Channel> {
    let mut problems = Problems::default();
    let channel = new.read(&w.setup, w.now, &mut problems);
    let wants_secrets = new.channel_type == ChannelType::Whatsapp;
    if wants_secrets && new.secrets.is_none() {
        let message = "A channel of type whatsapp needs access_token, app_secret and verify_token.";
        problems.add(FieldError::new("/access_token", "required", message));
    }
    problems.check()?;
    check_unique(&w.setup, &channel)?;
    if new.channel_type == ChannelType::Playground {
        playground::check_room(&w.setup)?;
    }
    w.bump_revision()?;
    let (rule, default_stage_id) = channel.default_stage.columns();
    w.tx.execute(
        "INSERT INTO channels (organization_id, id, type, name, country, phone, phone_number_id, settings, secrets,
            default_stage_rule, default_stage_id, reopen_within_hours, status, archived, version, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
        params![
            w.caller.organization,
            channel.id,
            channel.channel_type,
            channel.name,
            channel.country,
            channel.phone,
            channel.phone_number_id,
            json!(channel.settings).to_string(),
            new.secrets.as_ref().filter(|_| wants_secrets),
            rule,
            default_stage_id,
            channel.reopen_within_hours,
            channel.status,
            channel.archived,
            channel.version,
            channel.created_at,
            channel.updated_at
        ],
    )?;
    w.reload_setup()?;
    let channel = get(&w.setup, new.id)?.clone();
    let details = json!({"channel": super::view(&w.setup, &channel)});
    changes::record(w, "channel", channel.id, "created", details, None)?;
    Ok(channel)
}
