//! The log, and what was sent to webhooks of it. Entries stay where they are, with their ids, topic and time.

use store::params;

use super::piece::{Found, Partner, Progress};
use super::{ERASED, add};
use crate::error::Result;
use crate::events::{COLUMNS, EventRow, Topic};
use crate::id::ContactId;
use crate::query::Query;
use crate::tickets;
use crate::time::Timestamp;
use crate::webhooks;
use crate::work::Work;

const ROWS: i64 = 50;
/// So far the clocks of two servers may be apart, in seconds.
const ASKEW: i64 = 60;

/// All entries about the person's contacts. Of those whom they were taken for once what was written while the two were one: nobody
/// can tell whose that is.
pub(super) fn erase(w: &mut Work<'_, '_>, progress: &mut Progress) -> Result<Found> {
    let organization = w.caller.organization;
    let (done, after) = read(progress.after.as_deref());
    let own = progress.people.len();
    let ever = |contact: ContactId| Partner {
        contact,
        from: Timestamp::from_micros(i64::MIN),
        to: Timestamp::from_micros(i64::MAX),
    };
    let about = match (progress.people.get(done), progress.others.get(done.saturating_sub(own))) {
        (Some(person), _) => ever(*person),
        (None, Some(other)) => {
            Partner { from: other.from.plus_seconds(-ASKEW), to: other.to.plus_seconds(ASKEW), ..*other }
        }
        (None, None) => return Ok(Found::Nothing),
    };
    // The relay reads an entry and writes what is sent of it: it has done both, or does so after this.
    webhooks::hold_relay(w)?;
    let begin = after.max((about.from.micros(), i64::MIN));
    let sql = format!(
        "SELECT {COLUMNS} FROM events e WHERE e.organization_id = $1 AND e.contact_id = $2
           AND (e.occurred_at, e.sequence) > ($3, $4) AND e.occurred_at <= $5
         ORDER BY e.occurred_at, e.sequence LIMIT $6"
    );
    let rows = w.tx.query(&sql, params![organization, about.contact, begin.0, begin.1, about.to, ROWS])?;
    let mut telling = Vec::new();
    let mut last = None;
    for row in &rows {
        let mut event = EventRow::from_row(row)?;
        last = Some((event.occurred_at.micros(), event.sequence));
        if !is_of_the_erasure(&event) {
            (event.data, event.previous) = (ERASED.to_owned(), None);
            telling.push(event);
        }
    }
    if !telling.is_empty() {
        let sequences: Vec<i64> = telling.iter().map(|event| event.sequence).collect();
        let sql =
            r#"UPDATE events SET data = '{"erased":true}', previous = NULL, audit = NULL WHERE organization_id = "#;
        let mut query = Query::new(sql, organization);
        query.and_in("sequence IN ", &sequences);
        let emptied = w.tx.execute(query.sql(), &query.params())?;
        add(&mut progress.counts, "events", emptied);
        let (bodies, answers) = webhooks::forget_what_was_said(w, &telling)?;
        add(&mut progress.counts, "webhook_bodies", bodies);
        add(&mut progress.counts, "webhook_calls", answers);
    }
    progress.after = Some(match last {
        Some((at, sequence)) if rows.len() as i64 == ROWS => format!("{done} {at} {sequence}"),
        _ => format!("{} {} {}", done + 1, i64::MIN, i64::MIN),
    });
    Ok(Found::More)
}

/// What the erasure itself said has nothing of the person, and receivers act on it.
fn is_of_the_erasure(event: &EventRow) -> bool {
    event.topic == Topic::ContactErased.name()
        || (event.topic == Topic::TicketClosed.name()
            && event.data.contains(&format!(r#""reason":"{}""#, tickets::ERASED)))
}

fn read(after: Option<&str>) -> (usize, (i64, i64)) {
    let mut parts = after.unwrap_or_default().split(' ');
    let mut next = || parts.next().unwrap_or_default();
    let done = next().parse().unwrap_or(0);
    (done, (next().parse().unwrap_or(i64::MIN), next().parse().unwrap_or(i64::MIN)))
}
