//! Reading proposals.

use store::params;

use super::{COLUMNS, Proposal, ProposalStatus};
use crate::error::{Error, Result};
use crate::id::ProposalId;
use crate::page::{Page, PageRequest, bad_cursor, sortable};
use crate::work::Work;

/// Those with the most contacts first. A key that gains contacts between two pages may come twice; none is missed.
pub fn page(w: &mut Work<'_, '_>, status: ProposalStatus, page: &PageRequest) -> Result<Page<Proposal>> {
    let (contacts, id) = match &page.cursor {
        None => (i64::MAX, ProposalId(uuid::Uuid::max())),
        Some(cursor) => read(cursor).ok_or_else(bad_cursor)?,
    };
    // Somebody may have made the field by hand since.
    let open = match status {
        ProposalStatus::Proposed => {
            "AND NOT EXISTS (SELECT 1 FROM custom_fields f WHERE f.organization_id = $1 AND f.entity = 'customer'
               AND f.key = unknown_keys.key AND NOT f.archived)"
        }
        _ => "",
    };
    let sql = format!(
        "SELECT {COLUMNS} FROM unknown_keys WHERE organization_id = $1 AND status = $2 AND (contacts, id) < ($3, $4) {open}
         ORDER BY contacts DESC, id DESC LIMIT $5"
    );
    let rows = w.tx.query(&sql, params![w.caller.organization, status, contacts, id, i64::from(page.limit) + 1])?;
    let proposals = rows.iter().map(Proposal::from_row).collect::<Result<Vec<_>>>()?;
    Ok(Page::from_surplus(proposals, page.limit, |last| format!("{}.{}", sortable(last.contacts), last.id)))
}

fn read(cursor: &str) -> Option<(i64, ProposalId)> {
    let (contacts, id) = cursor.split_once('.')?;
    Some((contacts.parse().ok()?, id.parse().ok()?))
}

/// By its id, or 404; a key that is only counted is none yet.
pub fn get(w: &mut Work<'_, '_>, id: ProposalId) -> Result<Proposal> {
    let sql =
        format!("SELECT {COLUMNS} FROM unknown_keys WHERE organization_id = $1 AND id = $2 AND status <> 'counting'");
    let row = w.tx.query_opt(&sql, params![w.caller.organization, id])?;
    Proposal::from_row(&row.ok_or_else(|| Error::not_found("proposal"))?)
}
