//! Scheduling a message: who gets it is found or made, and what it is is checked, as if it went out now.

use store::params;

use super::plan::{Plan, What, prepare};
use super::{ScheduledMessage, get};
use crate::channels::{self, Channel};
use crate::contacts::Contact;
use crate::customers::{Upsert, upsert};
use crate::error::{Error, FieldError, Problems, Result};
use crate::events::{self, Topic};
use crate::id::ScheduledMessageId;
use crate::messages::{self, Addressee};
use crate::search::fnv;
use crate::time::Timestamp;
use crate::work::Work;

/// So far in the past a time is taken for now: clocks differ, and requests are repeated.
const PAST_SECONDS: i64 = 5 * 60;
/// A year, and a day for whoever counts from the end of today.
const AHEAD_DAYS: i64 = 366;

#[derive(Debug)]
pub enum Recipient {
    Known(Addressee),
    /// Pushed in with what is known of them.
    Pushed(Box<Upsert>),
}

/// Where the request names what may be wrong with it.
#[derive(Debug, Clone, Copy)]
pub struct Places {
    pub contact: &'static str,
    pub at: &'static str,
    pub template: &'static str,
    pub values: &'static str,
    /// How a template would be scheduled instead, for people.
    pub template_by: &'static str,
}

#[derive(Debug)]
pub struct NewScheduled {
    pub to: Recipient,
    pub what: What,
    pub at: Timestamp,
    pub places: Places,
}

#[derive(Debug)]
pub struct Created {
    pub message: ScheduledMessage,
    /// False: it was there already.
    pub made: bool,
}

/// Notes a time that is past, or too far ahead.
pub fn check_time(now: Timestamp, at: Timestamp, pointer: &str, problems: &mut Problems) {
    if at < now.plus_seconds(-PAST_SECONDS) {
        let message = format!("This is more than {} minutes in the past: it is {now} now.", PAST_SECONDS / 60);
        problems.add(FieldError::new(pointer, "out_of_range", message));
    } else if at > now.plus_days(AHEAD_DAYS) {
        let message = format!("This is more than {AHEAD_DAYS} days ahead: it is {now} now.");
        problems.add(FieldError::new(pointer, "out_of_range", message));
    }
}

/// The very same at the same time for the same person, waiting or sent, is there once and is answered again. 400 for what is wrong
/// with the time, the template or
/// who is meant; 409 `contact_blocked`, `opted_out`, `outside_service_window`: a text whose time comes after the window as it
/// stands now.
pub fn create(w: &mut Work<'_, '_>, new: &NewScheduled) -> Result<Created> {
    let setup = w.setup.clone();
    let places = &new.places;
    let mut problems = Problems::default();
    check_time(w.now, new.at, places.at, &mut problems);
    let mut known = None;
    let channel: &Channel = match &new.to {
        Recipient::Known(Addressee::Contact { id, by }) => {
            let Some(contact) = Contact::find(w.tx, w.caller.organization, *id)? else {
                problems.add(FieldError::unknown_reference(places.contact, "contact", id));
                return Err(Error::Invalid(problems.0));
            };
            if let Some(Err(Error::Invalid(wrong))) = by.as_ref().map(|by| by.check(&contact)) {
                problems.0.extend(wrong);
            }
            let channel = channels::of_contact(&setup, contact.channel_id)?;
            known = Some(contact);
            channel
        }
        Recipient::Known(Addressee::Phone { channel, .. }) => channels::get(&setup, *channel)?,
        Recipient::Pushed(upsert) => channels::get(&setup, upsert.channel)?,
    };
    let prepared = prepare(w, channel, &new.what, places.template, places.values, &mut problems)?;
    problems.check()?;
    let Some((what, template, content)) = prepared else {
        return Err(Error::Internal("a scheduled message that is neither sound nor wrong".into()));
    };
    let (contact, phone) = match (&new.to, known) {
        (_, Some(contact)) => (contact, None),
        (Recipient::Known(Addressee::Phone { phone, .. }), None) => {
            (messages::by_phone(w, channel, phone, template.is_some(), places.template_by)?, Some(phone))
        }
        (Recipient::Pushed(push), None) => (upsert(w, push)?.contact, push.who.phone.as_ref()),
        (Recipient::Known(Addressee::Contact { .. }), None) => return Err(Error::not_found("contact")),
    };
    let to = phone.map(|phone| phone.as_str().to_owned());
    let destination = messages::destination(w, channel, &contact, to.as_deref())?;
    let at = new.at.max(w.now);
    messages::check_may_send(w.now, at, channel, &contact, &destination, Some(&content), places.template_by)?;
    let content = serde_json::to_string(&Plan { to, what });
    let content = content.map_err(|error| Error::Internal(format!("a scheduled message: {error}")))?;
    let template_key = template.map(|id| id.to_string()).unwrap_or_default();
    let fingerprint = fnv(format!("{}\n{template_key}\n{content}", channel.id).as_bytes()).cast_signed();
    let id: ScheduledMessageId = w.new_id();
    let organization = w.caller.organization;
    let inserted = w.tx.execute(
        "INSERT INTO scheduled_messages (organization_id, id, contact_id, channel_id, template_id, status, scheduled_at, content,
                                         fingerprint, actor, version, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, 'scheduled', $6, $7, $8, $9, 1, $10, $10)
         ON CONFLICT (organization_id, contact_id, scheduled_at, fingerprint) WHERE fingerprint IS NOT NULL DO NOTHING",
        params![
            organization,
            id,
            contact.id,
            channel.id,
            template,
            new.at,
            content,
            fingerprint,
            w.caller.actor.to_string(),
            w.now
        ],
    )?;
    if inserted == 0 {
        let row = w.tx.query_one(
            "SELECT id FROM scheduled_messages
             WHERE organization_id = $1 AND contact_id = $2 AND scheduled_at = $3 AND fingerprint = $4",
            params![organization, contact.id, new.at, fingerprint],
        )?;
        return Ok(Created { message: get(w, row.at(0)?)?, made: false });
    }
    let message = get(w, id)?;
    events::record(w, message.fact(Topic::ScheduledMessageCreated))?;
    Ok(Created { message, made: true })
}
