//! Ids that a query filters by must be there: an unknown one is a mistake, not an empty list.

use std::fmt::Display;

use crm::id::{ChannelId, MemberId, PipelineId, StageId};
use crm::{FieldError, Setup};

use crate::problem::Problem;

pub struct References<'s> {
    setup: &'s Setup,
    problems: Vec<FieldError>,
}

impl<'s> References<'s> {
    pub fn of(setup: &'s Setup) -> Self {
        References { setup, problems: Vec::new() }
    }

    pub fn stage(&mut self, pointer: &str, id: Option<StageId>) -> &mut Self {
        self.known(pointer, "stage", id, |setup, id| setup.stage(id).is_some())
    }

    pub fn pipeline(&mut self, pointer: &str, id: Option<PipelineId>) -> &mut Self {
        self.known(pointer, "pipeline", id, |setup, id| setup.pipeline(id).is_some())
    }

    pub fn channel(&mut self, pointer: &str, id: Option<ChannelId>) -> &mut Self {
        self.known(pointer, "channel", id, |setup, id| setup.channel(id).is_some())
    }

    pub fn member(&mut self, pointer: &str, id: Option<MemberId>) -> &mut Self {
        self.known(pointer, "member", id, |setup, id| setup.member(id).is_some())
    }

    fn known<I: Copy + Display>(
        &mut self,
        pointer: &str,
        what: &str,
        id: Option<I>,
        is_known: impl Fn(&Setup, I) -> bool,
    ) -> &mut Self {
        if let Some(id) = id
            && !is_known(self.setup, id)
        {
            self.problems.push(FieldError::unknown_reference(pointer, what, id));
        }
        self
    }

    /// 400 with all of them.
    pub fn check(&mut self) -> Result<(), Problem> {
        let problems = std::mem::take(&mut self.problems);
        if problems.is_empty() { Ok(()) } else { Err(Problem::invalid(problems)) }
    }
}
