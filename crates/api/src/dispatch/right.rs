//! Who calls, and what they may: by a key, or by a browser's session; and that the page is ours.

use std::sync::Arc;

use axum::http::header::HeaderMap;
use axum::http::request::Parts;
use crm::sessions::Known;
use crm::{Actor, Caller, Scope, Setup};

use crate::app::App;
use crate::key;
use crate::problem::{Problem, unauthorized};
use crate::route::Route;
use crate::sign_in::client::{Client, check_page};
use crate::sign_in::token;

/// On whose behalf a request is carried out.
pub(super) struct Right {
    pub caller: Caller,
    pub setup: Arc<Setup>,
    pub session: Option<Known>,
    pub client: Client,
}

/// By a key: what it may, at this moment.
pub(super) async fn authenticate(
    app: &App,
    headers: &HeaderMap,
    scope: Scope,
    request_id: &str,
) -> Result<Right, Problem> {
    let given = headers
        .get("x-api-key")
        .and_then(|value| value.to_str().ok())
        .filter(|key| !key.is_empty() && key.len() <= 512)
        .ok_or_else(unauthorized)?;
    let hash = key::hash(given);
    let setup = app.crm.authenticate(hash).await?;
    let grant = setup.key(&hash).ok_or_else(unauthorized)?;
    if !grant.scopes.contains(scope) {
        return Err(crm::Error::Forbidden(scope).into());
    }
    let caller = Caller {
        organization: setup.id(),
        actor: Actor::ApiKey(grant.id),
        scope: Some(scope),
        request_id: request_id.into(),
    };
    Ok(Right { caller, setup, session: None, client: Client::default() })
}

/// By the cookie of a browser: what the member's role may, at this moment.
pub(super) async fn by_session(
    app: &Arc<App>,
    route: &Route,
    parts: &Parts,
    scope: Option<Scope>,
    request_id: &str,
) -> Result<Right, Problem> {
    let client = Client::of(app, parts);
    let token = client.token.as_deref().ok_or_else(unauthorized)?;
    let (known, setup) = app.crm.authenticate_session(token::hash(token)).await?;
    let member = setup.member(known.member).filter(|member| member.active).ok_or_else(unauthorized)?;
    check_page(app, route.method, &parts.headers, token)?;
    if let Some(scope) = scope
        && !route.permits(member.role)
    {
        return Err(crm::Error::Forbidden(scope).into());
    }
    let crm = app.crm.clone();
    if known.wants_touch(crm.now()) {
        tokio::spawn(async move {
            if let Err(error) = crm.touch_session(known).await {
                tracing::debug!(%error, "when a session was last used is not noted");
            }
        });
    }
    let caller = Caller {
        organization: known.organization,
        actor: Actor::Member(known.member),
        scope,
        request_id: request_id.into(),
    };
    Ok(Right { caller, setup, session: Some(known), client })
}

/// On a loopback listener a page of another origin could otherwise reach us under its own name (DNS rebinding).
pub(super) fn check_host(app: &App, headers: &HeaderMap) -> Result<(), Problem> {
    let allowed = &app.options.allowed_hosts;
    if allowed.is_empty() {
        return Ok(());
    }
    let host = headers.get("host").and_then(|value| value.to_str().ok()).unwrap_or("");
    let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((v6, _)) => v6,
        None => host.split(':').next().unwrap_or(""),
    };
    if allowed.iter().any(|known| known.eq_ignore_ascii_case(name)) {
        return Ok(());
    }
    Err(Problem::new(
        403,
        "unknown_host",
        "This server does not answer under that host name; set public_url to add one.",
    ))
}
