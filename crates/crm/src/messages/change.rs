//! What happens to a message that is here: somebody reacts to it, edits it, deletes it. Providers tell it twice and out of
//! order, so the later time counts, and a deletion is final.

use serde::{Deserialize, Serialize};
use serde_json::json;
use store::params;

use super::early::{self, Early};
use super::facts::message_data;
use super::{Direction, Message};
use crate::access::Actor;
use crate::contacts::Contact;
use crate::error::Result;
use crate::events::{self, Fact, Topic};
use crate::id::ChannelId;
use crate::media;
use crate::search;
use crate::time::Timestamp;
use crate::wire_enum;
use crate::work::Work;

wire_enum! {
    /// Whose reaction it is.
    pub enum Reactor {
        Contact = "contact",
        /// Ours, from here or from the phone.
        Business = "business",
    }
}

/// Something that happened to a message.
#[derive(Debug, Clone)]
pub struct Change {
    /// Of the message it happened to.
    pub provider_id: String,
    pub what: What,
    /// By the provider's clock.
    pub at: Timestamp,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// An empty emoji takes the reaction off.
    Reaction {
        reactor: Reactor,
        emoji: String,
    },
    Edit {
        body: String,
        payload: Option<String>,
    },
    Deletion,
}

impl What {
    /// Of one kind the latest counts.
    pub(super) fn kind(&self) -> String {
        match self {
            What::Reaction { reactor, .. } => format!("reaction:{reactor}"),
            What::Edit { .. } => "edit".to_owned(),
            What::Deletion => "deletion".to_owned(),
        }
    }
}

/// Applies it, or keeps it for a message that is not here yet; whether it changed anything.
pub fn apply(w: &mut Work<'_, '_>, channel: ChannelId, change: &Change) -> Result<bool> {
    let Some(mut message) = Message::of_provider(w, channel, &change.provider_id)? else {
        early::keep(w, channel, &Early::Change(change.clone()))?;
        return Ok(false);
    };
    // What somebody wrote who was erased meanwhile stays empty.
    let Some(contact) = Contact::find(w.tx, w.caller.organization, message.contact_id)? else { return Ok(false) };
    let (changed, by_contact) = match &change.what {
        What::Reaction { reactor, emoji } => {
            (react(w, &message, *reactor, emoji, change.at)?, *reactor == Reactor::Contact)
        }
        What::Edit { body, payload } => {
            (edit(w, &mut message, body, payload.as_deref(), change.at)?, message.direction == Direction::Inbound)
        }
        What::Deletion => (delete(w, &mut message, change.at)?, message.direction == Direction::Inbound),
    };
    if !changed {
        return Ok(false);
    }
    let mut data = message_data(&w.setup, &contact, &message);
    data["change"] = match &change.what {
        What::Reaction { reactor, emoji } => json!({"type": "reaction", "reactor": reactor, "emoji": emoji}),
        What::Edit { .. } => json!({"type": "edit"}),
        What::Deletion => json!({"type": "deletion"}),
    };
    let topic = if by_contact { Topic::MessageReceived } else { Topic::MessageSent };
    let mut fact = Fact::new(topic).contact(contact.id).data(data);
    if by_contact {
        fact = fact.by(Actor::Contact(contact.id));
    }
    events::record(w, fact.subject(json!({"message_id": message.id, "channel_id": message.channel_id})))?;
    Ok(true)
}

fn react(w: &mut Work<'_, '_>, message: &Message, reactor: Reactor, emoji: &str, at: Timestamp) -> Result<bool> {
    let actor = match reactor {
        Reactor::Contact => Actor::Contact(message.contact_id).to_string(),
        Reactor::Business => w.caller.actor.to_string(),
    };
    let changed = w.tx.execute(
        "INSERT INTO reactions (organization_id, message_id, reactor, emoji, actor, reacted_at, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (organization_id, message_id, reactor) DO UPDATE
           SET emoji = excluded.emoji, actor = excluded.actor, reacted_at = excluded.reacted_at
           WHERE excluded.reacted_at >= reactions.reacted_at AND excluded.emoji <> reactions.emoji",
        params![w.caller.organization, message.id, reactor, emoji, actor, at, w.now],
    )?;
    Ok(changed == 1)
}

fn edit(w: &mut Work<'_, '_>, message: &mut Message, body: &str, payload: Option<&str>, at: Timestamp) -> Result<bool> {
    if message.deleted_at.is_some() || message.edited_at.is_some_and(|edited| edited >= at) {
        return Ok(false);
    }
    w.tx.execute(
        "UPDATE messages SET body = $3, payload = coalesce($4, payload), edited_at = $5
         WHERE organization_id = $1 AND id = $2",
        params![w.caller.organization, message.id, body, payload, at],
    )?;
    message.body = body.to_owned();
    message.edited_at = Some(at);
    search::message_written(w, message)?;
    Ok(true)
}

/// What was said is gone, here as there.
fn delete(w: &mut Work<'_, '_>, message: &mut Message, at: Timestamp) -> Result<bool> {
    if message.deleted_at.is_some() {
        return Ok(false);
    }
    w.tx.execute(
        "UPDATE messages SET body = '', payload = NULL, deleted_at = $3 WHERE organization_id = $1 AND id = $2",
        params![w.caller.organization, message.id, at],
    )?;
    message.body.clear();
    message.payload = None;
    message.deleted_at = Some(at);
    media::forget_of(w, message.id)?;
    search::message_written(w, message)?;
    Ok(true)
}
