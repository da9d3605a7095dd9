//! What waits to be told, and how it becomes calls: held, gathered, shuffled, put together, doubled.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::Value;

use super::body;
use crate::knobs::Knobs;
use crate::random::Random;

/// How much may wait. Beyond that the newest is dropped, and counted.
const MOST: usize = 200_000;

/// One thing that happened.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub(crate) waba: String,
    pub(crate) field: String,
    /// The number's `metadata`; null where the change concerns the account.
    pub(crate) metadata: Value,
    pub(crate) part: Part,
    /// The message of which this tells a status, so that the message has it from then on.
    pub(crate) about: Option<(String, &'static str)>,
}

#[derive(Debug, Clone)]
pub(crate) enum Part {
    Message {
        contact: Option<Value>,
        item: Value,
    },
    Status {
        contact: Option<Value>,
        item: Value,
    },
    /// A `value` that shares its change with no other.
    Whole(Value),
}

impl Change {
    pub(crate) fn goes_with(&self, other: &Self) -> bool {
        let same_kind = matches!(
            (&self.part, &other.part),
            (Part::Message { .. }, Part::Message { .. }) | (Part::Status { .. }, Part::Status { .. })
        );
        same_kind && self.waba == other.waba && self.field == other.field && self.metadata == other.metadata
    }

    pub(crate) fn phone_number_id(&self) -> Option<&str> {
        self.metadata.get("phone_number_id").and_then(Value::as_str)
    }
}

/// One POST to the receiver.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) body: Bytes,
    pub(crate) target: Option<String>,
    /// How often it was tried already.
    pub(crate) tried: usize,
    pub(crate) duplicate: bool,
}

#[derive(Debug)]
enum Waiting {
    Change(Box<Change>),
    Call(Call),
}

#[derive(Debug, Default)]
pub(crate) struct Queue {
    /// By due time (milliseconds), then by arrival.
    waiting: BTreeMap<(i64, u64), Waiting>,
    arrived: u64,
    pub(crate) in_flight: usize,
    pub(crate) dropped: u64,
}

impl Queue {
    pub(crate) fn tell(&mut self, due_ms: i64, change: Change) {
        self.push(due_ms, Waiting::Change(Box::new(change)));
    }

    /// A call with finished bytes: one that failed, or one that somebody made by hand.
    pub(crate) fn call(&mut self, due_ms: i64, call: Call) {
        self.push(due_ms, Waiting::Call(call));
    }

    fn push(&mut self, due_ms: i64, waiting: Waiting) {
        if self.waiting.len() >= MOST {
            self.dropped += 1;
            return;
        }
        self.arrived += 1;
        self.waiting.insert((due_ms, self.arrived), waiting);
    }

    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// When the next one should go out, gathering included.
    pub(crate) fn next_due_ms(&self, knobs: &Knobs) -> Option<i64> {
        if knobs.hold {
            return None;
        }
        let ((due, _), _) = self.waiting.first_key_value()?;
        Some(due.saturating_add(i64::try_from(knobs.gather_ms).unwrap_or(i64::MAX)))
    }

    /// Nothing is under way, and nothing has to go out at this time.
    pub(crate) fn is_settled(&self, knobs: &Knobs, now_ms: i64) -> bool {
        self.in_flight == 0 && self.next_due_ms(knobs).is_none_or(|due| due > now_ms)
    }

    /// Everything that is due, as calls in the order in which they go out; and the statuses that they tell.
    pub(crate) fn take(
        &mut self,
        knobs: &Knobs,
        random: &mut Random,
        now_ms: i64,
        target: impl Fn(&Change) -> Option<String>,
    ) -> (Vec<Call>, Vec<(String, &'static str)>) {
        if self.next_due_ms(knobs).is_none_or(|due| due > now_ms) {
            return (Vec::new(), Vec::new());
        }
        let later = self.waiting.split_off(&(now_ms.saturating_add(1), 0));
        let due = std::mem::replace(&mut self.waiting, later);
        let (mut changes, mut calls, mut told) = (Vec::new(), Vec::new(), Vec::new());
        for waiting in due.into_values() {
            match waiting {
                Waiting::Change(mut change) => {
                    told.extend(change.about.take());
                    changes.push(*change);
                }
                Waiting::Call(call) => {
                    // What came before it goes out before it.
                    if !knobs.shuffle {
                        calls.extend(together(std::mem::take(&mut changes), knobs, now_ms, &target));
                    }
                    calls.push(call);
                }
            }
        }
        if knobs.shuffle {
            random.shuffle(&mut changes);
        }
        calls.extend(together(changes, knobs, now_ms, &target));
        let mut doubled = Vec::with_capacity(calls.len());
        for call in calls {
            let again = random.chance(knobs.duplicates).then(|| Call { duplicate: true, ..call.clone() });
            doubled.push(call);
            doubled.extend(again);
        }
        if knobs.shuffle {
            random.shuffle(&mut doubled);
        }
        self.in_flight += doubled.len();
        (doubled, told)
    }
}

/// Puts changes into calls. Only what goes to one place can share one.
fn together(
    changes: Vec<Change>,
    knobs: &Knobs,
    now_ms: i64,
    target: &impl Fn(&Change) -> Option<String>,
) -> Vec<Call> {
    let mut places: Vec<(Option<String>, Vec<Change>)> = Vec::new();
    for change in changes {
        let place = target(&change);
        match places.iter_mut().find(|(known, _)| *known == place) {
            Some((_, list)) => list.push(change),
            None => places.push((place, vec![change])),
        }
    }
    let mut calls = Vec::new();
    for (place, list) in places {
        for part in list.chunks(knobs.batch) {
            let json = body::envelope(part, now_ms.div_euclid(1000)).to_string();
            let json = if knobs.escape { body::escaped(&json) } else { json };
            calls.push(Call { body: Bytes::from(json), target: place.clone(), tried: 0, duplicate: false });
        }
    }
    calls
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn change(n: usize) -> Change {
        Change {
            waba: "1".to_owned(),
            field: "messages".to_owned(),
            metadata: json!({"phone_number_id": if n.is_multiple_of(3) { "2" } else { "3" }}),
            part: Part::Message { contact: Some(json!({"wa_id": n % 5})), item: json!({"id": n}) },
            about: None,
        }
    }

    fn ids(calls: &[Call]) -> Vec<u64> {
        let mut ids = Vec::new();
        for call in calls {
            let body: Value = serde_json::from_slice(&call.body).unwrap();
            for entry in body["entry"].as_array().unwrap() {
                for change in entry["changes"].as_array().unwrap() {
                    for message in change["value"]["messages"].as_array().unwrap() {
                        ids.push(message["id"].as_u64().unwrap());
                    }
                }
            }
        }
        ids
    }

    fn taken(knobs: &Knobs, seed: u64) -> Vec<Call> {
        let mut queue = Queue::default();
        for n in 0..250 {
            queue.tell(0, change(n));
        }
        let (calls, _) = queue.take(knobs, &mut Random::new(seed), 0, |_| None);
        assert_eq!((queue.len(), queue.in_flight), (0, calls.len()));
        calls
    }

    #[test]
    fn batches_hold_everything_once_and_in_order() {
        let calls = taken(&Knobs { batch: 100, ..Knobs::default() }, 1);
        assert_eq!(calls.len(), 3);
        assert_eq!(ids(&calls), (0..250).collect::<Vec<_>>());
    }

    #[test]
    fn shuffled_and_doubled_everything_is_there_twice_and_the_seed_decides_the_order() {
        let knobs = Knobs { batch: 7, shuffle: true, duplicates: 1.0, ..Knobs::default() };
        let order = ids(&taken(&knobs, 1));
        assert_eq!(order, ids(&taken(&knobs, 1)));
        assert_ne!(order, ids(&taken(&knobs, 2)));
        let mut sorted = order;
        sorted.sort_unstable();
        assert_eq!(sorted, (0..250).flat_map(|n| [n, n]).collect::<Vec<_>>());
    }

    #[test]
    fn what_is_held_or_not_due_waits() {
        let mut queue = Queue::default();
        queue.tell(1000, change(1));
        let mut random = Random::new(1);
        let held = Knobs { hold: true, ..Knobs::default() };
        let free = Knobs::default();
        assert!(queue.take(&held, &mut random, 5000, |_| None).0.is_empty());
        assert!(queue.take(&free, &mut random, 999, |_| None).0.is_empty());
        assert!(queue.is_settled(&free, 999));
        assert!(!queue.is_settled(&free, 1000));
        let gathering = Knobs { gather_ms: 50, ..Knobs::default() };
        assert_eq!(queue.next_due_ms(&gathering), Some(1050));
        assert_eq!(queue.take(&free, &mut random, 1000, |_| None).0.len(), 1);
        assert!(!queue.is_settled(&free, 1000), "it is under way");
    }
}
