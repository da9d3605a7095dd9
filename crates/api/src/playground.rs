//! The simulators that play Meta for this server's playground channels.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use crm::id::ChannelId;
use providers::Http;
use recado_simulator::Simulator;

/// One for each channel, started by the program with the demo.
pub struct Playgrounds {
    /// May call this machine, which nothing else of the server may.
    pub http: Http,
    simulators: RwLock<HashMap<ChannelId, Arc<Simulator>>>,
}

impl fmt::Debug for Playgrounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Playgrounds").finish_non_exhaustive()
    }
}

impl Playgrounds {
    pub fn new(http: Http) -> Arc<Playgrounds> {
        Arc::new(Playgrounds { http, simulators: RwLock::default() })
    }

    pub fn put(&self, channel: ChannelId, simulator: Simulator) {
        self.simulators.write().unwrap_or_else(PoisonError::into_inner).insert(channel, Arc::new(simulator));
    }

    /// Ends those of channels that are not to be played any more.
    pub fn keep(&self, wanted: impl Fn(ChannelId) -> bool) {
        self.simulators.write().unwrap_or_else(PoisonError::into_inner).retain(|id, _| wanted(*id));
    }

    pub fn get(&self, channel: ChannelId) -> Option<Arc<Simulator>> {
        self.simulators.read().unwrap_or_else(PoisonError::into_inner).get(&channel).cloned()
    }
}
