//! Reading keys. Revoked ones are gone from sight; the log remembers them.

use store::params;

use super::{ApiKey, COLUMNS};
use crate::error::{Error, Result};
use crate::id::ApiKeyId;
use crate::page::{Page, PageRequest, bad_cursor};
use crate::work::Work;

/// In the order in which they were made; the cursor is the last id.
pub fn page(w: &mut Work<'_, '_>, page: &PageRequest) -> Result<Page<ApiKey>> {
    let after: ApiKeyId = match &page.cursor {
        None => ApiKeyId::default(),
        Some(cursor) => cursor.parse().map_err(|_| bad_cursor())?,
    };
    let sql = format!(
        "SELECT {COLUMNS} FROM api_keys WHERE organization_id = $1 AND revoked_at IS NULL AND id > $2 ORDER BY id LIMIT $3"
    );
    let rows = w.tx.query(&sql, params![w.caller.organization, after, i64::from(page.limit) + 1])?;
    let keys = rows.iter().map(ApiKey::from_row).collect::<Result<Vec<_>>>()?;
    Ok(Page::from_surplus(keys, page.limit, |key| key.id.to_string()))
}

/// By its id, or 404.
pub fn get(w: &mut Work<'_, '_>, id: ApiKeyId) -> Result<ApiKey> {
    let sql = format!("SELECT {COLUMNS} FROM api_keys WHERE organization_id = $1 AND id = $2 AND revoked_at IS NULL");
    let row = w.tx.query_opt(&sql, params![w.caller.organization, id])?;
    ApiKey::from_row(&row.ok_or_else(|| Error::not_found("API key"))?)
}
