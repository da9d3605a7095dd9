//! The rows of webhooks in the route table, of both surfaces.

use crm::Scope::{EventsRead, SetupRead, SetupWrite};
use crm::page::Page;
use crm::webhooks::{Call, Endpoint, Replayed};

use crate::compat::webhooks as compat;
use crate::route::{Route, delete, get, patch, post, put};
use crate::v1::paging::PageQuery;
use crate::v1::webhooks;
use crate::webhook_input::WebhookWithSecret;

const TAG: &str = "Webhooks";

pub fn compatibility() -> Vec<Route> {
    vec![
        post("/api/webhooks", compat::create)
            .scope(SetupWrite)
            .named("createWebhook", TAG, "Have events sent to an address")
            .about("Wants the scope events:read as well. The secret is in this answer only.")
            .body::<compat::CreateInput>()
            .answers::<WebhookWithSecret>(201, "The webhook, with its secret."),
        get("/api/webhooks", compat::list)
            .scope(SetupRead)
            .named("listWebhooks", TAG, "All webhooks")
            .answers::<Vec<Endpoint>>(200, "Oldest first, without deleted ones."),
        get("/api/webhooks/topics", compat::topics)
            .scope(SetupRead)
            .named("listWebhookTopics", TAG, "What can be sent")
            .answers::<Vec<String>>(200, "Names of topics."),
        get("/api/webhooks/calls", compat::calls)
            .scope(EventsRead)
            .named("listWebhookCalls", TAG, "Every try")
            .query::<compat::CallsQuery>()
            .answers::<compat::CallsPage>(200, "Newest first, 50 a page."),
        get("/api/webhooks/{id}", compat::show)
            .scope(SetupRead)
            .named("getWebhook", TAG, "One webhook")
            .answers::<Endpoint>(200, "The webhook, also a deleted one."),
        put("/api/webhooks/{id}", compat::change)
            .scope(SetupWrite)
            .named("changeWebhook", TAG, "Change a webhook")
            .about("What is not sent stays. Wants the scope events:read as well.")
            .body::<compat::ChangeInput>()
            .answers::<Endpoint>(200, "The webhook."),
        delete("/api/webhooks/{id}", compat::delete)
            .scope(SetupWrite)
            .named("deleteWebhook", TAG, "Delete a webhook")
            .about("It can be restored.")
            .answers::<Endpoint>(200, "The webhook, deleted."),
        post("/api/webhooks/{id}/restore", compat::restore)
            .scope(SetupWrite)
            .named("restoreWebhook", TAG, "Bring a deleted webhook back")
            .answers::<Endpoint>(201, "The webhook."),
    ]
}

pub fn recado() -> Vec<Route> {
    vec![
        get("/api/v1/webhooks", webhooks::list)
            .scope(SetupRead)
            .named("v1ListWebhooks", TAG, "Webhooks, oldest first")
            .query::<PageQuery>()
            .answers::<Page<Endpoint>>(200, "One page."),
        post("/api/v1/webhooks", webhooks::create)
            .scope(SetupWrite)
            .named("v1CreateWebhook", TAG, "Have events sent to an address")
            .about("Wants the scope events:read as well. The secret is in this answer only.")
            .body::<webhooks::CreateInput>()
            .answers::<WebhookWithSecret>(201, "The webhook, with its secret."),
        get("/api/v1/webhooks/{id}", webhooks::show)
            .scope(SetupRead)
            .named("v1GetWebhook", TAG, "One webhook")
            .answers::<Endpoint>(200, "The webhook, with its version as `ETag`; also a deleted one."),
        patch("/api/v1/webhooks/{id}", webhooks::update)
            .scope(SetupWrite)
            .named("v1UpdateWebhook", TAG, "Change a webhook")
            .about("Wants the scope events:read as well.")
            .body::<webhooks::UpdateInput>()
            .answers::<Endpoint>(200, "The webhook."),
        delete("/api/v1/webhooks/{id}", webhooks::delete)
            .scope(SetupWrite)
            .named("v1DeleteWebhook", TAG, "Delete a webhook")
            .answers::<Endpoint>(200, "The webhook, deleted."),
        post("/api/v1/webhooks/{id}/rotate_secret", webhooks::rotate_secret)
            .scope(SetupWrite)
            .named("v1RotateWebhookSecret", TAG, "Sign with another secret")
            .about("For 24 h the former one signs along: each body carries both signatures.")
            .body::<webhooks::RotateInput>()
            .answers::<WebhookWithSecret>(200, "The webhook, with its new secret."),
        post("/api/v1/webhooks/{id}/test", webhooks::test)
            .scope(SetupWrite)
            .named("v1TestWebhook", TAG, "Send a test, and see what comes back")
            .about("Sent once, at once, of topic `webhook.test`; takes as long as the receiver, 15 s at most.")
            .answers::<Call>(200, "What came of it."),
        post("/api/v1/webhooks/{id}/replay", webhooks::replay)
            .scope(SetupWrite)
            .named("v1ReplayWebhook", TAG, "Send events once more")
            .about("With the body and the `webhook-id` of the first time. Looks at 1000 events a call: go on with `next_after`.")
            .body::<webhooks::ReplayInput>()
            .answers::<Replayed>(200, "How many wait now."),
        get("/api/v1/webhooks/{id}/calls", webhooks::calls)
            .scope(EventsRead)
            .named("v1ListWebhookCalls", TAG, "Every try of a webhook")
            .query::<webhooks::CallsQuery>()
            .answers::<Page<Call>>(200, "Newest first."),
    ]
}
