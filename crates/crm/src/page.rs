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

    /// From things at hand, sorted by `key`; what was taken away or put in between two pages is no trouble.
    pub fn of_sorted<S>(
        items: impl IntoIterator<Item = S>,
        request: &PageRequest,
        key: impl Fn(&S) -> String,
        view: impl Fn(S) -> T,
    ) -> Self {
        let after = |item: &S| request.cursor.as_ref().is_none_or(|cursor| key(item) > *cursor);
        let surplus = items.into_iter().filter(after).take(request.limit as usize + 1);
        let page = Page::from_surplus(surplus.collect(), request.limit, &key);
        Page { data: page.data.into_iter().map(view).collect(), next_cursor: page.next_cursor }
    }
}

/// A number as part of a sort key: texts of it sort as the numbers do. From 0.
pub fn sortable(number: i64) -> String {
    format!("{number:019}")
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
        let page = |items: &[i64], cursor| Page::of_sorted(items.to_vec(), &request(cursor), |n| sortable(*n), |n| n);
        let first = page(&items, None);
        assert_eq!(first.data, [3, 20]);
        items.retain(|n| *n != 20);
        items.insert(0, 1);
        let second = page(&items, first.next_cursor);
        assert_eq!((second.data, second.next_cursor), (vec![100, 101], None));
        assert_eq!(page(&items, Some("~".to_owned())).data, [0i64; 0]);
    }
}
