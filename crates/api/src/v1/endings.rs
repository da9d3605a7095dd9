//! Rows of the route table: operations that go away.

use crm::Scope::SetupRead;
use crm::page::Page;

use super::{paging, sunsets};
use crate::route::{Route, get, post};

pub fn table() -> Vec<Route> {
    const GOING: &str = "Sunsets";
    vec![
        get("/api/v1/sunsets", sunsets::list)
            .scope(SetupRead)
            .named("v1ListSunsets", GOING, "Deprecated operations, their dates, and how much they are called")
            .query::<paging::PageQuery>()
            .answers::<Page<sunsets::SunsetView>>(200, "One page, by name."),
        get("/api/v1/sunsets/{operation}/callers", sunsets::callers)
            .scope(SetupRead)
            .named("v1ListSunsetCallers", GOING, "Who calls a deprecated operation")
            .query::<paging::PageQuery>()
            .answers::<Page<sunsets::CallerView>>(200, "One page, the last to call first."),
        post("/api/v1/sunsets/{operation}/translate", sunsets::translate)
            .scope(SetupRead)
            .named("v1TranslateRequest", GOING, "What to send instead of an old request")
            .about(
                "The old body in; of an operation without one its query parameters by name. What stands in the old path goes \
                 in by name as well. Changes nothing.",
            )
            .body::<sunsets::TranslateInput>()
            .answers::<sunsets::ReplacementView>(200, "The request to send."),
    ]
}
