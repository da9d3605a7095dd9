//! All that is kept of a person, as it is kept: what an erasure would overwrite.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};
use store::{Row, Value, params};

use super::tables::{Erases, TABLES, of_person};
use crate::contacts::Contact;
use crate::error::Result;
use crate::id::{ContactId, CustomerId};
use crate::time::Timestamp;
use crate::work::Work;

/// Rows of one table, at most.
pub const MOST_ROWS: i64 = 10_000;

const MESSAGES: &str = "(SELECT m.id FROM messages m WHERE m.organization_id = $1 AND m.contact_id IN {contacts})";

/// Whose rows those are that an erasure has code of its own for. Bodies of webhooks say what the events do.
const APART: &[(&str, &str)] = &[
    ("contacts", "customer_id = $2"),
    ("tickets", "contact_id IN {contacts}"),
    ("outbox", "contact_id IN {contacts}"),
    ("webchat_visitors", "contact_id IN {contacts}"),
    ("messages", "contact_id IN {contacts}"),
    ("reactions", "message_id IN {messages}"),
    ("media", "message_id IN {messages}"),
    ("structurings", "contact_id IN {contacts}"),
    ("events", "contact_id IN {contacts}"),
];

/// The same on both engines, of which one has no type for it.
const FLAGS: &[&str] = &["blocked", "is_chat_read", "assistant_paused", "spoken", "tagged", "signed", "introduced"];
/// The organization's, or computed of another column.
const LEFT_OUT: &[&str] = &["organization_id", "name_key", "email_key", "value_key"];

#[derive(Debug, Clone)]
pub struct Kept {
    pub contact: ContactId,
    pub customer: CustomerId,
    /// Rows by table, as objects by column.
    pub tables: BTreeMap<&'static str, Vec<Json>>,
    /// Tables of which there is more than is here.
    pub cut: Vec<&'static str>,
}

/// Of the person whom a contact is of, or 404.
pub fn kept(w: &mut Work<'_, '_>, id: ContactId) -> Result<Kept> {
    let contact = Contact::get(w, id)?;
    let mut kept =
        Kept { contact: contact.id, customer: contact.customer_id, tables: BTreeMap::new(), cut: Vec::new() };
    let few = TABLES.iter().filter_map(|(table, erases)| match erases {
        Erases::Rows(which) | Erases::Blanks { which, .. } => Some((*table, *which)),
        Erases::Apart(_) | Erases::Nothing(_) => None,
    });
    for (table, which) in few.chain(APART.iter().copied()) {
        let which = of_person(&which.replace("{messages}", MESSAGES));
        let sql = format!("SELECT * FROM {table} WHERE organization_id = $1 AND ({which}) LIMIT $3");
        let rows = w.tx.query(&sql, params![w.caller.organization, kept.customer, MOST_ROWS + 1])?;
        if rows.len() as i64 > MOST_ROWS {
            kept.cut.push(table);
        }
        if !rows.is_empty() {
            let rows = rows.iter().take(MOST_ROWS as usize).map(object).collect();
            kept.tables.insert(table, rows);
        }
    }
    kept.cut.sort_unstable();
    Ok(kept)
}

fn object(row: &Row) -> Json {
    let mut object = Map::new();
    for column in row.columns() {
        if LEFT_OUT.contains(&column) {
            continue;
        }
        let value = match row.value(column) {
            // Hashes of tokens, which are nobody's to have.
            None | Some(Value::Null | Value::Bytes(_)) => continue,
            Some(Value::Bool(flag)) => json!(flag),
            Some(Value::Int(number)) if FLAGS.contains(&column) => json!(*number != 0),
            Some(Value::Int(micros)) if column.ends_with("_at") || column.ends_with("_since") => {
                json!(Timestamp::from_micros(*micros))
            }
            Some(Value::Int(number)) => json!(number),
            Some(Value::Float(number)) => json!(number),
            Some(Value::Uuid(id)) => json!(id),
            Some(Value::Text(text)) => read(text),
        };
        object.insert(column.to_owned(), value);
    }
    Json::Object(object)
}

/// Objects and lists are kept as text.
fn read(text: &str) -> Json {
    let parsed = text.starts_with(['{', '[']).then(|| serde_json::from_str(text).ok()).flatten();
    parsed.unwrap_or_else(|| json!(text))
}
