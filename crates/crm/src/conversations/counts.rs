//! How many conversations each view has.

use super::list::{ConversationFilter, View, count};
use super::selection::Selection;
use crate::error::Result;
use crate::id::MemberId;
use crate::work::Work;

/// Counted up to here; beyond, it is "more than".
pub const COUNTED: i64 = 1000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    pub all: i64,
    /// None: the caller is no member.
    pub mine: Option<i64>,
    pub unassigned: i64,
    pub unread: i64,
    /// Of the unread ones the caller's own and nobody's. None: the caller is no member.
    pub unread_mine_or_unassigned: Option<i64>,
    pub waiting: i64,
}

pub fn counts(w: &mut Work<'_, '_>, filter: &ConversationFilter, mine: Option<MemberId>) -> Result<Counts> {
    let mut of = |view| {
        let selection = Selection::new(w, filter, view, mine);
        count(w, &selection, COUNTED + 1)
    };
    Ok(Counts {
        all: of(View::All)?,
        mine: if mine.is_some() { Some(of(View::Mine)?) } else { None },
        unassigned: of(View::Unassigned)?,
        unread: of(View::Unread)?,
        waiting: of(View::Waiting)?,
        unread_mine_or_unassigned: match mine {
            Some(member) => {
                let mut selection = Selection::new(w, filter, View::Unread, None);
                selection.of_or_nobodys = Some(member);
                Some(count(w, &selection, COUNTED + 1)?)
            }
            None => None,
        },
    })
}
