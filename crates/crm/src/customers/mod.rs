//! One person: the customer above its contacts, and everything that decides who is who.

mod apply;
mod identifiers;
mod identify;
mod metadata;
mod structured;
mod upsert;
mod values;

pub use apply::{Applied, apply};
pub(crate) use identifiers::claim_identifier_field;
pub use identify::{Found, Who, find_or_create};
pub use metadata::said;
pub(crate) use metadata::{merge_metadata, metadata_text};
pub use structured::Structured;
pub use upsert::{Upsert, Upserted, check_agent, check_stage, upsert};
pub(crate) use values::remove_value;
pub use values::{FieldValue, value_key, values_of, write_value};
