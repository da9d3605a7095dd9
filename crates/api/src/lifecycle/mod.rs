//! The end of life of an operation: it is announced, it warns, it is removed, by dates alone. `docs/sunsets.md` says how
//! to let another one go; it takes a row ([`Sunset`]) and a function, its translator.

mod announcements;
mod course;
#[cfg(test)]
mod example;
mod headers;
mod ledger;
mod old;
mod preview;
mod registry;
mod replacement;
mod run;
mod warning;

pub use announcements::Announcements;
pub(crate) use course::Course;
pub use ledger::Ledger;
pub use old::{Known, Old, OwnNumber};
pub(crate) use preview::{PREVIEW_HEADER, Preview};
pub use registry::{Registered, Registry};
pub use replacement::Replacement;
pub(crate) use run::run;
pub(crate) use warning::with_member;

use crm::FieldError;

use crate::answer::Answer;
use crate::problem::Problem;

/// From the old request to the one that does the same at the successor, or what is wrong with the old one. Pure: it
/// sees the request and what it is told of the organization's channels, and nothing else.
pub type Translate = fn(&Old<'_>, &Known<'_>) -> Result<Replacement, Vec<FieldError>>;

/// An operation that goes away. Its row stands beside its translator; the route table says where it answers.
pub struct Sunset {
    /// Short name, for paths and commands: `note-send`. Never changed: the ledger and the log know it by this.
    pub operation: &'static str,
    /// Year, month, day (UTC) of the announcement; everything else follows from it.
    pub announced_on: (i16, i8, i8),
    /// Paths of the operations to use instead; first the one that `translate` names.
    pub successors: &'static [&'static str],
    /// The migration guide in Markdown, served at `/docs/migrations/<operation>`.
    pub guide: &'static str,
    /// The operation is carried out as what this answers.
    pub translate: Translate,
    /// The successor's answer in the old shape.
    pub answer: fn(Answer) -> Result<Answer, Problem>,
    /// Where the successor's name of a part of the request is not the old one: (successor's, old), as in `errors`.
    pub names: &'static [(&'static str, &'static str)],
}

impl Sunset {
    pub fn guide_path(&self) -> String {
        format!("/docs/migrations/{}", self.operation)
    }
}

/// For operations whose successor answers the same.
pub fn as_it_is(answer: Answer) -> Result<Answer, Problem> {
    Ok(answer)
}
