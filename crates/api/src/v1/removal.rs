//! How something of the set-up is deleted: what becomes of its users is said in the query.

use crm::changes::Users;
use uuid::Uuid;

use crate::input::{Fields, Input};
use crate::kinds::{Flag, id};

/// Of the operations that remove what tickets may be in.
pub const REMOVAL: &str = "In use by tickets or channels, it goes only where `move_to` (a stage, or a pipeline: then its first open \
                       stage) takes the open tickets, or `archive` leaves all as it is. Closed tickets keep naming it: then it \
                       is put out of sight and not deleted.";

/// Of what has somewhere to move its users to.
#[derive(Debug)]
pub struct MoveOrArchive(pub Users<Uuid>);

impl Input for MoveOrArchive {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let to = f.optional("move_to", id::<Uuid>(), "Where those who use it go: at most 1000 of them.");
        let archive = f.optional("archive", Flag, "Leave them as they are, and put it out of sight.").unwrap_or(false);
        let users = match (to, archive) {
            (Some(to), false) => Users::Move(to),
            (None, true) => Users::Archive,
            (None, false) => Users::Refuse,
            (Some(_), true) => {
                f.problem("archive", "invalid_value", "Either move_to or archive, not both.");
                return None;
            }
        };
        Some(MoveOrArchive(users))
    }
}

/// Of what has not.
#[derive(Debug)]
pub struct Archive(pub bool);

impl Input for Archive {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let archive = f.optional("archive", Flag, "Leave those who use it as they are, and put it out of sight.");
        Some(Archive(archive.unwrap_or(false)))
    }
}
