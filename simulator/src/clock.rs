//! The simulator's time: the machine's, or one that only moves when it is told to.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::watch;

/// Everything that depends on time asks this: the 24 h window, limits, the end of media addresses, delayed statuses,
/// retries of webhooks, time stamps. Clones are the same clock.
#[derive(Debug, Clone)]
pub struct Clock(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    frozen_at: Option<i64>,
    ahead: AtomicI64,
    moved: watch::Sender<()>,
}

impl Clock {
    /// The machine's time. [`advance`](Self::advance) puts it ahead.
    #[must_use]
    pub fn system() -> Self {
        Self::with(None)
    }

    /// Stands still at this time (seconds since 1970) until [`advance`](Self::advance).
    #[must_use]
    pub fn frozen(unix_seconds: i64) -> Self {
        Self::with(Some(unix_seconds.saturating_mul(1000)))
    }

    fn with(frozen_at: Option<i64>) -> Self {
        Self(Arc::new(Inner { frozen_at, ahead: AtomicI64::new(0), moved: watch::channel(()).0 }))
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        let base = self.0.frozen_at.unwrap_or_else(|| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
        });
        base.saturating_add(self.0.ahead.load(Ordering::SeqCst))
    }

    /// Seconds since 1970, as Meta writes times.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.now_ms().div_euclid(1000)
    }

    /// Moves time forward; whatever falls due in between happens now.
    pub fn advance(&self, by: Duration) {
        self.0.ahead.fetch_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX), Ordering::SeqCst);
        self.0.moved.send_replace(());
    }

    pub(crate) fn is_frozen(&self) -> bool {
        self.0.frozen_at.is_some()
    }

    pub(crate) fn moved(&self) -> watch::Receiver<()> {
        self.0.moved.subscribe()
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::system()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frozen_clock_moves_when_told() {
        let clock = Clock::frozen(1_750_000_000);
        let same = clock.clone();
        assert_eq!(clock.now(), 1_750_000_000);
        same.advance(Duration::from_millis(1500));
        assert_eq!(clock.now_ms(), 1_750_000_001_500);
        assert_eq!(clock.now(), 1_750_000_001);
    }
}
