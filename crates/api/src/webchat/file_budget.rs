//! How many bytes of files visitors may send: they are kept for as long as their conversations, on the disk that the database
//! may share. Taken before the first byte comes, and what was not kept is given back.

use std::net::IpAddr;

use crm::Timestamp;
use crm::id::ChannelId;

use crate::limits::{Limiter, Rate};
use crate::problem::Problem;

/// Megabytes, of a million bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileLimits {
    /// In an hour, from one address.
    pub per_address: u32,
    /// In a day, to one channel.
    pub per_channel: u32,
}

impl Default for FileLimits {
    fn default() -> Self {
        FileLimits { per_address: 200, per_channel: 2000 }
    }
}

/// Counted in kilobytes.
pub struct FileBudget {
    /// Of one file, so that a budget below the largest file still takes small ones.
    most: u32,
    addresses: Limiter<IpAddr>,
    channels: Limiter<ChannelId>,
}

/// What is taken for one file until it is known what of it was kept.
pub struct Reserved<'a> {
    budget: &'a FileBudget,
    address: IpAddr,
    channel: ChannelId,
    kilobytes: u32,
}

impl FileBudget {
    pub fn new(limits: FileLimits) -> FileBudget {
        let rate = |megabytes: u32, seconds| Rate { requests: megabytes.saturating_mul(1000), seconds };
        FileBudget {
            most: limits.per_address.min(limits.per_channel).saturating_mul(1000),
            addresses: Limiter::new("address_files", rate(limits.per_address, 3600)),
            channels: Limiter::new("channel_files", rate(limits.per_channel, 86_400)),
        }
    }

    /// 429 where `bytes` are more than may come now.
    pub fn reserve(
        &self,
        address: IpAddr,
        channel: ChannelId,
        bytes: u64,
        now: Timestamp,
    ) -> Result<Reserved<'_>, Problem> {
        let kilobytes = kilobytes(bytes).min(self.most);
        self.addresses
            .take_many(address, kilobytes, now)
            .map_err(|problem| refused(problem, "More files came from this address than are taken in an hour."))?;
        self.channels.take_many(channel, kilobytes, now).map_err(|problem| {
            self.addresses.give_back(&address, kilobytes);
            refused(problem, "More files came by this web chat than are taken in a day.")
        })?;
        Ok(Reserved { budget: self, address, channel, kilobytes })
    }
}

impl Reserved<'_> {
    /// So many bytes are kept.
    pub fn keep(mut self, bytes: u64) {
        self.kilobytes = self.kilobytes.saturating_sub(kilobytes(bytes));
    }
}

impl Drop for Reserved<'_> {
    fn drop(&mut self) {
        self.budget.addresses.give_back(&self.address, self.kilobytes);
        self.budget.channels.give_back(&self.channel, self.kilobytes);
    }
}

fn refused(mut problem: Problem, what: &str) -> Problem {
    problem.detail = format!("{what} Wait as long as Retry-After says.");
    problem
}

fn kilobytes(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(1000)).unwrap_or(u32::MAX)
}
