//! Who still calls what goes away: keys, organizations, agents and days never mix, servers add up, nothing counted is lost.

use crm::sunsets;
use serde_json::{Value, json};
use store::{Priority, Tx};

use crate::client::{self, Reply};
use crate::world::{World, each, text};

const CONTACTS: &str = "/api/public/whatsapp/contact/contacts";

fn call_at(to: std::net::SocketAddr, key: &str, agent: &str) -> Reply {
    client::send(to, "GET", CONTACTS, &[("x-api-key", key), ("user-agent", agent)], None).unwrap()
}

fn call(w: &World, key: &str, agent: &str, times: usize) {
    for _ in 0..times {
        assert_eq!(call_at(w.address(), key, agent).status, 200);
    }
}

/// (key name, agent, calls of 1, 7 and 30 days) of every caller, the last one first.
fn callers(w: &World, key: &str, operation: &str) -> Vec<(Value, Value, [i64; 3])> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/v1/sunsets/{operation}/callers?limit=2{cursor}");
        let page = w.raw(key, "GET", &path, &[], None).json();
        for by in page["data"].as_array().unwrap() {
            let calls =
                ["last_1_day", "last_7_days", "last_30_days"].map(|window| by["calls"][window].as_i64().unwrap());
            all.push((by["api_key_name"].clone(), by["user_agent"].clone(), calls));
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={}", encoded(next)),
            None => return all,
        }
    }
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn listed(w: &World, key: &str, operation: &str) -> Value {
    let list = w.raw(key, "GET", "/api/v1/sunsets", &[], None).json();
    list["data"].as_array().unwrap().iter().find(|row| row["operation"] == operation).unwrap().clone()
}

fn flush(w: &World) -> crm::Result<usize> {
    w.server().wait_for(w.server().app.write_counts())
}

#[test]
fn keys_organizations_agents_and_days_never_mix() {
    each(|w| {
        w.wait_until("2027-03-10T12:00:00Z");
        let other = w.key_with(&["contacts:read", "setup:read"], 81);
        call(w, &w.here.key, "curl/8", 3);
        call(w, &other, "curl/8", 2);
        call(w, &w.there.key, "curl/8", 5);
        w.wait(86_400);
        call(w, &w.here.key, "n8n ñ", 4);
        call(w, &w.here.key, "curl/8", 1);
        let ours = callers(w, &w.here.key, "whatsapp-contacts");
        let owner = ours.iter().find(|by| by.1 == "n8n ñ").unwrap().0.clone();
        assert_eq!(
            ours,
            [
                (owner.clone(), json!("curl/8"), [1, 4, 4]),
                (owner.clone(), json!("n8n ñ"), [4, 4, 4]),
                (json!("Llave"), json!("curl/8"), [0, 2, 2]),
            ]
        );
        let theirs = callers(w, &w.there.key, "whatsapp-contacts");
        assert_eq!(theirs.iter().map(|by| by.2).collect::<Vec<_>>(), [[0, 5, 5]]);
        assert_eq!(callers(w, &w.here.key, "note-send"), []);
        let row = listed(w, &w.here.key, "whatsapp-contacts");
        assert_eq!(row["calls"], json!({"last_1_day": 5, "last_7_days": 10, "last_30_days": 10}));
        let daily: Vec<i64> = row["daily"].as_array().unwrap().iter().map(|n| n.as_i64().unwrap()).collect();
        assert_eq!((daily.len(), &daily[27..]), (30, &[0, 5, 5][..]));
        assert_eq!((row["callers"].as_array().unwrap().len(), &row["callers"][0]["user_agent"]), (3, &json!("curl/8")));
        assert!(text(&row["last_call_at"]) <= w.now().to_string());
        // The windows move on.
        w.wait(6 * 86_400);
        let calls = |key: &str| listed(w, key, "whatsapp-contacts")["calls"].clone();
        assert_eq!(calls(&w.here.key), json!({"last_1_day": 0, "last_7_days": 5, "last_30_days": 10}));
        w.wait(23 * 86_400);
        assert_eq!(calls(&w.here.key), json!({"last_1_day": 0, "last_7_days": 0, "last_30_days": 5}));
        w.wait(86_400);
        assert_eq!(calls(&w.here.key), json!({"last_1_day": 0, "last_7_days": 0, "last_30_days": 0}));
        let row = listed(w, &w.here.key, "whatsapp-contacts");
        assert_eq!(row["callers"].as_array().unwrap().len(), 3, "who called longer ago is still known");
        assert_eq!(w.number("SELECT CAST(sum(calls) AS BIGINT) AS n FROM sunset_calls"), 15);
    });
}

#[test]
fn what_is_counted_and_what_is_not() {
    each(|w| {
        let count = || {
            flush(w).unwrap();
            w.number("SELECT CAST(coalesce(sum(calls), 0) AS BIGINT) AS n FROM sunset_calls")
        };
        client::send(w.address(), "GET", CONTACTS, &[("x-api-key", "rk_wrong")], None).unwrap();
        let narrow = w.key_with(&["tickets:read"], 82);
        w.raw(&narrow, "GET", CONTACTS, &[], None);
        assert_eq!(count(), 0, "neither strangers nor keys that may not");
        for day in ["2027-06-01", "2028-06-01", "bad"] {
            w.call("GET", CONTACTS, &[("recado-preview-date", day)], None);
        }
        assert_eq!(count(), 0, "no rehearsals");
        w.get("/api/public/contacts?days=1");
        assert_eq!(count(), 0, "no successors");
        assert_eq!(w.get(&format!("{CONTACTS}?days=x")).status, 400);
        assert_eq!(count(), 1, "but what is refused");
        w.wait_until("2028-01-01T12:00:00Z");
        assert_eq!(w.get(CONTACTS).status, 410);
        assert_eq!(count(), 2, "and what is gone");
        let callers = callers(w, &w.here.key, "whatsapp-contacts");
        assert_eq!(callers[0].1, Value::Null, "no user agent was sent");
        for path in ["/api/v1/sunsets/nothing/callers", "/api/v1/sunsets/Note-Send/callers"] {
            assert_eq!(w.get(path).status, 404);
        }
        assert_eq!(w.get("/api/v1/sunsets/note-send/callers?cursor=x").status, 400);
    });
}

#[test]
fn fifty_agents_a_key_and_day_over_all_servers() {
    each(|w| {
        w.wait_until("2027-03-10T12:00:00Z");
        let second = w.restarted();
        for n in 0..40 {
            call_at(w.address(), &w.here.key, &format!("bot/{n}"));
        }
        flush(w).unwrap();
        for n in 30..70 {
            call_at(second.address, &w.here.key, &format!("bot/{n}"));
        }
        second.wait_for(second.app.write_counts()).unwrap();
        for n in 65..75 {
            call_at(w.address(), &w.here.key, &format!("bot/{n}"));
        }
        flush(w).unwrap();
        let agents = "SELECT count(*) AS n FROM sunset_calls";
        assert_eq!(w.number(agents), 51);
        assert_eq!(w.number("SELECT CAST(sum(calls) AS BIGINT) AS n FROM sunset_calls"), 90, "none is lost");
        // 40 + 10 fit; 20 of the second server's and 10 of the last are one.
        assert_eq!(w.number("SELECT calls AS n FROM sunset_calls WHERE user_agent = 'other'"), 30);
        call(w, &w.there.key, "bot/99", 1);
        w.wait(86_400);
        call(w, &w.here.key, "bot/99", 1);
        flush(w).unwrap();
        assert_eq!(w.number("SELECT count(*) AS n FROM sunset_calls WHERE user_agent = 'bot/99'"), 2);
        let long = "ñ".repeat(200);
        call(w, &w.here.key, &long, 1);
        flush(w).unwrap();
        let cut = format!("SELECT count(*) AS n FROM sunset_calls WHERE user_agent = '{}'", "ñ".repeat(120));
        assert_eq!(w.number(&cut), 1, "cut between characters");
    });
}

#[test]
fn servers_that_write_at_once_add_up() {
    each(|w| {
        let servers: Vec<_> = (0..3).map(|_| w.restarted()).collect();
        for round in 0..5 {
            for server in &servers {
                for _ in 0..=round {
                    call_at(server.address, &w.here.key, "bot");
                }
            }
            std::thread::scope(|scope| {
                for server in &servers {
                    scope.spawn(|| {
                        // Of those that meet some may lose and keep theirs.
                        while server.wait_for(server.app.write_counts()).is_err() {}
                    });
                }
            });
        }
        assert_eq!(w.number("SELECT calls AS n FROM sunset_calls"), 3 * (1 + 2 + 3 + 4 + 5));
    });
}

#[test]
fn a_write_that_fails_keeps_the_counts() {
    each(|w| {
        let rename = |from: &'static str, to: &'static str| {
            let sql = format!("ALTER TABLE {from} RENAME TO {to}");
            let work = move |tx: &mut Tx<'_>| tx.execute_batch(&sql);
            w.db.write_blocking(Priority::Interactive, work).unwrap();
        };
        call(w, &w.here.key, "a", 2);
        rename("sunset_calls", "away");
        assert!(flush(w).is_err());
        call(w, &w.here.key, "a", 1);
        call(w, &w.here.key, "b", 1);
        assert!(flush(w).is_err());
        rename("away", "sunset_calls");
        assert_eq!(flush(w).unwrap(), 2);
        assert_eq!(flush(w).unwrap(), 0, "and only once");
        assert_eq!(w.number("SELECT calls AS n FROM sunset_calls WHERE user_agent = 'a'"), 3);
        assert_eq!(w.number("SELECT calls AS n FROM sunset_calls WHERE user_agent = 'b'"), 1);
    });
}

#[test]
fn counts_are_forgotten_after_four_hundred_days() {
    each(|w| {
        w.wait_until("2026-12-05T12:00:00Z");
        for _ in 0..3 {
            call(w, &w.here.key, "a", 1);
            call(w, &w.here.key, "b", 1);
            flush(w).unwrap();
            w.wait(86_400);
        }
        let forget = |days_later: i64, most: i64| {
            let today = sunsets::day_of(w.now().plus_days(days_later));
            let work = move |tx: &mut Tx<'_>| sunsets::forget_old(tx, today, most);
            w.db.write_blocking(Priority::Background, work).unwrap()
        };
        // Three days ago, and two, and one.
        assert_eq!(forget(397, 10), 0);
        assert_eq!((forget(398, 1), forget(398, 10), forget(398, 10)), (1, 1, 0), "in parts");
        assert_eq!(w.number("SELECT count(*) AS n FROM sunset_calls"), 4);
        assert_eq!(forget(1000, 10), 4);
    });
}
