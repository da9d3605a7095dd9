//! Any JSON in, a customer out: phone, e-mail, name, the organization's fields, and the rest as metadata.
//!
//! [`structure`] is a pure function: no I/O, no clock, no randomness, no panic on any input, time linear in the input.
//! How it decides is written in `docs/structuring.md`.

mod against;
mod assign;
mod cards;
mod compiled;
mod cue;
mod definition;
mod email;
pub mod eval;
mod flatten;
mod forest;
pub mod json;
mod key;
mod keys;
mod known;
mod learnt;
mod lexicon;
mod lists;
mod names;
mod offers;
mod options;
mod outcome;
mod pairs;
mod person_name;
pub mod phone;
mod reading;
mod readings;
mod related;
mod request;
mod rest;
mod scan;
mod score;
mod shapes;
mod slips;
mod slots;
mod steps;
mod structure;
mod text;
mod text_amounts;
mod text_brands;
mod text_choices;
mod text_fields;
mod text_marks;
mod text_name;
mod text_owner;
mod text_phone_words;
mod text_phones;
mod text_places;
mod text_things;
mod typed;
mod units;
mod values;
mod vectors;

pub use compiled::Definitions;
pub use definition::{Definition, FieldType};
pub use email::read_email;
pub use flatten::{MAX_BYTES, MAX_DEPTH, MAX_LEAVES, MAX_TEXT};
pub use json::Json;
pub use keys::{fold, share_a_word, snake_key};
pub use learnt::{Learnt, Mapping, OptionWord, Place, Standing, ValueKind, learnt_key};
pub use outcome::{Alternative, Flag, Method, Outcome, Placement, ReviewItem, ReviewReason, Source, Target, Warning};
pub use request::{Explicit, Request};
pub use structure::{ENGINE, structure, structure_counted, structure_with_places};
pub use typed::{ValueError, read_value};
