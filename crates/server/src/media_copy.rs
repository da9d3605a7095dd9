//! Files of messages in backups: a directory `media` beside the copies, to which each backup adds what is new. Files never change
//! once they have their name, so what is there already is not copied again.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Half written files; nobody's.
const ASIDE: &str = "incoming";

/// Where the files of a copy are: beside it.
pub fn beside(copy: &Path) -> PathBuf {
    copy.parent().unwrap_or(Path::new("")).join("media")
}

/// Copies files that are not there yet, each under its name only once it is whole; how many. One that is deleted meanwhile
/// was nobody's.
pub fn add(from: &Path, to: &Path) -> io::Result<usize> {
    let Ok(entries) = fs::read_dir(from) else { return Ok(0) };
    let mut copied = 0;
    for entry in entries {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            if entry.file_name() != ASIDE {
                copied += add(&source, &target)?;
            }
        } else if !target.exists() {
            match copy(&source, &target) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                result => {
                    result?;
                    copied += 1;
                }
            }
        }
    }
    if copied > 0 && to.exists() {
        File::open(to)?.sync_all()?;
    }
    Ok(copied)
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let mut source = File::open(from)?;
    if let Some(directory) = to.parent() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    }
    let aside = to.with_extension("partial");
    let mut target = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&aside)?;
    io::copy(&mut source, &mut target)?;
    target.sync_all()?;
    fs::rename(aside, to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_new_and_whole_is_copied() {
        let directory = tempfile::tempdir().unwrap();
        let (from, to) = (directory.path().join("a"), directory.path().join("b"));
        assert_eq!(add(&from, &to).unwrap(), 0);
        for (folder, name) in [("o/aa", "1"), ("o/bb", "2"), (ASIDE, "half")] {
            fs::create_dir_all(from.join(folder)).unwrap();
            fs::write(from.join(folder).join(name), name).unwrap();
        }
        assert_eq!(add(&from, &to).unwrap(), 2);
        assert_eq!(add(&from, &to).unwrap(), 0);
        assert_eq!(fs::read(to.join("o/bb/2")).unwrap(), b"2");
        assert!(!to.join(ASIDE).exists());
    }
}
