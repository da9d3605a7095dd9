//! The one error of the business. It knows no HTTP; `code()` is what clients may rely on.

use crate::access::Scope;
use crate::id::ContactId;

/// One thing that is wrong with one part of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// JSON pointer into the body (`/custom_field_values/0/key`), or `?name` for a query parameter, `{name}` for the path.
    pub pointer: String,
    pub code: &'static str,
    /// For people: what is wrong and what would be right.
    pub message: String,
}

impl FieldError {
    pub fn new(pointer: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        FieldError { pointer: pointer.into(), code, message: message.into() }
    }

    pub fn unknown_reference(pointer: impl Into<String>, what: &str, id: impl std::fmt::Display) -> Self {
        FieldError::new(pointer, "unknown_reference", format!("There is no {what} {id} in this organization."))
    }
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Every bad field at once; never empty.
    #[error("invalid input")]
    Invalid(Vec<FieldError>),
    /// Not there, or another organization's, which must look the same.
    #[error("no such {what}")]
    NotFound { code: &'static str, what: String },
    /// Valid by itself, but not as things stand.
    #[error("{message}")]
    Conflict { code: &'static str, message: String, errors: Vec<FieldError> },
    /// Another contact of the channel is known by that number.
    #[error("that phone is another contact's")]
    PhoneTaken { contact: ContactId },
    /// A message that may not go to this person now.
    #[error("{message}")]
    MayNotSend {
        code: &'static str,
        message: String,
        /// What holds it, and what would be possible.
        window: serde_json::Value,
    },
    /// The thing was changed since the caller read it.
    #[error("the entity tag does not match: it is now {current}")]
    Stale { current: i64 },
    /// The credential is not known or no longer valid.
    #[error("no valid credential")]
    Unauthorized,
    #[error("the scope {0} is needed")]
    Forbidden(Scope),
    /// The same idempotency key came with another request.
    #[error("idempotency key reused")]
    IdempotencyReused,
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A defect of ours, with what the log needs; the caller learns only that it happened.
    #[error("internal: {0}")]
    Internal(String),
}

impl Error {
    pub fn invalid(pointer: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Error::Invalid(vec![FieldError::new(pointer, code, message)])
    }

    pub fn not_found(what: &str) -> Self {
        Error::NotFound { code: "not_found", what: what.to_owned() }
    }

    pub fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Error::Conflict { code, message: message.into(), errors: Vec::new() }
    }

    /// The stable, documented code (`docs/errors.md`).
    pub fn code(&self) -> &'static str {
        match self {
            Error::Invalid(_) => "invalid_request",
            Error::NotFound { code, .. } | Error::Conflict { code, .. } | Error::MayNotSend { code, .. } => code,
            Error::PhoneTaken { .. } => "phone_taken",
            Error::Stale { .. } => "precondition_failed",
            Error::Unauthorized => "unauthorized",
            Error::Forbidden(_) => "forbidden",
            Error::IdempotencyReused => "idempotency_key_reused",
            Error::Store(store::Error::Overloaded) => "overloaded",
            Error::Store(store::Error::TimedOut) => "read_timed_out",
            Error::Store(store::Error::Conflict) => "write_contention",
            Error::Store(store::Error::Closed) => "shutting_down",
            Error::Store(store::Error::Unavailable { .. }) => "database_unavailable",
            Error::Store(store::Error::Unknown { .. }) => "outcome_unknown",
            Error::Store(_) | Error::Internal(_) => "internal",
        }
    }
}

pub type Result<T> = std::result::Result<T, Error>;

/// Collects what is wrong with a request, so that all of it is said at once.
#[derive(Debug, Default)]
pub struct Problems(pub Vec<FieldError>);

impl Problems {
    pub fn add(&mut self, error: FieldError) {
        self.0.push(error);
    }

    pub fn check(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Invalid(self.0)) }
    }
}
