//! Writing what a model found: once, by the rules that hold for everything that is inferred, against what is there now.

use store::params;
use structuring::model::{Question, Read, read};

use super::Status;
use super::claim::Taken;
use crate::contacts::Contact;
use crate::customers::{self, Inferred};
use crate::error::{Error, Result};
use crate::id::StructuringId;
use crate::setup::Setup;
use crate::work::Work;

/// What became of it.
#[derive(Debug, Clone)]
pub struct Improved {
    pub status: Status,
    /// The run that wrote something.
    pub structuring: Option<StructuringId>,
    pub review_count: usize,
}

impl Taken {
    /// What is to be asked, under the set-up as it is now; none where there is nothing any more.
    pub fn question(&self, setup: &Setup) -> Option<Question> {
        self.record.question(setup, &self.source, self.country.as_deref())
    }

    /// What of an answer may stand.
    pub fn read(
        &self,
        setup: &Setup,
        question: &Question,
        answer: &str,
    ) -> std::result::Result<Read, structuring::model::Unreadable> {
        read(&self.record.request(setup, &self.source, self.country.as_deref()), question, answer)
    }
}

/// Closes the question and writes what was found, in one transaction; none where somebody else has the question by now, or has
/// closed it. The answer is read here again, under the set-up that it is written by.
pub fn improve(w: &mut Work<'_, '_>, taken: &Taken, question: &Question, answer: &str) -> Result<Option<Improved>> {
    let setup = w.setup.clone();
    // First, so that of two that have an answer one goes no further.
    let mine = w.tx.execute(
        "UPDATE structuring_questions SET status = $5, due_at = NULL, record = '', claimed = $6, finished_at = $7
         WHERE organization_id = $1 AND contact_id = $2 AND digest = $3 AND claims = $4 AND status = 'waiting'",
        params![taken.organization, taken.contact, taken.digest, taken.claim, Status::Nothing, false, w.now],
    )?;
    if mine == 0 {
        return Ok(None);
    }
    // Somebody may wait for it.
    w.tx.announce();
    let nothing = Improved { status: Status::Nothing, structuring: None, review_count: 0 };
    let Ok(found) = taken.read(&setup, question, answer) else { return Ok(Some(nothing)) };
    // Switched off meanwhile: nothing of it is wanted any more.
    if setup.asking.scope.is_none() || found.outcome.placements.is_empty() {
        return Ok(Some(nothing));
    }
    let mut contact = match Contact::get(w, taken.contact) {
        Ok(contact) => contact,
        Err(Error::NotFound { .. }) => return Ok(Some(nothing)),
        Err(error) => return Err(error),
    };
    let engine = format!("{} {}", found.outcome.engine, taken.endpoint.model.as_deref().unwrap_or_default());
    let inferred = Inferred { outcome: &found.outcome, places: found.places, source: &taken.source, engine: &engine };
    let written = customers::infer(w, &mut contact, inferred)?;
    if written.structuring.is_none() && written.review_count == 0 {
        return Ok(Some(nothing));
    }
    w.tx.execute(
        "UPDATE structuring_questions SET status = $4, structuring_id = $5, review_count = $6
         WHERE organization_id = $1 AND contact_id = $2 AND digest = $3",
        params![
            taken.organization,
            taken.contact,
            taken.digest,
            Status::Improved,
            written.structuring,
            i64::try_from(written.review_count).unwrap_or(i64::MAX)
        ],
    )?;
    Ok(Some(Improved {
        status: Status::Improved,
        structuring: written.structuring,
        review_count: written.review_count,
    }))
}
