//! Setting up and removing one-time passwords. The secret is shown while it is set up, and sealed at rest.

use crm::id::MemberId;
use crm::sessions::SecondFactor;
use crm::{FieldError, members, second_factor};
use qrcode::QrCode;
use qrcode::render::svg;
use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::account::confirm_password;
use super::attempts::Account;
use super::password::PASSWORD;
use super::totp;
use crate::address::counted;
use crate::answer::Answer;
use crate::app::App;
use crate::call::Call;
use crate::input::{Fields, Input};
use crate::kinds::Text;
use crate::problem::Problem;

const CODE: Text = Text { max: 32 };
/// Of recovery codes: digits and letters that are not taken for each other.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// Letters of a recovery code: 80 bits.
const RECOVERY_LETTERS: usize = 16;

/// Of signing in; elsewhere the same is 409.
pub fn wrong_code() -> Problem {
    let detail = "This code is wrong, too old, or was used already; the app shows another one soon.";
    Problem::new(401, "wrong_code", detail)
}

fn wrong_here() -> Problem {
    let mut problem = wrong_code();
    problem.status = 409;
    problem.errors.push(FieldError::new("/code", "wrong_code", problem.detail.clone()));
    problem
}

pub fn open(app: &App, place: &str, sealed: &[u8]) -> Result<Vec<u8>, Problem> {
    app.sealer.open(place, sealed).map_err(|_| {
        let detail = "The second factor was sealed under another key: `recado member reset-totp` removes it.";
        Problem::new(409, "secret_unreadable", detail)
    })
}

/// The SHA-256 of a recovery code of that member; none where it cannot be one. 80 random bits need no slow hash.
pub fn recovery_hash(member: MemberId, code: &str) -> Option<[u8; 32]> {
    let code: String = code.chars().filter(|c| !c.is_whitespace() && *c != '-').collect::<String>().to_lowercase();
    let fits = code.len() == RECOVERY_LETTERS && code.bytes().all(|byte| LETTERS.contains(&byte));
    fits.then(|| Sha256::digest(format!("recado recovery code/{member}/{code}").as_bytes()).into())
}

fn recovery_code() -> Result<String, getrandom::Error> {
    let mut random = [0u8; RECOVERY_LETTERS];
    getrandom::fill(&mut random)?;
    let letters: Vec<char> = random.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
    Ok(letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-"))
}

#[derive(Debug)]
pub struct BeginInput {
    password: String,
}

impl Input for BeginInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        Some(BeginInput { password: f.required("password", PASSWORD, "The member's own.")? })
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct BegunView {
    /// Base32, for who types it in.
    pub secret: String,
    pub otpauth_url: String,
    /// The URL as a picture.
    pub qr_svg: String,
}

pub async fn begin(call: Call) -> Result<Answer, Problem> {
    let (known, _) = call.signed_in()?;
    let input: BeginInput = call.read_body()?;
    confirm_password(&call, input.password, "/password").await?;
    let secret = totp::new_secret().map_err(Problem::internal)?;
    let place = second_factor::seal_place(known.organization, known.member);
    let sealed = call.app.sealer.seal(&place, &secret).map_err(Problem::internal)?;
    call.app.crm.write(&call.caller, move |w| second_factor::begin(w, known.member, &sealed)).await?;
    let email = &members::get(&call.setup, known.member)?.email;
    let otpauth_url = totp::url(&secret, &call.setup.organization.name, email);
    let qr_svg = QrCode::new(otpauth_url.as_bytes())
        .map_err(Problem::internal)?
        .render::<svg::Color>()
        .min_dimensions(200, 200)
        .build();
    Answer::json(200, &BegunView { secret: totp::base32(&secret), otpauth_url, qr_svg })
}

#[derive(Debug)]
pub struct ConfirmInput {
    code: String,
}

impl Input for ConfirmInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        Some(ConfirmInput { code: f.required("code", CODE, "The six digits that the app shows.")? })
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ConfirmedView {
    /// Each is good once, in place of a code.
    pub recovery_codes: Vec<String>,
}

pub async fn confirm(call: Call) -> Result<Answer, Problem> {
    let (known, _) = call.signed_in()?;
    let input: ConfirmInput = call.read_body()?;
    let (attempts, now) = (&call.app.sign_in.attempts, call.app.crm.now());
    let attempt = attempts.begin(vec![Account::Member(known.member)], counted(call.client.address), now)?;
    attempts.settle(&attempt, now, confirm_it(&call, &input.code).await)
}

async fn confirm_it(call: &Call, code: &str) -> Result<Answer, Problem> {
    let (known, _) = call.signed_in()?;
    let kept = call.read(move |w| second_factor::load(w.tx, known.organization, known.member)).await?;
    let kept = kept.filter(|kept| kept.confirmed_at.is_none()).ok_or_else(|| {
        Problem::new(409, "no_totp_begun", "There is nothing to confirm: begin with POST /api/v1/session/totp.")
    })?;
    let place = second_factor::seal_place(known.organization, known.member);
    let secret = open(&call.app, &place, &kept.secret)?;
    let step = totp::step_of(&secret, code, call.app.crm.now()).ok_or_else(wrong_here)?;
    let codes = (0..second_factor::RECOVERY_CODES).map(|_| recovery_code()).collect::<Result<Vec<_>, _>>();
    let recovery_codes = codes.map_err(Problem::internal)?;
    let hashes: Vec<[u8; 32]> = recovery_codes.iter().filter_map(|code| recovery_hash(known.member, code)).collect();
    let work = move |w: &mut crm::Work<'_, '_>| second_factor::confirm(w, known.member, &kept.secret, step, &hashes);
    call.app.crm.write(&call.caller, work).await?;
    Answer::json(200, &ConfirmedView { recovery_codes })
}

#[derive(Debug)]
pub struct RemoveInput {
    password: String,
    code: String,
}

impl Input for RemoveInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let password = f.required("password", PASSWORD, "The member's own.");
        let code = f.required("code", CODE, "Six digits, or a recovery code.");
        Some(RemoveInput { password: password?, code: code? })
    }
}

pub async fn remove(call: Call) -> Result<Answer, Problem> {
    let (known, _) = call.signed_in()?;
    let input: RemoveInput = call.read_body()?;
    confirm_password(&call, input.password, "/password").await?;
    let (attempts, now) = (&call.app.sign_in.attempts, call.app.crm.now());
    let attempt = attempts.begin(vec![Account::Member(known.member)], counted(call.client.address), now)?;
    attempts.settle(&attempt, now, remove_it(&call, &input.code).await)
}

async fn remove_it(call: &Call, code: &str) -> Result<Answer, Problem> {
    let (known, _) = call.signed_in()?;
    let kept = call.read(move |w| second_factor::load(w.tx, known.organization, known.member)).await?;
    let confirmed = kept.and_then(|kept| Some((kept.secret, kept.confirmed_at?)));
    let (sealed, confirmed_at) = confirmed.ok_or_else(|| crm::Error::not_found("second factor"))?;
    let place = second_factor::seal_place(known.organization, known.member);
    let factor = match totp::step_of(&open(&call.app, &place, &sealed)?, code, call.app.crm.now()) {
        Some(step) => SecondFactor::Code { step, confirmed_at },
        None => SecondFactor::Recovery(recovery_hash(known.member, code).ok_or_else(wrong_here)?),
    };
    let work = move |w: &mut crm::Work<'_, '_>| second_factor::remove(w, known.member, Some(&factor));
    call.app.crm.write(&call.caller, work).await?;
    Ok(Answer::empty())
}
