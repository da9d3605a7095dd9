//! The work a record may take: counted, and for options bounded.

use std::cell::Cell;

/// Looks at options that one record may take: a tenth of a second of a slow core. Six ordinary answers and eight lists of
/// five hundred options take some thousands.
pub(crate) const MOST_LOOKS: usize = 4_000_000;

/// What one record has taken so far.
#[derive(Default)]
pub(crate) struct Steps {
    taken: Cell<usize>,
    looks: Cell<usize>,
}

impl Steps {
    pub fn add(&self, steps: usize) {
        self.taken.set(self.taken.get().saturating_add(steps));
    }

    /// Counts looks at options; false once there were too many, and ever after.
    pub fn look(&self, looks: usize) -> bool {
        if self.spent() {
            return false;
        }
        self.looks.set(self.looks.get().saturating_add(looks));
        !self.spent()
    }

    /// Whether options are no longer looked at.
    pub fn spent(&self) -> bool {
        self.looks.get() > MOST_LOOKS
    }

    /// All of it: what the test of linear time compares.
    pub fn total(&self) -> usize {
        self.taken.get().saturating_add(self.looks.get())
    }
}
