//! How many files and connections the process may have open. Shells and service managers give 1024 unless they are told
//! otherwise, and leave it to the program to take more, up to a limit of their own.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// A thousand streams, their clients' calls, the database and files under way: below this it may become tight.
const ENOUGH: u64 = 4096;

/// Takes as many as it may have, and says so. A server that cannot have more runs with what it has.
pub fn raise() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let mut limit = current;
    if let (Some(before), most) = (current, maximum)
        && most.is_none_or(|most| most > before)
    {
        match setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
            Ok(()) => {
                limit = maximum;
                tracing::info!(
                    from = before,
                    to = maximum.unwrap_or(u64::MAX),
                    "may have more files and connections open now"
                );
            }
            Err(error) => tracing::warn!(%error, "could not raise the limit of open files and connections"),
        }
    }
    if let Some(limit) = limit.filter(|limit| *limit < ENOUGH) {
        tracing::warn!(
            limit,
            "few files and connections may be open at once; raise the hard limit (LimitNOFILE= of the service, ulimit -Hn) for \
             many streams"
        );
    }
}
