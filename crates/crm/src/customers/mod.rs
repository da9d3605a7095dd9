//! One person: the customer above its contacts, and everything that decides who is who.

mod apply;
mod change;
mod identifiers;
mod identify;
mod identity_key;
mod join;
mod metadata;
mod origin;
mod put;
mod queue;
mod strangers;
mod structured;
mod upsert;
mod values;
mod writer;

pub use apply::{Applied, apply};
pub(crate) use apply::{Inferred, infer};
pub(crate) use identifiers::{
    claim_identifier_field, claim_phone, forget_proposal, is_identified_by, propose, register,
    release_identifier_field, release_phone,
};
pub(crate) use identify::create_contact;
pub use identify::{Found, Who, find_or_begin, find_or_create};
pub use identity_key::identity_key;
pub(crate) use join::{Joined, Proposed, join, part};
pub use metadata::said;
pub(crate) use metadata::{merge_metadata, metadata_text};
pub use origin::Origin;
pub(crate) use origin::span;
pub(crate) use put::{Correction, Current, field_of};
pub(crate) use queue::{Doubt, Queued, queue};
pub use structured::Structured;
pub use upsert::{Upsert, Upserted, check_agent, check_stage, upsert};
pub(crate) use values::remove_value;
pub use values::{FieldValue, value_key, values_of, write_value};
