//! Reading canned replies.

use store::params;

use super::{COLUMNS, CannedReply};
use crate::error::{Error, Result};
use crate::id::CannedReplyId;
use crate::page::{Page, PageRequest};
use crate::query::Query;
use crate::text::fold;
use crate::work::Work;

/// By shortcut; the cursor is the last one's. `text`: those whose shortcut begins so.
pub fn list(w: &mut Work<'_, '_>, text: Option<&str>, page: &PageRequest) -> Result<Page<CannedReply>> {
    let mut query = Query::new(
        format!("SELECT {COLUMNS}, r.shortcut_key AS shortcut_key FROM canned_replies r WHERE r.organization_id = "),
        w.caller.organization,
    );
    query.and_if("r.shortcut_key > ", &page.cursor);
    if let Some(text) = text {
        let begun = fold(text);
        // Everything from there to the last that begins so.
        query.and("r.shortcut_key >= ", &begun).and("r.shortcut_key < ", format!("{begun}\u{10ffff}"));
    }
    query.push(" ORDER BY r.shortcut_key LIMIT ", i64::from(page.limit) + 1);
    let rows = w.tx.query(query.sql(), &query.params())?;
    let found = rows.iter().map(CannedReply::from_row).collect::<Result<Vec<_>>>()?;
    Ok(Page::from_surplus(found, page.limit, |reply| fold(&reply.shortcut)))
}

/// By its id, or 404.
pub fn get(w: &mut Work<'_, '_>, id: CannedReplyId) -> Result<CannedReply> {
    let sql = format!("SELECT {COLUMNS} FROM canned_replies r WHERE r.organization_id = $1 AND r.id = $2");
    let row = w.tx.query_opt(&sql, params![w.caller.organization, id])?;
    CannedReply::from_row(&row.ok_or_else(|| Error::not_found("canned reply"))?)
}
