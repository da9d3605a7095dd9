//! The live stream: in order, whole, resumed, cut where it must be.

use std::collections::BTreeSet;
use std::io::Read;
use std::net::TcpStream;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use api::stream::StreamLimits;
use api::{ApiOptions, App, Patience};
use crm::{Caller, events};
use serde_json::json;
use store::{Error, Priority, params};

use crate::client;
use crate::live::{Frame, Live};
use crate::redact::wrong;
use crate::world::{PLAYGROUND, Server, UPSERT, World, each, text};

const PATH: &str = "/api/v1/events/stream";

fn open(w: &World, query: &str, last: Option<i64>) -> (Live, Frame) {
    Live::open(w.address(), &w.here.key, query, last).unwrap()
}

/// Sequences of the log after one, in order.
fn log(w: &World, after: i64) -> Vec<i64> {
    w.settled();
    let page = w.get(&format!("/api/v1/events?limit=1000&after={after}")).json();
    page["data"].as_array().unwrap().iter().map(|event| event["sequence"].as_i64().unwrap()).collect()
}

fn take(live: &mut Live, n: usize) -> Vec<i64> {
    (0..n).map(|_| live.event().unwrap().id.unwrap()).collect()
}

#[test]
fn what_eight_writers_do_comes_once_and_in_order() {
    each(|w| {
        w.settled();
        let (mut live, first) = open(w, "", None);
        let (mut filtered, _) = open(w, "topic=ticket.opened", None);
        let from = first.id.unwrap();
        thread::scope(|scope| {
            for writer in 0..8 {
                scope.spawn(move || {
                    for n in 0..5 {
                        let body = json!({"channel": "playground", "channel_phone_number": PLAYGROUND,
                                          "contact_phone_number": format!("+569555{writer}{n:04}"),
                                          "stageId": w.here.stages[0]});
                        let headers = [("x-api-key", w.here.key.as_str()), ("content-type", "application/json")];
                        let body = body.to_string();
                        let reply =
                            client::send_until_taken(w.address(), "POST", UPSERT, &headers, Some(body.as_bytes()));
                        assert_eq!(reply.unwrap().status, 201);
                    }
                });
            }
        });
        let expected = log(w, from);
        assert!(expected.len() >= 80, "{}", expected.len());
        assert_eq!(take(&mut live, expected.len()), expected);
        let tickets: Vec<Frame> = (0..40).map(|_| filtered.event().unwrap()).collect();
        assert!(tickets.iter().all(|frame| frame.topic() == "ticket.created"));
        // A frame holds what the log has.
        let one = tickets[0].data.clone().unwrap();
        let page = w.get(&format!("/api/v1/events?limit=1&after={}", one["sequence"].as_i64().unwrap() - 1)).json();
        assert_eq!(page["data"][0], one);
    });
}

#[test]
fn a_stream_that_was_cut_goes_on_where_it_was() {
    each(|w| {
        let (mut live, first) = open(w, "", None);
        let contact = w.contact("+56955501001");
        let seen = take(&mut live, 1);
        drop(live);
        for n in 2..6 {
            w.contact(&format!("+5695550100{n}"));
        }
        let expected = log(w, first.id.unwrap());
        let (mut again, begin) = open(w, "after=0", Some(seen[0]));
        assert_eq!(begin.id, Some(seen[0]), "the header goes before the parameter");
        assert_eq!([seen, take(&mut again, expected.len() - 1)].concat(), expected);
        // The whole log, further back than anything in memory; and behind it what comes now.
        let all = log(w, 0);
        let (mut whole, _) = open(w, "after=0", None);
        assert_eq!(take(&mut whole, all.len()), all);
        let (mut of_one, _) = open(w, &format!("after=0&contact_id={contact}"), None);
        let mine = of_one.event().unwrap();
        assert_eq!(
            (mine.topic(), text(&mine.data.as_ref().unwrap()["subject"]["contact_id"])),
            ("contact.created", contact.clone())
        );
        let note = w.post(&format!("/api/v1/contacts/{contact}/notes"), json!({"text": "a\nb"}));
        assert_eq!(note.status, 201);
        let (now, also_now) = (whole.event().unwrap(), of_one.event().unwrap());
        assert_eq!((now.topic(), &now.data.as_ref().unwrap()["data"]["text"]), ("note.created", &json!("a\nb")));
        assert_eq!(now, also_now);
        // From further on than the log is: a backup was restored.
        let (mut ahead, begin) = open(w, "", Some(i64::MAX));
        assert!(begin.id.unwrap() < i64::MAX);
        let reset = ahead.frame().unwrap();
        assert_eq!((reset.event.as_deref(), reset.id), (Some("reset"), None));
        assert_eq!(reset.data.unwrap()["last_sequence"].as_i64(), begin.id);
    });
}

#[test]
fn another_organization_hears_nothing() {
    each(|w| {
        w.settled();
        let (mut theirs, _) = Live::open(w.address(), &w.there.key, "", None).unwrap();
        let (mut ours, _) = open(w, "", None);
        w.contact("+56955501001");
        ours.event().unwrap();
        w.server().app.hub.tell(w.here.organization, "typing", &json!({}));
        let body = json!({"channel": "playground", "channel_phone_number": PLAYGROUND, "contact_phone_number": "+5511987654321"});
        assert_eq!(w.raw(&w.there.key, "POST", UPSERT, &[], Some(body.to_string().as_bytes())).status, 201);
        let first = theirs.frame().unwrap();
        assert_eq!(first.topic(), "contact.created");
        assert_eq!(first.data.unwrap()["data"]["phone"], "+5511987654321");
    });
}

#[test]
fn a_key_that_is_revoked_is_cut_off() {
    each(|w| {
        let key = w.key_with(&["events:read"], 40);
        let narrowed = w.key_with(&["events:read", "setup:read"], 41);
        let (mut revoked, _) = Live::open(w.address(), &key, "topic=contact.created", None).unwrap();
        let (mut less, _) = Live::open(w.address(), &narrowed, "", None).unwrap();
        let (mut stays, _) = open(w, "topic=contact.created", None);
        let keys = w.get("/api/v1/api_keys").json();
        let ids: Vec<String> = keys["data"].as_array().unwrap().iter().map(|key| text(&key["id"])).collect();
        let (id, other) = (&ids[ids.len() - 2], &ids[ids.len() - 1]);
        assert_eq!(w.call("DELETE", &format!("/api/v1/api_keys/{id}"), &[], None).status, 200);
        assert_eq!(w.patch(&format!("/api/v1/api_keys/{other}"), json!({"scopes": ["setup:read"]})).status, 200);
        w.contact("+56955501001");
        assert_eq!(revoked.event(), None, "nothing of what came after");
        // It may have heard of the other key before its own turn came.
        while let Some(frame) = less.event() {
            assert_ne!(frame.topic(), "contact.created");
        }
        assert_eq!(stays.event().unwrap().topic(), "contact.created");
        assert_eq!(Live::open(w.address(), &key, "", None).err(), Some(401));
        assert_eq!(Live::open(w.address(), &narrowed, "", None).err(), Some(403));
        // A key that is made while others listen may listen, too.
        let new = w.key_with(&["events:read"], 42);
        let (mut new, _) = Live::open(w.address(), &new, "", None).unwrap();
        w.contact("+56955501002");
        while new.event().unwrap().topic() != "contact.created" {}
    });
}

#[test]
fn who_is_too_slow_is_cut_off_and_holds_up_nobody() {
    each(|w| {
        w.settled();
        let (mut slow, first) = open(w, "", None);
        let (mut quick, _) = open(w, "", None);
        let large = json!({"text": "x".repeat(100_000)});
        for n in 0..300 {
            let name = if n % 2 == 0 { "typing" } else { "presence" };
            w.server().app.hub.tell(w.here.organization, name, &large);
            let frame = quick.frame().unwrap();
            assert_eq!((frame.event.as_deref(), frame.id, frame.data.as_ref()), (Some(name), None, Some(&large)));
        }
        let contact = w.contact("+56955501001");
        assert_eq!(quick.event().unwrap().topic(), "contact.created");
        let frames = std::iter::from_fn(|| slow.frame()).count();
        assert!(frames < 300, "{frames}");
        let (mut resumed, _) = open(w, "", first.id);
        assert_eq!(text(&resumed.event().unwrap().data.unwrap()["subject"]["contact_id"]), contact);
    });
}

/// A server of its own, with other limits, that can be stopped.
fn with_limits(w: &World, limits: StreamLimits) -> Server {
    Server::start(&w.crm, ApiOptions { stream_limits: limits, ..ApiOptions::default() })
}

#[test]
fn so_many_streams_and_no_more() {
    each(|w| {
        let limits = StreamLimits { per_key: 2, per_organization: 3, ..StreamLimits::default() };
        let server = with_limits(w, limits);
        let other = w.key_with(&["events:read"], 40);
        let join = |key: &str| Live::open(server.address, key, "", None);
        let (one, two) = (join(&w.here.key).unwrap(), join(&w.here.key).unwrap());
        assert_eq!(join(&w.here.key).err(), Some(429));
        let reply = client::send(server.address, "GET", PATH, &[("x-api-key", w.here.key.as_str())], None).unwrap();
        assert_eq!(
            (reply.json()["code"].clone(), reply.header("retry-after")),
            (json!("too_many_streams"), Some("30"))
        );
        let three = join(&other).unwrap();
        assert_eq!(join(&other).err(), Some(429), "of the organization");
        assert!(join(&w.there.key).is_ok());
        drop((one, two, three));
        // The server notices by itself.
        while join(&other).is_err() {
            thread::sleep(Duration::from_millis(10));
        }
        while server.app.hub.listeners() > 0 {
            thread::sleep(Duration::from_millis(10));
        }
    });
}

#[test]
fn a_silent_stream_gives_signs_of_life_that_move_on() {
    each(|w| {
        let limits = StreamLimits { heartbeat: Duration::from_millis(20), ..StreamLimits::default() };
        let server = with_limits(w, limits);
        let (mut live, first) = Live::open(server.address, &w.here.key, "topic=contact.merged", None).unwrap();
        w.contact("+56955501001");
        let last = w.last_sequence();
        assert!(first.id.unwrap() < last);
        let moved = loop {
            let frame = live.frame().unwrap();
            assert_eq!((frame.comment.as_deref(), &frame.data), (Some(""), &None));
            if frame.id.unwrap() >= last.min(log(w, 0).last().copied().unwrap()) {
                break frame;
            }
        };
        // Where it would be resumed there is nothing to look at again.
        assert!(log(w, moved.id.unwrap()).is_empty());
    });
}

#[test]
fn a_stream_outlives_what_others_are_waited_for() {
    each(|w| {
        let second = Duration::from_secs(1);
        let limits = StreamLimits { heartbeat: second / 20, ..StreamLimits::default() };
        let patience = Patience { headers: second, taking: second };
        let options = ApiOptions { stream_limits: limits, patience, ..ApiOptions::default() };
        let server = Server::start(&w.crm, options);
        let (mut live, _) = Live::open(server.address, &w.here.key, "topic=contact.created", None).unwrap();
        // Who says nothing is cut off meanwhile.
        let mut silent = TcpStream::connect(server.address).unwrap();
        silent.set_read_timeout(Some(60 * second)).unwrap();
        // Each sign of life comes a twentieth of a second after the one before.
        for _ in 0..50 {
            assert!(live.frame().unwrap().comment.is_some());
        }
        assert_eq!(silent.read(&mut [0; 64]).unwrap(), 0);
        w.contact("+56955501001");
        assert_eq!(live.event().unwrap().topic(), "contact.created");
    });
}

#[test]
fn a_server_that_stops_ends_its_streams_at_once() {
    each(|w| {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let http = providers::Http::new(providers::http::HttpOptions::default());
        let app = App::new(w.crm.clone(), api::seal::Sealer::new(&[7; 32]), http, ApiOptions::default());
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let serving = runtime.spawn(api::serve(app, listener, async {
            let _ = stopped.await;
        }));
        let (mut live, _) = Live::open(address, &w.here.key, "", None).unwrap();
        let (mut filtered, _) = Live::open(address, &w.here.key, "topic=note.created", None).unwrap();
        stop.send(()).unwrap();
        assert_eq!((live.event(), filtered.event()), (None, None));
        runtime.block_on(serving).unwrap();
    });
}

#[test]
fn what_is_wrong_is_said() {
    each(|w| {
        for (query, expected) in [
            ("topic=nope", "?topic unknown_topic"),
            ("after=-1", "?after out_of_range"),
            ("contact_id=1", "?contact_id invalid_uuid"),
            ("limit=5", "?limit unknown_key"),
        ] {
            let reply = w.get(&format!("{PATH}?{query}"));
            assert_eq!((reply.status, wrong(&reply.json())), (400, vec![expected.to_owned()]), "{query}");
        }
        for bad in ["x", "-1", "1.5", "99999999999999999999"] {
            let reply = w.call("GET", PATH, &[("last-event-id", bad)], None);
            assert_eq!(
                (reply.status, wrong(&reply.json())),
                (400, vec!["Last-Event-ID invalid_header".to_owned()]),
                "{bad}"
            );
        }
        let reply = w.call("HEAD", PATH, &[], None);
        assert_eq!((reply.status, reply.header("content-type")), (200, Some("text/event-stream")));
        while w.server().app.hub.listeners() > 0 {
            thread::sleep(Duration::from_millis(10));
        }
    });
}

/// Keeps a transaction open that has recorded an event, until it is told to commit.
fn hold(w: &World) -> impl FnOnce() + use<> {
    let (go, wait) = mpsc::channel::<()>();
    let (tell, ready) = mpsc::channel::<()>();
    let (wait, crm, caller) = (Mutex::new(wait), w.crm.clone(), Caller::system(w.here.organization));
    let writer = thread::spawn(move || {
        crm.write_blocking(&caller, move |w| {
            events::record(w, events::Fact::new(events::Topic::EventTracked).data(json!({"event": "held"})))?;
            let _ = tell.send(());
            let _ = wait.lock().unwrap().recv();
            Ok(())
        })
        .unwrap();
    });
    ready.recv().unwrap();
    move || {
        go.send(()).unwrap();
        writer.join().unwrap();
    }
}

#[test]
fn events_behind_an_open_transaction_wait_for_it_and_that_shows() {
    each(|w| {
        assert_eq!(w.get("/readyz").json()["warnings"], json!([]));
        if !w.is_postgres() {
            // One writer: nothing is ever behind another.
            return;
        }
        w.settled();
        let (mut live, _) = open(w, "", None);
        let let_go = hold(w);
        let contact = w.contact("+56955501001");
        let after = w.get("/api/v1/events?topic=contact.created").json();
        assert_eq!(after["data"], json!([]), "it must not be passed by");
        w.wait(60);
        let warning = text(&w.get("/readyz").json()["warnings"][0]);
        assert!(warning.starts_with("events have waited for ") && warning.contains("recado"), "{warning}");
        let_go();
        let (first, second) = (live.event().unwrap(), live.event().unwrap());
        assert_eq!((first.topic(), second.topic()), ("event.tracked", "contact.created"));
        assert_eq!(second.data.unwrap()["subject"]["contact_id"], json!(contact));
        w.settled();
        assert_eq!(w.get("/readyz").json()["warnings"], json!([]));
    });
}

#[test]
fn a_rare_topic_or_a_ticket_costs_a_bounded_page_at_a_time() {
    each(|w| {
        let organization = w.here.organization;
        let seed = move |tx: &mut store::Tx<'_>| -> Result<u64, Error> {
            let id = match tx.engine() {
                store::Engine::Sqlite => "randomblob(16)",
                store::Engine::Postgres => "gen_random_uuid()",
            };
            let sql = format!(
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 21000)
                 INSERT INTO events (sequence, organization_id, id, topic, occurred_at, actor, subject, data, request_id)
                 SELECT 10000 + i, $1, {id}, 'note.created', 0, 'system', '{{}}', '{{}}', 'r' FROM n"
            );
            tx.execute(&sql, params![organization])
        };
        w.db.write_blocking(Priority::Interactive, seed).unwrap();
        let contact = w.contact("+56955501001");
        w.settled();
        let walk = |filter: String| {
            let (mut after, mut pages, mut found) = (9999, 0, Vec::new());
            loop {
                let page = w.get(&format!("/api/v1/events?{filter}&after={after}")).json();
                found.extend(
                    page["data"].as_array().unwrap().iter().map(|event| event["subject"]["contact_id"].clone()),
                );
                assert!(page["last_sequence"].as_i64().unwrap() > after, "it moves on");
                after = page["last_sequence"].as_i64().unwrap();
                pages += 1;
                if page["more"] == json!(false) {
                    return (pages, found);
                }
            }
        };
        let (other, ticket) = w.ticket("+56955501002");
        w.settled();
        let (pages, found) = walk("topic=contact.created".to_owned());
        assert!(pages > 1);
        assert_eq!(found, [json!(contact), json!(other)]);
        let (pages, found) = walk(format!("ticket_id={ticket}"));
        assert!(pages > 1 && !found.is_empty());
        assert!(found.iter().all(|contact| *contact == json!(other)), "{found:?}");
        let (mut live, _) = open(w, "topic=contact.created&after=9999", None);
        assert_eq!(text(&live.event().unwrap().data.unwrap()["subject"]["contact_id"]), contact);
        // By contact there is an index.
        let page = w.get(&format!("/api/v1/events?after=9999&contact_id={contact}")).json();
        assert_eq!((page["data"].as_array().unwrap().len(), &page["more"]), (1, &json!(false)));
    });
}

#[test]
fn listeners_on_two_nodes_hear_the_same() {
    each(|w| {
        w.settled();
        let other = w.restarted();
        let (mut here, first) = open(w, "", None);
        let (mut there, _) = Live::open(other.address, &w.here.key, "", first.id).unwrap();
        let contacts: Arc<BTreeSet<String>> = Arc::new((0..3).map(|n| w.contact(&format!("+5695550100{n}"))).collect());
        let heard = |live: &mut Live| -> BTreeSet<String> {
            (0..3).map(|_| text(&live.event().unwrap().data.unwrap()["subject"]["contact_id"])).collect()
        };
        assert_eq!(heard(&mut here), *contacts);
        assert_eq!(heard(&mut there), *contacts);
    });
}
