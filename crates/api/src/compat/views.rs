//! The objects of the compatibility surface.

use crm::access::{Scope, Scopes};
use crm::channels::Channel;
use crm::contacts::{ChatStatus, Contact, Detail, ValueSource};
use crm::customers::{Applied, FieldValue};
use crm::fields::Entity;
use crm::id::{ContactId, CustomerId, MemberId, MessageId, OrganizationId, PipelineId, StageId, TicketId};
use crm::members::Member;
use crm::messages::{Direction, Message};
use crm::pipelines::Outcome;
use crm::tags::Tag;
use crm::tickets::{Ticket, TicketStatus};
use crm::{Setup, Timestamp, provenance};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};
use structuring::Json;

use crate::problem::Problem;

/// A contact, as every answer shows it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ContactObject {
    pub id: ContactId,
    pub name: Option<String>,
    /// E.164
    pub phone: Option<String>,
    pub email: Option<String>,
    /// Type of the channel.
    pub platform: String,
    pub last_message_at: Option<Timestamp>,
    pub chat_status: ChatStatus,
    pub created_at: Timestamp,
    pub client_id: OrganizationId,
    pub ai_customer_id: CustomerId,
    /// Stage of the open ticket, else of the last one, else the channel's.
    pub default_stage_id: Option<StageId>,
    pub blocked: bool,
    pub is_chat_read: bool,
    pub external_user_id: Option<String>,
}

pub fn contact(setup: &Setup, contact: &Contact) -> ContactObject {
    let channel = setup.channel(contact.channel_id);
    let default_stage_id = contact.stage_id.or_else(|| channel.and_then(|c| setup.default_stage(c)));
    ContactObject {
        id: contact.id,
        name: contact.name.clone(),
        phone: contact.phone.clone(),
        email: contact.email.clone(),
        platform: platform(channel).to_owned(),
        last_message_at: contact.last_message_at,
        chat_status: contact.chat_status,
        created_at: contact.created_at,
        client_id: setup.id(),
        ai_customer_id: contact.customer_id,
        default_stage_id,
        blocked: contact.blocked,
        is_chat_read: contact.is_chat_read,
        external_user_id: contact.external_user_id.clone(),
    }
}

pub fn platform(channel: Option<&Channel>) -> &'static str {
    channel.map_or("unknown", |channel| channel.channel_type.name())
}

/// A custom field's value.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FieldObject {
    pub key: String,
    pub name: String,
    /// Type of the field.
    #[serde(rename = "type")]
    pub field_type: &'static str,
    /// Typed JSON, as the field's type wants it.
    #[schemars(with = "Value")]
    pub value: Json,
    /// Who said it: `explicit` (API), `member`, `inferred` (structuring).
    pub source: Option<ValueSource>,
}

pub fn fields(setup: &Setup, entity: Entity, values: &[FieldValue]) -> Vec<FieldObject> {
    let defined = setup.fields.iter().filter(|field| field.entity == entity);
    defined
        .filter_map(|field| {
            let value = values.iter().find(|value| value.field_id == field.id)?;
            Some(FieldObject {
                key: field.key.clone(),
                name: field.name.clone(),
                field_type: field.field_type.as_str(),
                value: value.json(),
                source: Some(value.source),
            })
        })
        .collect()
}

/// Stored JSON goes out as it is.
pub fn raw(stored: &str) -> Result<Box<RawValue>, Problem> {
    RawValue::from_string(stored.to_owned()).map_err(|error| Problem::internal(format!("stored JSON: {error}")))
}

/// A person who works here.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TeamMember {
    pub id: MemberId,
    pub name: String,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub phone: Option<String>,
}

pub fn team_member(member: &Member) -> TeamMember {
    TeamMember {
        id: member.id,
        name: member.name.clone(),
        first_name: member.first_name.clone(),
        last_name: member.last_name.clone(),
        email: member.email.clone(),
        phone: member.phone.clone(),
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct TagObject {
    pub id: i64,
    pub value: String,
    /// A colour name.
    pub variant: String,
    /// `CONTACT` or `TICKET`.
    pub entity_type: &'static str,
    pub created_at: Timestamp,
    pub client_id: OrganizationId,
    pub integration_token_id: Option<String>,
    pub integration_provider: Option<String>,
    pub integration_external_id: Option<String>,
}

pub fn tag(setup: &Setup, tag: &Tag) -> TagObject {
    TagObject {
        id: tag.id,
        value: tag.value.clone(),
        variant: tag.variant.to_string(),
        entity_type: tag.entity_type.name(),
        created_at: tag.created_at,
        client_id: setup.id(),
        integration_token_id: None,
        integration_provider: None,
        integration_external_id: None,
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct TicketObject {
    pub id: TicketId,
    pub current_stage_id: StageId,
    pub pipeline_id: PipelineId,
    pub status: TicketStatus,
    pub outcome: Option<Outcome>,
    /// Decimal text in `currency`.
    pub amount: Option<String>,
    pub currency: Option<String>,
    #[schemars(with = "Map<String, Value>")]
    pub metadata: Box<RawValue>,
    #[schemars(with = "Option<Map<String, Value>>")]
    pub integration_data: Option<Box<RawValue>>,
    pub created_at: Timestamp,
    pub closed_at: Option<Timestamp>,
}

pub fn ticket(ticket: &Ticket) -> Result<TicketObject, Problem> {
    Ok(TicketObject {
        id: ticket.id,
        current_stage_id: ticket.stage_id,
        pipeline_id: ticket.pipeline_id,
        status: ticket.status,
        outcome: ticket.outcome,
        amount: amount(ticket),
        currency: ticket.currency.clone(),
        metadata: raw(&ticket.metadata)?,
        integration_data: ticket.integration_data.as_deref().map(raw).transpose()?,
        created_at: ticket.created_at,
        closed_at: ticket.closed_at,
    })
}

/// What whoever may only write contacts is not told of one: its last message, its tickets, its tags and its team.
pub fn seen_by(mut detail: ContactDetail, scopes: Scopes) -> ContactDetail {
    if !scopes.contains(Scope::MessagesRead) {
        detail.last_message_content = None;
    }
    if !scopes.contains(Scope::TicketsRead) {
        (detail.active_ticket, detail.last_closed_ticket) = (None, None);
    }
    if !scopes.contains(Scope::ContactsRead) {
        (detail.team_members, detail.tags) = (Vec::new(), Vec::new());
    }
    detail
}

pub fn amount(ticket: &Ticket) -> Option<String> {
    let (minor, currency) = (ticket.amount?, ticket.currency.as_deref()?);
    Some(crm::money::format_amount(minor, currency))
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct MessageObject {
    pub id: MessageId,
    pub body: String,
    pub created_at: Timestamp,
    /// `INBOUND` or `OUTBOUND`
    pub direction: &'static str,
    pub from: Option<String>,
    pub to: Option<String>,
    #[serde(rename = "type")]
    pub kind: String,
    pub status: String,
}

pub fn message(setup: &Setup, contact: &Contact, message: &Message) -> MessageObject {
    let ours = setup.channel(message.channel_id).and_then(|channel| channel.phone.clone());
    let theirs = message.address.as_ref().or(contact.phone.as_ref()).or(contact.external_user_id.as_ref()).cloned();
    let inbound = message.direction == Direction::Inbound;
    let (from, to) = if inbound { (theirs, ours) } else { (ours, theirs) };
    MessageObject {
        id: message.id,
        body: message.body.clone(),
        created_at: message.sent_at,
        direction: if inbound { "INBOUND" } else { "OUTBOUND" },
        from,
        to,
        kind: message.kind.clone(),
        status: message.status.name().to_owned(),
    }
}

/// What structuring made of the data.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StructuringObject {
    pub placements: Vec<PlacementObject>,
    /// Keys kept as metadata.
    pub rest_keys: Vec<String>,
    /// Values that wait for a person's decision.
    pub review_count: usize,
    /// Name and revision of the engine.
    pub engine: String,
    pub warnings: Option<Vec<WarningObject>>,
    /// Where the organization lets a language model improve it, what became of that: `waiting`, it is asked in a while;
    /// `improved`, it found something; `nothing`; `failed`, what stands here stands.
    pub model: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct PlacementObject {
    /// `phone`, `email`, `name` or `field`
    pub target: String,
    /// Key of the field.
    pub key: Option<String>,
    pub value: Value,
    /// JSON pointers into the data.
    pub source: Vec<String>,
    /// From and to, in characters, where only a part of a text was used.
    pub span: Option<(usize, usize)>,
    /// 0–1
    pub confidence: f64,
    /// How it was found.
    pub method: String,
    /// Whether the value stands now; an inferred one never replaces what a person or an integration said.
    pub applied: bool,
    pub flags: Option<Vec<String>>,
    pub alternatives: Option<Vec<Value>>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct WarningObject {
    pub code: String,
    pub pointer: String,
    pub message: String,
}

/// As text, because numbers go out as they were written.
pub fn structuring(outcome: &structuring::Outcome, applied: &Applied) -> Result<Box<RawValue>, Problem> {
    improved(outcome, applied, None)
}

/// The same with what a model found in it since.
pub fn improved(
    outcome: &structuring::Outcome,
    applied: &Applied,
    found: Option<&provenance::Run>,
) -> Result<Box<RawValue>, Problem> {
    #[derive(Serialize)]
    #[serde(untagged)]
    enum Either<'a> {
        Found(Placed<'a>),
        Since(Since<'a>),
    }
    #[derive(Serialize)]
    struct Since<'a> {
        target: &'static str,
        key: Option<&'a str>,
        value: &'a structuring::Json,
        source: &'a [String],
        span: Option<(usize, usize)>,
        confidence: f64,
        method: &'a str,
        applied: bool,
    }
    #[derive(Serialize)]
    struct View<'a> {
        placements: Vec<Either<'a>>,
        rest_keys: Vec<&'a str>,
        review_count: usize,
        engine: &'static str,
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        warnings: &'a [structuring::Warning],
        #[serde(skip_serializing_if = "Option::is_none")]
        model: Option<&'static str>,
    }
    #[derive(Serialize)]
    struct Placed<'a> {
        #[serde(flatten)]
        placement: &'a structuring::Placement,
        applied: bool,
    }
    let outcome = applied.outcome.as_ref().unwrap_or(outcome);
    let stands = applied.applied.iter().copied().chain(std::iter::repeat(false));
    let placed = |(placement, applied)| Either::Found(Placed { placement, applied });
    let since = found.iter().flat_map(|run| &run.placements).map(|placed| {
        Either::Since(Since {
            target: placed.target.word(),
            key: placed.target.key(),
            value: &placed.value,
            source: &placed.pointers,
            span: placed.span,
            confidence: placed.confidence,
            method: &placed.method,
            applied: true,
        })
    });
    let reviews = applied.asked.as_ref().map_or(0, |asked| asked.review_count);
    let view = View {
        placements: outcome.placements.iter().zip(stands).map(placed).chain(since).collect(),
        rest_keys: outcome.rest.iter().map(|(key, _)| key.as_str()).collect(),
        review_count: applied.review_count + usize::try_from(reviews).unwrap_or(0),
        engine: outcome.engine,
        warnings: &outcome.warnings,
        model: applied.asked.as_ref().map(|asked| asked.status.name()),
    };
    to_raw_value(&view).map_err(|error| Problem::internal(format!("structuring: {error}")))
}

/// Everything about one contact.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ContactDetail {
    #[serde(flatten)]
    pub contact: ContactObject,
    pub last_message_content: Option<String>,
    /// On WhatsApp: until when anything but templates may be sent to them; null where they never wrote.
    pub service_window_ends_at: Option<Timestamp>,
    /// Since when they want no marketing.
    pub opted_out_at: Option<Timestamp>,
    pub active_ticket: Option<TicketObject>,
    pub last_closed_ticket: Option<TicketObject>,
    #[schemars(with = "Map<String, Value>")]
    pub metadata: Box<RawValue>,
    pub custom_fields: Vec<FieldObject>,
    pub team_members: Vec<TeamMember>,
    pub tags: Vec<TagObject>,
}

pub fn detail(setup: &Setup, found: &Detail) -> Result<ContactDetail, Problem> {
    Ok(ContactDetail {
        contact: contact(setup, &found.contact),
        last_message_content: found.last_message.clone(),
        service_window_ends_at: found.contact.service_window_ends_at(setup),
        opted_out_at: found.contact.opted_out_at,
        active_ticket: found.active_ticket.as_ref().map(ticket).transpose()?,
        last_closed_ticket: found.last_closed_ticket.as_ref().map(ticket).transpose()?,
        metadata: raw(&found.contact.metadata)?,
        custom_fields: fields(setup, Entity::Customer, &found.values),
        team_members: found.agents.iter().filter_map(|id| setup.member(*id)).map(team_member).collect(),
        tags: found.tags.iter().map(|t| tag(setup, t)).collect(),
    })
}
