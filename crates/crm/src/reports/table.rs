//! A report's shape: columns, rows, totals; and what is counted together.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde::Serialize;

use super::Group;
use crate::access::actor_parts;
use crate::id::{ChannelId, PipelineId};
use crate::setup::Setup;
use crate::time::Timestamp;

#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[serde(untagged)]
pub enum Cell {
    Text(String),
    Whole(i64),
    /// A share, from 0 to 1.
    Share(f64),
    Nothing(()),
}

impl Cell {
    pub fn seconds(seconds: Option<i64>) -> Cell {
        seconds.map_or(Cell::Nothing(()), Cell::Whole)
    }
}

#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Table {
    pub columns: Vec<&'static str>,
    pub rows: Vec<Vec<Cell>>,
    /// One more row, of all together.
    pub totals: Vec<Cell>,
    /// More was found than a report looks at; it is of the newest.
    pub cut: bool,
}

/// What one thing is counted under.
pub(super) struct Grouping<'s> {
    pub group: Group,
    setup: &'s Setup,
    zone: TimeZone,
}

/// What tells where something belongs; what is not known is left out.
#[derive(Debug, Default)]
pub(super) struct Place {
    pub at: Timestamp,
    pub channel: Option<ChannelId>,
    pub pipeline: Option<PipelineId>,
    /// Stored form.
    pub actor: Option<String>,
}

impl<'s> Grouping<'s> {
    pub fn new(setup: &'s Setup, group: Group) -> Self {
        let zone = TimeZone::get(&setup.organization.time_zone).unwrap_or(TimeZone::UTC);
        Grouping { group, setup, zone }
    }

    pub fn column(&self) -> &'static str {
        self.group.name()
    }

    /// Sorts as it should be shown; and what is shown.
    pub fn of(&self, place: &Place) -> String {
        match self.group {
            Group::Day | Group::Hour => {
                let at = jiff::Timestamp::from_microsecond(place.at.micros()).unwrap_or_default();
                let local = at.to_zoned(self.zone.clone());
                match self.group {
                    Group::Day => local.date().to_string(),
                    _ => format!("{:02}", local.hour()),
                }
            }
            Group::Channel => {
                let channel = place.channel.and_then(|id| self.setup.channel(id));
                channel.map_or_else(|| "-".to_owned(), |channel| channel.name.clone())
            }
            Group::Pipeline => {
                let pipeline = place.pipeline.and_then(|id| self.setup.pipeline(id));
                pipeline.map_or_else(|| "-".to_owned(), |pipeline| pipeline.name.clone())
            }
            Group::Agent => self.agent(place.actor.as_deref().unwrap_or("-")),
        }
    }

    fn agent(&self, actor: &str) -> String {
        match actor_parts(actor) {
            ("member", Some(id)) => {
                let member = id.parse().ok().and_then(|id| self.setup.member(id));
                member.map_or_else(|| "-".to_owned(), |member| member.name.clone())
            }
            ("api_key", _) => "API".to_owned(),
            (other, _) => other.to_owned(),
        }
    }
}

/// Durations by group: how many, median, nine of ten, mean; in seconds.
#[derive(Debug, Default)]
pub(super) struct Durations(BTreeMap<String, Vec<i64>>);

impl Durations {
    pub fn add(&mut self, group: String, micros: i64) {
        self.0.entry(group).or_default().push(micros.max(0) / 1_000_000);
    }

    pub fn table(self, column: &'static str, counted: &'static str, cut: bool) -> Table {
        let mut all: Vec<i64> = Vec::new();
        let mut rows = Vec::new();
        for (group, mut seconds) in self.0 {
            let mut row = vec![Cell::Text(group)];
            row.extend(summary(&mut seconds));
            rows.push(row);
            all.extend(seconds);
        }
        let mut totals = vec![Cell::Nothing(())];
        totals.extend(summary(&mut all));
        Table { columns: vec![column, counted, "median_seconds", "p90_seconds", "mean_seconds"], rows, totals, cut }
    }
}

/// How many, median, 90th of a hundred, mean.
pub(super) fn summary(seconds: &mut [i64]) -> [Cell; 4] {
    seconds.sort_unstable();
    let count = seconds.len();
    let at = |percent: usize| seconds.get((count * percent / 100).min(count.saturating_sub(1))).copied();
    let mean = (count > 0).then(|| seconds.iter().sum::<i64>() / count as i64);
    [Cell::Whole(count as i64), Cell::seconds(at(50)), Cell::seconds(at(90)), Cell::seconds(mean)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summaries() {
        assert_eq!(summary(&mut []), [Cell::Whole(0), Cell::Nothing(()), Cell::Nothing(()), Cell::Nothing(())]);
        let mut ten: Vec<i64> = (1..=10).rev().collect();
        assert_eq!(summary(&mut ten), [Cell::Whole(10), Cell::Whole(6), Cell::Whole(10), Cell::Whole(5)]);
    }
}
