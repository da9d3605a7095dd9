//! Opens whichever database the arguments name.

use crm::Crm;
use store::{Db, PostgresOptions, SqliteOptions};

use crate::cli::{DataArguments, Failure};
use crate::data_dir::DataDir;

/// The business on its database, schema up to date; and the data directory, which holds the key file in any case.
pub fn open(arguments: &DataArguments) -> Result<(Crm, DataDir), Failure> {
    let data_dir = DataDir::open(&arguments.data_dir)?;
    let db = match &arguments.database_url {
        Some(url) => Db::open_postgres(url, PostgresOptions::default())?,
        None => Db::open_sqlite(&data_dir.database(), SqliteOptions::default())?,
    };
    Ok((Crm::open(db)?, data_dir))
}
