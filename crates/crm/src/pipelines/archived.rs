//! Stages that were put out of sight while journeys still stand in them: to be shown until those are moved out.

use serde::Serialize;
use store::params;

use super::Outcome;
use crate::error::Result;
use crate::id::{PipelineId, StageId};
use crate::work::Work;

/// More than an organization can have on its boards.
const MOST: i64 = 1000;

#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct ArchivedStage {
    pub id: StageId,
    pub pipeline_id: PipelineId,
    /// The pipeline's, which may be archived itself.
    pub pipeline_name: String,
    pub pipeline_archived: bool,
    pub name: String,
    pub outcome: Outcome,
    /// At least one.
    pub open_tickets: i64,
}

/// Those with open tickets, in board order.
pub fn archived_in_use(w: &mut Work<'_, '_>) -> Result<Vec<ArchivedStage>> {
    let rows = w.tx.query(
        "SELECT s.id, s.pipeline_id, p.name AS pipeline_name, p.archived AS pipeline_archived, s.name, s.outcome,
                (SELECT count(*) FROM tickets t WHERE t.organization_id = $1 AND t.stage_id = s.id AND t.status = 'open')
                  AS open_tickets
         FROM stages s JOIN pipelines p ON p.organization_id = s.organization_id AND p.id = s.pipeline_id
         WHERE s.organization_id = $1 AND s.archived ORDER BY p.position, p.id, s.position, s.id LIMIT $2",
        params![w.caller.organization, MOST],
    )?;
    let mut stages = Vec::new();
    for row in &rows {
        let open_tickets: i64 = row.get("open_tickets")?;
        if open_tickets == 0 {
            continue;
        }
        stages.push(ArchivedStage {
            id: row.get("id")?,
            pipeline_id: row.get("pipeline_id")?,
            pipeline_name: row.get("pipeline_name")?,
            pipeline_archived: row.get("pipeline_archived")?,
            name: row.get("name")?,
            outcome: row.get("outcome")?,
            open_tickets,
        });
    }
    Ok(stages)
}

/// Whether there is such a stage, in sight or not.
pub fn is_stage(w: &mut Work<'_, '_>, id: StageId) -> Result<bool> {
    let row = w
        .tx
        .query_opt("SELECT 1 FROM stages WHERE organization_id = $1 AND id = $2", params![w.caller.organization, id])?;
    Ok(row.is_some())
}
