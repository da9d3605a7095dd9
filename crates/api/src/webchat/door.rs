//! Who may come in: only pages of the channel's allowed origins, only so often, with a token where there is one. Every answer,
//! a refusal too, says to the browser whether the page may read it (CORS, https://fetch.spec.whatwg.org/#http-cors-protocol).

use std::net::IpAddr;
use std::sync::Arc;

use axum::RequestPartsExt;
use axum::body::Body;
use axum::extract::RawPathParams;
use axum::http::request::Parts;
use bytes::Bytes;
use crm::channels::{Channel, ChannelType, is_allowed};
use crm::id::ChannelId;
use crm::{Caller, Setup};

use crate::address;
use crate::answer::Answer;
use crate::app::App;
use crate::call::Call;
use crate::dispatch::{read_body, take_file};
use crate::hooks::setup_of;
use crate::key;
use crate::problem::Problem;
use crate::route::{Method, Route};

/// JSON of a visitor: a text has at most 4096 characters, a form some fields.
const BODY: usize = 64 * 1024;
/// How long a browser remembers what a preflight allowed.
const REMEMBERED: &str = "600";

/// Who visits.
#[derive(Debug, Clone)]
pub struct Visit {
    pub channel: ChannelId,
    /// SHA-256 of the token that came.
    pub token: Option<[u8; 32]>,
    /// As it is counted.
    pub address: IpAddr,
    /// The page's origin, where it is let in by the channel's list.
    pub origin: Option<String>,
}

/// A call of the widget, through the door to its handler.
pub async fn admit(
    route: &Route,
    parts: &mut Parts,
    body: &mut Body,
    call: Call,
    request_id: &str,
) -> Result<Answer, Problem> {
    // Until it is known whose page it is, any may read why it is refused.
    let mut reader = Some("*".to_owned());
    let result = pass(route, parts, body, call, request_id, &mut reader).await;
    let headers = cors(reader.as_deref());
    match result {
        Ok(mut answer) => {
            answer.headers.extend(headers);
            Ok(answer)
        }
        Err(mut problem) => {
            problem.headers.extend(headers);
            Err(problem)
        }
    }
}

/// `reader`: the origin that may read the answer; none: only pages of this server itself.
fn cors(reader: Option<&str>) -> Vec<(&'static str, String)> {
    let mut headers = vec![
        ("vary", "origin".to_owned()),
        ("cross-origin-resource-policy", "cross-origin".to_owned()),
        ("content-security-policy", "sandbox; default-src 'none'".to_owned()),
    ];
    if let Some(origin) = reader {
        headers.push(("access-control-allow-origin", origin.to_owned()));
        headers.push(("access-control-expose-headers", "retry-after, x-request-id, content-disposition".to_owned()));
    }
    headers
}

async fn pass(
    route: &Route,
    parts: &mut Parts,
    body: &mut Body,
    mut call: Call,
    request_id: &str,
    reader: &mut Option<String>,
) -> Result<Answer, Problem> {
    let app = call.app.clone();
    let now = app.crm.now();
    let address = address::counted(address::of(parts, &app.options.trusted_proxies));
    app.webchat.calls.take(address, now)?;
    let id: ChannelId = call.id("channel", "channel")?;
    let origin = header(parts, "origin");
    let setup = enter(&app, parts, id, origin.as_deref()).await?;
    let listed = origin.clone().filter(|origin| !is_own(&app, parts, origin));
    *reader = origin;
    let token = header(parts, "authorization").and_then(|value| Some(key::hash(value.strip_prefix("Bearer ")?.trim())));
    if let (Some(token), true) = (token, route.method != Method::Get) {
        app.webchat.changes.take(token, now)?;
    }
    call.caller = Caller { organization: setup.id(), request_id: request_id.into(), ..Caller::system(setup.id()) };
    call.setup = setup;
    call.content_type = header(parts, "content-type");
    call.last_event_id = header(parts, "last-event-id");
    call.range = header(parts, "range");
    call.visit = Some(Visit { channel: id, token, address, origin: listed });
    if let Some(limit) = route.file {
        // Before the first byte is taken.
        call.visitor().await?;
        app.webchat.messages.take(token.unwrap_or_default(), now)?;
        let most = limit(&call.query, call.content_type.as_deref());
        let declared = header(parts, "content-length").and_then(|length| length.parse::<u64>().ok());
        // Nothing is taken of what is too long.
        let wanted = declared.map_or(most, |declared| if declared > most { 0 } else { declared });
        let reserved = app.webchat.files.reserve(address, id, wanted, now)?;
        let file = take_file(&app, &call.caller, most, parts, body).await?;
        reserved.keep(file.size);
        call.body = Bytes::from(file.sha256.clone());
        call.file = Some(file);
    } else if route.method.has_body() {
        call.body = read_body(parts, body, BODY).await?;
    }
    (route.handler)(call).await
}

/// The channel's organization, if a page of this origin may talk to it.
async fn enter(app: &Arc<App>, parts: &Parts, id: ChannelId, origin: Option<&str>) -> Result<Arc<Setup>, Problem> {
    let setup = setup_of(app, id).await?;
    let refused = match check(app, &setup, parts, id, origin) {
        Ok(()) => return Ok(setup),
        Err(problem) => problem,
    };
    // It may have been allowed a moment ago, by another node.
    match app.crm.setup_since(&setup).await? {
        Some(fresh) => check(app, &fresh, parts, id, origin).map(|()| fresh),
        None => Err(refused),
    }
}

fn check(app: &App, setup: &Setup, parts: &Parts, id: ChannelId, origin: Option<&str>) -> Result<(), Problem> {
    let channel = channel(setup, id)?;
    let Some(origin) = origin else {
        // A page of this server itself, or no page at all, which no rule of a browser's holds.
        return match parts.method == axum::http::Method::GET {
            true => Ok(()),
            false => Err(refused("a page without an origin")),
        };
    };
    if is_listed(channel, origin) || is_own(app, parts, origin) {
        return Ok(());
    }
    let shown: String = origin.chars().filter(|c| c.is_ascii_graphic()).take(200).collect();
    Err(refused(&shown))
}

fn is_listed(channel: &Channel, origin: &str) -> bool {
    let listed = channel.settings.get("allowed_origins").and_then(|list| list.as_array());
    let listed: Vec<&str> = listed.into_iter().flatten().filter_map(|one| one.as_str()).collect();
    is_allowed(&listed, origin)
}

/// Whether who is in may stay: the channel is there, and its page still allowed.
pub(super) fn may_stay(setup: &Setup, id: ChannelId, origin: Option<&str>) -> bool {
    channel(setup, id).is_ok_and(|channel| origin.is_none_or(|origin| is_listed(channel, origin)))
}

fn refused(origin: &str) -> Problem {
    let detail =
        format!("This web chat is not for {origin}. An admin adds the page's origin to the channel's allowed_origins.");
    Problem::new(403, "origin_not_allowed", detail)
}

/// The preview within Recado's own UI.
fn is_own(app: &App, parts: &Parts, origin: &str) -> bool {
    let host = origin.split_once("://").map_or("", |(_, host)| host);
    app.options.origin.as_deref() == Some(origin) || header(parts, "host").as_deref() == Some(host)
}

pub(super) fn channel(setup: &Setup, id: ChannelId) -> Result<&Channel, Problem> {
    setup
        .channel(id)
        .filter(|channel| channel.channel_type == ChannelType::Webchat && !channel.archived)
        .ok_or_else(|| crm::Error::not_found("channel").into())
}

fn header(parts: &Parts, name: &str) -> Option<String> {
    parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// A browser asks before it sends a token or JSON. Only what the door lets in is let through here.
pub async fn preflight(app: &Arc<App>, parts: &mut Parts) -> Result<Answer, Problem> {
    let path = parts.extract::<RawPathParams>().await.ok();
    let id = path.and_then(|params| params.iter().find(|(name, _)| *name == "channel")?.1.parse::<ChannelId>().ok());
    let id = id.ok_or_else(|| crm::Error::not_found("channel"))?;
    let origin = header(parts, "origin").unwrap_or_default();
    enter(app, parts, id, Some(&origin)).await?;
    let mut answer = Answer::bytes(204, "text/plain", Bytes::new());
    answer.headers.extend(cors(Some(&origin)));
    Ok(answer
        .header("access-control-allow-methods", "GET, POST, DELETE")
        .header("access-control-allow-headers", "authorization, content-type, last-event-id, range")
        .header("access-control-max-age", REMEMBERED))
}
