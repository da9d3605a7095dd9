//! A visitor comes, says something about itself, and goes.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crm::contacts;
use crm::webchat::{self, Arrival, Arrived, Language, Widget};
use crm::{Actor, Caller, FieldError};
use serde::Serialize;
use structuring::json::Object;
use structuring::{Explicit, Json};

use super::door::channel;
use super::identity::{Said, user};
use crate::answer::Answer;
use crate::call::Call;
use crate::compat::record;
use crate::input::{Fields, Input};
use crate::key;
use crate::kinds::{AnyObject, Text, TextOrNumber};
use crate::one_of;
use crate::problem::Problem;

/// Characters of what somebody types into one field of the form.
const VALUE: usize = 200;

#[derive(Debug)]
pub struct SessionInput {
    said: Said,
    locale: Option<Language>,
    page_url: Option<String>,
}

impl Input for SessionInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        Some(SessionInput {
            said: Said {
                external_user_id: f.optional("external_user_id", TextOrNumber { max: 255 }, "Who the page says it is."),
                user_hash: f.optional("user_hash", Text { max: 64 }, "HMAC-SHA256 of that, in hexadecimal."),
                user_token: f.optional("user_token", Text { max: 8192 }, "JWT, HS256; its `sub` is who it is."),
            },
            locale: f.optional("locale", one_of!(Language), "What the widget speaks."),
            page_url: f.optional("page_url", Text { max: 500 }, "Where the widget is."),
        })
    }
}

#[derive(Serialize)]
struct Session {
    /// Where it is a new one; the one before is nobody's then.
    token: Option<String>,
    identified: bool,
    introduced: bool,
}

pub async fn begin(call: Call) -> Result<Answer, Problem> {
    let input: SessionInput = call.read_body()?;
    let visit = call.visit()?.clone();
    let arrives = || call.app.webchat.arrivals.take(visit.address, call.app.crm.now());
    if visit.token.is_none() {
        arrives()?;
    }
    let user = user(&call, visit.channel, &input.said).await?;
    // Another user at the same browser is a new visitor, and costs a row as well.
    if let (Some(user), Some(token)) = (&user, visit.token) {
        let known = call.read(move |w| webchat::by_token(w, visit.channel, &token)).await?;
        if known.is_some_and(|visitor| visitor.is_another_than(&user.id)) {
            arrives()?;
        }
    }
    let named = user.is_some();
    let mut bits = [0u8; 32];
    getrandom::fill(&mut bits).map_err(Problem::internal)?;
    let token = format!("rwv_{}", URL_SAFE_NO_PAD.encode(bits));
    let arrival = Arrival {
        token: visit.token,
        fresh: key::hash(&token),
        user,
        language: input.locale.map(|language| language.name().to_owned()),
        page_url: input.page_url.filter(|url| url.starts_with("https://") || url.starts_with("http://")),
    };
    let arrived = call
        .app
        .crm
        .write(&call.caller, move |w| {
            let setup = w.setup.clone();
            webchat::arrive(w, crm::channels::get(&setup, visit.channel)?, &arrival)
        })
        .await?;
    let Arrived { visitor, fresh } = arrived.ok_or_else(unknown)?;
    // Who says nothing of themselves is who they were.
    if named {
        call.app.hub.wake_visitor(call.caller.organization, visitor.id);
    }
    let session = Session { token: fresh.then_some(token), identified: visitor.signed, introduced: visitor.introduced };
    Answer::json(if fresh { 201 } else { 200 }, &session)
}

pub(crate) fn unknown() -> Problem {
    let detail = "This visitor's token is missing, or nobody's any more. Begin a session anew.";
    Problem::new(401, "visitor_unknown", detail).header("www-authenticate", "Bearer")
}

pub async fn leave(call: Call) -> Result<Answer, Problem> {
    let visitor = call.visitor().await?;
    call.app.crm.write(&call.caller, move |w| webchat::leave(w, visitor.id)).await?;
    call.app.hub.wake_visitor(call.caller.organization, visitor.id);
    Ok(Answer::bytes(204, "text/plain", Default::default()))
}

#[derive(Debug)]
pub struct ProfileInput {
    values: Object,
}

impl Input for ProfileInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let values = f.required("values", AnyObject, "By the keys of the channel's form.");
        Some(ProfileInput { values: values? })
    }
}

/// The form before the chat. What somebody types is read like any other data: inferred, in doubt shown to the team, and never
/// a reason to take them for a customer who is known.
pub async fn introduce(call: Call) -> Result<Answer, Problem> {
    let input: ProfileInput = call.read_body()?;
    let visitor = call.visitor().await?;
    let found = channel(&call.setup, visitor.channel_id)?;
    let widget = Widget::of(found);
    let mut problems = Vec::new();
    let mut data = Object::new();
    let filled = |key: &str| {
        input.values.get(key).is_some_and(|value| !matches!(value, Json::String(text) if text.trim().is_empty()))
    };
    for field in widget.pre_chat.iter().filter(|field| field.required && !filled(&field.key)) {
        problems.push(FieldError::new(format!("/values/{}", field.key), "required", "This is asked of everybody."));
    }
    for (key, value) in input.values {
        let mut at = "/values".to_owned();
        structuring::json::escape_pointer(&mut at, &key);
        match value {
            _ if !widget.pre_chat.iter().any(|field| field.key == key) => {
                problems.push(FieldError::new(at, "unknown_key", "The channel's form has no such field."));
            }
            Json::String(text) if text.chars().count() <= VALUE && !text.chars().any(char::is_control) => {
                if !text.trim().is_empty() {
                    data.push(key, text.trim());
                }
            }
            _ => problems.push(FieldError::new(
                at,
                "invalid_type",
                format!("Expected a text of at most {VALUE} characters."),
            )),
        }
    }
    if !problems.is_empty() {
        return Err(Problem::invalid(problems));
    }
    let token = call.visit()?.token.ok_or_else(unknown)?;
    let (id, structures) = (visitor.channel_id, !data.is_empty());
    let contact = call
        .app
        .crm
        .write(&call.caller, move |w| {
            let setup = w.setup.clone();
            let Some(mut visitor) = webchat::by_token(w, id, &token)? else { return Ok(None) };
            let contact = webchat::contact_of(w, crm::channels::get(&setup, id)?, &mut visitor)?.contact;
            // With what was typed, or the form is never shown again and that is lost.
            if !structures {
                webchat::introduced(w, visitor.id)?;
            }
            Ok(Some(contact.id))
        })
        .await?
        .ok_or_else(unknown)?;
    if structures {
        let source = call.setup.source_of(Actor::Contact(contact));
        let structured = record::structured(&call.setup, &source, &found.country, data, Explicit::default());
        let structured = Arc::new(structured);
        let caller = Caller { actor: Actor::Contact(contact), ..call.caller.clone() };
        call.app
            .crm
            .write(&caller, move |w| {
                let mut contact = contacts::Contact::get(w, contact)?;
                contacts::update_metadata(w, &mut contact, &structured)?;
                webchat::introduced(w, visitor.id)
            })
            .await?;
    }
    call.app.hub.wake_visitor(call.caller.organization, visitor.id);
    Ok(Answer::bytes(204, "text/plain", Default::default()))
}
