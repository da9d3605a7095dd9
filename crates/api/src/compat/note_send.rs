//! C22, deprecated: a person with a note. Implemented as its own translation to C1, so that both do the same by
//! construction.

use crm::FieldError;
use crm::channels::ChannelType;
use crm::id::{ContactId, StageId};
use crm::messages::NOTE_LIMIT;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use structuring::Json;
use structuring::json::Object;

use super::record;
use crate::answer::Answer;
use crate::input::{Fields, Input};
use crate::kinds::{AnyObject, PhoneText, SHORT, Text, id};
use crate::lifecycle::{Known, Old, Replacement, Sunset};
use crate::problem::Problem;
use crate::route::Method;

const UPSERT: &str = "/api/public/customer/upsert/info";
/// Of two channels with one number the Cloud API's.
const KINDS: [ChannelType; 2] = [ChannelType::Whatsapp, ChannelType::WebWhatsapp];

pub static SUNSET: Sunset = Sunset {
    operation: "note-send",
    announced_on: (2026, 11, 22),
    successors: &[
        UPSERT,
        "/api/public/ticket/open/whatsapp/{phoneId}",
        "/api/public/ticket/open/web-whatsapp/{phoneId}",
    ],
    guide: include_str!("../../../../docs/migrations/note-send.md"),
    translate,
    answer,
    names: &[
        ("/stageId", "/stage_id"),
        ("/contact_phone_number", "/to_phone"),
        ("/channel_phone_number", "/from_phone"),
    ],
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

/// What C1's answer has of it; or C22's own, remembered by a version that had its own handler.
#[derive(Deserialize)]
struct Upserted {
    #[serde(alias = "aiContactId")]
    id: ContactId,
}

fn answer(upserted: Answer) -> Result<Answer, Problem> {
    let Upserted { id } = serde_json::from_slice(&upserted.body).map_err(Problem::internal)?;
    let answer = NoteAnswer { status: "ok", message: "Message sent successfully.", ai_contact_id: id };
    upserted.with_json(201, &answer)
}

/// The request to C1 that does what this one asked for.
fn translate(old: &Old<'_>, known: &Known<'_>) -> Result<Replacement, Vec<FieldError>> {
    let (input, mut problems) = old.read::<NoteInput>();
    let Some(input) = input else { return Err(problems) };
    let own = input.from_phone.as_deref().and_then(|from| {
        let own = known.number(&KINDS, from);
        if own.is_none() {
            problems.push(FieldError::unknown_reference("/from_phone", "WhatsApp channel", from));
        }
        own
    });
    let country = own.map_or(known.country(), |own| own.country);
    let phone =
        input.to_phone.as_deref().and_then(|text| record::read_phone(text, country, "/to_phone", &mut problems));
    if let Some(stage) = input.stage_id.filter(|stage| known.lacks_stage(*stage)) {
        problems.push(FieldError::unknown_reference("/stage_id", "stage", stage));
    }
    let (Some(own), Some(phone), Some(note), Some(meta_data), true) =
        (own, phone, input.note, input.meta_data, problems.is_empty())
    else {
        return Err(problems);
    };
    let mut body = Object::new();
    body.push("channel", own.kind.name());
    body.push("channel_phone_number", own.phone.or(own.phone_number_id).unwrap_or_default());
    body.push("contact_phone_number", phone.as_str());
    if let Some(name) = input.contact_name {
        body.push("contact_name", name);
    }
    if let Some(stage) = input.stage_id {
        body.push("stageId", stage.to_string());
    }
    body.push("note", note);
    body.push("meta_data", Json::Object(meta_data));
    Ok(Replacement::new(Method::Post, UPSERT).body(body))
}
