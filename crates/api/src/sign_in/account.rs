//! What members change about themselves.

use crm::id::ChannelId;
use crm::members::{
    Availability, Locale, MemberPatch, PreferencesPatch, Theme, prefer, set_password, update as change,
};
use crm::{FieldError, members};

use super::attempts::Account;
use super::password::{self, PASSWORD};
use super::view::Own;
use crate::address::counted;
use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input, Style};
use crate::kinds::{Flag, List, PhoneText, Text, id, nested};
use crate::one_of;
use crate::problem::Problem;

const NAME: Text = Text { max: 100 };
const MUTED: usize = 200;

#[derive(Debug)]
struct NotificationsInput {
    desktop: Option<bool>,
    sound: Option<bool>,
    muted_channels: Option<Vec<ChannelId>>,
}

impl Input for NotificationsInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        Some(NotificationsInput {
            desktop: f.optional("desktop", Flag, ""),
            sound: f.optional("sound", Flag, ""),
            muted_channels: f.optional("muted_channels", List { of: id::<ChannelId>(), max: MUTED }, "All of them."),
        })
    }
}

#[derive(Debug)]
pub struct UpdateInput(MemberPatch, PreferencesPatch);

impl Input for UpdateInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let member = MemberPatch {
            name: f.optional("name", NAME, "Splits into first and last name where those are not given."),
            first_name: f.optional("first_name", NAME, ""),
            last_name: f.optional("last_name", NAME, ""),
            phone: f.nullable("phone", PhoneText, ""),
            availability: f.optional("availability", one_of!(Availability), ""),
            ..MemberPatch::default()
        };
        let locale = f.nullable("locale", one_of!(Locale), "Null: as the browser has it.");
        let theme = f.nullable("theme", one_of!(Theme), "Null: as the browser has it.");
        let told = f.optional("notifications", nested::<NotificationsInput>(Style::Strict), "What is not sent stays.");
        let preferences = match told {
            Some(told) => PreferencesPatch {
                locale,
                theme,
                desktop: told.desktop,
                sound: told.sound,
                muted_channels: told.muted_channels,
            },
            None => PreferencesPatch { locale, theme, ..PreferencesPatch::default() },
        };
        Some(UpdateInput(member, preferences))
    }
}

pub async fn update(call: Call) -> Result<Answer, Problem> {
    let (known, cookie) = call.signed_in()?;
    let UpdateInput(mut patch, preferences) = call.read_body()?;
    patch.if_version = call.if_version()?;
    let work = move |w: &mut crm::Work<'_, '_>| {
        change(w, known.member, &patch)?;
        prefer(w, known.member, &preferences)?;
        Ok((Own::load(w, known.member)?, w.setup.clone()))
    };
    let (own, setup) = call.app.crm.write(&call.caller, work).await?;
    let version = members::get(&setup, known.member)?.version;
    Ok(Answer::json(200, &own.view(&setup, &cookie, known.expires_at)?)?.etag(version))
}

#[derive(Debug)]
pub struct PasswordInput {
    current: String,
    new: String,
}

impl Input for PasswordInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let current = f.required("current", PASSWORD, "The password until now.");
        let new = f.required("new", PASSWORD, "At least 10 characters.");
        if let Some(problem) = new.as_deref().and_then(|new| password::problem(new, "/new")) {
            f.problems.push(problem);
        }
        Some(PasswordInput { current: current?, new: new? })
    }
}

pub async fn change_password(call: Call) -> Result<Answer, Problem> {
    let (known, _) = call.signed_in()?;
    let input: PasswordInput = call.read_body()?;
    confirm_password(&call, input.current, "/current").await?;
    let hash = call.app.sign_in.hasher.hash(input.new).await?;
    let work = move |w: &mut crm::Work<'_, '_>| set_password(w, known.member, &hash, Some(known.id));
    let ended = call.app.crm.write(&call.caller, work).await?;
    call.app.hub.end_sessions(&ended);
    Ok(Answer::empty())
}

/// That it is the member who sits there; failures count as those to sign in do.
pub async fn confirm_password(call: &Call, password: String, pointer: &'static str) -> Result<(), Problem> {
    let (known, _) = call.signed_in()?;
    let email = members::get(&call.setup, known.member)?.email.clone();
    let (attempts, now) = (&call.app.sign_in.attempts, call.app.crm.now());
    let attempt = attempts.begin(vec![Account::Member(known.member)], counted(call.client.address), now)?;
    let result = async {
        let found = call.app.crm.candidates(email, Some(known.organization)).await?;
        let hashes = found.iter().map(|candidate| candidate.password_hash.clone()).collect();
        if call.app.sign_in.hasher.verify(password, hashes).await?.contains(&true) {
            return Ok(());
        }
        let mut problem = Problem::new(409, "wrong_password", "This is not your password.");
        problem.errors.push(FieldError::new(pointer, "wrong_password", "This is not your password."));
        Err(problem)
    };
    match result.await {
        // Forgives no wrong codes before it.
        Ok(()) => {
            attempts.undo(&attempt, now);
            Ok(())
        }
        wrong => attempts.settle(&attempt, now, wrong),
    }
}
