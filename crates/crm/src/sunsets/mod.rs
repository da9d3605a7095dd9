//! The end of life of operations: what follows from a date, who still calls, and what the log says about it. Which
//! operations go away stands in the route table of the HTTP surface.

mod calls;
mod dates;
mod notices;
mod usage;

pub use calls::{AGENT_CHARACTERS, AGENTS_A_DAY, CallCount, OTHER, add, forget_old};
pub use dates::{Dates, Phase, date_of, day_number, day_of};
pub use notices::{Ending, Notice, announce, unwritten};
pub use usage::{CALLED_WITHIN_DAYS, Calls, CallsBy, Usage, callers, latest_callers, usage};
