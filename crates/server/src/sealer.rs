//! The key that seals, looked at before anything is sealed with it: all nodes of a database have the same, at every start.

use std::fs;

use api::seal::Sealer;
use crm::installation::{self, KEY_CHECK, KEY_CHECK_PLACE, KEY_CHECK_TEXT};
use store::{Db, Priority, Tx};

use crate::cli::Failure;
use crate::data_dir::{DataDir, key_from_environment};
use crate::database;

/// The key of this node. Refused: one that is missing where it has sealed something, because nothing would open what is there, and
/// one that is another than the first that the database had. With `anew` the other one takes its place.
pub fn settle(data_dir: &DataDir, db: &Db, anew: bool) -> Result<Sealer, Failure> {
    let missing = key_from_environment().is_none() && !data_dir.key_file().exists();
    let sealed = database::one_sealed(db)?;
    if missing && !anew && sealed.is_some() {
        return Err(refused(data_dir, "the key that sealed the secrets in this database is missing"));
    }
    let sealer = data_dir.sealer()?;
    let opens = |place: &str, bytes: &[u8]| sealer.open(place, bytes).is_ok();
    let known = sealed.is_none_or(|sealed| opens(&sealed.place, &sealed.bytes));
    let mark = sealer.seal(KEY_CHECK_PLACE, KEY_CHECK_TEXT).map_err(|error| Failure::new(error.to_string()))?;
    if known {
        let settle = move |tx: &mut Tx<'_>| installation::settle(tx, KEY_CHECK, &mark);
        let first = db.write_blocking(Priority::Interactive, settle)?;
        if opens(KEY_CHECK_PLACE, &first) {
            return Ok(sealer);
        }
        if missing {
            // Another node was first, at this very moment: the key that was just made has sealed nothing.
            fs::remove_file(data_dir.key_file())?;
        }
        return Err(refused(data_dir, OTHER));
    }
    if !anew {
        return Err(refused(data_dir, OTHER));
    }
    db.write_blocking(Priority::Interactive, move |tx: &mut Tx<'_>| installation::replace(tx, KEY_CHECK, &mark))?;
    tracing::warn!("another key seals from now on: what the one before has sealed is to be set anew");
    Ok(sealer)
}

const OTHER: &str = "this is another key than the one that sealed the secrets in this database";

fn refused(data_dir: &DataDir, what: &str) -> Failure {
    Failure::new(format!(
        "{what}: put that one back to {} (mode 600), or give it in RECADO_SECRET_KEY; every node of a database has the same. Where \
         it is lost for good, --new-secret-key goes on with another",
        data_dir.key_file().display()
    ))
}
