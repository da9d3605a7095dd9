//! Whether the files of messages are where every node of the database looks for them.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use crm::installation::{self, MEDIA};
use store::{Db, Engine, Priority, Tx};
use uuid::Uuid;

use crate::cli::Failure;

/// In the directory: the id that the database has of it. No file of a message has a name like this.
const MARK: &str = ".recado";

/// What is to be said where this is not the directory that the first node had. The embedded database has one server, and
/// nothing to compare.
pub fn look(db: &Db, directory: &Path) -> Result<Option<String>, Failure> {
    if db.engine() == Engine::Sqlite {
        return Ok(None);
    }
    let path = directory.join(MARK);
    let here = match fs::read_to_string(&path) {
        Ok(text) => Some(text.trim().to_owned()),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(Failure::new(format!("cannot read {}: {error}", path.display()))),
    };
    let wanted = here.clone().unwrap_or_else(|| Uuid::new_v4().to_string());
    let mine = wanted.clone();
    let settle = move |tx: &mut Tx<'_>| installation::settle(tx, MEDIA, wanted.as_bytes());
    let there = db.write_blocking(Priority::Interactive, settle)?;
    let there = String::from_utf8_lossy(&there).into_owned();
    if there == mine {
        if here.is_none() {
            fs::write(&path, format!("{there}\n"))
                .map_err(|error| Failure::new(format!("cannot write {}: {error}", path.display())))?;
        }
        return Ok(None);
    }
    Ok(Some(format!(
        "{} is not the directory that another node of this database keeps the files of messages in: files that came in there cannot \
         be shown or sent from here. Give every node the same one with media_dir (RECADO_MEDIA_DIR); where this is the right one, \
         write {there} into {}",
        directory.display(),
        path.display()
    )))
}
