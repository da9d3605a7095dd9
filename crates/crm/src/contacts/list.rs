//! Finding contacts: by activity, by phone or e-mail, by number, for the Recado surface's pages.

use std::collections::HashMap;

use store::params;
use structuring::phone::Phone;

use super::{COLUMNS, Contact};
use crate::channels::ChannelType;
use crate::error::Result;
use crate::fields::Entity;
use crate::id::{ChannelId, ContactId, FieldId, PipelineId, StageId, TicketId};
use crate::page::{Page, PageRequest, bad_cursor};
use crate::query::Query;
use crate::search::contacts_by_number;
use crate::text::{fold, like_anywhere};
use crate::time::Timestamp;
use crate::work::Work;

/// Contacts that are found by a number which is not the one that is shown.
const BY_OTHER_NUMBER: i64 = 50;

/// Rows of one answer of C4 and C8, at most.
pub const MOST_CONTACTS: u32 = 10_000;

#[derive(Debug, Clone)]
pub struct FieldFilter {
    pub field: FieldId,
    pub entity: Entity,
    /// As [`crate::customers::value_key`] makes it.
    pub value_key: String,
}

#[derive(Debug, Clone, Default)]
pub struct ContactFilter {
    /// Activity (last message, else creation) at or after this.
    pub since: Option<Timestamp>,
    pub stage: Option<StageId>,
    pub pipeline: Option<PipelineId>,
    pub channel: Option<ChannelId>,
    /// On a channel of one of these types; empty: of any.
    pub channel_types: Vec<ChannelType>,
    pub field: Option<FieldFilter>,
    /// Part of a name, phone or e-mail.
    pub text: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContactSort {
    /// C4: newest last message first, those without one after all others, then by id.
    LastMessage,
    /// Newest activity first.
    Activity,
}

fn filtered(w: &mut Work<'_, '_>, filter: &ContactFilter) -> Result<Query> {
    let mut query =
        Query::new(format!("SELECT {COLUMNS} FROM contacts c WHERE c.organization_id = "), w.caller.organization);
    query.text(" AND c.merged_into IS NULL");
    query.and_if("coalesce(c.last_message_at, c.created_at) >= ", &filter.since);
    query.and_if("c.stage_id = ", &filter.stage);
    query.and_if("c.channel_id = ", &filter.channel);
    if let Some((first, others)) = filter.channel_types.split_first() {
        query.and("c.channel_id IN (SELECT k.id FROM channels k WHERE k.organization_id = ", w.caller.organization);
        query.push(" AND k.type IN (", first);
        for channel_type in others {
            query.push(", ", channel_type);
        }
        query.text("))");
    }
    if let Some(pipeline) = filter.pipeline {
        query.and("c.stage_id IN (SELECT s.id FROM stages s WHERE s.organization_id = ", w.caller.organization);
        query.push(" AND s.pipeline_id = ", pipeline).text(")");
    }
    if let Some(field) = &filter.field {
        match field.entity {
            Entity::Customer => {
                query.and(
                    "c.customer_id IN (SELECT v.entity_id FROM field_values v WHERE v.organization_id = ",
                    w.caller.organization,
                );
                query.push(" AND v.field_id = ", field.field).push(" AND v.value_key = ", &field.value_key).text(")");
            }
            Entity::Ticket => {
                query.and(
                    "c.id IN (SELECT t.contact_id FROM field_values v JOIN tickets t ON t.organization_id = v.organization_id
                       AND t.id = v.entity_id WHERE v.organization_id = ",
                    w.caller.organization,
                );
                query.push(" AND v.field_id = ", field.field).push(" AND v.value_key = ", &field.value_key).text(")");
            }
        }
    }
    if let Some(text) = &filter.text {
        let folded = like_anywhere(&fold(text));
        query.and("(c.name_key LIKE ", &folded).text(r" ESCAPE '\'");
        query.push(" OR c.email_key LIKE ", &folded).text(r" ESCAPE '\'");
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        if digits.len() >= 3 {
            query.push(" OR c.phone LIKE ", format!("%{digits}%"));
            let others = contacts_by_number(w, &digits, BY_OTHER_NUMBER)?;
            if let Some((first, others)) = others.split_first() {
                query.push(" OR c.id IN (", *first);
                others.iter().for_each(|id| _ = query.push(", ", *id));
                query.text(")");
            }
        }
        query.text(")");
    }
    Ok(query)
}

/// Contacts by activity, one page. The cursor is `<micros or "">~<id>`.
pub fn browse(
    w: &mut Work<'_, '_>,
    filter: &ContactFilter,
    sort: ContactSort,
    page: &PageRequest,
) -> Result<Page<Contact>> {
    let mut query = filtered(w, filter)?;
    let after = page.cursor.as_deref().map(parse_cursor).transpose()?;
    // A missing time sorts after every other.
    let (order, of): (&str, fn(&Contact) -> Option<Timestamp>) = match sort {
        ContactSort::LastMessage => ("coalesce(c.last_message_at, -1)", |c| c.last_message_at),
        ContactSort::Activity => {
            ("coalesce(c.last_message_at, c.created_at)", |c| Some(c.last_message_at.unwrap_or(c.created_at)))
        }
    };
    if let Some((at, id)) = after {
        query.and(&format!("({order}, c.id) < ("), at).push(", ", id).text(")");
    }
    query.push(&format!(" ORDER BY {order} DESC, c.id DESC LIMIT "), i64::from(page.limit) + 1);
    let rows = w.tx.query(query.sql(), &query.params())?;
    let contacts: Vec<Contact> = rows.iter().map(Contact::from_row).collect::<Result<_>>()?;
    Ok(Page::from_surplus(contacts, page.limit, |contact| {
        format!("{}~{}", of(contact).map_or(-1, Timestamp::micros), contact.id)
    }))
}

fn parse_cursor(cursor: &str) -> Result<(i64, ContactId)> {
    let (at, id) = cursor.split_once('~').ok_or_else(bad_cursor)?;
    Ok((at.parse().map_err(|_| bad_cursor())?, id.parse().map_err(|_| bad_cursor())?))
}

/// C4 and C8.
pub fn recent(w: &mut Work<'_, '_>, filter: &ContactFilter, page: &PageRequest) -> Result<Page<Contact>> {
    browse(w, filter, ContactSort::LastMessage, page)
}

/// The open ticket of each contact, if any: id and stage.
pub fn with_open_tickets(
    w: &mut Work<'_, '_>,
    contacts: &[Contact],
) -> Result<HashMap<ContactId, (TicketId, StageId)>> {
    let mut open = HashMap::new();
    // In slices: SQLite and PostgreSQL both bound the number of parameters.
    for slice in contacts.chunks(500) {
        let Some((first, others)) = slice.split_first() else { continue };
        let mut query = Query::new(
            "SELECT contact_id, id, stage_id FROM tickets WHERE status = 'open' AND organization_id = ",
            w.caller.organization,
        );
        query.and("contact_id IN (", first.id);
        for contact in others {
            query.push(", ", contact.id);
        }
        query.text(")");
        for row in w.tx.query(query.sql(), &query.params())? {
            open.insert(row.at(0)?, (row.at(1)?, row.at(2)?));
        }
    }
    Ok(open)
}

/// C5: at most 50, newest last message first. Phone: a substring of the digits of any number of theirs; e-mail: a substring, any
/// case.
pub fn search(w: &mut Work<'_, '_>, phone_digits: Option<&str>, email: Option<&str>) -> Result<Vec<Contact>> {
    const MOST: usize = 50;
    let mut found = by_shown(w, phone_digits, email)?;
    let Some(digits) = phone_digits.filter(|_| found.len() < MOST) else { return Ok(found) };
    for id in contacts_by_number(w, digits, BY_OTHER_NUMBER)? {
        if found.iter().all(|contact| contact.id != id) {
            found.extend(Contact::as_stored(w.tx, w.caller.organization, id)?);
        }
    }
    found.sort_by_key(|contact| std::cmp::Reverse((contact.last_message_at, contact.id)));
    found.truncate(MOST);
    Ok(found)
}

/// By the phone that is shown, and by e-mail.
fn by_shown(w: &mut Work<'_, '_>, phone_digits: Option<&str>, email: Option<&str>) -> Result<Vec<Contact>> {
    // The narrow index is scanned for the ids, then only those rows are read.
    let mut query = Query::new(
        format!(
            "SELECT {COLUMNS} FROM contacts c WHERE c.organization_id = $1 AND c.id IN
             (SELECT s.id FROM contacts s WHERE s.organization_id = "
        ),
        w.caller.organization,
    );
    let mut conditions = " AND (";
    if let Some(digits) = phone_digits {
        query.push(&format!("{conditions}s.phone LIKE "), format!("%{digits}%"));
        conditions = " OR ";
    }
    if let Some(email) = email {
        query.push(&format!("{conditions}s.email_key LIKE "), like_anywhere(&fold(email))).text(r" ESCAPE '\'");
    }
    query.text(")) ORDER BY coalesce(c.last_message_at, -1) DESC, c.id DESC LIMIT 50");
    w.tx.query(query.sql(), &query.params())?.iter().map(Contact::from_row).collect()
}

/// Which of several contacts a number means: the one with an open ticket, then latest activity, then oldest.
const FOREMOST: &str =
    "EXISTS (SELECT 1 FROM tickets t WHERE t.organization_id = c.organization_id AND t.contact_id = c.id
                                AND t.status = 'open') DESC,
                        coalesce(c.last_message_at, c.created_at) DESC, c.created_at, c.id";

/// The contact that a number means, on whatever channel.
pub fn by_number(w: &mut Work<'_, '_>, phone: &Phone) -> Result<Option<Contact>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM contacts c
         WHERE c.organization_id = $1 AND (c.phone = $2 OR c.id IN
           (SELECT i.contact_id FROM contact_identifiers i WHERE i.organization_id = $1 AND i.kind = 'phone' AND i.value = $2))
         ORDER BY {FOREMOST} LIMIT 1"
    );
    let row = w.tx.query_opt(&sql, params![w.caller.organization, phone.as_str()])?;
    row.as_ref().map(Contact::from_row).transpose()
}

/// The contact that any of these channels knows by its value of the kind (`phone`, `external_user_id`).
pub fn by_identifier(w: &mut Work<'_, '_>, kind: &str, readings: &[(ChannelId, String)]) -> Result<Option<Contact>> {
    if readings.is_empty() {
        return Ok(None);
    }
    let mut query = Query::new(
        format!(
            "SELECT {COLUMNS} FROM contact_identifiers i
             JOIN contacts c ON c.organization_id = i.organization_id AND c.id = i.contact_id
             WHERE i.organization_id = "
        ),
        w.caller.organization,
    );
    query.and("i.kind = ", kind);
    let mut or = " AND (";
    for (channel, value) in readings {
        query.push(&format!("{or}(i.channel_id = "), channel).push(" AND i.value = ", value).text(")");
        or = " OR ";
    }
    query.text(&format!(") ORDER BY {FOREMOST} LIMIT 1"));
    w.tx.query_opt(query.sql(), &query.params())?.as_ref().map(Contact::from_row).transpose()
}
