//! What only one server does at a time, of several on one database. A lease is taken for a while and renewed; who stops
//! renewing loses it to the next who asks. Measured by the database's clock, so that those of the machines may differ.
//!
//! A holder that was away (stopped, cut off) may not know that it lost its lease. So the number that grows with every
//! holder, the fence, is asked for in the very transaction of what the lease permits: [`check`].

use store::{Tx, params};

use crate::error::Result;

/// A lease that was granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    pub name: String,
    pub holder: String,
    pub fence: i64,
}

/// No lease is longer, so what is further ahead was written by a clock that has been put back since.
pub const LONGEST_SECONDS: i64 = 60;

/// Takes the lease where nobody has it, or whoever had it let it lapse. None: somebody else has it. Asked by its holder
/// again, it is a new one. Runs in a [`store::Db::write_claim`].
pub fn claim(tx: &mut Tx<'_>, name: &str, holder: &str, seconds: i64) -> Result<Option<Lease>> {
    let clock = tx.dialect().clock();
    let sql = format!(
        "INSERT INTO leases (name, holder, fence, until) VALUES ($1, $2, 1, {clock} + $3)
         ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, fence = leases.fence + 1, until = excluded.until
         WHERE leases.until <= {clock} OR leases.until > {clock} + $4 OR leases.holder = excluded.holder
         RETURNING fence"
    );
    let longest = micros(LONGEST_SECONDS);
    let row = tx.query_opt(&sql, params![name, holder, micros(seconds.min(LONGEST_SECONDS)), longest])?;
    row.map(|row| Ok(Lease { name: name.to_owned(), holder: holder.to_owned(), fence: row.at(0)? })).transpose()
}

/// Holds it for so long from now on; false: it was lost. A lease that lapsed and that nobody took is held on.
pub fn renew(tx: &mut Tx<'_>, lease: &Lease, seconds: i64) -> Result<bool> {
    let sql = format!(
        "UPDATE leases SET until = {} + $4 WHERE name = $1 AND holder = $2 AND fence = $3",
        tx.dialect().clock()
    );
    let length = micros(seconds.min(LONGEST_SECONDS));
    Ok(tx.execute(&sql, params![lease.name, lease.holder, lease.fence, length])? == 1)
}

/// Gives it back, if it is still held: the next may take it at once.
pub fn release(tx: &mut Tx<'_>, lease: &Lease) -> Result<()> {
    tx.execute(
        "UPDATE leases SET until = 0 WHERE name = $1 AND holder = $2 AND fence = $3",
        params![lease.name, lease.holder, lease.fence],
    )?;
    Ok(())
}

/// Whether it is still this holder's, within the transaction of what it permits: whoever takes it meanwhile waits for that
/// to be committed, or this answers false.
pub fn check(tx: &mut Tx<'_>, lease: &Lease) -> Result<bool> {
    let held = tx.execute(
        "UPDATE leases SET fence = fence WHERE name = $1 AND holder = $2 AND fence = $3",
        params![lease.name, lease.holder, lease.fence],
    )?;
    Ok(held == 1)
}

/// Forgets who held what: on the embedded database, which one server has to itself, all holders are gone when it starts.
pub fn release_all(tx: &mut Tx<'_>) -> Result<()> {
    tx.execute("UPDATE leases SET until = 0", params![])?;
    Ok(())
}

fn micros(seconds: i64) -> i64 {
    seconds.saturating_mul(1_000_000)
}
