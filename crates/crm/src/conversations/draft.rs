//! What a member has written and not sent: their own, and nobody else's to see.

use store::params;

use crate::contacts::Contact;
use crate::error::{Error, Result};
use crate::id::{ContactId, MemberId, MessageId};
use crate::messages::Message;
use crate::time::Timestamp;
use crate::work::Work;

#[derive(Debug, Clone)]
pub struct Draft {
    pub text: String,
    pub reply_to: Option<MessageId>,
    pub updated_at: Timestamp,
}

/// Replaces the one that was there. 400 for an answer to what is no message of the contact's.
pub fn put_draft(
    w: &mut Work<'_, '_>,
    id: ContactId,
    member: MemberId,
    text: &str,
    reply_to: Option<MessageId>,
) -> Result<Draft> {
    let contact = Contact::get(w, id)?;
    if let Some(message) = reply_to {
        let quoted = match Message::get(w, message) {
            Ok(quoted) => Some(quoted),
            Err(Error::NotFound { .. }) => None,
            Err(error) => return Err(error),
        };
        if quoted.is_none_or(|quoted| quoted.contact_id != contact.id) {
            let message = format!("There is no message {message} of this contact.");
            return Err(Error::invalid("/reply_to", "unknown_reference", message));
        }
    }
    w.tx.execute(
        "INSERT INTO drafts (organization_id, contact_id, member_id, text, reply_to, updated_at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (organization_id, contact_id, member_id) DO UPDATE
           SET text = excluded.text, reply_to = excluded.reply_to, updated_at = excluded.updated_at",
        params![w.caller.organization, contact.id, member, text, reply_to, w.now],
    )?;
    Ok(Draft { text: text.to_owned(), reply_to, updated_at: w.now })
}

/// Where there is none, nothing happens.
pub fn remove_draft(w: &mut Work<'_, '_>, id: ContactId, member: MemberId) -> Result<()> {
    let contact = Contact::get(w, id)?;
    w.tx.execute(
        "DELETE FROM drafts WHERE organization_id = $1 AND contact_id = $2 AND member_id = $3",
        params![w.caller.organization, contact.id, member],
    )?;
    Ok(())
}

/// Two contacts are one now: of two drafts of one member the survivor's is seen, the other waits for an undo. Whose moved, and
/// their `updated_at` (microseconds).
pub(crate) fn take_drafts(w: &mut Work<'_, '_>, from: ContactId, to: ContactId) -> Result<Vec<(MemberId, i64)>> {
    let rows = w.tx.query(
        "UPDATE drafts SET contact_id = $3 WHERE organization_id = $1 AND contact_id = $2
           AND NOT EXISTS (SELECT 1 FROM drafts o WHERE o.organization_id = $1 AND o.contact_id = $3
                             AND o.member_id = drafts.member_id)
         RETURNING member_id, updated_at",
        params![w.caller.organization, from, to],
    )?;
    rows.iter().map(|row| Ok((row.at(0)?, row.at(1)?))).collect()
}

/// They are two again. What was written since stays.
pub(crate) fn return_drafts(
    w: &mut Work<'_, '_>,
    from: ContactId,
    to: ContactId,
    moved: &[(MemberId, i64)],
) -> Result<()> {
    for (member, updated_at) in moved {
        w.tx.execute(
            "UPDATE drafts SET contact_id = $3 WHERE organization_id = $1 AND contact_id = $2 AND member_id = $4
               AND updated_at = $5",
            params![w.caller.organization, from, to, member, updated_at],
        )?;
    }
    Ok(())
}
