//! What is to be sent, as it is kept until then.

use serde::{Deserialize, Serialize};

use crate::channels::Channel;
use crate::error::{Error, FieldError, Problems, Result};
use crate::id::TemplateId;
use crate::messages::{Content, Outgoing};
use crate::templates::{self, Reference, Values};
use crate::work::Work;

/// What somebody wants to be sent.
#[derive(Debug, Clone)]
pub enum What {
    Text { text: String, preview_url: bool },
    Template { reference: Reference, values: Box<Values> },
}

/// JSON of the column `content`: members are only ever added, with a default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Plan {
    /// The person's number that was named, E.164.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    #[serde(flatten)]
    pub what: Planned,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Planned {
    Text {
        text: String,
        #[serde(default)]
        preview_url: bool,
    },
    /// Filled in anew when its time has come: the template may be another by then.
    Template {
        /// As it read when it was scheduled.
        text: String,
        values: Values,
    },
}

impl Plan {
    /// None of one that was sent, whose message has it, or that nobody can read.
    pub fn stored(content: &str) -> Option<Plan> {
        serde_json::from_str(content).ok()
    }

    pub fn text(&self) -> &str {
        match &self.what {
            Planned::Text { text, .. } | Planned::Template { text, .. } => text,
        }
    }

    /// As it would go out now. 400 at these places where the template cannot be sent, or not be filled with that.
    pub fn outgoing(&self, w: &mut Work<'_, '_>, channel: &Channel, template: Option<TemplateId>) -> Result<Outgoing> {
        let mut outgoing = match (&self.what, template) {
            (Planned::Text { text, preview_url }, _) => {
                Outgoing::of(Content::Text { text: text.clone(), preview_url: *preview_url })
            }
            (Planned::Template { values, .. }, Some(id)) => {
                templates::usable(w, channel, &Reference::Id(id.to_string()), values, "/template", "/template")?.into()
            }
            (Planned::Template { .. }, None) => {
                return Err(Error::Internal("a scheduled template without its id".into()));
            }
        };
        outgoing.to.clone_from(&self.to);
        Ok(outgoing)
    }
}

/// Ready to be kept: the plan without the person's number, its template, and its content as it would go out now. None where
/// something is wrong, which is noted at these places.
pub(super) fn prepare(
    w: &mut Work<'_, '_>,
    channel: &Channel,
    what: &What,
    template_at: &str,
    values_at: &str,
    problems: &mut Problems,
) -> Result<Option<(Planned, Option<TemplateId>, Content)>> {
    let (reference, values) = match what {
        What::Text { text, preview_url } => {
            let content = Content::Text { text: text.clone(), preview_url: *preview_url };
            return Ok(Some((Planned::Text { text: text.clone(), preview_url: *preview_url }, None, content)));
        }
        What::Template { reference, values } => (reference, values),
    };
    if values.have_uploads() {
        let message =
            "A file that no message uses is kept for a day only: give a `link` instead, which is fetched then.";
        problems.add(FieldError::new(format!("{values_at}/header"), "invalid_value", message));
    }
    match templates::usable(w, channel, reference, values, template_at, values_at) {
        Ok(usable) => {
            let planned = Planned::Template { text: usable.text, values: (**values).clone() };
            Ok(Some((planned, Some(usable.template), usable.content)))
        }
        Err(Error::Invalid(errors)) => {
            problems.0.extend(errors);
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
