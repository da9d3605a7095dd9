//! C18 and C19: opens a ticket for somebody, or moves the open one.

use crm::channels::{Channel, ChannelType};
use crm::id::{ChannelId, ContactId, StageId, TicketId};
use crm::templates::Reference;
use crm::tickets::{IntegrationData, MetadataChange, Open, OutboundMessage, open as open_ticket};
use crm::{Problems, Setup};
use schemars::JsonSchema;
use serde::Serialize;
use structuring::json::Object;
use structuring::{Explicit, Json};

use super::record;
use super::template_send::values;
use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input, Style};
use crate::kinds::{AnyObject, Anything, Email, Flag, List, PhoneText, SHORT, Text, TextOrNumber, id, nested};
use crate::problem::Problem;

#[derive(Debug)]
pub struct OpenInput {
    pub to_phone_number: Option<String>,
    pub stage_id: Option<StageId>,
    pub contact_name: Option<String>,
    pub email: Option<String>,
    pub contact_metadata: Option<Object>,
    pub ticket_metadata: Option<Object>,
    pub integration_data: Option<IntegrationInput>,
    pub message: Option<MessageInput>,
}

impl Input for OpenInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let to_phone_number = f.required("to_phone_number", PhoneText, "The person's number.");
        let stage_id = f.required("stage_id", id::<StageId>(), "Where the ticket stands then.");
        let contact_name = f.optional("contact_name", SHORT, "");
        let email = f.optional("email", Email, "");
        let contact_metadata = f.optional(
            "contact_metadata",
            AnyObject,
            "About the person: structured into fields and metadata; null removes a key.",
        );
        let ticket_metadata =
            f.optional("ticket_metadata", AnyObject, "About the ticket; keys that equal a ticket field fill it.");
        let integration = nested::<IntegrationInput>(Style::Compatible);
        let integration_data = f.optional("integration_data", integration, "The deal in another system.");
        let message = nested::<MessageInput>(Style::Compatible);
        let message = f.optional("message", message, "Sent with the ticket; without it nothing is sent.");
        Some(OpenInput {
            to_phone_number,
            stage_id,
            contact_name,
            email,
            contact_metadata,
            ticket_metadata,
            integration_data,
            message,
        })
    }
}

#[derive(Debug)]
pub struct IntegrationInput(pub IntegrationData);

impl Input for IntegrationInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let contact = f.optional("integrationContactId", TextOrNumber { max: 255 }, "");
        let deal = f.optional("integrationDealId", TextOrNumber { max: 255 }, "");
        let additional = f.optional("additionalData", Anything, "");
        let mut data = IntegrationData::default();
        let (contact, deal) = (contact.map(Json::from), deal.map(Json::from));
        for (name, value) in
            [("integrationContactId", contact), ("integrationDealId", deal), ("additionalData", additional)]
        {
            if let Some(value) = value {
                data.0.push(name, value);
            }
        }
        Some(IntegrationInput(data))
    }
}

#[derive(Debug)]
pub struct MessageInput {
    pub content: Option<String>,
    pub template_id: Option<String>,
    pub variables: Option<Vec<String>>,
}

impl Input for MessageInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let content =
            f.optional("content", Text { max: 4096 }, "Plain text; inside the 24 h window only, on whatsapp.");
        let template_id =
            f.optional("templateId", TextOrNumber { max: 64 }, "An approved template; it wins over content.");
        let variables = f.optional(
            "variables",
            List { of: TextOrNumber { max: 1024 }, max: 100 },
            "Of the template, in order: header, text, addresses of buttons.",
        );
        let generated =
            f.required("ai_generated", Flag, "Whether an assistant writes it; without one, content is sent as given.");
        if content.is_none() && template_id.is_none() && generated.is_some() && f.problems.is_empty() {
            let message = "There is no assistant to write it; give content or templateId.";
            f.problem("content", "assistant_not_configured", message);
        }
        Some(MessageInput { content, template_id, variables })
    }
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OpenedAnswer {
    pub ai_contact_id: ContactId,
    pub status: &'static str,
    pub ticket_id: TicketId,
    /// Whether a ticket was opened, rather than the open one moved.
    pub created: bool,
}

/// C18: the phone id is the Cloud API's, digits only.
pub async fn open_whatsapp(call: Call) -> Result<Answer, Problem> {
    let phone_id = call.param("phoneId").to_owned();
    if phone_id.is_empty() || !phone_id.bytes().all(|b| b.is_ascii_digit()) {
        return Err(crm::Error::not_found("phone id; it is the numeric id of a WhatsApp Cloud API number").into());
    }
    open(call, move |setup| {
        let named = setup.channels.iter().filter(|c| c.speaks_cloud() && !c.archived);
        let named = named.filter(|channel| channel.phone_number_id.as_deref() == Some(&phone_id));
        // A playground plays one; a real number goes before it.
        named.min_by_key(|channel| channel.channel_type != ChannelType::Whatsapp)
    })
    .await
}

/// C19: the phone id is the channel's own id.
pub async fn open_web_whatsapp(call: Call) -> Result<Answer, Problem> {
    let phone_id: ChannelId = call.id("phoneId", "phone id")?;
    open(call, move |setup| {
        setup.channel(phone_id).filter(|c| c.channel_type == ChannelType::WebWhatsapp && !c.archived)
    })
    .await
}

async fn open(call: Call, find: impl Fn(&Setup) -> Option<&Channel>) -> Result<Answer, Problem> {
    let object = call.object()?;
    let input = call
        .prepare(|setup| {
            let channel = find(setup).ok_or_else(|| Problem::from(crm::Error::not_found("phone id")))?;
            prepare(setup, channel, &call.source(), &object)
        })
        .await?;
    call.write(
        move |w| open_ticket(w, &input),
        |done, _| {
            let answer = OpenedAnswer {
                ai_contact_id: done.contact.id,
                status: "ok",
                ticket_id: done.ticket.id,
                created: done.created,
            };
            Answer::json(if done.created { 201 } else { 200 }, &answer)
        },
    )
    .await
}

fn prepare(setup: &Setup, channel: &Channel, source: &str, object: &Object) -> Result<Open, Problem> {
    let mut fields = Fields::object(object, Style::Compatible, "");
    let input = OpenInput::read(&mut fields);
    let mut problems = fields.finish();
    let Some(input) = input else { return Err(Problem::invalid(problems)) };
    let country = channel.country.as_str();
    let phone = input
        .to_phone_number
        .as_deref()
        .and_then(|text| record::read_phone(text, country, "/to_phone_number", &mut problems));
    let mut found = Problems(problems);
    crm::customers::check_stage(setup, input.stage_id, "/stage_id", &mut found);
    let metadata = input.ticket_metadata.unwrap_or_default();
    let ticket_metadata = MetadataChange::read(setup, &metadata, "/ticket_metadata", Some(country), &mut found);
    let problems = found.0;
    let mut message = None;
    if let Some(given) = input.message {
        let values = values(given.variables.unwrap_or_default(), Vec::new());
        let template = given.template_id.map(|id| (Reference::Id(id), values));
        message = Some(OutboundMessage { content: given.content, template });
    }
    let explicit = Explicit {
        phone: phone.as_ref().map(|p| p.as_str().to_owned()),
        email: input.email,
        name: input.contact_name.map(|name| name.trim().to_owned()),
        fields: Vec::new(),
    };
    let (said, removed) = record::removals(input.contact_metadata.unwrap_or_default());
    let mut structured = record::structured(setup, source, country, said, explicit);
    structured.removed = removed;
    let (Some(stage), true) = (input.stage_id, problems.is_empty()) else { return Err(Problem::invalid(problems)) };
    Ok(Open {
        channel: channel.id,
        who: record::who(phone, None, Vec::new()),
        stage,
        structured,
        ticket_metadata,
        integration: input.integration_data.map(|i| i.0).unwrap_or_default(),
        message,
    })
}
