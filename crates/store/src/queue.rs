//! Closures that wait for a thread: two bounded lines, interactive and background.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::call::Work;
use crate::metrics::Waiting;
use crate::{Error, Priority};

pub(crate) struct Queue {
    lines: Mutex<Lines>,
    moved: Condvar,
    capacity: usize,
    /// How many threads may be busy with background work at once: one fewer than there are, so that an interactive
    /// closure always finds one.
    background_threads: usize,
    /// After how many interactive closures in a row a waiting background one is let through. Without it a server under
    /// full load would never send what it accepted.
    patience: u32,
}

#[derive(Default)]
struct Lines {
    interactive: VecDeque<Work>,
    background: VecDeque<Work>,
    background_running: usize,
    passed_over: u32,
    closed: bool,
}

/// What [`Queue::take`] came back with.
pub(crate) enum Taken<'q> {
    Work(Work, Turn<'q>),
    /// Nothing came within the time given.
    Nothing,
    /// Closed and empty: the thread may end.
    Closed,
}

/// Held while a thread works on what it took.
pub(crate) struct Turn<'q> {
    queue: &'q Queue,
    priority: Priority,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if self.priority == Priority::Background {
            self.queue.lock().background_running -= 1;
            self.queue.moved.notify_one();
        }
    }
}

impl Queue {
    pub(crate) fn new(capacity: usize, threads: usize, patience: u32) -> Queue {
        Queue {
            lines: Mutex::default(),
            moved: Condvar::new(),
            capacity,
            background_threads: (threads.saturating_sub(1)).max(1),
            patience,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a closure at the end of its line, or says why not and gives it back.
    pub(crate) fn push(&self, work: Work) -> Result<(), (Work, Error)> {
        let mut lines = self.lock();
        if lines.closed {
            return Err((work, Error::Closed));
        }
        let line = match work.priority {
            Priority::Interactive => &mut lines.interactive,
            Priority::Background => &mut lines.background,
        };
        if line.len() >= self.capacity {
            return Err((work, Error::Overloaded));
        }
        line.push_back(work);
        drop(lines);
        self.moved.notify_one();
        Ok(())
    }

    /// The next closure, interactive first. Waits for one, at most `patience` if given.
    pub(crate) fn take(&self, wait: Option<Duration>) -> Taken<'_> {
        let until = wait.map(|wait| Instant::now() + wait);
        let mut lines = self.lock();
        loop {
            if let Some(work) = lines.next(self.background_threads, self.patience) {
                let turn = Turn { queue: self, priority: work.priority };
                if lines.closed {
                    // This may have been the last one, and others wait to hear that they may end.
                    self.moved.notify_all();
                }
                return Taken::Work(work, turn);
            }
            if lines.closed && lines.interactive.is_empty() && lines.background.is_empty() {
                return Taken::Closed;
            }
            lines = match until {
                None => self.moved.wait(lines).unwrap_or_else(PoisonError::into_inner),
                Some(until) => {
                    let left = until.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return Taken::Nothing;
                    }
                    self.moved.wait_timeout(lines, left).unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }

    /// One more of the same priority: one that is there, or that comes while `wait` says so ([`Queue::nudge`] has it asked
    /// again). Background work steps back for anything interactive.
    pub(crate) fn take_along(&self, priority: Priority, wait: impl Fn() -> bool) -> Option<Work> {
        let mut lines = self.lock();
        loop {
            let work = match priority {
                Priority::Interactive => lines.interactive.pop_front(),
                Priority::Background if lines.interactive.is_empty() => lines.background.pop_front(),
                Priority::Background => return None,
            };
            if work.is_some() || lines.closed || !wait() {
                return work;
            }
            lines = self.moved.wait(lines).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Something changed that a taker may be waiting for.
    pub(crate) fn nudge(&self) {
        drop(self.lock());
        self.moved.notify_all();
    }

    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.moved.notify_all();
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.lock().closed
    }

    pub(crate) fn waiting(&self) -> Waiting {
        let lines = self.lock();
        Waiting { interactive: lines.interactive.len(), background: lines.background.len() }
    }
}

impl Lines {
    fn next(&mut self, background_threads: usize, patience: u32) -> Option<Work> {
        let background_may = !self.background.is_empty() && self.background_running < background_threads;
        let background_turn = background_may && (self.interactive.is_empty() || self.passed_over >= patience);
        if background_turn {
            self.passed_over = 0;
            self.background_running += 1;
            return self.background.pop_front();
        }
        if background_may {
            self.passed_over += 1;
        }
        self.interactive.pop_front()
    }
}
