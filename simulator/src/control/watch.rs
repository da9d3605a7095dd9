//! What only looks.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::Response;
use serde_json::json;

use super::answer;
use crate::world::Shared;

type Us = State<Arc<Shared>>;
type Answer = Response<Body>;

fn asked(query: Option<&str>, name: &str) -> Option<String> {
    form_urlencoded::parse(query.unwrap_or("").as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

pub(super) async fn sent(State(shared): Us, RawQuery(query): RawQuery) -> Answer {
    let to = asked(query.as_deref(), "to");
    shared.look(|world| {
        let wanted = to.as_deref().map(|to| world.people.find(to));
        let list: Vec<_> = world
            .messages
            .sent()
            .filter(|sent| wanted.is_none_or(|wanted| wanted.is_some() && world.people.find(&sent.to) == wanted))
            .collect();
        answer(&json!({"total": list.len(), "sent": list}))
    })
}

pub(super) async fn requests(State(shared): Us, RawQuery(query): RawQuery) -> Answer {
    let about = asked(query.as_deref(), "about");
    shared.look(|world| {
        let list: Vec<_> = world
            .requests
            .iter()
            .filter(|request| about.as_deref().is_none_or(|about| request.about == about))
            .collect();
        answer(&json!({"total": list.len(), "requests": list}))
    })
}

pub(super) async fn webhooks(State(shared): Us) -> Answer {
    shared.look(|world| {
        let list: Vec<_> = world.webhooks.iter().collect();
        answer(&json!({
            "total": world.webhooks.total(),
            "waiting": world.queue.len(),
            "under_way": world.queue.in_flight,
            "dropped": world.queue.dropped,
            "webhooks": list,
        }))
    })
}

pub(super) async fn persons(State(shared): Us) -> Answer {
    shared.look(|world| answer(&json!({"persons": world.people.all()})))
}

pub(super) async fn knobs(State(shared): Us) -> Answer {
    shared.look(|world| answer(&json!(world.knobs)))
}

pub(super) async fn faults(State(shared): Us) -> Answer {
    shared.look(|world| answer(&json!(world.faults.all())))
}

pub(super) async fn clock(State(shared): Us) -> Answer {
    answer(&json!({"now": shared.clock().now(), "frozen": shared.clock().is_frozen()}))
}

pub(super) async fn webhook(State(shared): Us) -> Answer {
    shared.look(|world| answer(&json!({"url": world.config.webhook_url})))
}
