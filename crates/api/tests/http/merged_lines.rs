//! What waits to be sent when two people turn out to be one, what was proposed of them, and that no table is forgotten.

use std::collections::BTreeSet;

use crm::contacts::{Follows, NAMED};
use crm::id::{ChannelId, MessageId};
use crm::leases::{self, Lease};
use crm::messages::Failure;
use crm::outbox::{self, Fate};
use serde_json::{Value, json};
use store::{Priority, Tx, params};

use crate::meta::{Line, contact_of, seconds};
use crate::world::{UPSERT, World, each, text};

pub const ANA: &str = "56955501234";
pub const BEA: &str = "56955509999";

/// (table, column) of whatever names a contact or a customer: by its name, or by what it refers to.
fn naming(w: &World) -> BTreeSet<(String, String)> {
    let sql = if w.is_postgres() {
        "SELECT CAST(c.table_name AS TEXT), CAST(c.column_name AS TEXT) FROM information_schema.columns c WHERE c.table_schema = 'public'
           AND (c.column_name LIKE '%contact_id' OR c.column_name LIKE '%customer_id' OR c.column_name IN ('entity_id', 'merged_into'))
         UNION SELECT CAST(r.relname AS TEXT), CAST(a.attname AS TEXT) FROM pg_constraint f JOIN pg_class r ON r.oid = f.conrelid
           JOIN pg_class t ON t.oid = f.confrelid JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = ANY (f.conkey)
           WHERE f.contype = 'f' AND t.relname IN ('contacts', 'customers')"
    } else {
        "SELECT m.name, c.name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table'
           AND (c.name LIKE '%contact_id' OR c.name LIKE '%customer_id' OR c.name IN ('entity_id', 'merged_into'))
         UNION SELECT m.name, f.\"from\" FROM sqlite_schema m, pragma_foreign_key_list(m.name) f
           WHERE m.type = 'table' AND f.\"table\" IN ('contacts', 'customers')"
    };
    let read = move |tx: &mut Tx<'_>| -> Result<BTreeSet<(String, String)>, store::Error> {
        tx.query(sql, params![])?.iter().map(|row| Ok((row.at(0)?, row.at(1)?))).collect()
    };
    let mut found = w.db.read_blocking(Priority::Interactive, read).unwrap();
    found.retain(|(_, column)| column != "organization_id");
    found
}

#[test]
fn every_column_that_names_a_person_is_decided_about() {
    each(|w| {
        let decided: BTreeSet<(String, String)> =
            NAMED.iter().map(|(table, column, _)| ((*table).to_owned(), (*column).to_owned())).collect();
        assert_eq!(decided.len(), NAMED.len(), "each once");
        assert_eq!(
            naming(w),
            decided,
            "left: the schema's; right: crm's contacts::NAMED says what a merge does with each"
        );
        // What moves row by row has an id, which is listed.
        for (table, _, follows) in NAMED {
            if matches!(follows, Follows::Moves { .. }) {
                assert_eq!(w.number(&format!("SELECT count(id) AS n FROM {table}")), 0);
            }
        }
    });
}

/// Two people of one line who turn out to be one.
pub struct Two<'a> {
    w: &'a World,
    pub line: Line,
    pub ana: String,
    pub bea: String,
}

impl<'a> Two<'a> {
    /// Two that wrote a moment ago.
    pub fn new(w: &'a World) -> Two<'a> {
        let line = Line::open(w, 1);
        for (n, phone) in [(1, ANA), (2, BEA)] {
            line.deliver(w, &line.text(phone, &n.to_string(), seconds(w) - 100 + n, "hola"));
        }
        let (ana, bea) = (contact_of(w, ANA), contact_of(w, BEA));
        Two { w, line, ana, bea }
    }

    pub fn of(w: &'a World, line: Line, ana: String, bea: String) -> Two<'a> {
        Two { w, line, ana, bea }
    }

    pub fn send(&self, contact: &str, body: &str) -> MessageId {
        let reply = self.w.post("/api/v1/messages", json!({"contact_id": contact, "text": body}));
        assert_eq!(reply.status, 201, "{}", reply.text());
        text(&reply.json()["id"]).parse().unwrap()
    }

    pub fn merge(&self) -> Value {
        let reply =
            self.w.post(&format!("/api/v1/contacts/{}/merge", self.bea), json!({"contact_id": self.ana.as_str()}));
        assert_eq!((reply.status, &reply.json()["contact_id"]), (200, &json!(self.ana)), "{}", reply.text());
        reply.json()
    }

    pub fn undo(&self, merge: &Value) {
        let reply = self.w.post(&format!("/api/v1/merges/{}/undo", text(&merge["id"])), json!({}));
        assert_eq!(reply.status, 200, "{}", reply.text());
    }

    fn channel(&self) -> ChannelId {
        self.line.channel.parse().unwrap()
    }

    pub fn lease(&self) -> Lease {
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
    pub fn drain(&self, lease: &Lease) -> Vec<(String, String)> {
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
        let whose = [BEA, ANA, BEA, ANA, BEA];
        let expected: Vec<(String, String)> =
            (1..=5).zip(whose).map(|(n, phone)| (n.to_string(), phone.to_owned())).collect();
        assert_eq!(two.drain(&two.lease()), expected, "one after the other, each to the number that it was meant for");
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
        let mut bea = of(BEA);
        bea.sort_unstable();
        assert_eq!((of(ANA), bea), (vec!["2", "4"], vec!["1", "3", "5"]), "who wrote last was answered");
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

#[test]
fn what_was_proposed_of_either_is_proposed_of_both_and_again_of_each() {
    each(|w| {
        let two = Two::new(w);
        let rut = |contact: &str, value: &str| {
            let body = json!({"custom_fields": {"rut": value}});
            assert_eq!(w.patch(&format!("/api/v1/contacts/{contact}"), body).status, 200);
        };
        // Somebody else's, so that it is a proposal: they have a past of their own.
        let other = json!({"channel": "webchat", "channel_id": w.here.webchat, "external_user_id": "v-1"});
        let other = w.post(UPSERT, other).json();
        rut(&text(&other["id"]), "12.345.678-5");
        rut(&two.bea, "12.345.678-5");
        let proposals = |contact: &str| {
            let identity = w.get(&format!("/api/v1/contacts/{contact}/identity")).json();
            identity["merge_proposals"].as_array().unwrap().clone()
        };
        assert_eq!((proposals(&two.ana).len(), proposals(&two.bea).len()), (0, 1));
        let before = proposals(&two.bea);
        let merge = two.merge();
        assert_eq!(proposals(&two.ana), before);
        two.undo(&merge);
        assert_eq!((proposals(&two.ana), proposals(&two.bea)), (vec![], before.clone()));
        // A merge of the proposed settles it; its undo asks again.
        let settled = w.post(&format!("/api/v1/contacts/{}/merge", two.bea), json!({"contact_id": other["id"]})).json();
        assert_eq!(settled["one_contact"], json!(false), "{settled}");
        assert_eq!(proposals(&two.bea), Vec::<Value>::new());
        two.undo(&settled);
        assert_eq!(proposals(&two.bea), before);
    });
}

#[test]
fn what_an_answer_is_told_of_with_goes_with_its_message() {
    each(|w| {
        let two = Two::new(w);
        two.send(&two.ana, "1");
        two.send(&two.bea, "2");
        let whose = || {
            let strays = "SELECT count(*) AS n FROM answers a JOIN messages m ON m.organization_id = a.organization_id
                            AND m.id = a.message_id WHERE m.contact_id <> a.contact_id";
            (
                w.number("SELECT count(*) AS n FROM answers"),
                w.number("SELECT count(DISTINCT contact_id) AS n FROM answers"),
                w.number(strays),
            )
        };
        assert_eq!(whose(), (2, 2, 0));
        let merge = two.merge();
        assert_eq!(whose(), (2, 1, 0));
        two.undo(&merge);
        assert_eq!(whose(), (2, 2, 0));
    });
}

/// (unread, is_chat_read) of the two, and that the list of unread ones says the same.
fn unread(two: &Two<'_>) -> [(i64, bool); 2] {
    let listed = two.w.get("/api/v1/conversations?view=unread").json();
    let listed: Vec<String> = listed["data"].as_array().unwrap().iter().map(|found| text(&found["id"])).collect();
    [&two.ana, &two.bea].map(|contact| {
        let found = two.w.get(&format!("/api/v1/conversations/{contact}")).json();
        let read = two.w.info(contact)["is_chat_read"].as_bool().unwrap();
        let unread = found["unread"].as_i64().unwrap_or_else(|| panic!("{found}"));
        assert_eq!((read, unread > 0), (unread == 0, listed.contains(contact)), "{found} {listed:?}");
        (unread, read)
    })
}

fn read(two: &Two<'_>, contact: &str) {
    let reply = two.w.post(&format!("/api/v1/conversations/{contact}/read"), json!({}));
    assert_eq!(reply.status, 200, "{}", reply.text());
}

#[test]
fn what_was_read_while_they_were_one_is_read_of_both() {
    each(|w| {
        let two = Two::new(w);
        assert_eq!(unread(&two), [(1, false), (1, false)]);
        let merge = two.merge();
        assert_eq!(w.get(&format!("/api/v1/conversations/{}", two.bea)).json()["unread"], 2);
        read(&two, &two.ana);
        two.undo(&merge);
        assert_eq!(unread(&two), [(0, true), (0, true)]);
        // Who follows the log is told of both.
        w.settled();
        for contact in [&two.ana, &two.bea] {
            let log = w.get(&format!("/api/v1/events?contact_id={contact}&topic=contact.updated&limit=1000")).json();
            let mut flags = log["data"].as_array().unwrap().iter().map(|event| &event["data"]["is_chat_read"]);
            assert_eq!(flags.rfind(|flag| flag.is_boolean()), Some(&json!(true)), "{log}");
        }
    });
}

#[test]
fn what_nobody_read_since_is_unread_of_whom_it_came_from() {
    each(|w| {
        let two = Two::new(w);
        read(&two, &two.ana);
        let merge = two.merge();
        w.wait(1);
        two.line.deliver(w, &two.line.text(ANA, "3", seconds(w), "otra"));
        two.undo(&merge);
        assert_eq!(unread(&two), [(1, false), (1, false)]);
        // What one of the team put back by hand stays so.
        read(&two, &two.ana);
        read(&two, &two.bea);
        assert_eq!(w.post(&format!("/api/v1/conversations/{}/unread", two.bea), json!({})).status, 200);
        let again = two.merge();
        two.undo(&again);
        assert_eq!(unread(&two), [(0, true), (1, false)]);
    });
}
