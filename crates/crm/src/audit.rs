//! Who changed what of the set-up, newest first: the log's `setup.changed`, read backwards, and with each what only this view
//! tells.

use store::{Row, params};

use crate::error::Result;
use crate::events::{COLUMNS, EventRow, head};
use crate::page::{Page, PageRequest, bad_cursor};
use crate::query::Query;
use crate::work::Work;

/// Entries that one page looks at, at most: with a filter it may have few, and goes on from there.
const LOOKED_AT: i64 = 5_000;

#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Stored form of an actor: `member:…`, `api_key:…`, `system`.
    pub actor: Option<String>,
    /// `channel`, `member`, `api_key`, …
    pub noun: Option<String>,
    /// With the noun: one of them.
    pub id: Option<String>,
}

#[derive(Debug)]
pub struct Entry {
    pub event: EventRow,
    /// JSON object: what is for the audit log alone.
    pub audit: Option<String>,
}

impl Entry {
    fn from_row(row: &Row) -> Result<Entry> {
        Ok(Entry { event: EventRow::from_row(row)?, audit: row.get("audit")? })
    }
}

/// The cursor is the last sequence that was looked at. Only letters, digits, `_` and `-` may be in noun and id.
pub fn audit(w: &mut Work<'_, '_>, filter: &AuditFilter, page: &PageRequest) -> Result<Page<Entry>> {
    let organization = w.caller.organization;
    let before = match &page.cursor {
        None => head(w.tx)?.saturating_add(1),
        Some(cursor) => cursor.parse().map_err(|_| bad_cursor())?,
    };
    // How far back this page looks.
    let far = w.tx.query_opt(
        "SELECT e.sequence FROM events e WHERE e.organization_id = $1 AND e.topic = 'setup.changed' AND e.sequence < $2
         ORDER BY e.sequence DESC LIMIT 1 OFFSET $3",
        params![organization, before, LOOKED_AT - 1],
    )?;
    let far: Option<i64> = far.map(|row| row.at(0)).transpose()?;
    let sql =
        format!("SELECT {COLUMNS}, e.audit FROM events e WHERE e.topic = 'setup.changed' AND e.organization_id = ");
    let mut query = Query::new(sql, organization);
    query.and("e.sequence < ", before).and("e.sequence >= ", far.unwrap_or(i64::MIN));
    query.and_if("e.actor = ", &filter.actor);
    if let Some(noun) = &filter.noun {
        query.and("e.subject LIKE ", subject_like(noun, filter.id.as_deref())).text(r" ESCAPE '\'");
    }
    query.push(" ORDER BY e.sequence DESC LIMIT ", i64::from(page.limit) + 1);
    let rows = w.tx.query(query.sql(), &query.params())?;
    let found = rows.iter().map(Entry::from_row).collect::<Result<Vec<_>>>()?;
    let mut page = Page::from_surplus(found, page.limit, |entry| entry.event.sequence.to_string());
    page.next_cursor = page.next_cursor.or_else(|| far.map(|sequence| sequence.to_string()));
    Ok(page)
}

/// The subject of a change is `{"<noun>_id":"<id>"}`; ids of tags are numbers.
fn subject_like(noun: &str, id: Option<&str>) -> String {
    let plain = |text: &str| text.replace('_', "\\_");
    match id {
        None => format!("%\"{}\\_id\":%", plain(noun)),
        Some(id) if id.bytes().all(|byte| byte.is_ascii_digit()) => format!("%\"{}\\_id\":{id}}}%", plain(noun)),
        Some(id) => format!("%\"{}\\_id\":\"{}\"%", plain(noun), plain(id)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_met_as_a_whole() {
        assert_eq!(subject_like("api_key", None), "%\"api\\_key\\_id\":%");
        assert_eq!(subject_like("tag", Some("12")), "%\"tag\\_id\":12}%");
        assert_eq!(subject_like("member", Some("0190c5e2")), "%\"member\\_id\":\"0190c5e2\"%");
    }
}
