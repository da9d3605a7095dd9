//! Finding contacts and messages by words. Both engines keep an index of words of their own (FTS5, tsvector); which words those
//! are is decided here, once: lower case, without accents, cut where neither letter nor digit stands, and each with a mark of
//! its organization before it. What is looked for is cut the same way, so that nothing of it is ever read as query syntax.

mod catch_up;
mod find;
mod index;
mod snippet;
mod words;

pub use catch_up::catch_up;
pub(crate) use find::contacts_by_number;
pub use find::{Found, FoundMessage, conversations_of, search};
pub use index::Kind;
pub(crate) use index::{contact_hash, contact_made, contact_written, forget, forget_messages, message_written};
pub(crate) use words::fnv;
