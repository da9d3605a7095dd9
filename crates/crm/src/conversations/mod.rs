//! The inbox: contacts with a message or an open ticket, as the team works through them. What the list shows is kept in a row
//! of its own, written with the change that it follows from (`keep`).

mod block;
mod bulk;
mod counts;
mod draft;
mod keep;
mod list;
mod read;
mod rebuild;
mod selection;
mod settle;
mod show;

pub use block::block;
pub(crate) use block::follow as follow_block;
pub(crate) use bulk::unassign;
pub use bulk::{Bulk, Failed, MOST_AT_ONCE, Outcomes, bulk};
pub use counts::{COUNTED, Counts, counts};
pub use draft::{Draft, put_draft, remove_draft};
pub(crate) use draft::{return_drafts, take_drafts};
pub(crate) use keep::{answer_redone, answer_undone, labels_changed, said, ticket_followed, ticket_opened};
pub use list::{ConversationFilter, View, list};
pub(crate) use read::follow as follow_read;
pub use read::{Read, mark_read, mark_unread, read_up_to};
pub(crate) use rebuild::{
    Marker, ReadBefore, join, marker_of, messages_went, part, parted, refresh, unread_among, unread_of,
};
pub(crate) use settle::begin_anew;
pub use show::{Conversation, LastMessage, OpenTicket, PREVIEW, get};

/// What is nobody's turn to speak: neither answers nor waits, and is not a conversation's last message.
const SILENT: &str = "('reaction', 'system')";

/// `message.sent_at` has whole seconds where a provider said it, so two of one second are told apart by their arrival.
const SECOND: i64 = 1_000_000;
