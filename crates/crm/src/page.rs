//! Cursor pages of the Recado surface: `?limit=&cursor=` → `{"data": […], "next_cursor": …}`.

use serde::Serialize;

use crate::error::{Error, Result};

/// How many rows, and where to go on. The cursor is opaque outside; inside it is the last row's sort key.
#[derive(Debug, Clone, Default)]
pub struct PageRequest {
    pub limit: u32,
    pub cursor: Option<String>,
}

#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[schemars(rename = "{T}Page")]
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

    /// From things at hand, sorted by `key`; what was taken away or put in between two pages is no trouble. A cursor that cannot be
    /// a `key` is refused.
    pub fn of_sorted<S>(
        items: impl IntoIterator<Item = S>,
        request: &PageRequest,
        is_key: impl Fn(&str) -> bool,
        key: impl Fn(&S) -> String,
        view: impl Fn(S) -> T,
    ) -> Result<Self> {
        if request.cursor.as_deref().is_some_and(|cursor| !is_key(cursor)) {
            return Err(bad_cursor());
        }
        let after = |item: &S| request.cursor.as_ref().is_none_or(|cursor| key(item) > *cursor);
        let surplus = items.into_iter().filter(after).take(request.limit as usize + 1);
        let page = Page::from_surplus(surplus.collect(), request.limit, &key);
        Ok(Page { data: page.data.into_iter().map(view).collect(), next_cursor: page.next_cursor })
    }
}

/// A number as part of a sort key: texts of it sort as the numbers do. From 0.
pub fn sortable(number: i64) -> String {
    format!("{number:019}")
}

/// The key of what has a place and an id.
pub fn placed(place: i64, id: impl std::fmt::Display) -> String {
    format!("{}.{id}", sortable(place))
}

/// Whether a cursor can be such a key.
pub fn is_placed(cursor: &str) -> bool {
    let digits = |text: &str| text.len() == 19 && text.bytes().all(|byte| byte.is_ascii_digit());
    cursor.split_once('.').is_some_and(|(place, id)| digits(place) && id.parse::<uuid::Uuid>().is_ok())
}

pub(crate) fn bad_cursor() -> Error {
    Error::invalid("?cursor", "invalid_cursor", "This is not a cursor that a page gave. Leave it out to start over.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_things_at_hand() {
        let mut items = vec![3, 20, 100, 101];
        let request = |cursor| PageRequest { limit: 2, cursor };
        let page = |items: &[i64], cursor| {
            Page::of_sorted(items.to_vec(), &request(cursor), |c| c.len() == 19, |n| sortable(*n), |n| n)
        };
        let first = page(&items, None).unwrap();
        assert_eq!(first.data, [3, 20]);
        items.retain(|n| *n != 20);
        items.insert(0, 1);
        let second = page(&items, first.next_cursor).unwrap();
        assert_eq!((second.data, second.next_cursor), (vec![100, 101], None));
        assert!(page(&items, Some("~".to_owned())).is_err());
        let id = uuid::Uuid::nil();
        assert!(is_placed(&placed(3, id)) && !is_placed("3.x") && !is_placed(&format!("3.{id}")) && !is_placed(""));
    }
}
