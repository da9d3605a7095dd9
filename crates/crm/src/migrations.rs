//! Every schema change there ever was, in order. A released one is never edited.

use store::Migration;

pub const ALL: &[Migration] = &[Migration {
    number: 1,
    name: "initial",
    sqlite: include_str!("../migrations/0001_initial/sqlite.sql"),
    postgres: include_str!("../migrations/0001_initial/postgres.sql"),
}];
