//! The Recado surface: `/api/v1`. One style throughout: snake_case, plural nouns, cursor pages, `PATCH`, `ETag`.

mod api_keys;
mod assignment;
pub mod audit;
mod boards;
mod canned_replies;
mod channel_check;
mod channels;
mod contacts;
mod conversation_team;
mod conversations;
mod custom_fields;
mod endings;
mod erasures;
pub mod event_stream;
pub mod events;
mod inbox;
pub(crate) mod media;
mod members;
mod merges;
mod message_input;
mod messages;
mod notes;
mod organization;
mod outbound;
pub(crate) mod outside;
pub mod paging;
mod pipelines;
mod playground;
mod proposals;
mod provenance;
mod recipient;
mod references;
mod removal;
mod reports;
mod retention;
mod reviews;
mod rules;
mod scheduled_messages;
mod search;
mod set_up;
mod staff;
mod structured;
mod structuring;
mod structuring_model;
pub mod sunsets;
mod tags;
mod templates;
mod tickets;
mod timeline;
pub mod webhooks;
mod widget;
mod work;

use crate::route::Route;

pub fn table() -> Vec<Route> {
    let parts = [
        work::table(),
        outbound::table(),
        inbox::table(),
        structured::table(),
        staff::table(),
        boards::table(),
        set_up::table(),
        endings::table(),
    ];
    parts.into_iter().flatten().collect()
}
