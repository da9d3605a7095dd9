//! What waits to be sent when two people turn out to be one.

use crm::id::{ChannelId, MessageId};
use crm::leases::{self, Lease};
use crm::messages::Failure;
use crm::outbox::{self, Fate};
use serde_json::{Value, json};
use store::{Priority, Tx};

use crate::meta::{Line, contact_of, seconds};
use crate::world::{World, each, text};

const ANA: &str = "56955501234";
const BEA: &str = "56955509999";

struct Two<'a> {
    w: &'a World,
    line: Line,
    ana: String,
    bea: String,
}

impl<'a> Two<'a> {
    /// Two that wrote a moment ago.
    fn new(w: &'a World) -> Two<'a> {
        let line = Line::open(w, 1);
        for (n, phone) in [(1, ANA), (2, BEA)] {
            line.deliver(w, &line.text(phone, &n.to_string(), seconds(w) - 100 + n, "hola"));
        }
        let (ana, bea) = (contact_of(w, ANA), contact_of(w, BEA));
        Two { w, line, ana, bea }
    }

    fn send(&self, contact: &str, body: &str) -> MessageId {
        let reply = self.w.post("/api/v1/messages", json!({"contact_id": contact, "text": body}));
        assert_eq!(reply.status, 201, "{}", reply.text());
        text(&reply.json()["id"]).parse().unwrap()
    }

    fn merge(&self) -> Value {
        let reply =
            self.w.post(&format!("/api/v1/contacts/{}/merge", self.bea), json!({"contact_id": self.ana.as_str()}));
        assert_eq!((reply.status, &reply.json()["contact_id"]), (200, &json!(self.ana)), "{}", reply.text());
        reply.json()
    }

    fn undo(&self, merge: &Value) {
        let reply = self.w.post(&format!("/api/v1/merges/{}/undo", text(&merge["id"])), json!({}));
        assert_eq!(reply.status, 200, "{}", reply.text());
    }

    fn channel(&self) -> ChannelId {
        self.line.channel.parse().unwrap()
    }

    fn lease(&self) -> Lease {
        let claim = |tx: &mut Tx<'_>| leases::claim(tx, "outbound", "a worker", 60);
        self.w.db.write_claim_blocking(Priority::Interactive, claim).unwrap().unwrap()
    }

    /// Texts that a worker takes now, in its order, and their ids; they are being sent from then on.
    fn take(&self, lease: &Lease) -> Vec<(MessageId, String, Option<String>)> {
        let (lease, channel) = (lease.clone(), self.channel());
        let paced = self.w.work(move |w| outbox::claim(w, &lease, channel, 100, &|_, _| 0)).unwrap();
        paced.send.into_iter().map(|claimed| (claimed.message, claimed.content.summary(), claimed.to)).collect()
    }

    fn settle(&self, lease: &Lease, id: MessageId, fate: Fate) {
        let lease = lease.clone();
        self.w.work(move |w| outbox::settle(w, &lease, id, &fate));
    }

    fn accept(&self, lease: &Lease, id: MessageId) {
        self.settle(lease, id, Fate::Accepted { provider_id: format!("wamid.{id}"), wa_id: None });
    }

    /// All that leaves, one after the other: (text, to whom).
    fn drain(&self, lease: &Lease) -> Vec<(String, String)> {
        let mut left = Vec::new();
        loop {
            let taken = self.take(lease);
            if taken.is_empty() {
                return left;
            }
            for (id, body, to) in taken {
                self.accept(lease, id);
                left.push((body, to.unwrap()));
            }
        }
    }

    fn due(&self) -> i64 {
        self.w.number("SELECT count(*) AS n FROM outbox WHERE due_at IS NOT NULL")
    }
}

#[test]
fn two_lines_become_one_in_the_order_in_which_they_were_queued() {
    each(|w| {
        let two = Two::new(w);
        for (contact, body) in [(&two.bea, "1"), (&two.ana, "2"), (&two.bea, "3"), (&two.ana, "4")] {
            two.send(contact, body);
        }
        assert_eq!(two.due(), 2);
        two.merge();
        assert_eq!((two.due(), w.number("SELECT count(DISTINCT contact_id) AS n FROM outbox")), (1, 1));
        two.send(&two.bea, "5");
        let expected: Vec<(String, String)> = (1..=5).map(|n| (n.to_string(), ANA.to_owned())).collect();
        assert_eq!(two.drain(&two.lease()), expected, "one after the other, all to the one they are");
        assert_eq!(w.number("SELECT count(*) AS n FROM outbox"), 0);
    });
}

#[test]
fn an_undo_gives_each_their_line_again() {
    each(|w| {
        let two = Two::new(w);
        for (contact, body) in [(&two.bea, "1"), (&two.ana, "2"), (&two.bea, "3"), (&two.ana, "4")] {
            two.send(contact, body);
        }
        let merge = two.merge();
        two.send(&two.bea, "5");
        two.undo(&merge);
        assert_eq!(two.due(), 2);
        let left = two.drain(&two.lease());
        let of = |phone: &str| -> Vec<&str> {
            left.iter().filter(|(_, to)| to == phone).map(|(body, _)| body.as_str()).collect()
        };
        assert_eq!((of(ANA), of(BEA)), (vec!["2", "4", "5"], vec!["1", "3"]), "what was said since stays");
    });
}

#[test]
fn what_is_being_sent_meanwhile_holds_the_line_they_have_now() {
    each(|w| {
        let two = Two::new(w);
        let (first, _) = (two.send(&two.bea, "1"), two.send(&two.bea, "2"));
        let other = two.send(&two.ana, "3");
        let lease = two.lease();
        assert_eq!(two.take(&lease).len(), 2, "the first of each");
        two.merge();
        assert_eq!(two.take(&lease).len(), 0);
        // The second of them is to be tried again: it stands behind what was queued before it.
        let failure = Failure { code: "131056".to_owned(), title: None, details: None, advice: None };
        two.settle(&lease, other, Fate::Again { at: w.now(), failure, counts: true });
        assert_eq!((two.due(), two.take(&lease).len()), (0, 0));
        two.accept(&lease, first);
        let left: Vec<String> = two.drain(&lease).into_iter().map(|(body, _)| body).collect();
        assert_eq!(left, ["2", "3"]);
    });
}
