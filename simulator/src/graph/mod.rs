//! The Graph API: one path for every object, told apart by its id.

mod account;
mod answer;
pub(crate) mod call;
mod content;
pub(crate) mod error;
mod interactive;
mod medium;
mod messages;
mod number;
mod template_send;
mod template_shape;
pub(crate) mod templates;

use axum::http::Method;
use serde_json::json;

pub(crate) use answer::{Cut, handle};

use answer::Answer;
use call::Call;
use error::GraphError;

use crate::faults::On;
use crate::world::World;

type Result<T = Answer> = std::result::Result<T, GraphError>;

/// What an id stands for.
enum Node {
    Number,
    Waba,
    Medium,
    Template,
    App,
    Upload,
}

fn node(world: &World, id: &str) -> Option<Node> {
    if world.numbers.contains_key(id) {
        Some(Node::Number)
    } else if world.wabas.contains_key(id) {
        Some(Node::Waba)
    } else if world.templates.get(id).is_some() {
        Some(Node::Template)
    } else if world.media.get(id, world.now_ms()).is_some() {
        Some(Node::Medium)
    } else if id == world.config.app_id {
        Some(Node::App)
    } else if id.starts_with("upload:") {
        Some(Node::Upload)
    } else {
        None
    }
}

/// Which kind of trouble fits a call, and how the log calls it.
fn about(world: &World, call: &Call) -> (On, &'static str) {
    let segments: Vec<&str> = call.segments.iter().map(String::as_str).collect();
    match segments.as_slice() {
        [_, "messages" | "marketing_messages"] if call.parameters.contains_key("status") => (On::Receipts, "receipt"),
        [_, "messages" | "marketing_messages"] => (On::Messages, "message"),
        [_, "media"] => (On::MediaUpload, "media"),
        ["lookaside", ..] => (On::MediaDownload, "media"),
        [_, "message_templates" | "upsert_message_templates"] => (On::Templates, "template"),
        [id, ..] => match node(world, id) {
            Some(Node::Medium) if call.method == Method::GET => (On::MediaInfo, "media"),
            Some(Node::Template) => (On::Templates, "template"),
            Some(Node::Number) => (On::Anything, "number"),
            Some(Node::Waba) => (On::Anything, "account"),
            _ => (On::Anything, "other"),
        },
        [] => (On::Anything, "other"),
    }
}

fn dispatch(world: &mut World, call: &Call) -> Result {
    world.review_what_is_due();
    let segments: Vec<&str> = call.segments.iter().map(String::as_str).collect();
    let get = call.method == Method::GET;
    let post = call.method == Method::POST;
    let delete = call.method == Method::DELETE;
    match segments.as_slice() {
        ["lookaside", ..] if get => return medium::download(world, call),
        ["debug_token"] if get => return account::debug_token(world, call),
        ["me"] if get => return Ok(Answer::json(json!({"id": "1", "name": "Simulated system user"}))),
        ["oauth", "access_token"] if get || post => return account::access_token(world, call),
        _ => {}
    }
    let unknown = |id: &str| GraphError::no_such_object(call.method.as_str(), id);
    let Some(id) = segments.first().copied() else { return Err(unknown("")) };
    let rest = &segments[1..];
    match (node(world, id).ok_or_else(|| unknown(id))?, rest) {
        (Node::Number, ["messages" | "marketing_messages"]) if post => messages::post(world, call, id),
        (Node::Number, ["media"]) if post => medium::upload(world, call, id),
        (Node::Number, rest) => number::dispatch(world, call, id, rest),
        (Node::Waba, ["message_templates"]) => templates::dispatch(world, call, id),
        (Node::Waba, rest) => account::waba(world, call, id, rest),
        (Node::App, rest) => account::app(world, call, id, rest),
        (Node::Medium, []) if get => medium::info(world, call, id),
        (Node::Medium, []) if delete => medium::delete(world, call, id),
        (Node::Template, rest) => templates::one(world, call, id, rest),
        (Node::Upload, []) => account::upload(world, call, id),
        _ => Err(unknown(id)),
    }
}
