//! Every schema change there ever was, in order. A released one is never edited.

use store::Migration;

macro_rules! migrations {
    ($($number:literal $name:literal $folder:literal),* $(,)?) => {
        pub const ALL: &[Migration] = &[$(Migration {
            number: $number,
            name: $name,
            sqlite: include_str!(concat!("../migrations/", $folder, "/sqlite.sql")),
            postgres: include_str!(concat!("../migrations/", $folder, "/postgres.sql")),
        }),*];
    };
}

migrations! {
    1 "initial" "0001_initial",
    2 "sunsets" "0002_sunsets",
    3 "reviews" "0003_reviews",
    4 "leases" "0004_leases",
    5 "inbound" "0005_inbound",
    6 "outbound" "0006_outbound",
    7 "timelines" "0007_timelines",
    8 "webhooks" "0008_webhooks",
    9 "sign_in" "0009_sign_in",
    10 "inbox" "0010_inbox",
    12 "webchat" "0012_webchat",
    13 "audit" "0013_audit",
    14 "terms_and_threshold" "0014_terms_and_threshold",
    16 "reset_links" "0016_reset_links",
    18 "fewer_entries" "0018_fewer_entries",
}

/// The number of the newest schema this program knows; an existing database below it is migrated by `Crm::open`.
pub fn newest_schema() -> u32 {
    ALL.last().map_or(0, |migration| migration.number)
}
