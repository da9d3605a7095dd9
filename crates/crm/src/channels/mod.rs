//! Ways in and out.

mod create;
mod details;
mod origin;
mod playground;
mod remove;
mod secrets;
mod state;
mod update;

pub use create::{NewChannel, create};
pub use details::ChannelDetails;
pub use origin::is_allowed;
pub use playground::{MOST_PLAYGROUNDS, Played, all_playgrounds, play, set_window};
pub use remove::remove;
pub use secrets::{ChannelSecrets, SealedSecrets, renew_visitor_secret, seal_place, sealed_secrets};
pub(crate) use state::STOPPED;
pub use state::{ChannelProblem, ChannelState, NOT_CONNECTED, set_state};
pub use update::{ChannelPatch, update};

use serde::Serialize;
use store::{Tx, params};

use crate::error::{Error, FieldError, Problems, Result};
use crate::id::{ChannelId, OrganizationId, StageId};
use crate::pipelines::Outcome;
use crate::setup::Setup;
use crate::time::Timestamp;
use crate::wire_enum;

/// Longest time in which a closed ticket is opened again instead of a new one: a year.
pub const MOST_REOPEN_HOURS: i64 = 8760;

wire_enum! {
    pub enum ChannelType {
        /// WhatsApp Cloud API
        Whatsapp = "whatsapp",
        /// WhatsApp Web, paired by QR
        WebWhatsapp = "web-whatsapp",
        Webchat = "webchat",
        /// The built-in simulator
        Playground = "playground",
    }
}

impl ChannelType {
    /// Whether its people are known by their phone number.
    pub fn by_phone(self) -> bool {
        self != ChannelType::Webchat
    }
}

/// Where a new conversation is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefaultStage {
    /// First stage of the first pipeline, whatever that is then.
    First,
    /// Inbound opens no ticket.
    None,
    Stage(StageId),
}

impl DefaultStage {
    pub(crate) fn columns(self) -> (&'static str, Option<StageId>) {
        match self {
            DefaultStage::First => ("first", None),
            DefaultStage::None => ("none", None),
            DefaultStage::Stage(id) => ("stage", Some(id)),
        }
    }
}

#[derive(Debug, Clone)]
pub struct Channel {
    pub id: ChannelId,
    pub channel_type: ChannelType,
    pub name: String,
    /// ISO 3166-1 alpha-2; national phone numbers are read as of here.
    pub country: String,
    /// E.164 after folding
    pub phone: Option<String>,
    /// Cloud API only: digits
    pub phone_number_id: Option<String>,
    pub settings: serde_json::Map<String, serde_json::Value>,
    pub has_secrets: bool,
    pub default_stage: DefaultStage,
    pub reopen_within_hours: i64,
    pub status: String,
    /// What stops it, or is to be known of it.
    pub problem: Option<ChannelProblem>,
    /// When its provider was last asked how it does.
    pub checked_at: Option<Timestamp>,
    pub archived: bool,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What a channel's answer looks like; secrets are never in it.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct ChannelView {
    pub id: ChannelId,
    #[serde(rename = "type")]
    pub channel_type: ChannelType,
    pub name: String,
    pub country: String,
    pub phone_number: Option<String>,
    pub phone_number_id: Option<String>,
    /// What else belongs to the type: `waba_id`, `graph_base_url`, `graph_version`, `messages_per_second`,
    /// `allowed_origins`, `widget`.
    pub settings: serde_json::Map<String, serde_json::Value>,
    /// Where a new conversation is put, as things stand: also where nothing was chosen. Null: nowhere.
    pub default_stage_id: Option<StageId>,
    pub reopen_within_hours: i64,
    /// Whether access token, app secret and verify token are kept; they are never answered.
    pub has_secrets: bool,
    /// Cloud API: `unchecked`, `connected`, `attention`; `needs_token`, `restricted`, `not_registered`: nothing goes out, and what
    /// is queued waits. Others: `unpaired`, `ready`.
    pub status: String,
    pub problem: Option<ChannelProblem>,
    pub checked_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Channel {
    /// All of them, also removed ones: contacts stay theirs.
    pub fn load_all(tx: &mut Tx<'_>, organization: OrganizationId) -> Result<Vec<Channel>> {
        tx.query(
            "SELECT id, type, name, country, phone, phone_number_id, settings, secrets IS NOT NULL AS has_secrets,
                    default_stage_rule, default_stage_id, reopen_within_hours, status, problem, checked_at, archived, version,
                    created_at, updated_at
             FROM channels WHERE organization_id = $1 ORDER BY created_at, id",
            params![organization],
        )?
        .iter()
        .map(Channel::from_row)
        .collect()
    }

    fn from_row(row: &store::Row) -> Result<Channel> {
        let default_stage = match (row.get::<String>("default_stage_rule")?.as_str(), row.get("default_stage_id")?) {
            ("stage", Some(id)) => DefaultStage::Stage(id),
            ("none", _) => DefaultStage::None,
            _ => DefaultStage::First,
        };
        let settings: String = row.get("settings")?;
        Ok(Channel {
            id: row.get("id")?,
            channel_type: row.get("type")?,
            name: row.get("name")?,
            country: row.get("country")?,
            phone: row.get("phone")?,
            phone_number_id: row.get("phone_number_id")?,
            settings: serde_json::from_str(&settings).map_err(|e| Error::Internal(format!("channel settings: {e}")))?,
            has_secrets: row.get("has_secrets")?,
            default_stage,
            reopen_within_hours: row.get("reopen_within_hours")?,
            status: row.get("status")?,
            problem: row.get::<Option<String>>("problem")?.and_then(|text| serde_json::from_str(&text).ok()),
            checked_at: row.get("checked_at")?,
            archived: row.get("archived")?,
            version: row.get("version")?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
        })
    }
}

/// By id, or 404. A removed one is not there.
pub fn get(setup: &Setup, id: ChannelId) -> Result<&Channel> {
    setup.channel(id).filter(|channel| !channel.archived).ok_or_else(|| Error::not_found("channel"))
}

/// Of a contact that is there: 409 `channel_removed` where its channel was put out of sight.
pub fn of_contact(setup: &Setup, id: ChannelId) -> Result<&Channel> {
    setup.channel(id).filter(|channel| !channel.archived).ok_or_else(|| {
        let message = "The channel of this contact was removed. Write to the person on another channel.";
        Error::conflict("channel_removed", message)
    })
}

/// As it is answered.
pub fn view(setup: &Setup, channel: &Channel) -> ChannelView {
    ChannelView {
        id: channel.id,
        channel_type: channel.channel_type,
        name: channel.name.clone(),
        country: channel.country.clone(),
        phone_number: channel.phone.clone(),
        phone_number_id: channel.phone_number_id.clone(),
        settings: channel.settings.clone(),
        default_stage_id: setup.default_stage(channel),
        reopen_within_hours: channel.reopen_within_hours,
        has_secrets: channel.has_secrets,
        status: channel.status.clone(),
        problem: channel.problem.clone(),
        checked_at: channel.checked_at,
        created_at: channel.created_at,
        updated_at: channel.updated_at,
    }
}

fn check_default_stage(setup: &Setup, default: DefaultStage, problems: &mut Problems) {
    const POINTER: &str = "/default_stage_id";
    let DefaultStage::Stage(id) = default else { return };
    match setup.stage(id) {
        None => problems.add(FieldError::unknown_reference(POINTER, "stage", id)),
        Some(stage) if stage.outcome != Outcome::Open => {
            let message = "Name an open stage; null if what comes in is to open no ticket.";
            problems.add(FieldError::new(POINTER, "invalid_value", message));
        }
        Some(_) => {}
    }
}

fn check_reopen_hours(hours: i64, problems: &mut Problems) {
    if !(0..=MOST_REOPEN_HOURS).contains(&hours) {
        let message = format!("This must be a whole number of hours from 0 to {MOST_REOPEN_HOURS}.");
        problems.add(FieldError::new("/reopen_within_hours", "out_of_range", message));
    }
}

/// 409 `channel_exists` where another channel has the number, or the phone number id.
fn check_unique(setup: &Setup, channel: &Channel) -> Result<()> {
    let others = setup.channels.iter().filter(|other| other.id != channel.id && !other.archived);
    for other in others {
        let number =
            if other.channel_type == channel.channel_type && other.phone.is_some() && other.phone == channel.phone {
                "this number"
            } else if other.phone_number_id.is_some() && other.phone_number_id == channel.phone_number_id {
                "this phone number id"
            } else {
                continue;
            };
        let message = format!("The channel “{}” ({}) has {number} already.", other.name, other.id);
        return Err(Error::conflict("channel_exists", message));
    }
    Ok(())
}
