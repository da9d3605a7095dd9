//! Identifiers: one type per noun, all of them UUIDs (version 7 where we make them), and how new ones are made.

use serde::{Deserialize, Serialize};
use store::{AsParam, FromValue, Mismatch, Param, Value};
use uuid::Uuid;

use crate::time::Timestamp;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(transparent)]
        #[schemars(inline)]
        pub struct $name(pub Uuid);

        impl AsParam for $name {
            fn as_param(&self) -> Param<'_> {
                Param::Uuid(self.0)
            }
        }

        impl FromValue for $name {
            fn from_value(value: &Value) -> Result<Self, Mismatch> {
                Uuid::from_value(value).map($name)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map($name)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                $name(id)
            }
        }
    )*};
}

ids! {
    /// The tenant.
    OrganizationId
    /// A person who works here.
    MemberId
    ApiKeyId
    ChannelId
    PipelineId
    StageId
    FieldId
    /// A person.
    CustomerId
    /// A person on one channel.
    ContactId
    TicketId
    MessageId
    /// A message that is to go out at a time of its own.
    ScheduledMessageId
    /// A browser on a page with a web chat.
    VisitorId
    /// A file of a message.
    MediaId
    TemplateId
    CannedReplyId
    /// One person who was erased.
    ErasureId
    /// Two contacts that were made one.
    MergeId
    /// One run of structuring that wrote something.
    StructuringId
    /// One value that waits for a person's decision.
    ReviewId
    /// What decisions taught structuring.
    RuleId
    /// A key that no field knows, and what it might become.
    ProposalId
    EventId
    /// Where somebody wants events.
    WebhookId
    /// One try to bring an event there.
    WebhookCallId
    /// A member signed in on one browser.
    SessionId
    InvitationId
    /// By which a member sets a password anew.
    ResetLinkId
}

/// Makes the ids of one unit of work. Seeded from outside, so that a closure which is run again makes the same ids and a
/// test can know them beforehand; ids of one source sort in the order in which they were made.
#[derive(Debug, Clone)]
pub struct IdSource {
    milliseconds: u64,
    state: u64,
    made: u16,
}

impl IdSource {
    pub fn new(now: Timestamp, seed: u64) -> Self {
        IdSource { milliseconds: (now.micros() / 1000).max(0) as u64, state: seed, made: 0 }
    }

    /// A UUID of version 7: 48 bits of milliseconds, 12 bits of count within this source, 62 bits of the seeded sequence.
    pub fn new_uuid(&mut self) -> Uuid {
        let count = self.made & 0x0fff;
        self.made = self.made.wrapping_add(1);
        let random = self.splitmix();
        let mut bytes = [0u8; 10];
        bytes[..2].copy_from_slice(&count.to_be_bytes());
        bytes[2..].copy_from_slice(&random.to_be_bytes());
        uuid::Builder::from_unix_timestamp_millis(self.milliseconds, &bytes).into_uuid()
    }

    /// SplitMix64 (Steele, Lea, Flood 2014): one 64-bit state, every seed a full-period sequence.
    fn splitmix(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_source_sort_as_made_and_are_of_version_7() {
        let mut source = IdSource::new(Timestamp::from_micros(1_800_000_000_000_000), 7);
        let ids: Vec<Uuid> = (0..100).map(|_| source.new_uuid()).collect();
        assert!(ids.is_sorted() && ids.iter().all(|id| id.get_version_num() == 7));
        let mut again = IdSource::new(Timestamp::from_micros(1_800_000_000_000_000), 7);
        assert_eq!(again.new_uuid(), ids[0]);
    }
}
