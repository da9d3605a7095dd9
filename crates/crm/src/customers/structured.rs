//! A record on its way into a unit of work: structured before the transaction, and again within it only where the
//! organization's set-up moved in between.

use std::borrow::Cow;
use std::sync::Arc;

use structuring::model::structure_and_ask;
use structuring::{Explicit, Json, Method, Outcome, Request, Source};

use super::origin::Origin;
use crate::error::{FieldError, Problems, Result};
use crate::fields::{Entity, read_value};
use crate::setup::Setup;
use crate::structuring_model::Asks;

/// Microseconds of structuring that a unit of work may not hold up the others for.
const LONG: u64 = 5_000;

/// A record and what structuring made of it, under the set-up of one revision.
#[derive(Debug)]
pub struct Structured {
    revision: i64,
    pub(super) source: Arc<str>,
    pub(super) country: Option<String>,
    data: Json,
    explicit: Explicit,
    /// Keys whose value is explicitly null: to be removed.
    pub removed: Vec<String>,
    pub outcome: Outcome,
    origins: Origins,
    /// What a model is to be asked, where the organization has one.
    pub(super) asks: Option<Asks>,
}

/// Where the values of an outcome stood.
#[derive(Debug, Clone, Default)]
pub(super) struct Origins {
    /// Of each placement; none of explicit ones.
    pub placed: Vec<Vec<Origin>>,
    /// Of each item for review.
    pub doubted: Vec<Vec<Origin>>,
}

impl Structured {
    /// `source` names the feed, for what is learnt per source (`Setup::source_of`); `country` is the channel's.
    pub fn new(setup: &Setup, source: &str, country: Option<&str>, data: Json, explicit: Explicit) -> Self {
        let mut structured = Structured {
            revision: setup.revision,
            source: source.into(),
            country: country.map(str::to_owned),
            data,
            explicit,
            removed: Vec::new(),
            outcome: Outcome::default(),
            origins: Origins::default(),
            asks: None,
        };
        (structured.outcome, structured.origins, structured.asks) = structured.run(setup, &structured.explicit);
        structured
    }

    fn run(&self, setup: &Setup, explicit: &Explicit) -> (Outcome, Origins, Option<Asks>) {
        let request = Request {
            definitions: &setup.definitions,
            learnt: &setup.learnt,
            source: &self.source,
            country: self.country.as_deref(),
            data: &self.data,
            explicit,
        };
        let (outcome, places, question) = match setup.asking.scope {
            None => {
                let (outcome, places) = structuring::structure_with_places(&request);
                (outcome, places, None)
            }
            Some(scope) => structure_and_ask(&request, scope, setup.asking.masked),
        };
        let mut places = places.into_iter();
        let mut origins = |sources: &[Source]| -> Vec<Origin> {
            sources.iter().zip(places.by_ref()).map(|(source, place)| Origin::new(source, place)).collect()
        };
        // What was given explicitly stands nowhere in the record.
        let found = |p: &structuring::Placement| if p.method == Method::Explicit { 0 } else { p.sources.len() };
        let placed = outcome.placements.iter().map(|p| origins(&p.sources[..found(p)])).collect();
        let doubted = outcome.review.iter().map(|item| origins(&item.sources)).collect();
        let asks = question.and_then(|question| Asks::new(&question, &self.data, explicit));
        (outcome, Origins { placed, doubted }, asks)
    }

    /// The outcome under this set-up: made again only where the definitions moved since, and where that was quick; else
    /// the caller is told to try again. An explicit value that its field no longer takes is refused.
    pub(super) fn under(&self, setup: &Setup) -> Result<(Cow<'_, Outcome>, Cow<'_, Origins>)> {
        if setup.revision == self.revision {
            return Ok((Cow::Borrowed(&self.outcome), Cow::Borrowed(&self.origins)));
        }
        // Everybody's writes wait for this one: what took long goes back to be structured outside, as after a lost race.
        if self.outcome.micros > LONG {
            return Err(store::Error::Conflict.into());
        }
        let mut explicit = self.explicit.clone();
        let mut problems = Problems::default();
        for (key, value) in &mut explicit.fields {
            let Some(field) = setup.field(Entity::Customer, key) else {
                let pointer = "/custom_field_values";
                problems.add(FieldError::unknown_reference(pointer, "customer field", format!("`{key}`")));
                continue;
            };
            match read_value(field, value, self.country.as_deref()) {
                Ok(typed) => *value = typed,
                Err(error) => problems.add(FieldError::new("/custom_field_values", error.code, error.message)),
            }
        }
        problems.check()?;
        let (outcome, origins, _) = self.run(setup, &explicit);
        Ok((Cow::Owned(outcome), Cow::Owned(origins)))
    }
}
