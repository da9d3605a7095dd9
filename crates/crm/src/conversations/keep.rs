//! Keeping a conversation's row as things happen to its contact. Each is one statement where the row is there, and makes it
//! where it is not: by writing, so that two at once meet there.

use store::{Row, Written, params};

use super::settle::{self, UNSETTLED};
use super::{SECOND, SILENT};
use crate::error::{Error, Result};
use crate::id::{ContactId, StageId, TicketId};
use crate::messages::{Direction, Message};
use crate::tickets::Ticket;
use crate::time::Timestamp;
use crate::work::Work;

/// What the labels of a conversation need to know.
const KEPT: Written<'_> = Written {
    table: "conversations",
    key: "organization_id = $1 AND contact_id = $2",
    columns: "last_activity_at, agents, tagged",
};

/// A message or a note was written.
pub(crate) fn said(w: &mut Work<'_, '_>, message: &Message) -> Result<()> {
    let kind = Kind::of(message);
    let organization = w.caller.organization;
    let at = message.sent_at;
    let updated = match kind {
        Kind::Inbound => w.tx.write_row(
            "UPDATE conversations SET spoken = true,
               last_activity_at = CASE WHEN last_activity_at < $3 THEN $3 ELSE last_activity_at END,
               last_message_id = CASE WHEN last_message_at IS NULL OR last_message_at <= $3 THEN $4 ELSE last_message_id END,
               last_message_at = CASE WHEN last_message_at IS NULL OR last_message_at <= $3 THEN $3 ELSE last_message_at END,
               unread = unread + 1,
               waiting_since = CASE WHEN answered_at >= $5 THEN waiting_since
                                    WHEN waiting_since < $3 THEN waiting_since ELSE $3 END
             WHERE organization_id = $1 AND contact_id = $2",
            &KEPT,
            params![organization, message.contact_id, at, message.id, next_second(at)],
        )?,
        Kind::Outbound => {
            tell_of_answer(w, message)?;
            w.tx.write_row(
                &format!(
                    "UPDATE conversations SET spoken = true,
                       last_activity_at = CASE WHEN last_activity_at < $3 THEN $3 ELSE last_activity_at END,
                       last_message_id = CASE WHEN last_message_at IS NULL OR last_message_at <= $3 THEN $4 ELSE last_message_id END,
                       last_message_at = CASE WHEN last_message_at IS NULL OR last_message_at <= $3 THEN $3 ELSE last_message_at END,
                       answered_at = CASE WHEN answered_at > $3 THEN answered_at ELSE $3 END,
                       waiting_since = CASE WHEN waiting_since IS NULL OR waiting_since >= $5 THEN waiting_since ELSE
                         (SELECT min(m.sent_at) FROM messages m WHERE m.organization_id = $1 AND m.contact_id = $2
                            AND m.sent_at >= $5 AND m.direction = 'inbound' AND m.type NOT IN {SILENT} AND {UNSETTLED}) END
                     WHERE organization_id = $1 AND contact_id = $2"
                ),
                &KEPT,
                params![organization, message.contact_id, at, message.id, next_second(at)],
            )?
        }
        Kind::Note => w.tx.write_row(
            "UPDATE conversations SET spoken = true,
               last_activity_at = CASE WHEN last_activity_at < $3 THEN $3 ELSE last_activity_at END
             WHERE organization_id = $1 AND contact_id = $2",
            &KEPT,
            params![organization, message.contact_id, at],
        )?,
        Kind::Silent => w.tx.write_row(
            "UPDATE conversations SET spoken = true WHERE organization_id = $1 AND contact_id = $2",
            &KEPT,
            params![organization, message.contact_id],
        )?,
    };
    let row = match updated {
        Some(row) => row,
        None => begin(w, message, kind)?,
    };
    label(w, message.contact_id, &row)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Inbound,
    Outbound,
    Note,
    Silent,
}

impl Kind {
    fn of(message: &Message) -> Kind {
        match message.direction {
            Direction::Note => Kind::Note,
            _ if matches!(message.kind.as_str(), "reaction" | "system") => Kind::Silent,
            Direction::Inbound => Kind::Inbound,
            Direction::Outbound => Kind::Outbound,
        }
    }
}

/// The beginning of the second after.
pub(super) fn next_second(at: Timestamp) -> i64 {
    (at.micros().div_euclid(SECOND) + 1) * SECOND
}

/// The first of a contact.
fn begin(w: &mut Work<'_, '_>, message: &Message, kind: Kind) -> Result<Row> {
    let at = message.sent_at;
    let heard = matches!(kind, Kind::Inbound | Kind::Outbound);
    let inbound = kind == Kind::Inbound;
    let sql =
        "INSERT INTO conversations (organization_id, contact_id, channel_id, blocked, spoken, tagged, agents, ticket_id, stage_id,
                                    last_activity_at, last_message_id, last_message_at, answered_at, waiting_since, unread)
         SELECT c.organization_id, c.id, c.channel_id, c.blocked, true,
                EXISTS (SELECT 1 FROM contact_tags g WHERE g.organization_id = $1 AND g.contact_id = $2),
                (SELECT count(*) FROM contact_agents a WHERE a.organization_id = $1 AND a.contact_id = $2),
                t.id, t.stage_id, $3, $8, $4, $5, $6, $7
         FROM contacts c
         LEFT JOIN tickets t ON t.organization_id = c.organization_id AND t.contact_id = c.id AND t.status = 'open'
         WHERE c.organization_id = $1 AND c.id = $2";
    let row = w.tx.write_row(
        sql,
        &KEPT,
        params![
            w.caller.organization,
            message.contact_id,
            at,
            heard.then_some(at),
            (kind == Kind::Outbound).then_some(at),
            inbound.then_some(at),
            i64::from(inbound),
            heard.then_some(message.id)
        ],
    )?;
    row.ok_or_else(nobody)
}

fn nobody() -> Error {
    Error::Internal("a conversation with a contact that is not there".into())
}

/// What is read by agent or tag is sorted by the conversation's activity.
fn label(w: &mut Work<'_, '_>, contact: ContactId, row: &Row) -> Result<()> {
    let (activity, agents, tagged): (Timestamp, i64, bool) = (row.at(0)?, row.at(1)?, row.at(2)?);
    if agents > 0 {
        label_all(w, "contact_agents", contact, Some(activity))?;
    }
    if tagged {
        label_all(w, "contact_tags", contact, Some(activity))?;
    }
    Ok(())
}

pub(super) fn label_all(
    w: &mut Work<'_, '_>,
    table: &str,
    contact: ContactId,
    activity: Option<Timestamp>,
) -> Result<()> {
    let sql = format!(
        "UPDATE {table} SET activity_at = $3
         WHERE organization_id = $1 AND contact_id = $2 AND activity_at IS DISTINCT FROM $3"
    );
    w.tx.execute(&sql, params![w.caller.organization, contact, activity])?;
    Ok(())
}

/// Before the message counts as the answer: who waited for it, and since when.
fn tell_of_answer(w: &mut Work<'_, '_>, message: &Message) -> Result<()> {
    let row = w.tx.write_row(
        "INSERT INTO answers (organization_id, message_id, contact_id, channel_id, ticket_id, stage_id, actor, first, waited_since,
                              answered_at)
         SELECT v.organization_id, $2, v.contact_id, v.channel_id, v.ticket_id, v.stage_id, $4,
                v.responded_ticket_id IS DISTINCT FROM coalesce(v.ticket_id, v.contact_id), v.waiting_since, $5
         FROM conversations v
         WHERE v.organization_id = $1 AND v.contact_id = $3 AND v.waiting_since < $6
         ON CONFLICT (organization_id, message_id) DO NOTHING",
        &Written { table: "answers", key: "organization_id = $1 AND message_id = $2", columns: "first" },
        params![
            w.caller.organization,
            message.id,
            message.contact_id,
            message.actor,
            message.sent_at,
            next_second(message.sent_at)
        ],
    )?;
    if row.map(|row| row.at(0)).transpose()?.unwrap_or(false) {
        w.tx.execute(
            "UPDATE conversations SET responded_ticket_id = coalesce(ticket_id, contact_id)
             WHERE organization_id = $1 AND contact_id = $2",
            params![w.caller.organization, message.contact_id],
        )?;
    }
    Ok(())
}

/// An outbound message failed or was given up: whether the person is answered is seen anew, and the next message that reached
/// them is the answer that this one was told as.
pub(crate) fn answer_undone(w: &mut Work<'_, '_>, message: &Message) -> Result<()> {
    let undone = w.tx.query_opt(
        "DELETE FROM answers WHERE organization_id = $1 AND message_id = $2 RETURNING first, waited_since, ticket_id, stage_id",
        params![w.caller.organization, message.id],
    )?;
    if let Some(undone) = undone {
        pass_on(w, message, &undone)?;
    }
    answered_anew(w, message.contact_id)
}

/// It is tried again after all, and counts as an answer where nothing else has answered meanwhile.
pub(crate) fn answer_redone(w: &mut Work<'_, '_>, message: &Message) -> Result<()> {
    tell_of_answer(w, message)?;
    answered_anew(w, message.contact_id)
}

/// The first of those that stand after the wait began, in the same ticket: it may have ended a later wait, which began earlier
/// then, or none, because nobody seemed to wait.
fn pass_on(w: &mut Work<'_, '_>, message: &Message, undone: &Row) -> Result<()> {
    let (first, since): (bool, Timestamp) = (undone.at(0)?, undone.at(1)?);
    let (ticket, stage): (Option<TicketId>, Option<StageId>) = (undone.at(2)?, undone.at(3)?);
    w.tx.execute(
        &format!(
            "INSERT INTO answers (organization_id, message_id, contact_id, channel_id, ticket_id, stage_id, actor, first, waited_since,
                                  answered_at)
             SELECT n.organization_id, n.id, n.contact_id, n.channel_id, $3, $4, n.actor, $5, $6, n.sent_at
             FROM (SELECT m.organization_id, m.id, m.contact_id, m.channel_id, m.actor, m.sent_at FROM messages m
                   WHERE m.organization_id = $1 AND m.contact_id = $2 AND m.direction = 'outbound'
                     AND m.type NOT IN {SILENT} AND m.status NOT IN ('failed', 'cancelled')
                     AND m.ticket_id IS NOT DISTINCT FROM $3 AND m.sent_at >= $7
                   ORDER BY m.sent_at, m.created_at, m.id LIMIT 1) AS n
             WHERE true
             ON CONFLICT (organization_id, message_id) DO UPDATE
               SET first = answers.first OR excluded.first,
                   waited_since = CASE WHEN answers.waited_since < excluded.waited_since THEN answers.waited_since
                                       ELSE excluded.waited_since END"
        ),
        params![
            w.caller.organization,
            message.contact_id,
            ticket,
            stage,
            first,
            since,
            next_second(since) - SECOND
        ],
    )?;
    Ok(())
}

fn answered_anew(w: &mut Work<'_, '_>, contact: ContactId) -> Result<()> {
    let (answered, waiting) = waits(w, contact)?;
    w.tx.execute(
        "UPDATE conversations SET answered_at = $3, waiting_since = $4, responded_ticket_id =
           CASE WHEN EXISTS (SELECT 1 FROM answers a WHERE a.organization_id = $1 AND a.contact_id = $2 AND a.first
                               AND coalesce(a.ticket_id, a.contact_id) = coalesce(conversations.ticket_id, conversations.contact_id))
                THEN coalesce(conversations.ticket_id, conversations.contact_id) END
         WHERE organization_id = $1 AND contact_id = $2",
        params![w.caller.organization, contact, answered, waiting],
    )?;
    Ok(())
}

/// The last answer of a contact, and the first inbound message after it that no closing settled.
pub(super) fn waits(w: &mut Work<'_, '_>, contact: ContactId) -> Result<(Option<Timestamp>, Option<Timestamp>)> {
    let organization = w.caller.organization;
    let row = w.tx.query_opt(
        &format!(
            "SELECT sent_at FROM messages WHERE organization_id = $1 AND contact_id = $2 AND direction = 'outbound'
               AND type NOT IN {SILENT} AND status NOT IN ('failed', 'cancelled')
             ORDER BY sent_at DESC, created_at DESC, id DESC LIMIT 1"
        ),
        params![organization, contact],
    )?;
    let answered: Option<Timestamp> = row.map(|row| row.at(0)).transpose()?;
    let row = w.tx.query_opt(
        &format!(
            "SELECT m.sent_at FROM messages m WHERE m.organization_id = $1 AND m.contact_id = $2 AND m.sent_at >= $3
               AND m.direction = 'inbound' AND m.type NOT IN {SILENT} AND {UNSETTLED}
             ORDER BY m.sent_at, m.created_at, m.id LIMIT 1"
        ),
        params![organization, contact, answered.map_or(i64::MIN, next_second)],
    )?;
    Ok((answered, row.map(|row| row.at(0)).transpose()?))
}

/// An open ticket was made.
pub(crate) fn ticket_opened(w: &mut Work<'_, '_>, ticket: &Ticket) -> Result<()> {
    let sql =
        "INSERT INTO conversations (organization_id, contact_id, channel_id, blocked, spoken, tagged, agents, ticket_id, stage_id,
                                    last_activity_at, unread)
         SELECT c.organization_id, c.id, c.channel_id, c.blocked, false,
                EXISTS (SELECT 1 FROM contact_tags g WHERE g.organization_id = $1 AND g.contact_id = $2),
                (SELECT count(*) FROM contact_agents a WHERE a.organization_id = $1 AND a.contact_id = $2),
                $3, $4, $5, 0
         FROM contacts c WHERE c.organization_id = $1 AND c.id = $2
         ON CONFLICT (organization_id, contact_id) DO UPDATE SET ticket_id = excluded.ticket_id, stage_id = excluded.stage_id,
           last_activity_at = CASE WHEN conversations.last_activity_at < excluded.last_activity_at
                                   THEN excluded.last_activity_at ELSE conversations.last_activity_at END";
    let row = w.tx.write_row(
        sql,
        &KEPT,
        params![w.caller.organization, ticket.contact_id, ticket.id, ticket.stage_id, ticket.created_at],
    )?;
    label(w, ticket.contact_id, &row.ok_or_else(nobody)?)
}

/// A ticket was moved, closed, made closed, or opened again.
pub(crate) fn ticket_followed(w: &mut Work<'_, '_>, ticket: &Ticket) -> Result<()> {
    let organization = w.caller.organization;
    if ticket.is_open() {
        let known = w.tx.execute(
            "UPDATE conversations SET ticket_id = $3, stage_id = $4 WHERE organization_id = $1 AND contact_id = $2",
            params![organization, ticket.contact_id, ticket.id, ticket.stage_id],
        )?;
        return if known == 1 { Ok(()) } else { ticket_opened(w, ticket) };
    }
    settle::closed(w, ticket)
}

/// The contact is no conversation any more.
pub(super) fn end(w: &mut Work<'_, '_>, contact: ContactId) -> Result<()> {
    w.tx.execute(
        "DELETE FROM conversations WHERE organization_id = $1 AND contact_id = $2",
        params![w.caller.organization, contact],
    )?;
    label_all(w, "contact_agents", contact, None)?;
    label_all(w, "contact_tags", contact, None)
}

/// Agents or tags came or went.
pub(crate) fn labels_changed(w: &mut Work<'_, '_>, contact: ContactId) -> Result<()> {
    let sql = "UPDATE conversations SET
           agents = (SELECT count(*) FROM contact_agents a WHERE a.organization_id = $1 AND a.contact_id = $2),
           tagged = EXISTS (SELECT 1 FROM contact_tags g WHERE g.organization_id = $1 AND g.contact_id = $2)
         WHERE organization_id = $1 AND contact_id = $2";
    match w.tx.write_row(sql, &KEPT, params![w.caller.organization, contact])? {
        Some(row) => label(w, contact, &row),
        None => Ok(()),
    }
}
