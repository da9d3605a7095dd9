//! One person: the customer above its contacts, and everything that decides who is who.

mod apply;
mod identify;
mod identifiers;
mod upsert;
mod values;

pub use apply::{Applied, Structured, apply};
pub(crate) use apply::{merge_metadata, metadata_text};
pub use identify::{Found, Who, find_or_create};
pub(crate) use identifiers::claim_identifier_field;
pub use upsert::{Upsert, Upserted, check_agent, check_stage, upsert};
pub use values::{FieldValue, value_key, values_of, write_value};
pub(crate) use values::remove_value;
