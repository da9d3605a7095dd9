//! The tenant.

mod country;
mod create;
mod first;
mod threshold;
mod update;

pub use country::Country;
pub use create::{Created, Founded, Founding, NewOrganization, create};
pub use first::is_wanted;
pub use threshold::Threshold;
pub use update::{OrganizationPatch, update};

use serde::Serialize;
use store::{Tx, params};

use crate::error::{FieldError, Problems, Result};
use crate::id::OrganizationId;
use crate::time::Timestamp;

/// The languages that the product speaks.
pub const LANGUAGES: &[&str] = &["es", "pt", "en"];

/// Longest name, in characters.
const NAME_LIMIT: usize = 200;

#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Organization {
    pub id: OrganizationId,
    pub name: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// IANA name.
    pub time_zone: String,
    /// ISO 4217, or `UF`.
    pub currency: String,
    /// `es`, `pt` or `en`.
    pub language: String,
    /// Confidence at and above which structuring writes what it found by itself; below, down to 0.5, it writes only where nothing
    /// is, and asks.
    pub structuring_threshold: Threshold,
    /// Counts every change of the set-up.
    #[serde(skip)]
    pub revision: i64,
    /// Counts the changes of what stands here.
    #[serde(skip)]
    pub version: i64,
    pub created_at: Timestamp,
}

impl Organization {
    pub fn load(tx: &mut Tx<'_>, id: OrganizationId) -> Result<Option<Organization>> {
        let row = tx.query_opt(
            "SELECT id, name, country, time_zone, currency, language, structuring_threshold, revision, version, created_at
             FROM organizations WHERE id = $1",
            params![id],
        )?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Organization {
            id: row.get("id")?,
            name: row.get("name")?,
            country: row.get("country")?,
            time_zone: row.get("time_zone")?,
            currency: row.get("currency")?,
            language: row.get("language")?,
            structuring_threshold: Threshold::from_hundredths(row.get("structuring_threshold")?),
            revision: row.get("revision")?,
            version: row.get("version")?,
            created_at: row.get("created_at")?,
        }))
    }
}

pub use crate::checks::{country as check_country, currency as check_currency};

/// All there are, oldest first: for chores and the command line.
pub fn all_ids(tx: &mut Tx<'_>) -> Result<Vec<OrganizationId>> {
    let rows = tx.query("SELECT id FROM organizations ORDER BY created_at, id", params![])?;
    rows.iter().map(|row| Ok(row.at(0)?)).collect()
}

/// The IANA name of a time zone as the time zone database writes it; none where it has none of this name.
pub(crate) fn time_zone_name(name: &str) -> Option<String> {
    jiff::tz::TimeZone::get(name.trim()).ok()?.iana_name().map(str::to_owned)
}

pub fn check_time_zone(name: &str, pointer: &str, problems: &mut Problems) -> String {
    time_zone_name(name).unwrap_or_else(|| {
        let message = "This must be a time zone's IANA name, such as America/Santiago or America/Sao_Paulo.";
        problems.add(FieldError::new(pointer, "unknown_time_zone", message));
        name.to_owned()
    })
}

fn check_language(language: &str, pointer: &str, problems: &mut Problems) -> String {
    let language = language.trim().to_ascii_lowercase();
    if !LANGUAGES.contains(&language.as_str()) {
        problems.add(FieldError::new(pointer, "unknown_language", format!("One of {}.", LANGUAGES.join(", "))));
    }
    language
}
