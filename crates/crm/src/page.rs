//! Cursor pages of the Recado surface: `?limit=&cursor=` → `{"data": […], "next_cursor": …}`.

use serde::Serialize;

use crate::error::Error;

/// How many rows, and where to go on. The cursor is opaque outside; inside it is the last row's sort key.
#[derive(Debug, Clone, Default)]
pub struct PageRequest {
    pub limit: u32,
    pub cursor: Option<String>,
}

#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Page<T> {
    pub data: Vec<T>,
    /// Give it back as `cursor` for the next page; null at the end.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// From `limit + 1` rows: the surplus row says that there is more.
    pub fn from_surplus(mut rows: Vec<T>, limit: u32, cursor_of: impl Fn(&T) -> String) -> Self {
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let next_cursor = if more { rows.last().map(cursor_of) } else { None };
        Page { data: rows, next_cursor }
    }
}

pub(crate) fn bad_cursor() -> Error {
    Error::invalid("?cursor", "invalid_cursor", "This is not a cursor that a page gave. Leave it out to start over.")
}
