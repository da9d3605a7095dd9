//! What was there before there was a search, a piece at a time.

use store::{Priority, params};
use uuid::Uuid;

use super::index::{Kind, contact_written, message_written};
use crate::access::Caller;
use crate::contacts::{COLUMNS as CONTACT, Contact};
use crate::error::Result;
use crate::id::OrganizationId;
use crate::messages::{COLUMNS as MESSAGE, Message};
use crate::work::{Crm, Work};

const PIECE: i64 = 100;

/// A piece of it; whether there is more. For a chore.
pub async fn catch_up(crm: &Crm) -> Result<bool> {
    let find = |tx: &mut store::Tx<'_>| -> Result<Option<(OrganizationId, Kind)>> {
        let sql = "SELECT organization_id, kind FROM search_backlog ORDER BY kind, organization_id LIMIT 1";
        tx.query_opt(sql, params![])?.map(|row| -> Result<_> { Ok((row.at(0)?, row.at(1)?)) }).transpose()
    };
    let Some((organization, kind)) = crm.db().read(Priority::Background, find).await? else { return Ok(false) };
    crm.write_in_background(&Caller::system(organization), move |w| piece(w, kind)).await?;
    Ok(true)
}

fn piece(w: &mut Work<'_, '_>, kind: Kind) -> Result<()> {
    let organization = w.caller.organization;
    let row = w.tx.query_opt(
        "SELECT after FROM search_backlog WHERE organization_id = $1 AND kind = $2",
        params![organization, kind],
    )?;
    let Some(row) = row else { return Ok(()) };
    let after: Option<Uuid> = row.at(0)?;
    let (columns, table) = match kind {
        Kind::Contact => (CONTACT, "contacts c"),
        Kind::Message => (MESSAGE, "messages m"),
    };
    let name = &table[table.len() - 1..];
    let sql = format!(
        "SELECT {columns} FROM {table} WHERE {name}.organization_id = $1 AND {name}.id > $2 ORDER BY {name}.id LIMIT $3"
    );
    let rows = w.tx.query(&sql, params![organization, after.unwrap_or_default(), PIECE])?;
    let mut last = None;
    let mut done = 0;
    for row in &rows {
        let id: Uuid = row.at(0)?;
        match kind {
            Kind::Contact => contact_written(w, &Contact::from_row(row)?)?,
            Kind::Message => message_written(w, &Message::from_row(row)?)?,
        }
        (last, done) = (Some(id), done + 1);
        if w.tx.out_of_time() {
            break;
        }
    }
    if done == rows.len() && (done as i64) < PIECE {
        w.tx.execute(
            "DELETE FROM search_backlog WHERE organization_id = $1 AND kind = $2",
            params![organization, kind],
        )?;
    } else {
        w.tx.execute(
            "UPDATE search_backlog SET after = $3 WHERE organization_id = $1 AND kind = $2",
            params![organization, kind, last],
        )?;
    }
    Ok(())
}
