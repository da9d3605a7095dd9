//! A channel that is removed while something waits on it: whoever wrote is told that it does not go.

use crm::leases;
use crm::outbox;
use serde_json::{Value, json};
use store::{Priority, Tx};

use crate::meta::{Line, contact_of, seconds};
use crate::world::{World, each, text};

fn status(w: &World, message: &str) -> Value {
    w.get(&format!("/api/v1/messages/{message}")).json()
}

#[test]
fn what_waits_of_a_removed_channel_fails_and_says_why() {
    each(|w| {
        let line = Line::open(w, 1);
        let phones = ["56955501234", "56955501235"];
        for (n, phone) in phones.iter().enumerate() {
            line.deliver(w, &line.text(phone, &n.to_string(), seconds(w) - 100, "hola"));
        }
        let send = |phone: &str, body: &str| {
            let reply = w.post("/api/v1/messages", json!({"contact_id": contact_of(w, phone), "text": body}));
            assert_eq!(reply.status, 201, "{}", reply.text());
            text(&reply.json()["id"])
        };
        let first = send(phones[0], "en camino");
        let channel: crm::id::ChannelId = line.channel.parse().unwrap();
        let claim = |tx: &mut Tx<'_>| leases::claim(tx, "outbound", "a worker", 60);
        let lease = w.db.write_claim_blocking(Priority::Interactive, claim).unwrap().unwrap();
        let paced = w.work(move |w| outbox::claim(w, &lease, channel, 100, &|_, _| 0)).unwrap();
        assert_eq!(paced.send.len(), 1);
        let waiting = [send(phones[0], "detrás"), send(phones[1], "otra")];
        let path = format!("/api/v1/channels/{}", line.channel);
        let refused = w.call("DELETE", &path, &[], None);
        assert_eq!(refused.status, 409);
        assert!(refused.text().contains("2 contacts, 3 waiting messages."), "{}", refused.text());
        let from = w.last_sequence();
        assert_eq!(w.call("DELETE", &format!("{path}?archive=true"), &[], None).status, 200);
        for id in &waiting {
            let message = status(w, id);
            assert_eq!((&message["status"], &message["error"]["code"]), (&json!("failed"), &json!("channel_removed")));
        }
        assert_eq!(status(w, &first)["status"], json!("unknown"), "it may have arrived");
        assert_eq!(w.topics(from).iter().filter(|topic| *topic == "message.status").count(), 3);
        assert_eq!(w.number("SELECT count(*) AS n FROM outbox"), 0);
        for reply in [
            w.post("/api/v1/messages", json!({"contact_id": contact_of(w, phones[0]), "text": "¿y ahora?"})),
            w.post(&format!("/api/v1/messages/{}/retry", waiting[1]), json!({})),
        ] {
            assert_eq!((reply.status, &reply.json()["code"]), (409, &json!("channel_removed")), "{}", reply.text());
        }
    });
}

#[test]
fn the_rest_of_much_follows_in_pieces() {
    each(|w| {
        let line = Line::open(w, 1);
        line.deliver(w, &line.text("56955501234", "1", seconds(w) - 100, "hola"));
        let contact = contact_of(w, "56955501234");
        for n in 0..3 {
            let reply = w.post("/api/v1/messages", json!({"contact_id": contact, "text": format!("{n}")}));
            assert_eq!(reply.status, 201, "{}", reply.text());
        }
        // As an older version left it.
        let channel: crm::id::ChannelId = line.channel.parse().unwrap();
        w.work(move |w| {
            w.bump_revision()?;
            let organization = w.organization();
            let sql = "UPDATE channels SET archived = $3, secrets = NULL WHERE organization_id = $1 AND id = $2";
            w.tx.execute(sql, store::params![organization, channel, true])?;
            w.reload_setup()
        });
        assert!(w.server().wait_for(outbox::abandon_the_rest(&w.crm)).unwrap());
        assert!(!w.server().wait_for(outbox::abandon_the_rest(&w.crm)).unwrap());
        assert_eq!(w.number("SELECT count(*) AS n FROM messages WHERE status = 'failed'"), 3);
    });
}
