//! `?structuring=wait`: the answer is given once the organization's model has been asked as well, or three seconds have passed.
//! Without a model it is no other answer, and no later.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crm::customers::Applied;
use crm::provenance::Run;
use crm::structuring_model::{self, Status};

use crate::call::Call;
use crate::input::{Fields, Input};
use crate::kinds::OneOf;
use crate::problem::Problem;

const WAIT: Duration = Duration::from_secs(3);
/// Between two looks, at least: others commit too.
const BREATH: Duration = Duration::from_millis(20);

/// Whether the caller waits for the model.
#[derive(Debug, Clone, Copy)]
pub struct WaitQuery(pub bool);

impl Input for WaitQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let wait = OneOf { words: &["wait"], read: |text| (text == "wait").then_some(()) };
        let about = "`wait`: answer with what the organization's language model finds too, if it does so within 3 seconds. Without \
                     it that is written later, and told by a `contact.updated` event. A repetition by its `Idempotency-Key` gets \
                     what was found at once.";
        Some(WaitQuery(f.optional("structuring", wait, about).is_some()))
    }
}

/// What was written, for a second look at it; the last of several tries counts.
#[derive(Debug)]
pub struct First<T>(Arc<Mutex<Option<T>>>);

impl<T> Clone for First<T> {
    fn clone(&self) -> Self {
        First(self.0.clone())
    }
}

impl<T> Default for First<T> {
    fn default() -> Self {
        First(Arc::default())
    }
}

impl<T> First<T> {
    pub fn put(&self, value: T) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
    }

    pub fn take(&self) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Waits until the question of what was applied is answered; then what it found, and `applied` says what became of it.
pub async fn answered(call: &Call, applied: &mut Applied) -> Result<Option<Run>, Problem> {
    let Some(question) = applied.asked.clone() else { return Ok(None) };
    let (contact, digest) = (question.contact, question.digest);
    let until = Instant::now() + WAIT;
    let mut committed = call.app.crm.db().committed();
    loop {
        let look = call.read(move |w| {
            let now = structuring_model::asked(w, contact, digest)?;
            let run = now.as_ref().map(|now| structuring_model::run_of(w, now)).transpose()?;
            Ok((now, run.flatten()))
        });
        let (now, run) = look.await?;
        let left = until.saturating_duration_since(Instant::now());
        if now.as_ref().is_none_or(|now| now.status != Status::Waiting) || left.is_zero() {
            applied.asked = now;
            return Ok(run);
        }
        // Nothing heard in time: looked at once more, and answered.
        let _ = tokio::time::timeout(left, committed.next()).await;
        tokio::time::sleep(BREATH.min(left)).await;
    }
}
