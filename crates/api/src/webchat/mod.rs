//! What a page with the web chat calls: `/webchat/{channel}/…` and `/webchat.js`. `docs/webchat.md` is the user's side.
//! A visitor has a token of its own, sent as `Authorization: Bearer`; it opens its own conversation and nothing else.

mod config;
mod door;
mod file_budget;
mod files;
mod identity;
mod messages;
mod room;
mod script;
mod session;
mod stream;
mod view;

pub use door::{Visit, admit, preflight};
use file_budget::FileBudget;
pub use file_budget::FileLimits;
pub use identity::{IdentitySecret, renew as renew_identity_secret};
pub use room::Rooms;
pub(crate) use session::unknown as visitor_unknown;
pub use stream::VisitorStream;

use std::net::IpAddr;

use crate::limits::{Limiter, Rate};
use crate::route::{Route, delete, get, post};

/// What one visitor may do: calls that change something, and messages among them.
const CHANGES: Rate = Rate { requests: 120, seconds: 60 };
const MESSAGES: Rate = Rate { requests: 30, seconds: 60 };
/// What may come from one address, behind which an office may sit: calls, and new visitors.
const CALLS: Rate = Rate { requests: 1200, seconds: 60 };
const ARRIVALS: Rate = Rate { requests: 60, seconds: 60 };

/// How much is taken from whom. Counted by node.
pub struct Limits {
    changes: Limiter<[u8; 32]>,
    messages: Limiter<[u8; 32]>,
    calls: Limiter<IpAddr>,
    arrivals: Limiter<IpAddr>,
    files: FileBudget,
}

impl Limits {
    pub fn new(files: FileLimits) -> Limits {
        Limits {
            files: FileBudget::new(files),
            changes: Limiter::new("visitor", CHANGES),
            messages: Limiter::new("messages", MESSAGES),
            calls: Limiter::new("address", CALLS),
            arrivals: Limiter::new("arrivals", ARRIVALS),
        }
    }
}

/// Not part of the OpenAPI document: the widget is who calls it, and both come from this program.
pub fn table() -> Vec<Route> {
    vec![
        get("/webchat.js", script::script),
        get("/webchat/{channel}/config", config::config).for_visitors(),
        post("/webchat/{channel}/session", session::begin).for_visitors(),
        delete("/webchat/{channel}/session", session::leave).for_visitors(),
        post("/webchat/{channel}/profile", session::introduce).for_visitors(),
        get("/webchat/{channel}/messages", messages::list).for_visitors(),
        post("/webchat/{channel}/messages", messages::send).for_visitors(),
        post("/webchat/{channel}/typing", messages::typing).for_visitors(),
        post("/webchat/{channel}/read", messages::read).for_visitors(),
        post("/webchat/{channel}/files", files::upload).for_visitors().file(files::limit),
        get("/webchat/{channel}/files/{id}", files::show).for_visitors(),
        get("/webchat/{channel}/stream", stream::stream).for_visitors(),
    ]
}
