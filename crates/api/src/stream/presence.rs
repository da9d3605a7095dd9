//! Who of the team is there: whoever has a stream open, on this node or another. Each node says every few seconds whom it
//! has, to all nodes and to all who listen; who was not named for a minute is gone. Nothing of it is in the database, so a
//! node that was killed leaves nobody behind as present.

use std::collections::HashMap;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use crm::access::actor_parts;
use crm::id::{MemberId, OrganizationId};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::Hub;

/// Between two words of a node about those whom it has.
const SAY: Duration = Duration::from_secs(20);
/// So long somebody is there after they were last named: a page that is loaded anew does not go away and come back.
pub const LINGERS: Duration = Duration::from_secs(60);
/// Members a word: what one notification of PostgreSQL carries is bounded.
const AT_ONCE: usize = 100;

pub(super) const PRESENT: &str = "present";

/// When each member was last named, by organization.
pub(super) type Named = HashMap<OrganizationId, HashMap<MemberId, Instant>>;

impl Hub {
    fn named(&self) -> MutexGuard<'_, Named> {
        self.named.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those of an organization who have a stream, or had one within the last minute.
    pub fn present(&self, organization: OrganizationId) -> Vec<MemberId> {
        let now = Instant::now();
        let mut present: Vec<MemberId> = match self.named().get(&organization) {
            Some(named) => named.iter().filter(|(_, at)| now - **at < LINGERS).map(|(id, _)| *id).collect(),
            None => Vec::new(),
        };
        let here = self.seats().organizations.get(&organization).map(|known| members(&known.callers));
        present.extend(here.unwrap_or_default());
        present.sort_unstable();
        present.dedup();
        present
    }

    /// Says to all nodes that these are there.
    pub(super) fn say_present(&self, organization: OrganizationId, members: &[MemberId]) {
        for some in members.chunks(AT_ONCE) {
            self.tell_everywhere(organization, PRESENT, &json!({"member_ids": some, "for_seconds": LINGERS.as_secs()}));
        }
    }

    /// What a node said, this one included.
    pub(super) fn hear_present(&self, organization: OrganizationId, data: &Value) {
        let now = Instant::now();
        let ids = data["member_ids"].as_array().into_iter().flatten();
        let ids = ids.filter_map(|id| id.as_str()?.parse::<MemberId>().ok());
        self.named().entry(organization).or_default().extend(ids.map(|id| (id, now)));
        self.tell(organization, PRESENT, data);
    }

    fn forget_gone(&self) {
        let now = Instant::now();
        self.named().retain(|_, named| {
            named.retain(|_, at| now - *at < LINGERS);
            !named.is_empty()
        });
    }
}

fn members(callers: &HashMap<String, usize>) -> Vec<MemberId> {
    let member = |stored: &String| match actor_parts(stored) {
        ("member", Some(id)) => id.parse().ok(),
        _ => None,
    };
    callers.keys().filter_map(member).collect()
}

/// Says who is here, again and again, until it is dropped.
pub async fn run_presence(hub: Arc<Hub>) {
    loop {
        tokio::time::sleep(SAY).await;
        hub.forget_gone();
        let here: Vec<(OrganizationId, Vec<MemberId>)> =
            hub.seats().organizations.iter().map(|(id, known)| (*id, members(&known.callers))).collect();
        here.iter().for_each(|(organization, members)| hub.say_present(*organization, members));
    }
}
