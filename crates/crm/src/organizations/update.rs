//! Changing what an organization is called, where it is at home, and how it works.

use store::params;

use super::{NAME_LIMIT, Organization, Threshold, check_language, check_time_zone};
use crate::changes::{Changes, check_version};
use crate::checks;
use crate::error::{Problems, Result};
use crate::work::Work;

/// None leaves as it is. Another country brings no other currency, time zone or language along.
#[derive(Debug, Clone, Default)]
pub struct OrganizationPatch {
    pub name: Option<String>,
    pub country: Option<String>,
    pub time_zone: Option<String>,
    pub currency: Option<String>,
    pub language: Option<String>,
    pub structuring_threshold: Option<Threshold>,
    pub if_version: Option<i64>,
}

/// Amounts that are kept have their own currency: they stay what they are.
pub fn update(w: &mut Work<'_, '_>, patch: &OrganizationPatch) -> Result<Organization> {
    let mut organization = w.setup.organization.clone();
    check_version(patch.if_version, organization.version)?;
    let mut problems = Problems::default();
    let name = patch.name.as_deref().map(|name| checks::line(name, "/name", NAME_LIMIT, &mut problems));
    let country = patch.country.as_deref().map(|code| checks::country(code, "/country", &mut problems));
    let time_zone = patch.time_zone.as_deref().map(|name| check_time_zone(name, "/time_zone", &mut problems));
    let currency = patch.currency.as_deref().map(|code| checks::currency(code, "/currency", &mut problems));
    let language = patch.language.as_deref().map(|code| check_language(code, "/language", &mut problems));
    problems.check()?;
    let mut changes = Changes::default();
    for (member, slot, value) in [
        ("name", &mut organization.name, name),
        ("country", &mut organization.country, country),
        ("time_zone", &mut organization.time_zone, time_zone),
        ("currency", &mut organization.currency, currency),
        ("language", &mut organization.language, language),
    ] {
        if let Some(value) = value {
            changes.set(member, slot, value);
        }
    }
    if let Some(threshold) = patch.structuring_threshold {
        changes.set("structuring_threshold", &mut organization.structuring_threshold, threshold);
    }
    if changes.is_empty() {
        return Ok(organization);
    }
    w.bump_revision()?;
    organization.version += 1;
    w.tx.execute(
        "UPDATE organizations SET name = $2, country = $3, time_zone = $4, currency = $5, language = $6, version = $7,
           structuring_threshold = $8
         WHERE id = $1",
        params![
            organization.id,
            organization.name,
            organization.country,
            organization.time_zone,
            organization.currency,
            organization.language,
            organization.version,
            organization.structuring_threshold.hundredths()
        ],
    )?;
    changes.record(w, "organization", organization.id)?;
    w.reload_setup()?;
    Ok(organization)
}
