//! Many people at once, every call delivered twice, shuffled and in batches, with news of the account and statuses between: every
//! message under its own customer, once, in order, and of what was told of one thing the last holds.
//! `RECADO_HOOK_MESSAGES` says how many of each person (15).

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::thread;

use serde_json::{Value, json};

use crate::meta::{Line, contact_of, messages_of, seconds, text_of};
use crate::world::{World, each, text};

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
        // Who goes by an id alone is found in `contacts[]` by that.
        let profile = |p: usize, n: usize| {
            let mut profile =
                json!({"profile": {"name": format!("Persona {p} {n:06}"), "username": format!("@p{p}.{n:06}")}});
            let who = person(p);
            for (ours, theirs) in [("wa_id", "from"), ("user_id", "from_user_id")] {
                if who[theirs].is_string() {
                    profile[ours] = who[theirs].clone();
                }
            }
            profile
        };
        let last = each_writes - 1;
        let mut all: Vec<(usize, Value)> = Vec::new();
        let mut profiles: BTreeMap<String, Value> = BTreeMap::new();
        for p in 0..PEOPLE {
            for n in 0..each_writes {
                profiles.insert(format!("wamid.{p}-{n}"), profile(p, n));
                let mut message = text_of("", &format!("{p}-{n}"), start + n as i64, &format!("p{p} n{n}"));
                message.as_object_mut().unwrap().remove("from");
                message.as_object_mut().unwrap().extend(person(p).as_object().unwrap().clone());
                all.push((p % 2, message));
            }
        }
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
        let mut calls: Vec<Vec<u8>> = Vec::new();
        let sent = queued(w, &lines[0]);
        for _ in 0..2 {
            for n in (0..last).step_by(3).chain([last]) {
                calls.extend(news(&lines[0], &sent, start + n as i64, n, last));
            }
            dice.shuffle(&mut all);
            let mut rest = &all[..];
            while !rest.is_empty() {
                let (batch, later) = rest.split_at((1 + dice.below(LARGEST_BATCH)).min(rest.len()));
                // `contacts[]` names each person once: two messages of one in a batch are two changes.
                let mut changes: Vec<(usize, Vec<&Value>, Vec<&Value>)> = Vec::new();
                for (line, message) in batch {
                    let who = &profiles[message["id"].as_str().unwrap()];
                    let same =
                        |other: &&Value| (&other["wa_id"], &other["user_id"]) == (&who["wa_id"], &who["user_id"]);
                    let open = changes.iter_mut().find(|(l, _, people)| l == line && !people.iter().any(&same));
                    match open {
                        Some((_, messages, people)) => {
                            messages.push(message);
                            people.push(who);
                        }
                        None => changes.push((*line, vec![message], vec![who])),
                    }
                }
                let changes = changes.into_iter().map(|(line, messages, people)| {
                    lines[line].change(json!({"contacts": people, "messages": messages}))
                });
                calls.push(crate::meta::payload(changes.collect()).to_string().into_bytes());
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
        // And whoever our own message went to.
        assert_eq!(w.number("SELECT count(*) AS n FROM contacts"), PEOPLE as i64 + 1);
        assert_eq!(w.number("SELECT count(*) AS n FROM customers"), PEOPLE as i64 + 1);
        assert_eq!(w.number("SELECT count(*) AS n FROM tickets WHERE status = 'open'"), PEOPLE as i64);
        assert_eq!(w.number("SELECT count(*) AS n FROM tickets"), PEOPLE as i64);
        let listed = w.get("/api/v1/contacts?limit=100").json();
        let mut seen = BTreeMap::new();
        for contact in listed["data"].as_array().unwrap() {
            let found = messages_of(w, &text(&contact["id"]));
            if found[0]["id"] == json!(sent) {
                continue;
            }
            let bodies: Vec<String> = found.iter().map(|message| text(&message["body"])).collect();
            let who = bodies[0].split(' ').next().unwrap().to_owned();
            let wanted: Vec<String> = (0..each_writes).map(|n| format!("{who} n{n}")).collect();
            assert_eq!(bodies, wanted, "{who}");
            let name = format!("Persona {} {last:06}", who.trim_start_matches('p'));
            assert_eq!(contact["name"], json!(name), "the last that they called themselves");
            seen.insert(who, ());
        }
        assert_eq!(seen.len(), PEOPLE);
        // Of the news the last, of the statuses the highest, whatever came after them.
        let channel = w.get(&format!("/api/v1/channels/{}", lines[0].channel)).json();
        assert_eq!(channel["status"], if last.is_multiple_of(2) { "disabled" } else { "unchecked" });
        let of_template = format!("/api/v1/templates?channel_id={}", lines[0].channel);
        let template = w.get(&of_template).json()["data"][0]["status"].clone();
        assert_eq!(template, if last.is_multiple_of(2) { "PAUSED" } else { "APPROVED" });
        assert_eq!(w.get(&format!("/api/v1/messages/{sent}")).json()["status"], "played");
    });
}

const LADDER: [&str; 4] = ["sent", "delivered", "read", "played"];

/// A message of ours that the provider has, and a template.
fn queued(w: &World, line: &Line) -> String {
    let channel: crm::id::ChannelId = line.channel.parse().unwrap();

    w.work(move |w| {
        let person = crm::messages::Person { bsuid: Some("CL.team".to_owned()), ..crm::messages::Person::default() };
        let setup = w.setup.clone();
        let named = crm::contacts::Naming { at: None, message: None };
        let rule = crm::contacts::MergeRule::OnePayload;
        let contact = crm::contacts::recognize(w, setup.channel(channel).unwrap(), &person, None, rule, named)?.contact;
        let (id, organization, now): (crm::id::MessageId, _, _) = (w.new_id(), w.organization(), w.now);
        w.tx.execute(
            "INSERT INTO messages (organization_id, id, contact_id, channel_id, direction, type, body, status, actor, sent_at,
                                   created_at, provider_id)
             VALUES ($1, $2, $3, $4, 'outbound', 'text', 'va', 'sent', 'system', $5, $5, 'wamid.ours')",
            store::params![organization, id, contact.id, channel, now],
        )?;
        let fetched = crm::templates::Fetched {
            provider_id: "594425479".to_owned(),
            name: "saludo".to_owned(),
            language: "es".to_owned(),
            status: "PENDING".to_owned(),
            category: "UTILITY".to_owned(),
            parameter_format: "POSITIONAL".to_owned(),
            components: json!([{"type": "BODY", "text": "Hola"}]),
            quality: None,
            reason: None,
        };
        crm::templates::put(w, channel, &fetched)?;
        Ok(id.to_string())
    })
}

/// Of each of the account, the template and our message what is so at that second.
fn news(line: &Line, sent: &str, at: i64, n: usize, last: usize) -> Vec<Vec<u8>> {
    let of = |field: &str, value: Value| {
        let change = json!({"field": field, "value": value});
        let entry = json!({"id": crate::meta::WABA, "time": at, "changes": [change]});
        json!({"object": "whatsapp_business_account", "entry": [entry]}).to_string().into_bytes()
    };
    let (ban, event) = if n.is_multiple_of(2) { ("DISABLE", "PAUSED") } else { ("REINSTATE", "APPROVED") };
    let step = if n == last { 3 } else { n / 3 % 4 };
    let mut status = line.status("wamid.ours", LADDER[step], at);
    status["entry"][0]["changes"][0]["value"]["statuses"][0]["biz_opaque_callback_data"] = json!(sent);
    vec![
        of("account_update", json!({"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": ban}})),
        of("message_template_status_update", json!({"event": event, "message_template_id": 594_425_479_u64})),
        status.to_string().into_bytes(),
    ]
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
