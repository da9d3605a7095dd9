//! Typed readings: what a text says as a number, money, a date, yes or no, an address on the web, an id.

pub(crate) mod boolean;
pub(crate) mod date;
pub(crate) mod decimal;
pub(crate) mod ids;
pub(crate) mod money;
pub(crate) mod number;
pub(crate) mod number_words;
pub(crate) mod spoken;
pub(crate) mod url;
