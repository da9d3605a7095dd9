//! Receivers that misbehave, beside one that does not.

use std::net::TcpListener;
use std::time::Duration;

use crm::id::WebhookId;
use store::testing::{each_engine, fresh_sqlite};

use crate::receiver::{Receiver, Reply};
use crate::world::{World, until};

#[test]
fn nobody_waits_for_those_that_hang_flood_refuse_or_lead_inside() {
    each_engine(|db| {
        let w = World::new(db);
        let good = Receiver::start(|_, _| Reply::Status(200));
        let hang = Receiver::start(|_, _| Reply::Hang);
        let flood = Receiver::start(|_, _| Reply::Flood);
        let redirect =
            Receiver::start(|_, _| Reply::Headers(302, "location: http://169.254.169.254/latest\r\n".to_owned()));
        let late = Receiver::start(|_, _| Reply::Late(Duration::from_secs(2)));
        let refused = {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            format!("http://{}/", listener.local_addr().unwrap())
        };
        let topics = &["event.tracked"];
        // First those that misbehave, so that they are first in every line.
        let [hang_id, flood_id, redirect_id, late_id, refused_id] =
            [&hang.url, &flood.url, &redirect.url, &late.url, &refused].map(|url| w.endpoint(url, topics));
        let inside = w.endpoint("http://10.0.0.1/", topics);
        let good_id = w.endpoint(&good.url, topics);
        let node = w.node();
        let events = w.happen(150);
        until("all that is good", || good.count() >= events.len());
        // Not one of the tries that hang has ended, and there are few of them.
        assert!(w.calls(hang_id).is_empty());
        assert!(hang.count() <= 8, "{}", hang.count());
        until("the others' tries", || {
            [flood_id, redirect_id, refused_id, inside, late_id].iter().all(|id| !w.calls(*id).is_empty())
        });
        let call = |id| w.calls(id).pop().unwrap();
        assert_eq!((call(flood_id).outcome.as_str(), call(flood_id).response.unwrap().len()), ("delivered", 4096));
        assert_eq!((call(redirect_id).outcome.as_str(), call(redirect_id).status), ("retrying", Some(302)));
        assert_eq!((call(refused_id).outcome.as_str(), call(refused_id).status), ("retrying", None));
        assert!(call(inside).error.unwrap().contains("not on the public internet"));
        assert_eq!(call(late_id).outcome, "delivered");
        until("the records", || w.calls(good_id).len() == events.len());
        let mut ids: Vec<String> = good.all().into_iter().map(|received| received.id).collect();
        ids.sort();
        ids.dedup();
        assert_eq!((ids.len(), good.count()), (events.len(), events.len()), "each once");
        node.kill();
    });
}

/// Slow: it waits for receivers that take most of the time there is. A busy machine may make one of them too late, so there are
/// some, with two seconds to spare, and what each came to is what its own time says.
#[test]
fn an_answer_within_fifteen_seconds_counts_and_holds_nobody_up() {
    let db = fresh_sqlite();
    let w = World::new(&db);
    let topics = &["event.tracked"];
    let late: Vec<Receiver> = (0..6).map(|_| Receiver::start(|_, _| Reply::Late(Duration::from_secs(13)))).collect();
    let late: Vec<(WebhookId, &Receiver)> =
        late.iter().map(|receiver| (w.endpoint(&receiver.url, topics), receiver)).collect();
    let good = Receiver::start(|_, _| Reply::Status(200));
    w.endpoint(&good.url, topics);
    let node = w.node();
    w.happen(1);
    until("all have it", || late.iter().all(|(_, receiver)| receiver.count() == 1));
    let events = w.happen(50);
    until("all that is good", || good.count() > events.len());
    assert!(late.iter().all(|(id, _)| w.calls(*id).is_empty()), "the good one waited for them");
    assert!(late.iter().all(|(_, receiver)| receiver.count() <= 8), "no more at once than an endpoint gets");
    until("their ends", || late.iter().all(|(id, _)| !w.calls(*id).is_empty()));
    let ends: Vec<(String, i64)> =
        late.iter().flat_map(|(id, _)| w.calls(*id)).map(|call| (call.outcome, call.duration_ms)).collect();
    assert!(ends.iter().any(|(outcome, _)| outcome == "delivered"), "{ends:?}");
    for (outcome, took) in ends {
        assert!(took >= 13_000, "{took}");
        assert!(outcome == "delivered" || took >= 15_000, "{outcome} after {took} ms");
    }
    node.kill();
}
