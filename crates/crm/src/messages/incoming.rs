//! What a provider brings, read from its bytes and not yet anybody's: the types that `providers` makes and `receive` takes.

use sha2::{Digest, Sha256};
use structuring::phone::Phone;

use super::{Change, StatusUpdate};
use crate::media::MediaType;
use crate::time::Timestamp;

/// Everything that a provider says of who somebody is; at least one of phone and bsuid says it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// Folded: the key.
    pub phone: Option<Phone>,
    /// The number as WhatsApp gave it, digits.
    pub wa_id: Option<String>,
    /// Business-scoped user id: means something within one business portfolio only.
    pub bsuid: Option<String>,
    pub parent_bsuid: Option<String>,
    /// Shown, never a key.
    pub username: Option<String>,
    /// What they call themselves.
    pub name: Option<String>,
}

impl Person {
    pub fn is_somebody(&self) -> bool {
        self.phone.is_some() || self.bsuid.is_some()
    }
}

/// A message that came in, or that was written on the phone beside the API.
#[derive(Debug, Clone)]
pub struct Incoming {
    pub provider_id: String,
    /// Whom it is from; of an echo, whom it went to.
    pub person: Person,
    pub kind: String,
    pub body: String,
    /// JSON object.
    pub payload: Option<String>,
    pub files: Vec<IncomingFile>,
    pub reply_to: Option<String>,
    /// By the provider's clock; none where it says none.
    pub at: Option<Timestamp>,
    pub way: Way,
}

/// What a message does beside being there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// The person wrote: opens the service window, wants an answer.
    Received,
    /// The business wrote it on its phone.
    Echo,
    /// WhatsApp itself tells something of the person; nobody wrote. They go by these as well from now on.
    Notice(Box<Person>),
}

#[derive(Debug, Clone)]
pub struct IncomingFile {
    pub media_type: MediaType,
    pub provider_media_id: String,
    pub mime: Option<String>,
    /// Lower-case hexadecimal.
    pub sha256: Option<String>,
    pub file_name: Option<String>,
}

/// One thing of a payload.
#[derive(Debug, Clone)]
pub enum Item {
    Message(Box<Incoming>),
    /// What became of a message of ours, and who has it, as far as that was said.
    Status(Box<StatusUpdate>, Person),
    Change(Change),
    /// The person is somebody under new ids as well.
    Identity {
        known: Person,
        new: Person,
    },
    Preference {
        person: Person,
        marketing: bool,
        at: Option<Timestamp>,
    },
    News(News),
    Leftover(Kept),
}

/// What nobody here can read, as it came.
#[derive(Debug, Clone)]
pub struct Kept {
    pub reason: Leftover,
    /// JSON, bounded by whoever read it.
    pub raw: String,
    /// SHA-256 of `raw`: a repetition is the same.
    pub hash: [u8; 32],
}

impl Kept {
    pub fn new(reason: Leftover, raw: String) -> Kept {
        let hash = Sha256::digest(raw.as_bytes()).into();
        Kept { reason, raw, hash }
    }
}

/// Something that the provider says of a channel or its account.
#[derive(Debug, Clone)]
pub struct News {
    /// The provider's word: `account_update`, `phone_number_quality_update`, `message_template_status_update`, …
    pub field: String,
    /// What of it this is about: of two that are about the same thing the newer counts. A template's id, a number, a kind of
    /// event; empty where the field is about one thing.
    pub about: String,
    /// By the provider's clock; none where it says none.
    pub at: Option<Timestamp>,
    /// JSON object, as it came.
    pub data: String,
    /// What the channel is from now on.
    pub status: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leftover {
    /// A field that nothing here reads.
    UnknownField,
    /// Of a number that no channel here has.
    UnknownNumber,
    /// Not as it should be.
    Unreadable,
    /// Read, and refused by the database.
    Failed,
}

impl Leftover {
    pub fn name(self) -> &'static str {
        match self {
            Leftover::UnknownField => "unknown_field",
            Leftover::UnknownNumber => "unknown_number",
            Leftover::Unreadable => "unreadable",
            Leftover::Failed => "failed",
        }
    }
}
