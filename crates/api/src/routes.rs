//! The one table of operations: method, path, handler, scope, lifecycle, documentation.

use crm::Scope::{
    ContactsRead, ContactsWrite, EventsRead, EventsWrite, MessagesRead, MessagesWrite, SetupRead, TicketsWrite,
};

use crate::compat::{
    ai_messages, channels, contacts, conversations, customers, data_send, events, messages, note_send, pipelines,
    scheduled, search, session_message, tags, team, template_send, templates, ticket_changes, tickets, views,
    web_message_send, webchat, whatsapp_contacts,
};
use crate::route::{Method, Route, delete, deprecated, get, patch, post};
use crate::{documents, health, hooks, sign_in, v1, webhook_routes};

pub const TAGS: &[(&str, &str)] = &[
    ("Customers and contacts", "People, pushed in and looked up."),
    ("Tags", "Coloured words on contacts and tickets."),
    ("Pipelines and channels", "Boards, and ways in and out."),
    ("Tickets", "Journeys through a pipeline."),
    ("Messages", "What was said."),
    ("Inbox", "Conversations, as a team works through them."),
    ("Reports", "Numbers about the work."),
    ("Templates", "Texts with variables, approved by WhatsApp."),
    ("Events", "What happened."),
    ("Webhooks", "Events sent to addresses of yours."),
    ("Signing in", "Members with a browser: sessions, second factors, invitations, who changed what."),
    ("Organization", "The organization itself, its members and keys."),
    ("Set-up", "Channels, pipelines, custom fields and tags of the Recado surface."),
    ("Sunsets", "Operations that go away."),
    ("Server", "Health and documents."),
];

pub fn table() -> Vec<Route> {
    let mut table = compatibility();
    table.extend(webhook_routes::compatibility());
    table.extend(v1::table());
    table.extend(sign_in::table());
    table.extend(webhook_routes::recado());
    table.extend(server());
    table
}

fn compatibility() -> Vec<Route> {
    const PEOPLE: &str = "Customers and contacts";
    vec![
        post("/api/public/customer/upsert/info", customers::upsert)
            .scope(ContactsWrite)
            .named("upsertCustomer", PEOPLE, "Push a customer in")
            .about(
                "Finds or makes the contact, structures the data into fields and metadata, opens or moves its ticket and \
                 assigns an agent: one transaction, or nothing. Nothing is ever sent to the person.",
            )
            .query::<customers::WaitQuery>()
            .body::<customers::UpsertInput>()
            .answers::<customers::UpsertAnswer>(201, "The contact was made.")
            .answers::<customers::UpsertAnswer>(200, "The contact was there."),
        get("/api/public/contact/{aiContactId}/info", contacts::info)
            .scope(ContactsRead)
            .named("getContact", PEOPLE, "Everything about one contact")
            .answers::<views::ContactDetail>(200, "The contact."),
        post("/api/public/contact/{aiContactId}/update-metadata", contacts::update_metadata)
            .scope(ContactsWrite)
            .named("updateContactMetadata", PEOPLE, "Add what is known of a contact")
            .about("Keys become snake_case; what matches a custom field fills it; null removes a key.")
            .query::<customers::WaitQuery>()
            .body::<contacts::UpdateMetadataInput>()
            .answers::<contacts::UpdatedContact>(201, "The contact."),
        get("/api/public/contacts", contacts::list)
            .scope(ContactsRead)
            .named("listContacts", PEOPLE, "Contacts active within some days")
            .query::<contacts::RecentQuery>()
            .answers::<Vec<contacts::ListedContact>>(200, "Newest last message first; `Link` leads on where there is more."),
        get("/api/public/contacts/search", search::search)
            .scope(ContactsRead)
            .named("searchContacts", PEOPLE, "Contacts by a part of their phone or e-mail")
            .query::<search::SearchQuery>()
            .answers::<Vec<views::ContactObject>>(200, "At most 50, newest last message first."),
        get("/api/public/contact/v2/{aiContactId}/messages", messages::list)
            .scope(MessagesRead)
            .named("listMessages", "Messages", "A contact's messages")
            .query::<messages::MessagesQuery>()
            .answers::<messages::MessagesPage>(200, "50 a page or `limit`, oldest first; with `limit` or `cursor` a `Link` leads on."),
        get("/api/public/contact/{aiContactId}/conversations", conversations::list)
            .scope(MessagesRead)
            .named("listConversations", "Messages", "A contact's messages in conversations")
            .about("A silence of 24 h starts a new conversation.")
            .query::<conversations::ConversationsQuery>()
            .answers::<Vec<conversations::ConversationObject>>(200, "Oldest first."),
        get("/api/public/team-members/all", team::list)
            .scope(SetupRead)
            .named("listTeamMembers", PEOPLE, "Active members")
            .answers::<Vec<views::TeamMember>>(200, "The members."),
        post("/api/public/contact/{aiContactId}/assign-team-member/{teamMemberId}", contacts::assign)
            .scope(ContactsWrite)
            .named("assignTeamMember", PEOPLE, "Give a contact to a member")
            .query::<contacts::AssignQuery>()
            .answers::<contacts::AssignedAnswer>(201, "Assigned."),
        get("/api/public/tags", tags::list)
            .scope(SetupRead)
            .named("listTags", "Tags", "All tags")
            .answers::<Vec<views::TagObject>>(200, "The tags."),
        patch("/api/public/contact/tags/{aiContactId}", tags::replace)
            .scope(ContactsWrite)
            .named("replaceContactTags", "Tags", "Replace a contact's tags")
            .body::<tags::ReplaceInput>()
            .answers::<tags::ReplacedAnswer>(200, "Replaced."),
        post("/api/public/channels/{channelType}/{platformIdentifier}/tags", tags::add)
            .scope(ContactsWrite)
            .named("addTagsByName", "Tags", "Tag somebody by name")
            .about("The identifier is the person's phone, or their user id on webchat.")
            .body::<tags::AddInput>()
            .answers::<tags::AddedAnswer>(201, "What became of each name."),
        get("/api/public/pipeline", pipelines::list)
            .scope(SetupRead)
            .named("listPipelines", "Pipelines and channels", "Pipelines with their stages")
            .answers::<Vec<pipelines::PipelineObject>>(200, "In board order."),
        get("/api/public/channels/{channelType}", channels::list)
            .scope(SetupRead)
            .named("listChannels", "Pipelines and channels", "Channels of one type")
            .answers::<Vec<channels::ChannelObject>>(200, "The channels."),
        get("/api/public/templates", templates::list)
            .scope(SetupRead)
            .named("listTemplates", "Templates", "Message templates")
            .query::<templates::TemplatesQuery>()
            .answers::<templates::TemplatesPage>(200, "50 a page, by name."),
        post("/api/public/whatsapp/message/session", session_message::send)
            .scope(MessagesWrite)
            .named("sendSessionMessage", "Messages", "Send a text within the 24 h window")
            .about("Outside of it: 409 `outside_service_window`; `window` says since when, and what is possible.")
            .body::<session_message::SessionInput>()
            .answers::<session_message::SentAnswer>(201, "Queued."),
        post("/api/public/whatsapp/message/send", template_send::send)
            .scope(MessagesWrite)
            .named("sendTemplate", "Messages", "Send a template to somebody")
            .about("Finds or makes the contact with what is known of it, and queues the template, in one transaction.")
            .body::<template_send::SendInput>()
            .answers::<session_message::SentAnswer>(201, "Queued."),
        post("/api/public/whatsapp/message/send/{phone}/template/{templateId}", template_send::send_to)
            .scope(MessagesWrite)
            .named("sendTemplateTo", "Messages", "Send a template to a number")
            .about("Finds or makes the contact with what is known of it, and queues the template, in one transaction.")
            .query::<template_send::FromQuery>()
            .body::<template_send::SendToInput>()
            .answers::<session_message::SentAnswer>(201, "Queued."),
        post("/api/public/whatsapp/message/send/template/{templateId}", data_send::send)
            .scope(MessagesWrite)
            .key_in_query()
            .named("sendTemplateFromData", "Messages", "Send a template filled from any record")
            .about(
                "The body is anything that has the person's phone in it. Each variable of the template takes what stands under \
                 its name, or under the word before it in the text, or what structuring is sure of; one that cannot be filled is \
                 named, and nothing is sent.",
            )
            .query::<data_send::DataQuery>()
            .body::<data_send::DataInput>()
            .forms(data_send::FORMS)
            .answers::<data_send::DataSentAnswer>(201, "Queued; which variable came from where."),
        post("/api/public/whatsapp/message/send/template/{templateId}/many", data_send::send_many)
            .scope(MessagesWrite)
            .key_in_query()
            .named("sendTemplateFromMany", "Messages", "Send a template filled from each of many records")
            .about(
                "The body is an array of at most 1000 records. Each is sent or refused by itself, in order. With an \
                 `Idempotency-Key` a repetition sends only what was not sent.",
            )
            .query::<data_send::DataQuery>()
            .records()
            .answers::<Vec<data_send::OneOfMany>>(201, "One result a record, in their order; of a refused one its problem."),
        post("/api/public/whatsapp/message/programmed/create", scheduled::create)
            .scope(MessagesWrite)
            .named("scheduleTemplate", "Messages", "Send a template to somebody at a time to come")
            .about(
                "Finds or makes the contact with what is known of it, and schedules the template, in one transaction. The template \
                 is checked now and again when its time comes. The very same for the same person and time is scheduled once.",
            )
            .body::<scheduled::ScheduleInput>()
            .answers::<scheduled::ScheduledAnswer>(201, "Scheduled."),
        delete("/api/public/whatsapp/message/programmed/{scheduledMessageId}", scheduled::cancel)
            .scope(MessagesWrite)
            .named("cancelScheduledTemplate", "Messages", "Cancel what was scheduled")
            .about("Once its time has come: 409 `wrong_status`.")
            .answers::<scheduled::CancelledAnswer>(200, "Cancelled; again it is answered the same."),
        post("/api/public/web-whatsapp-message/send/{phoneId}/message", web_message_send::send)
            .scope(MessagesWrite)
            .key_in_query()
            .named("sendWebWhatsappMessage", "Messages", "Send a text by a WhatsApp Web number")
            .about(
                "Finds or makes the contact with what is known of it, and queues the text, in one transaction. It waits until a phone is \
                 connected to the number, which this version cannot do yet.",
            )
            .query::<web_message_send::WebMessageQuery>()
            .body::<web_message_send::WebMessageInput>()
            .forms(web_message_send::FORMS)
            .answers::<session_message::SentAnswer>(201, "Queued."),
        post("/api/public/ticket/open/whatsapp/{phoneId}", tickets::open_whatsapp)
            .scope(TicketsWrite)
            .named("openTicketWhatsapp", "Tickets", "Open a ticket on a Cloud API number")
            .about("An open ticket is moved to the stage and its metadata merged, not doubled.")
            .body::<tickets::OpenInput>()
            .answers::<tickets::OpenedAnswer>(201, "Opened.")
            .answers::<tickets::OpenedAnswer>(200, "The open ticket was moved."),
        post("/api/public/ticket/open/web-whatsapp/{phoneId}", tickets::open_web_whatsapp)
            .scope(TicketsWrite)
            .named("openTicketWebWhatsapp", "Tickets", "Open a ticket on a WhatsApp Web number")
            .about("An open ticket is moved to the stage and its metadata merged, not doubled.")
            .body::<tickets::OpenInput>()
            .answers::<tickets::OpenedAnswer>(201, "Opened.")
            .answers::<tickets::OpenedAnswer>(200, "The open ticket was moved."),
        post("/api/public/ticket/metadata", ticket_changes::metadata)
            .scope(TicketsWrite)
            .named("updateTicketMetadata", "Tickets", "Merge into a ticket's metadata")
            .body::<ticket_changes::MetadataInput>()
            .answers::<ticket_changes::OkAnswer>(201, "Merged."),
        post("/api/public/ticket/amount", ticket_changes::amount)
            .scope(TicketsWrite)
            .named("setTicketAmount", "Tickets", "Say what a ticket is worth")
            .body::<ticket_changes::AmountInput>()
            .answers::<ticket_changes::OkAnswer>(201, "Set."),
        deprecated(Method::Get, "/api/public/whatsapp/contact/contacts", &whatsapp_contacts::SUNSET)
            .scope(ContactsRead)
            .named("listWhatsappContacts", PEOPLE, "Contacts on WhatsApp active within some days")
            .about("Use `GET /api/public/contacts` with `channel_type`.")
            .query::<whatsapp_contacts::WhatsappContactsQuery>()
            .answers::<Vec<contacts::ListedContact>>(200, "Newest last message first; `Link` leads on where there is more."),
        deprecated(Method::Get, "/api/public/ai-message/{aiContactId}", &ai_messages::SUNSET)
            .scope(MessagesRead)
            .named("listAllMessages", "Messages", "A contact's messages as one array")
            .about("Use `GET /api/public/contact/v2/{aiContactId}/messages`, with `limit`.")
            .query::<ai_messages::AiMessagesQuery>()
            .answers::<Vec<views::MessageObject>>(200, "Oldest first; `Link` leads on where there is more."),
        deprecated(Method::Post, "/api/public/whatsapp/message/note/send", &note_send::SUNSET)
            .scope(ContactsWrite)
            .named("sendNote", "Messages", "Push a person in with a note")
            .about("Use `POST /api/public/customer/upsert/info` with `note`. Nothing is sent to the person.")
            .body::<note_send::NoteInput>()
            .answers::<note_send::NoteAnswer>(201, "Done."),
        post("/api/public/webchat/contact/add-metadata", webchat::add_metadata)
            .scope(ContactsWrite)
            .named("addWebchatMetadata", PEOPLE, "Add what is known of a webchat visitor")
            .query::<customers::WaitQuery>()
            .body::<webchat::AddMetadataInput>()
            .answers::<contacts::UpdatedContact>(201, "The contact."),
        post("/api/v1/events", events::track)
            .compatible()
            .scope(EventsWrite)
            .named("trackEvent", "Events", "Report an event about a contact")
            .about("Finds or makes the contact on its channel; opens no ticket.")
            .body::<events::EventInput>()
            .answers::<events::TrackedAnswer>(202, "Written."),
        get("/api/v1/events", v1::events::list)
            .scope(EventsRead)
            .named("listEvents", "Events", "Page through the event log")
            .about(
                "A reader that goes on from `last_sequence` misses nothing: no event ever appears behind it. docs/events.md has \
                 the topics and what their `data` holds.",
            )
            .query::<v1::events::EventsQuery>()
            .answers::<v1::events::EventsPage>(200, "In order of `sequence`."),
        get("/api/v1/events/stream", v1::event_stream::stream)
            .scope(EventsRead)
            .named("v1StreamEvents", "Events", "Events as they happen")
            .about(
                "Server-Sent Events: `id:` is the `sequence`, `data:` the event as the log has it. `Last-Event-ID` resumes after \
                 the last one seen. A sign of life comes every 15 seconds; its `id:` moves on past events that the filter leaves \
                 out. A reader that is too slow is cut off and resumes; a key that is revoked is cut off for good. `event: reset` \
                 says that the log is shorter than where the client was: a backup was restored.",
            )
            .query::<v1::event_stream::StreamQuery>()
            .streams::<v1::events::EventView>("Open until either side ends it."),
    ]
}

fn server() -> Vec<Route> {
    vec![
        get("/healthz", health::alive)
            .named("healthz", "Server", "Whether the server runs")
            .answers::<health::Alive>(200, "It does."),
        get("/readyz", health::ready)
            .named("readyz", "Server", "Whether the database takes writes")
            .answers::<health::Ready>(200, "It does.")
            .refuses(&[503]),
        get("/openapi.json", documents::openapi_json)
            .named("openapi", "Server", "This document")
            .answers::<serde_json::Map<String, serde_json::Value>>(200, "OpenAPI 3.1."),
    ]
}

/// Pages for people; not part of the OpenAPI document.
pub fn pages() -> Vec<Route> {
    vec![
        get("/docs", documents::page),
        get("/docs/errors", documents::errors),
        get("/docs/migrations/{operation}", documents::migration_guide),
        get(crate::docs_page::CSS_PATH, documents::style),
        get(crate::docs_page::JS_PATH, documents::script),
    ]
}

/// What providers call; not part of the OpenAPI document, because their shapes are theirs (`docs/whatsapp.md`).
pub fn hooks() -> Vec<Route> {
    vec![
        get("/hooks/whatsapp/{channel}", hooks::whatsapp_handshake),
        post("/hooks/whatsapp/{channel}", hooks::whatsapp).signed(),
    ]
}
