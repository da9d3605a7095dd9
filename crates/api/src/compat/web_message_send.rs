//! C30: a text to somebody by a WhatsApp Web number.

use crm::channels::{Channel, ChannelType};
use crm::id::{ChannelId, StageId};
use crm::messages::{TEXT_LIMIT, ToCustomer, ToSend, send_to_customer};
use crm::tickets::IntegrationData;
use crm::{Problems, Setup};
use structuring::json::{Mode, Object};
use structuring::{Explicit, Json};

use super::record;
use super::session_message::sent;
use crate::answer::Answer;
use crate::call::Call;
use crate::form;
use crate::input::{Fields, Input, Style};
use crate::kinds::{AnyObject, PhoneText, SHORT, Text, id};
use crate::problem::Problem;

pub const FORMS: &[&str] = &[form::MULTIPART, form::URLENCODED];

/// What may be in the query instead of the body; the body wins.
#[derive(Debug)]
pub struct WebMessageQuery {
    stage: Option<StageId>,
    message: Option<String>,
}

impl Input for WebMessageQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let stage =
            f.optional("stage", id::<StageId>(), "Where the ticket stands then; without it no ticket is opened.");
        let message = f.optional("message", Text { max: TEXT_LIMIT }, "The text, unless the body has it.");
        Some(WebMessageQuery { stage, message })
    }
}

#[derive(Debug)]
pub struct WebMessageInput {
    message: Option<String>,
    phone: Option<(&'static str, String)>,
    name: Option<String>,
    meta_data: Option<Object>,
    stage: Option<StageId>,
}

impl Input for WebMessageInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let message = f.optional("message", Text { max: TEXT_LIMIT }, "The text.");
        let to = f.optional("toPhoneNumber", PhoneText, "The person's number.");
        let phone = f.optional("phone_number", PhoneText, "The same as toPhoneNumber.");
        let name = f.optional("contact_name", SHORT, "");
        let meta_data = f.optional("meta_data", AnyObject, "Anything known of the person; structuring reads it.");
        let stage = f.optional("stage", id::<StageId>(), "Where the ticket stands then.");
        let phone = to.map(|to| ("/toPhoneNumber", to)).or(phone.map(|phone| ("/phone_number", phone)));
        if !f.describes() && phone.is_none() && f.problems.is_empty() {
            f.problem("toPhoneNumber", "required", "Give toPhoneNumber or phone_number.");
        }
        Some(WebMessageInput { message, phone, name, meta_data, stage })
    }
}

pub async fn send(call: Call) -> Result<Answer, Problem> {
    let phone_id: ChannelId = call.id("phoneId", "phone id")?;
    let query: WebMessageQuery = call.read_query()?;
    let mut object = form::object(&call.body, call.content_type.as_deref(), FORMS).await?;
    // A form has texts only.
    if let Some(Ok(Json::Object(said))) =
        object.get("meta_data").and_then(Json::as_str).map(|text| Json::parse(text.as_bytes(), Mode::Lenient))
    {
        object.insert("meta_data", said);
    }
    let input = call
        .prepare(|setup| {
            let channel = setup.channel(phone_id);
            let channel = channel.filter(|c| c.channel_type == ChannelType::WebWhatsapp && !c.archived);
            let channel = channel.ok_or_else(|| Problem::from(crm::Error::not_found("phone id")))?;
            prepare(setup, channel, &call.source(), &query, &object)
        })
        .await?;
    call.write(move |w| send_to_customer(w, &input), |queued, _| Answer::json(201, &sent(queued))).await
}

fn prepare(
    setup: &Setup,
    channel: &Channel,
    source: &str,
    query: &WebMessageQuery,
    object: &Object,
) -> Result<ToCustomer, Problem> {
    let mut fields = Fields::object(object, Style::Compatible, "");
    let input = WebMessageInput::read(&mut fields);
    let mut problems = fields.finish();
    let Some(input) = input else { return Err(Problem::invalid(problems)) };
    let country = channel.country.as_str();
    let phone = input.phone.and_then(|(at, text)| record::read_phone(&text, country, at, &mut problems));
    let stage_at = if input.stage.is_some() { "/stage" } else { "?stage" };
    let stage = input.stage.or(query.stage);
    let mut found = Problems(problems);
    crm::customers::check_stage(setup, stage, stage_at, &mut found);
    let named = found.0.iter().any(|problem| problem.pointer == "/message");
    let text = input.message.or_else(|| query.message.clone());
    if text.is_none() && !named {
        found.add(crm::FieldError::new(
            "/message",
            "required",
            "`message` is required: the text, here or in the query.",
        ));
    }
    let explicit = Explicit {
        phone: phone.as_ref().map(|phone| phone.as_str().to_owned()),
        email: None,
        name: input.name.map(|name| name.trim().to_owned()),
        fields: Vec::new(),
    };
    let structured = record::structured(setup, source, country, input.meta_data.unwrap_or_default(), explicit);
    let (Some(text), true) = (text, found.0.is_empty()) else { return Err(Problem::invalid(found.0)) };
    let upsert = crm::customers::Upsert {
        channel: channel.id,
        who: record::who(phone, None, Vec::new()),
        structured,
        stage,
        agent: None,
        note: None,
    };
    Ok(ToCustomer { upsert, what: ToSend::Text(text), integration: IntegrationData::default() })
}
