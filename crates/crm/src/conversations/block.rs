//! Blocking: nothing is sent to them, and the inbox shows them only where asked.

use store::params;

use crate::contacts::{self, Contact, Edit};
use crate::error::Result;
use crate::id::ContactId;
use crate::work::Work;

/// Twice is as once.
pub fn block(w: &mut Work<'_, '_>, id: ContactId, blocked: bool) -> Result<()> {
    let contact = Contact::get(w, id)?;
    contacts::edit(w, contact, &Edit { blocked: Some(blocked), ..Edit::default() })?;
    Ok(())
}

/// The contact's own row says so already.
pub(crate) fn follow(w: &mut Work<'_, '_>, contact: &Contact) -> Result<()> {
    w.tx.execute(
        "UPDATE conversations SET blocked = $3 WHERE organization_id = $1 AND contact_id = $2",
        params![w.caller.organization, contact.id, contact.blocked],
    )?;
    Ok(())
}
