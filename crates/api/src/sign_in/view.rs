//! A signed-in member, as the answers show it, and signing in itself once everything was checked.

use crm::id::{MemberId, OrganizationId, SessionId};
use crm::members::{self, Locale, Member, Notifications, Preferences, Role, Theme};
use crm::organizations::Organization;
use crm::sessions::{self, LONGEST_SECONDS, NewSession, SecondFactor};
use crm::{Actor, Caller, Scope, Setup, Timestamp, Work, second_factor};
use schemars::JsonSchema;
use serde::Serialize;

use super::token;
use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

/// A member as themselves sees it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OwnMember {
    #[serde(flatten)]
    pub member: Member,
    /// Null, here and below: as the browser has it.
    pub locale: Option<Locale>,
    pub theme: Option<Theme>,
    pub notifications: Notifications,
    /// Whether a second factor is asked for.
    pub totp: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct SessionView {
    pub member: OwnMember,
    pub organization: Organization,
    /// Scopes; `owner` is what only owners may (docs/permissions.md).
    pub permissions: Vec<&'static str>,
    /// For the header `X-CSRF-Token` of whatever changes something.
    pub csrf_token: String,
    pub expires_at: Timestamp,
}

/// What the member's row alone does not say.
#[derive(Debug)]
pub struct Own {
    id: MemberId,
    preferences: Preferences,
    totp: bool,
}

impl Own {
    pub fn load(w: &mut Work<'_, '_>, id: MemberId) -> crm::Result<Own> {
        let organization = w.organization();
        let kept = second_factor::load(w.tx, organization, id)?;
        let totp = kept.is_some_and(|kept| kept.confirmed_at.is_some());
        Ok(Own { id, preferences: Preferences::load(w, id)?, totp })
    }

    pub fn view(&self, setup: &Setup, cookie: &str, expires_at: Timestamp) -> Result<SessionView, Problem> {
        let member = members::get(setup, self.id)?.clone();
        let preferences = self.preferences.clone();
        Ok(SessionView {
            permissions: permissions(member.role),
            member: OwnMember {
                member,
                locale: preferences.locale,
                theme: preferences.theme,
                notifications: preferences.notifications,
                totp: self.totp,
            },
            organization: setup.organization.clone(),
            csrf_token: token::csrf(cookie),
            expires_at,
        })
    }
}

/// By name, what a role may.
pub fn permissions(role: Role) -> Vec<&'static str> {
    let scopes = role.scopes();
    Scope::ALL.into_iter().filter(|scope| scopes.contains(*scope)).map(Scope::name).collect()
}

/// Who signs in, and how that was found right.
#[derive(Debug, Clone)]
pub struct Proof {
    pub organization: OrganizationId,
    pub member: MemberId,
    pub password_hash: String,
    pub second: Option<SecondFactor>,
}

/// Makes the session, and answers it with its cookie.
pub async fn sign_in(call: &Call, proof: Proof) -> Result<Answer, Problem> {
    sign_in_after(call, proof, |_| Ok(Vec::new())).await
}

/// The same, after something else in the same transaction; it answers the sessions that it ended.
pub async fn sign_in_after<F>(call: &Call, proof: Proof, before: F) -> Result<Answer, Problem>
where
    F: Fn(&mut Work<'_, '_>) -> crm::Result<Vec<SessionId>> + Send + 'static,
{
    let cookie = token::new()?;
    let caller = Caller {
        organization: proof.organization,
        actor: Actor::Member(proof.member),
        scope: None,
        request_id: call.caller.request_id.clone(),
    };
    let new = NewSession {
        member: proof.member,
        password_hash: proof.password_hash,
        second: proof.second,
        token_hash: token::hash(&cookie),
        user_agent: call.client.user_agent.clone(),
        address: Some(call.client.address.to_string()),
        instead_of: call.client.token.as_deref().map(token::hash),
    };
    let started = call.app.crm.write(&caller, move |w| {
        let mut ended = before(w)?;
        let started = sessions::start(w, &new)?;
        ended.extend(started.ended.iter().copied());
        Ok((started, ended, Own::load(w, new.member)?, w.setup.clone()))
    });
    let (started, mut ended, own, setup) = started.await?;
    ended.extend(end_elsewhere(call, proof.organization).await);
    call.app.hub.end_sessions(&ended);
    let answer = Answer::json(201, &own.view(&setup, &cookie, started.session.expires_at)?)?;
    Ok(answer.header("set-cookie", call.client.set_cookie(&cookie, LONGEST_SECONDS)))
}

/// The browser's session in another organization, whose cookie is overwritten: nobody has it any more.
async fn end_elsewhere(call: &Call, organization: OrganizationId) -> Option<SessionId> {
    let before = token::hash(call.client.token.as_deref()?);
    let (known, _) = call.app.crm.authenticate_session(before).await.ok()?;
    if known.organization == organization {
        return None;
    }
    let caller = Caller {
        organization: known.organization,
        actor: Actor::Member(known.member),
        scope: None,
        request_id: call.caller.request_id.clone(),
    };
    // Where that fails it ends by itself; who signs in now is in all the same.
    call.app.crm.write(&caller, move |w| sessions::end(w, known.member, known.id)).await.ok()
}
