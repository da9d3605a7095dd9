//! The organization itself.

use crm::Setup;
use crm::organizations::{LANGUAGES, Organization, OrganizationPatch, update as change};

use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input};
use crate::kinds::{OneOf, SHORT, Text};
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
            country: f.optional("country", Text { max: 2 }, "ISO 3166-1 alpha-2; brings nothing else along."),
            time_zone: f.optional("time_zone", Text { max: 64 }, "IANA name, such as America/Santiago."),
            currency: f.optional(
                "currency",
                Text { max: 3 },
                "ISO 4217, or UF. Amounts that are kept stay what they are.",
            ),
            language: f.optional("language", language, ""),
            if_version: None,
        }))
    }
}

pub async fn update(call: Call) -> Result<Answer, Problem> {
    let UpdateInput(mut patch) = call.read_body()?;
    patch.if_version = call.if_version()?;
    call.write(move |w| change(w, &patch), |organization, _: &Setup| answer(organization)).await
}
