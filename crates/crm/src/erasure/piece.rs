//! What there is much of, piece by piece. How far it came is in the transaction of each piece.

use serde_json::json;
use store::{Tx, params};

use super::{Counts, counts_of, events, messages, quotes, records};
use crate::error::{Error, Result};
use crate::id::{ContactId, CustomerId, ErasureId, OrganizationId};
use crate::time::Timestamp;
use crate::wire_enum;
use crate::work::Work;

wire_enum! {
    pub enum Step {
        /// What quotes the person without naming the contact.
        Quotes = "quotes",
        Messages = "messages",
        Structurings = "structurings",
        Events = "events",
    }
}

/// What a piece did.
#[derive(Debug, Default)]
pub struct Piece {
    /// Something is left of this one, or another one of the organization's waits.
    pub more: bool,
    /// One was finished: files may be on the list of those that are gone.
    pub finished: bool,
}

/// Where one is, and whom it is about.
pub(super) struct Progress {
    id: ErasureId,
    step: Step,
    /// What the step looked at last, as it wrote it.
    pub after: Option<String>,
    pub counts: Counts,
    pub sought: Vec<String>,
    pub people: Vec<ContactId>,
    pub others: Vec<Partner>,
}

/// Somebody whom the person was taken for once: one contact, until an undo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Partner {
    pub contact: ContactId,
    pub from: Timestamp,
    pub to: Timestamp,
}

/// What a step found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    More,
    Nothing,
}

/// Organizations with something left to overwrite.
pub fn unfinished(tx: &mut Tx<'_>) -> Result<Vec<OrganizationId>> {
    let rows = tx.query(
        "SELECT DISTINCT organization_id FROM erasures WHERE finished_at IS NULL ORDER BY organization_id LIMIT 1000",
        params![],
    )?;
    rows.iter().map(|row| Ok(row.at(0)?)).collect()
}

/// Goes on with the organization's oldest, until its few milliseconds are over.
pub fn piece(w: &mut Work<'_, '_>) -> Result<Piece> {
    let Some(mut progress) = load(w)? else { return Ok(Piece::default()) };
    let mut finished = false;
    while !finished {
        let found = match progress.step {
            Step::Quotes => quotes::erase(w, &mut progress)?,
            Step::Messages => messages::erase(w, &mut progress)?,
            Step::Structurings => records::erase(w, &mut progress)?,
            Step::Events => events::erase(w, &mut progress)?,
        };
        if found == Found::Nothing {
            progress.after = None;
            match progress.step {
                Step::Quotes => progress.step = Step::Messages,
                Step::Messages => progress.step = Step::Structurings,
                Step::Structurings => progress.step = Step::Events,
                Step::Events => finished = true,
            }
        }
        if w.tx.out_of_time() {
            break;
        }
    }
    w.tx.execute(
        "UPDATE erasures SET step = $3, after = $4, counts = $5, finished_at = $6, sought = CASE WHEN $7 THEN NULL ELSE sought END
         WHERE organization_id = $1 AND id = $2",
        params![
            w.caller.organization,
            progress.id,
            progress.step,
            progress.after.filter(|_| !finished),
            json!(progress.counts).to_string(),
            finished.then_some(w.now),
            finished
        ],
    )?;
    Ok(Piece { more: !finished || oldest(w)?.is_some(), finished })
}

fn oldest(w: &mut Work<'_, '_>) -> Result<Option<store::Row>> {
    Ok(w.tx.query_opt(
        "SELECT id FROM erasures WHERE organization_id = $1 AND finished_at IS NULL ORDER BY id LIMIT 1",
        params![w.caller.organization],
    )?)
}

fn load(w: &mut Work<'_, '_>) -> Result<Option<Progress>> {
    let organization = w.caller.organization;
    let Some(row) = oldest(w)? else { return Ok(None) };
    let id: ErasureId = row.at(0)?;
    // Of two servers one waits here for the other, or begins again behind it.
    let row = w.tx.query_one(
        "UPDATE erasures SET step = step WHERE organization_id = $1 AND id = $2 RETURNING customer_id, step, after, counts, sought",
        params![organization, id],
    )?;
    let customer: CustomerId = row.at(0)?;
    let sought: Option<String> = row.at(4)?;
    let sought = serde_json::from_str(sought.as_deref().unwrap_or("[]"))
        .map_err(|error| Error::Internal(format!("what an erasure looks for: {error}")))?;
    let people = w.tx.query(
        "SELECT id FROM contacts WHERE organization_id = $1 AND customer_id = $2 ORDER BY id",
        params![organization, customer],
    )?;
    Ok(Some(Progress {
        id,
        step: row.at(1)?,
        after: row.at(2)?,
        counts: counts_of(row.text("counts")?)?,
        sought,
        people: people.iter().map(|row| Ok(row.at(0)?)).collect::<Result<_>>()?,
        others: others(w, customer)?,
    }))
}

/// Each once for each time.
fn others(w: &mut Work<'_, '_>, customer: CustomerId) -> Result<Vec<Partner>> {
    let mut others = Vec::new();
    for (own, other) in [("contact_id", "merged_id"), ("merged_id", "contact_id")] {
        let sql = format!(
            "SELECT m.{other}, m.created_at, m.undone_at FROM merges m
             JOIN contacts c ON c.organization_id = m.organization_id AND c.id = m.{own}
             JOIN contacts o ON o.organization_id = m.organization_id AND o.id = m.{other}
             WHERE m.organization_id = $1 AND c.customer_id = $2 AND o.customer_id <> $2 AND m.undone_at IS NOT NULL
             ORDER BY m.id"
        );
        for row in w.tx.query(&sql, params![w.caller.organization, customer])? {
            others.push(Partner { contact: row.at(0)?, from: row.at(1)?, to: row.at(2)? });
        }
    }
    Ok(others)
}
