//! Who gets tickets that are nobody's when they are opened.

use crm::Setup;
use crm::assignment::{
    Assignment, AssignmentPatch, MOST_MEMBERS, MOST_OPEN, Mode, Standing, standing, update as change,
};
use crm::id::MemberId;
use serde::Serialize;

use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input};
use crate::kinds::{Flag, List, Whole, id};
use crate::one_of;
use crate::problem::Problem;

/// How it is wanted, and how it stands.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub struct AssignmentView {
    #[serde(flatten)]
    assignment: Assignment,
    #[serde(flatten)]
    standing: Standing,
}

pub async fn show(call: Call) -> Result<Answer, Problem> {
    let present = call.app.hub.present(call.setup.id());
    let view = call
        .read(move |w| Ok(AssignmentView { standing: standing(w, &present)?, assignment: w.setup.assignment.clone() }))
        .await?;
    answer(&view)
}

fn answer(view: &AssignmentView) -> Result<Answer, Problem> {
    Ok(Answer::json(200, view)?.etag(view.assignment.version))
}

#[derive(Debug)]
pub struct UpdateInput(AssignmentPatch);

impl Input for UpdateInput {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let about = "`off` (at first); `round_robin`: the one who has waited longest for a ticket; `least_open`: the one who \
                     has the fewest open tickets.";
        let mode = f.optional("mode", one_of!(Mode), about);
        let members = List { of: id::<MemberId>(), max: MOST_MEMBERS };
        let member_ids = f.nullable("member_ids", members, "Who takes part; null: every agent.");
        let about = "Only those who have Recado open get tickets (false).";
        let present_only = f.optional("present_only", Flag, about);
        let limit = Whole { min: 1, max: MOST_OPEN };
        let open_limit = f.nullable("open_limit", limit, "Who has so many open tickets gets none; null: no limit.");
        Some(UpdateInput(AssignmentPatch { mode, member_ids, present_only, open_limit, if_version: None }))
    }
}

pub async fn update(call: Call) -> Result<Answer, Problem> {
    let UpdateInput(mut patch) = call.read_body()?;
    patch.if_version = call.if_version()?;
    let present = call.app.hub.present(call.setup.id());
    let work = move |w: &mut crm::Work<'_, '_>| {
        let assignment = change(w, &patch)?;
        Ok(AssignmentView { assignment, standing: standing(w, &present)? })
    };
    call.write(work, |view, _: &Setup| answer(view)).await
}
