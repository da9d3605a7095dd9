//! Who would get the next ticket, and why others would not.

use std::collections::HashMap;

use serde::Serialize;
use store::params;

use super::{Assignment, Mode};
use crate::error::Result;
use crate::id::MemberId;
use crate::members::{Availability, Member};
use crate::wire_enum;
use crate::work::Work;

/// Waiting tickets that are counted.
const MOST_COUNTED: i64 = 10_000;

wire_enum! {
    /// Why a member who takes part gets nothing now.
    pub enum Hindrance {
        /// They chose to be away or offline.
        Away = "away",
        /// No page of theirs is connected, and only those who are present get tickets.
        NotPresent = "not_present",
        /// They have as many open tickets as the limit allows.
        Full = "full",
    }
}

/// One who takes part.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Taker {
    pub member_id: MemberId,
    pub open_tickets: i64,
    /// Null: they may get the next one.
    pub hindrance: Option<Hindrance>,
    #[serde(skip)]
    pub(super) turn: i64,
}

#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Standing {
    /// Open tickets that wait for somebody, 10 000 at most.
    pub waiting: i64,
    /// Those who take part, in the order in which they were taken on.
    pub members: Vec<Taker>,
}

pub fn standing(w: &mut Work<'_, '_>, present: &[MemberId]) -> Result<Standing> {
    let row = w.tx.query_one(
        "SELECT count(*) AS n FROM (
           SELECT 1 AS one FROM assignment_queue q
           JOIN tickets t ON t.organization_id = q.organization_id AND t.id = q.ticket_id
           WHERE q.organization_id = $1 AND t.status = 'open' AND t.agent_id IS NULL LIMIT $2) AS waiting",
        params![w.caller.organization, MOST_COUNTED],
    )?;
    Ok(Standing { waiting: row.at(0)?, members: takers(w, present)? })
}

pub(super) fn takers(w: &mut Work<'_, '_>, present: &[MemberId]) -> Result<Vec<Taker>> {
    let setup = w.setup.clone();
    let organization = w.caller.organization;
    let numbers = |w: &mut Work<'_, '_>, sql: &str| -> Result<HashMap<MemberId, i64>> {
        w.tx.query(sql, params![organization])?.iter().map(|row| Ok((row.at(0)?, row.at(1)?))).collect()
    };
    let open = numbers(
        w,
        "SELECT agent_id, count(*) AS n FROM tickets
         WHERE organization_id = $1 AND status = 'open' AND agent_id IS NOT NULL GROUP BY agent_id",
    )?;
    let turns = numbers(w, "SELECT member_id, turn FROM assignment_turns WHERE organization_id = $1")?;
    let of = |numbers: &HashMap<MemberId, i64>, member: &Member| numbers.get(&member.id).copied().unwrap_or(0);
    let taking = setup.members.iter().filter(|member| setup.assignment.takes_part(member));
    Ok(taking
        .map(|member| {
            let mut taker = Taker {
                member_id: member.id,
                open_tickets: of(&open, member),
                hindrance: None,
                turn: of(&turns, member),
            };
            taker.hindrance = if member.availability != Availability::Online {
                Some(Hindrance::Away)
            } else if setup.assignment.present_only && !present.contains(&member.id) {
                Some(Hindrance::NotPresent)
            } else {
                full(&setup.assignment, &taker)
            };
            taker
        })
        .collect())
}

fn full(assignment: &Assignment, taker: &Taker) -> Option<Hindrance> {
    assignment.open_limit.is_some_and(|limit| taker.open_tickets >= limit).then_some(Hindrance::Full)
}

/// Whose turn it is, noting that they got one more; none where nobody may get any.
pub(super) fn choose(assignment: &Assignment, takers: &mut [Taker]) -> Option<(MemberId, i64)> {
    let next = takers.iter().map(|taker| taker.turn).max().unwrap_or(0) + 1;
    let free = takers.iter_mut().filter(|taker| taker.hindrance.is_none());
    let taker = match assignment.mode {
        Mode::Off => None,
        Mode::RoundRobin => free.min_by_key(|taker| taker.turn),
        Mode::LeastOpen => free.min_by_key(|taker| (taker.open_tickets, taker.turn)),
    }?;
    taker.turn = next;
    taker.open_tickets += 1;
    taker.hindrance = full(assignment, taker);
    Some((taker.member_id, next))
}
