//! Failures to sign in, counted in memory: after some free ones each has to wait longer than the one before. Per node and
//! until a restart: an attacker brings about neither.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crm::Timestamp;
use crm::id::MemberId;
use crm::sessions::Candidate;

use crate::problem::Problem;

/// How many failures are free, how long the first wait is, the longest, and when all is forgotten; seconds.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    pub free: u32,
    pub first: i64,
    pub longest: i64,
    pub forgotten: i64,
}

/// Somebody who mistypes does not notice it; who guesses has 100 tries a day.
pub const ACCOUNT: Patience = Patience { free: 8, first: 15, longest: 900, forgotten: 86_400 };
/// Many may be behind one address.
pub const ADDRESS: Patience = Patience { free: 40, first: 15, longest: 900, forgotten: 3600 };
/// Remembered at most, of each kind.
const REMEMBERED: usize = 100_000;

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: Timestamp,
    wait_until: Timestamp,
}

#[derive(Debug)]
struct Counter<K> {
    patience: Patience,
    known: Mutex<HashMap<K, Failures>>,
}

impl<K: Eq + Hash> Counter<K> {
    fn new(patience: Patience) -> Self {
        Counter { patience, known: Mutex::default() }
    }

    fn known(&self) -> MutexGuard<'_, HashMap<K, Failures>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a failure in advance, so that many at once are not all tried before the first is counted. Err: how long
    /// to wait, in seconds.
    fn begin(&self, key: K, now: Timestamp) -> Result<(), i64> {
        let Patience { free, first, longest, forgotten } = self.patience;
        let mut known = self.known();
        if known.len() >= REMEMBERED {
            known.retain(|_, failures| failures.wait_until > now);
            if known.len() >= REMEMBERED {
                return Err(first);
            }
        }
        let entry = known.entry(key).or_insert(Failures { count: 0, last: now, wait_until: now });
        // A clock that was put back makes nobody wait longer than the longest.
        if now > entry.last.plus_seconds(forgotten) || entry.wait_until > now.plus_seconds(longest) {
            *entry = Failures { count: 0, last: now, wait_until: now };
        }
        if entry.wait_until > now {
            return Err((entry.wait_until.micros() - now.micros() + 999_999) / 1_000_000);
        }
        entry.count += 1;
        entry.last = now;
        if entry.count > free {
            let doubled = (entry.count - free - 1).min(20);
            entry.wait_until = now.plus_seconds((first << doubled).min(longest));
        }
        Ok(())
    }

    /// It was none after all. A wait that others brought about stays.
    fn undo(&self, key: &K, now: Timestamp) {
        if let Some(entry) = self.known().get_mut(key) {
            entry.count = entry.count.saturating_sub(1);
            if entry.count <= self.patience.free {
                entry.wait_until = now;
            }
        }
    }

    fn forget(&self, key: &K) {
        self.known().remove(key);
    }
}

/// Whose password is guessed. Of one address in several organizations each member is counted apart: who is admin of one of
/// them can have a right password there, and that forgives nothing elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Account {
    Member(MemberId),
    /// An e-mail address that no member has.
    Nobody(String),
}

impl Account {
    /// Who is meant by an address.
    pub fn of(email: &str, candidates: &[Candidate]) -> Vec<Account> {
        if candidates.is_empty() {
            return vec![Account::Nobody(email.trim().to_lowercase())];
        }
        candidates.iter().map(|candidate| Account::Member(candidate.member)).collect()
    }
}

/// By account, whether there is such a one or not, and by where they come from.
#[derive(Debug)]
pub struct Attempts {
    accounts: Counter<Account>,
    addresses: Counter<IpAddr>,
}

impl Default for Attempts {
    fn default() -> Self {
        Attempts { accounts: Counter::new(ACCOUNT), addresses: Counter::new(ADDRESS) }
    }
}

/// Where one attempt is counted.
#[derive(Debug, Clone)]
pub struct Attempt {
    tried: Vec<Account>,
    /// Those of them whose password it was.
    right: Vec<Account>,
    /// Seconds until another may be tried that was left out.
    left_out: Option<i64>,
    address: IpAddr,
}

impl Attempt {
    pub fn tries(&self, member: MemberId) -> bool {
        self.tried.contains(&Account::Member(member))
    }

    pub fn is_right_for(&mut self, members: impl IntoIterator<Item = MemberId>) {
        self.right.extend(members.into_iter().map(Account::Member));
    }
}

fn too_early(seconds: i64) -> Problem {
    let detail = "Too many failures to sign in; wait as long as Retry-After says.";
    Problem::new(429, "too_many_attempts", detail).header("retry-after", seconds.max(1).to_string())
}

impl Attempts {
    /// At these accounts, without those where it is too early for another; 429 where that is all of them.
    pub fn begin(&self, accounts: Vec<Account>, address: IpAddr, now: Timestamp) -> Result<Attempt, Problem> {
        let mut attempt = self.begin_from(address, now)?;
        self.begin_at(&mut attempt, accounts, now)?;
        Ok(attempt)
    }

    /// From there, before anything is looked up for it: 429 where it is too early for another.
    pub fn begin_from(&self, address: IpAddr, now: Timestamp) -> Result<Attempt, Problem> {
        self.addresses.begin(address, now).map_err(too_early)?;
        Ok(Attempt { tried: Vec::new(), right: Vec::new(), left_out: None, address })
    }

    /// Whom it turns out to be about; as [`begin`](Attempts::begin).
    pub fn begin_at(&self, attempt: &mut Attempt, accounts: Vec<Account>, now: Timestamp) -> Result<(), Problem> {
        for account in accounts {
            match self.accounts.begin(account.clone(), now) {
                Ok(()) => attempt.tried.push(account),
                Err(seconds) => {
                    attempt.left_out = Some(attempt.left_out.map_or(seconds, |least| least.min(seconds)));
                }
            }
        }
        match attempt.left_out {
            Some(seconds) if attempt.tried.is_empty() => {
                self.addresses.undo(&attempt.address, now);
                Err(too_early(seconds))
            }
            _ => Ok(()),
        }
    }

    /// Who has another password now is not held to guesses at the one before.
    pub fn forgive(&self, member: MemberId) {
        self.accounts.forget(&Account::Member(member));
    }

    /// Neither right nor wrong: the server's own trouble, or a right password that is not enough. Where it was wrong beside
    /// that, it stays a failure.
    pub fn undo(&self, attempt: &Attempt, now: Timestamp) {
        let undone = if attempt.right.is_empty() { &attempt.tried } else { &attempt.right };
        undone.iter().for_each(|account| self.accounts.undo(account, now));
        self.addresses.undo(&attempt.address, now);
    }

    /// What came of it: only a wrong password or code is held against anybody. Who signed in has their own failures
    /// forgotten, not those of others of the same address, and not the others that came from there.
    pub fn settle<T>(&self, attempt: &Attempt, now: Timestamp, result: Result<T, Problem>) -> Result<T, Problem> {
        match &result {
            Ok(_) => {
                let right = if attempt.right.is_empty() { &attempt.tried } else { &attempt.right };
                right.iter().for_each(|account| self.accounts.forget(account));
                self.addresses.undo(&attempt.address, now);
            }
            Err(problem) if matches!(problem.code, "wrong_credentials" | "wrong_code" | "wrong_password") => {}
            Err(_) => self.undo(attempt, now),
        }
        // It may be right for one that was not looked at.
        result.map_err(|problem| match attempt.left_out {
            Some(seconds) if problem.code == "wrong_credentials" => too_early(seconds),
            _ => problem,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Patience = Patience { free: 2, first: 10, longest: 60, forgotten: 1000 };

    #[test]
    fn each_wait_is_longer_until_all_is_forgotten() {
        let counter = Counter::new(PATIENCE);
        let start = Timestamp::from_micros(1_800_000_000_000_000);
        let at = |seconds| start.plus_seconds(seconds);
        assert!(counter.begin(1, start).is_ok() && counter.begin(1, start).is_ok());
        assert!(counter.begin(1, start).is_ok(), "the last free one begins the waiting");
        assert_eq!(counter.begin(1, start), Err(10));
        assert!(counter.begin(2, start).is_ok(), "another is not concerned");
        assert!(counter.begin(1, at(10)).is_ok());
        assert_eq!(counter.begin(1, at(11)), Err(19));
        assert!(counter.begin(1, at(30)).is_ok() && counter.begin(1, at(70)).is_ok());
        assert_eq!(counter.begin(1, at(70)), Err(60), "no longer than the longest");
        assert!(counter.begin(1, start.plus_seconds(-100_000)).is_ok(), "the clock was put back");
        assert!(counter.begin(1, at(2000)).is_ok() && counter.begin(1, at(2000)).is_ok());
        counter.forget(&1);
        assert!(counter.begin(1, at(2000)).is_ok());
    }
}
