//! The first organization of a new server.

use crm::organizations::Founding;
use crm::{Error, FieldError};
use schemars::JsonSchema;
use serde::Serialize;

use super::password::{self, PASSWORD};
use super::token;
use super::view::{Proof, sign_in};
use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input};
use crate::kinds::{COUNTRY, Email, SHORT, Text};
use crate::problem::Problem;

#[derive(Debug, Serialize, JsonSchema)]
pub struct SetupView {
    /// There is no organization yet.
    pub needed: bool,
    /// Everything in it is invented.
    pub demo: bool,
    /// It plays WhatsApp for channels of type `playground`.
    pub playground: bool,
    pub version: &'static str,
}

pub async fn show(call: Call) -> Result<Answer, Problem> {
    let needed = call.app.crm.is_set_up_wanted().await?;
    let options = &call.app.options;
    let playground = options.playgrounds.is_some();
    Answer::json(200, &SetupView { needed, demo: options.demo, playground, version: env!("CARGO_PKG_VERSION") })
}

#[derive(Debug)]
pub struct SetupInput {
    token: String,
    organization: String,
    country: String,
    name: String,
    email: String,
    password: String,
}

impl Input for SetupInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let token = f.required("token", Text { max: 64 }, "Printed by the server when it started.");
        let organization = f.required("organization", SHORT, "Its name.");
        let country = f.required("country", COUNTRY, "ISO 3166-1 alpha-2: how phones, dates and amounts are read.");
        let name = f.required("name", Text { max: 100 }, "The owner's.");
        let email = f.required("email", Email, "What the owner signs in with.");
        let password = f.required("password", PASSWORD, "At least 10 characters.");
        if let Some(problem) = password.as_deref().and_then(|password| password::problem(password, "/password")) {
            f.problems.push(problem);
        }
        Some(SetupInput {
            token: token?,
            organization: organization?,
            country: country?,
            name: name?,
            email: email?,
            password: password?,
        })
    }
}

fn wrong_token() -> Problem {
    let detail =
        "This is not the token that the server printed, or it is older than a week: a new start prints another.";
    Problem::new(401, "wrong_token", detail)
}

pub async fn create(call: Call) -> Result<Answer, Problem> {
    call.client.check_not_in_clear()?;
    let input: SetupInput = call.read_body()?;
    let token = token::hash(input.token.trim());
    call.app.crm.would_set_up(token).await.map_err(told)?;
    let hash = call.app.sign_in.hasher.hash(input.password).await?;
    let founding = Founding {
        name: input.organization,
        country: input.country,
        time_zone: None,
        currency: None,
        language: None,
        owner_name: Some(input.name),
        owner_email: input.email,
        owner_password_hash: Some(hash.clone()),
    };
    let founded = call.app.crm.set_up(token, founding).await.map_err(told)?;
    let proof =
        Proof { organization: founded.organization_id, member: founded.owner_id, password_hash: hash, second: None };
    sign_in(&call, proof).await
}

/// In this request's own words.
fn told(error: Error) -> Problem {
    let errors = match error {
        Error::Unauthorized => return wrong_token(),
        Error::Invalid(errors) => errors,
        other => return other.into(),
    };
    let named = |pointer: &str| match pointer {
        "/name" => "/organization".to_owned(),
        other => other.replace("/owner_", "/"),
    };
    Problem::invalid(errors.into_iter().map(|e| FieldError { pointer: named(&e.pointer), ..e }).collect())
}
