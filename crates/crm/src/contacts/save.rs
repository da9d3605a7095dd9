//! Writing a contact's row, with the columns that are computed from others.

use store::params;

use super::Contact;
use crate::error::{Error, Result};
use crate::search;
use crate::text::fold;
use crate::work::Work;

pub(crate) fn insert(w: &mut Work<'_, '_>, contact: &mut Contact) -> Result<()> {
    w.tx.execute(
        "INSERT INTO contacts (organization_id, id, customer_id, channel_id, name, name_source, phone, email, email_source,
            external_user_id, metadata, name_key, email_key, stage_id, chat_status, blocked, is_chat_read, last_message_at,
            last_inbound_at, version, created_at, updated_at, wa_id, username, opted_out_at,
            preference_at, assistant_paused, phone_source, moved_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
                 $24, $25, $26, $27, $28, $29)",
        params![
            w.caller.organization,
            contact.id,
            contact.customer_id,
            contact.channel_id,
            contact.name,
            contact.name_source,
            contact.phone,
            contact.email,
            contact.email_source,
            contact.external_user_id,
            contact.metadata,
            contact.name.as_deref().map(fold).unwrap_or_default(),
            contact.email.as_deref().map(fold).unwrap_or_default(),
            contact.stage_id,
            contact.chat_status,
            contact.blocked,
            contact.is_chat_read,
            contact.last_message_at,
            contact.last_inbound_at,
            contact.version,
            contact.created_at,
            contact.updated_at,
            contact.wa_id,
            contact.username,
            contact.opted_out_at,
            contact.preference_at,
            contact.assistant_paused,
            contact.phone_source,
            contact.moved_at
        ],
    )?;
    contact.words_hash = search::contact_hash(contact);
    search::contact_made(w, contact)
}

/// Writes what may change, and counts the version up.
pub(crate) fn save(w: &mut Work<'_, '_>, contact: &mut Contact) -> Result<()> {
    contact.version += 1;
    contact.updated_at = w.now;
    let changed = w.tx.execute(
        "UPDATE contacts SET customer_id = $3, name = $4, name_source = $5, phone = $6, email = $7, email_source = $8,
            metadata = $9, name_key = $10, email_key = $11, stage_id = $12, chat_status = $13, blocked = $14,
            is_chat_read = $15, last_message_at = $16, last_inbound_at = $17, version = $18, updated_at = $19,
            wa_id = $20, username = $21, opted_out_at = $22, merged_into = $23, preference_at = $24, assistant_paused = $25,
            phone_source = $26, moved_at = $27
         WHERE organization_id = $1 AND id = $2",
        params![
            w.caller.organization,
            contact.id,
            contact.customer_id,
            contact.name,
            contact.name_source,
            contact.phone,
            contact.email,
            contact.email_source,
            contact.metadata,
            contact.name.as_deref().map(fold).unwrap_or_default(),
            contact.email.as_deref().map(fold).unwrap_or_default(),
            contact.stage_id,
            contact.chat_status,
            contact.blocked,
            contact.is_chat_read,
            contact.last_message_at,
            contact.last_inbound_at,
            contact.version,
            contact.updated_at,
            contact.wa_id,
            contact.username,
            contact.opted_out_at,
            contact.merged_into,
            contact.preference_at,
            contact.assistant_paused,
            contact.phone_source,
            contact.moved_at
        ],
    )?;
    written(w, contact, changed)
}

/// The same where only its last messages are others now, as with nearly every message: an index that holds none of the columns is
/// left alone.
pub(crate) fn save_activity(w: &mut Work<'_, '_>, contact: &mut Contact) -> Result<()> {
    contact.version += 1;
    contact.updated_at = w.now;
    let changed = w.tx.execute(
        "UPDATE contacts SET chat_status = $3, is_chat_read = $4, last_message_at = $5, last_inbound_at = $6, version = $7,
            updated_at = $8
         WHERE organization_id = $1 AND id = $2",
        params![
            w.caller.organization,
            contact.id,
            contact.chat_status,
            contact.is_chat_read,
            contact.last_message_at,
            contact.last_inbound_at,
            contact.version,
            contact.updated_at
        ],
    )?;
    written(w, contact, changed)
}

/// After the row of a contact, of which one was `changed`: it is found by the words that it has now.
fn written(w: &mut Work<'_, '_>, contact: &mut Contact, changed: u64) -> Result<()> {
    if changed != 1 {
        return Err(Error::Internal("a contact vanished within its own transaction".into()));
    }
    let words = search::contact_hash(contact);
    if words == contact.words_hash {
        return Ok(());
    }
    contact.words_hash = words;
    search::contact_written(w, contact)
}
