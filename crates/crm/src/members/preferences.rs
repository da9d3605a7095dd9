//! What a member wants for themselves: no affair of the set-up, and no event.

use serde::{Deserialize, Serialize};
use serde_json::json;
use store::params;

use crate::error::{Error, Result};
use crate::id::{ChannelId, MemberId};
use crate::wire_enum;
use crate::work::Work;

wire_enum! { pub enum Locale { Es = "es", Pt = "pt", En = "en" } }
wire_enum! { pub enum Theme { Light = "light", Dark = "dark" } }

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Notifications {
    pub desktop: bool,
    pub sound: bool,
    pub muted_channels: Vec<ChannelId>,
}

impl Default for Notifications {
    fn default() -> Self {
        Notifications { desktop: true, sound: true, muted_channels: Vec::new() }
    }
}

#[derive(Debug, Clone, Default)]
pub struct Preferences {
    /// None, here and below: as the browser has it.
    pub locale: Option<Locale>,
    pub theme: Option<Theme>,
    pub notifications: Notifications,
}

/// None leaves as it is; of some, null takes back.
#[derive(Debug, Clone, Default)]
pub struct PreferencesPatch {
    pub locale: Option<Option<Locale>>,
    pub theme: Option<Option<Theme>>,
    pub desktop: Option<bool>,
    pub sound: Option<bool>,
    pub muted_channels: Option<Vec<ChannelId>>,
}

impl Preferences {
    pub fn load(w: &mut Work<'_, '_>, member: MemberId) -> Result<Preferences> {
        let row = w.tx.query_opt(
            "SELECT locale, theme, notifications FROM member_preferences WHERE organization_id = $1 AND member_id = $2",
            params![w.caller.organization, member],
        )?;
        let Some(row) = row else { return Ok(Preferences::default()) };
        Ok(Preferences {
            locale: row.at(0)?,
            theme: row.at(1)?,
            notifications: serde_json::from_str(&row.at::<String>(2)?)
                .map_err(|error| Error::Internal(format!("a member's notifications: {error}")))?,
        })
    }
}

/// 400 where a muted channel is none.
pub fn prefer(w: &mut Work<'_, '_>, member: MemberId, patch: &PreferencesPatch) -> Result<Preferences> {
    let mut wanted = Preferences::load(w, member)?;
    wanted.locale = patch.locale.unwrap_or(wanted.locale);
    wanted.theme = patch.theme.unwrap_or(wanted.theme);
    let told = &mut wanted.notifications;
    told.desktop = patch.desktop.unwrap_or(told.desktop);
    told.sound = patch.sound.unwrap_or(told.sound);
    if let Some(muted) = &patch.muted_channels {
        for (at, id) in muted.iter().enumerate() {
            if w.setup.channel(*id).is_none() {
                let pointer = format!("/notifications/muted_channels/{at}");
                return Err(Error::Invalid(vec![crate::FieldError::unknown_reference(pointer, "channel", id)]));
            }
        }
        told.muted_channels.clone_from(muted);
        told.muted_channels.sort();
        told.muted_channels.dedup();
    }
    w.tx.execute(
        "INSERT INTO member_preferences (organization_id, member_id, locale, theme, notifications, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (organization_id, member_id) DO UPDATE
           SET locale = excluded.locale, theme = excluded.theme, notifications = excluded.notifications,
               updated_at = excluded.updated_at",
        params![
            w.caller.organization,
            member,
            wanted.locale,
            wanted.theme,
            json!(wanted.notifications).to_string(),
            w.now
        ],
    )?;
    Ok(wanted)
}
