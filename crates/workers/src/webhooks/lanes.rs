//! How much of each endpoint runs at once. One that answers fast gets more, one that fails or dawdles gets less, so that
//! those which hang never hold what the others need.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use crm::webhooks::{Ready, Wanted};
use tokio::time::Instant;

use super::{Ended, MOST_RUNNING};

const FIRST_WINDOW: usize = 8;
const LARGEST_WINDOW: usize = 64;
const FAST: Duration = Duration::from_secs(1);
const SLOW: Duration = Duration::from_secs(5);
/// Between two tries of one that answers without an end: each costs a connection, and as much as fits into its buffers.
const REST: Duration = Duration::from_millis(100);
/// Of one look: each costs statements.
const MOST_AT_ONCE: usize = 64;
/// An endpoint that has nothing to do is forgotten beyond so many.
const MOST_KNOWN: usize = 10_000;

#[derive(Debug, Clone)]
struct Lane {
    window: usize,
    running: usize,
    /// In line for a look.
    waits: bool,
    rests_until: Option<Instant>,
}

impl Default for Lane {
    fn default() -> Self {
        Lane { window: FIRST_WINDOW, running: 0, waits: false, rests_until: None }
    }
}

#[derive(Debug, Default)]
pub struct Lanes {
    lanes: HashMap<Ready, Lane>,
    /// Of those that may have something due, each once.
    line: VecDeque<Ready>,
    running: usize,
}

impl Lanes {
    /// Something may be due there.
    pub fn wake(&mut self, endpoint: Ready) {
        if self.lanes.len() > MOST_KNOWN {
            self.lanes.retain(|_, lane| lane.running > 0 || lane.waits);
        }
        let lane = self.lanes.entry(endpoint).or_default();
        if !lane.waits {
            lane.waits = true;
            self.line.push_back(endpoint);
        }
    }

    pub fn is_idle(&self) -> bool {
        self.running == 0
    }

    /// Whose turn it is, with how much; they leave the line. Those whose window is more than half full stay in it.
    pub fn next(&mut self, now: Instant) -> Vec<Wanted> {
        let mut free = MOST_RUNNING - self.running;
        let mut wanted = Vec::new();
        for _ in 0..self.line.len() {
            if wanted.len() == MOST_AT_ONCE || free == 0 {
                break;
            }
            let Some(endpoint) = self.line.pop_front() else { break };
            let Some(lane) = self.lanes.get_mut(&endpoint) else { continue };
            let room = lane.window.saturating_sub(lane.running).min(free);
            let rests = lane.rests_until.is_some_and(|until| until > now);
            if room == 0 || rests || lane.running > lane.window / 2 {
                self.line.push_back(endpoint);
                continue;
            }
            lane.waits = false;
            free -= room;
            wanted.push(Wanted { endpoint, most: room as i64, running: lane.running as i64 });
        }
        wanted
    }

    /// When the first of those that rest in line has rested.
    pub fn rests_until(&self, now: Instant) -> Option<Instant> {
        self.line.iter().filter_map(|endpoint| self.lanes.get(endpoint)?.rests_until).filter(|until| *until > now).min()
    }

    /// So many of what was wanted runs now; all of it: there may be more.
    pub fn started(&mut self, wanted: &Wanted, count: usize) {
        self.running += count;
        self.lanes.entry(wanted.endpoint).or_default().running += count;
        if count as i64 == wanted.most {
            self.wake(wanted.endpoint);
        }
    }

    pub fn ended(&mut self, ended: &Ended, now: Instant) {
        self.running = self.running.saturating_sub(1);
        let lane = self.lanes.entry(ended.endpoint).or_default();
        lane.running = lane.running.saturating_sub(1);
        lane.rests_until = ended.floods.then(|| now + REST);
        lane.window = match ended.delivered {
            true if ended.floods => 1,
            true if ended.took < FAST => (lane.window + 1).min(LARGEST_WINDOW),
            true if ended.took < SLOW => lane.window,
            true => (lane.window / 2).max(2),
            false => (lane.window / 2).max(1),
        };
    }
}

#[cfg(test)]
mod tests {
    use crm::id::{OrganizationId, WebhookId};

    use super::*;

    fn endpoint(n: u128) -> Ready {
        (OrganizationId::default(), WebhookId(uuid::Uuid::from_u128(n)))
    }

    fn end(lanes: &mut Lanes, n: u128, delivered: bool, took: Duration) {
        lanes.ended(&Ended { endpoint: endpoint(n), delivered, floods: false, took }, Instant::now());
    }

    /// Starts all it may have of one endpoint.
    fn fill(lanes: &mut Lanes, n: u128) -> usize {
        lanes.wake(endpoint(n));
        let wanted = lanes.next(Instant::now());
        wanted.iter().for_each(|wanted| lanes.started(wanted, wanted.most as usize));
        wanted.iter().filter(|wanted| wanted.endpoint == endpoint(n)).map(|wanted| wanted.most as usize).sum()
    }

    #[test]
    fn fast_ones_grow_and_those_that_hang_shrink_to_one() {
        let mut lanes = Lanes::default();
        let mut most = 0;
        for _ in 0..20 {
            let count = fill(&mut lanes, 1);
            most = most.max(count);
            (0..count).for_each(|_| end(&mut lanes, 1, true, Duration::from_millis(3)));
        }
        assert_eq!(most, LARGEST_WINDOW);
        let hung = fill(&mut lanes, 2);
        assert_eq!(hung, FIRST_WINDOW);
        (0..hung).for_each(|_| end(&mut lanes, 2, false, Duration::from_secs(15)));
        assert_eq!(fill(&mut lanes, 2), 1);
    }

    #[test]
    fn a_slow_one_never_has_many_although_it_delivers() {
        let mut lanes = Lanes::default();
        for _ in 0..10 {
            let count = fill(&mut lanes, 1);
            assert!(count <= FIRST_WINDOW);
            (0..count).for_each(|_| end(&mut lanes, 1, true, Duration::from_millis(14_900)));
        }
    }

    #[test]
    fn one_that_answers_without_an_end_rests() {
        let mut lanes = Lanes::default();
        let now = Instant::now();
        for _ in 0..fill(&mut lanes, 1) {
            let ended = Ended { endpoint: endpoint(1), delivered: true, floods: true, took: Duration::from_millis(2) };
            lanes.ended(&ended, now);
        }
        lanes.wake(endpoint(1));
        assert!(lanes.next(now).is_empty());
        assert_eq!(lanes.rests_until(now), Some(now + REST));
        let wanted = lanes.next(now + REST);
        assert_eq!((wanted.len(), wanted[0].most), (1, 1));
    }

    #[test]
    fn all_together_stay_within_what_may_run() {
        let mut lanes = Lanes::default();
        let running: usize = (0..200).map(|n| fill(&mut lanes, n)).sum();
        assert_eq!(running, MOST_RUNNING);
        // Each ends once: then everybody who waits has a turn again.
        end(&mut lanes, 0, false, SLOW);
        assert_eq!(lanes.next(Instant::now()).len(), 1);
    }
}
