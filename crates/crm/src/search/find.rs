//! Looking up. Every word must be there; the last one may be only begun, of contacts every one. A beginning that very many words
//! have stands for the first of them: nobody reads what it finds, they type on.

use std::collections::HashMap;

use store::params;
use uuid::Uuid;

use super::index::{Kind, TERMS, WORDS};
use super::snippet::snippet;
use super::words::{as_number, mark, words_of};
use crate::contacts::{COLUMNS, Contact};
use crate::error::Result;
use crate::id::{ContactId, MessageId};
use crate::query::Query;
use crate::tickets::{self, Ticket};
use crate::time::Timestamp;
use crate::work::Work;

/// Contacts, and messages, that a search within the inbox goes through: the newest of those that match.
const THROUGH: i64 = 300;
/// A beginning of fewer letters says too little to look through all messages for.
const BEGUN: usize = 3;
/// What was written last, of all organizations, that is looked through before all that there is, where the engine wants it so.
const LATELY: i64 = 20_000;
/// Words of a request that count.
const MOST_WORDS: usize = 8;

#[derive(Debug, Default)]
pub struct Found {
    pub contacts: Vec<Contact>,
    pub messages: Vec<FoundMessage>,
    /// Of the contacts, open ones first.
    pub tickets: Vec<(Ticket, Option<String>)>,
}

#[derive(Debug)]
pub struct FoundMessage {
    pub id: MessageId,
    pub contact_id: ContactId,
    pub contact_name: Option<String>,
    pub snippet: String,
    pub sent_at: Timestamp,
}

/// A word of at least so many letters that is to be there, whole or as a beginning.
type Wanted = Vec<(String, bool)>;

fn of_contacts(text: &str) -> Wanted {
    if let Some(number) = as_number(text) {
        return vec![(number, true)];
    }
    let words = words_of(text).into_iter().take(MOST_WORDS);
    words.filter(|word| word.chars().count() >= 2).map(|word| (word, true)).collect()
}

fn of_messages(text: &str) -> Wanted {
    let ends = text.chars().next_back().is_some_and(char::is_alphanumeric);
    let mut wanted: Wanted = words_of(text).into_iter().take(MOST_WORDS).map(|word| (word, false)).collect();
    if let (true, Some((word, begun))) = (ends, wanted.last_mut()) {
        *begun = word.chars().count() >= BEGUN;
    }
    if wanted.iter().all(|(word, _)| word.chars().count() < 2) { Vec::new() } else { wanted }
}

/// The newest first, as they were written.
fn ids(w: &mut Work<'_, '_>, kind: Kind, wanted: &Wanted, most: i64) -> Result<Vec<Uuid>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let mark = mark(w.caller.organization, kind.letter());
    let marked: Vec<(String, bool)> = wanted.iter().map(|(word, begun)| (format!("{mark}{word}"), *begun)).collect();
    let dialect = w.tx.dialect();
    let query = dialect.words_query(w.tx, TERMS, &marked)?;
    let organization = w.caller.organization;
    let mut look = |lately: Option<&str>| -> Result<Vec<Uuid>> {
        let sql = format!(
            "SELECT d.id FROM ({} LIMIT $4) AS f JOIN search_documents d ON d.number = f.number
             WHERE d.organization_id = $2 AND d.kind = $3 ORDER BY f.number DESC",
            dialect.words_found(WORDS, "$1", lately)
        );
        let rows = w.tx.query(&sql, params![query, organization, kind, most])?;
        rows.iter().map(|row| Ok(row.at(0)?)).collect()
    };
    if let Some(lately) = dialect.words_lately(WORDS, LATELY) {
        let found = look(Some(&lately))?;
        if found.len() as i64 >= most {
            return Ok(found);
        }
    }
    look(None)
}

/// Contacts that have a number with these digits in it, also one that is not shown; the newest of them.
pub(crate) fn contacts_by_number(w: &mut Work<'_, '_>, digits: &str, most: i64) -> Result<Vec<ContactId>> {
    let Some(number) = as_number(digits) else { return Ok(Vec::new()) };
    let wanted = vec![(number, true)];
    let found: Vec<ContactId> = ids(w, Kind::Contact, &wanted, most)?.into_iter().map(ContactId).collect();
    if found.is_empty() {
        return Ok(found);
    }
    // Other words of theirs may begin so.
    let mut query = Query::new(
        "SELECT DISTINCT contact_id FROM contact_identifiers WHERE organization_id = ",
        w.caller.organization,
    );
    query.and_in("contact_id IN ", &found).text(" AND kind = 'phone'").and("value LIKE ", format!("%{digits}%"));
    w.tx.query(query.sql(), &query.params())?.iter().map(|row| Ok(row.at(0)?)).collect()
}

/// `most` of each kind.
pub fn search(w: &mut Work<'_, '_>, text: &str, most: i64) -> Result<Found> {
    let contacts = ids(w, Kind::Contact, &of_contacts(text), most)?;
    let contacts = contacts_of(w, &contacts)?;
    let wanted = of_messages(text);
    let messages = ids(w, Kind::Message, &wanted, most)?;
    let words: Vec<String> = wanted.into_iter().map(|(word, _)| word).collect();
    let messages = messages_of(w, &messages, &words)?;
    let mut found = Vec::new();
    for contact in contacts.iter().take(most.min(10) as usize) {
        let of_contact = tickets::of_contact(w, contact.id)?;
        found.extend(of_contact.into_iter().take(5).map(|ticket| (ticket, contact.name.clone())));
    }
    found.sort_by_key(|(ticket, _)| !ticket.is_open());
    found.truncate(most as usize);
    Ok(Found { contacts, messages, tickets: found })
}

fn contacts_of(w: &mut Work<'_, '_>, ids: &[Uuid]) -> Result<Vec<Contact>> {
    let sql = format!("SELECT {COLUMNS} FROM contacts c WHERE c.merged_into IS NULL AND c.organization_id = ");
    let Some(query) = among(Query::new(sql, w.caller.organization), "c.id", ids) else { return Ok(Vec::new()) };
    let mut found = HashMap::new();
    for row in w.tx.query(query.sql(), &query.params())? {
        let contact = Contact::from_row(&row)?;
        found.insert(contact.id.0, contact);
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

fn messages_of(w: &mut Work<'_, '_>, ids: &[Uuid], words: &[String]) -> Result<Vec<FoundMessage>> {
    let sql = "SELECT m.id, m.contact_id, c.name, m.body, m.sent_at FROM messages m
               JOIN contacts c ON c.organization_id = m.organization_id AND c.id = m.contact_id WHERE m.organization_id = ";
    let Some(query) = among(Query::new(sql, w.caller.organization), "m.id", ids) else { return Ok(Vec::new()) };
    let mut found = HashMap::new();
    for row in w.tx.query(query.sql(), &query.params())? {
        let id: MessageId = row.at(0)?;
        let body: String = row.at(3)?;
        let message = FoundMessage {
            id,
            contact_id: row.at(1)?,
            contact_name: row.at(2)?,
            snippet: snippet(&body, words),
            sent_at: row.at(4)?,
        };
        found.insert(id.0, message);
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// The contacts that match, and those of the messages that do.
pub fn conversations_of(w: &mut Work<'_, '_>, text: &str) -> Result<Vec<ContactId>> {
    let contacts = ids(w, Kind::Contact, &of_contacts(text), THROUGH)?;
    let mut found: Vec<ContactId> = contacts.into_iter().map(ContactId).collect();
    let messages = ids(w, Kind::Message, &of_messages(text), THROUGH)?;
    let query =
        Query::new("SELECT DISTINCT m.contact_id FROM messages m WHERE m.organization_id = ", w.caller.organization);
    if let Some(query) = among(query, "m.id", &messages) {
        for row in w.tx.query(query.sql(), &query.params())? {
            found.push(row.at(0)?);
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// None where there are none.
fn among(mut query: Query, column: &str, ids: &[Uuid]) -> Option<Query> {
    let (first, others) = ids.split_first()?;
    query.and(&format!("{column} IN ("), *first);
    others.iter().for_each(|id| _ = query.push(", ", *id));
    query.text(")");
    Some(query)
}
