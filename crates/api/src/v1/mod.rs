//! The Recado surface: `/api/v1`. One style throughout: snake_case, plural nouns, cursor pages, `PATCH`, `ETag`.

mod api_keys;
pub mod audit;
mod canned_replies;
mod channel_check;
mod channels;
mod contacts;
mod conversation_team;
mod conversations;
mod custom_fields;
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
mod outside;
pub mod paging;
mod pipelines;
mod playground;
mod proposals;
mod provenance;
mod references;
mod removal;
mod reports;
mod reviews;
mod rules;
mod search;
mod structured;
mod structuring;
pub mod sunsets;
mod tags;
mod templates;
mod tickets;
mod timeline;
pub mod webhooks;
mod widget;

use crm::Scope::{
    Admin, ContactsRead, ContactsWrite, MessagesRead, MessagesWrite, SetupRead, SetupWrite, TicketsRead, TicketsWrite,
};
use crm::changes::Removed;
use crm::page::Page;

use crate::route::{Route, delete, get, patch, post};
use crate::webchat;

pub fn table() -> Vec<Route> {
    let mut table = work();
    table.extend(outbound());
    table.extend(inbox::table());
    table.extend(structured::table());
    table.extend(organization_table());
    table.extend(boards());
    table.extend(set_up());
    table.extend(going());
    table
}

/// Messages out, their templates and files.
fn outbound() -> Vec<Route> {
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

/// Operations that go away.
fn going() -> Vec<Route> {
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

fn work() -> Vec<Route> {
    const PEOPLE: &str = "Customers and contacts";
    vec![
        get("/api/v1/contacts", contacts::list)
            .scope(ContactsRead)
            .named("v1ListContacts", PEOPLE, "Contacts, newest activity first")
            .query::<contacts::ContactsQuery>()
            .answers::<Page<contacts::ContactView>>(200, "One page."),
        get("/api/v1/contacts/{id}", contacts::show)
            .scope(ContactsRead)
            .named("v1GetContact", PEOPLE, "One contact")
            .answers::<contacts::ContactFull>(200, "The contact, with its version as `ETag`."),
        patch("/api/v1/contacts/{id}", contacts::update)
            .scope(ContactsWrite)
            .named("v1UpdateContact", PEOPLE, "Change a contact")
            .body::<contacts::UpdateInput>()
            .answers::<contacts::ContactFull>(200, "The contact."),
        get("/api/v1/contacts/{id}/identity", contacts::identity)
            .scope(ContactsRead)
            .named("v1ContactIdentity", PEOPLE, "Why this contact is who it is")
            .about("Every identifier, who said so, when, and which rule joined it.")
            .answers::<contacts::IdentityView>(200, "The identifiers."),
        post("/api/v1/contacts/{id}/merge", merges::create)
            .scope(ContactsWrite)
            .named("v1MergeContacts", PEOPLE, "Say that two contacts are one person")
            .about(
                "The older contact stays. On one channel everything of the other moves to it, and the other's id answers as it; \
                 contacts of two channels stay and become one customer's. Again it answers the merge that is there.",
            )
            .body::<merges::MergeInput>()
            .answers::<merges::MergeView>(200, "The merge; its `id` undoes it."),
        post("/api/v1/merges/{id}/undo", merges::undo)
            .scope(ContactsWrite)
            .named("v1UndoMerge", PEOPLE, "Make two contacts of one again")
            .about("What the merge moved goes back, exactly that; what came since stays.")
            .answers::<merges::MergeView>(200, "The merge, undone."),
        post("/api/v1/contacts/{id}/assistant", contacts::assistant)
            .scope(ContactsWrite)
            .named("v1PauseAssistant", PEOPLE, "Keep assistants from answering a contact, or let them again")
            .body::<contacts::AssistantInput>()
            .answers::<contacts::ContactFull>(200, "The contact."),
        get("/api/v1/contacts/{id}/messages", notes::messages)
            .scope(MessagesRead)
            .named("v1ContactMessages", "Messages", "A contact's messages, oldest first")
            .query::<notes::MessagesQuery>()
            .answers::<Page<messages::MessageView>>(200, "One page."),
        post("/api/v1/contacts/{id}/notes", notes::create)
            .scope(ContactsWrite)
            .named("v1CreateNote", "Messages", "Write a note on a contact's timeline")
            .about("Nothing is sent to the person.")
            .body::<notes::NoteInput>()
            .answers::<messages::MessageView>(201, "The note."),
        get("/api/v1/contacts/{id}/timeline", timeline::contact)
            .scope(MessagesRead)
            .named("v1ContactTimeline", PEOPLE, "What happened with a contact")
            .about("Messages and notes, and the events of the log; of contacts that were merged into it, too.")
            .query::<timeline::TimelineQuery>()
            .answers::<Page<timeline::EntryView>>(200, "One page."),
        post("/api/v1/structuring/preview", structuring::preview)
            .scope(ContactsRead)
            .named("v1PreviewStructuring", PEOPLE, "What structuring would make of a record")
            .about("Writes nothing. With `definitions` in the body, fields can be tried before they are made.")
            .body::<structuring::PreviewInput>()
            .answers::<structuring::PreviewAnswer>(200, "What would be written, and what would be kept as metadata."),
        get("/api/v1/tickets", tickets::list)
            .scope(TicketsRead)
            .named("v1ListTickets", "Tickets", "Tickets, newest first")
            .query::<tickets::TicketsQuery>()
            .answers::<Page<tickets::TicketView>>(200, "One page."),
        post("/api/v1/tickets", tickets::create)
            .scope(TicketsWrite)
            .named("v1OpenTicket", "Tickets", "Open a ticket for a contact, or move its open one")
            .body::<tickets::CreateInput>()
            .answers::<tickets::TicketView>(201, "Opened.")
            .answers::<tickets::TicketView>(200, "The open ticket was moved."),
        get("/api/v1/tickets/{id}", tickets::show)
            .scope(TicketsRead)
            .named("v1GetTicket", "Tickets", "One ticket")
            .answers::<tickets::TicketView>(200, "The ticket, with its version as `ETag`."),
        patch("/api/v1/tickets/{id}", tickets::update)
            .scope(TicketsWrite)
            .named("v1UpdateTicket", "Tickets", "Change a ticket's amount or metadata")
            .body::<tickets::UpdateInput>()
            .answers::<tickets::TicketView>(200, "The ticket."),
        get("/api/v1/tickets/{id}/timeline", timeline::ticket)
            .scope(MessagesRead)
            .named("v1TicketTimeline", "Tickets", "What happened with a ticket")
            .about("Messages and notes, and the events of the log, that belong to the ticket.")
            .query::<timeline::TimelineQuery>()
            .answers::<Page<timeline::EntryView>>(200, "One page."),
        post("/api/v1/tickets/{id}/move", tickets::move_ticket)
            .scope(TicketsWrite)
            .named("v1MoveTicket", "Tickets", "Move a ticket to another stage")
            .about("A move to a won or lost stage closes it.")
            .body::<tickets::MoveInput>()
            .answers::<tickets::TicketView>(200, "The ticket."),
        post("/api/v1/tickets/{id}/close", tickets::close)
            .scope(TicketsWrite)
            .named("v1CloseTicket", "Tickets", "Close a ticket where it stands")
            .body::<tickets::CloseInput>()
            .answers::<tickets::TicketView>(200, "The ticket."),
        post("/api/v1/tickets/{id}/reopen", tickets::reopen)
            .scope(TicketsWrite)
            .named("v1ReopenTicket", "Tickets", "Open a closed ticket again")
            .answers::<tickets::TicketView>(200, "The ticket."),
        post("/api/v1/tickets/{id}/assign", tickets::assign)
            .scope(TicketsWrite)
            .named("v1AssignTicket", "Tickets", "Give a ticket to a member, or to nobody")
            .body::<tickets::AssignInput>()
            .answers::<tickets::TicketView>(200, "The ticket."),
    ]
}

/// The organization itself, who works there, who calls.
fn organization_table() -> Vec<Route> {
    const ORGANIZATION: &str = "Organization";
    vec![
        get("/api/v1/organization", organization::show)
            .scope(SetupRead)
            .named("v1GetOrganization", ORGANIZATION, "The organization of the key")
            .answers::<crm::organizations::Organization>(200, "The organization, with its version as `ETag`."),
        patch("/api/v1/organization", organization::update)
            .scope(SetupWrite)
            .named("v1UpdateOrganization", ORGANIZATION, "Change the organization")
            .body::<organization::UpdateInput>()
            .answers::<crm::organizations::Organization>(200, "The organization."),
        get("/api/v1/members", members::list)
            .scope(SetupRead)
            .named("v1ListMembers", ORGANIZATION, "Members, oldest first")
            .query::<members::MembersQuery>()
            .answers::<Page<crm::members::Member>>(200, "One page."),
        post("/api/v1/members", members::create)
            .scope(Admin)
            .named("v1CreateMember", ORGANIZATION, "Take a member on")
            .about("Without a password: the member cannot log in before one is set.")
            .body::<members::CreateInput>()
            .answers::<crm::members::Member>(201, "The member."),
        get("/api/v1/members/{id}", members::show)
            .scope(SetupRead)
            .named("v1GetMember", ORGANIZATION, "One member")
            .answers::<crm::members::Member>(200, "The member, with its version as `ETag`."),
        patch("/api/v1/members/{id}", members::update)
            .scope(Admin)
            .named("v1UpdateMember", ORGANIZATION, "Change a member")
            .body::<members::UpdateInput>()
            .answers::<crm::members::Member>(200, "The member."),
        delete("/api/v1/members/{id}", members::delete)
            .scope(Admin)
            .named("v1RemoveMember", ORGANIZATION, "Deactivate a member")
            .about("With tickets or contacts in hand only where they go to another member, or stay as they are.")
            .query::<removal::MoveOrArchive>()
            .answers::<Removed>(200, "Deactivated; how many contacts moved."),
        get("/api/v1/api_keys", api_keys::list)
            .scope(Admin)
            .named("v1ListApiKeys", ORGANIZATION, "API keys, oldest first")
            .query::<paging::PageQuery>()
            .answers::<Page<crm::keys::ApiKey>>(200, "One page."),
        post("/api/v1/api_keys", api_keys::create)
            .scope(Admin)
            .named("v1CreateApiKey", ORGANIZATION, "Make an API key")
            .about("Its secret is in this answer only.")
            .body::<api_keys::CreateInput>()
            .answers::<api_keys::CreatedKey>(201, "The key."),
        get("/api/v1/api_keys/{id}", api_keys::show)
            .scope(Admin)
            .named("v1GetApiKey", ORGANIZATION, "One API key")
            .answers::<crm::keys::ApiKey>(200, "The key without its secret, with its version as `ETag`."),
        patch("/api/v1/api_keys/{id}", api_keys::update)
            .scope(Admin)
            .named("v1UpdateApiKey", ORGANIZATION, "Change an API key's name or scopes")
            .body::<api_keys::UpdateInput>()
            .answers::<crm::keys::ApiKey>(200, "The key."),
        delete("/api/v1/api_keys/{id}", api_keys::revoke)
            .scope(Admin)
            .named("v1RevokeApiKey", ORGANIZATION, "Revoke an API key")
            .about("For good, from its very next request on.")
            .answers::<api_keys::RevokedKey>(200, "Revoked."),
    ]
}

fn boards() -> Vec<Route> {
    const SET_UP: &str = "Set-up";
    vec![
        get("/api/v1/pipelines", pipelines::list)
            .scope(SetupRead)
            .named("v1ListPipelines", SET_UP, "Pipelines with their stages, in order")
            .query::<paging::PageQuery>()
            .answers::<Page<crm::pipelines::Pipeline>>(200, "One page."),
        post("/api/v1/pipelines", pipelines::create)
            .scope(SetupWrite)
            .named("v1CreatePipeline", SET_UP, "Make a pipeline with its stages")
            .body::<pipelines::CreateInput>()
            .answers::<crm::pipelines::Pipeline>(201, "The pipeline."),
        get("/api/v1/pipelines/{id}", pipelines::show)
            .scope(SetupRead)
            .named("v1GetPipeline", SET_UP, "One pipeline")
            .answers::<crm::pipelines::Pipeline>(200, "The pipeline, with its version as `ETag`."),
        patch("/api/v1/pipelines/{id}", pipelines::update)
            .scope(SetupWrite)
            .named("v1UpdatePipeline", SET_UP, "Rename, describe or move a pipeline")
            .body::<pipelines::UpdateInput>()
            .answers::<crm::pipelines::Pipeline>(200, "The pipeline."),
        delete("/api/v1/pipelines/{id}", pipelines::delete)
            .scope(SetupWrite)
            .named("v1DeletePipeline", SET_UP, "Delete a pipeline with its stages")
            .about(REMOVAL)
            .query::<removal::MoveOrArchive>()
            .answers::<Removed>(200, "Deleted or archived; how many tickets moved."),
        get("/api/v1/pipelines/{id}/stages", pipelines::list_stages)
            .scope(SetupRead)
            .named("v1ListStages", SET_UP, "A pipeline's stages, in order")
            .query::<paging::PageQuery>()
            .answers::<Page<crm::pipelines::Stage>>(200, "One page."),
        post("/api/v1/pipelines/{id}/stages", pipelines::create_stage)
            .scope(SetupWrite)
            .named("v1CreateStage", SET_UP, "Add a stage")
            .body::<pipelines::CreateStageInput>()
            .answers::<crm::pipelines::Stage>(201, "The stage."),
        get("/api/v1/pipelines/{id}/stages/{stage_id}", pipelines::show_stage)
            .scope(SetupRead)
            .named("v1GetStage", SET_UP, "One stage")
            .answers::<crm::pipelines::Stage>(200, "The stage, with its version as `ETag`."),
        patch("/api/v1/pipelines/{id}/stages/{stage_id}", pipelines::update_stage)
            .scope(SetupWrite)
            .named("v1UpdateStage", SET_UP, "Rename, describe or move a stage, change its outcome")
            .body::<pipelines::UpdateStageInput>()
            .answers::<crm::pipelines::Stage>(200, "The stage."),
        delete("/api/v1/pipelines/{id}/stages/{stage_id}", pipelines::delete_stage)
            .scope(SetupWrite)
            .named("v1DeleteStage", SET_UP, "Delete a stage")
            .about(REMOVAL)
            .query::<removal::MoveOrArchive>()
            .answers::<Removed>(200, "Deleted or archived; how many tickets moved."),
    ]
}

const REMOVAL: &str = "In use by tickets or channels, it goes only where `move_to` (a stage, or a pipeline: then its first open \
                       stage) takes the open tickets, or `archive` leaves all as it is. Closed tickets keep naming it: then it \
                       is put out of sight and not deleted.";

fn set_up() -> Vec<Route> {
    const SET_UP: &str = "Set-up";
    vec![
        get("/api/v1/channels", channels::list)
            .scope(SetupRead)
            .named("v1ListChannels", SET_UP, "Channels, oldest first")
            .query::<channels::ChannelsQuery>()
            .answers::<Page<crm::channels::ChannelView>>(200, "One page."),
        post("/api/v1/channels", channels::create)
            .scope(SetupWrite)
            .named("v1CreateChannel", SET_UP, "Open a channel")
            .about(
                "Of type whatsapp it needs phone_number, phone_number_id, waba_id, access_token, app_secret and verify_token; of \
                 type webchat allowed_origins; of type playground phone_number. Its shape decides; `check` says what is known \
                 to be missing beyond it.",
            )
            .body::<channels::CreateInput>()
            .answers::<channels::CreatedChannel>(201, "The channel; its secrets are never answered."),
        get("/api/v1/channels/{id}", channels::show)
            .scope(SetupRead)
            .named("v1GetChannel", SET_UP, "One channel")
            .answers::<crm::channels::ChannelView>(200, "The channel, with its version as `ETag`."),
        patch("/api/v1/channels/{id}", channels::update)
            .scope(SetupWrite)
            .named("v1UpdateChannel", SET_UP, "Change a channel")
            .about("Secrets that are not sent stay as they are.")
            .body::<channels::UpdateInput>()
            .answers::<crm::channels::ChannelView>(200, "The channel."),
        delete("/api/v1/channels/{id}", channels::delete)
            .scope(SetupWrite)
            .named("v1DeleteChannel", SET_UP, "Close a channel")
            .about("One that has contacts is only put out of sight; its number is free for another either way.")
            .query::<removal::Archive>()
            .answers::<Removed>(200, "Deleted or archived."),
        post("/api/v1/channels/{id}/playground/messages", playground::write)
            .scope(SetupWrite)
            .named("v1PlaygroundWrite", SET_UP, "Write as a person on a playground")
            .about("It comes in by the signed hook, as from WhatsApp. Exactly one member says what is written.")
            .body::<playground::WriteInput>()
            .answers::<playground::Written>(202, "On its way."),
        post("/api/v1/channels/{id}/playground/statuses", playground::status)
            .scope(SetupWrite)
            .named("v1PlaygroundStatus", SET_UP, "Let a message on a playground be delivered, read or fail")
            .body::<playground::StatusInput>()
            .answers::<playground::Done>(200, "Told."),
        post("/api/v1/channels/{id}/playground/window", playground::window)
            .scope(SetupWrite)
            .named("v1PlaygroundWindow", SET_UP, "Shut or open a person's service window on a playground")
            .body::<playground::WindowInput>()
            .answers::<playground::WindowAnswer>(200, "Until when it is open."),
        get("/api/v1/channels/{id}/playground/knobs", playground::knobs)
            .scope(SetupRead)
            .named("v1PlaygroundKnobs", SET_UP, "The weather on a playground")
            .answers::<playground::KnobsView>(200, "As it is.")
            .refuses(&[409]),
        patch("/api/v1/channels/{id}/playground/knobs", playground::turn)
            .scope(SetupWrite)
            .named("v1TurnPlaygroundKnobs", SET_UP, "Change the weather on a playground")
            .body::<playground::KnobsInput>()
            .answers::<playground::KnobsView>(200, "As it is now."),
        post("/api/v1/channels/{id}/identity_secret", webchat::renew_identity_secret)
            .scope(SetupWrite)
            .named("v1RenewIdentitySecret", SET_UP, "Make the secret that a web chat's users are signed with")
            .about(
                "For the server of the page: it signs who its users are, as a JWT (HS256) or as the HMAC-SHA256 of their id. The \
                 secret before is worth nothing from then on.",
            )
            .answers::<webchat::IdentitySecret>(201, "The secret, this once.")
            .refuses(&[409]),
        post("/api/v1/channels/{id}/check", channels::run_check)
            .scope(SetupWrite)
            .named("v1CheckChannel", SET_UP, "Check whether a channel has all that its work needs")
            .about("Asks WhatsApp where the channel is one of the Cloud API, and keeps what it says as the channel's state: what waited goes on \
                    once nothing stops it. `live` is false where nobody was asked.")
            .answers::<channel_check::Check>(200, "What was found."),
        get("/api/v1/channels/{id}/status", channels::status)
            .scope(SetupRead)
            .named("v1GetChannelStatus", SET_UP, "How a channel does")
            .answers::<channels::ChannelStatus>(200, "Its status, and what is missing."),
        get("/api/v1/custom_fields", custom_fields::list)
            .scope(SetupRead)
            .named("v1ListCustomFields", SET_UP, "Custom fields, in order")
            .query::<custom_fields::FieldsQuery>()
            .answers::<Page<crm::fields::CustomField>>(200, "One page."),
        post("/api/v1/custom_fields", custom_fields::create)
            .scope(SetupWrite)
            .named("v1CreateCustomField", SET_UP, "Define a custom field")
            .body::<custom_fields::CreateInput>()
            .answers::<crm::fields::CustomField>(201, "The field."),
        get("/api/v1/custom_fields/{id}", custom_fields::show)
            .scope(SetupRead)
            .named("v1GetCustomField", SET_UP, "One custom field")
            .answers::<crm::fields::CustomField>(200, "The field, with its version as `ETag`."),
        patch("/api/v1/custom_fields/{id}", custom_fields::update)
            .scope(SetupWrite)
            .named("v1UpdateCustomField", SET_UP, "Change a custom field")
            .about("Another type is refused unless every value that is there converts; then all of them are converted.")
            .body::<custom_fields::UpdateInput>()
            .answers::<crm::fields::CustomField>(200, "The field."),
        delete("/api/v1/custom_fields/{id}", custom_fields::delete)
            .scope(SetupWrite)
            .named("v1DeleteCustomField", SET_UP, "Delete a custom field")
            .about("One that has values is only put out of sight; its key is free for another either way.")
            .query::<removal::Archive>()
            .answers::<Removed>(200, "Deleted or archived."),
        get("/api/v1/tags", tags::list)
            .scope(SetupRead)
            .named("v1ListTags", SET_UP, "Tags, oldest first")
            .query::<paging::PageQuery>()
            .answers::<Page<crm::tags::Tag>>(200, "One page."),
        post("/api/v1/tags", tags::create)
            .scope(SetupWrite)
            .named("v1CreateTag", SET_UP, "Make a tag")
            .body::<tags::CreateInput>()
            .answers::<crm::tags::Tag>(201, "The tag."),
        get("/api/v1/tags/{tag_id}", tags::show)
            .scope(SetupRead)
            .named("v1GetTag", SET_UP, "One tag")
            .answers::<crm::tags::Tag>(200, "The tag, with its version as `ETag`."),
        patch("/api/v1/tags/{tag_id}", tags::update)
            .scope(SetupWrite)
            .named("v1UpdateTag", SET_UP, "Rename or recolour a tag")
            .body::<tags::UpdateInput>()
            .answers::<crm::tags::Tag>(200, "The tag."),
        delete("/api/v1/tags/{tag_id}", tags::delete)
            .scope(SetupWrite)
            .named("v1DeleteTag", SET_UP, "Delete a tag")
            .about("One in use is deleted only with `force`: it is taken off everything first.")
            .query::<tags::DeleteQuery>()
            .answers::<crm::tags::DeletedTag>(200, "Deleted; from how many things it was taken."),
    ]
}
