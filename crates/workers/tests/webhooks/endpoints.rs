//! Endpoints that are given up, secrets that change, events that are sent once more.

use crm::webhooks::{self, EndpointPatch, Replay, seal_place};
use providers::webhook::Secret;
use store::testing::each_engine;

use crate::receiver::{Receiver, Reply};
use crate::world::{World, sealer, until};

#[test]
fn gone_is_gone_and_others_are_told() {
    each_engine(|db| {
        let w = World::new(db);
        let (gone, other) = (Receiver::start(|_, _| Reply::Status(410)), Receiver::start(|_, _| Reply::Status(200)));
        let id = w.endpoint(&gone.url, &["event.tracked"]);
        w.endpoint(&other.url, &["webhook.disabled"]);
        let node = w.node();
        w.happen(1);
        until("being told", || other.count() == 1);
        let endpoint = w.get(id);
        assert_eq!((endpoint.active, endpoint.disabled_reason.as_deref()), (false, Some("gone")));
        let told = other.all()[0].json();
        assert_eq!(
            (told["data"]["webhook_id"].as_str(), told["data"]["reason"].as_str()),
            (Some(&*id.to_string()), Some("gone"))
        );
        w.happen(1);
        w.later(10);
        node.end();
        assert_eq!(gone.count(), 1);
    });
}

#[test]
fn five_days_of_failures_end_it_and_being_made_active_begins_afresh() {
    each_engine(|db| {
        let w = World::new(db);
        let receiver = Receiver::start(|_, _| Reply::Status(500));
        let id = w.endpoint(&receiver.url, &["event.tracked"]);
        let node = w.node();
        w.happen(1);
        until("a failure", || w.calls(id).len() == 1);
        w.later(4 * 86_400);
        w.happen(1);
        until("failures after four days", || w.calls(id).len() >= 3);
        assert!(w.get(id).active);
        w.later(86_400 + 600);
        until("the end", || !w.get(id).active);
        assert_eq!(w.get(id).disabled_reason.as_deref(), Some("failing"));
        let patch = EndpointPatch { active: Some(true), ..EndpointPatch::default() };
        w.work(move |w| webhooks::update(w, id, &patch));
        let endpoint = w.get(id);
        assert!(endpoint.active && endpoint.failing_since.is_none() && endpoint.disabled_reason.is_none());
        node.end();
    });
}

#[test]
fn for_a_day_both_secrets_sign() {
    each_engine(|db| {
        let w = World::new(db);
        let receiver = Receiver::start(|_, _| Reply::Status(200));
        let id = w.endpoint(&receiver.url, &["event.tracked"]);
        let node = w.node();
        let signatures = |n: usize| {
            w.happen(1);
            until("one more", || receiver.count() == n);
            receiver.all()[n - 1].signature.split(' ').count()
        };
        assert_eq!(signatures(1), 1);
        let sealed = sealer().seal(&seal_place(id), Secret::random().unwrap().bytes()).unwrap();
        w.work(move |w| webhooks::rotate(w, id, &sealed, None));
        assert_eq!(signatures(2), 2);
        w.later(webhooks::ROTATION_SECONDS + 1);
        assert_eq!(signatures(3), 1);
        node.end();
    });
}

#[test]
fn replays_send_the_same_again() {
    each_engine(|db| {
        let w = World::new(db);
        let receiver = Receiver::start(|_, _| Reply::Status(200));
        let id = w.endpoint(&receiver.url, &["event.tracked"]);
        let node = w.node();
        w.later(86_400);
        let from = w.crm.now();
        let events = w.happen(3);
        let to = w.crm.now();
        until("the first time", || w.calls(id).len() == 3);
        // Longer than the log's times may be out of order.
        w.later(7200);
        let one = events[1];
        let replayed = w.work(move |w| webhooks::replay(w, id, &Replay::Events(vec![one])));
        assert_eq!((replayed.queued, replayed.next_after), (1, None));
        until("one of them", || w.calls(id).len() == 4);
        let again = w.work(move |w| webhooks::replay(w, id, &Replay::Between { from, to, after: 0 }));
        assert_eq!((again.queued, again.next_after), (3, None));
        until("all of them", || w.calls(id).len() == 7);
        let before = w.work(move |w| {
            webhooks::replay(
                w,
                id,
                &Replay::Between { from: from.plus_seconds(-9000), to: from.plus_seconds(-3600), after: 0 },
            )
        });
        assert_eq!(before.queued, 0);
        // Once nothing of them is kept the log still has them.
        w.later(30 * 86_400);
        let now = w.crm.now();
        assert!(w.work(move |w| webhooks::forget_old(w.tx, now, 1000)) > 0);
        let replayed = w.work(move |w| webhooks::replay(w, id, &Replay::Events(vec![one])));
        assert_eq!(replayed.queued, 1);
        until("it once more", || receiver.count() == 8);
        let sent: Vec<_> = receiver.all().into_iter().filter(|sent| sent.id == one.to_string()).collect();
        assert_eq!(sent.len(), 4);
        assert!(sent.iter().all(|again| again.body == sent[0].body));
        node.end();
    });
}
