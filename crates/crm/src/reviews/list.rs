//! The queue, a page at a time.

use super::{COLUMNS, Reason, Review, Status, TABLES};
use crate::contacts::Contact;
use crate::error::{Error, Result};
use crate::id::{ContactId, ReviewId};
use crate::page::{Page, PageRequest, bad_cursor};
use crate::query::Query;
use crate::wire_enum;
use crate::work::Work;

wire_enum! {
    pub enum Order { Newest = "newest", Oldest = "oldest" }
}

#[derive(Debug, Clone)]
pub struct ReviewFilter {
    pub status: Status,
    pub contact: Option<ContactId>,
    /// `phone`, `email`, `name` or `field`.
    pub target: Option<&'static str>,
    /// Key of a field.
    pub field: Option<String>,
    pub reason: Option<Reason>,
    /// The feed.
    pub source: Option<String>,
    pub order: Order,
}

/// The cursor is the last id: reviews sort as they were made.
pub fn page(w: &mut Work<'_, '_>, filter: &ReviewFilter, page: &PageRequest) -> Result<Page<Review>> {
    let sql = format!("SELECT {COLUMNS} FROM {TABLES} WHERE r.organization_id = ");
    let mut query = Query::new(sql, w.caller.organization);
    query.and("r.status = ", filter.status);
    let contact = filter.contact.map(|id| Contact::meant(w, id)).transpose()?;
    query.and_if("r.contact_id = ", &contact);
    query.and_if("r.target = ", &filter.target);
    query.and_if("r.field_key = ", &filter.field);
    query.and_if("r.reason = ", &filter.reason);
    query.and_if("r.source = ", &filter.source);
    if let Some(cursor) = &page.cursor {
        let id: ReviewId = cursor.parse().map_err(|_| bad_cursor())?;
        query.and(if filter.order == Order::Newest { "r.id < " } else { "r.id > " }, id);
    }
    query.text(if filter.order == Order::Newest { " ORDER BY r.id DESC" } else { " ORDER BY r.id" });
    query.push(" LIMIT ", i64::from(page.limit) + 1);
    let rows = w.tx.query(query.sql(), &query.params())?;
    let reviews = rows.iter().map(Review::from_row).collect::<Result<Vec<_>>>()?;
    Ok(Page::from_surplus(reviews, page.limit, |review| review.id.to_string()))
}

/// By its id, or 404.
pub fn get(w: &mut Work<'_, '_>, id: ReviewId) -> Result<Review> {
    let sql = format!("SELECT {COLUMNS} FROM {TABLES} WHERE r.organization_id = $1 AND r.id = $2");
    let row = w.tx.query_opt(&sql, store::params![w.caller.organization, id])?;
    Review::from_row(&row.ok_or_else(|| Error::not_found("review"))?)
}
