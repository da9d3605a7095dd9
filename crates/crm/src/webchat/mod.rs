//! The web chat: people on a web page. A *visitor* is a browser with a token; what it says is a contact's, made when it first
//! says something. Who a page claims it is, unsigned, is only a claim: it never opens somebody else's conversation, and never
//! joins customers. What the page's server signed is trusted.

mod arrive;
mod choice;
mod contact;
mod forget;
mod history;
mod hours;
mod progress;
mod visitor;
mod widget;
mod write;

pub use arrive::{Arrival, Arrived, User, arrive};
pub use choice::{Choice, choices, words};
pub use contact::{contact_of, contact_of_user, introduced};
pub use forget::{forget_expired, leave};
pub use history::{History, cursor, file, history, of_ids, sees};
pub use hours::{Hours, is_open};
pub use progress::{delivered, read};
pub(crate) use visitor::go_with_user;
pub use visitor::{Visitor, by_token};
pub use widget::{Language, PreChatField, PreChatKind, Side, Users, Widget};
pub use write::{Said, Written, write};

/// How contacts are known that nobody vouches for: by the visitor, and by what the page claimed.
pub(crate) const VISITOR: &str = "visitor";
pub(crate) const CLAIMED: &str = "claimed_user_id";
pub(crate) const USER: &str = "external_user_id";
