//! Receipts, to be read again.

use store::params;

use super::{COLUMNS, Erasure};
use crate::error::{Error, Result};
use crate::id::ErasureId;
use crate::page::{Page, PageRequest, bad_cursor};
use crate::query::Query;
use crate::work::Work;

/// By its id, or 404.
pub fn get(w: &mut Work<'_, '_>, id: ErasureId) -> Result<Erasure> {
    let sql = format!("SELECT {COLUMNS} FROM erasures WHERE organization_id = $1 AND id = $2");
    let row = w.tx.query_opt(&sql, params![w.caller.organization, id])?;
    row.as_ref().map(Erasure::from_row).transpose()?.ok_or_else(|| Error::not_found("erasure"))
}

/// Newest first.
pub fn list(w: &mut Work<'_, '_>, page: &PageRequest) -> Result<Page<Erasure>> {
    let mut query =
        Query::new(format!("SELECT {COLUMNS} FROM erasures WHERE organization_id = "), w.caller.organization);
    if let Some(cursor) = &page.cursor {
        let after: ErasureId = cursor.parse().map_err(|_| bad_cursor())?;
        query.and("id < ", after);
    }
    query.push(" ORDER BY id DESC LIMIT ", i64::from(page.limit) + 1);
    let rows = w.tx.query(query.sql(), &query.params())?;
    let found = rows.iter().map(Erasure::from_row).collect::<Result<Vec<_>>>()?;
    Ok(Page::from_surplus(found, page.limit, |erasure| erasure.id.to_string()))
}
