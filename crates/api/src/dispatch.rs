//! From an HTTP request to its row of the route table and back: request id, host, method, key, scope, limits, body,
//! idempotency key, and one shape for every error.

use std::io::SeekFrom;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use axum::extract::{RawPathParams, Request};
use axum::http::header::{HeaderMap, HeaderName, HeaderValue};
use axum::http::{Response, StatusCode, request::Parts};
use axum::{RequestPartsExt, Router};
use bytes::Bytes;
use crm::id::{ApiKeyId, MemberId};
use crm::idempotency::RequestKey;
use crm::sessions::Known;
use crm::sunsets::{Phase, date_of};
use crm::{Actor, Caller, FieldError, Scope, Setup};
use http_body_util::{BodyExt, Limited};
use jiff::civil::Date;
use providers::media_store::{StoreError, Stored};
use providers::whatsapp_cloud::file_body;
use sha2::{Digest, Sha256};
use tokio::io::AsyncSeekExt;

use crate::answer::{Answer, FilePart};
use crate::app::App;
use crate::call::Call;
use crate::input::Style;
use crate::key;
use crate::lifecycle::{PREVIEW_HEADER, Preview};
use crate::limits::{BODY_SECONDS, DRAIN_SECONDS, DRAINED, FILE_SECONDS, HOOK_BODY, JSON_BODY, SIGN_IN_BODY};
use crate::problem::{Problem, unauthorized};
use crate::route::{Access, Method, Route};
use crate::sign_in::client::{Client, check_origin, check_page};
use crate::sign_in::token;
use crate::stream::StreamBody;
use crate::ui;
use crate::webchat;

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
            call.body = read_body(parts, body, HOOK_BODY).await?;
            let signature = parts.headers.get("x-hub-signature-256").and_then(|value| value.to_str().ok());
            call.signature = signature.map(str::to_owned);
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
    if route.remembers() {
        call.request_key = idempotency_key(route, &call.path, parts, &call.body)?;
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

/// On whose behalf a request is carried out.
struct Right {
    caller: Caller,
    setup: Arc<Setup>,
    session: Option<Known>,
    client: Client,
}

async fn authenticate(app: &App, headers: &HeaderMap, scope: Scope, request_id: &str) -> Result<Right, Problem> {
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
async fn by_session(
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
fn check_host(app: &App, headers: &HeaderMap) -> Result<(), Problem> {
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

fn request_id(headers: &HeaderMap) -> String {
    let sound = |text: &&str| !text.is_empty() && text.len() <= 128 && text.bytes().all(|b| (0x21..0x7f).contains(&b));
    match headers.get("x-request-id").and_then(|value| value.to_str().ok()).filter(sound) {
        Some(given) => given.to_owned(),
        None => uuid::Uuid::new_v4().to_string(),
    }
}

fn pairs(query: Option<&str>) -> Vec<(String, String)> {
    let query = query.unwrap_or("").as_bytes();
    form_urlencoded::parse(query).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

/// Some forms and tools can set no header. The key is nowhere else than in the header afterwards; where both came, the header's counts.
fn key_from_query(query: &mut Vec<(String, String)>, headers: &mut HeaderMap) {
    let Some(at) = query.iter().position(|(name, _)| name == KEY) else { return };
    let given = HeaderValue::from_str(&query[at].1);
    query.retain(|(name, _)| name != KEY);
    if let (Ok(key), false) = (given, headers.contains_key(KEY)) {
        headers.insert(KEY, key);
    }
}

const KEY: &str = "x-api-key";

pub(crate) async fn read_body(parts: &Parts, body: &mut Body, most: usize) -> Result<Bytes, Problem> {
    let too_large = || {
        let detail = format!("The body is larger than {most} bytes.");
        Problem::new(413, "body_too_large", detail).header("connection", "close")
    };
    let declared =
        parts.headers.get("content-length").and_then(|v| v.to_str().ok()).and_then(|v| v.parse::<u64>().ok());
    if declared.is_some_and(|length| length > most as u64) {
        return Err(too_large());
    }
    let collected = Limited::new(body, most).collect();
    match tokio::time::timeout(Duration::from_secs(BODY_SECONDS), collected).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(Problem::invalid(vec![FieldError::new("", "malformed_body", "The body broke off.")])),
        Err(_) => {
            let detail = format!("The body did not arrive within {BODY_SECONDS} seconds.");
            Err(Problem::new(408, "body_timeout", detail).header("connection", "close"))
        }
    }
}

/// Streams a body to disk, with its limit.
pub(crate) async fn take_file(
    app: &App,
    caller: &Caller,
    most: u64,
    parts: &Parts,
    body: &mut Body,
) -> Result<Stored, Problem> {
    let too_large = || {
        let detail = format!("A file of this type has at most {most} bytes.");
        Problem::new(413, "body_too_large", detail).header("connection", "close")
    };
    let media = app.media()?;
    let declared =
        parts.headers.get("content-length").and_then(|v| v.to_str().ok()).and_then(|v| v.parse::<u64>().ok());
    if declared.is_some_and(|length| length > most) {
        return Err(too_large());
    }
    let receive = async {
        let mut incoming = media.create(most).await.map_err(StoreError::Io)?;
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| StoreError::Io(std::io::Error::other(error)))?;
            if let Some(data) = frame.data_ref() {
                incoming.write(data).await?;
            }
        }
        incoming.finish(caller.organization).await
    };
    match tokio::time::timeout(Duration::from_secs(FILE_SECONDS), receive).await {
        Ok(Ok(stored)) if stored.size == 0 => {
            Err(Problem::invalid(vec![FieldError::new("", "required", "The body must be the file; it is empty.")]))
        }
        Ok(Ok(stored)) => Ok(stored),
        Ok(Err(StoreError::TooLarge(_))) => Err(too_large()),
        Ok(Err(StoreError::Io(error))) if error.get_ref().is_some_and(|inner| inner.is::<axum::Error>()) => {
            Err(Problem::invalid(vec![FieldError::new("", "malformed_body", "The body broke off.")]))
        }
        Ok(Err(StoreError::Io(error))) => {
            let detail = "The file cannot be kept right now; nothing was changed. Try again.";
            Err(Problem::new(503, "disk_unavailable", detail).because(error).header("retry-after", "10"))
        }
        Err(_) => {
            let detail = format!("The file did not arrive within {FILE_SECONDS} seconds.");
            Err(Problem::new(408, "body_timeout", detail).header("connection", "close"))
        }
    }
}

/// Takes in what is left of a refused body, within bounds: a client that is still sending when the connection closes sees
/// a broken pipe and never the answer. One that waits to be asked for its body just gets the answer.
async fn drain(parts: &Parts, body: &mut Body) {
    if body.is_end_stream() || parts.headers.contains_key("expect") {
        return;
    }
    let rest = async {
        let mut taken = 0;
        while let Some(Ok(frame)) = body.frame().await {
            taken += frame.data_ref().map_or(0, Bytes::len);
            if taken > DRAINED {
                return;
            }
        }
    };
    // Whatever comes of it, the answer stands.
    let _ = tokio::time::timeout(Duration::from_secs(DRAIN_SECONDS), rest).await;
}

async fn open(part: &FilePart) -> std::io::Result<tokio::fs::File> {
    let mut file = tokio::fs::File::open(&part.path).await?;
    if part.from > 0 {
        file.seek(SeekFrom::Start(part.from)).await?;
    }
    Ok(file)
}

/// Method and path of a request with an idempotency key, in bytes.
const LONGEST_OPERATION: usize = 512;

fn idempotency_key(
    route: &Route,
    path: &[(String, String)],
    parts: &Parts,
    body: &[u8],
) -> Result<Option<RequestKey>, Problem> {
    let Some(value) = parts.headers.get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().ok().map(str::trim).filter(|key| (1..=255).contains(&key.len()));
    let Some(key) = key else {
        let message = "Expected 1 to 255 visible ASCII characters.";
        return Err(Problem::invalid(vec![FieldError::new("Idempotency-Key", "invalid_header", message)]));
    };
    let mut operation = format!("{} {}", route.method.name(), route.path);
    for (_, value) in path {
        operation.push(' ');
        operation.push_str(value);
    }
    if operation.len() > LONGEST_OPERATION {
        // An index entry has a largest size; what is this long is told apart by its hash.
        let hash = Sha256::digest(operation.as_bytes());
        operation = format!("{} {} {hash:x}", route.method.name(), route.path);
    }
    let mut hash = Sha256::new();
    hash.update(parts.uri.query().unwrap_or(""));
    hash.update([0]);
    hash.update(body);
    Ok(Some(RequestKey { operation, key: key.to_owned(), request_hash: hash.finalize().into() }))
}

async fn response(mut answer: Answer, extra: Vec<(&'static str, String)>, request_id: &str) -> Response<Body> {
    let mut body = match answer.stream.take() {
        Some(stream) => Body::new(StreamBody::new(stream)),
        None => Body::from(std::mem::take(&mut answer.body)),
    };
    if let Some(part) = answer.file.take() {
        match open(&part).await {
            Ok(file) => body = Body::new(file_body(file, part.length)),
            Err(error) => {
                tracing::error!(%error, request_id, "a file that is kept cannot be read");
                answer = Problem::internal(error).into_answer(Style::Strict, request_id);
                body = Body::from(std::mem::take(&mut answer.body));
            }
        }
    }
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if !matches!(answer.status, 204 | 304) {
        headers.insert("content-type", HeaderValue::from_static(answer.content_type));
    }
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    headers.insert("cache-control", HeaderValue::from_static("no-store"));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert("x-request-id", id);
    }
    for (name, value) in extra.into_iter().chain(answer.headers) {
        match HeaderValue::from_str(&value) {
            // Links may be several; everything else is said once.
            Ok(value) if name == "link" => {
                headers.append(HeaderName::from_static(name), value);
            }
            Ok(value) => {
                headers.insert(HeaderName::from_static(name), value);
            }
            Err(error) => tracing::error!(%error, name, "a header of ours is not valid"),
        }
    }
    response
}
