//! Numbers about the work: who waited how long, what was said when, how far tickets get.

mod answers;
mod funnel;
mod messages;
mod range;
mod resolution;
mod table;
mod waiting;

pub use answers::first_response;
pub use funnel::funnel;
pub use messages::messages;
pub use resolution::resolution;
pub use table::{Cell, Table};
pub use waiting::waiting;

use crate::id::{ChannelId, MemberId, PipelineId};
use crate::time::Timestamp;
use crate::wire_enum;

/// Days of one report, at most: it is one read, and reads are short.
pub const MOST_DAYS: i64 = 92;
/// Rows that one report looks at, at most; beyond, the newest of them stand for all, and the report says so.
const MOST_ROWS: i64 = 100_000;

wire_enum! {
    pub enum Group {
        /// Of the organization's time zone.
        Day = "day",
        /// Of the day, 0 to 23, in the organization's time zone.
        Hour = "hour",
        Channel = "channel",
        /// Of whoever answered; of a ticket, whose it was.
        Agent = "agent",
        Pipeline = "pipeline",
    }
}

#[derive(Debug, Clone)]
pub struct ReportFilter {
    pub from: Timestamp,
    /// Not itself.
    pub to: Timestamp,
    pub channel: Option<ChannelId>,
    pub pipeline: Option<PipelineId>,
    pub agent: Option<MemberId>,
    pub group: Option<Group>,
}
