//! A field that is made of a key fills history, whatever becomes of the program meanwhile.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use store::{Db, Priority, SqliteOptions, params};

use crate::world::{Server, init};

const PEOPLE: i64 = 400;

fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(started.elapsed() < Duration::from_secs(120), "{what} did not come");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn number(data_dir: &Path, sql: &'static str) -> i64 {
    let db = Db::open_sqlite(&data_dir.join("recado.db"), SqliteOptions::default()).unwrap();
    let read = move |tx: &mut store::Tx<'_>| -> Result<i64, store::Error> { tx.query_one(sql, params![])?.at(0) };
    db.read_blocking(Priority::Interactive, read).unwrap()
}

#[test]
fn history_is_filled_over_kills() {
    let directory = tempfile::tempdir().unwrap();
    let key = init(directory.path());
    let mut server = Server::start(directory.path(), &[]);
    let channel = json!({"type": "playground", "name": "Canal", "phone_number": "+56223456789"});
    assert_eq!(server.post("/api/v1/channels", &key, &channel).0, 201);
    for n in 0..PEOPLE {
        let body = json!({"channel": "playground", "channel_phone_number": "+56223456789",
                          "contact_phone_number": format!("+5695550{n:04}"), "meta_data": {"zzz_reg": "14/03/1990"}});
        assert_eq!(server.post("/api/public/customer/upsert/info", &key, &body).0, 201);
    }
    let proposal = until("the proposal", || {
        let (_, found) = server.get("/api/v1/structuring/proposals", &key);
        found["data"][0]["id"].as_str().map(str::to_owned)
    });
    let path = format!("/api/v1/structuring/proposals/{proposal}");
    let (status, accepted) = server.post(&format!("{path}/accept"), &key, &json!({}));
    assert_eq!((status, &accepted["custom_field"]["type"]), (200, &json!("date")), "{accepted}");
    // Killed again and again while it fills, it goes on each time where it was.
    let mut kills = 0;
    let done = loop {
        let (_, shown) = server.get(&path, &key);
        if shown["status"] == "accepted" {
            break shown;
        }
        server.child.kill().unwrap();
        server.child.wait().unwrap();
        kills += 1;
        assert!(kills < 100, "it does not come on: {shown}");
        server = Server::start(directory.path(), &[]);
        let before = shown["filled"].as_i64().unwrap();
        until("a piece more", || {
            let (_, now) = server.get(&path, &key);
            (now["status"] == "accepted" || now["filled"].as_i64()? > before).then_some(())
        });
    };
    assert!(kills > 0, "it was killed in between");
    assert_eq!(done["filled"], PEOPLE);
    server.stop();
    let data = directory.path();
    assert_eq!(number(data, "SELECT count(*) AS n FROM field_values"), PEOPLE);
    assert_eq!(number(data, "SELECT count(*) AS n FROM structurings WHERE source = 'history'"), PEOPLE);
    assert_eq!(number(data, "SELECT count(*) AS n FROM contacts WHERE metadata <> '{}'"), 0);
    let events = "SELECT count(*) AS n FROM events WHERE topic = 'contact.updated' AND data LIKE '%custom_fields%'";
    assert_eq!(number(data, events), PEOPLE, "one event of each, and no more");
    assert_ne!(Value::Null, done["field_id"]);
}
