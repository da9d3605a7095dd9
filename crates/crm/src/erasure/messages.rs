//! Texts, files, addresses. That there was a message, which way, when, and what became of it stays: reports count it.

use store::params;

use super::add;
use super::piece::{Found, Progress};
use crate::error::Result;
use crate::id::MessageId;
use crate::media;
use crate::query::Query;
use crate::search;
use crate::work::Work;

const ROWS: i64 = 50;
/// Messages between two looks at the clock.
const AT_ONCE: usize = 20;

/// A place in a conversation: the row of `messages_contact` that was looked at last.
type Place = (i64, i64, MessageId);

/// Those of the person's contacts; then of those whom they were taken for once what came from their numbers.
pub(super) fn erase(w: &mut Work<'_, '_>, progress: &mut Progress) -> Result<Found> {
    let (done, after) = read(progress.after.as_deref());
    let own = progress.people.len();
    let (contact, is_own) = match (progress.people.get(done), progress.others.get(done.saturating_sub(own))) {
        (Some(person), _) => (*person, true),
        (None, Some(other)) => (other.contact, false),
        (None, None) => return Ok(Found::Nothing),
    };
    let rows = w.tx.query(
        "SELECT id, sent_at, created_at, address FROM messages
         WHERE organization_id = $1 AND contact_id = $2 AND (sent_at, created_at, id) > ($3, $4, $5)
         ORDER BY sent_at, created_at, id LIMIT $6",
        params![w.caller.organization, contact, after.0, after.1, after.2, ROWS],
    )?;
    let mut found: Vec<(Place, bool)> = Vec::new();
    for row in &rows {
        let address: Option<String> = row.at(3)?;
        let theirs = is_own || address.is_some_and(|address| is_sought(progress, &address));
        found.push(((row.at(1)?, row.at(2)?, row.at(0)?), theirs));
    }
    for (at, chunk) in found.chunks(AT_ONCE).enumerate() {
        if at > 0 && w.tx.out_of_time() {
            return Ok(Found::More);
        }
        let ids: Vec<MessageId> = chunk.iter().filter(|(_, theirs)| *theirs).map(|(place, _)| place.2).collect();
        if !ids.is_empty() {
            empty(w, &ids, progress)?;
        }
        progress.after = chunk.last().map(|((sent, came, id), _)| format!("{done} {sent} {came} {id}"));
    }
    if (rows.len() as i64) < ROWS {
        progress.after = Some(format!("{} {} {} {}", done + 1, i64::MIN, i64::MIN, MessageId::default()));
    }
    Ok(Found::More)
}

fn is_sought(progress: &Progress, address: &str) -> bool {
    progress.sought.iter().any(|sought| sought == address.trim_start_matches('+'))
}

fn read(after: Option<&str>) -> (usize, Place) {
    let mut parts = after.unwrap_or_default().split(' ');
    let mut next = || parts.next().unwrap_or_default();
    let done = next().parse().unwrap_or(0);
    let place =
        (next().parse().unwrap_or(i64::MIN), next().parse().unwrap_or(i64::MIN), next().parse().unwrap_or_default());
    (done, place)
}

fn empty(w: &mut Work<'_, '_>, ids: &[MessageId], progress: &mut Progress) -> Result<()> {
    let organization = w.caller.organization;
    let mut query = Query::new("SELECT message_id FROM media WHERE organization_id = ", organization);
    query
        .and_in("message_id IN ", ids)
        .push(" UNION SELECT message_id FROM media_uses WHERE organization_id = ", organization);
    query.and_in("message_id IN ", ids);
    for row in w.tx.query(query.sql(), &query.params())? {
        let files = media::forget_of(w, row.at(0)?)?;
        add(&mut progress.counts, "media", files);
    }
    let mut query = Query::new("DELETE FROM reactions WHERE organization_id = ", organization);
    query.and_in("message_id IN ", ids);
    let gone = w.tx.execute(query.sql(), &query.params())?;
    add(&mut progress.counts, "reactions", gone);
    search::forget_messages(w, ids)?;
    // A provider's id of a message has the number in it.
    let sql = "UPDATE messages SET body = '', payload = NULL, provider_id = NULL, reply_to = NULL, address = NULL, error_title = NULL,
                 error_details = NULL, error_advice = NULL, pricing = NULL WHERE organization_id = ";
    let mut query = Query::new(sql, organization);
    query.and_in("id IN ", ids);
    let emptied = w.tx.execute(query.sql(), &query.params())?;
    add(&mut progress.counts, "messages", emptied);
    Ok(())
}
