//! What a visitor says: a message like any other that comes in.

use super::visitor::Visitor;
use super::{Choice, by_token, choices, contact_of, of_ids};
use crate::channels::{self, Channel};
use crate::error::{Error, Result};
use crate::id::{ChannelId, MessageId};
use crate::media::{self, MediaType, Upload};
use crate::messages::{self, Incoming, Message, Person, Way};
use crate::work::Work;

#[derive(Debug, Clone)]
pub enum Said {
    Text(String),
    File {
        upload: Upload,
        caption: Option<String>,
    },
    /// What was offered in a message of the team's, by its id there.
    Choice {
        message: MessageId,
        id: String,
    },
}

#[derive(Debug)]
pub struct Written {
    pub visitor: Visitor,
    pub message: Message,
    /// Whether it was not here before.
    pub new: bool,
    /// Whether the visitor had no contact before.
    pub first: bool,
}

/// None where the token is nobody's. `client_id` is the browser's own id of the message: the same again is the same message.
pub fn write(
    w: &mut Work<'_, '_>,
    channel: ChannelId,
    token: &[u8; 32],
    client_id: &str,
    said: &Said,
) -> Result<Option<Written>> {
    let setup = w.setup.clone();
    let channel: &Channel = channels::get(&setup, channel)?;
    let Some(mut visitor) = by_token(w, channel.id, token)? else { return Ok(None) };
    let provider_id = visitor.names(client_id);
    if let Some(message) = Message::of_provider(w, channel.id, &provider_id)? {
        return Ok(Some(Written { visitor, message, new: false, first: false }));
    }
    let first = visitor.contact_id.is_none();
    let found = contact_of(w, channel, &mut visitor)?;
    let (mut payload, mut reply_to) = (None, None);
    let (kind, body) = match said {
        Said::Text(text) => ("text", text.clone()),
        Said::File { upload, caption } => (upload.media_type.name(), caption.clone().unwrap_or_default()),
        Said::Choice { message, id } => {
            let (answered, choice) = chosen(w, &visitor, *message, id)?;
            payload = Some(choice.answer());
            reply_to = answered.provider_id;
            ("interactive", choice.title)
        }
    };
    let incoming = Incoming {
        provider_id: provider_id.clone(),
        person: Person::default(),
        kind: kind.to_owned(),
        body,
        payload,
        files: Vec::new(),
        reply_to,
        at: None,
        way: Way::Received,
    };
    match messages::take(w, channel, &incoming, found)? {
        Some(message) => {
            if let Said::File { upload, .. } = said {
                media::received(w, upload, message.id)?;
            }
            Ok(Some(Written { visitor, message, new: true, first }))
        }
        None => {
            let message = Message::of_provider(w, channel.id, &provider_id)?;
            let message = message.ok_or_else(|| Error::Internal("a message vanished".into()))?;
            Ok(Some(Written { visitor, message, new: false, first }))
        }
    }
}

/// What the visitor was offered there; 400 where they were not.
fn chosen(w: &mut Work<'_, '_>, visitor: &Visitor, message: MessageId, id: &str) -> Result<(Message, Choice)> {
    let found = of_ids(w, visitor, &[message])?.pop().map(|(message, _)| message);
    let chosen = found.and_then(|message| {
        let choice = choices(&message).into_iter().find(|choice| choice.id == id)?;
        Some((message, choice))
    });
    chosen.ok_or_else(|| Error::invalid("/choice", "unknown_reference", "This was not offered in that message."))
}

impl Visitor {
    /// What the channel's "provider" calls a message of this visitor's.
    fn names(&self, client_id: &str) -> String {
        format!("{}:{client_id}", self.id)
    }

    /// What the visitor's browser calls it, if it wrote it.
    pub fn client_id<'m>(&self, message: &'m Message) -> Option<&'m str> {
        let (visitor, client_id) = message.provider_id.as_deref()?.split_once(':')?;
        (visitor == self.id.to_string()).then_some(client_id)
    }
}

/// How a file of this media type is shown; the web chat takes every type.
impl MediaType {
    pub fn of_upload(mime: &str) -> MediaType {
        match media::usual_type(mime) {
            // A picture like others, here.
            MediaType::Sticker => MediaType::Image,
            _ if matches!(mime, "image/gif" | "image/webp") => MediaType::Image,
            other => other,
        }
    }
}
