//! What structuring found in which record.

use store::params;
use uuid::Uuid;

use super::add;
use super::piece::{Found, Progress};
use crate::error::Result;
use crate::id::StructuringId;
use crate::query::Query;
use crate::work::Work;

const ROWS: i64 = 50;

/// That there was a run, when and by whom stays.
pub(super) fn erase(w: &mut Work<'_, '_>, progress: &mut Progress) -> Result<Found> {
    let organization = w.caller.organization;
    let (done, after) = match progress.after.as_deref().and_then(|after| after.split_once(' ')) {
        Some((person, row)) => (person.parse::<usize>().unwrap_or(0), row.parse().unwrap_or_default()),
        None => (0, Uuid::nil()),
    };
    let Some(person) = progress.people.get(done) else { return Ok(Found::Nothing) };
    let rows = w.tx.query(
        "SELECT id FROM structurings WHERE organization_id = $1 AND contact_id = $2 AND id > $3 ORDER BY id LIMIT $4",
        params![organization, person, after, ROWS],
    )?;
    let ids = rows.iter().map(|row| Ok(row.at(0)?)).collect::<Result<Vec<StructuringId>>>()?;
    if !ids.is_empty() {
        let sql = "UPDATE structurings SET placements = '[]', undone = '[]' WHERE organization_id = ";
        let mut query = Query::new(sql, organization);
        query.and_in("id IN ", &ids);
        let emptied = w.tx.execute(query.sql(), &query.params())?;
        add(&mut progress.counts, "structurings", emptied);
    }
    progress.after = Some(match ids.last() {
        Some(last) if ids.len() as i64 == ROWS => format!("{done} {last}"),
        _ => format!("{} {}", done + 1, Uuid::nil()),
    });
    Ok(Found::More)
}
