//! Whoever waits for commits hears of them, on this node and on others.

use store::testing::{each_engine, fresh_postgres};
use store::{Committed, Db, Engine, Error, PostgresOptions, Priority, Tx, Woken, params};
use tokio::runtime::{Builder, Runtime};

use crate::{add_thing, things, write};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().build().unwrap()
}

/// Waits for a word, however often the second passes without one.
async fn word(committed: &mut Committed) -> Woken {
    loop {
        match committed.next().await {
            Woken::Poll => {}
            woken => return woken,
        }
    }
}

fn announce(db: &Db, id: i64) {
    write(db, move |tx| {
        tx.announce();
        add_thing(tx, id)
    })
    .unwrap();
}

#[test]
fn a_commit_that_says_so_wakes_and_nothing_else_does() {
    each_engine(|db| {
        things(db);
        announce(db, 1);
        let mut committed = db.committed();
        runtime().block_on(async {
            // What was before is none of its business; neither is what nobody announced, what was undone, what was read.
            write(db, |tx| add_thing(tx, 2)).unwrap();
            let undone = |tx: &mut Tx<'_>| -> Result<(), Error> {
                tx.announce();
                Err(Error::Conflict)
            };
            db.write_blocking(Priority::Interactive, undone).unwrap_err();
            db.read_blocking(Priority::Interactive, |tx| tx.query("SELECT id FROM things", params![])).unwrap();
            // On PostgreSQL the connection to the other nodes may come just now, which is a word too.
            let quiet = db.engine() == Engine::Sqlite;
            assert!(!quiet || committed.next().await == Woken::Poll);
            announce(db, 3);
            announce(db, 4);
            assert_eq!(word(&mut committed).await, Woken::Commit);
            assert!(!quiet || committed.next().await == Woken::Poll, "two commits, one word");
            let mut other = db.committed();
            db.close();
            // Or the test never ends: that connection may also have come only after the word above.
            while committed.next().await != Woken::Closed {}
            while other.next().await != Woken::Closed {}
            while db.committed().next().await != Woken::Closed {}
        });
    });
}

#[test]
fn another_node_hears_of_a_commit() {
    let here = fresh_postgres();
    let there = Db::open_postgres(here.url(), PostgresOptions { writers: 1, readers: 1, ..PostgresOptions::default() });
    let there = there.unwrap();
    things(&here);
    runtime().block_on(async {
        let mut committed = there.committed();
        // Its own connection may come only now, which is a word too: this one is about the commit, or the test never ends.
        while committed.next().await != Woken::Poll {}
        announce(&here, 1);
        assert_eq!(word(&mut committed).await, Woken::Commit);
        while committed.next().await != Woken::Poll {}
        // A program that does one thing and ends. On a busy machine it may end before it has the connection that says so.
        for id in 2.. {
            let command = Db::open_postgres(here.url(), PostgresOptions::default()).unwrap();
            announce(&command, id);
            command.close();
            if committed.next().await == Woken::Commit {
                break;
            }
        }
    });
    there.close();
}
