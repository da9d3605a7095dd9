//! Writes what structuring found in a record into a contact and its customer.

use std::borrow::Cow;

use structuring::{Method, Outcome, Place, ReviewReason};

use super::origin::Origin;
use super::queue::Doubt;
use super::structured::Structured;
use super::writer::{Found, From, Writer};
use crate::contacts::Contact;
use crate::error::Result;
use crate::id::StructuringId;
use crate::structuring_model::{self, Asked};
use crate::work::Work;

#[derive(Debug, Default, Clone)]
pub struct Applied {
    /// Per placement of the outcome: whether the value stands now (written, or there already).
    pub applied: Vec<bool>,
    /// How many values of this record wait for a person's decision.
    pub review_count: usize,
    pub outcome: Option<Outcome>,
    /// What a model is asked about it.
    pub asked: Option<Asked>,
}

/// `metadata_pointer` names the member of the request that the rest came from. `created`: begun in this very transaction
/// ([`find_or_begin`](super::find_or_begin)), and told of here.
pub fn apply(
    w: &mut Work<'_, '_>,
    contact: &mut Contact,
    structured: &Structured,
    metadata_pointer: &str,
    created: bool,
) -> Result<Applied> {
    let setup = w.setup.clone();
    let (outcome, origins) = structured.under(&setup)?;
    let id = contact.id;
    let mut writer = Writer::new(w, contact, &structured.source, From::Record);
    writer.created = created;
    // Before anything is read or written: who the contact is may change what is known.
    writer.identify(w, &setup, outcome.placements.iter().filter(|placement| placement.method == Method::Explicit))?;
    let mut applied = Applied::default();
    for (at, placement) in outcome.placements.iter().enumerate() {
        let found = Found { placement, origins: origins.placed.get(at).map_or(&[], Vec::as_slice) };
        applied.applied.push(writer.place(w, &setup, &found)?);
    }
    // What was placed but unsure is queued as it is written; a mere suggestion stays in the metadata.
    for (at, item) in outcome.review.iter().enumerate().filter(|(_, item)| item.reason == ReviewReason::Conflict) {
        let origins = origins.doubted.get(at).map_or(&[][..], Vec::as_slice);
        let known = outcome.placed(&item.target).map(|placement| placement.value.to_string());
        writer.ask(w, &Doubt::conflict(item, origins, known.as_deref()))?;
    }
    for key in &structured.removed {
        writer.remove_field(w, &setup, key)?;
    }
    writer.metadata(&outcome.rest, &structured.removed, metadata_pointer)?;
    applied.review_count = writer.reviews;
    writer.finish(w, outcome.engine)?;
    if let Some(asks) = structured.asks.as_ref().filter(|_| setup.asking.scope.is_some()) {
        let asked = structuring_model::enqueue(w, id, &structured.source, structured.country.as_deref(), asks)?;
        applied.asked = Some(asked);
    }
    if let Cow::Owned(outcome) = outcome {
        applied.outcome = Some(outcome);
    }
    Ok(applied)
}

/// What a later look at a record found in what the first had left.
pub(crate) struct Inferred<'a> {
    pub outcome: &'a Outcome,
    /// Of each source of its placements, in order.
    pub places: Vec<Option<Place>>,
    /// The feed.
    pub source: &'a str,
    pub engine: &'a str,
}

pub(crate) struct Wrote {
    /// None: nothing was written.
    pub structuring: Option<StructuringId>,
    pub review_count: usize,
}

/// Writes it by the same rules; what has a place now leaves the metadata.
pub(crate) fn infer(w: &mut Work<'_, '_>, contact: &mut Contact, inferred: Inferred<'_>) -> Result<Wrote> {
    let setup = w.setup.clone();
    let mut places = inferred.places.into_iter();
    let mut writer = Writer::new(w, contact, inferred.source, From::Metadata);
    for placement in &inferred.outcome.placements {
        let sources = placement.sources.iter().zip(places.by_ref());
        let origins: Vec<Origin> = sources.map(|(source, place)| Origin::new(source, place)).collect();
        writer.place(w, &setup, &Found { placement, origins: &origins })?;
    }
    writer.leave_metadata()?;
    let review_count = writer.reviews;
    Ok(Wrote { structuring: writer.finish(w, inferred.engine)?, review_count })
}
