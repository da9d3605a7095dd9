//! C1: a customer, any data, in one call.

use std::sync::Arc;

use crm::channels::{Channel, ChannelType};
use crm::contacts::Contact;
use crm::customers::{Upsert, Upserted, upsert as upsert_customer};
use crm::id::{ChannelId, MemberId, StageId};
use crm::messages::NOTE_LIMIT;
use crm::{FieldError, Problems, Setup};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;
use structuring::Explicit;
use structuring::json::Object;

use super::record::{self, KeyValue};
use super::views::{self, ContactObject, StructuringObject};
use super::wait::{First, answered};
use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input, Style};
use crate::kinds::{AnyObject, Email, Items, List, PhoneText, SHORT, Text, TextOrNumber, id, nested};
use crate::one_of;
use crate::problem::Problem;

pub use super::wait::WaitQuery;

/// A required member that is missing or wrong is none here and a problem of its own, so that the rest is checked as well.
#[derive(Debug)]
pub struct UpsertInput {
    pub channel: Option<ChannelType>,
    pub channel_phone_number: Option<String>,
    pub channel_id: Option<ChannelId>,
    pub contact_phone_number: Option<String>,
    pub external_user_id: Option<String>,
    pub contact_name: Option<String>,
    pub contact_email: Option<String>,
    pub stage_id: Option<StageId>,
    pub agent_id: Option<MemberId>,
    pub meta_data: Option<Object>,
    pub custom_field_values: Option<Vec<Option<KeyValue>>>,
    pub note: Option<String>,
}

impl Input for UpsertInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let channel = f.required("channel", one_of!(ChannelType), "Kind of the channel.");
        let channel_phone_number = f.optional(
            "channel_phone_number",
            PhoneText,
            "The organization's own number, or its Cloud API phone id. Required for whatsapp, web-whatsapp and playground.",
        );
        let channel_id = f.optional("channel_id", id::<ChannelId>(), "The webchat channel. Required for webchat.");
        let contact_phone_number = f.optional(
            "contact_phone_number",
            PhoneText,
            "The person's number; without a country code it is read as of the channel's country. Required for phone channels, \
             unless structuring finds one in meta_data.",
        );
        let external_user_id =
            f.optional("external_user_id", TextOrNumber { max: 255 }, "The visitor's id. Required for webchat.");
        let contact_name = f.optional("contact_name", SHORT, "");
        let contact_email = f.optional("contact_email", Email, "");
        let stage_id =
            f.optional("stageId", id::<StageId>(), "Where the ticket stands then; without it no ticket is opened.");
        let agent_id =
            f.optional("agentId", id::<MemberId>(), "Becomes an agent of the contact and of its open ticket.");
        let meta_data =
            f.optional("meta_data", AnyObject, "Anything known of the person, in any shape; structuring reads it.");
        let pairs = Items(List { of: nested::<KeyValue>(Style::Compatible), max: 500 });
        let custom_field_values = f.optional("custom_field_values", pairs, "Values that are certain.");
        let note = f.optional("note", Text { max: NOTE_LIMIT }, "A note for the timeline; nothing is sent.");
        if let (Some(kind), false) = (channel, f.describes()) {
            if kind.by_phone() && channel_phone_number.is_none() {
                f.problem("channel_phone_number", "required", format!("The number of the {kind} channel is required."));
            }
            if !kind.by_phone() && channel_id.is_none() {
                f.problem("channel_id", "required", "The id of the webchat channel is required.");
            }
            if !kind.by_phone() && external_user_id.is_none() {
                f.problem("external_user_id", "required", "The visitor's id is required on webchat.");
            }
        }
        Some(UpsertInput {
            channel,
            channel_phone_number,
            channel_id,
            contact_phone_number,
            external_user_id,
            contact_name,
            contact_email,
            stage_id,
            agent_id,
            meta_data,
            custom_field_values,
            note,
        })
    }
}

/// The contact, and what happened to it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UpsertAnswer {
    #[serde(flatten)]
    pub contact: ContactObject,
    /// Whether the contact is new.
    pub created: bool,
    #[schemars(with = "StructuringObject")]
    pub structuring: Box<RawValue>,
}

pub async fn upsert(call: Call) -> Result<Answer, Problem> {
    let WaitQuery(wait) = call.read_query()?;
    let object = call.object()?;
    let input = call.prepare(|setup| prepare(setup, &call.source(), &object)).await?;
    let input = Arc::new(input);
    let (read, first) = (input.clone(), First::default());
    let written = first.clone();
    let answer = call
        .write(move |w| upsert_customer(w, &input), {
            let read = read.clone();
            move |done: &Upserted, setup: &Setup| {
                if wait && done.applied.asked.is_some() {
                    written.put((done.contact.id, done.created, done.applied.clone()));
                }
                let structuring = views::structuring(&read.structured.outcome, &done.applied)?;
                shown(setup, &done.contact, done.created, structuring)
            }
        })
        .await?;
    let Some((id, created, mut applied)) = first.take() else { return Ok(answer) };
    let found = answered(&call, &mut applied).await?;
    let (contact, setup) = call.read(move |w| Ok((Contact::get(w, id)?, w.setup.clone()))).await?;
    let structuring = views::improved(&read.structured.outcome, &applied, found.as_ref())?;
    shown(&setup, &contact, created, structuring)
}

fn shown(setup: &Setup, contact: &Contact, created: bool, structuring: Box<RawValue>) -> Result<Answer, Problem> {
    let status = if created { 201 } else { 200 };
    Answer::json(status, &UpsertAnswer { contact: views::contact(setup, contact), created, structuring })
}

/// Everything that can be said against the request, at once; structuring included.
fn prepare(setup: &Setup, source: &str, object: &Object) -> Result<Upsert, Problem> {
    let mut fields = Fields::object(object, Style::Compatible, "");
    let input = UpsertInput::read(&mut fields);
    let mut problems = fields.finish();
    let Some(input) = input else { return Err(Problem::invalid(problems)) };
    let channel = input.channel.and_then(|kind| find_channel(setup, kind, &input, &mut problems));
    let country = channel.map_or(setup.organization.country.as_str(), |c| c.country.as_str());
    let phone = input
        .contact_phone_number
        .as_deref()
        .and_then(|text| record::read_phone(text, country, "/contact_phone_number", &mut problems));
    let given = input.custom_field_values.unwrap_or_default();
    let fields = record::explicit_fields(setup, &given, "/custom_field_values", country, &mut problems);
    let mut found = Problems(problems);
    crm::customers::check_stage(setup, input.stage_id, "/stageId", &mut found);
    crm::customers::check_agent(setup, input.agent_id, "/agentId", &mut found);
    let mut problems = found.0;
    let explicit = Explicit {
        phone: phone.as_ref().map(|p| p.as_str().to_owned()),
        email: input.contact_email,
        name: input.contact_name.map(|name| name.trim().to_owned()),
        fields: fields.values,
    };
    let mut structured = record::structured(setup, source, country, input.meta_data.unwrap_or_default(), explicit);
    structured.removed = fields.removed;
    let by_phone = input.channel.is_some_and(ChannelType::by_phone);
    let inferred = by_phone && phone.is_none();
    let phone = match by_phone && input.contact_phone_number.is_none() && !named(&problems, "/contact_phone_number") {
        true => record::phone_identity(phone, &structured, "/contact_phone_number", "/meta_data", &mut problems),
        false => phone,
    };
    let (Some(channel), true) = (channel, problems.is_empty()) else { return Err(Problem::invalid(problems)) };
    Ok(Upsert {
        channel: channel.id,
        who: crm::customers::Who {
            inferred_for: inferred.then_some("/contact_phone_number"),
            ..record::who(phone, input.external_user_id, fields.identifiers)
        },
        structured,
        stage: input.stage_id,
        agent: input.agent_id,
        note: input.note,
    })
}

fn named(problems: &[FieldError], pointer: &str) -> bool {
    problems.iter().any(|problem| problem.pointer == pointer)
}

fn find_channel<'s>(
    setup: &'s Setup,
    kind: ChannelType,
    input: &UpsertInput,
    problems: &mut Vec<FieldError>,
) -> Option<&'s Channel> {
    let (found, pointer, given) = if kind.by_phone() {
        let number = input.channel_phone_number.as_deref()?;
        (record::channel_by_number(setup, kind, number), "/channel_phone_number", number.to_owned())
    } else {
        let id = input.channel_id?;
        let known = setup.channel(id).filter(|c| c.channel_type == kind && !c.archived);
        (known, "/channel_id", id.to_string())
    };
    if found.is_none() {
        problems.push(FieldError::unknown_reference(pointer, &format!("{kind} channel"), given));
    }
    found
}
