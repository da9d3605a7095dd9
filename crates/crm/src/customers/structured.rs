//! A record on its way into a unit of work: structured before the transaction, and again within it only where the
//! organization's set-up moved in between.

use std::borrow::Cow;

use structuring::{Explicit, Json, Outcome, Request};

use crate::error::{FieldError, Problems, Result};
use crate::fields::Entity;
use crate::setup::{Setup, definition_of};

/// A record and what structuring made of it, under the set-up of one revision.
#[derive(Debug)]
pub struct Structured {
    revision: i64,
    pub(super) source: &'static str,
    country: Option<String>,
    data: Json,
    explicit: Explicit,
    /// Keys whose value is explicitly null: to be removed.
    pub removed: Vec<String>,
    pub outcome: Outcome,
}

impl Structured {
    /// `source` names the operation, for what is learnt per source; `country` is the channel's.
    pub fn new(setup: &Setup, source: &'static str, country: Option<&str>, data: Json, explicit: Explicit) -> Self {
        let mut structured = Structured {
            revision: setup.revision,
            source,
            country: country.map(str::to_owned),
            data,
            explicit,
            removed: Vec::new(),
            outcome: Outcome::default(),
        };
        structured.outcome = structured.run(setup, &structured.explicit);
        structured
    }

    fn run(&self, setup: &Setup, explicit: &Explicit) -> Outcome {
        structuring::structure(&Request {
            definitions: &setup.definitions,
            learnt: &setup.learnt,
            source: self.source,
            country: self.country.as_deref(),
            data: &self.data,
            explicit,
        })
    }

    /// The outcome under this set-up: made again only where the definitions moved since. An explicit value that its
    /// field no longer takes is refused.
    pub fn under(&self, setup: &Setup) -> Result<Cow<'_, Outcome>> {
        if setup.revision == self.revision {
            return Ok(Cow::Borrowed(&self.outcome));
        }
        let mut explicit = self.explicit.clone();
        let mut problems = Problems::default();
        for (key, value) in &mut explicit.fields {
            let Some(field) = setup.field(Entity::Customer, key) else {
                let pointer = "/custom_field_values";
                problems.add(FieldError::unknown_reference(pointer, "customer field", format!("`{key}`")));
                continue;
            };
            match structuring::read_value(&definition_of(field), value, self.country.as_deref()) {
                Ok(typed) => *value = typed,
                Err(error) => problems.add(FieldError::new("/custom_field_values", error.code, error.message)),
            }
        }
        problems.check()?;
        Ok(Cow::Owned(self.run(setup, &explicit)))
    }
}
