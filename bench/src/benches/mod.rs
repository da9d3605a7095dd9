//! What is measured: a file each, and a line in [`ALL`].

mod inbox;
mod stream;
mod upserts;
mod webchat;
mod webhooks;

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::time::Duration;

use crate::Failure;
use crate::report::Report;

/// What every bench gets.
#[derive(Debug)]
pub struct Context {
    /// The program to measure.
    pub binary: PathBuf,
    /// Of one measurement.
    pub duration: Duration,
    pub connections: usize,
    /// An empty directory on the disk that is measured; a bench makes one of its own in it.
    pub directory: PathBuf,
}

pub type Running<'a> = Pin<Box<dyn Future<Output = Result<(), Failure>> + 'a>>;
pub type Bench = for<'a> fn(&'a Context, &'a mut Report) -> Running<'a>;

/// In the order of the table.
pub const ALL: &[(&str, Bench)] = &[
    ("upserts", upserts::bench),
    ("webhooks", webhooks::bench),
    ("stream", stream::bench),
    ("webchat", webchat::bench),
    ("inbox", inbox::bench),
];
