//! Reading scheduled messages.

use store::params;

use super::{COLUMNS, FROM, ScheduledMessage, ScheduledStatus};
use crate::contacts::Contact;
use crate::error::{Error, Result};
use crate::id::{ContactId, ScheduledMessageId};
use crate::page::{Page, PageRequest, bad_cursor, is_placed, placed};
use crate::query::Query;
use crate::time::Timestamp;
use crate::wire_enum;
use crate::work::Work;

wire_enum! {
    #[derive(Default)]
    pub enum Order {
        /// What is due next first.
        #[default]
        EarliestFirst = "asc",
        LatestFirst = "desc",
    }
}

#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub contact: Option<ContactId>,
    pub status: Option<ScheduledStatus>,
    pub order: Order,
}

/// By its id, or 404.
pub fn get(w: &mut Work<'_, '_>, id: ScheduledMessageId) -> Result<ScheduledMessage> {
    let sql = format!("SELECT {COLUMNS} FROM {FROM} WHERE s.organization_id = $1 AND s.id = $2");
    let row = w.tx.query_opt(&sql, params![w.caller.organization, id])?;
    ScheduledMessage::from_row(&row.ok_or_else(|| Error::not_found("scheduled message"))?)
}

/// By the time at which they are due. 400 for nobody's contact.
pub fn list(w: &mut Work<'_, '_>, filter: &Filter, page: &PageRequest) -> Result<Page<ScheduledMessage>> {
    let contact = filter.contact.map(|id| Contact::meant(w, id)).transpose()?;
    let mut query =
        Query::new(format!("SELECT {COLUMNS} FROM {FROM} WHERE s.organization_id = "), w.caller.organization);
    query.and_if("s.contact_id = ", &contact).and_if("s.status = ", &filter.status);
    let (compared, direction) = match filter.order {
        Order::EarliestFirst => (">", "ASC"),
        Order::LatestFirst => ("<", "DESC"),
    };
    if let Some(cursor) = &page.cursor {
        let (at, id) = place_of(cursor)?;
        query.push(&format!(" AND (s.scheduled_at, s.id) {compared} ("), at).push(", ", id).text(")");
    }
    let order = format!(" ORDER BY s.scheduled_at {direction}, s.id {direction} LIMIT ");
    query.push(&order, i64::from(page.limit) + 1);
    let rows = w.tx.query(query.sql(), &query.params())?;
    let found = rows.iter().map(ScheduledMessage::from_row).collect::<Result<Vec<_>>>()?;
    Ok(Page::from_surplus(found, page.limit, |message| placed(message.scheduled_at.micros(), message.id)))
}

fn place_of(cursor: &str) -> Result<(Timestamp, ScheduledMessageId)> {
    let (at, id) = cursor.split_once('.').filter(|_| is_placed(cursor)).ok_or_else(bad_cursor)?;
    let at = at.parse().map_err(|_| bad_cursor())?;
    Ok((Timestamp::from_micros(at), id.parse().map_err(|_| bad_cursor())?))
}
