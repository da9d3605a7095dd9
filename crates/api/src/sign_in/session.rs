//! Signing in and out.

use crm::id::{MemberId, OrganizationId};
use crm::second_factor as factor;
use crm::sessions::{self, Candidate, SecondFactor, Totp};
use structuring::Json;
use structuring::json::Mode;

use super::attempts::{Account, Attempt};
use super::password::PASSWORD;
use super::view::{Own, Proof, sign_in};
use super::{second_factor, totp};
use crate::address::counted;
use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input};
use crate::kinds::{Text, id};
use crate::problem::Problem;

#[derive(Debug)]
pub struct SignInInput {
    email: String,
    password: String,
    code: Option<String>,
    organization: Option<OrganizationId>,
}

impl Input for SignInInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        // Not checked for its form: what cannot be anybody's is nobody's.
        let email = f.required("email", Text { max: 254 }, "Of a member.");
        let password = f.required("password", PASSWORD, "");
        let code = f.optional("code", Text { max: 32 }, "Six digits of the second factor, or a recovery code.");
        let about = "Where the address is of a member in several.";
        let organization = f.optional("organization_id", id::<OrganizationId>(), about);
        Some(SignInInput { email: email?, password: password?, code, organization })
    }
}

fn wrong_credentials() -> Problem {
    Problem::new(401, "wrong_credentials", "E-mail address or password is wrong, or this member may not sign in.")
}

pub async fn create(call: Call) -> Result<Answer, Problem> {
    call.client.check_not_in_clear()?;
    let input: SignInInput = call.read_body()?;
    let (attempts, now) = (&call.app.sign_in.attempts, call.app.crm.now());
    // Whoever has to wait costs nothing but this.
    let mut attempt = attempts.begin_from(counted(call.client.address), now)?;
    let found = call.app.crm.candidates(input.email.clone(), input.organization).await;
    let mut found = found.inspect_err(|_| attempts.undo(&attempt, now))?;
    attempts.begin_at(&mut attempt, Account::of(&input.email, &found), now)?;
    found.retain(|candidate| attempt.tries(candidate.member));
    let result = attempt_it(&call, input, found, &mut attempt).await;
    attempts.settle(&attempt, now, result)
}

async fn attempt_it(
    call: &Call,
    input: SignInInput,
    found: Vec<Candidate>,
    attempt: &mut Attempt,
) -> Result<Answer, Problem> {
    let hashes = found.iter().map(|candidate| candidate.password_hash.clone()).collect();
    let right = call.app.sign_in.hasher.verify(input.password, hashes).await?;
    let mut fitting: Vec<Candidate> =
        found.into_iter().zip(right).filter(|(_, right)| *right).map(|(c, _)| c).collect();
    attempt.is_right_for(fitting.iter().map(|candidate| candidate.member));
    if fitting.len() > 1 {
        return Err(choose(&fitting));
    }
    let candidate = fitting.pop().ok_or_else(wrong_credentials)?;
    let Candidate { organization, member, totp, .. } = &candidate;
    let second = second_of(call, *organization, *member, totp.as_ref(), input.code.as_deref())?;
    let proof = Proof {
        organization: candidate.organization,
        member: candidate.member,
        password_hash: candidate.password_hash.unwrap_or_default(),
        second,
    };
    // What changed between the look and the session: the member left, has another password, the code was used.
    sign_in(call, proof).await.map_err(|problem| match problem.code {
        "unauthorized" => wrong_credentials(),
        "wrong_code" => second_factor::wrong_code(),
        _ => problem,
    })
}

pub fn code_required() -> Problem {
    Problem::new(401, "code_required", "A code of the second factor is wanted as well: send it as code.")
}

/// What the code proves, where the member has a second factor. 401 `code_required`, `wrong_code`.
pub fn second_of(
    call: &Call,
    organization: OrganizationId,
    member: MemberId,
    totp: Option<&Totp>,
    code: Option<&str>,
) -> Result<Option<SecondFactor>, Problem> {
    let Some(kept) = totp else { return Ok(None) };
    let Some(code) = code else { return Err(code_required()) };
    let place = factor::seal_place(organization, member);
    let secret = second_factor::open(&call.app, &place, &kept.secret)?;
    if let Some(step) = totp::step_of(&secret, code, call.app.crm.now()) {
        return Ok(Some(SecondFactor::Code { step, confirmed_at: kept.confirmed_at }));
    }
    second_factor::recovery_hash(member, code)
        .map(|hash| Some(SecondFactor::Recovery(hash)))
        .ok_or_else(second_factor::wrong_code)
}

/// Only to who has the password of all of them.
fn choose(fitting: &[Candidate]) -> Problem {
    let list: Vec<_> =
        fitting.iter().map(|c| serde_json::json!({"id": c.organization, "name": c.organization_name})).collect();
    let list = Json::parse(serde_json::json!(list).to_string().as_bytes(), Mode::Lenient).unwrap_or(Json::Null);
    let detail = "This address is a member's in several organizations: send organization_id as well.";
    Problem::new(409, "choose_organization", detail).with("organizations", list)
}

pub async fn show(call: Call) -> Result<Answer, Problem> {
    let (known, cookie) = call.signed_in()?;
    let (own, setup) = call.read(move |w| Ok((Own::load(w, known.member)?, w.setup.clone()))).await?;
    Answer::json(200, &own.view(&setup, &cookie, known.expires_at)?)
}

pub async fn delete(call: Call) -> Result<Answer, Problem> {
    let (known, _) = call.signed_in()?;
    let ended = call.app.crm.write(&call.caller, move |w| sessions::end(w, known.member, known.id)).await?;
    call.app.hub.end_sessions(&[ended]);
    Ok(Answer::empty().header("set-cookie", call.client.remove_cookie()))
}
