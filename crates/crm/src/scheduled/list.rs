//! Reading scheduled messages.

use store::params;

use super::{COLUMNS, FROM, ScheduledMessage, ScheduledStatus};
use crate::contacts::Contact;
use crate::error::{Error, Result};
use crate::id::{ContactId, OrganizationId, ScheduledMessageId};
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
    let query = query(w.caller.organization, &Filter { contact, ..filter.clone() }, page)?;
    let rows = w.tx.query(query.sql(), &query.params())?;
    let found = rows.iter().map(ScheduledMessage::from_row).collect::<Result<Vec<_>>>()?;
    Ok(Page::from_surplus(found, page.limit, |message| placed(message.scheduled_at.micros(), message.id)))
}

fn query(organization: OrganizationId, filter: &Filter, page: &PageRequest) -> Result<Query> {
    let mut query = Query::new(format!("SELECT {COLUMNS} FROM {FROM} WHERE s.organization_id = "), organization);
    query.and_if("s.contact_id = ", &filter.contact).and_if("s.status = ", &filter.status);
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
    Ok(query)
}

fn place_of(cursor: &str) -> Result<(Timestamp, ScheduledMessageId)> {
    let (at, id) = cursor.split_once('.').filter(|_| is_placed(cursor)).ok_or_else(bad_cursor)?;
    let at = at.parse().map_err(|_| bad_cursor())?;
    Ok((Timestamp::from_micros(at), id.parse().map_err(|_| bad_cursor())?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::work::Crm;

    #[test]
    fn a_page_is_read_by_an_index_in_its_order() {
        let fresh = store::testing::fresh_sqlite();
        let crm = Crm::open(fresh.clone()).unwrap();
        let (contact, status) = (Some(ContactId::default()), Some(ScheduledStatus::Scheduled));
        for (contact, status, index) in [
            (None, None, "scheduled_messages_time"),
            (None, status, "scheduled_messages_status"),
            (contact, None, "scheduled_messages_contact"),
            (contact, status, "scheduled_messages_contact"),
        ] {
            for order in [Order::EarliestFirst, Order::LatestFirst] {
                let cursor = Some(placed(5, uuid::Uuid::nil()));
                let (filter, page) = (Filter { contact, status, order }, PageRequest { limit: 50, cursor });
                let plan = move |tx: &mut store::Tx<'_>| -> Result<String> {
                    let query = query(OrganizationId::default(), &filter, &page)?;
                    let rows = tx.query(&format!("EXPLAIN QUERY PLAN {}", query.sql()), &query.params())?;
                    let steps =
                        rows.iter().map(|row| Ok(row.text("detail")?.to_owned())).collect::<Result<Vec<_>>>()?;
                    Ok(steps.join("; "))
                };
                let plan = crm.db().read_blocking(store::Priority::Interactive, plan).unwrap();
                assert!(plan.contains(index) && !plan.contains("B-TREE"), "{plan}");
            }
        }
    }
}
