//! Inviting people, and following the link.

use crm::id::InvitationId;
use crm::invitations::{self, Invitation, NewAccount, NewInvitation};
use crm::members::Role;
use crm::{Caller, Setup};
use schemars::JsonSchema;
use serde::Serialize;
use store::Priority;

use super::password::{self, PASSWORD};
use super::token;
use super::view::{Proof, sign_in};
use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input};
use crate::kinds::{Email, Text};
use crate::one_of;
use crate::problem::Problem;
use crate::v1::paging::PageQuery;

const NAME: Text = Text { max: 100 };
const TOKEN: Text = Text { max: 64 };

pub async fn list(call: Call) -> Result<Answer, Problem> {
    let PageQuery(page) = call.read_query()?;
    Answer::json(200, &call.read(move |w| invitations::list(w, &page)).await?)
}

#[derive(Debug)]
pub struct CreateInput {
    email: String,
    role: Role,
    name: Option<String>,
}

impl Input for CreateInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let email = f.required("email", Email, "Whose it is; what the member will sign in with.");
        let role = f.required("role", one_of!(Role), "");
        let name = f.optional("name", NAME, "A suggestion.");
        Some(CreateInput { email: email?, role: role?, name })
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct InvitedView {
    #[serde(flatten)]
    pub invitation: Invitation,
    /// For the invited person, and nobody else. Shown this once.
    pub link: String,
}

pub async fn create(call: Call) -> Result<Answer, Problem> {
    let input: CreateInput = call.read_body()?;
    let token = token::new()?;
    // What comes after # stays in the browser: no log of a proxy has it.
    let link = format!("{}/invite#token={token}", call.app.origin());
    let new = NewInvitation { email: input.email, role: input.role, name: input.name, token_hash: token::hash(&token) };
    call.write(
        move |w| invitations::create(w, &new),
        move |invitation, _: &Setup| {
            let invited = InvitedView { invitation: invitation.clone(), link: link.clone() };
            Ok(Answer::json(201, &invited)?.secret())
        },
    )
    .await
}

pub async fn withdraw(call: Call) -> Result<Answer, Problem> {
    let id: InvitationId = call.id("id", "invitation")?;
    call.write(move |w| invitations::withdraw(w, id), |(), _: &Setup| Ok(Answer::empty())).await
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
    pub email: String,
    pub role: Role,
    pub name: Option<String>,
}

async fn look_at(call: &Call, token: &str) -> Result<invitations::Accepted, Problem> {
    let (hash, now) = (token::hash(token.trim()), call.app.crm.now());
    Ok(call.app.crm.db().read(Priority::Interactive, move |tx| invitations::look(tx, &hash, now)).await?)
}

pub async fn look(call: Call) -> Result<Answer, Problem> {
    let input: LookInput = call.read_body()?;
    let found = look_at(&call, &input.token).await?;
    let Invitation { email, role, name, .. } = found.invitation;
    Answer::json(200, &LookView { organization: found.organization_name, email, role, name })
}

#[derive(Debug)]
pub struct AcceptInput {
    token: String,
    name: String,
    password: String,
}

impl Input for AcceptInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let token = f.required("token", TOKEN, "From the link.");
        let name = f.required("name", NAME, "The member's.");
        let password = f.required("password", PASSWORD, "At least 10 characters.");
        if let Some(problem) = password.as_deref().and_then(|password| password::problem(password, "/password")) {
            f.problems.push(problem);
        }
        Some(AcceptInput { token: token?, name: name?, password: password? })
    }
}

pub async fn accept(call: Call) -> Result<Answer, Problem> {
    call.client.check_not_in_clear()?;
    let input: AcceptInput = call.read_body()?;
    // Before a password is hashed for nothing.
    let found = look_at(&call, &input.token).await?;
    let password_hash = call.app.sign_in.hasher.hash(input.password).await?;
    let new = NewAccount {
        token_hash: token::hash(input.token.trim()),
        name: input.name,
        password_hash: password_hash.clone(),
    };
    let caller = Caller { request_id: call.caller.request_id.clone(), ..Caller::system(found.organization) };
    let member = call.app.crm.write(&caller, move |w| invitations::accept(w, &new)).await?;
    sign_in(&call, Proof { organization: found.organization, member: member.id, password_hash, second: None }).await
}
