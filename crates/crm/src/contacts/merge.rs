//! Making two contacts one. The older stays; the other's id answers as it for ever. On one channel everything moves; contacts
//! of two channels stay where they are and become one customer's. What is moved is listed and what is changed is kept as it
//! was, so that an undo makes two of them again.

use serde::{Deserialize, Serialize};
use serde_json::json;
use store::params;

use super::{Contact, ValueSource, save};
use crate::conversations::{self, Marker};
use crate::customers;
use crate::error::{Error, Result};
use crate::events::{self, Fact, Topic};
use crate::id::{ContactId, CustomerId, FieldId, MemberId, MergeId, TicketId};
use crate::outbox;
use crate::tickets::{self, TicketStatus};
use crate::time::Timestamp;
use crate::wire_enum;
use crate::work::Work;

/// Messages that move within the call itself; the rest follows in pieces.
pub const MOVED_AT_ONCE: i64 = 2000;

wire_enum! {
    /// Why.
    pub enum MergeRule {
        /// The channel named both in one breath.
        OnePayload = "one_payload",
        /// WhatsApp says that the person has the other's number now.
        NumberChanged = "number_changed",
        /// Somebody decided it.
        Decided = "decided",
    }
}

wire_enum! {
    pub enum MergeStatus {
        /// Messages still follow.
        Moving = "moving",
        Done = "done",
        /// Messages still go back.
        Undoing = "undoing",
        Undone = "undone",
    }
}

#[derive(Debug, Clone)]
pub struct Merged {
    pub id: MergeId,
    /// The one that stays.
    pub contact: ContactId,
    /// The one that turned out to be it; on another channel it stays as well, and is the same customer's.
    pub merged: ContactId,
    pub status: MergeStatus,
    /// Whether they are one contact now, or two of one customer.
    pub one_contact: bool,
}

/// A contact's own columns, as they were.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
pub(super) struct Columns {
    pub name: Option<String>,
    pub name_source: Option<ValueSource>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub email_source: Option<ValueSource>,
    pub wa_id: Option<String>,
    pub username: Option<String>,
    pub metadata: String,
    pub stage_id: Option<crate::id::StageId>,
    pub chat_status: super::ChatStatus,
    pub blocked: bool,
    pub is_chat_read: bool,
    pub last_message_at: Option<i64>,
    pub last_inbound_at: Option<i64>,
    pub opted_out_at: Option<i64>,
    pub preference_at: Option<i64>,
}

impl Columns {
    fn of(contact: &Contact) -> Columns {
        let micros = |at: Option<Timestamp>| at.map(Timestamp::micros);
        Columns {
            name: contact.name.clone(),
            name_source: contact.name_source,
            phone: contact.phone.clone(),
            email: contact.email.clone(),
            email_source: contact.email_source,
            wa_id: contact.wa_id.clone(),
            username: contact.username.clone(),
            metadata: contact.metadata.clone(),
            stage_id: contact.stage_id,
            chat_status: contact.chat_status,
            blocked: contact.blocked,
            is_chat_read: contact.is_chat_read,
            last_message_at: micros(contact.last_message_at),
            last_inbound_at: micros(contact.last_inbound_at),
            opted_out_at: micros(contact.opted_out_at),
            preference_at: micros(contact.preference_at),
        }
    }

    pub(super) fn put_back(&self, contact: &mut Contact) {
        let instant = |at: Option<i64>| at.map(Timestamp::from_micros);
        contact.name.clone_from(&self.name);
        contact.name_source = self.name_source;
        contact.phone.clone_from(&self.phone);
        contact.email.clone_from(&self.email);
        contact.email_source = self.email_source;
        contact.wa_id.clone_from(&self.wa_id);
        contact.username.clone_from(&self.username);
        contact.metadata.clone_from(&self.metadata);
        contact.stage_id = self.stage_id;
        contact.chat_status = self.chat_status;
        contact.blocked = self.blocked;
        contact.is_chat_read = self.is_chat_read;
        contact.last_message_at = instant(self.last_message_at);
        contact.last_inbound_at = instant(self.last_inbound_at);
        contact.opted_out_at = instant(self.opted_out_at);
        contact.preference_at = instant(self.preference_at);
    }
}

/// What is needed to make two of one again, beside the list of moved rows.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Before {
    /// None where only the customers were joined.
    pub contacts: Option<ContactsBefore>,
    /// None where they had one customer already.
    pub customers: Option<CustomersBefore>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ContactsBefore {
    pub survivor: Columns,
    /// The survivor right after the merge: what is another since stays.
    pub merged_as: Columns,
    pub merged: Columns,
    /// (channel, kind, value)
    pub identifiers: Vec<(crate::id::ChannelId, String, String)>,
    pub tags: Vec<i64>,
    pub tags_added: Vec<i64>,
    pub agents: Vec<MemberId>,
    pub agents_added: Vec<MemberId>,
    /// Ids that had turned out to be the merged one.
    pub stubs: Vec<ContactId>,
    /// Of two open tickets the younger, which was closed.
    pub closed_ticket: Option<TicketId>,
    /// How far each was read, and how much of both was not.
    #[serde(default)]
    pub read: [Option<Marker>; 2],
    #[serde(default)]
    pub unread: i64,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct CustomersBefore {
    /// The customer that is no more.
    pub gone: CustomerId,
    pub kept: CustomerId,
    pub created_at: i64,
    pub contacts: Vec<ContactId>,
    /// (kind, value)
    pub identifiers: Vec<(String, String)>,
    pub values_moved: Vec<FieldId>,
    pub values_left: Vec<ValueBefore>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ValueBefore {
    pub field_id: FieldId,
    pub value: String,
    pub value_key: String,
    pub source: ValueSource,
    pub structuring_id: Option<crate::id::StructuringId>,
    pub updated_at: i64,
}

/// Either order; a merge of these two that stands is answered again. 409 `same_contact` where they are one otherwise.
pub fn merge(w: &mut Work<'_, '_>, a: ContactId, b: ContactId, rule: MergeRule) -> Result<Merged> {
    if let Some(standing) = standing(w, a, b)? {
        return Ok(standing);
    }
    let (a, b) = (Contact::get(w, a)?, Contact::get(w, b)?);
    if a.id == b.id {
        return Err(Error::conflict("same_contact", "These two are one contact already."));
    }
    let a_first = (a.created_at, a.id) <= (b.created_at, b.id);
    let (mut survivor, mut merged) = if a_first { (a, b) } else { (b, a) };
    let one_contact = survivor.channel_id == merged.channel_id;
    if !one_contact && survivor.customer_id == merged.customer_id {
        return Err(Error::conflict("same_customer", "These two are contacts of one customer already."));
    }
    let id: MergeId = w.new_id();
    insert(w, id, &survivor, &merged, rule)?;
    let customers = join_customers(w, &mut survivor, &mut merged)?;
    let contacts = if one_contact { Some(join_contacts(w, id, &mut survivor, &mut merged)?) } else { None };
    let before = Before { contacts, customers };
    let text = serde_json::to_string(&before).map_err(|error| Error::Internal(format!("a merge: {error}")))?;
    w.tx.execute(
        "UPDATE merges SET before = $3 WHERE organization_id = $1 AND id = $2",
        params![w.caller.organization, id, text],
    )?;
    record(w, id, &survivor, &merged, rule, &before)?;
    let mut status = MergeStatus::Done;
    if one_contact {
        status = move_messages(w, id, merged.id, survivor.id, MOVED_AT_ONCE)?;
        let unread = before.contacts.as_ref().map_or(0, |contacts| contacts.unread);
        conversations::join(w, &survivor, &merged, unread)?;
    }
    set_status(w, id, status)?;
    Ok(Merged { id, contact: survivor.id, merged: merged.id, status, one_contact })
}

fn standing(w: &mut Work<'_, '_>, a: ContactId, b: ContactId) -> Result<Option<Merged>> {
    let row = w.tx.query_opt(
        "SELECT id FROM merges WHERE organization_id = $1 AND contact_id IN ($2, $3) AND merged_id IN ($2, $3)
           AND status IN ('moving', 'done') ORDER BY id DESC LIMIT 1",
        params![w.caller.organization, a, b],
    )?;
    let id: Option<MergeId> = row.map(|row| row.at(0)).transpose()?;
    id.map(|id| Ok(super::merge_row(w, id)?.merged)).transpose()
}

fn insert(w: &mut Work<'_, '_>, id: MergeId, survivor: &Contact, merged: &Contact, rule: MergeRule) -> Result<()> {
    w.tx.execute(
        "INSERT INTO merges (organization_id, id, contact_id, merged_id, rule, status, before, actor, created_at)
         VALUES ($1, $2, $3, $4, $5, 'moving', '{}', $6, $7)",
        params![w.caller.organization, id, survivor.id, merged.id, rule, w.caller.actor.to_string(), w.now],
    )?;
    Ok(())
}

pub(super) fn set_status(w: &mut Work<'_, '_>, id: MergeId, status: MergeStatus) -> Result<()> {
    w.tx.execute(
        "UPDATE merges SET status = $3 WHERE organization_id = $1 AND id = $2",
        params![w.caller.organization, id, status],
    )?;
    Ok(())
}

fn record(
    w: &mut Work<'_, '_>,
    id: MergeId,
    survivor: &Contact,
    merged: &Contact,
    rule: MergeRule,
    before: &Before,
) -> Result<()> {
    let data = json!({
        "merge_id": id,
        "contact_id": survivor.id,
        "merged_contact_id": merged.id,
        "one_contact": before.contacts.is_some(),
        "customer_id": survivor.customer_id,
        "rule": rule,
        "identifiers": before.contacts.as_ref().map(|contacts| &contacts.identifiers),
        "closed_ticket_id": before.contacts.as_ref().and_then(|contacts| contacts.closed_ticket),
    });
    let gone = before.customers.as_ref().map(|customers| customers.gone);
    let previous = json!({"merged_customer_id": gone.unwrap_or(survivor.customer_id)});
    let fact = Fact::new(Topic::ContactMerged).contact(survivor.id).data(data).previous(previous);
    events::record(w, fact.subject(json!({"merge_id": id, "merged_contact_id": merged.id})))?;
    Ok(())
}

/// The survivor's values stand; the other's fill what is empty; what has no room is kept with the merge.
fn join_customers(
    w: &mut Work<'_, '_>,
    survivor: &mut Contact,
    merged: &mut Contact,
) -> Result<Option<CustomersBefore>> {
    let (kept, gone) = (survivor.customer_id, merged.customer_id);
    if kept == gone {
        return Ok(None);
    }
    let organization = w.caller.organization;
    let row = w.tx.query_one(
        "SELECT created_at FROM customers WHERE organization_id = $1 AND id = $2",
        params![organization, gone],
    )?;
    let mut before = CustomersBefore {
        gone,
        kept,
        created_at: row.at(0)?,
        contacts: Vec::new(),
        identifiers: Vec::new(),
        values_moved: Vec::new(),
        values_left: Vec::new(),
    };
    for row in w.tx.query(
        "UPDATE contacts SET customer_id = $3, version = version + 1 WHERE organization_id = $1 AND customer_id = $2 RETURNING id",
        params![organization, gone, kept],
    )? {
        before.contacts.push(row.at(0)?);
    }
    for row in w.tx.query(
        "UPDATE customer_identifiers SET customer_id = $3 WHERE organization_id = $1 AND customer_id = $2 RETURNING kind, value",
        params![organization, gone, kept],
    )? {
        before.identifiers.push((row.at(0)?, row.at(1)?));
    }
    for row in w.tx.query(
        "DELETE FROM field_values WHERE organization_id = $1 AND entity_id = $2
           AND field_id IN (SELECT field_id FROM field_values WHERE organization_id = $1 AND entity_id = $3)
         RETURNING field_id, value, value_key, source, structuring_id, updated_at",
        params![organization, gone.0, kept.0],
    )? {
        before.values_left.push(ValueBefore {
            field_id: row.at(0)?,
            value: row.at(1)?,
            value_key: row.at(2)?,
            source: row.at(3)?,
            structuring_id: row.at(4)?,
            updated_at: row.at(5)?,
        });
    }
    for row in w.tx.query(
        "UPDATE field_values SET entity_id = $3 WHERE organization_id = $1 AND entity_id = $2 RETURNING field_id",
        params![organization, gone.0, kept.0],
    )? {
        before.values_moved.push(row.at(0)?);
    }
    // Whoever was to be joined with the one is to be joined with the other; with each other they are.
    w.tx.execute(
        "DELETE FROM merge_proposals WHERE organization_id = $1 AND customer_id IN ($2, $3)
           AND contact_id IN (SELECT id FROM contacts WHERE organization_id = $1 AND customer_id = $3)",
        params![organization, gone, kept],
    )?;
    w.tx.execute(
        "UPDATE merge_proposals SET customer_id = $3 WHERE organization_id = $1 AND customer_id = $2",
        params![organization, gone, kept],
    )?;
    w.tx.execute("DELETE FROM customers WHERE organization_id = $1 AND id = $2", params![organization, gone])?;
    survivor.version += i64::from(before.contacts.contains(&survivor.id));
    merged.version += 1;
    merged.customer_id = kept;
    Ok(Some(before))
}

fn join_contacts(
    w: &mut Work<'_, '_>,
    id: MergeId,
    survivor: &mut Contact,
    merged: &mut Contact,
) -> Result<ContactsBefore> {
    let organization = w.caller.organization;
    let (survivor_was, merged_was) = (Columns::of(survivor), Columns::of(merged));
    let read = [conversations::marker_of(w, survivor.id)?, conversations::marker_of(w, merged.id)?];
    let unread = conversations::unread_of(w, survivor.id)? + conversations::unread_of(w, merged.id)?;
    let closed_ticket = close_younger(w, survivor, merged)?;
    move_rows(w, id, "ticket", "tickets", merged.id, survivor.id, "")?;
    move_rows(w, id, "structuring", "structurings", merged.id, survivor.id, "")?;
    // What was asked of both is asked of the survivor once.
    let once = "AND NOT EXISTS (SELECT 1 FROM reviews o WHERE o.organization_id = $1 AND o.contact_id = $3
                  AND o.target = reviews.target AND o.field_key = reviews.field_key AND o.value_key = reviews.value_key)";
    move_rows(w, id, "review", "reviews", merged.id, survivor.id, once)?;
    let mut identifiers = Vec::new();
    for row in w.tx.query(
        "UPDATE contact_identifiers SET contact_id = $3 WHERE organization_id = $1 AND contact_id = $2
         RETURNING channel_id, kind, value",
        params![organization, merged.id, survivor.id],
    )? {
        identifiers.push((row.at(0)?, row.at(1)?, row.at(2)?));
    }
    let (tags, tags_added) = share(w, "contact_tags", "tag_id", merged.id, survivor.id)?;
    let (agents, agents_added) = share(w, "contact_agents", "member_id", merged.id, survivor.id)?;
    w.tx.execute(
        "DELETE FROM merge_proposals WHERE organization_id = $1 AND contact_id = $2",
        params![organization, merged.id],
    )?;
    let mut stubs = Vec::new();
    for row in w.tx.query(
        "UPDATE contacts SET merged_into = $3 WHERE organization_id = $1 AND merged_into = $2 RETURNING id",
        params![organization, merged.id, survivor.id],
    )? {
        stubs.push(row.at(0)?);
    }
    absorb(survivor, merged)?;
    survivor.stage_id = match tickets::open_ticket_of(w, survivor.id)? {
        Some(open) => Some(open.stage_id),
        None => survivor.stage_id.or(merged.stage_id),
    };
    save(w, survivor)?;
    *merged = Contact {
        name: None,
        name_source: None,
        phone: None,
        email: None,
        email_source: None,
        wa_id: None,
        username: None,
        metadata: "{}".to_owned(),
        stage_id: None,
        merged_into: Some(survivor.id),
        ..merged.clone()
    };
    save(w, merged)?;
    Ok(ContactsBefore {
        survivor: survivor_was,
        merged_as: Columns::of(survivor),
        merged: merged_was,
        identifiers,
        tags,
        tags_added,
        agents,
        agents_added,
        stubs,
        closed_ticket,
        read,
        unread,
    })
}

/// What the survivor lacks and the other has.
fn absorb(survivor: &mut Contact, merged: &Contact) -> Result<()> {
    if survivor.name.is_none() || (weak(survivor.name_source) && !weak(merged.name_source) && merged.name.is_some()) {
        (survivor.name, survivor.name_source) = (merged.name.clone(), merged.name_source);
    }
    if survivor.email.is_none() {
        (survivor.email, survivor.email_source) = (merged.email.clone(), merged.email_source);
    }
    survivor.phone = survivor.phone.take().or_else(|| merged.phone.clone());
    survivor.wa_id = survivor.wa_id.take().or_else(|| merged.wa_id.clone());
    survivor.username = survivor.username.take().or_else(|| merged.username.clone());
    let mut metadata = survivor.metadata()?;
    for (key, value) in merged.metadata()?.iter() {
        if !metadata.contains_key(key) {
            metadata.push(key, value.clone());
        }
    }
    // Two of the largest size together are over the bound: then the survivor's stay alone, the others with the merge.
    if let Ok(text) = customers::metadata_text(metadata, "") {
        survivor.metadata = text;
    }
    survivor.blocked |= merged.blocked;
    survivor.is_chat_read &= merged.is_chat_read;
    let waits = super::ChatStatus::Unattended;
    if merged.chat_status == waits && merged.last_message_at >= survivor.last_message_at {
        survivor.chat_status = waits;
    }
    survivor.last_message_at = survivor.last_message_at.max(merged.last_message_at);
    survivor.last_inbound_at = survivor.last_inbound_at.max(merged.last_inbound_at);
    // Whoever said it last.
    if merged.preference_at > survivor.preference_at {
        (survivor.preference_at, survivor.opted_out_at) = (merged.preference_at, merged.opted_out_at);
    }
    Ok(())
}

fn weak(source: Option<ValueSource>) -> bool {
    source.is_none_or(ValueSource::yields_to_inference)
}

/// Of two open tickets the older stays. Answers the other, closed.
fn close_younger(w: &mut Work<'_, '_>, survivor: &Contact, merged: &Contact) -> Result<Option<TicketId>> {
    let (Some(a), Some(b)) = (tickets::open_ticket_of(w, survivor.id)?, tickets::open_ticket_of(w, merged.id)?) else {
        return Ok(None);
    };
    let mut younger = if (a.created_at, a.id) <= (b.created_at, b.id) { b } else { a };
    younger.status = TicketStatus::Closed;
    younger.reason = Some("merged".to_owned());
    younger.closed_at = Some(w.now);
    tickets::save(w, &mut younger)?;
    let data = json!({"ticket": younger.snapshot(), "reason": "merged"});
    let fact = Fact::new(Topic::TicketClosed).contact(younger.contact_id).ticket(younger.id).data(data);
    events::record(w, fact.previous(json!({"status": "open"})))?;
    Ok(Some(younger.id))
}

/// Moves rows of one of our tables and lists them.
fn move_rows(
    w: &mut Work<'_, '_>,
    id: MergeId,
    kind: &str,
    table: &str,
    from: ContactId,
    to: ContactId,
    condition: &str,
) -> Result<()> {
    let sql = format!(
        "UPDATE {table} SET contact_id = $3 WHERE organization_id = $1 AND contact_id = $2 {condition} RETURNING id"
    );
    let rows = w.tx.query(&sql, params![w.caller.organization, from, to])?;
    for row in &rows {
        let moved: uuid::Uuid = row.at(0)?;
        list(w, id, kind, moved)?;
    }
    Ok(())
}

fn list(w: &mut Work<'_, '_>, id: MergeId, kind: &str, row: uuid::Uuid) -> Result<()> {
    w.tx.execute(
        "INSERT INTO merge_moves (organization_id, merge_id, kind, row_id) VALUES ($1, $2, $3, $4)",
        params![w.caller.organization, id, kind, row],
    )?;
    Ok(())
}

/// Gives the survivor what it has not of a set (tags, agents): all that the other had, and what was new of it.
fn share<T>(w: &mut Work<'_, '_>, table: &str, column: &str, from: ContactId, to: ContactId) -> Result<(Vec<T>, Vec<T>)>
where
    T: store::FromValue,
{
    let organization = w.caller.organization;
    let added = w.tx.query(
        &format!(
            "INSERT INTO {table} (organization_id, contact_id, {column}, created_at)
             SELECT organization_id, $3, {column}, created_at FROM {table} WHERE organization_id = $1 AND contact_id = $2
             ON CONFLICT (organization_id, contact_id, {column}) DO NOTHING RETURNING {column}"
        ),
        params![organization, from, to],
    )?;
    let all = w.tx.query(
        &format!("DELETE FROM {table} WHERE organization_id = $1 AND contact_id = $2 RETURNING {column}"),
        params![organization, from],
    )?;
    let first = |rows: &[store::Row]| rows.iter().map(|row| Ok(row.at(0)?)).collect::<Result<Vec<T>>>();
    Ok((first(&all)?, first(&added)?))
}

/// Moves a piece of the messages and lists them; whether all are there.
pub(super) fn move_messages(
    w: &mut Work<'_, '_>,
    id: MergeId,
    from: ContactId,
    to: ContactId,
    most: i64,
) -> Result<MergeStatus> {
    let organization = w.caller.organization;
    outbox::join(w, from, to)?;
    w.tx.execute(
        "INSERT INTO merge_moves (organization_id, merge_id, kind, row_id)
         SELECT organization_id, $3, 'message', id FROM messages WHERE organization_id = $1 AND contact_id = $2
         ORDER BY sent_at, created_at, id LIMIT $4",
        params![organization, from, id, most],
    )?;
    let moved = w.tx.execute(
        "UPDATE messages SET contact_id = $3 WHERE organization_id = $1 AND contact_id = $2
           AND id IN (SELECT row_id FROM merge_moves WHERE organization_id = $1 AND merge_id = $4 AND kind = 'message')",
        params![organization, from, to, id],
    )?;
    Ok(if (moved as i64) < most { MergeStatus::Done } else { MergeStatus::Moving })
}
