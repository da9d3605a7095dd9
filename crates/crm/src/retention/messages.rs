//! Messages, with all that hangs on them. What conversations say of them is made anew.

use std::collections::BTreeMap;

use store::params;

use super::run::{Found, Progress};
use super::{Before, files};
use crate::conversations;
use crate::error::Result;
use crate::id::{ContactId, MessageId};
use crate::query::Query;
use crate::scheduled;
use crate::search;
use crate::work::Work;

/// Rows that are looked at in one go.
const ROWS: i64 = 100;
/// Messages of one conversation between two looks at the clock.
const AT_ONCE: usize = 20;

/// Of a message `m`, not those that are still to be sent, nor, where open tickets are spared ($3), those of their contacts.
pub(super) const GOES: &str = "NOT EXISTS (SELECT 1 FROM outbox o WHERE o.organization_id = m.organization_id AND o.message_id = m.id)
    AND (NOT $3 OR NOT EXISTS (SELECT 1 FROM tickets t WHERE t.organization_id = m.organization_id AND t.contact_id = m.contact_id
                                 AND t.status = 'open'))";

/// A little of the oldest ones.
pub(super) fn delete(w: &mut Work<'_, '_>, before: Before, spare: bool, progress: &mut Progress) -> Result<Found> {
    let organization = w.caller.organization;
    if scheduled::forget_old(w, before.at, spare, ROWS)? == ROWS {
        return Ok(Found::More);
    }
    let rows = w.tx.query(
        &format!(
            "SELECT m.id, m.contact_id, ({GOES}) AS goes FROM messages m
             WHERE m.organization_id = $1 AND m.id > $2 AND m.id < $4 ORDER BY m.id LIMIT $5"
        ),
        params![organization, progress.after, spare, before.id, ROWS],
    )?;
    let Some(last) = rows.last() else { return Ok(Found::Nothing) };
    let last: MessageId = last.at(0)?;
    let mut going: BTreeMap<ContactId, Vec<MessageId>> = BTreeMap::new();
    for row in &rows {
        if row.at(2)? {
            going.entry(row.at(1)?).or_default().push(row.at(0)?);
        }
    }
    let mut any = false;
    // The largest pieces first: a conversation is made anew once for each.
    let mut pieces: Vec<(ContactId, &[MessageId])> =
        going.iter().flat_map(|(contact, ids)| ids.chunks(AT_ONCE).map(|ids| (*contact, ids))).collect();
    pieces.sort_by_key(|(_, ids)| std::cmp::Reverse(ids.len()));
    for (contact, ids) in pieces {
        // Those that are left are found again: what was deleted is not in their way.
        if any && w.tx.out_of_time() {
            return Ok(Found::More);
        }
        any = true;
        let unread = conversations::unread_among(w, contact, ids)?;
        remove(w, ids, progress)?;
        w.tx.execute(
            "UPDATE drafts SET reply_to = NULL WHERE organization_id = $1 AND contact_id = $2 AND reply_to IS NOT NULL
               AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.organization_id = drafts.organization_id AND m.id = drafts.reply_to)",
            params![organization, contact],
        )?;
        conversations::messages_went(w, contact, unread)?;
    }
    progress.after = last.0;
    Ok(if rows.len() as i64 == ROWS { Found::More } else { Found::Nothing })
}

/// All of one kind with one statement, however many messages it is about.
fn remove(w: &mut Work<'_, '_>, ids: &[MessageId], progress: &mut Progress) -> Result<()> {
    let organization = w.caller.organization;
    files::of_messages(w, ids, progress)?;
    for table in ["reactions", "media_uses"] {
        let mut query = Query::new(format!("DELETE FROM {table} WHERE organization_id = "), organization);
        query.and_in("message_id IN ", ids);
        w.tx.execute(query.sql(), &query.params())?;
    }
    search::forget_messages(w, ids)?;
    let mut query = Query::new("DELETE FROM messages WHERE organization_id = ", organization);
    query.and_in("id IN ", ids);
    let gone = w.tx.execute(query.sql(), &query.params())?;
    progress.messages += i64::try_from(gone).unwrap_or(i64::MAX);
    Ok(())
}
