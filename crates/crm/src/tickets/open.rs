//! C18 and C19: opens a ticket for somebody, or moves the open one, with what is known of them and, if wanted, a message.

use structuring::Json;
use structuring::json::{Mode, Object};

use super::{MetadataChange, Placed, Ticket, change_metadata, place, record_update, save};
use crate::channels::Channel;
use crate::contacts::Contact;
use crate::customers::{Applied, Structured, Who, apply, check_stage, find_or_begin};
use crate::error::{Error, Problems, Result};
use crate::id::{ChannelId, MessageId, StageId};
use crate::messages::{self, Content, Outgoing};
use crate::setup::Setup;
use crate::templates::{self, Reference, Values};
use crate::work::Work;

/// Bytes of a ticket's integration data, as JSON: each change of it is in the log twice, before and after.
const INTEGRATION_LIMIT: usize = 64 * 1024;

/// The deal in another system that this ticket stands for. Members that are given replace the stored ones.
#[derive(Debug, Clone, Default)]
pub struct IntegrationData(pub Object);

/// A message to go out with the ticket.
#[derive(Debug, Clone)]
pub struct OutboundMessage {
    pub content: Option<String>,
    /// Of the two the template wins.
    pub template: Option<(Reference, Values)>,
}

#[derive(Debug)]
pub struct Open {
    pub channel: ChannelId,
    pub who: Who,
    pub stage: StageId,
    pub structured: Structured,
    pub ticket_metadata: MetadataChange,
    pub integration: IntegrationData,
    pub message: Option<OutboundMessage>,
}

#[derive(Debug)]
pub struct Opened {
    pub contact: Contact,
    pub ticket: Ticket,
    /// Whether a ticket was opened, rather than an open one moved.
    pub created: bool,
    pub applied: Applied,
    pub message: Option<MessageId>,
}

impl Open {
    pub fn check(&self, setup: &Setup, problems: &mut Problems) {
        check_stage(setup, Some(self.stage), "/stage_id", problems);
    }
}

pub fn open(w: &mut Work<'_, '_>, input: &Open) -> Result<Opened> {
    let setup = w.setup.clone();
    let mut problems = Problems::default();
    input.check(&setup, &mut problems);
    problems.check()?;
    let channel = setup.channel(input.channel).filter(|c| !c.archived).ok_or_else(|| Error::not_found("channel"))?;
    let found = find_or_begin(w, channel, &input.who)?;
    let mut contact = found.contact;
    // Refused before anything is written: an error undoes the whole transaction, and nothing was sent.
    let mut outgoing = None;
    if let Some(message) = &input.message {
        let mut prepared = message.prepare(w, channel)?;
        prepared.to = input.who.phone.as_ref().map(|phone| phone.as_str().to_owned());
        let to = messages::destination(w, channel, &contact, prepared.to.as_deref())?;
        prepared.template_by = "`message.templateId`";
        messages::check_may_send(w.now, w.now, channel, &contact, &to, Some(&prepared.content), prepared.template_by)?;
        outgoing = Some(prepared);
    }
    let applied = apply(w, &mut contact, &input.structured, "/contact_metadata", found.created)?;
    let Placed { mut ticket, opened } = place(w, &mut contact, input.stage, None, found.created)?;
    change_metadata(w, &mut ticket, &input.ticket_metadata)?;
    merge_integration_data(w, &mut ticket, &input.integration, "/integration_data")?;
    let mut message = None;
    if let Some(mut outgoing) = outgoing {
        outgoing.ticket = Some(ticket.id);
        message = Some(messages::queue(w, channel, &mut contact, &outgoing)?);
    }
    Ok(Opened { contact, ticket, created: opened, applied, message })
}

impl OutboundMessage {
    fn prepare(&self, w: &mut Work<'_, '_>, channel: &Channel) -> Result<Outgoing> {
        let Some((reference, values)) = &self.template else {
            return Ok(Outgoing::of(Content::text(self.content.clone().unwrap_or_default())));
        };
        Ok(templates::usable(w, channel, reference, values, "/message/templateId", "/message")?.into())
    }
}

/// What comes wins, member by member. 400 `too_large` at the pointer where more than [`INTEGRATION_LIMIT`] would be kept.
pub(crate) fn merge_integration_data(
    w: &mut Work<'_, '_>,
    ticket: &mut Ticket,
    new: &IntegrationData,
    pointer: &str,
) -> Result<()> {
    if new.0.is_empty() {
        return Ok(());
    }
    let stored = ticket.integration_data.as_deref().unwrap_or("{}");
    let before = Json::parse(stored.as_bytes(), Mode::Lenient)
        .ok()
        .and_then(Json::into_object)
        .ok_or_else(|| Error::Internal("integration data is not a JSON object".into()))?;
    let mut merged = before.clone();
    for (key, value) in new.0.iter() {
        merged.insert(key, value.clone());
    }
    if merged == before {
        return Ok(());
    }
    let (merged, before) = (Json::Object(merged).to_string(), Json::Object(before));
    if merged.len() > INTEGRATION_LIMIT {
        let message = format!(
            "With this the ticket's integration data would be {} bytes of JSON; at most {INTEGRATION_LIMIT} are kept.",
            merged.len()
        );
        return Err(Error::invalid(pointer, "too_large", message));
    }
    let changed = format!(r#"{{"integration_data":{merged}}}"#);
    ticket.integration_data = Some(merged);
    save(w, ticket)?;
    record_update(w, ticket, changed, format!(r#"{{"integration_data":{before}}}"#))
}
