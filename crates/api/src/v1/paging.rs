//! `?limit=&cursor=`, the same for every list.

use crm::page::PageRequest;

use crate::input::{Fields, Input};
use crate::kinds::{SHORT, Whole};

const MOST: i64 = 200;
const DEFAULT: u32 = 50;

pub fn page(f: &mut Fields<'_>) -> PageRequest {
    let limit = f.optional("limit", Whole { min: 1, max: MOST }, "Rows of this page, at most (50).");
    let cursor = f.optional("cursor", SHORT, "`next_cursor` of the page before.");
    PageRequest { limit: limit.map_or(DEFAULT, |l| l as u32), cursor }
}

/// Nothing but the page.
#[derive(Debug)]
pub struct PageQuery(pub PageRequest);

impl Input for PageQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        Some(PageQuery(page(f)))
    }
}
