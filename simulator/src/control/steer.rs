//! What changes something.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::{Response, StatusCode};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{done, problem, read};
use crate::faults::Fault;
use crate::graph::templates;
use crate::people::Person;
use crate::simulator;
use crate::webhook;
use crate::webhook::inbound::Inbound;
use crate::webhook::queue::Call;
use crate::world::{Refused, Shared, World};

type Us = State<Arc<Shared>>;
type Answer = Response<Body>;

/// Reads the body, does something with it, says what came of it.
fn with<T: serde::de::DeserializeOwned>(
    shared: &Shared,
    body: &Bytes,
    f: impl FnOnce(&mut World, T) -> Result<Value, Refused>,
) -> Answer {
    done(read(body).and_then(|input| shared.with(|world| f(world, input))))
}

pub(super) async fn inbound(State(shared): Us, body: Bytes) -> Answer {
    with(&shared, &body, |world, message: Inbound| Ok(json!({"id": webhook::inbound::receive(world, message)?})))
}

pub(super) async fn echo(State(shared): Us, body: Bytes) -> Answer {
    with(&shared, &body, |world, message: Inbound| Ok(json!({"id": webhook::inbound::echo(world, message)?})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Press {
    message_id: String,
    what: Value,
}

pub(super) async fn press(State(shared): Us, body: Bytes) -> Answer {
    with(&shared, &body, |world, press: Press| {
        let what = press.what.as_str().map_or_else(|| press.what.to_string(), str::to_owned);
        Ok(json!({"id": webhook::inbound::press(world, &press.message_id, &what)?}))
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Status {
    message_id: String,
    status: String,
    code: Option<i64>,
}

pub(super) async fn status(State(shared): Us, body: Bytes) -> Answer {
    with(&shared, &body, |world, status: Status| {
        webhook::status::by_hand(world, &status.message_id, &status.status, status.code)?;
        Ok(json!({"done": true}))
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Preference {
    who: String,
    value: String,
    to: Option<String>,
}

pub(super) async fn preference(State(shared): Us, body: Bytes) -> Answer {
    with(&shared, &body, |world, wish: Preference| {
        webhook::account::preference(world, &wish.who, &wish.value, wish.to.as_deref())?;
        Ok(json!({"done": true}))
    })
}

pub(super) async fn person(State(shared): Us, body: Bytes) -> Answer {
    with(&shared, &body, |world, person: Person| {
        let at = world.people.put(person, world.config.seed)?;
        Ok(json!(world.people.get(at)))
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NumberChange {
    who: String,
    phone: String,
    to: Option<String>,
}

pub(super) async fn change_number(State(shared): Us, body: Bytes) -> Answer {
    with(&shared, &body, |world, change: NumberChange| {
        let id = webhook::inbound::change_number(world, &change.who, &change.phone, change.to.as_deref())?;
        Ok(json!({"id": id}))
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Event {
    waba_id: Option<String>,
    field: String,
    value: Value,
}

pub(super) async fn event(State(shared): Us, body: Bytes) -> Answer {
    with(&shared, &body, |world, event: Event| {
        webhook::account::event(world, event.waba_id.as_deref(), &event.field, event.value)?;
        Ok(json!({"done": true}))
    })
}

pub(super) async fn raw_webhook(State(shared): Us, body: Bytes) -> Answer {
    shared.with(|world| {
        let target = world.config.webhook_url.clone();
        let now = world.now_ms();
        world.queue.call(now, Call { body, target, tried: 0, duplicate: false });
    });
    done(Ok(json!({"done": true})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TemplateChange {
    id: String,
    status: Option<String>,
    reason: Option<String>,
    quality: Option<String>,
    category: Option<String>,
}

pub(super) async fn template(State(shared): Us, body: Bytes) -> Answer {
    with(&shared, &body, |world, change: TemplateChange| {
        if let Some(category) = &change.category {
            templates::set_category(world, &change.id, category)?;
        }
        if let Some(quality) = &change.quality {
            templates::set_quality(world, &change.id, quality)?;
        }
        if let Some(status) = &change.status {
            templates::set_status(world, &change.id, status, change.reason.as_deref())?;
        }
        Ok(json!({"done": true}))
    })
}

pub(super) async fn knobs(State(shared): Us, body: Bytes) -> Answer {
    with(&shared, &body, |world, change: Value| {
        world.knobs = world.knobs.with(&change).map_err(Refused)?;
        Ok(json!(world.knobs))
    })
}

pub(super) async fn fault(State(shared): Us, body: Bytes) -> Answer {
    with(&shared, &body, |world, fault: Fault| {
        world.faults.add(fault).map_err(Refused)?;
        Ok(json!(world.faults.all()))
    })
}

pub(super) async fn clear_faults(State(shared): Us) -> Answer {
    shared.with(|world| world.faults.clear());
    done(Ok(json!([])))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_seconds: f64,
}

pub(super) async fn clock(State(shared): Us, body: Bytes) -> Answer {
    let advance = match read::<Advance>(&body) {
        Ok(advance) => advance.advance_seconds,
        Err(refused) => return done(Err(refused)),
    };
    // A century is more than any test needs, and keeps times within what JSON readers take.
    match Duration::try_from_secs_f64(advance) {
        Ok(by) if by.as_secs() < 100 * 366 * 24 * 3600 => {
            shared.clock().advance(by);
            super::watch::clock(State(shared)).await
        }
        _ => problem(StatusCode::BAD_REQUEST, "advance_seconds is positive and less than a century"),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Receiver {
    url: Option<String>,
}

pub(super) async fn webhook(State(shared): Us, body: Bytes) -> Answer {
    with(&shared, &body, |world, receiver: Receiver| {
        if let Some(url) = &receiver.url {
            webhook::target(url).map_err(Refused)?;
        }
        world.config.webhook_url = receiver.url;
        Ok(json!({"url": world.config.webhook_url}))
    })
}

pub(super) async fn verify(State(shared): Us) -> Answer {
    done(simulator::verify(&shared).await.map(|()| json!({"verified": true})))
}

pub(super) async fn settle(State(shared): Us) -> Answer {
    let settled = shared.until(|world| world.queue.is_settled(&world.knobs, world.now_ms()));
    match tokio::time::timeout(Duration::from_secs(30), settled).await {
        Ok(()) => done(Ok(json!({"settled": true}))),
        Err(_) => problem(StatusCode::GATEWAY_TIMEOUT, "webhooks are still due or under way after 30 s"),
    }
}

pub(super) async fn reset(State(shared): Us) -> Answer {
    shared.with(World::reset);
    done(Ok(json!({"done": true})))
}
