//! Giving what waits to those whose turn it is.

use store::{Tx, params};

use super::standing::{Taker, choose, takers};
use crate::access::Caller;
use crate::contacts::{self, Contact, Leaving, Reason};
use crate::error::Result;
use crate::id::{MemberId, OrganizationId, TicketId};
use crate::tickets::{self, Ticket};
use crate::work::{Crm, Work};

/// Tickets a transaction.
const PIECE: i64 = 50;
/// With nobody to give to, so many are looked at: whether they wait still.
const LOOKED_AT: usize = 500;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Distributed {
    /// Tickets that are somebody's now.
    pub assigned: usize,
    /// Some wait on, because nobody may get them.
    pub waiting: bool,
}

/// Organizations where something waits.
pub fn waiting_organizations(tx: &mut Tx<'_>) -> Result<Vec<OrganizationId>> {
    // From one to the next by the index, however much waits in each.
    let sql = "WITH RECURSIVE known (id) AS (
                 SELECT (SELECT organization_id FROM assignment_queue ORDER BY organization_id LIMIT 1)
                 UNION ALL
                 SELECT (SELECT q.organization_id FROM assignment_queue q WHERE q.organization_id > known.id
                         ORDER BY q.organization_id LIMIT 1) FROM known WHERE known.id IS NOT NULL)
               SELECT id FROM known WHERE id IS NOT NULL";
    tx.query(sql, params![])?.iter().map(|row| Ok(row.at(0)?)).collect()
}

/// Gives all that waits, oldest first, as far as there is anybody to give it to. For one server at a time: what each has in hand
/// is read before, so that giving a ticket meets no more than a member's own taking of it would. Where two are at it nevertheless, no
/// ticket goes to two, only the shares may be uneven.
pub async fn distribute(crm: &Crm, organization: OrganizationId, present: Vec<MemberId>) -> Result<Distributed> {
    let caller = Caller::system(organization);
    let mut takers = crm.read(&caller, move |w| takers(w, &present)).await?;
    let (mut done, mut after, mut seen) = (Distributed::default(), None, 0);
    loop {
        let before = takers.clone();
        let piece = crm.write_in_background(&caller, move |w| piece(w, &before, after)).await?;
        takers = piece.takers;
        done.assigned += piece.assigned;
        done.waiting |= piece.waiting;
        seen += piece.seen;
        after = piece.last.or(after);
        let nobody = takers.iter().all(|taker| taker.hindrance.is_some());
        if !piece.more || (nobody && seen >= LOOKED_AT) {
            return Ok(done);
        }
    }
}

struct Piece {
    takers: Vec<Taker>,
    assigned: usize,
    waiting: bool,
    seen: usize,
    /// The last that was looked at.
    last: Option<TicketId>,
    more: bool,
}

fn piece(w: &mut Work<'_, '_>, takers: &[Taker], after: Option<TicketId>) -> Result<Piece> {
    let organization = w.caller.organization;
    let rows = w.tx.query(
        "SELECT ticket_id FROM assignment_queue WHERE organization_id = $1 AND ($2 OR ticket_id > $3)
         ORDER BY ticket_id LIMIT $4",
        params![organization, after.is_none(), after.unwrap_or_default(), PIECE],
    )?;
    let mut piece = Piece {
        takers: takers.to_vec(),
        assigned: 0,
        waiting: false,
        seen: 0,
        last: None,
        more: rows.len() as i64 == PIECE,
    };
    for row in &rows {
        if piece.seen > 0 && w.tx.out_of_time() {
            piece.more = true;
            break;
        }
        let id: TicketId = row.at(0)?;
        piece.seen += 1;
        piece.last = Some(id);
        match one(w, id, &mut piece.takers)? {
            Gave::Nothing => piece.waiting = true,
            Gave::ToSomebody => piece.assigned += 1,
            Gave::NotWanted => {}
        }
    }
    Ok(piece)
}

enum Gave {
    /// There is nobody to give it to.
    Nothing,
    ToSomebody,
    /// Somebody has it, it is closed, or nothing is given any more.
    NotWanted,
}

fn one(w: &mut Work<'_, '_>, id: TicketId, takers: &mut [Taker]) -> Result<Gave> {
    let organization = w.caller.organization;
    let setup = w.setup.clone();
    let ticket = Ticket::find(w.tx, organization, id)?.filter(|ticket| ticket.is_open() && ticket.agent_id.is_none());
    let Some(ticket) = ticket.filter(|_| setup.assignment.is_on()) else {
        off_the_list(w, id)?;
        return Ok(Gave::NotWanted);
    };
    let contact = Contact::get(w, ticket.contact_id)?;
    // Whoever looks after the person goes on doing so, be it their turn or not.
    let agent = match tickets::agent_of(w, &contact)? {
        Some(agent) => agent,
        None => {
            let Some((agent, turn)) = choose(&setup.assignment, takers) else { return Ok(Gave::Nothing) };
            w.tx.execute(
                "INSERT INTO assignment_turns (organization_id, member_id, turn) VALUES ($1, $2, $3)
                 ON CONFLICT (organization_id, member_id) DO UPDATE SET turn = excluded.turn",
                params![organization, agent, turn],
            )?;
            agent
        }
    };
    contacts::assign_for(w, &contact, Some(ticket), agent, Leaving::Nobody, Reason::Automatic)?;
    off_the_list(w, id)?;
    Ok(Gave::ToSomebody)
}

fn off_the_list(w: &mut Work<'_, '_>, id: TicketId) -> Result<()> {
    w.tx.execute(
        "DELETE FROM assignment_queue WHERE organization_id = $1 AND ticket_id = $2",
        params![w.caller.organization, id],
    )?;
    Ok(())
}
