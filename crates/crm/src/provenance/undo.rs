//! Taking structured values back, one or all of a request: what was there before stands again. A value that somebody set
//! later is left, and said so. Twice is as once; there is no undo of an undo, because what was read is still in the
//! record of the run, to be set by whoever wants it.

use serde_json::json;
use store::params;
use structuring::{Target, read_value};

use super::{COLUMNS, Mark, Placed, Run};
use crate::contacts::{Contact, ValueSource};
use crate::customers::{Correction, Current, Origin, forget_proposal, identity_key, is_identified_by};
use crate::error::{Error, FieldError, Result};
use crate::fields::Entity;
use crate::id::{ContactId, StructuringId};
use crate::reviews;
use crate::rules::{Lesson, Says, teach};
use crate::setup::definition_of;
use crate::time::Timestamp;
use crate::wire_enum;
use crate::work::Work;

/// Most runs that one call takes back.
const MOST_RUNS: i64 = 50;

#[derive(Debug, Clone)]
pub enum Which {
    Run(StructuringId),
    /// All runs of a request, by its `X-Request-Id`.
    Request(String),
}

#[derive(Debug, Clone)]
pub struct Undo {
    pub which: Which,
    /// None: all values.
    pub target: Option<Target>,
    /// The paths are not of these targets: the next record of the feed is not read so again.
    pub never: bool,
}

wire_enum! {
    pub enum Undone {
        /// What was there before is there again.
        Restored = "restored",
        /// Nothing was there before, and nothing is.
        Removed = "removed",
        AlreadyUndone = "already_undone",
        /// Something else stands there since.
        Left = "left",
    }
}

wire_enum! {
    /// Why a value was left.
    pub enum Left {
        /// A person or an integration said it, or confirmed it.
        SaidSince = "said_since",
        /// A later record said something else.
        InferredSince = "inferred_since",
        /// Somebody removed it.
        RemovedSince = "removed_since",
        /// The field is no more.
        FieldGone = "field_gone",
        /// What was there before is no value of the field any more.
        NoLongerFits = "no_longer_fits",
    }
}

#[derive(Debug)]
pub struct Undid {
    pub structuring_id: StructuringId,
    pub contact_id: ContactId,
    pub target: Target,
    pub outcome: Undone,
    pub left: Option<Left>,
    /// When it was undone before, and by whom, in stored form.
    pub before: Option<(Timestamp, String)>,
    /// What stands now.
    pub value: Option<structuring::Json>,
}

pub fn undo(w: &mut Work<'_, '_>, undo: &Undo) -> Result<Vec<Undid>> {
    let mut done = Vec::new();
    for run in find(w, undo)? {
        let wanted: Vec<usize> = (0..run.placements.len())
            .filter(|at| undo.target.as_ref().is_none_or(|target| run.placements[*at].target == *target))
            .collect();
        if wanted.is_empty() {
            let message = "Structuring wrote no such value there.";
            return Err(Error::invalid("/target", "unknown_reference", message));
        }
        let mut correction = Correction::of(Contact::get(w, run.contact_id)?);
        for at in wanted {
            let placed = &run.placements[at];
            let taken = take_back(w, &mut correction, &run, at)?;
            if taken.outcome != Undone::Left && undo.never {
                deny(w, &run.source, &placed.target, &placed.origins)?;
            }
            if matches!(taken.outcome, Undone::Restored | Undone::Removed) {
                reviews::close_undone(w, run.contact_id, run.id, &placed.target)?;
            }
            let current = match taken.left {
                Some(Left::FieldGone) => None,
                _ => correction.current(w, &placed.target)?,
            };
            done.push(Undid {
                structuring_id: run.id,
                contact_id: run.contact_id,
                target: placed.target.clone(),
                outcome: taken.outcome,
                left: taken.left,
                before: taken.before,
                value: current.map(|current| current.value),
            });
        }
        correction.finish(w, json!({"structuring_id": run.id, "undo": true}))?;
    }
    Ok(done)
}

/// The runs that are meant, newest first, so that what replaced one another comes off in turn.
fn find(w: &mut Work<'_, '_>, undo: &Undo) -> Result<Vec<Run>> {
    let sql = |condition: &str| {
        format!(
            "SELECT {COLUMNS} FROM structurings s WHERE s.organization_id = $1 AND {condition} ORDER BY s.id DESC LIMIT $3"
        )
    };
    let (rows, pointer) = match &undo.which {
        Which::Run(id) => {
            (w.tx.query(&sql("s.id = $2"), params![w.caller.organization, id, MOST_RUNS + 1])?, "/structuring_id")
        }
        Which::Request(id) => {
            (w.tx.query(&sql("s.request_id = $2"), params![w.caller.organization, id, MOST_RUNS + 1])?, "/request_id")
        }
    };
    if rows.is_empty() {
        let message = "Nothing that structuring wrote goes by this id in this organization.";
        return Err(Error::Invalid(vec![FieldError::new(pointer, "unknown_reference", message)]));
    }
    if rows.len() as i64 > MOST_RUNS {
        let message = format!("More than {MOST_RUNS} contacts go by this request: take them back one by one.");
        return Err(Error::conflict("too_many_values", message));
    }
    rows.iter().map(Run::from_row).collect()
}

pub(crate) struct Taken {
    pub outcome: Undone,
    pub left: Option<Left>,
    pub before: Option<(Timestamp, String)>,
}

impl Taken {
    fn left(why: Left) -> Taken {
        Taken { outcome: Undone::Left, left: Some(why), before: None }
    }
}

/// Takes one placement back, if it still stands, and marks it so.
pub(crate) fn take_back(w: &mut Work<'_, '_>, correction: &mut Correction, run: &Run, at: usize) -> Result<Taken> {
    if let Some(mark) = run.undone.iter().find(|mark| mark.at == at) {
        let before = Some((Timestamp::from_micros(mark.when), mark.by.clone()));
        return Ok(Taken { outcome: Undone::AlreadyUndone, left: None, before });
    }
    let placed = &run.placements[at];
    if let Some(why) = standing(w, correction, run, at)? {
        return Ok(Taken::left(why));
    }
    correction.restore(w, &placed.target, placed.previous.as_ref())?;
    correction.keep(&placed.origins)?;
    forget_identifier(w, &correction.contact, placed)?;
    mark(w, run, at)?;
    let outcome = if placed.previous.is_some() { Undone::Restored } else { Undone::Removed };
    Ok(Taken { outcome, left: None, before: None })
}

/// Why the placement does not stand any more; none where it does.
fn standing(w: &mut Work<'_, '_>, correction: &Correction, run: &Run, at: usize) -> Result<Option<Left>> {
    let placed = &run.placements[at];
    let setup = w.setup.clone();
    let field = match &placed.target {
        Target::Field(key) => match setup.field(Entity::Customer, key) {
            Some(field) => Some(field),
            None => return Ok(Some(Left::FieldGone)),
        },
        _ => None,
    };
    let Some(current) = correction.current(w, &placed.target)? else { return Ok(Some(Left::RemovedSince)) };
    if current.is_firm() {
        return Ok(Some(Left::SaidSince));
    }
    if let Some(field) = field {
        if current.structuring_id != Some(run.id) {
            return Ok(Some(Left::InferredSince));
        }
        let definition = definition_of(field);
        let country = setup.organization.country.as_str();
        let fits = |previous: &Current| read_value(&definition, &previous.value, Some(country)).is_ok();
        return Ok((!placed.previous.as_ref().is_none_or(fits)).then_some(Left::NoLongerFits));
    }
    if current.value != placed.value || current.source.is_some_and(|source| source != ValueSource::Inferred) {
        return Ok(Some(Left::InferredSince));
    }
    if placed.target == Target::Phone
        && is_identified_by(w, &correction.contact, "phone", current.value.as_str().unwrap_or_default())?
    {
        return Ok(Some(Left::SaidSince));
    }
    Ok(written_again(w, run, &placed.target)?.then_some(Left::InferredSince))
}

/// Whether a later run wrote the target too: the contact's own columns do not say which run they are of.
fn written_again(w: &mut Work<'_, '_>, run: &Run, target: &Target) -> Result<bool> {
    let sql = format!(
        "SELECT {COLUMNS} FROM structurings s WHERE s.organization_id = $1 AND s.contact_id = $2 AND s.id > $3
         ORDER BY s.id LIMIT 1000"
    );
    for row in w.tx.query(&sql, params![w.caller.organization, run.contact_id, run.id])? {
        if Run::from_row(&row)?.standing(target).is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What an inferred identifier had proposed goes with it.
fn forget_identifier(w: &mut Work<'_, '_>, contact: &Contact, placed: &Placed) -> Result<()> {
    match &placed.target {
        Target::Phone => forget_proposal(w, contact, "phone", placed.value.as_str().unwrap_or_default()),
        Target::Field(key) => match w.setup.clone().field(Entity::Customer, key).filter(|field| field.identifier) {
            Some(field) => forget_proposal(w, contact, &field.identifier_kind(), &identity_key(field, &placed.value)),
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

/// Read anew: another placement of the run may have been marked in this same unit of work.
fn mark(w: &mut Work<'_, '_>, run: &Run, at: usize) -> Result<()> {
    let organization = w.caller.organization;
    let row = w.tx.query_one(
        "SELECT undone FROM structurings WHERE organization_id = $1 AND id = $2",
        params![organization, run.id],
    )?;
    let mut marks: Vec<Mark> = serde_json::from_str(row.text("undone")?).unwrap_or_default();
    marks.push(Mark { at, when: w.now.micros(), by: w.caller.actor.to_string() });
    let marks = serde_json::to_string(&marks).map_err(|error| Error::Internal(format!("marks: {error}")))?;
    w.tx.execute(
        "UPDATE structurings SET undone = $3 WHERE organization_id = $1 AND id = $2",
        params![organization, run.id, marks],
    )?;
    Ok(())
}

/// None of these paths is of the target.
pub(crate) fn deny(w: &mut Work<'_, '_>, source: &str, target: &Target, origins: &[Origin]) -> Result<()> {
    for origin in origins {
        if let Some((path, kind)) = origin.place.clone() {
            let says = Says::Mapping { source: source.to_owned(), path, kind, target: target.clone() };
            teach(w, &says, Lesson::Deny)?;
        }
    }
    Ok(())
}
