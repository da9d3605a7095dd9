//! What goes in.

use crate::{Definitions, Json, Learnt};

/// What the caller named itself, in typed wire values; it always wins over what is found in the data.
#[derive(Clone, Debug, Default)]
pub struct Explicit {
    pub phone: Option<String>,
    pub email: Option<String>,
    pub name: Option<String>,
    /// Field key → typed value, as [`crate::read_value`] answered it.
    pub fields: Vec<(String, Json)>,
}

/// One call of [`crate::structure`].
#[derive(Clone, Copy)]
pub struct Request<'a> {
    pub definitions: &'a Definitions,
    pub learnt: &'a Learnt,
    /// Where the data comes from (a key, a form, an import); learnt mappings hold per source.
    pub source: &'a str,
    /// The channel's country, ISO 3166: national phone forms, day and month, decimal marks.
    pub country: Option<&'a str>,
    pub data: &'a Json,
    pub explicit: &'a Explicit,
}
