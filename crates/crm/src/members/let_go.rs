//! What a member who left had in hand is nobody's: it shows under Unassigned, and where tickets are given to agents the open ones
//! wait for that. A piece within the call that removes the member, the rest by a chore.

use store::{Priority, params};

use crate::access::Caller;
use crate::assignment;
use crate::contacts::Contact;
use crate::conversations;
use crate::error::Result;
use crate::id::{ContactId, MemberId, OrganizationId};
use crate::work::{Crm, Work};

/// Of so many contacts at most; of how many it was.
pub(super) fn let_go(w: &mut Work<'_, '_>, from: MemberId, most: i64) -> Result<i64> {
    let organization = w.caller.organization;
    let rows = w.tx.query(
        "SELECT contact_id FROM contact_agents WHERE organization_id = $1 AND member_id = $2
         UNION SELECT contact_id FROM tickets WHERE organization_id = $1 AND agent_id = $2 AND status = 'open'
         ORDER BY contact_id LIMIT $3",
        params![organization, from, most],
    )?;
    for row in &rows {
        let id: ContactId = row.at(0)?;
        let Some(contact) = Contact::as_stored(w.tx, organization, id)? else { continue };
        if let Some(ticket) = conversations::unassign(w, &contact, Some(from))? {
            assignment::opened(w, &ticket)?;
        }
    }
    Ok(rows.len() as i64)
}

/// Lets go of what members who left have still, a piece of one; whether there may be more. For a chore.
pub async fn let_go_of_the_rest(crm: &Crm) -> Result<bool> {
    const PIECE: i64 = 50;
    let find = |tx: &mut store::Tx<'_>| -> Result<Option<(OrganizationId, MemberId)>> {
        let row = tx.query_opt(
            "SELECT m.organization_id, m.id FROM members m
             WHERE NOT m.active
               AND (EXISTS (SELECT 1 FROM contact_agents a WHERE a.organization_id = m.organization_id AND a.member_id = m.id)
                 OR EXISTS (SELECT 1 FROM tickets t WHERE t.organization_id = m.organization_id AND t.agent_id = m.id
                              AND t.status = 'open'))
             LIMIT 1",
            params![],
        )?;
        row.map(|row| -> Result<_> { Ok((row.at(0)?, row.at(1)?)) }).transpose()
    };
    let Some((organization, member)) = crm.db().read(Priority::Background, find).await? else { return Ok(false) };
    let work = move |w: &mut Work<'_, '_>| {
        // Who came back meanwhile keeps what is left.
        if w.setup.member(member).is_some_and(|member| member.active) {
            return Ok(0);
        }
        let_go(w, member, PIECE)
    };
    Ok(crm.write_in_background(&Caller::system(organization), work).await? > 0)
}
