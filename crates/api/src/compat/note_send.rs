//! C22, deprecated: a person with a note. Implemented as its own translation to C1, so that both do the same by
//! construction.

use crm::channels::{Channel, ChannelType};
use crm::id::{ContactId, StageId};
use crm::messages::NOTE_LIMIT;
use crm::{FieldError, Problems, Setup};
use schemars::JsonSchema;
use serde::Serialize;
use structuring::Json;
use structuring::json::Object;

use super::{customers, record};
use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input, Style};
use crate::kinds::{AnyObject, PhoneText, SHORT, Text, id};
use crate::lifecycle::Sunset;
use crate::problem::Problem;

pub static SUNSET: Sunset = Sunset {
    operation: "note-send",
    announced_on: (2026, 11, 22),
    successors: &[
        "/api/public/customer/upsert/info",
        "/api/public/ticket/open/whatsapp/{phoneId}",
        "/api/public/ticket/open/web-whatsapp/{phoneId}",
    ],
    guide: "/docs/migrations/note-send",
};

#[derive(Debug)]
pub struct NoteInput {
    pub to_phone: Option<String>,
    pub from_phone: Option<String>,
    pub note: Option<String>,
    pub meta_data: Option<Object>,
    pub contact_name: Option<String>,
    pub stage_id: Option<StageId>,
}

impl Input for NoteInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let to_phone = f.required("to_phone", PhoneText, "The person's number.");
        let from_phone =
            f.required("from_phone", PhoneText, "Number or phone id of a WhatsApp channel of either kind.");
        let note = f.required("note", Text { max: NOTE_LIMIT }, "Written on the timeline; nothing is sent.");
        let meta_data = f.required("meta_data", AnyObject, "Anything known of the person.");
        let contact_name = f.optional("contact_name", SHORT, "");
        let stage_id = f.optional("stage_id", id::<StageId>(), "Where the ticket stands then.");
        Some(NoteInput { to_phone, from_phone, note, meta_data, contact_name, stage_id })
    }
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NoteAnswer {
    pub status: &'static str,
    pub message: &'static str,
    pub ai_contact_id: ContactId,
}

pub async fn send(call: Call) -> Result<Answer, Problem> {
    let object = call.object()?;
    let input = call
        .prepare(|setup| {
            let successor = translate(setup, &object)?;
            customers::prepare(setup, &call.source(), &successor)
        })
        .await?;
    customers::run(&call, input, |done, _, _| {
        let answer = NoteAnswer { status: "ok", message: "Message sent successfully.", ai_contact_id: done.contact.id };
        Answer::json(201, &answer)
    })
    .await
}

/// The body of C1 that does what this body asked for. Pure over the request and the organization's channels.
pub fn translate(setup: &Setup, object: &Object) -> Result<Object, Problem> {
    let mut fields = Fields::object(object, Style::Compatible, "");
    let input = NoteInput::read(&mut fields);
    let mut problems = fields.finish();
    let Some(input) = input else { return Err(Problem::invalid(problems)) };
    let channel = input.from_phone.as_deref().and_then(|from| {
        let channel = channel_of(setup, from);
        if channel.is_none() {
            problems.push(FieldError::unknown_reference("/from_phone", "WhatsApp channel", from));
        }
        channel
    });
    let country = channel.map_or(setup.organization.country.as_str(), |c| c.country.as_str());
    let phone =
        input.to_phone.as_deref().and_then(|text| record::read_phone(text, country, "/to_phone", &mut problems));
    let mut found = Problems(problems);
    crm::customers::check_stage(setup, input.stage_id, "/stage_id", &mut found);
    let problems = found.0;
    let (Some(channel), Some(phone), Some(note), Some(meta_data), true) =
        (channel, phone, input.note, input.meta_data, problems.is_empty())
    else {
        return Err(Problem::invalid(problems));
    };
    let mut successor = Object::new();
    successor.push("channel", Json::from(channel.channel_type.name()));
    let number = channel.phone.clone().or_else(|| channel.phone_number_id.clone());
    successor.push("channel_phone_number", Json::from(number.unwrap_or_default()));
    successor.push("contact_phone_number", Json::from(phone.as_str()));
    if let Some(name) = input.contact_name {
        successor.push("contact_name", Json::from(name));
    }
    if let Some(stage) = input.stage_id {
        successor.push("stageId", Json::from(stage.to_string()));
    }
    successor.push("note", Json::from(note));
    successor.push("meta_data", Json::from(meta_data));
    Ok(successor)
}

/// Of two channels with one number the Cloud API's.
fn channel_of<'s>(setup: &'s Setup, from: &str) -> Option<&'s Channel> {
    [ChannelType::Whatsapp, ChannelType::WebWhatsapp]
        .into_iter()
        .find_map(|kind| record::channel_by_number(setup, kind, from))
}
