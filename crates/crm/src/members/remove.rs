//! When somebody leaves: the member is kept, inactive, because history names it; what was in its hands goes to another.

use serde_json::json;
use store::params;

use super::let_go::let_go;
use super::{Member, check_last_owner, check_owners_affair, get, save};
use crate::changes::{MOVE_LIMIT, Removed, Users, check_version, in_use, record, too_many};
use crate::contacts::{self, Contact, Leaving};
use crate::error::{Error, Result};
use crate::id::{ContactId, MemberId};
use crate::work::Work;
use crate::{reset_links, sessions, tickets};

/// What a member has in hand.
#[derive(Debug, Clone, Copy)]
struct InHand {
    tickets: i64,
    contacts: i64,
}

impl InHand {
    fn of(w: &mut Work<'_, '_>, id: MemberId) -> Result<InHand> {
        let row = w.tx.query_one(
            "SELECT (SELECT count(*) FROM tickets WHERE organization_id = $1 AND agent_id = $2 AND status = 'open') AS tickets,
                    (SELECT count(*) FROM contact_agents WHERE organization_id = $1 AND member_id = $2) AS contacts",
            params![w.caller.organization, id],
        )?;
        Ok(InHand { tickets: row.get("tickets")?, contacts: row.get("contacts")? })
    }

    fn counts(self) -> [(&'static str, i64); 2] {
        [("open tickets", self.tickets), ("assigned contacts", self.contacts)]
    }

    fn is_nothing(self) -> bool {
        self.tickets == 0 && self.contacts == 0
    }
}

/// 409 `in_use` while anything is in the member's hands.
pub(super) fn check_unused(w: &mut Work<'_, '_>, id: MemberId) -> Result<()> {
    let in_hand = InHand::of(w, id)?;
    if in_hand.is_nothing() {
        return Ok(());
    }
    let remedy = "Delete the member with move_to=<another member's id>, or with archive=true to leave them to nobody.";
    Err(in_use("member", &in_hand.counts(), remedy))
}

/// Deactivates. `Users::Move`: that member takes over open tickets and contacts, at most 1000 together; `Users::Archive`:
/// they are nobody's then, for somebody to take; of more than 1000 the rest follows in pieces. Removing one who has left already
/// changes nothing.
pub fn remove(w: &mut Work<'_, '_>, id: MemberId, if_version: Option<i64>, users: Users<MemberId>) -> Result<Removed> {
    let setup = w.setup.clone();
    let current = get(&setup, id)?;
    check_version(if_version, current.version)?;
    if let Users::Move(to) = users {
        check_successor(setup.member(to), id, to)?;
    }
    if !current.active {
        return Ok(Removed { archived: true, moved: 0 });
    }
    check_owners_affair(w, &[current.role])?;
    check_last_owner(&setup, current)?;
    let moved = match users {
        Users::Refuse => {
            check_unused(w, id)?;
            0
        }
        Users::Archive => 0,
        Users::Move(to) => hand_over(w, id, to)?,
    };
    w.bump_revision()?;
    let mut member = current.clone();
    member.active = false;
    save(w, &mut member)?;
    let details = json!({"changed": {"active": false}, "moved": moved});
    record(w, "member", id, "archived", details, Some(json!({"active": true})))?;
    reset_links::void(w, id)?;
    sessions::end_all(w, id)?;
    w.reload_setup()?;
    if users == Users::Archive {
        let_go(w, id, MOVE_LIMIT)?;
    }
    Ok(Removed { archived: true, moved })
}

fn check_successor(successor: Option<&Member>, leaving: MemberId, to: MemberId) -> Result<()> {
    match successor {
        Some(member) if member.active && to != leaving => Ok(()),
        Some(_) => Err(Error::invalid("?move_to", "invalid_value", "This must be another member, who is active.")),
        None => {
            let message = format!("There is no member {to} in this organization.");
            Err(Error::invalid("?move_to", "unknown_reference", message))
        }
    }
}

fn hand_over(w: &mut Work<'_, '_>, from: MemberId, to: MemberId) -> Result<i64> {
    let in_hand = InHand::of(w, from)?;
    if in_hand.tickets + in_hand.contacts > MOVE_LIMIT {
        return Err(too_many("member", &in_hand.counts()));
    }
    let organization = w.caller.organization;
    let rows = w.tx.query(
        "SELECT contact_id FROM contact_agents WHERE organization_id = $1 AND member_id = $2
         UNION SELECT contact_id FROM tickets WHERE organization_id = $1 AND agent_id = $2 AND status = 'open'
         ORDER BY contact_id",
        params![organization, from],
    )?;
    let ids = rows.iter().map(|row| row.at(0)).collect::<std::result::Result<Vec<ContactId>, _>>()?;
    for id in &ids {
        let contact = Contact::get(w, *id)?;
        // A ticket that is somebody else's stays theirs.
        let ticket = tickets::open_ticket_of(w, *id)?.filter(|ticket| ticket.agent_id == Some(from));
        contacts::assign(w, &contact, ticket, to, Leaving::Only(from))?;
    }
    Ok(ids.len() as i64)
}
