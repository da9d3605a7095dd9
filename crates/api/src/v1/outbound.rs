//! Rows of the route table: what goes out: messages, templates, files.

use crm::Scope::{MessagesRead, MessagesWrite, SetupRead, SetupWrite};
use crm::page::Page;

use super::{media, messages, scheduled_messages, templates};
use crate::route::{Route, delete, get, patch, post};

pub fn table() -> Vec<Route> {
    const MESSAGES: &str = "Messages";
    const TEMPLATES: &str = "Templates";
    vec![
        get("/api/v1/messages", messages::list)
            .scope(MessagesRead)
            .named("v1ListMessagesUnderWay", MESSAGES, "Messages that wait, or whose fate nobody knows")
            .query::<messages::MessagesQuery>()
            .answers::<Page<messages::MessageView>>(200, "One page, oldest first."),
        post("/api/v1/messages", messages::create)
            .scope(MessagesWrite)
            .named("v1SendMessage", MESSAGES, "Send a message")
            .about(
                "Queued in one transaction and sent in order behind what the person gets already. Outside the 24 h window of a \
                 WhatsApp contact only a template goes: 409 `outside_service_window`, with `window`.",
            )
            .body::<messages::SendInput>()
            .answers::<messages::MessageView>(201, "Queued."),
        get("/api/v1/messages/{id}", messages::show)
            .scope(MessagesRead)
            .named("v1GetMessage", MESSAGES, "One message")
            .answers::<messages::MessageView>(200, "The message."),
        post("/api/v1/messages/{id}/retry", messages::retry)
            .scope(MessagesWrite)
            .named("v1RetryMessage", MESSAGES, "Send a failed or unknown message once more")
            .about("An unknown one may have arrived: whoever retries it takes that upon them.")
            .answers::<messages::MessageView>(200, "Queued again."),
        post("/api/v1/messages/{id}/discard", messages::discard)
            .scope(MessagesWrite)
            .named("v1DiscardMessage", MESSAGES, "Give up a message that waits, failed, or is unknown")
            .answers::<messages::MessageView>(200, "Cancelled."),
        post("/api/v1/messages/{id}/read", messages::read)
            .scope(MessagesWrite)
            .named("v1ReadMessage", MESSAGES, "Tell the person that their message was read")
            .about("With `typing`, also that an answer is being written.")
            .body::<messages::ReadInput>()
            .answers::<messages::ReadAnswer>(200, "Told, or nobody to tell."),
        get("/api/v1/scheduled_messages", scheduled_messages::list)
            .scope(MessagesRead)
            .named("v1ListScheduledMessages", MESSAGES, "Scheduled messages, by their time")
            .query::<scheduled_messages::ScheduledMessagesQuery>()
            .answers::<Page<scheduled_messages::ScheduledMessageView>>(200, "One page."),
        post("/api/v1/scheduled_messages", scheduled_messages::create)
            .scope(MessagesWrite)
            .named("v1ScheduleMessage", MESSAGES, "Send a template or a text at a time to come")
            .about(
                "What may not go then, as far as is known now, is refused at once; what changes until then is looked at again. The \
                 very same for the same person and time is scheduled once.",
            )
            .body::<scheduled_messages::CreateInput>()
            .answers::<scheduled_messages::ScheduledMessageView>(201, "Scheduled.")
            .answers::<scheduled_messages::ScheduledMessageView>(200, "The very same was scheduled already."),
        get("/api/v1/scheduled_messages/{id}", scheduled_messages::show)
            .scope(MessagesRead)
            .named("v1GetScheduledMessage", MESSAGES, "One scheduled message")
            .answers::<scheduled_messages::ScheduledMessageView>(200, "It, with its version as `ETag`."),
        patch("/api/v1/scheduled_messages/{id}", scheduled_messages::update)
            .scope(MessagesWrite)
            .named("v1RescheduleMessage", MESSAGES, "Send a scheduled message at another time")
            .about("Once its time has come: 409 `wrong_status`.")
            .body::<scheduled_messages::UpdateInput>()
            .answers::<scheduled_messages::ScheduledMessageView>(200, "With its new time."),
        post("/api/v1/scheduled_messages/{id}/cancel", scheduled_messages::cancel)
            .scope(MessagesWrite)
            .named("v1CancelScheduledMessage", MESSAGES, "Cancel a scheduled message")
            .about("Once its time has come: 409 `wrong_status`. Twice is as once.")
            .answers::<scheduled_messages::ScheduledMessageView>(200, "Cancelled."),
        post("/api/v1/media", media::upload)
            .scope(MessagesWrite)
            .named("v1UploadMedia", MESSAGES, "Take in a file for sending")
            .about("The body is the file itself, its `Content-Type` what it is. Unused, it is forgotten after a day.")
            .query::<media::UploadQuery>()
            .file(media::limit)
            .answers::<messages::AttachmentView>(201, "The file; its id goes into messages."),
        get("/api/v1/media/{id}", media::show)
            .scope(MessagesRead)
            .named("v1GetMedia", MESSAGES, "A file of a message")
            .about("The bytes; `Range` is honoured. Types that cannot carry a script are shown in place, others saved.")
            .query::<media::DownloadQuery>()
            .answers_bytes(200, "The file.")
            .answers_bytes(206, "A part of it.")
            .refuses(&[409, 416]),
        get("/api/v1/templates", templates::list)
            .scope(SetupRead)
            .named("v1ListTemplates", TEMPLATES, "Templates, by name")
            .query::<templates::TemplatesQuery>()
            .answers::<Page<templates::TemplateView>>(200, "One page."),
        post("/api/v1/templates", templates::create)
            .scope(SetupWrite)
            .named("v1CreateTemplate", TEMPLATES, "Hand a template in for approval")
            .body::<templates::CreateInput>()
            .answers::<templates::TemplateView>(201, "As WhatsApp took it."),
        post("/api/v1/templates/sync", templates::sync)
            .scope(SetupWrite)
            .named("v1SyncTemplates", TEMPLATES, "Bring a channel's templates from WhatsApp")
            .body::<templates::SyncInput>()
            .answers::<templates::SyncAnswer>(200, "What changed."),
        get("/api/v1/templates/{id}", templates::show)
            .scope(SetupRead)
            .named("v1GetTemplate", TEMPLATES, "One template")
            .answers::<templates::TemplateView>(200, "The template."),
        patch("/api/v1/templates/{id}", templates::update)
            .scope(SetupWrite)
            .named("v1UpdateTemplate", TEMPLATES, "Change a template at WhatsApp")
            .about("It waits for approval again.")
            .body::<templates::UpdateInput>()
            .answers::<templates::TemplateView>(200, "The template."),
        delete("/api/v1/templates/{id}", templates::delete)
            .scope(SetupWrite)
            .named("v1DeleteTemplate", TEMPLATES, "Delete a template at WhatsApp")
            .about("In its language; its name is blocked for 30 days there.")
            .answers::<templates::DeletedTemplate>(200, "Deleted."),
    ]
}
