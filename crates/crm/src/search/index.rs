//! Keeping the words of contacts and messages, in the transaction that changes them.

use store::{Written, params};
use uuid::Uuid;

use super::words::{digits_of, fnv, mark, parts_of, words_of};
use crate::contacts::Contact;
use crate::error::Result;
use crate::id::MessageId;
use crate::messages::Message;
use crate::query::Query;
use crate::wire_enum;
use crate::work::Work;

/// Full-text, by number.
pub(super) const WORDS: &str = "search_words";
/// Which words there are in it (SQLite).
pub(super) const TERMS: &str = "search_terms";

/// Numbers of one person that they are found by.
const MOST_NUMBERS: i64 = 20;

wire_enum! {
    pub enum Kind { Contact = "contact", Message = "message" }
}

impl Kind {
    pub(super) fn letter(self) -> char {
        match self {
            Kind::Contact => 'c',
            Kind::Message => 'm',
        }
    }
}

/// Of what a contact is found by: a row that is written with the same one needs no look at its words.
pub(crate) fn contact_hash(contact: &Contact) -> u64 {
    let texts =
        [&contact.name, &contact.phone, &contact.email, &contact.username, &contact.wa_id, &contact.external_user_id];
    let mut joined = texts.map(|text| text.as_deref().unwrap_or_default()).join("\u{1f}");
    joined.push(if contact.merged_into.is_some() { 'm' } else { ' ' });
    fnv(joined.as_bytes())
}

/// After the row of a contact that is new: it has the one number.
pub(crate) fn contact_made(w: &mut Work<'_, '_>, contact: &Contact) -> Result<()> {
    keep_contact(w, contact, &[])
}

/// After the contact's row, or where its numbers are others now: it is found by each that it was ever known by.
pub(crate) fn contact_written(w: &mut Work<'_, '_>, contact: &Contact) -> Result<()> {
    let rows = w.tx.query(
        "SELECT value FROM contact_identifiers WHERE organization_id = $1 AND contact_id = $2 AND kind = 'phone'
         ORDER BY created_at DESC, value LIMIT $3",
        params![w.caller.organization, contact.id, MOST_NUMBERS],
    )?;
    let numbers = rows.iter().map(|row| row.at(0)).collect::<std::result::Result<Vec<String>, _>>()?;
    keep_contact(w, contact, &numbers)
}

fn keep_contact(w: &mut Work<'_, '_>, contact: &Contact, numbers: &[String]) -> Result<()> {
    let mut words = Vec::new();
    if contact.merged_into.is_none() {
        for text in [&contact.name, &contact.email, &contact.username, &contact.external_user_id] {
            words.extend(text.as_deref().map(words_of).unwrap_or_default());
        }
        for number in contact.phone.iter().chain(&contact.wa_id).chain(numbers) {
            words.extend(parts_of(&digits_of(number)));
        }
    }
    keep(w, Kind::Contact, contact.id.0, words)
}

/// After the message's row: also where it was edited or deleted.
pub(crate) fn message_written(w: &mut Work<'_, '_>, message: &Message) -> Result<()> {
    let silent = matches!(message.kind.as_str(), "reaction" | "system");
    let words = if silent { Vec::new() } else { words_of(&message.body) };
    if words.is_empty() && message.edited_at.is_none() && message.deleted_at.is_none() {
        return Ok(());
    }
    keep(w, Kind::Message, message.id.0, words)
}

/// Nobody finds it any more.
pub(crate) fn forget(w: &mut Work<'_, '_>, id: Uuid) -> Result<()> {
    let row = w.tx.query_opt(
        "DELETE FROM search_documents WHERE organization_id = $1 AND id = $2 RETURNING number",
        params![w.caller.organization, id],
    )?;
    if let Some(row) = row {
        w.tx.dialect().remove_words(w.tx, WORDS, row.at(0)?)?;
    }
    Ok(())
}

/// The same of many messages.
pub(crate) fn forget_messages(w: &mut Work<'_, '_>, ids: &[MessageId]) -> Result<()> {
    let mut query = Query::new("DELETE FROM search_documents WHERE organization_id = ", w.caller.organization);
    query.and_in("id IN ", ids).text(" RETURNING number");
    for row in w.tx.query(query.sql(), &query.params())? {
        w.tx.dialect().remove_words(w.tx, WORDS, row.at(0)?)?;
    }
    Ok(())
}

pub(super) fn keep(w: &mut Work<'_, '_>, kind: Kind, id: Uuid, mut words: Vec<String>) -> Result<()> {
    if words.is_empty() {
        return forget(w, id);
    }
    words.sort_unstable();
    words.dedup();
    let mark = mark(w.caller.organization, kind.letter());
    let mut text = String::new();
    for word in &words {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&mark);
        text.push_str(word);
    }
    let row = w.tx.write_row(
        "INSERT INTO search_documents (organization_id, id, kind, hash) VALUES ($1, $2, $3, $4)
         ON CONFLICT (organization_id, id) DO UPDATE SET hash = excluded.hash WHERE search_documents.hash <> excluded.hash",
        &Written { table: "search_documents", key: "organization_id = $1 AND id = $2", columns: "number" },
        params![w.caller.organization, id, kind, fnv(text.as_bytes()).cast_signed()],
    )?;
    if let Some(row) = row {
        w.tx.dialect().put_words(w.tx, WORDS, row.at(0)?, &text)?;
    }
    Ok(())
}
