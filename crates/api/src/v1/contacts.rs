//! Contacts of the Recado surface.

use crm::access::{Actor, Scope};
use crm::contacts::{
    self, ChatStatus, Contact, ContactFilter, ContactSort, Detail, Edit, IdentifierRow, ProposalRow, ValueSource,
    browse, detail,
};
use crm::fields::Entity;
use crm::id::{ChannelId, ContactId, CustomerId, PipelineId, StageId};
use crm::page::{Page, PageRequest};
use crm::{FieldError, Setup, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use structuring::Json;
use structuring::json::{Object, escape_pointer};

use super::events::{ActorView, actor};
use super::merges::{self, MergeView};
use super::paging::page;
use super::references::References;
use super::tickets::{TicketView, view as ticket_view};
use crate::answer::Answer;
use crate::call::{Call, complete};
use crate::compat::record::read_phone;
use crate::compat::views::{self, FieldObject, TagObject, TeamMember, platform, raw};
use crate::input::{Fields, Input};
use crate::kinds::{AnyObject, Email, Flag, PhoneText, SHORT, Text, id};
use crate::problem::Problem;

#[derive(Debug, Serialize, JsonSchema)]
pub struct ContactView {
    pub id: ContactId,
    pub customer_id: CustomerId,
    pub channel_id: ChannelId,
    /// Type of the channel.
    pub platform: &'static str,
    pub name: Option<String>,
    /// Who said the name: `explicit` (API), `member`, `inferred`, `channel`.
    pub name_source: Option<ValueSource>,
    /// E.164
    pub phone: Option<String>,
    /// Null where the channel knows the person by the phone.
    pub phone_source: Option<ValueSource>,
    pub email: Option<String>,
    pub email_source: Option<ValueSource>,
    pub external_user_id: Option<String>,
    /// On WhatsApp.
    pub username: Option<String>,
    /// Of the open ticket, else of the last one.
    pub stage_id: Option<StageId>,
    pub chat_status: ChatStatus,
    pub blocked: bool,
    pub is_chat_read: bool,
    pub last_message_at: Option<Timestamp>,
    pub last_inbound_at: Option<Timestamp>,
    /// On WhatsApp: until when anything but templates may be sent to them; null where they never wrote.
    pub service_window_ends_at: Option<Timestamp>,
    /// Since when they want no marketing.
    pub opted_out_at: Option<Timestamp>,
    /// Whether an assistant may not answer them by itself.
    pub assistant_paused: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

fn view(setup: &Setup, contact: &Contact) -> ContactView {
    ContactView {
        id: contact.id,
        customer_id: contact.customer_id,
        channel_id: contact.channel_id,
        platform: platform(setup.channel(contact.channel_id)),
        name: contact.name.clone(),
        name_source: contact.name_source,
        phone: contact.phone.clone(),
        phone_source: contact.phone_source,
        email: contact.email.clone(),
        email_source: contact.email_source,
        external_user_id: contact.external_user_id.clone(),
        username: contact.username.clone(),
        stage_id: contact.stage_id,
        chat_status: contact.chat_status,
        blocked: contact.blocked,
        is_chat_read: contact.is_chat_read,
        last_message_at: contact.last_message_at,
        last_inbound_at: contact.last_inbound_at,
        service_window_ends_at: contact.service_window_ends_at(setup),
        opted_out_at: contact.opted_out_at,
        assistant_paused: contact.assistant_paused,
        created_at: contact.created_at,
        updated_at: contact.updated_at,
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ContactFull {
    #[serde(flatten)]
    pub contact: ContactView,
    #[schemars(with = "Map<String, Value>")]
    pub metadata: Box<RawValue>,
    pub custom_fields: Vec<FieldObject>,
    pub tags: Vec<TagObject>,
    pub agents: Vec<TeamMember>,
    pub open_ticket: Option<TicketView>,
}

fn full(setup: &Setup, found: &Detail) -> Result<ContactFull, Problem> {
    Ok(ContactFull {
        contact: view(setup, &found.contact),
        metadata: raw(&found.contact.metadata)?,
        custom_fields: views::fields(setup, Entity::Customer, &found.values),
        tags: found.tags.iter().map(|tag| views::tag(setup, tag)).collect(),
        agents: found.agents.iter().filter_map(|id| setup.member(*id)).map(views::team_member).collect(),
        open_ticket: found.active_ticket.as_ref().map(|ticket| ticket_view(setup, ticket, &[], &[])).transpose()?,
    })
}

/// For who changed it, who may not be allowed to read everything that belongs to it.
fn changed(setup: &Setup, actor: Actor, found: &Detail) -> Result<ContactFull, Problem> {
    let mut contact = full(setup, found)?;
    let scopes = setup.scopes_of(actor).unwrap_or_default();
    if !scopes.contains(Scope::TicketsRead) {
        contact.open_ticket = None;
    }
    if !scopes.contains(Scope::ContactsRead) {
        (contact.agents, contact.tags) = (Vec::new(), Vec::new());
    }
    Ok(contact)
}

#[derive(Debug)]
pub struct ContactsQuery {
    pub filter: ContactFilter,
    pub page: PageRequest,
}

impl Input for ContactsQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let text = f.optional("q", Text { max: 100 }, "Part of a name, phone or e-mail.");
        let stage = f.optional("stage_id", id::<StageId>(), "");
        let pipeline = f.optional("pipeline_id", id::<PipelineId>(), "");
        let channel = f.optional("channel_id", id::<ChannelId>(), "");
        let filter = ContactFilter { text, stage, pipeline, channel, ..Default::default() };
        Some(ContactsQuery { filter, page: page(f) })
    }
}

pub async fn list(call: Call) -> Result<Answer, Problem> {
    let query: ContactsQuery = call.read_query()?;
    let filter = &query.filter;
    call.prepare(|setup| {
        let mut problems = References::of(setup);
        problems.stage("?stage_id", filter.stage).pipeline("?pipeline_id", filter.pipeline);
        problems.channel("?channel_id", filter.channel).check()
    })
    .await?;
    let (found, setup) = call
        .read(move |w| Ok((browse(w, &query.filter, ContactSort::Activity, &query.page)?, w.setup.clone())))
        .await?;
    let data = found.data.iter().map(|contact| view(&setup, contact)).collect();
    Answer::json(200, &Page::<ContactView> { data, next_cursor: found.next_cursor })
}

pub async fn show(call: Call) -> Result<Answer, Problem> {
    let id: ContactId = call.id("id", "contact")?;
    let (found, setup) = call.read(move |w| Ok((detail(w, id)?, w.setup.clone()))).await?;
    Ok(Answer::json(200, &full(&setup, &found)?)?.etag(found.contact.version))
}

#[derive(Debug)]
pub struct UpdateInput {
    pub name: Option<Option<String>>,
    pub phone: Option<Option<String>>,
    pub email: Option<Option<String>>,
    pub blocked: Option<bool>,
    pub is_chat_read: Option<bool>,
    pub custom_fields: Option<Object>,
}

impl Input for UpdateInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let name = f.nullable("name", SHORT, "Null removes it.");
        let about = "National forms are read as of the channel's country. Where the channel knows people by it: only while nothing was \
                     sent to them or came from them, and never null.";
        let phone = f.nullable("phone", PhoneText, about);
        let email = f.nullable("email", Email, "Null removes it.");
        let blocked = f.optional("blocked", Flag, "Nothing is sent to a blocked contact.");
        let is_chat_read = f.optional("is_chat_read", Flag, "");
        let custom_fields = f.optional("custom_fields", AnyObject, "Values by field key; null removes one.");
        Some(UpdateInput { name, phone, email, blocked, is_chat_read, custom_fields })
    }
}

pub async fn update(call: Call) -> Result<Answer, Problem> {
    let contact: ContactId = call.id("id", "contact")?;
    let object = call.object()?;
    let if_version = call.if_version()?;
    let channel = match object.contains_key("phone") {
        true => Some(call.read(move |w| Ok(Contact::get(w, contact)?.channel_id)).await?),
        false => None,
    };
    let actor = call.caller.actor;
    let edit = call.prepare(|setup| edit_of(setup, &call, &object, channel, if_version)).await?;
    call.write(
        move |w| {
            let found = Contact::get(w, contact)?;
            contacts::edit(w, found, &edit)?;
            detail(w, contact)
        },
        move |found, setup| Ok(Answer::json(200, &changed(setup, actor, found)?)?.etag(found.contact.version)),
    )
    .await
}

#[derive(Debug)]
pub struct AssistantInput {
    paused: bool,
}

impl Input for AssistantInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let paused = f.required("paused", Flag, "Whether an assistant may not answer this contact by itself.");
        Some(AssistantInput { paused: paused? })
    }
}

pub async fn assistant(call: Call) -> Result<Answer, Problem> {
    let contact: ContactId = call.id("id", "contact")?;
    let AssistantInput { paused } = call.read_body()?;
    let actor = call.caller.actor;
    let if_version = call.if_version()?;
    call.write(
        move |w| {
            contacts::pause_assistant(w, contact, paused, if_version)?;
            detail(w, contact)
        },
        move |found, setup| Ok(Answer::json(200, &changed(setup, actor, found)?)?.etag(found.contact.version)),
    )
    .await
}

/// `channel`: the contact's, whose country a phone is read in.
fn edit_of(
    setup: &Setup,
    call: &Call,
    object: &Object,
    channel: Option<ChannelId>,
    if_version: Option<i64>,
) -> Result<Edit, Problem> {
    let mut fields = Fields::object(object, call.style, "");
    let input = UpdateInput::read(&mut fields);
    let mut problems = fields.finish();
    let given = input.as_ref().and_then(|input| input.custom_fields.clone()).unwrap_or_default();
    let custom_fields = typed_fields(setup, &given, &mut problems);
    let channel = channel.and_then(|id| setup.channel(id));
    let country = channel.map_or(setup.organization.country.as_str(), |channel| &channel.country);
    let phone = match input.as_ref().and_then(|input| input.phone.as_ref()) {
        None => None,
        Some(None) => Some(None),
        Some(Some(text)) => read_phone(text, country, "/phone", &mut problems).map(Some),
    };
    let input = complete(input, problems)?;
    Ok(Edit {
        name: input.name,
        phone,
        email: input.email,
        blocked: input.blocked,
        is_chat_read: input.is_chat_read,
        custom_fields,
        if_version,
    })
}

fn typed_fields(setup: &Setup, given: &Object, problems: &mut Vec<FieldError>) -> Vec<(String, Json)> {
    let mut typed = Vec::new();
    for (key, value) in given.iter() {
        let mut pointer = "/custom_fields".to_owned();
        escape_pointer(&mut pointer, key);
        let Some(field) = setup.field(Entity::Customer, key) else {
            problems.push(FieldError::unknown_reference(pointer, "customer field", format!("`{key}`")));
            continue;
        };
        if value.is_null() {
            typed.push((key.to_owned(), Json::Null));
            continue;
        }
        match crm::fields::read_value(field, value, Some(&setup.organization.country)) {
            Ok(value) => typed.push((key.to_owned(), value)),
            Err(error) => problems.push(FieldError::new(pointer, error.code, error.message)),
        }
    }
    typed
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct IdentifierView {
    /// `phone`, `external_user_id`, `field:<key>`; on WhatsApp also `bsuid` and `parent_bsuid` (business-scoped user id),
    /// `bsuid:<account>` where it joins the customer, `wa_id` (the number as WhatsApp writes it) and `username`, which are no
    /// keys
    pub kind: String,
    pub value: String,
    /// The channel that knows the contact by it; null where it joins the customer.
    pub channel_id: Option<ChannelId>,
    /// `channel_identifier`, `same_phone`, `same_bsuid`, `same_identifier_field`, `reviewed_phone` (a review was accepted) or
    /// `shown`, which identifies nobody
    pub rule: String,
    /// Who said it.
    pub actor: ActorView,
    pub created_at: Timestamp,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct MergeProposal {
    pub kind: String,
    pub value: String,
    /// Whom the identifier names as well.
    pub customer_id: CustomerId,
    pub actor: ActorView,
    pub created_at: Timestamp,
    /// Contacts of that customer, oldest first, at most five: what to merge with.
    pub contacts: Vec<ProposedView>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ProposedView {
    pub id: ContactId,
    pub channel_id: ChannelId,
    pub platform: &'static str,
    pub name: Option<String>,
    /// E.164
    pub phone: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct SiblingView {
    pub id: ContactId,
    pub channel_id: ChannelId,
    pub platform: &'static str,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct IdentityView {
    pub contact_id: ContactId,
    pub customer_id: CustomerId,
    pub identifiers: Vec<IdentifierView>,
    /// All contacts of the customer, this one included.
    pub contacts: Vec<SiblingView>,
    /// Identifiers that name another customer too: for a person to decide.
    pub merge_proposals: Vec<MergeProposal>,
    /// Merges that it was in, newest first.
    pub merges: Vec<MergeView>,
}

pub async fn identity(call: Call) -> Result<Answer, Problem> {
    let id: ContactId = call.id("id", "contact")?;
    let (found, merges, setup) = call
        .read(move |w| {
            let found = contacts::identity(w, id)?;
            let merges = merges::of_contact(w, found.contact.id)?;
            Ok((found, merges, w.setup.clone()))
        })
        .await?;
    let identifier = |row: &IdentifierRow| IdentifierView {
        kind: row.kind.clone(),
        value: row.value.clone(),
        channel_id: row.channel_id,
        rule: row.rule.clone(),
        actor: actor(&row.actor),
        created_at: row.created_at,
    };
    let proposed = |contact: &Contact| ProposedView {
        id: contact.id,
        channel_id: contact.channel_id,
        platform: platform(setup.channel(contact.channel_id)),
        name: contact.name.clone(),
        phone: contact.phone.clone(),
    };
    let proposal = |row: &ProposalRow| MergeProposal {
        kind: row.kind.clone(),
        value: row.value.clone(),
        customer_id: row.customer_id,
        actor: actor(&row.actor),
        created_at: row.created_at,
        contacts: row.contacts.iter().map(proposed).collect(),
    };
    let sibling = |&(id, channel_id): &(ContactId, ChannelId)| SiblingView {
        id,
        channel_id,
        platform: platform(setup.channel(channel_id)),
    };
    Answer::json(
        200,
        &IdentityView {
            contact_id: found.contact.id,
            customer_id: found.contact.customer_id,
            identifiers: found.identifiers.iter().map(identifier).collect(),
            contacts: found.contacts.iter().map(sibling).collect(),
            merge_proposals: found.merge_proposals.iter().map(proposal).collect(),
            merges,
        },
    )
}
