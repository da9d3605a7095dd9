//! The evaluation records: a port of the reference scorer, and floors below which the engine may not fall.
//!
//! `dev.jsonl` was there while the engine was written. `fresh.jsonl` was written before the engine and read while its
//! mechanisms were put right. `fresh2.jsonl` was written before the engine too, of other trades. `fresh3.jsonl` is by a
//! hand that had not seen the engine; `fresh4.jsonl` to `fresh46.jsonl` were each written before the engine ran over them.
//! The figures of each, at the first run and now, are in `docs/structuring.md`.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its data should stop")]

use std::collections::{BTreeMap, BTreeSet};
use structuring::eval::Record;
use structuring::{FieldType, Json, Target};

#[derive(Clone, Copy, Default, Debug)]
struct Count {
    right: u32,
    wrong: u32,
    missed: u32,
}

impl Count {
    fn add(&mut self, other: Count) {
        self.right += other.right;
        self.wrong += other.wrong;
        self.missed += other.missed;
    }

    fn precision(self) -> f64 {
        if self.right + self.wrong == 0 { 1.0 } else { f64::from(self.right) / f64::from(self.right + self.wrong) }
    }

    fn recall(self) -> f64 {
        if self.right + self.missed == 0 { 1.0 } else { f64::from(self.right) / f64::from(self.right + self.missed) }
    }

    fn f1(self) -> f64 {
        let (p, r) = (self.precision(), self.recall());
        if p + r == 0.0 { 0.0 } else { 2.0 * p * r / (p + r) }
    }
}

#[derive(Default)]
struct Score {
    by_kind: BTreeMap<String, Count>,
    contact: Count,
    fields: Count,
    rest_keys: u32,
    rest_lost: u32,
    sure: Count,
}

fn squeeze(json: &Json) -> String {
    json.as_str().unwrap_or("").to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn equal(kind: &str, got: &Json, gold: &Json) -> bool {
    match kind {
        "name" | "text" => squeeze(got) == squeeze(gold),
        "number" | "currency" => match (got.as_f64(), gold.as_f64()) {
            (Some(a), Some(b)) => (a - b).abs() < 1e-6 * b.abs().max(1.0),
            _ => false,
        },
        "multi_select" => {
            let set =
                |json: &Json| json.as_array().unwrap_or(&[]).iter().map(ToString::to_string).collect::<BTreeSet<_>>();
            got.as_array().is_some() && set(got) == set(gold)
        }
        "url" => got.as_str().unwrap_or("").trim_end_matches('/') == gold.as_str().unwrap_or("").trim_end_matches('/'),
        _ => same(got, gold),
    }
}

/// Equal as Python's `==` has it: numbers by value, objects whatever the order of their keys.
fn same(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => a.as_f64() == b.as_f64(),
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, value)| b.get(key).is_some_and(|other| same(value, other)))
        }
        _ => a == b,
    }
}

fn score(file: &str) -> Score {
    let path = format!("{}/tests/data/{file}.jsonl", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap();
    let mut score = Score::default();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let record = Record::read(line).unwrap();
        let outcome = record.structure();
        let gold = &record.gold;
        let mut hit = |kind: &str, class: &str, got: Option<&Json>, wanted: Option<&Json>, confidence: f32| {
            let wanted = wanted.filter(|value| !value.is_null());
            let right = matches!((got, wanted), (Some(got), Some(wanted)) if equal(kind, got, wanted));
            let count = Count {
                right: u32::from(right),
                wrong: u32::from(got.is_some() && !right),
                missed: u32::from(wanted.is_some() && !right),
            };
            if !right && count.wrong + count.missed > 0 && std::env::var("ERRORS").is_ok() {
                println!("{} {class}: got {got:?}, gold {wanted:?}", record.id);
            }
            score.by_kind.entry(class.to_owned()).or_default().add(count);
            if confidence >= 0.85 {
                score.sure.add(Count { missed: 0, ..count });
            }
            count
        };
        let mut contact = Count::default();
        for (target, word) in [(Target::Phone, "phone"), (Target::Email, "email"), (Target::Name, "name")] {
            let placed = outcome.placed(&target);
            contact.add(hit(
                word,
                word,
                placed.map(|p| &p.value),
                gold.get(word),
                placed.map_or(0.0, |p| p.confidence),
            ));
        }
        let empty = structuring::json::Object::new();
        let gold_fields = gold.get("fields").and_then(Json::as_object).unwrap_or(&empty);
        let mut fields = Count::default();
        for definition in &record.definitions {
            let placed = outcome.placed(&Target::Field(definition.key.clone()));
            let class = match definition.field_type {
                FieldType::Phone => "phone_field",
                FieldType::Email => "email_field",
                other => other.as_str(),
            };
            let confidence = placed.map_or(0.0, |p| p.confidence);
            fields.add(hit(
                definition.field_type.as_str(),
                class,
                placed.map(|p| &p.value),
                gold_fields.get(&definition.key),
                confidence,
            ));
        }
        score.contact.add(contact);
        score.fields.add(fields);
        let gold_rest = gold.get("rest").and_then(Json::as_object).unwrap_or(&empty);
        for (key, value) in gold_rest {
            let kept = outcome.rest.iter().find(|(name, _)| name == key);
            score.rest_keys += 1;
            score.rest_lost += u32::from(kept.is_none());
            let right = kept.is_some_and(|(_, kept)| same(kept, value));
            score.by_kind.entry("rest".to_owned()).or_default().add(Count {
                right: u32::from(right),
                wrong: 0,
                missed: u32::from(!right),
            });
        }
    }
    for (kind, count) in &score.by_kind {
        println!("{file} {kind:<12} P {:.3} R {:.3} F1 {:.3}", count.precision(), count.recall(), count.f1());
    }
    println!(
        "{file} CONTACT F1 {:.3}  FIELDS P {:.3} R {:.3} F1 {:.3}  rest lost {} of {}  precision at 0.85 {:.3} ({} of {})",
        score.contact.f1(),
        score.fields.precision(),
        score.fields.recall(),
        score.fields.f1(),
        score.rest_lost,
        score.rest_keys,
        score.sure.precision(),
        score.sure.right,
        score.sure.right + score.sure.wrong
    );
    score
}

#[test]
fn development_records_stay_right() {
    let score = score("dev");
    assert!(score.contact.f1() >= 1.0, "contact {:?}", score.contact);
    assert!(score.fields.f1() >= 0.985, "fields {:?}", score.fields);
    assert!(score.sure.precision() >= 0.985);
}

#[test]
fn fresh_records_stay_right() {
    let score = score("fresh");
    assert!(score.by_kind["phone"].precision() >= 1.0, "a wrong phone is worse than none");
    assert!(score.contact.f1() >= 0.97, "contact {:?}", score.contact);
    assert!(score.fields.f1() >= 0.95, "fields {:?}", score.fields);
    assert!(score.sure.precision() >= 0.985);
}

/// A floor for a set that was written before the engine ran over it.
fn holds(file: &str, contact: f64, fields: f64) {
    holds_sure(file, contact, fields, 0.985);
}

/// As [`holds`], with how much of what the engine is sure of must be right.
fn holds_sure(file: &str, contact: f64, fields: f64, sure: f64) {
    let score = score(file);
    assert!(score.by_kind["phone"].precision() >= 1.0, "{file}: a wrong phone is worse than none");
    assert!(score.contact.f1() >= contact, "{file}: contact {:?}", score.contact);
    assert!(score.fields.precision() >= 0.97, "{file}: fields {:?}", score.fields);
    assert!(score.fields.f1() >= fields, "{file}: fields {:?}", score.fields);
    assert!(score.sure.precision() >= sure, "{file}: {:?}", score.sure);
    assert!(f64::from(score.rest_lost) <= 0.1 * f64::from(score.rest_keys), "{file}: {} lost", score.rest_lost);
}

#[test]
fn records_of_other_trades_stay_right() {
    holds("fresh2", 0.98, 0.97);
}

#[test]
fn records_of_a_stranger_stay_right() {
    holds("fresh3", 0.98, 0.96);
}

#[test]
fn records_of_other_tools_stay_right() {
    holds("fresh4", 0.98, 0.94);
    holds("fresh5", 0.97, 0.93);
    holds("fresh6", 0.95, 0.9);
    holds("fresh7", 0.97, 0.92);
    holds("fresh8", 0.98, 0.92);
    holds_sure("fresh9", 0.96, 0.9, 0.98);
}

/// Kinds of sources that the others lack.
#[test]
fn records_of_other_sources_stay_right() {
    holds("fresh10", 0.98, 0.88);
    holds_less("fresh11", 0.98, 0.96, 0.93);
    holds_less("fresh12", 0.98, 0.97, 0.94);
}

/// By a hand that knew neither the engine nor its words; their first runs are in `docs/structuring.md`.
#[test]
fn records_of_other_hands_stay_right() {
    holds_less("fresh13", 0.97, 0.97, 0.93);
    holds_less("fresh14", 0.96, 0.94, 0.83);
    holds_less("fresh15", 0.97, 0.96, 0.89);
    holds_less("fresh16", 0.95, 0.96, 0.85);
    holds_less("fresh17", 0.98, 0.98, 0.97);
    holds_less("fresh18", 0.98, 0.98, 0.97);
    holds_less("fresh19", 0.98, 0.98, 0.96);
    holds_less("fresh20", 0.98, 0.98, 0.96);
    holds_less("fresh21", 0.98, 0.98, 0.97);
    holds_less("fresh22", 0.97, 0.96, 0.93);
    holds_less("fresh23", 0.98, 0.97, 0.93);
    holds_less("fresh24", 0.96, 0.98, 0.94);
    holds_less("fresh25", 0.97, 0.95, 0.9);
    holds_less("fresh26", 0.96, 0.97, 0.92);
    holds("fresh27", 0.98, 0.96);
    holds("fresh28", 0.98, 0.93);
    holds("fresh29", 0.98, 0.94);
    holds("fresh30", 0.98, 0.95);
    holds_less("fresh31", 0.97, 0.97, 0.94);
    holds_less("fresh32", 0.96, 0.97, 0.94);
    holds_less("fresh33", 0.97, 0.97, 0.94);
    holds_less("fresh34", 0.97, 0.97, 0.96);
    holds_less("fresh35", 0.98, 0.97, 0.96);
    holds_less("fresh36", 0.98, 0.96, 0.91);
    holds("fresh37", 0.99, 0.98);
    holds_less("fresh38", 0.99, 0.98, 0.97);
    holds_less("fresh39", 0.99, 0.98, 0.97);
    holds_less("fresh40", 0.99, 0.98, 0.95);
    holds_less("fresh41", 0.99, 0.97, 0.97);
    holds_less("fresh42", 0.99, 0.99, 0.96);
    holds_less("fresh43", 0.99, 0.97, 0.94);
    holds_less("fresh44", 0.98, 0.97, 0.92);
    holds_less("fresh45", 0.98, 0.97, 0.96);
    holds_less("fresh46", 0.98, 0.97, 0.92);
}

/// As [`holds`], with the precision of fields, for sets with errors that were left as they are.
fn holds_less(file: &str, contact: f64, precise: f64, fields: f64) {
    let score = score(file);
    assert!(score.by_kind["phone"].precision() >= 1.0, "{file}: {:?}", score.by_kind["phone"]);
    assert!(score.contact.f1() >= contact, "{file}: contact {:?}", score.contact);
    assert!(score.fields.precision() >= precise && score.fields.f1() >= fields, "{file}: fields {:?}", score.fields);
    assert!(score.sure.precision() >= 0.975, "{file}: {:?}", score.sure);
}
