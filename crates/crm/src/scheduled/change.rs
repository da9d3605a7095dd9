//! Another time, or none at all.

use serde_json::json;
use store::params;

use super::create::check_time;
use super::{End, ScheduledMessage, ScheduledStatus, end, get};
use crate::changes::check_version;
use crate::channels;
use crate::contacts::Contact;
use crate::error::{Error, Problems, Result};
use crate::events::{self, Topic};
use crate::id::ScheduledMessageId;
use crate::messages;
use crate::time::Timestamp;
use crate::work::Work;

/// 409 `wrong_status` where its time has come already.
fn check_waits(message: &ScheduledMessage) -> Result<()> {
    let became = match message.status {
        ScheduledStatus::Scheduled => return Ok(()),
        ScheduledStatus::Sent => "was sent already",
        ScheduledStatus::Failed => "has failed already",
        ScheduledStatus::Cancelled => "was cancelled",
    };
    Err(Error::conflict("wrong_status", format!("This scheduled message {became}: nothing of it can be changed now.")))
}

/// Twice is as once. 409 `wrong_status` where it was sent, or has failed.
pub fn cancel(w: &mut Work<'_, '_>, id: ScheduledMessageId) -> Result<ScheduledMessage> {
    let message = get(w, id)?;
    if message.status == ScheduledStatus::Cancelled {
        return Ok(message);
    }
    check_waits(&message)?;
    end(w, id, &End::Cancelled)
}

/// 400 at `pointer` for a time that is past or too far ahead; 409 as for a new one.
pub fn reschedule(
    w: &mut Work<'_, '_>,
    id: ScheduledMessageId,
    at: Timestamp,
    pointer: &str,
    if_version: Option<i64>,
) -> Result<ScheduledMessage> {
    let message = get(w, id)?;
    check_version(if_version, message.version)?;
    check_waits(&message)?;
    if message.scheduled_at == at {
        return Ok(message);
    }
    let mut problems = Problems::default();
    check_time(w.now, at, pointer, &mut problems);
    problems.check()?;
    if message.template.is_none() {
        check_text_at(w, &message, at)?;
    }
    // Moved by hand it is no repetition of anything.
    let moved = w.tx.execute(
        "UPDATE scheduled_messages SET scheduled_at = $3, fingerprint = NULL, version = version + 1, updated_at = $4
         WHERE organization_id = $1 AND id = $2 AND status = 'scheduled'",
        params![w.caller.organization, id, at, w.now],
    )?;
    if moved == 0 {
        return Err(store::Error::Conflict.into());
    }
    let now = get(w, id)?;
    let fact = now.fact(Topic::ScheduledMessageUpdated).previous(json!({"scheduled_at": message.scheduled_at}));
    events::record(w, fact)?;
    Ok(now)
}

/// A text may go while the person's window is open: whether it is then, as far as is known now.
fn check_text_at(w: &mut Work<'_, '_>, message: &ScheduledMessage, at: Timestamp) -> Result<()> {
    let setup = w.setup.clone();
    let contact = Contact::get(w, message.contact_id)?;
    let channel = channels::of_contact(&setup, message.channel_id)?;
    let to = messages::destination(w, channel, &contact, message.to.as_deref())?;
    let template_by = "`template` of POST /api/v1/scheduled_messages";
    messages::check_may_send(w.now, at.max(w.now), channel, &contact, &to, None, template_by)
}
