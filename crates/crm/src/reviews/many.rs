//! Many decisions at once: each stands or falls by itself.

use super::decide::{Choice, Decided, Decision, decide};
use crate::error::{Error, FieldError, Result};
use crate::id::ReviewId;
use crate::work::Work;

/// One transaction, and others wait.
pub const MOST_AT_ONCE: usize = 100;

/// Why one of them was not done.
#[derive(Debug)]
pub struct Refused {
    pub code: &'static str,
    pub message: String,
    pub errors: Vec<FieldError>,
}

pub fn decide_many(
    w: &mut Work<'_, '_>,
    items: &[(ReviewId, Choice)],
) -> Result<Vec<(ReviewId, std::result::Result<Decided, Refused>)>> {
    let mut done = Vec::with_capacity(items.len());
    for (id, choice) in items {
        let result = match w.savepoint(|w| decide(w, *id, choice)) {
            Ok(decided) => Ok(decided),
            // The whole of it is run again, or has failed.
            Err(error @ (Error::Store(_) | Error::Internal(_))) => return Err(error),
            Err(error) => Err(refused(error)),
        };
        if result.is_ok() && choice.decision == Decision::MakeField {
            w.reload_setup()?;
        }
        done.push((*id, result));
    }
    Ok(done)
}

fn refused(error: Error) -> Refused {
    let (code, message) = (error.code(), error.to_string());
    match error {
        Error::Invalid(errors) => {
            let message = "Something in this decision is wrong; `errors` says what.".to_owned();
            Refused { code, message, errors }
        }
        Error::NotFound { what, .. } => {
            Refused { code, message: format!("There is no such {what}."), errors: Vec::new() }
        }
        _ => Refused { code, message, errors: Vec::new() },
    }
}
