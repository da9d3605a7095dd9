//! C10: who works here.

use super::views::{self, TeamMember};
use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

pub async fn list(call: Call) -> Result<Answer, Problem> {
    let setup = call.read(|w| Ok(w.setup.clone())).await?;
    let active: Vec<TeamMember> = setup.members.iter().filter(|m| m.active).map(views::team_member).collect();
    Answer::json(200, &active)
}
