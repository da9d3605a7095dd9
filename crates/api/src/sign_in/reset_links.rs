//! Letting a member set a password anew, and following the link.

use crm::Setup;
use crm::id::MemberId;
use crm::reset_links::{self, Found, NewPassword, NewResetLink, ResetLink};
use schemars::JsonSchema;
use serde::Serialize;
use store::Priority;

use super::attempts::Account;
use super::password::{self, PASSWORD};
use super::session::second_of;
use super::token;
use super::view::{Proof, sign_in_after};
use crate::address::counted;
use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input};
use crate::kinds::{Flag, Text};
use crate::problem::Problem;

const TOKEN: Text = Text { max: 64 };

#[derive(Debug)]
pub struct CreateInput {
    removes_totp: bool,
}

impl Input for CreateInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let about = "Whether the second factor goes with the old password, for who lost it; by itself it stays.";
        Some(CreateInput { removes_totp: f.optional("removes_totp", Flag, about).unwrap_or_default() })
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct MadeView {
    #[serde(flatten)]
    pub reset_link: ResetLink,
    /// For the member, and nobody else. Shown this once.
    pub link: String,
}

pub async fn create(call: Call) -> Result<Answer, Problem> {
    let member: MemberId = call.id("id", "member")?;
    let input: CreateInput = call.read_body()?;
    let token = token::new()?;
    // What comes after # stays in the browser: no log of a proxy has it.
    let link = format!("{}/reset#token={token}", call.app.origin());
    let new = NewResetLink { member, removes_totp: input.removes_totp, token_hash: token::hash(&token) };
    call.write(
        move |w| reset_links::make(w, &new),
        move |made, _: &Setup| {
            Ok(Answer::json(201, &MadeView { reset_link: made.clone(), link: link.clone() })?.secret())
        },
    )
    .await
}

pub async fn withdraw(call: Call) -> Result<Answer, Problem> {
    let id: MemberId = call.id("id", "member")?;
    call.write(move |w| reset_links::withdraw(w, id), |(), _: &Setup| Ok(Answer::empty())).await
}

#[derive(Debug)]
pub struct LookInput {
    token: String,
}

impl Input for LookInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        Some(LookInput { token: f.required("token", TOKEN, "From the link.")? })
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct LookView {
    /// Its name.
    pub organization: String,
    /// The member's.
    pub name: String,
    pub email: String,
    /// Whether the second factor goes with the old password.
    pub removes_totp: bool,
    /// Whether a code of the second factor is wanted.
    pub needs_code: bool,
}

/// Links that are none count as failures of the address.
async fn look_at(call: &Call, token: &str) -> Result<Found, Problem> {
    let (hash, now) = (token::hash(token.trim()), call.app.crm.now());
    let attempts = &call.app.sign_in.attempts;
    let attempt = attempts.begin(Vec::new(), counted(call.client.address), now)?;
    let found = call.app.crm.db().read(Priority::Interactive, move |tx| reset_links::look(tx, &hash, now)).await;
    if !matches!(found, Err(crm::Error::NotFound { .. })) {
        attempts.undo(&attempt, now);
    }
    Ok(found?)
}

pub async fn look(call: Call) -> Result<Answer, Problem> {
    let input: LookInput = call.read_body()?;
    let found = look_at(&call, &input.token).await?;
    let view = LookView {
        organization: found.organization_name,
        name: found.member.name,
        email: found.member.email,
        removes_totp: found.removes_totp,
        needs_code: found.totp.is_some(),
    };
    Answer::json(200, &view)
}

#[derive(Debug)]
pub struct AcceptInput {
    token: String,
    password: String,
    code: Option<String>,
}

impl Input for AcceptInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let token = f.required("token", TOKEN, "From the link.");
        let password = f.required("password", PASSWORD, "At least 10 characters.");
        if let Some(problem) = password.as_deref().and_then(|password| password::problem(password, "/password")) {
            f.problems.push(problem);
        }
        let code = f.optional("code", Text { max: 32 }, "Six digits of the second factor, or a recovery code.");
        Some(AcceptInput { token: token?, password: password?, code })
    }
}

pub async fn accept(call: Call) -> Result<Answer, Problem> {
    call.client.check_not_in_clear()?;
    let input: AcceptInput = call.read_body()?;
    // Before a password is hashed for nothing.
    let found = look_at(&call, &input.token).await?;
    let (attempts, now) = (&call.app.sign_in.attempts, call.app.crm.now());
    // Where a code is wanted it can be guessed; a link cannot.
    let guessed = found.totp.as_ref().map(|_| Account::Member(found.member.id));
    let attempt = attempts.begin(guessed.into_iter().collect(), counted(call.client.address), now)?;
    let member = found.member.id;
    let answer = attempts.settle(&attempt, now, accept_it(&call, input, found).await)?;
    attempts.forgive(member);
    Ok(answer)
}

async fn accept_it(call: &Call, input: AcceptInput, found: Found) -> Result<Answer, Problem> {
    let (organization, member) = (found.organization, found.member.id);
    let second = second_of(call, organization, member, found.totp.as_ref(), input.code.as_deref())?;
    let password_hash = call.app.sign_in.hasher.hash(input.password).await?;
    let new = NewPassword { token_hash: token::hash(input.token.trim()), member, password_hash: password_hash.clone() };
    let proof = Proof { organization, member, password_hash, second };
    sign_in_after(call, proof, move |w| reset_links::follow(w, &new)).await.map_err(|problem| match problem.code {
        // A second factor was set up since the look.
        "unauthorized" => super::session::code_required(),
        "wrong_code" => super::second_factor::wrong_code(),
        _ => problem,
    })
}
