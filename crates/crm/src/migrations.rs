//! Every schema change there ever was, in order. A released one is never edited.

use store::Migration;

pub const ALL: &[Migration] = &[
    Migration {
        number: 1,
        name: "initial",
        sqlite: include_str!("../migrations/0001_initial/sqlite.sql"),
        postgres: include_str!("../migrations/0001_initial/postgres.sql"),
    },
    Migration {
        number: 3,
        name: "reviews",
        sqlite: include_str!("../migrations/0003_reviews/sqlite.sql"),
        postgres: include_str!("../migrations/0003_reviews/postgres.sql"),
    },
];

/// The number of the newest schema this program knows; an existing database below it is migrated by `Crm::open`.
pub fn newest_schema() -> u32 {
    ALL.last().map_or(0, |migration| migration.number)
}
