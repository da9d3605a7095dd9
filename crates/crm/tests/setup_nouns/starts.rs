//! A program that starts on a database that was used before.

use crm::{Caller, Crm, channels};
use store::params;
use store::testing::fresh_sqlite;

use crate::world::{organization, playground};

/// A commit can be seen before it is synced: after a power cut what was lost must not give its number to another event.
#[test]
fn a_start_leaves_a_gap_in_the_numbers_of_events() {
    let db = fresh_sqlite();
    let crm = Crm::open(db.db()).unwrap();
    let here = crm.create_organization_blocking(organization("Aquí", "CL", 1)).unwrap().organization_id;
    let newest = |crm: &Crm, phone: &'static str| {
        crm.write_blocking(&Caller::system(here), move |w| {
            let id = w.new_id();
            channels::create(w, &playground(id, phone))?;
            Ok(w.tx.query_one("SELECT max(sequence) FROM events", params![])?.at::<i64>(0)?)
        })
        .unwrap()
    };
    let first = newest(&crm, "+56 2 2345 6701");
    assert_eq!(newest(&crm, "+56 2 2345 6702"), first + 1);
    let again = Crm::open(db.db()).unwrap();
    assert!(newest(&again, "+56 2 2345 6703") > first + 1000);
}
