//! What is of the moment only, from any node to the listeners of all: through the database, and never in it.

use std::sync::Arc;

use crm::id::OrganizationId;
use serde_json::{Value, json};

use super::Hub;

impl Hub {
    /// Tells everybody who listens to all of an organization's events, on every node: `typing`, `viewing`.
    pub fn tell_everywhere(&self, organization: OrganizationId, name: &str, data: &Value) {
        let word = json!({"organization": organization, "event": name, "data": data});
        self.crm.db().say(&word.to_string());
    }
}

/// Hands out what is said until the database is closed.
pub async fn run_passing(hub: Arc<Hub>) {
    let mut overheard = hub.crm.db().overhear();
    while let Some(word) = overheard.next().await {
        let Ok(word) = serde_json::from_str::<Value>(&word) else { continue };
        let organization = word["organization"].as_str().and_then(|id| id.parse().ok());
        let (Some(organization), Some(name @ ("typing" | "viewing"))) = (organization, word["event"].as_str()) else {
            continue;
        };
        hub.tell(organization, name, &word["data"]);
    }
}
