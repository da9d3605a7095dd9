//! Many people at once, every call delivered twice, shuffled and in batches: every message under its own customer, once, in
//! order. `RECADO_HOOK_MESSAGES` says how many of each person (15).

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::thread;

use serde_json::{Value, json};

use crate::meta::{Line, contact_of, messages_of, seconds, text_of};
use crate::world::{each, text};

const PEOPLE: usize = 20;
const THREADS: usize = 16;
const LARGEST_BATCH: usize = 100;

struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % most as u64) as usize
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
    }
}

#[test]
fn nothing_is_misfiled_lost_or_doubled() {
    let each_writes: usize = std::env::var("RECADO_HOOK_MESSAGES").ok().and_then(|n| n.parse().ok()).unwrap_or(15);
    each(|w| {
        let lines = [Line::open(w, 1), Line::open(w, 2)];
        let start = seconds(w) - 10_000;
        // Some go by their number, some by an id of WhatsApp's alone, some by both.
        let person = |p: usize| match p % 3 {
            0 => json!({"from": format!("5695551{p:04}")}),
            1 => json!({"from_user_id": format!("CL.1349{p:04}")}),
            _ => json!({"from": format!("5695551{p:04}"), "from_user_id": format!("CL.1349{p:04}")}),
        };
        let mut all: Vec<(usize, Value)> = Vec::new();
        for p in 0..PEOPLE {
            for n in 0..each_writes {
                let mut message = text_of("", &format!("{p}-{n}"), start + n as i64, &format!("p{p} n{n}"));
                message.as_object_mut().unwrap().remove("from");
                message.as_object_mut().unwrap().extend(person(p).as_object().unwrap().clone());
                all.push((p % 2, message));
            }
        }
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
        let mut calls: Vec<Vec<u8>> = Vec::new();
        for _ in 0..2 {
            dice.shuffle(&mut all);
            let mut rest = &all[..];
            while !rest.is_empty() {
                let (batch, later) = rest.split_at((1 + dice.below(LARGEST_BATCH)).min(rest.len()));
                let change = |line: usize| {
                    let of: Vec<&Value> =
                        batch.iter().filter(|(l, _)| *l == line).map(|(_, message)| message).collect();
                    lines[line].change(json!({"messages": of}))
                };
                calls.push(crate::meta::payload(vec![change(0), change(1)]).to_string().into_bytes());
                rest = later;
            }
        }
        dice.shuffle(&mut calls);
        let queue = Mutex::new(calls.into_iter());
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    loop {
                        let Some(body) = queue.lock().unwrap().next() else { return };
                        let reply = lines[0].deliver_to(w.address(), &body);
                        assert_eq!(reply.status, 200, "{}", reply.text());
                    }
                });
            }
        });
        let total = (PEOPLE * each_writes) as i64;
        assert_eq!(w.number("SELECT count(*) AS n FROM messages WHERE direction = 'inbound'"), total);
        assert_eq!(w.number("SELECT count(*) AS n FROM events WHERE topic = 'message.received'"), total);
        assert_eq!(w.number("SELECT count(*) AS n FROM contacts"), PEOPLE as i64);
        assert_eq!(w.number("SELECT count(*) AS n FROM customers"), PEOPLE as i64);
        assert_eq!(w.number("SELECT count(*) AS n FROM tickets WHERE status = 'open'"), PEOPLE as i64);
        assert_eq!(w.number("SELECT count(*) AS n FROM tickets"), PEOPLE as i64);
        let listed = w.get("/api/v1/contacts?limit=100").json();
        let mut seen = BTreeMap::new();
        for contact in listed["data"].as_array().unwrap() {
            let found = messages_of(w, &text(&contact["id"]));
            let bodies: Vec<String> = found.iter().map(|message| text(&message["body"])).collect();
            let who = bodies[0].split(' ').next().unwrap().to_owned();
            let wanted: Vec<String> = (0..each_writes).map(|n| format!("{who} n{n}")).collect();
            assert_eq!(bodies, wanted, "{who}");
            seen.insert(who, ());
        }
        assert_eq!(seen.len(), PEOPLE);
    });
}

#[test]
fn sixty_four_first_messages_of_one_person_open_one_ticket() {
    each(|w| {
        let line = Line::open(w, 1);
        let at = seconds(w);
        thread::scope(|scope| {
            for n in 0..64 {
                let (line, w) = (&line, &w);
                scope.spawn(move || {
                    let reply = line.deliver(w, &line.text("56955501234", &n.to_string(), at, "hola"));
                    assert_eq!(reply.status, 200, "{}", reply.text());
                });
            }
        });
        let contact = contact_of(w, "56955501234");
        assert_eq!(messages_of(w, &contact).len(), 64);
        for (table, wanted) in [("contacts", 1), ("customers", 1), ("tickets", 1), ("messages", 64)] {
            assert_eq!(w.number(&format!("SELECT count(*) AS n FROM {table}")), wanted, "{table}");
        }
        assert_eq!(w.number("SELECT count(*) AS n FROM messages WHERE ticket_id IS NULL"), 0);
    });
}
