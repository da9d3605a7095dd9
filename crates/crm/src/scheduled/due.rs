//! Sending what is due. What a message needs is looked at anew, because it may have been scheduled long ago: the contact, the
//! channel, the template, the window. It becomes a message in the outbox in the transaction that says that it was sent, so
//! that whoever is killed, or does it beside another, sends nothing twice.

use store::{Tx, params};

use super::plan::Plan;
use super::{End, end};
use crate::access::{Actor, Caller};
use crate::channels::{self, STOPPED};
use crate::contacts::Contact;
use crate::error::{Error, FieldError, Result};
use crate::id::{ChannelId, ContactId, OrganizationId, ScheduledMessageId, TemplateId};
use crate::messages::{self, Failure};
use crate::tickets;
use crate::time::Timestamp;
use crate::work::{Crm, Work};

/// A message that is later than this, after a server that was away or while its channel was stopped, does not go any more: a
/// reminder of the morning is wrong in the evening.
const LATE_SECONDS: i64 = 3 * 3600;
/// Messages a transaction: each touches a contact and its conversation, which others write to.
const PIECE: i64 = 20;

/// Channels of which something is due. Of one that is stopped only what is too late: the rest waits for it to be mended.
pub fn with_due(tx: &mut Tx<'_>, now: Timestamp) -> Result<Vec<(OrganizationId, ChannelId)>> {
    let rows = tx.query(&channels_with_due(), params![now, too_late(now)])?;
    rows.iter().map(|row| Ok((row.at(0)?, row.at(1)?))).collect()
}

fn channels_with_due() -> String {
    let stopped = STOPPED.map(|status| format!("'{status}'")).join(", ");
    format!(
        "SELECT c.organization_id, c.id FROM channels c WHERE EXISTS
           (SELECT 1 FROM scheduled_messages s WHERE s.organization_id = c.organization_id AND s.channel_id = c.id
              AND s.status = 'scheduled'
              AND s.scheduled_at <= CASE WHEN NOT c.archived AND c.status IN ({stopped}) THEN CAST($2 AS BIGINT)
                                         ELSE CAST($1 AS BIGINT) END)"
    )
}

/// How many of a channel wait for their time.
pub(crate) fn count_of(w: &mut Work<'_, '_>, channel: ChannelId) -> Result<i64> {
    let row = w.tx.query_one(
        "SELECT count(*) AS n FROM scheduled_messages
         WHERE organization_id = $1 AND channel_id = $2 AND status = 'scheduled'",
        params![w.caller.organization, channel],
    )?;
    Ok(row.at(0)?)
}

/// What was due before that does not go any more.
fn too_late(now: Timestamp) -> Timestamp {
    now.plus_seconds(-LATE_SECONDS)
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sent {
    /// They are queued now.
    pub queued: usize,
    pub failed: usize,
}

/// All that is due of a channel, earliest first. Several at once is safe: each message is one's.
pub async fn send_due(crm: &Crm, organization: OrganizationId, channel: ChannelId) -> Result<Sent> {
    let caller = Caller::system(organization);
    let mut all = Sent::default();
    loop {
        let (sent, more) = crm.write_in_background(&caller, move |w| piece(w, channel)).await?;
        all.queued += sent.queued;
        all.failed += sent.failed;
        if !more {
            return Ok(all);
        }
    }
}

const DUE: &str = "SELECT id, contact_id, template_id, scheduled_at, content, actor FROM scheduled_messages
    WHERE organization_id = $1 AND channel_id = $2 AND status = 'scheduled' AND scheduled_at <= $3
    ORDER BY scheduled_at, id LIMIT $4";

/// Whether there is more.
fn piece(w: &mut Work<'_, '_>, channel: ChannelId) -> Result<(Sent, bool)> {
    let setup = w.setup.clone();
    let waits = setup.channel(channel).is_some_and(|channel| !channel.archived && channel.is_stopped());
    let until = if waits { too_late(w.now) } else { w.now };
    let rows = w.tx.query(DUE, params![w.caller.organization, channel, until, PIECE])?;
    let mut sent = Sent::default();
    for (at, row) in rows.iter().enumerate() {
        if at > 0 && w.tx.out_of_time() {
            return Ok((sent, true));
        }
        let due = Due {
            id: row.at(0)?,
            contact: row.at(1)?,
            channel,
            template: row.at(2)?,
            scheduled_at: row.at(3)?,
            plan: Plan::stored(row.text("content")?),
            actor: Actor::from_stored(row.text("actor")?),
        };
        match one(w, &due)? {
            End::Sent(_) => sent.queued += 1,
            End::Failed(_) => sent.failed += 1,
            End::Cancelled => {}
        }
    }
    Ok((sent, rows.len() as i64 == PIECE))
}

struct Due {
    id: ScheduledMessageId,
    contact: ContactId,
    channel: ChannelId,
    template: Option<TemplateId>,
    scheduled_at: Timestamp,
    plan: Option<Plan>,
    actor: Option<Actor>,
}

/// Sends one, or says why it did not go.
fn one(w: &mut Work<'_, '_>, due: &Due) -> Result<End> {
    let ended = match w.savepoint(|w| send(w, due)) {
        Ok(ended) => return Ok(ended),
        Err(error) => End::Failed(failure(due.id, error)?),
    };
    end(w, due.id, &ended)?;
    Ok(ended)
}

fn send(w: &mut Work<'_, '_>, due: &Due) -> Result<End> {
    let setup = w.setup.clone();
    let channel = channels::of_contact(&setup, due.channel)?;
    if due.scheduled_at <= too_late(w.now) {
        return Err(late(channel.is_stopped()));
    }
    let mut contact = Contact::get(w, due.contact)?;
    if contact.id != due.contact {
        // A merge left it behind, because the survivor has the very same.
        end(w, due.id, &End::Cancelled)?;
        return Ok(End::Cancelled);
    }
    let unreadable = || Error::conflict("unreadable_content", "What was to be sent cannot be read any more.");
    let plan = due.plan.as_ref().ok_or_else(unreadable)?;
    let mut outgoing = plan.outgoing(w, channel, due.template)?;
    outgoing.ticket = tickets::open_ticket_of(w, contact.id)?.map(|ticket| ticket.id);
    outgoing.by = due.actor;
    let message = messages::queue(w, channel, &mut contact, &outgoing)?;
    let ended = End::Sent(message);
    end(w, due.id, &ended)?;
    Ok(ended)
}

fn late(stopped: bool) -> Error {
    let hours = LATE_SECONDS / 3600;
    match stopped {
        true => Error::conflict(
            "channel_stopped",
            format!("Its channel was stopped when it was due, and still {hours} hours later."),
        ),
        false => {
            Error::conflict("too_late", format!("Nothing could be sent when it was due, nor for {hours} hours after."))
        }
    }
}

/// What of an error is this message's own, as its failure. The database's troubles are everybody's: they stay errors.
fn failure(id: ScheduledMessageId, error: Error) -> Result<Failure> {
    let (code, details) = match error {
        Error::Conflict { code, message, .. } | Error::MayNotSend { code, message, .. } => (code, message),
        Error::Invalid(errors) => {
            let code = errors.first().map_or("invalid_request", code_of);
            (code, errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join(" "))
        }
        Error::NotFound { what, .. } => ("not_found", format!("There is no such {what} any more.")),
        Error::Store(error) if !is_of_the_message(&error) => return Err(error.into()),
        error => {
            // It would end the piece each time, and whatever stands behind it would wait for ever.
            tracing::error!(scheduled_message = %id, %error, "a scheduled message cannot be sent; it failed");
            ("internal", "Something in this program is wrong; its log says what.".to_owned())
        }
    };
    Ok(Failure { code: code.to_owned(), title: None, details: Some(details), advice: Some(advice(code).to_owned()) })
}

fn code_of(error: &FieldError) -> &'static str {
    match (error.pointer.as_str(), error.code) {
        ("/template", "unknown_reference") => "template_gone",
        (_, code) => code,
    }
}

/// A defect that this message brings about, rather than a database that cannot go on.
fn is_of_the_message(error: &store::Error) -> bool {
    use store::Error::{Constraint, Decode, Panicked, Sql};
    matches!(error, Constraint { .. } | Decode { .. } | Panicked { .. } | Sql { .. })
}

/// What to do about it.
fn advice(code: &str) -> &'static str {
    match code {
        "contact_blocked" => "Unblock the contact, then send it or schedule it anew.",
        "opted_out" => "Send a template of another category, or wait until the person writes.",
        "outside_service_window" => "Send an approved template, or wait until the person writes.",
        "channel_removed" => "Schedule it anew, on a channel that is there.",
        "channel_stopped" => "Mend the channel: its page says what stops it. Then send it or schedule it anew.",
        "too_late" => "If it is still of use, send it now or schedule it anew.",
        "template_gone" => "The template was deleted: schedule it anew with another one.",
        "template_not_approved" => "See at the template why, and have it approved; then schedule it anew.",
        "wrong_variable_count"
        | "missing_variable"
        | "unknown_variable"
        | "invalid_variable"
        | "unsupported_template" => {
            "The template was changed since: schedule it anew with the variables that it has now."
        }
        _ => "Look at it, then schedule it anew.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However much is scheduled: what is due is one range of the index of what waits.
    #[test]
    fn what_is_due_is_found_by_its_index() {
        let fresh = store::testing::fresh_sqlite();
        let crm = Crm::open(fresh.clone()).unwrap();
        let plans = |tx: &mut Tx<'_>| -> Result<Vec<String>> {
            let now = Timestamp::default();
            let looking = tx.query(&format!("EXPLAIN QUERY PLAN {}", channels_with_due()), params![now, now])?;
            let (organization, channel) = (OrganizationId::default(), ChannelId::default());
            let taking = tx.query(&format!("EXPLAIN QUERY PLAN {DUE}"), params![organization, channel, now, PIECE])?;
            let text = |rows: Vec<store::Row>| -> Result<String> {
                let steps = rows.iter().map(|row| Ok(row.text("detail")?.to_owned())).collect::<Result<Vec<_>>>()?;
                Ok(steps.join("; "))
            };
            Ok(vec![text(looking)?, text(taking)?])
        };
        for plan in crm.db().read_blocking(store::Priority::Interactive, plans).unwrap() {
            assert!(plan.contains("scheduled_messages_due") && plan.contains("scheduled_at<?"), "{plan}");
            assert!(!plan.contains("B-TREE"), "{plan}");
        }
    }
}
