//! Message templates: what the provider has approved, kept per channel, checked before one is sent.

mod change;
mod definition;
mod fill;
mod find;
mod from_data;
mod list;
mod sync;

pub use change::{Notice, delete, notice, put};
pub use definition::{Button, ButtonKind, Definition, Header, Text};
pub use fill::{Filled, HeaderValue, Values, Variables, fill};
pub use find::{Reference, Usable, definition_of, usable};
pub use from_data::{Blanks, Found};
pub use list::{TemplateFilter, browse, get, page_of};
pub use sync::{Fetched, finish, page};

use serde::Serialize;
use serde_json::Value;
use store::Row;

use crate::error::{Error, Result};
use crate::id::{ChannelId, TemplateId};
use crate::time::Timestamp;

#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Template {
    pub id: TemplateId,
    pub channel_id: ChannelId,
    /// What WhatsApp calls it: digits.
    pub provider_id: String,
    pub name: String,
    pub language: String,
    /// As WhatsApp says it: `APPROVED`, `PENDING`, `REJECTED`, `PAUSED`, `DISABLED`, …
    pub status: String,
    /// `MARKETING`, `UTILITY`, `AUTHENTICATION`
    pub category: String,
    /// `POSITIONAL` or `NAMED`
    pub parameter_format: String,
    /// As WhatsApp has them.
    pub components: Value,
    /// `GREEN`, `YELLOW`, `RED`, `UNKNOWN`
    pub quality: Option<String>,
    /// Why it was rejected, paused or disabled.
    pub reason: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

pub(crate) const COLUMNS: &str = "t.id, t.channel_id, t.provider_id, t.name, t.language, t.status, t.category, t.parameter_format, \
     t.components, t.quality, t.reason, t.created_at, t.updated_at";

impl Template {
    pub(crate) fn from_row(row: &Row) -> Result<Template> {
        let components: String = row.at(8)?;
        let broken = |error| Error::Internal(format!("components of a template: {error}"));
        Ok(Template {
            id: row.at(0)?,
            channel_id: row.at(1)?,
            provider_id: row.at(2)?,
            name: row.at(3)?,
            language: row.at(4)?,
            status: row.at(5)?,
            category: row.at(6)?,
            parameter_format: row.at(7)?,
            components: serde_json::from_str(&components).map_err(broken)?,
            quality: row.at(9)?,
            reason: row.at(10)?,
            created_at: row.at(11)?,
            updated_at: row.at(12)?,
        })
    }

    pub fn definition(&self) -> Definition {
        Definition::read(&self.components, self.parameter_format.eq_ignore_ascii_case("named"))
    }

    pub fn is_approved(&self) -> bool {
        self.status.eq_ignore_ascii_case("approved")
    }
}
