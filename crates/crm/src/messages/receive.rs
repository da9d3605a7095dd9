//! What a provider brought, all of one call in one transaction: who it is from, their contact and ticket, the message, its
//! event, its files for a worker to fetch. Providers repeat and reorder: everything here is as good done twice.

use serde_json::json;
use store::{Engine, params};

use super::facts::message_data;
use super::incoming::{Incoming, Item, Kept, Leftover, Person, Way};
use super::news::hear;
use super::status::{self, Advance, StatusUpdate};
use super::{Direction, Message, MessageStatus, change, early, insert};
use crate::access::Actor;
use crate::channels::Channel;
use crate::contacts::{self, ChatStatus, Contact, MergeRule, Naming, recognize};
use crate::customers::Found;
use crate::error::{Error, Result};
use crate::events::{self, Fact, Topic};
use crate::id::ChannelId;
use crate::media::{self, Media, MediaState};
use crate::tickets;
use crate::time::Timestamp;
use crate::work::Work;

/// The person does not want our marketing: Meta's code of a message that was refused for it.
const OPTED_OUT_CODE: &str = "131050";
/// Kept of what nobody could read, at most, of one organization.
const MOST_LEFTOVERS: i64 = 10_000;
const LEFTOVER_DAYS: i64 = 30;

/// What became of a call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Receipt {
    pub new: usize,
    /// Was here already, or changed nothing.
    pub known: usize,
    /// Kept unread.
    pub leftovers: usize,
}

impl Receipt {
    fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::New => self.new += 1,
            Outcome::Known => self.known += 1,
            Outcome::Leftover => self.leftovers += 1,
        }
    }
}

/// One bad item never costs the others: it is kept with what nobody could read. An error is the database's, of the whole. One that
/// comes alone, as most do, has the transaction to itself: where it is bad, the error is the answer, and [`put_aside`] what
/// is to follow ([`is_of_the_item`]).
pub fn receive(w: &mut Work<'_, '_>, items: &[(ChannelId, Item)]) -> Result<Receipt> {
    let mut receipt = Receipt::default();
    if let [(channel, item)] = items {
        receipt.count(one(w, *channel, item)?);
        return Ok(receipt);
    }
    for (channel, item) in items {
        let outcome = match w.savepoint(|w| one(w, *channel, item)) {
            Err(error) if is_of_the_item(&error, w.tx.engine()) => aside(w, *channel, item, &error)?,
            Err(error) => return Err(error),
            Ok(outcome) => outcome,
        };
        receipt.count(outcome);
    }
    Ok(receipt)
}

/// Keeps an item that could not be stored.
pub fn put_aside(w: &mut Work<'_, '_>, channel: ChannelId, item: &Item, why: &Error) -> Result<Receipt> {
    aside(w, channel, item, why)?;
    Ok(Receipt { leftovers: 1, ..Receipt::default() })
}

fn aside(w: &mut Work<'_, '_>, channel: ChannelId, item: &Item, why: &Error) -> Result<Outcome> {
    tracing::error!(%channel, error = %why, "an item of a webhook could not be stored; it is kept as it was read");
    keep(w, channel, &Kept::new(Leftover::Failed, json!({"item": format!("{item:?}")}).to_string()))?;
    Ok(Outcome::Leftover)
}

/// Whether this item is to be put aside, rather than the whole be run again or refused.
pub fn is_of_the_item(error: &Error, engine: Engine) -> bool {
    let Error::Store(error) = error else { return !matches!(error, Error::Unauthorized | Error::Forbidden(_)) };
    // On PostgreSQL somebody else took the identity meanwhile; on SQLite there is nobody else.
    let taken = error.constraint().is_some_and(|name| name.ends_with("identity_key"));
    !(error.is_transient() || (taken && engine == Engine::Postgres))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    New,
    Known,
    Leftover,
}

impl Outcome {
    fn new_if(new: bool) -> Outcome {
        if new { Outcome::New } else { Outcome::Known }
    }
}

fn one(w: &mut Work<'_, '_>, channel_id: ChannelId, item: &Item) -> Result<Outcome> {
    let setup = w.setup.clone();
    let channel = setup.channel(channel_id).ok_or_else(|| Error::not_found("channel"))?;
    match item {
        Item::Message(incoming) => message(w, channel, incoming),
        Item::Status(update, person) => status(w, channel, update, person),
        Item::Change(change) => Ok(Outcome::new_if(change::apply(w, channel_id, change)?)),
        Item::Identity { known, new } => {
            let naming = Naming { at: None, message: None };
            recognize(w, channel, known, Some(new), MergeRule::NumberChanged, naming)?;
            Ok(Outcome::New)
        }
        Item::Preference { person, marketing, at } => {
            let at = at.unwrap_or(w.now);
            let naming = Naming { at: Some(at), message: None };
            let mut contact = recognize(w, channel, person, None, MergeRule::OnePayload, naming)?.contact;
            prefer(w, &mut contact, *marketing, at)
        }
        Item::News(news) => Ok(Outcome::new_if(hear(w, channel, news)?)),
        Item::Leftover(kept) => {
            keep(w, channel_id, kept)?;
            Ok(Outcome::Leftover)
        }
    }
}

fn message(w: &mut Work<'_, '_>, channel: &Channel, incoming: &Incoming) -> Result<Outcome> {
    let (new_ids, rule) = match &incoming.way {
        Way::Notice(new) if new.is_somebody() => (Some(&**new), MergeRule::NumberChanged),
        _ => (None, MergeRule::OnePayload),
    };
    let naming = Naming { at: Some(incoming.at.unwrap_or(w.now)), message: Some(&incoming.provider_id) };
    let found = recognize(w, channel, &incoming.person, new_ids, rule, naming)?;
    Ok(Outcome::new_if(take(w, channel, incoming, found)?.is_some()))
}

/// Stores what somebody said whose contact is known; none where it was here already.
pub(crate) fn take(
    w: &mut Work<'_, '_>,
    channel: &Channel,
    incoming: &Incoming,
    found: Found,
) -> Result<Option<Message>> {
    let mut contact = found.contact;
    let direction = if incoming.way == Way::Echo { Direction::Outbound } else { Direction::Inbound };
    let status = if incoming.way == Way::Echo { MessageStatus::Sent } else { MessageStatus::Received };
    let mut message = Message::new(w.new_id(), &contact, direction, incoming.body.clone(), status);
    message.kind.clone_from(&incoming.kind);
    message.payload.clone_from(&incoming.payload);
    message.provider_id = Some(incoming.provider_id.clone());
    message.reply_to.clone_from(&incoming.reply_to);
    message.source = (incoming.way == Way::Echo).then(|| "phone".to_owned());
    message.actor = match incoming.way {
        Way::Echo => Actor::System.to_string(),
        _ => Actor::Contact(contact.id).to_string(),
    };
    if channel.channel_type.by_phone() {
        message.address = incoming.person.phone.as_ref().map(|phone| phone.as_str().to_owned());
    }
    message.created_at = w.now;
    // A clock that is far ahead would put the message at the end of its conversation for as long.
    message.sent_at = incoming.at.filter(|at| *at <= w.now.plus_seconds(3600)).unwrap_or(w.now);
    if !found.created {
        message.ticket_id = tickets::open_ticket_of(w, contact.id)?.map(|ticket| ticket.id);
    }
    if !insert(w, &message)? {
        return Ok(None);
    }
    files(w, &message, incoming)?;
    if !matches!(incoming.way, Way::Notice(_)) {
        touch(w, &mut contact, &message);
        let opens = incoming.way == Way::Received && !contact.blocked && message.ticket_id.is_none();
        let arrived = if opens { tickets::arrive(w, channel, &mut contact, found.created)? } else { None };
        match &arrived {
            Some(arrived) if !arrived.contact_read => {}
            Some(_) => {
                touch(w, &mut contact, &message);
                contacts::save(w, &mut contact)?;
            }
            None => contacts::save_activity(w, &mut contact)?,
        }
        if let Some(arrived) = arrived {
            message.ticket_id = Some(arrived.ticket);
            w.tx.execute(
                "UPDATE messages SET ticket_id = $3 WHERE organization_id = $1 AND id = $2",
                params![w.caller.organization, message.id, arrived.ticket],
            )?;
        }
    }
    let answered = incoming.way == Way::Echo;
    let mut fact = Fact::new(if answered { Topic::MessageSent } else { Topic::MessageReceived });
    fact = fact.contact(contact.id).data(message_data(&w.setup, &contact, &message));
    if !answered {
        fact = fact.by(Actor::Contact(contact.id));
    }
    if let Some(ticket) = message.ticket_id {
        fact = fact.ticket(ticket);
    }
    events::record(w, fact.subject(json!({"message_id": message.id, "channel_id": channel.id})))?;
    early::apply_to(w, &message)?;
    Ok(Some(message))
}

fn files(w: &mut Work<'_, '_>, message: &Message, incoming: &Incoming) -> Result<()> {
    for file in &incoming.files {
        let media = Media {
            id: w.new_id(),
            channel_id: message.channel_id,
            message_id: Some(message.id),
            media_type: file.media_type,
            provider_media_id: Some(file.provider_media_id.clone()),
            mime: file.mime.clone(),
            sha256: file.sha256.clone(),
            size: None,
            file_name: file.file_name.clone(),
            state: MediaState::Pending,
            path: None,
            error: None,
            attempts: 0,
            due_at: w.now,
            created_at: w.now,
            updated_at: w.now,
        };
        media::insert(w, &media)?;
    }
    Ok(())
}

/// What the contact's row says of its last message; twice is as once. One that comes late moves nothing back.
fn touch(w: &Work<'_, '_>, contact: &mut Contact, message: &Message) {
    let at = message.sent_at;
    // The provider's clock has whole seconds, ours does not: within one second the arrival decides.
    let last = contact.last_message_at.is_none_or(|last| at.micros() / 1_000_000 >= last.micros() / 1_000_000);
    if message.direction == Direction::Inbound {
        // Not beyond now: the window of 24 h begins no later.
        contact.last_inbound_at = contact.last_inbound_at.max(Some(at.min(w.now)));
        contact.is_chat_read = false;
        if last || contact.chat_status == ChatStatus::Closed {
            contact.chat_status = ChatStatus::Unattended;
        }
    } else if last && contact.chat_status == ChatStatus::Unattended {
        contact.chat_status = ChatStatus::Attended;
    }
    contact.last_message_at = contact.last_message_at.max(Some(at));
}

fn status(w: &mut Work<'_, '_>, channel: &Channel, update: &StatusUpdate, person: &Person) -> Result<Outcome> {
    let outcome = status::advance(w, channel.id, update)?;
    if outcome != Advance::Moved {
        return Ok(Outcome::Known);
    }
    let opted_out = update.failure.as_ref().is_some_and(|failure| failure.code == OPTED_OUT_CODE);
    // Whom it went to by phone tells here by which other id they go; the next message may have that one alone.
    if opted_out || (person.phone.is_some() && person.bsuid.is_some()) {
        let Some(message) = Message::of_provider(w, channel.id, &update.provider_id)? else { return Ok(Outcome::New) };
        let mut contact = Contact::get(w, message.contact_id)?;
        if person.phone.is_some() && person.bsuid.is_some() {
            let naming = Naming { at: Some(update.at), message: None };
            contact = recognize(w, channel, person, None, MergeRule::OnePayload, naming)?.contact;
        }
        if opted_out {
            prefer(w, &mut contact, false, update.at)?;
        }
    }
    Ok(Outcome::New)
}

/// Whether the person wants marketing, as they said last.
fn prefer(w: &mut Work<'_, '_>, contact: &mut Contact, marketing: bool, at: Timestamp) -> Result<Outcome> {
    if contact.preference_at.is_some_and(|said| said >= at) {
        return Ok(Outcome::Known);
    }
    let before = contact.opted_out_at;
    contact.preference_at = Some(at);
    contact.opted_out_at = if marketing { None } else { before.or(Some(at)) };
    contacts::save(w, contact)?;
    if before.is_some() != contact.opted_out_at.is_some() {
        let fact = Fact::new(Topic::ContactUpdated).contact(contact.id).by(Actor::Contact(contact.id));
        let fact = fact.data(json!({"opted_out_at": contact.opted_out_at})).previous(json!({"opted_out_at": before}));
        events::record(w, fact)?;
    }
    Ok(Outcome::New)
}

fn keep(w: &mut Work<'_, '_>, channel: ChannelId, kept: &Kept) -> Result<()> {
    let inserted = w.tx.execute(
        "INSERT INTO hook_leftovers (organization_id, hash, channel_id, reason, raw, created_at)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (organization_id, hash) DO NOTHING",
        params![w.caller.organization, &kept.hash[..], channel, kept.reason.name(), kept.raw, w.now],
    )?;
    // What goes to a number that nobody here has, somebody should hear of: it is a channel that is missing.
    if inserted == 1 && kept.reason == Leftover::UnknownNumber {
        let data = json!({"channel_id": channel, "field": "unknown_number", "told": "A message for a number without a channel here."});
        events::record(w, Fact::new(Topic::ChannelStatus).subject(json!({"channel_id": channel})).data(data))?;
    }
    Ok(())
}

/// Forgets what was kept unread for long, or is beyond what one organization keeps, a piece of it; whether there may be more.
/// For a chore.
pub fn forget_leftovers(tx: &mut store::Tx<'_>, now: Timestamp) -> Result<bool> {
    const PIECE: i64 = 200;
    let old = tx.execute(
        "DELETE FROM hook_leftovers WHERE (organization_id, hash) IN
           (SELECT organization_id, hash FROM hook_leftovers WHERE created_at < $1 ORDER BY created_at LIMIT $2)",
        params![now.plus_days(-LEFTOVER_DAYS), PIECE],
    )?;
    let beyond = tx.execute(
        "DELETE FROM hook_leftovers WHERE (organization_id, hash) IN
           (SELECT l.organization_id, l.hash FROM hook_leftovers l WHERE l.organization_id IN
              (SELECT organization_id FROM hook_leftovers GROUP BY organization_id HAVING count(*) > $1)
            ORDER BY l.created_at LIMIT $2)",
        params![MOST_LEFTOVERS, PIECE],
    )?;
    Ok(old as i64 == PIECE || beyond as i64 == PIECE)
}
