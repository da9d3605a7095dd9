//! Who holds a lease, on both engines.

#![expect(clippy::unwrap_used, reason = "all of this is tests")]

use crm::Crm;
use crm::leases::{self, Lease};
use store::testing::{each_engine, each_engine_async};
use store::{Db, Priority, params};
use workers::leases::Leases;

fn claim(db: &Db, holder: &'static str) -> Option<Lease> {
    db.write_claim_blocking(Priority::Interactive, move |tx| leases::claim(tx, "channel/7", holder, 20)).unwrap()
}

fn held(db: &Db, lease: &Lease) -> bool {
    let lease = lease.clone();
    db.write_claim_blocking(Priority::Interactive, move |tx| leases::check(tx, &lease)).unwrap()
}

fn renewed(db: &Db, lease: &Lease) -> bool {
    let lease = lease.clone();
    db.write_claim_blocking(Priority::Interactive, move |tx| leases::renew(tx, &lease, 20)).unwrap()
}

/// Moves the end of all leases, as if time had gone by.
fn shift(db: &Db, seconds: i64) {
    let micros = seconds * 1_000_000;
    let shifted = db.write_claim_blocking(Priority::Interactive, move |tx| {
        tx.execute("UPDATE leases SET until = until + $1", params![micros])
    });
    assert!(shifted.is_ok_and(|rows| rows == 1));
}

#[test]
fn one_holder_at_a_time_and_a_former_one_is_told() {
    each_engine(|db| {
        Crm::open(db.clone()).unwrap();
        let first = claim(db, "a").unwrap();
        assert_eq!(claim(db, "b"), None);
        assert!(held(db, &first) && renewed(db, &first));
        shift(db, -19);
        assert_eq!(claim(db, "b"), None);
        // It lapses; until somebody takes it, it can be held on.
        shift(db, -2);
        assert!(renewed(db, &first));
        shift(db, -21);
        let second = claim(db, "b").unwrap();
        assert!(second.fence > first.fence);
        assert!(!held(db, &first) && !renewed(db, &first) && held(db, &second));
        // What a former holder gives back is not its successor's.
        let late = first.clone();
        db.write_claim_blocking(Priority::Interactive, move |tx| leases::release(tx, &late)).unwrap();
        assert_eq!(claim(db, "a"), None);
        // Asked again by its holder it is another one: an earlier life of the same server has ended.
        let third = claim(db, "b").unwrap();
        assert!(!held(db, &second) && held(db, &third));
    });
}

#[test]
fn a_clock_that_was_put_back_shuts_nobody_out() {
    each_engine(|db| {
        Crm::open(db.clone()).unwrap();
        claim(db, "a").unwrap();
        shift(db, 3600);
        assert!(claim(db, "b").is_some());
    });
}

#[test]
fn of_many_who_ask_at_once_one_gets_it() {
    each_engine(|db| {
        Crm::open(db.clone()).unwrap();
        let askers: Vec<_> = (0..8).map(|n| (db.clone(), format!("server {n}"))).collect();
        let claims: Vec<_> = askers
            .into_iter()
            .map(|(db, holder)| {
                std::thread::spawn(move || {
                    db.write_claim_blocking(Priority::Interactive, move |tx| leases::claim(tx, "one", &holder, 20))
                })
            })
            .collect();
        let granted = claims.into_iter().filter_map(|claim| claim.join().unwrap().unwrap()).count();
        assert_eq!(granted, 1);
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lease_that_is_given_back_is_anybodys() {
    each_engine_async(async |db| {
        let crm = Crm::open(db.clone()).unwrap();
        let (here, there) =
            (Leases::of_this_server(crm.clone()).await.unwrap(), Leases::of_this_server(crm).await.unwrap());
        let held = here.claim("channel/7").await.unwrap().unwrap();
        assert!(there.claim("channel/7").await.unwrap().is_none() && !held.is_lost());
        assert!(there.claim("channel/8").await.unwrap().is_some());
        held.release().await;
        assert!(there.claim("channel/7").await.unwrap().is_some());
    })
    .await;
}
