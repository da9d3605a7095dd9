//! Taking a pipeline or one of its stages away. Journeys that ended there keep naming it: then it is only put out of
//! sight.

use serde_json::json;
use store::params;
use uuid::Uuid;

use super::{Outcome, Stage, get, get_stage};
use crate::changes::{MOVE_LIMIT, Removed, Users, check_version, in_use, record, too_many};
use crate::channels::DefaultStage;
use crate::contacts::Contact;
use crate::error::{Error, Result};
use crate::id::{ChannelId, PipelineId, StageId, TicketId};
use crate::order;
use crate::setup::Setup;
use crate::tickets::{self, Ticket};
use crate::work::Work;

/// Open tickets move with `Users::Move` (a stage's id, or a pipeline's: then its first open stage), at most 1000, and
/// channels that put new conversations here put them there. With `Users::Archive` tickets stand where they are, and those
/// channels go back to the first stage of the first pipeline. A pipeline keeps at least one stage: 409 `last_stage`.
pub fn remove_stage(
    w: &mut Work<'_, '_>,
    pipeline: PipelineId,
    id: StageId,
    if_version: Option<i64>,
    users: Users<Uuid>,
) -> Result<Removed> {
    let setup = w.setup.clone();
    let stage = get_stage(&setup, pipeline, id)?;
    check_version(if_version, stage.version)?;
    let board = get(&setup, pipeline)?;
    if board.stages.len() == 1 {
        let message = "This is the pipeline's last stage; add another one first, or delete the pipeline.";
        return Err(Error::conflict("last_stage", message));
    }
    let leaving = Leaving { noun: "stage", stages: vec![id] };
    let removed = leaving.clear(w, &setup, users)?;
    let organization = w.caller.organization;
    if removed.archived {
        w.tx.execute(
            "UPDATE stages SET archived = $3, version = version + 1, updated_at = $4 WHERE organization_id = $1 AND id = $2",
            params![organization, id, true, w.now],
        )?;
    } else {
        w.tx.execute("DELETE FROM stages WHERE organization_id = $1 AND id = $2", params![organization, id])?;
    }
    let left: Vec<StageId> = board.stages.iter().map(|stage| stage.id).filter(|known| *known != id).collect();
    order::save(w, "stages", &left, |id| setup.stage(*id).map(|stage| stage.position), &id)?;
    let change = if removed.archived { "archived" } else { "deleted" };
    record(w, "stage", id, change, json!({"moved": removed.moved}), Some(json!({"stage": stage})))?;
    w.reload_setup()?;
    Ok(removed)
}

/// As [`remove_stage`], with all its stages.
pub fn remove(w: &mut Work<'_, '_>, id: PipelineId, if_version: Option<i64>, users: Users<Uuid>) -> Result<Removed> {
    let setup = w.setup.clone();
    let pipeline = get(&setup, id)?;
    check_version(if_version, pipeline.version)?;
    let organization = w.caller.organization;
    let rows =
        w.tx.query("SELECT id FROM stages WHERE organization_id = $1 AND pipeline_id = $2", params![organization, id])?;
    // Also those that were put out of sight before.
    let stages = rows.iter().map(|row| row.at(0)).collect::<std::result::Result<Vec<StageId>, _>>()?;
    let leaving = Leaving { noun: "pipeline", stages };
    let removed = leaving.clear(w, &setup, users)?;
    if removed.archived {
        for (table, column) in [("stages", "pipeline_id"), ("pipelines", "id")] {
            let sql = format!(
                "UPDATE {table} SET archived = $3, version = version + 1, updated_at = $4
                 WHERE organization_id = $1 AND {column} = $2"
            );
            w.tx.execute(&sql, params![organization, id, true, w.now])?;
        }
    } else {
        w.tx.execute("DELETE FROM stages WHERE organization_id = $1 AND pipeline_id = $2", params![organization, id])?;
        w.tx.execute("DELETE FROM pipelines WHERE organization_id = $1 AND id = $2", params![organization, id])?;
    }
    let left: Vec<PipelineId> = setup.pipelines.iter().map(|known| known.id).filter(|known| *known != id).collect();
    order::save(w, "pipelines", &left, |id| setup.pipeline(*id).map(|p| p.position), &id)?;
    let change = if removed.archived { "archived" } else { "deleted" };
    record(w, "pipeline", id, change, json!({"moved": removed.moved}), Some(json!({"pipeline": pipeline})))?;
    w.reload_setup()?;
    Ok(removed)
}

/// The stages that are to go.
struct Leaving {
    noun: &'static str,
    stages: Vec<StageId>,
}

#[derive(Default)]
struct InUse {
    open: i64,
    closed: i64,
    channels: Vec<ChannelId>,
}

impl InUse {
    fn counts(&self) -> [(&'static str, i64); 3] {
        [("open tickets", self.open), ("closed tickets", self.closed), ("channels", self.channels.len() as i64)]
    }
}

impl Leaving {
    /// Does with the users of the stages what was asked for, and says whether any journey still names one of them.
    fn clear(&self, w: &mut Work<'_, '_>, setup: &Setup, users: Users<Uuid>) -> Result<Removed> {
        let target = match users {
            Users::Move(to) => Some(self.target(setup, to)?),
            Users::Refuse | Users::Archive => None,
        };
        let used = self.in_use(w, setup)?;
        if users == Users::Refuse && used.counts().iter().any(|(_, count)| *count > 0) {
            let remedy = "Delete it with move_to=<id of another stage or pipeline> to move the open tickets there, or with \
                          archive=true to leave them as they are and put it out of sight.";
            return Err(in_use(self.noun, &used.counts(), remedy));
        }
        w.bump_revision()?;
        let mut moved = 0;
        if let Some(target) = target {
            if used.open > MOVE_LIMIT {
                return Err(too_many(self.noun, &[("open tickets", used.open)]));
            }
            moved = self.move_tickets(w, target)?;
        }
        self.redirect_channels(w, setup, &used.channels, target)?;
        let left_open = if target.is_some() { 0 } else { used.open };
        // A move into a won or lost stage closes, but leaves here.
        Ok(Removed { archived: left_open + used.closed > 0, moved })
    }

    fn in_use(&self, w: &mut Work<'_, '_>, setup: &Setup) -> Result<InUse> {
        let mut used = InUse::default();
        for stage in &self.stages {
            let row = w.tx.query_one(
                "SELECT count(*) FILTER (WHERE status = 'open') AS open, count(*) FILTER (WHERE status = 'closed') AS closed
                 FROM tickets WHERE organization_id = $1 AND stage_id = $2",
                params![w.caller.organization, stage],
            )?;
            used.open += row.get::<i64>("open")?;
            used.closed += row.get::<i64>("closed")?;
        }
        let here = setup.channels.iter().filter(|channel| match channel.default_stage {
            DefaultStage::Stage(stage) => self.stages.contains(&stage) && !channel.archived,
            DefaultStage::First | DefaultStage::None => false,
        });
        used.channels = here.map(|channel| channel.id).collect();
        Ok(used)
    }

    fn target<'s>(&self, setup: &'s Setup, to: Uuid) -> Result<&'s Stage> {
        let stays = |stage: &&Stage| !self.stages.contains(&stage.id);
        if let Some(stage) = setup.stage(StageId(to)) {
            return Some(stage).filter(stays).ok_or_else(|| self.bad_target());
        }
        let Some(pipeline) = setup.pipeline(PipelineId(to)) else {
            let message = format!("There is no stage or pipeline {to} in this organization.");
            return Err(Error::invalid("?move_to", "unknown_reference", message));
        };
        let mut open = pipeline.stages.iter().filter(|stage| stage.outcome == Outcome::Open);
        open.find(stays).ok_or_else(|| self.bad_target())
    }

    fn bad_target(&self) -> Error {
        let message = format!(
            "Name a stage that stays, or a pipeline with an open stage that does, not the {} itself.",
            self.noun
        );
        Error::invalid("?move_to", "invalid_value", message)
    }

    fn move_tickets(&self, w: &mut Work<'_, '_>, target: &Stage) -> Result<i64> {
        let mut moved = 0;
        for stage in &self.stages {
            let rows = w.tx.query(
                "SELECT id FROM tickets WHERE organization_id = $1 AND stage_id = $2 AND status = 'open' ORDER BY id",
                params![w.caller.organization, stage],
            )?;
            for row in &rows {
                let ticket = Ticket::get(w, row.at::<TicketId>(0)?)?;
                let mut contact = Contact::get(w, ticket.contact_id)?;
                tickets::move_to(w, &mut contact, ticket, target, None)?;
                moved += 1;
            }
        }
        Ok(moved)
    }

    /// Removed channels too, without a word: their rows must not name what is gone.
    fn redirect_channels(
        &self,
        w: &mut Work<'_, '_>,
        setup: &Setup,
        visible: &[ChannelId],
        target: Option<&Stage>,
    ) -> Result<()> {
        let now = target.map_or(DefaultStage::First, |stage| DefaultStage::Stage(stage.id));
        let (rule, default_stage_id) = now.columns();
        for channel in &setup.channels {
            let DefaultStage::Stage(before) = channel.default_stage else { continue };
            if !self.stages.contains(&before) {
                continue;
            }
            w.tx.execute(
                "UPDATE channels SET default_stage_rule = $3, default_stage_id = $4, version = version + 1, updated_at = $5
                 WHERE organization_id = $1 AND id = $2",
                params![w.caller.organization, channel.id, rule, default_stage_id, w.now],
            )?;
            if visible.contains(&channel.id) {
                let details = json!({"changed": {"default_stage": rule, "default_stage_id": default_stage_id}});
                let previous = json!({"default_stage": "stage", "default_stage_id": before});
                record(w, "channel", channel.id, "updated", details, Some(previous))?;
            }
        }
        Ok(())
    }
}
