//! From an HTTP request to its row of the route table and back: request id, host, method, key, scope, limits, body,
//! idempotency key, and one shape for every error.

mod body;
mod heading;
mod response;
mod right;

pub(crate) use body::{read_body, take_file};

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawPathParams, Request};
use axum::http::{Response, request::Parts};
use axum::{RequestPartsExt, Router};
use bytes::Bytes;
use crm::id::{ApiKeyId, MemberId};
use crm::sunsets::{Phase, date_of};
use crm::{Actor, Caller, FieldError};
use jiff::civil::Date;

use crate::answer::Answer;
use crate::app::App;
use crate::call::Call;
use crate::hooks;
use crate::input::{Nothing, Style};
use crate::lifecycle::{PREVIEW_HEADER, Preview};
use crate::limits::{HOOK_BODY, JSON_BODY, SIGN_IN_BODY};
use crate::problem::Problem;
use crate::route::{Access, Method, Route};
use crate::sign_in::client::{Client, check_origin};
use crate::ui;
use crate::webchat;

use body::{drain, read_into};
use heading::{idempotency_key, key_from_query, pairs, request_id};
use response::response;
use right::{Right, authenticate, by_session, check_host};

/// The operations of one path.
struct Place {
    routes: Vec<Arc<Route>>,
}

pub fn router(app: Arc<App>) -> Router {
    let mut places: Vec<(&'static str, Place)> = Vec::new();
    for route in &app.operations {
        let (path, route) = (route.path, route.clone());
        match places.iter_mut().find(|(known, _)| *known == path) {
            Some((_, place)) => place.routes.push(route),
            None => places.push((path, Place { routes: vec![route] })),
        }
    }
    let mut router = Router::new();
    for (path, place) in places {
        let (app, place) = (app.clone(), Arc::new(place));
        router = router.route(
            path,
            axum::routing::any(move |request: Request| {
                let (app, place) = (app.clone(), place.clone());
                async move { answer(app, Some(place), request).await }
            }),
        );
    }
    router.fallback(move |request: Request| {
        let app = app.clone();
        async move { answer(app, None, request).await }
    })
}

async fn answer(app: Arc<App>, place: Option<Arc<Place>>, request: Request) -> Response<Body> {
    let started = std::time::Instant::now();
    let request_id = request_id(request.headers());
    let method = request.method().clone();
    let (mut parts, mut body) = request.into_parts();
    let preview = Preview::of(&parts.headers);
    let mut extra: Vec<_> = preview.date().map(|date| (PREVIEW_HEADER, date.to_string())).into_iter().collect();
    let route = place.as_deref().map(|place| find(place, &method));
    let style = match (&route, &place) {
        (Some(Some(route)), _) => route.style,
        (_, Some(place)) => place.routes[0].style,
        _ if parts.uri.path().starts_with("/api/v1/") => Style::Strict,
        _ => Style::Compatible,
    };
    let result = match &route {
        None => of_the_ui(&app, &parts),
        Some(None) if is_preflight(&method, place.as_deref()) => webchat::preflight(&app, &mut parts).await,
        Some(None) => Err(not_allowed(place.as_deref())),
        Some(Some(route)) => run(&app, route, &mut parts, &mut body, preview, &request_id, &mut extra).await,
    };
    drain(&parts, &mut body).await;
    let path = place.as_deref().map_or("(none)", |place| place.routes[0].path);
    let mut answer = result.unwrap_or_else(|problem| refused(problem, &method, path, style, &request_id));
    if method == axum::http::Method::HEAD {
        // Nobody would ever take it.
        answer.stream = None;
    }
    let micros = started.elapsed().as_micros() as u64;
    tracing::debug!(%method, path, status = answer.status, micros, request_id, "answered");
    response(answer, extra, &request_id).await
}

/// A path that no operation has.
fn of_the_ui(app: &App, parts: &Parts) -> Result<Answer, Problem> {
    check_host(app, &parts.headers)?;
    let in_clear = Client::of(app, parts).in_clear;
    ui::answer(&parts.method, parts.uri.path(), &parts.headers, in_clear)
        .ok_or_else(|| Problem::new(404, "not_found", "There is nothing at this path; /docs lists every operation."))
}

/// The answer for the caller; what went wrong on our side, for the log.
fn refused(problem: Problem, method: &axum::http::Method, path: &str, style: Style, request_id: &str) -> Answer {
    if let Some(cause) = problem.cause() {
        match problem.status {
            503 => tracing::warn!(%method, path, request_id, code = problem.code, cause, "shed"),
            _ => tracing::error!(%method, path, request_id, cause, "internal error"),
        }
    }
    problem.into_answer(style, request_id)
}

/// `HEAD` is `GET` whose body stays here.
fn find(place: &Place, method: &axum::http::Method) -> Option<Arc<Route>> {
    let name = if method == axum::http::Method::HEAD { "GET" } else { method.as_str() };
    place.routes.iter().find(|route| route.method.name() == name).cloned()
}

/// Only what pages of others call is asked about beforehand.
fn is_preflight(method: &axum::http::Method, place: Option<&Place>) -> bool {
    let visited = |place: &Place| place.routes.iter().any(|route| route.access == Access::Visitor);
    method == axum::http::Method::OPTIONS && place.is_some_and(visited)
}

fn not_allowed(place: Option<&Place>) -> Problem {
    let allowed: Vec<&str> = place.map_or(Vec::new(), |p| p.routes.iter().map(|r| r.method.name()).collect());
    let allowed = allowed.join(", ");
    Problem::new(405, "method_not_allowed", format!("This path takes {allowed}.")).header("allow", allowed)
}

/// Everything that is checked before a handler, in this order: 401, 403, 410, the request itself.
async fn run(
    app: &Arc<App>,
    route: &Arc<Route>,
    parts: &mut Parts,
    body: &mut Body,
    preview: Preview,
    request_id: &str,
    extra: &mut Vec<(&'static str, String)>,
) -> Result<Answer, Problem> {
    check_host(app, &parts.headers)?;
    let now = app.crm.now();
    let on = preview.date().unwrap_or_else(|| date_of(now));
    let path = match parts.extract::<RawPathParams>().await {
        Ok(params) => params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect::<Vec<_>>(),
        Err(_) => return Err(Problem::new(404, "not_found", "The path is not valid UTF-8.")),
    };
    if path.iter().any(|(_, value)| value.contains('\0')) {
        return Err(Problem::new(404, "not_found", "U+0000 is in no name and in no id."));
    }
    let course = route.sunset.and_then(|sunset| app.sunsets.course(sunset, on));
    extra.extend(course.iter().flat_map(|course| course.headers(&path)));
    let mut query = pairs(parts.uri.query());
    if route.key_in_query {
        key_from_query(&mut query, &mut parts.headers);
    }
    let Right { caller, setup, session, client } = match route.access {
        Access::Public => {
            preview.check()?;
            let mut call = public_call(app, path, query, route.style, on);
            let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
            call.accepts_gzip = header("accept-encoding").is_some_and(|accepted| accepted.contains("gzip"));
            call.if_none_match = header("if-none-match").map(str::to_owned);
            return (route.handler)(call).await;
        }
        Access::Visitor => {
            let call = public_call(app, path, query, route.style, on);
            return webchat::admit(route, parts, body, call, request_id).await;
        }
        Access::Signed => {
            let mut call = public_call(app, path, query, route.style, on);
            call.caller.request_id = request_id.into();
            let signature = parts.headers.get("x-hub-signature-256").and_then(|value| value.to_str().ok());
            call.signature = signature.map(str::to_owned);
            hooks::may_be_signed(&call).await?;
            let (body, _room) = read_into(&app.hook_channels.room, parts, body, HOOK_BODY).await?;
            call.body = body;
            return (route.handler)(call).await;
        }
        Access::Open => {
            check_origin(app, &parts.headers)?;
            let mut call = public_call(app, path, query, route.style, on);
            call.caller.request_id = request_id.into();
            call.client = Client::of(app, parts);
            call.content_type = parts.headers.get("content-type").and_then(|v| v.to_str().ok()).map(str::to_owned);
            call.body = read_body(parts, body, SIGN_IN_BODY).await?;
            return (route.handler)(call).await;
        }
        Access::Session => by_session(app, route, parts, None, request_id).await?,
        Access::Key(scope) if parts.headers.contains_key("x-api-key") => {
            authenticate(app, &parts.headers, scope, request_id).await?
        }
        Access::Key(scope) => by_session(app, route, parts, Some(scope), request_id).await?,
    };
    if let Actor::ApiKey(id) = caller.actor {
        app.keys_used.note(caller.organization, id, now);
    }
    // A rehearsal says nothing of who still calls.
    if let (Some(sunset), Preview::Absent, Actor::ApiKey(id)) = (route.sunset, preview, caller.actor) {
        let agent = parts.headers.get("user-agent").map_or(&b""[..], |value| value.as_bytes());
        app.ledger.count(caller.organization, sunset.operation, id, agent, now);
    }
    if let (Some(limiter), Actor::ApiKey(ApiKeyId(id)) | Actor::Member(MemberId(id))) = (&app.key_limiter, caller.actor)
    {
        extra.extend(limiter.take(id, now)?);
    }
    // It decides the phase, so it comes before the 410.
    preview.check()?;
    let query_and_type = (&query, parts.headers.get("content-type").and_then(|value| value.to_str().ok()));
    let (body, file) = match route.file {
        Some(limit) => {
            let file = take_file(app, &caller, limit(query_and_type.0, query_and_type.1), parts, body).await?;
            // What tells two uploads apart, for their idempotency key.
            (Bytes::from(file.sha256.clone()), Some(file))
        }
        None if route.method == Method::Get => (Bytes::new(), None),
        None => (read_body(parts, body, JSON_BODY).await?, None),
    };
    let text = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let call = Call {
        app: app.clone(),
        caller,
        session,
        client,
        setup,
        style: route.style,
        path,
        query,
        content_type: text("content-type"),
        if_match: text("if-match"),
        accept: text("accept"),
        last_event_id: text("last-event-id"),
        range: text("range"),
        body,
        file,
        request_key: None,
        signature: None,
        visit: None,
        accepts_gzip: false,
        if_none_match: None,
        on,
    };
    let Some(course) = course else { return carry_out(route, call, parts).await };
    let replacement = match course.phase() {
        Phase::Planned | Phase::Announced => None,
        Phase::Warning => Some(course.replacement(&call).await),
        Phase::Removed => return Err(course.gone(course.replacement(&call).await)),
    };
    let result = carry_out(route, call, parts).await;
    let result = result.and_then(|answer| course.answer(answer));
    match replacement {
        // Also where it was refused: who calls in vain has to move as well.
        Some(replacement) => {
            let refused = |problem| refused(problem, &parts.method, route.path, route.style, request_id);
            let answer = result.unwrap_or_else(refused);
            Ok(course.warn(answer, replacement))
        }
        None => result,
    }
}

/// The request itself: its query, its idempotency key, its handler.
async fn carry_out(route: &Route, mut call: Call, parts: &Parts) -> Result<Answer, Problem> {
    if call.query.iter().any(|(name, value)| name.contains('\0') || value.contains('\0')) {
        let error = FieldError::new("?", "control_character", "U+0000 is not allowed in the query.");
        return Err(Problem::invalid(vec![error]));
    }
    if route.takes_nothing() && !call.body.is_empty() {
        call.read_body::<Nothing>()?;
    }
    if route.remembers() {
        call.request_key = idempotency_key(route, &call.path, parts, &call.body).await?;
    }
    let remembers = call.request_key.is_some();
    let again = if remembers { Some(call.clone()) } else { None };
    match ((route.handler)(call).await, again) {
        // Refused now, but done before: what it names may have gone since.
        (Err(problem), Some(call)) if problem.status < 500 => match call.remembered().await? {
            Some(answer) => Ok(answer),
            None => Err(problem),
        },
        (result, _) => result,
    }
}

/// Documents and health need nobody: an empty organization stands in.
fn public_call(
    app: &Arc<App>,
    path: Vec<(String, String)>,
    query: Vec<(String, String)>,
    style: Style,
    on: Date,
) -> Call {
    Call {
        app: app.clone(),
        caller: Caller::system(Default::default()),
        session: None,
        client: Client::default(),
        setup: app.nobody.clone(),
        style,
        path,
        query,
        content_type: None,
        if_match: None,
        accept: None,
        last_event_id: None,
        range: None,
        body: Bytes::new(),
        file: None,
        request_key: None,
        signature: None,
        visit: None,
        accepts_gzip: false,
        if_none_match: None,
        on,
    }
}
