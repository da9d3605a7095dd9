//! C28 and C29: a template to somebody at a time of its own, with what is known of them.

use crm::channels::{Channel, ChannelType};
use crm::contacts::Contact;
use crm::customers::{Upsert, Who};
use crm::id::{ChannelId, ContactId, ScheduledMessageId, StageId};
use crm::scheduled::{self, Created, NewScheduled, Places, Recipient, ScheduledStatus, What, check_time};
use crm::templates::Reference;
use crm::{FieldError, Problems, Setup, Timestamp, Work};
use schemars::JsonSchema;
use serde::Serialize;
use structuring::Explicit;
use structuring::json::Object;

use super::record;
use super::session_message::own_channel_among;
use super::template_send::{VARIABLES, values};
use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input, Style};
use crate::kinds::{AnyObject, Flag, InstantWithOffset, OneOf, PhoneText, SHORT, TextOrNumber, id};
use crate::lifecycle::OwnNumber;
use crate::problem::Problem;

/// Kinds of numbers that it goes out by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    /// The Cloud API, or the playground that plays it.
    Cloud,
    Web,
}

impl Line {
    fn rank(self, channel: &Channel) -> Option<u8> {
        match (self, channel.channel_type) {
            (Line::Cloud, ChannelType::Whatsapp) | (Line::Web, ChannelType::WebWhatsapp) => Some(0),
            (Line::Cloud, ChannelType::Playground) => Some(1),
            _ => None,
        }
    }
}

const LINE: OneOf<Line> = OneOf {
    words: &["whatsapp", "web-whatsapp", "web_whatsapp"],
    read: |word| match word {
        "whatsapp" => Some(Line::Cloud),
        "web-whatsapp" | "web_whatsapp" => Some(Line::Web),
        _ => None,
    },
};

#[derive(Debug)]
pub struct ScheduleInput {
    at: Option<Timestamp>,
    template: Option<String>,
    contact: Option<String>,
    line: Option<Line>,
    meta_data: Option<Object>,
    content: Option<Vec<String>>,
    name: Option<String>,
    channel: Option<String>,
    from: Option<String>,
    stage: Option<StageId>,
}

impl Input for ScheduleInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let about = "When it is sent; more than 5 minutes past, or more than 366 days ahead, is refused.";
        let at = f.required("scheduledDate", InstantWithOffset, about);
        let about = "An approved template; may be left out with isSmart, where content is sent as it is given.";
        let template = f.optional("templateId", TextOrNumber { max: 64 }, about);
        let about = "The person's number, or the id of their contact.";
        let contact = f.required("contactIdentifier", TextOrNumber { max: 64 }, about);
        let line = f.required("channel", LINE, "What it goes out by.");
        let meta_data = f.optional("meta_data", AnyObject, "Anything known of the person; structuring reads it.");
        let about = "The template's variables, in order: header, text, addresses of buttons.";
        let content = f.optional("content", VARIABLES, about);
        let name = f.optional("contactName", SHORT, "");
        let about =
            "Which channel, by its id or phone id. Needed, unless fromPhoneNumber says it, where there are several.";
        let channel = f.optional("channelId", TextOrNumber { max: 64 }, about);
        let about = "An assistant writes it; without one, content is sent as given.";
        let smart = f.optional("isSmart", Flag, about).unwrap_or(false);
        let from = f.optional("fromPhoneNumber", PhoneText, "The own number, or its phone id.");
        let stage =
            f.optional("stageId", id::<StageId>(), "Where the ticket stands, from now on; without it none is opened.");
        let named = |f: &Fields<'_>, at: &str| f.problems.iter().any(|problem| problem.pointer.starts_with(at));
        if !f.describes() && template.is_none() && !named(f, "/templateId") {
            if !smart {
                f.problem("templateId", "required", "`templateId` is required: an approved template.");
            } else if content.as_ref().is_none_or(Vec::is_empty) && !named(f, "/content") {
                let message = "There is no assistant to write it; give templateId or content.";
                f.problem("content", "assistant_not_configured", message);
            }
        }
        Some(ScheduleInput { at, template, contact, line, meta_data, content, name, channel, from, stage })
    }
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScheduledAnswer {
    pub id: ScheduledMessageId,
    /// `scheduled`; of a repetition without an `Idempotency-Key`, how the one stands that was scheduled.
    pub status: ScheduledStatus,
    pub scheduled_date: Timestamp,
    pub ai_contact_id: ContactId,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct CancelledAnswer {
    pub status: ScheduledStatus,
}

const PLACES: Places = Places {
    contact: "/contactIdentifier",
    at: "/scheduledDate",
    template: "/templateId",
    values: "",
    template_by: "`templateId`",
};

/// C28.
pub async fn create(call: Call) -> Result<Answer, Problem> {
    let object = call.object()?;
    let identifier = identifier(&call, &object).await?;
    let now = call.app.crm.now();
    let new = call
        .prepare(|setup| {
            let mut fields = Fields::object(&object, Style::Compatible, "");
            let input = ScheduleInput::read(&mut fields);
            prepare(setup, &call.source(), input, fields.finish(), &identifier, now)
        })
        .await?;
    let work = move |w: &mut Work<'_, '_>| scheduled::create(w, &new).map_err(variables_are_content);
    call.write(work, |done, _| scheduled_answer(done)).await
}

fn scheduled_answer(done: &Created) -> Result<Answer, Problem> {
    let message = &done.message;
    let answer = ScheduledAnswer {
        id: message.id,
        status: message.status,
        scheduled_date: message.scheduled_at,
        ai_contact_id: message.contact_id,
    };
    Answer::json(201, &answer)
}

/// C29. Twice is as once.
pub async fn cancel(call: Call) -> Result<Answer, Problem> {
    let id: ScheduledMessageId = call.id("scheduledMessageId", "scheduled message")?;
    let work = move |w: &mut Work<'_, '_>| scheduled::cancel(w, id);
    call.write(work, |message, _| Answer::json(200, &CancelledAnswer { status: message.status })).await
}

/// Here the template's variables are the list `content`.
fn variables_are_content(error: crm::Error) -> crm::Error {
    let crm::Error::Invalid(errors) = error else { return error };
    let renamed = |error: FieldError| match error.pointer.strip_prefix("/variables") {
        Some(rest) => FieldError { pointer: format!("/content{rest}"), ..error },
        None => error,
    };
    crm::Error::Invalid(errors.into_iter().map(renamed).collect())
}

/// What `contactIdentifier` is.
enum Identifier {
    Number,
    /// The id of a contact.
    Contact {
        id: ContactId,
        channel: ChannelId,
        phone: Option<String>,
    },
    /// The id of nobody here.
    Nobody(ContactId),
}

async fn identifier(call: &Call, object: &Object) -> Result<Identifier, Problem> {
    let given = object.get("contactIdentifier").and_then(|json| json.as_str());
    let Some(id) = given.and_then(|text| text.trim().parse::<ContactId>().ok()) else { return Ok(Identifier::Number) };
    let found = call.read(move |w| Contact::find(w.tx, w.caller.organization, id)).await?;
    Ok(match found {
        Some(contact) => Identifier::Contact { id: contact.id, channel: contact.channel_id, phone: contact.phone },
        None => Identifier::Nobody(id),
    })
}

fn prepare(
    setup: &Setup,
    source: &str,
    input: Option<ScheduleInput>,
    mut problems: Vec<FieldError>,
    identifier: &Identifier,
    now: Timestamp,
) -> Result<NewScheduled, Problem> {
    let Some(input) = input else { return Err(Problem::invalid(problems)) };
    let channel = input.line.and_then(|line| channel_of(setup, line, &input, identifier, &mut problems));
    let country = channel.map_or(setup.organization.country.as_str(), |channel| channel.country.as_str());
    let number = match identifier {
        Identifier::Number => input.contact.as_deref(),
        Identifier::Contact { phone: Some(phone), .. } => Some(phone.as_str()),
        Identifier::Contact { channel: own, phone: None, .. } => {
            if channel.is_some_and(|channel| channel.id != *own) {
                let message = "No number is known of this contact, so that its own channel alone reaches it: name that one, or give a \
                               number as contactIdentifier.";
                problems.push(FieldError::new(PLACES.contact, "invalid_phone", message));
            }
            None
        }
        Identifier::Nobody(id) => {
            problems.push(FieldError::unknown_reference(PLACES.contact, "contact", id));
            None
        }
    };
    let phone = number.and_then(|text| record::read_phone(text, country, PLACES.contact, &mut problems));
    let mut found = Problems(problems);
    crm::customers::check_stage(setup, input.stage, "/stageId", &mut found);
    // Alone it is looked at in the transaction: a repetition gets its answer, however late it comes.
    if let (Some(at), false) = (input.at, found.0.is_empty()) {
        check_time(now, at, PLACES.at, &mut found);
    }
    let problems = found.0;
    let explicit = Explicit {
        phone: phone.as_ref().map(|phone| phone.as_str().to_owned()),
        email: None,
        name: input.name.map(|name| name.trim().to_owned()),
        fields: Vec::new(),
    };
    let structured = record::structured(setup, source, country, input.meta_data.unwrap_or_default(), explicit);
    let (Some(channel), Some(at), true) = (channel, input.at, problems.is_empty()) else {
        return Err(Problem::invalid(problems));
    };
    let content = input.content.unwrap_or_default();
    let what = match input.template {
        Some(id) => What::Template { reference: Reference::Id(id), values: Box::new(values(content, Vec::new())) },
        None => What::Text { text: content.join("\n"), preview_url: false },
    };
    let upsert = Upsert {
        channel: channel.id,
        who: Who { contact: reached_by_id(identifier), ..record::who(phone, None, Vec::new()) },
        structured,
        stage: input.stage,
        agent: None,
        note: None,
    };
    Ok(NewScheduled { to: Recipient::Pushed(Box::new(upsert)), what, at, places: PLACES })
}

/// Of whom no number is known.
fn reached_by_id(identifier: &Identifier) -> Option<ContactId> {
    match identifier {
        Identifier::Contact { id, phone: None, .. } => Some(*id),
        _ => None,
    }
}

/// By `channelId`, else by `fromPhoneNumber`, else that of the contact, else the only one there is.
fn channel_of<'s>(
    setup: &'s Setup,
    line: Line,
    input: &ScheduleInput,
    identifier: &Identifier,
    problems: &mut Vec<FieldError>,
) -> Option<&'s Channel> {
    const FROM: &str = "/fromPhoneNumber";
    let rank = |channel: &Channel| line.rank(channel);
    let of_line = |channel: &&Channel| !channel.archived && line.rank(channel).is_some();
    let Some(named) = &input.channel else {
        if let (None, Identifier::Contact { channel, .. }) = (&input.from, identifier)
            && let Some(own) = setup.channel(*channel).filter(of_line)
        {
            return Some(own);
        }
        return own_channel_among(setup, rank, input.from.as_deref(), FROM, problems);
    };
    let is_named = |channel: &&Channel| {
        named.trim().parse::<ChannelId>().is_ok_and(|id| id == channel.id) || OwnNumber::of(channel).is(named)
    };
    let mut found: Vec<&Channel> = setup.channels.iter().filter(of_line).filter(is_named).collect();
    found.sort_by_key(|channel| line.rank(channel));
    let Some(channel) = found.first().copied() else {
        problems.push(FieldError::unknown_reference("/channelId", "channel of this kind", named));
        return None;
    };
    if let Some(from) = &input.from
        && !OwnNumber::of(channel).is(from)
    {
        problems.push(FieldError::new(
            FROM,
            "invalid_value",
            "This is not the number of the channel that channelId names.",
        ));
        return None;
    }
    Some(channel)
}
