//! The organization itself.

use crm::Setup;
use crm::organizations::{LANGUAGES, Organization, OrganizationPatch, update as change};

use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input};
use crate::kinds::{COUNTRY, CURRENCY, Confidence, OneOf, SHORT, TIME_ZONE};
use crate::problem::Problem;

fn answer(organization: &Organization) -> Result<Answer, Problem> {
    Ok(Answer::json(200, organization)?.etag(organization.version))
}

pub async fn show(call: Call) -> Result<Answer, Problem> {
    let setup = call.read(|w| Ok(w.setup.clone())).await?;
    answer(&setup.organization)
}

#[derive(Debug)]
pub struct UpdateInput(OrganizationPatch);

impl Input for UpdateInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let language = OneOf {
            words: LANGUAGES,
            read: |text| LANGUAGES.iter().find(|known| **known == text).map(|known| (*known).to_owned()),
        };
        Some(UpdateInput(OrganizationPatch {
            name: f.optional("name", SHORT, ""),
            country: f.optional("country", COUNTRY, "ISO 3166-1 alpha-2; brings nothing else along."),
            time_zone: f.optional("time_zone", TIME_ZONE, "IANA name, such as America/Santiago."),
            currency: f.optional(
                "currency",
                CURRENCY,
                "ISO 4217, or UF. Amounts that are kept stay what they are.",
            ),
            language: f.optional("language", language, ""),
            structuring_threshold: f.optional(
                "structuring_threshold",
                Confidence,
                "Confidence at and above which structuring writes what it found by itself (0.85). Below, down to 0.5, it writes \
                 only where nothing is, and asks.",
            ),
            if_version: None,
        }))
    }
}

pub async fn update(call: Call) -> Result<Answer, Problem> {
    let UpdateInput(mut patch) = call.read_body()?;
    patch.if_version = call.if_version()?;
    call.write(move |w| change(w, &patch), |organization, _: &Setup| answer(organization)).await
}
