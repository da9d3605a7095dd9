//! Ten invented records to try a model with: what the first engine makes of them, and what both do.

use super::{Question, Scope, Unreadable, question, read};
use crate::eval::Record;
use crate::json::Object;
use crate::{Definitions, Explicit, Json, Learnt, Outcome, Request, Target, structure};

const RECORDS: &str = include_str!("trial.jsonl");

/// One record with its fields and what should come out.
pub struct Trial {
    record: Record,
    definitions: Definitions,
    learnt: Learnt,
    explicit: Explicit,
}

/// How many values are right, wrong, and not found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    pub right: u32,
    pub wrong: u32,
    pub missed: u32,
}

impl std::ops::AddAssign for Score {
    fn add_assign(&mut self, other: Score) {
        self.right += other.right;
        self.wrong += other.wrong;
        self.missed += other.missed;
    }
}

impl Score {
    /// Harmonic mean of precision and recall, 0–1; 0 where nothing is right.
    pub fn f1(self) -> f64 {
        let all = f64::from(2 * self.right + self.wrong + self.missed);
        if all == 0.0 { 0.0 } else { f64::from(2 * self.right) / all }
    }
}

pub fn trials() -> Vec<Trial> {
    let records = RECORDS.lines().filter_map(|line| Record::read(line).ok());
    records
        .map(|record| Trial {
            definitions: Definitions::compile(0, record.definitions.clone()),
            record,
            learnt: Learnt::default(),
            explicit: Explicit::default(),
        })
        .collect()
}

impl Trial {
    pub fn request(&self) -> Request<'_> {
        Request {
            definitions: &self.definitions,
            learnt: &self.learnt,
            source: "trial",
            country: self.record.country.as_deref(),
            data: &self.record.data,
            explicit: &self.explicit,
        }
    }

    pub fn question(&self, masked: bool) -> Option<Question> {
        question(&self.request(), Scope::Leftovers, masked)
    }

    /// Whether an answer can be read at all.
    pub fn check(&self, question: &Question, answer: &str) -> Result<(), Unreadable> {
        read(&self.request(), question, answer).map(drop)
    }

    /// What the first engine alone makes of it; with an answer that can be read, what both do.
    pub fn score(&self, answer: Option<(&Question, &str)>) -> Score {
        let request = self.request();
        let mut outcome = structure(&request);
        if let Some((question, answer)) = answer
            && let Ok(read) = read(&request, question, answer)
        {
            for placement in read.outcome.placements {
                if outcome.placed(&placement.target).is_none() {
                    outcome.placements.push(placement);
                }
            }
        }
        self.compare(&outcome)
    }

    fn compare(&self, outcome: &Outcome) -> Score {
        let gold = |target: &Target| match target {
            Target::Field(key) => self.record.gold.get("fields").and_then(|fields| fields.get(key)).cloned(),
            slot => self.record.gold.get(slot.word()).cloned(),
        };
        let mut score = Score::default();
        for placement in &outcome.placements {
            match gold(&placement.target).filter(|value| !value.is_null()) {
                Some(value) if alike(&value, &placement.value) => score.right += 1,
                _ => score.wrong += 1,
            }
        }
        let nothing = Object::new();
        let fields = self.record.gold.get("fields").and_then(Json::as_object).unwrap_or(&nothing);
        let slots = [Target::Phone, Target::Email, Target::Name];
        let wanted = fields.keys().map(|key| Target::Field(key.to_owned())).chain(slots);
        let missed = wanted
            .filter(|target| gold(target).is_some_and(|value| !value.is_null()) && outcome.placed(target).is_none());
        score.missed = u32::try_from(missed.count()).unwrap_or(u32::MAX);
        score
    }
}

fn alike(one: &Json, other: &Json) -> bool {
    one == other || one.as_f64().is_some() && one.as_f64() == other.as_f64()
}
