//! One organization's events as they happen: the last of them in memory, for all who listen.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use crm::Setup;
use crm::events::EventFilter;
use crm::id::OrganizationId;
use tokio::sync::watch;

use super::frame::Frame;

/// Frames and bytes kept for those who are a little behind. Who is further behind is cut off, and reads on in the log.
const FRAMES: usize = 2048;
const BYTES: usize = 8 * 1024 * 1024;
/// Bytes that one listener takes at once.
const PIECE: usize = 64 * 1024;

pub struct Feed {
    pub organization: OrganizationId,
    state: Mutex<State>,
    /// Counts pushes; its receivers are woken by them.
    moved: watch::Sender<u64>,
}

struct State {
    /// All events of the organization after `floor` and up to `cursor` are in here, and passing frames between them.
    ring: VecDeque<Frame>,
    bytes: usize,
    /// The number of the first one, counted since the feed began.
    first: u64,
    floor: i64,
    cursor: i64,
    /// The set-up as it was after the last change that went by; none: none went by.
    setup: Option<Arc<Setup>>,
}

/// What was there for a listener.
#[derive(Debug)]
pub enum Taken {
    Frames(Vec<Bytes>),
    Nothing,
    /// What comes next is not kept any more.
    TooLate,
}

impl Feed {
    /// From now on: everything up to `head` was before.
    pub fn new(organization: OrganizationId, head: i64) -> Arc<Feed> {
        let state = State { ring: VecDeque::new(), bytes: 0, first: 0, floor: head, cursor: head, setup: None };
        Arc::new(Feed { organization, state: Mutex::new(state), moved: watch::Sender::new(0) })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn moved(&self) -> watch::Receiver<u64> {
        self.moved.subscribe()
    }

    /// Has everybody look.
    pub fn wake(&self) {
        self.moved.send_modify(|count| *count = count.wrapping_add(1));
    }

    pub fn cursor(&self) -> i64 {
        self.lock().cursor
    }

    /// Adds what came up to `cursor`, and the set-up if that changed meanwhile.
    pub fn push(&self, frames: Vec<Frame>, cursor: i64, setup: Option<Arc<Setup>>) {
        let wakes = !frames.is_empty() || setup.is_some();
        let mut state = self.lock();
        for frame in frames {
            state.bytes += frame.text.len();
            state.ring.push_back(frame);
            while state.ring.len() > FRAMES || (state.bytes > BYTES && state.ring.len() > 1) {
                state.drop_first();
            }
        }
        state.cursor = state.cursor.max(cursor);
        if setup.is_some() {
            state.setup = setup;
        }
        drop(state);
        if wakes {
            self.wake();
        }
    }

    pub fn setup(&self) -> Option<Arc<Setup>> {
        self.lock().setup.clone()
    }

    /// The number of the first frame after `position`, if all that follow are here.
    pub fn enter(&self, position: i64) -> Option<u64> {
        let state = self.lock();
        if position < state.floor {
            return None;
        }
        let after = |frame: &Frame| frame.event.as_ref().is_some_and(|event| event.sequence > position);
        let ahead = state.ring.iter().position(after).unwrap_or(state.ring.len());
        Some(state.first + ahead as u64)
    }

    /// Frames from number `next` on that the filter wants, and moves `next` and `position` behind what was looked at.
    pub fn take(&self, next: &mut u64, position: &mut i64, filter: &EventFilter) -> Taken {
        let state = self.lock();
        let Some(skip) = next.checked_sub(state.first) else { return Taken::TooLate };
        let (mut frames, mut bytes) = (Vec::new(), 0);
        for frame in state.ring.iter().skip(skip as usize) {
            if bytes >= PIECE {
                return Taken::Frames(frames);
            }
            *next += 1;
            if let Some(event) = &frame.event {
                // Whoever joins, or has read on in the log, may be further than this feed was.
                if event.sequence <= *position {
                    continue;
                }
                *position = event.sequence;
            }
            if frame.is_wanted(filter) {
                bytes += frame.text.len();
                frames.push(frame.text.clone());
            }
        }
        *position = state.cursor.max(*position);
        if frames.is_empty() { Taken::Nothing } else { Taken::Frames(frames) }
    }
}

impl State {
    fn drop_first(&mut self) {
        let Some(frame) = self.ring.pop_front() else { return };
        self.bytes -= frame.text.len();
        self.first += 1;
        if let Some(event) = frame.event {
            self.floor = event.sequence;
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::frame::Place;
    use super::*;

    fn passing(n: usize) -> Frame {
        Frame::passing("typing", &json!(n))
    }

    fn logged(sequence: i64) -> Frame {
        let event = Place { sequence, topic: None, contact: None, ticket: None };
        Frame { text: format!("id: {sequence}\n\n").into(), event: Some(event) }
    }

    #[test]
    fn who_is_too_far_behind_is_told() {
        let feed = Feed::new(OrganizationId::default(), 5);
        let filter = EventFilter::default();
        assert!(feed.enter(4).is_none(), "that is in the log only");
        let mut slow = feed.enter(5).unwrap();
        let mut quick = slow;
        let mut position = 5;
        feed.push((0..FRAMES).map(passing).collect(), 9, None);
        let Taken::Frames(frames) = feed.take(&mut quick, &mut position, &filter) else { panic!("nothing") };
        assert_eq!((frames.len(), position), (FRAMES, 9));
        feed.push(vec![passing(FRAMES)], 9, None);
        assert!(matches!(feed.take(&mut slow, &mut position, &filter), Taken::TooLate));
        assert!(matches!(feed.take(&mut quick, &mut position, &filter), Taken::Frames(frames) if frames.len() == 1));
        assert!(matches!(feed.take(&mut quick, &mut position, &filter), Taken::Nothing));
    }

    #[test]
    fn who_is_further_than_the_feed_hears_nothing_again() {
        let feed = Feed::new(OrganizationId::default(), 5);
        let filter = EventFilter::default();
        let mut position = 9;
        let mut next = feed.enter(position).unwrap();
        feed.push((6..=9).map(logged).collect(), 9, None);
        assert!(matches!(feed.take(&mut next, &mut position, &filter), Taken::Nothing));
        assert_eq!(position, 9);
        feed.push(vec![logged(10), passing(1)], 10, None);
        let Taken::Frames(frames) = feed.take(&mut next, &mut position, &filter) else { panic!("nothing") };
        assert_eq!((frames.len(), position), (2, 10));
        assert!(frames[0].starts_with(b"id: 10"));
        // Also where it came to be further while the feed's were in between.
        feed.push((11..=13).map(logged).collect(), 13, None);
        position = 12;
        let Taken::Frames(frames) = feed.take(&mut next, &mut position, &filter) else { panic!("nothing") };
        assert_eq!((frames.len(), position), (1, 13));
    }

    #[test]
    fn what_is_kept_is_bounded_in_bytes() {
        let feed = Feed::new(OrganizationId::default(), 0);
        let large = json!("x".repeat(BYTES / 4));
        feed.push((0..10).map(|_| Frame::passing("presence", &large)).collect(), 0, None);
        let state = feed.lock();
        assert!(state.bytes <= BYTES && state.ring.len() == 3 && state.first == 7);
    }
}
