//! What is of the moment only, from any node to the listeners of all: through the database, and never in it.

use std::sync::Arc;

use crm::id::{OrganizationId, VisitorId};
use serde_json::{Value, json};

use super::Hub;
use super::presence::PRESENT;

impl Hub {
    /// Tells everybody who listens to all of an organization's events, on every node: `typing`, `viewing`, `present`.
    pub fn tell_everywhere(&self, organization: OrganizationId, name: &str, data: &Value) {
        let word = json!({"organization": organization, "event": name, "data": data});
        self.crm.db().say(&word.to_string());
    }

    /// Has the streams of a visitor of a web chat look who that is by now, on every node; here at once.
    pub fn wake_visitor(&self, organization: OrganizationId, visitor: VisitorId) {
        self.rooms.wake(visitor.0);
        self.tell_everywhere(organization, VISITOR, &json!({"visitor_id": visitor}));
    }
}

/// Said between nodes, and not to those who listen.
const VISITOR: &str = "visitor";

/// Hands out what is said until the database is closed.
pub async fn run_passing(hub: Arc<Hub>) {
    let mut overheard = hub.crm.db().overhear();
    while let Some(word) = overheard.next().await {
        let Ok(word) = serde_json::from_str::<Value>(&word) else { continue };
        let organization = word["organization"].as_str().and_then(|id| id.parse().ok());
        match (organization, word["event"].as_str()) {
            (Some(organization), Some(name @ ("typing" | "viewing"))) => hub.tell(organization, name, &word["data"]),
            (Some(organization), Some(PRESENT)) => hub.hear_present(organization, &word["data"]),
            (Some(_), Some(VISITOR)) => {
                let visitor = word["data"]["visitor_id"].as_str().and_then(|id| id.parse().ok());
                visitor.into_iter().for_each(|visitor: VisitorId| hub.rooms.wake(visitor.0));
            }
            _ => {}
        }
    }
}
