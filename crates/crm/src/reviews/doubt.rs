//! Putting a structured value up for decision that was sure enough not to be asked about: what is wrong at a profile is
//! corrected, and teaches, like everything else in the queue.

use store::params;
use structuring::Target;

use super::{Reason, Review, get};
use crate::customers::{Doubt, Origin, Queued, queue};
use crate::error::{Error, Result};
use crate::id::ContactId;
use crate::provenance;
use crate::work::Work;

/// 409 `not_inferred` where no inferred value stands there. Doubted before: the review that waits.
pub fn doubt(w: &mut Work<'_, '_>, contact: ContactId, target: &Target) -> Result<Review> {
    let (contact, values) = provenance::of_contact(w, contact)?;
    let value = values.into_iter().find(|value| value.target == *target);
    let found = value.and_then(|value| Some((value.value, value.provenance.filter(|found| found.undoable)?)));
    let Some((value, found)) = found else {
        let message =
            "Structuring did not read what stands there, or somebody has confirmed it: change it at the contact.";
        return Err(Error::conflict("not_inferred", message));
    };
    let known = value.to_string();
    let doubt = Doubt {
        target,
        value: &value,
        origins: &found.origins,
        confidence: found.confidence,
        method: found.method.as_str().into(),
        reason: Reason::Doubted,
        known: Some(&known),
    };
    let (id, queued) = queue(w, contact.id, found.structuring_id, &found.source, &doubt)?;
    if queued == Queued::Decided {
        // It came again after that decision, by another way.
        w.tx.execute(
            "UPDATE reviews SET status = 'pending', decision = NULL, decided_at = NULL, decided_by = NULL, reason = $3,
                    structuring_id = $4, source = $5, origins = $6, known = $7
             WHERE organization_id = $1 AND id = $2",
            params![
                w.caller.organization,
                id,
                Reason::Doubted,
                found.structuring_id,
                found.source,
                Origin::to_json(&found.origins).to_string(),
                known
            ],
        )?;
    }
    get(w, id)
}
