//! The outbox as a worker meets it: what holds up whom, and for how long.

use crm::id::{ChannelId, MessageId};
use crm::leases::{self, Lease};
use crm::outbox::{self, Fate, UNKNOWN_HOLDS_SECONDS};
use serde_json::json;
use store::{Priority, Tx, params};

use crate::meta::{Line, contact_of, seconds};
use crate::world::{World, each, text};

struct Desk<'a> {
    w: &'a World,
    channel: ChannelId,
    lease: Lease,
}

impl<'a> Desk<'a> {
    fn new(w: &'a World) -> Desk<'a> {
        let line = Line::open(w, 1);
        for n in 1..=2 {
            line.deliver(w, &line.text(&format!("5695550000{n}"), &n.to_string(), seconds(w) - 100, "hola"));
        }
        let claim = |tx: &mut Tx<'_>| leases::claim(tx, "outbound", "a worker", 3600);
        let lease = w.db.write_claim_blocking(Priority::Interactive, claim).unwrap().unwrap();
        Desk { w, channel: line.channel.parse().unwrap(), lease }
    }

    fn send(&self, person: u32, body: &str) -> MessageId {
        let contact = contact_of(self.w, &format!("5695550000{person}"));
        let reply = self.w.post("/api/v1/messages", json!({"contact_id": contact, "text": body}));
        assert_eq!(reply.status, 201, "{}", reply.text());
        text(&reply.json()["id"]).parse().unwrap()
    }

    /// What is due now, and being sent from then on.
    fn take(&self) -> Vec<String> {
        let (lease, channel) = (self.lease.clone(), self.channel);
        let paced = self.w.work(move |w| outbox::claim(w, &lease, channel, 100, &|_, _| 0)).unwrap();
        paced.send.into_iter().map(|claimed| claimed.content.summary()).collect()
    }

    fn settle(&self, id: MessageId, fate: Fate) {
        let lease = self.lease.clone();
        self.w.work(move |w| outbox::settle(w, &lease, id, &fate));
    }
}

#[test]
fn what_nobody_knows_the_fate_of_holds_its_person_for_a_minute() {
    each(|w| {
        let desk = Desk::new(w);
        let lost = desk.send(1, "uno");
        desk.send(1, "dos");
        assert_eq!(desk.take(), ["uno"]);
        desk.settle(lost, Fate::Unknown);
        desk.send(2, "hola");
        assert_eq!(desk.take(), ["hola"], "others are not held");
        assert_eq!(UNKNOWN_HOLDS_SECONDS, 60);
        w.wait(50);
        assert_eq!(desk.take(), [""; 0]);
        w.wait(11);
        // The one that was unknown leaves the outbox, and lets the next go.
        let taken: Vec<String> = (0..2).flat_map(|_| desk.take()).collect();
        assert_eq!(taken, ["dos"]);
        assert_eq!(w.get(&format!("/api/v1/messages/{lost}")).json()["status"], "unknown");
    });
}

#[test]
fn a_message_that_cannot_be_read_fails_and_holds_up_nobody() {
    each(|w| {
        let desk = Desk::new(w);
        let broken = desk.send(1, "rota");
        desk.send(1, "después");
        desk.send(2, "hola");
        w.work(move |w| {
            let organization = w.organization();
            w.tx.execute(
                "UPDATE messages SET payload = '{\"type\":\"of tomorrow\"}' WHERE organization_id = $1 AND id = $2",
                params![organization, broken],
            )?;
            Ok(())
        });
        let mut taken: Vec<String> = (0..2).flat_map(|_| desk.take()).collect();
        taken.sort();
        assert_eq!(taken, ["después", "hola"]);
        let shown = w.get(&format!("/api/v1/messages/{broken}")).json();
        assert_eq!((&shown["status"], &shown["error"]["code"]), (&json!("failed"), &json!("unreadable_content")));
    });
}
