//! Who gets a ticket that is nobody's when it is opened. The opening only notes that it waits, so that it meets nobody else's;
//! who gets it is decided right after the commit, by one server at a time (docs/decisions/058).

mod distribute;
mod queue;
mod standing;
mod update;

pub use distribute::{Distributed, distribute, waiting_organizations};
pub(crate) use queue::opened;
pub use standing::{Hindrance, Standing, Taker, standing};
pub use update::{AssignmentPatch, update};

use serde::Serialize;
use store::{Tx, params};

use crate::error::{Error, Result};
use crate::id::{MemberId, OrganizationId};
use crate::members::{Member, Role};
use crate::wire_enum;

/// Members that may be named.
pub const MOST_MEMBERS: usize = 500;
/// The highest limit of open tickets.
pub const MOST_OPEN: i64 = 10_000;

wire_enum! {
    #[derive(Default)]
    pub enum Mode {
        /// Whoever opens it, or takes it, has it.
        #[default]
        Off = "off",
        /// The one who has waited longest for a ticket.
        RoundRobin = "round_robin",
        /// The one who has the fewest open tickets; of several, the one who has waited longest.
        LeastOpen = "least_open",
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Assignment {
    pub mode: Mode,
    /// Who takes part; null: every active member whose role is `agent`.
    pub member_ids: Option<Vec<MemberId>>,
    /// Only those who have Recado open, here or on another server, or had within the last minute.
    pub present_only: bool,
    /// Who has so many open tickets gets none; null: as many as come.
    pub open_limit: Option<i64>,
    /// Counts the changes of what stands here.
    #[serde(skip)]
    pub version: i64,
}

impl Assignment {
    pub(crate) fn load(tx: &mut Tx<'_>, organization: OrganizationId) -> Result<Assignment> {
        let row = tx.query_opt(
            "SELECT mode, member_ids, present_only, open_limit, version FROM assignment_rules WHERE organization_id = $1",
            params![organization],
        )?;
        let Some(row) = row else { return Ok(Assignment::default()) };
        let member_ids: Option<String> = row.at(1)?;
        let member_ids = member_ids.map(|text| serde_json::from_str(&text)).transpose();
        Ok(Assignment {
            mode: row.at(0)?,
            member_ids: member_ids.map_err(|error| Error::Internal(format!("members of the assignment: {error}")))?,
            present_only: row.at(2)?,
            open_limit: row.at(3)?,
            version: row.at(4)?,
        })
    }

    pub fn is_on(&self) -> bool {
        self.mode != Mode::Off
    }

    /// Whether the member is one of those whom tickets are given to, as far as the set-up says.
    pub fn takes_part(&self, member: &Member) -> bool {
        member.active
            && match &self.member_ids {
                Some(chosen) => chosen.contains(&member.id),
                None => member.role == Role::Agent,
            }
    }
}
