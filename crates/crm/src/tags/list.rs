//! Reading tags.

use store::params;

use super::{COLUMNS, EntityType, Tag};
use crate::error::{Error, Result};
use crate::page::{Page, PageRequest, bad_cursor};
use crate::text::fold;
use crate::work::Work;

/// All of them, in the order in which they were made.
pub fn list(w: &mut Work<'_, '_>) -> Result<Vec<Tag>> {
    let sql = format!("SELECT {COLUMNS} FROM tags g WHERE g.organization_id = $1 ORDER BY g.id");
    w.tx.query(&sql, params![w.caller.organization])?.iter().map(Tag::from_row).collect()
}

/// In the order in which they were made; the cursor is the last id.
pub fn page(w: &mut Work<'_, '_>, page: &PageRequest) -> Result<Page<Tag>> {
    let after: i64 = match &page.cursor {
        None => 0,
        Some(cursor) => cursor.parse().map_err(|_| bad_cursor())?,
    };
    let sql = format!("SELECT {COLUMNS} FROM tags g WHERE g.organization_id = $1 AND g.id > $2 ORDER BY g.id LIMIT $3");
    let rows = w.tx.query(&sql, params![w.caller.organization, after, i64::from(page.limit) + 1])?;
    let tags = rows.iter().map(Tag::from_row).collect::<Result<Vec<_>>>()?;
    Ok(Page::from_surplus(tags, page.limit, |tag| tag.id.to_string()))
}

pub fn find(w: &mut Work<'_, '_>, id: i64) -> Result<Option<Tag>> {
    let sql = format!("SELECT {COLUMNS} FROM tags g WHERE g.organization_id = $1 AND g.id = $2");
    w.tx.query_opt(&sql, params![w.caller.organization, id])?.as_ref().map(Tag::from_row).transpose()
}

/// By its id, or 404.
pub fn get(w: &mut Work<'_, '_>, id: i64) -> Result<Tag> {
    find(w, id)?.ok_or_else(|| Error::not_found("tag"))
}

/// By its name, however it is written.
pub fn find_by_name(w: &mut Work<'_, '_>, entity_type: EntityType, name: &str) -> Result<Option<Tag>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM tags g WHERE g.organization_id = $1 AND g.entity_type = $2 AND g.value_key = $3"
    );
    w.tx.query_opt(&sql, params![w.caller.organization, entity_type, fold(name)])?
        .as_ref()
        .map(Tag::from_row)
        .transpose()
}
