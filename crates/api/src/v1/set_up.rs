//! Rows of the route table: channels with their playground, custom fields, tags.

use crm::Scope::{SetupRead, SetupWrite};
use crm::changes::Removed;
use crm::page::Page;

use super::{channel_check, channels, custom_fields, paging, playground, removal, tags};
use crate::route::{Route, delete, get, patch, post};
use crate::webchat;

pub fn table() -> Vec<Route> {
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
