//! How a channel does: what its provider said when it was asked, or when a message was refused.

use serde::{Deserialize, Serialize};
use serde_json::json;
use store::params;

use super::{Channel, ChannelType, get};
use crate::error::Result;
use crate::events::{self, Fact, Topic};
use crate::id::ChannelId;
use crate::work::Work;

/// What is wrong, and what helps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ChannelProblem {
    /// A word of ours, or the provider's code.
    pub code: String,
    pub title: String,
    /// As the provider said it.
    pub details: Option<String>,
    pub advice: String,
}

/// Statuses of a Cloud API channel. Those that stop it keep its messages queued, and in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelState {
    /// Never asked, or changed since.
    Unchecked,
    Connected,
    NeedsToken,
    Restricted,
    NotRegistered,
    /// It works, and something is to be done about it all the same.
    Attention,
}

impl ChannelState {
    pub fn name(self) -> &'static str {
        match self {
            ChannelState::Unchecked => "unchecked",
            ChannelState::Connected => "connected",
            ChannelState::NeedsToken => "needs_token",
            ChannelState::Restricted => "restricted",
            ChannelState::NotRegistered => "not_registered",
            ChannelState::Attention => "attention",
        }
    }
}

/// Statuses in which nothing goes out: those above that say so, and what WhatsApp says of an account by itself.
pub const STOPPED: [&str; 5] = ["needs_token", "restricted", "not_registered", "disabled", "disconnected"];

impl Channel {
    /// Whether it is WhatsApp's Cloud API that it talks to: Meta's, or the simulator's where that plays.
    pub fn speaks_cloud(&self) -> bool {
        self.channel_type == ChannelType::Whatsapp || self.channel_type == ChannelType::Playground && self.has_secrets
    }

    /// Whether nothing goes out: what waits is kept, and goes once the channel is checked or mended.
    pub fn is_stopped(&self) -> bool {
        self.speaks_cloud() && STOPPED.contains(&self.status.as_str())
    }
}

/// What is to be said of a number of WhatsApp Web that no phone was ever connected to, and what helps.
pub const NOT_CONNECTED: (&str, &str) = (
    "No phone is connected to this number of WhatsApp Web, and this version cannot connect one yet.",
    "Send by a number of WhatsApp's Cloud API, a channel of type whatsapp.",
);

impl Channel {
    /// Whether there was never anything that could send for it. What is connected and away keeps its messages instead.
    pub fn never_connected(&self) -> bool {
        self.channel_type == ChannelType::WebWhatsapp && self.status == "unpaired"
    }
}

/// Writes down how the channel is, with the event `channel.status` where that is news. `checked`: the provider was asked for it.
pub fn set_state(
    w: &mut Work<'_, '_>,
    id: ChannelId,
    state: ChannelState,
    problem: Option<&ChannelProblem>,
    checked: bool,
) -> Result<()> {
    let setup = w.setup.clone();
    let channel = get(&setup, id)?;
    let kept = problem.map(|problem| json!(problem).to_string());
    let checked_at = checked.then_some(w.now);
    let code = |problem: Option<&ChannelProblem>| problem.map(|problem| problem.code.clone());
    let news = channel.status != state.name() || code(channel.problem.as_ref()) != code(problem);
    if !news && !checked {
        return Ok(());
    }
    w.tx.execute(
        "UPDATE channels SET status = $3, problem = $4, checked_at = coalesce($5, checked_at)
         WHERE organization_id = $1 AND id = $2",
        params![w.caller.organization, id, state.name(), kept, checked_at],
    )?;
    w.bump_revision()?;
    if news {
        let data = json!({"channel_id": id, "name": channel.name, "status": state.name(), "problem": problem});
        let previous = json!({"status": channel.status, "problem": channel.problem});
        let fact = Fact::new(Topic::ChannelStatus).subject(json!({"channel_id": id})).data(data).previous(previous);
        events::record(w, fact)?;
    }
    // A worker may be waiting for exactly this.
    w.tx.announce();
    w.reload_setup()
}
