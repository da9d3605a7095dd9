//! Several servers on one PostgreSQL.

use std::collections::{HashMap, HashSet};

use store::testing::{fresh_postgres, fresh_sqlite};
use store::{Db, PostgresOptions};

use crate::receiver::{Receiver, Reply};
use crate::world::{World, until};

fn another(url: &str) -> Db {
    let options = PostgresOptions { writers: 4, readers: 2, ..PostgresOptions::default() };
    Db::open_postgres(url, options).unwrap()
}

#[test]
fn two_share_the_work_and_double_nothing() {
    let fresh = fresh_postgres();
    let w = World::new(&fresh);
    let receiver = Receiver::start(|_, _| Reply::Status(200));
    let id = w.endpoint(&receiver.url, &["event.tracked"]);
    let nodes = [w.node(), w.node_over(another(fresh.url()))];
    for _ in 0..20 {
        w.happen(25);
    }
    until("all of them", || w.work(move |w| delivered(w, id)) == 500);
    nodes.into_iter().for_each(|node| node.end());
    let ids: HashSet<String> = receiver.all().into_iter().map(|received| received.id).collect();
    assert_eq!((ids.len(), receiver.count()), (500, 500));
}

fn delivered(w: &mut crm::Work<'_, '_>, id: crm::id::WebhookId) -> crm::Result<i64> {
    let row = w.tx.query_one(
        "SELECT count(DISTINCT event_id) AS n FROM webhook_calls WHERE organization_id = $1 AND endpoint_id = $2
           AND outcome = 'delivered'",
        store::params![w.caller.organization, id],
    )?;
    Ok(row.at(0)?)
}

#[test]
fn what_one_was_at_when_it_was_killed_another_does() {
    let fresh = fresh_postgres();
    let w = World::new(&fresh);
    // The first ones hang: they are at the receiver when their server is killed.
    let receiver = Receiver::start(|_, n| if n < 5 { Reply::Hang } else { Reply::Status(200) });
    let id = w.endpoint(&receiver.url, &["event.tracked"]);
    let killed = w.node_over(another(fresh.url()));
    w.happen(40);
    until("five that hang", || receiver.count() >= 5);
    killed.kill();
    let node = w.node();
    // What it had taken lapses.
    w.later(crm::webhooks::CLAIM_SECONDS + 1);
    until("all of them", || w.work(move |w| delivered(w, id)) == 40);
    node.end();
    let mut bodies: HashMap<String, HashSet<String>> = HashMap::new();
    for received in receiver.all() {
        bodies.entry(received.id).or_default().insert(received.body);
    }
    assert_eq!(bodies.len(), 40);
    assert!(bodies.values().all(|bodies| bodies.len() == 1), "each id has one body");
}

#[test]
fn the_embedded_database_takes_up_at_once_what_its_server_was_at() {
    let fresh = fresh_sqlite();
    let w = World::new(&fresh);
    let receiver = Receiver::start(|_, n| if n < 5 { Reply::Hang } else { Reply::Status(200) });
    let id = w.endpoint(&receiver.url, &["event.tracked"]);
    let killed = w.node();
    w.happen(40);
    until("five that hang", || receiver.count() >= 5);
    killed.kill();
    let node = w.node();
    until("all of them", || w.work(move |w| delivered(w, id)) == 40);
    node.end();
}
