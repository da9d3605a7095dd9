//! Queueing a message: its row and its row in the outbox, written together. Its channel's worker sends it; nothing is sent
//! here.

use serde_json::json;

use super::address::{Destination, destination};
use super::{Action, Content, Direction, File, Message, MessageStatus, insert, status};
use crate::access::Actor;
use crate::channels::{Channel, ChannelType};
use crate::contacts::{self, ChatStatus, Contact};
use crate::error::{Error, Result};
use crate::events::{self, Fact, Topic};
use crate::id::{MessageId, TicketId};
use crate::media;
use crate::outbox;
use crate::templates::Usable;
use crate::time::Timestamp;
use crate::work::Work;

/// WhatsApp lets a business write freely for 24 h after a person's last message; after that only templates.
pub(crate) const SERVICE_WINDOW_HOURS: i64 = 24;

/// How a template is sent, where the call itself takes none.
pub const TEMPLATE_BY: &str = "POST /api/public/whatsapp/message/send";

#[derive(Debug, Clone)]
pub struct Outgoing {
    pub ticket: Option<TicketId>,
    pub content: Content,
    /// What is read in a list, where it is not what the content itself says: a template's text.
    pub text: Option<String>,
    /// Provider's id of the message that it answers.
    pub reply_to: Option<String>,
    /// Which of the contact's numbers, E.164; none: whichever they wrote from last.
    pub to: Option<String>,
    /// Whose message it is, if not the caller's: who scheduled it.
    pub by: Option<Actor>,
    /// How whoever sends this would send a template, where only one may go.
    pub template_by: &'static str,
}

impl Outgoing {
    pub fn of(content: Content) -> Outgoing {
        Outgoing { ticket: None, content, text: None, reply_to: None, to: None, by: None, template_by: TEMPLATE_BY }
    }
}

impl From<Usable> for Outgoing {
    fn from(usable: Usable) -> Outgoing {
        Outgoing { text: Some(usable.text), ..Outgoing::of(usable.content) }
    }
}

/// Until when somebody can be written to freely who wrote last then; none: never yet.
fn window_ends(wrote_at: Option<Timestamp>) -> Option<Timestamp> {
    wrote_at.map(|at| at.plus_seconds(SERVICE_WINDOW_HOURS * 3600))
}

pub fn window_is_open(now: Timestamp, wrote_at: Option<Timestamp>) -> bool {
    window_ends(wrote_at).is_some_and(|end| end > now)
}

/// Whether this may go to this contact at that time, as far as is known now; without content, plain text. 409 `contact_blocked`,
/// `opted_out` or `outside_service_window`. `template_by`: how a template would be sent instead.
pub fn check_may_send(
    now: Timestamp,
    at: Timestamp,
    channel: &Channel,
    contact: &Contact,
    to: &Destination,
    content: Option<&Content>,
    template_by: &str,
) -> Result<()> {
    if contact.blocked {
        return Err(Error::conflict("contact_blocked", "This contact is blocked. Unblock it before writing to it."));
    }
    if channel.channel_type == ChannelType::Webchat
        && let Some(content) = content
    {
        return check_fits_webchat(content);
    }
    if let Some(Content::Template(template)) = content {
        return match contact.opted_out_at {
            Some(since) if template.category.eq_ignore_ascii_case("marketing") => Err(opted_out(since)),
            _ => Ok(()),
        };
    }
    if !channel.speaks_cloud() || window_is_open(at, to.wrote_at) {
        return Ok(());
    }
    let ends = window_ends(to.wrote_at);
    match ends {
        Some(end) if end > now => Err(shut_by_then(at, end, template_by)),
        _ => Err(outside_service_window(ends, template_by)),
    }
}

/// What a web page can show, and may load: a file from elsewhere would tell its server who the visitor is.
fn check_fits_webchat(content: &Content) -> Result<()> {
    let fits = match content {
        Content::Text { .. } | Content::Location(_) => true,
        Content::Image(file) | Content::Video(file) | Content::Audio(file) | Content::Document(file) => {
            matches!(file.file, File::MediaId(_))
        }
        Content::Interactive(interactive) => {
            matches!(interactive.action, Action::Buttons(_) | Action::List { .. } | Action::Link { .. })
        }
        _ => false,
    };
    if fits {
        return Ok(());
    }
    let message = "A web chat takes text, places, buttons, lists, links, and files that were uploaded here (media_id).";
    Err(Error::conflict("not_on_webchat", message))
}

fn opted_out(since: Timestamp) -> Error {
    let message = "This person wants no marketing from this business. Send a template of another category, or wait until they \
                   write.";
    let next = json!({"since": since, "next": ["other_template", "wait_for_message"]});
    Error::MayNotSend { code: "opted_out", message: message.to_owned(), window: next }
}

/// The 24 h window of somebody is shut; none: it was never open.
pub fn outside_service_window(closed_at: Option<Timestamp>, template_by: &str) -> Error {
    let message = format!(
        "The 24 h service window of this person is shut: they have not written within the last 24 hours. Send an approved \
         template instead ({template_by}), or wait until they write."
    );
    let window = json!({"open": false, "closed_at": closed_at, "next": ["template", "wait_for_message"]});
    Error::MayNotSend { code: "outside_service_window", message, window }
}

/// It is open, and will not be when this is to go.
fn shut_by_then(at: Timestamp, closes_at: Timestamp, template_by: &str) -> Error {
    let message = format!(
        "The 24 h service window of this person is open until {closes_at} and will be shut by then: this is for {at}. Choose an \
         earlier time, or schedule an approved template instead ({template_by})."
    );
    let window = json!({"open": true, "closed_at": null, "closes_at": closes_at, "next": ["earlier", "template"]});
    Error::MayNotSend { code: "outside_service_window", message, window }
}

pub fn queue(w: &mut Work<'_, '_>, channel: &Channel, contact: &mut Contact, outgoing: &Outgoing) -> Result<MessageId> {
    let to = destination(w, channel, contact, outgoing.to.as_deref())?;
    check_may_send(w.now, w.now, channel, contact, &to, Some(&outgoing.content), outgoing.template_by)?;
    let content = &outgoing.content;
    let body = outgoing.text.clone().unwrap_or_else(|| content.summary());
    let mut message = Message::new(w.new_id(), contact, Direction::Outbound, body, MessageStatus::Queued);
    message.channel_id = channel.id;
    message.address = to.address;
    message.kind = content.kind().to_owned();
    message.payload = match content {
        // Its body says it all.
        Content::Text { preview_url: false, .. } => None,
        content => Some(serde_json::to_string(content).map_err(|error| Error::Internal(format!("content: {error}")))?),
    };
    message.reply_to = outgoing.reply_to.clone();
    message.ticket_id = outgoing.ticket;
    let actor = outgoing.by.unwrap_or(w.caller.actor);
    message.actor = actor.to_string();
    (message.sent_at, message.created_at) = (w.now, w.now);
    insert(w, &message)?;
    media::use_in(w, &message, content)?;
    // A clock that was put back moves nobody down the list.
    contact.last_message_at = contact.last_message_at.max(Some(w.now));
    if contact.chat_status == ChatStatus::Unattended {
        contact.chat_status = ChatStatus::Attended;
    }
    contacts::save(w, contact)?;
    let mut fact = Fact::new(Topic::MessageQueued).contact(contact.id).by(actor);
    fact = fact.subject(json!({"message_id": message.id, "channel_id": channel.id}));
    if let Some(ticket) = outgoing.ticket {
        fact = fact.ticket(ticket);
    }
    let data = json!({"message_id": message.id, "message_body": message.body, "status": message.status});
    events::record(w, fact.data(data))?;
    if channel.channel_type == ChannelType::Webchat {
        // The visitor's page reads it from here: once it is written it is sent.
        status::accepted(w, message.id, &message.id.to_string())?;
    } else {
        outbox::put(w, &message, contact.id)?;
    }
    Ok(message.id)
}
