//! A second engine for what the first one left: what a language model is asked about a record, and what of its answer may
//! stand. No I/O: whoever has a line to a model sends [`Question::prompt`] and hands back what came.
//!
//! The model chooses and quotes, it never writes: leaves, fields and options go by ids that are made here, and every value is
//! read by the engine's own readings out of the leaf that was named, or out of a quote that stands in it word for word.

mod answer;
mod instructions;
mod mask;
mod question;
mod schema;
mod trial;

pub use answer::{Read, Unreadable, read};
pub use question::{Question, Scope, question, structure_and_ask};
pub use trial::{Score, Trial, trials};

/// Name and revision of this side of it, beside the model's own name; changes whenever the same answer of a model could come
/// out differently.
pub const ENGINE: &str = "model/1";

/// What is sent: the same for every kind of endpoint.
#[derive(Clone, Debug)]
pub struct Prompt {
    pub instructions: String,
    /// JSON between marks that cannot stand in it.
    pub data: String,
    /// JSON Schema of the answer: flat, every member required, nothing beside.
    pub schema: serde_json::Value,
}
