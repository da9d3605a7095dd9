//! Files of messages on disk: each under the hash of its bytes, below its organization, written aside and put in place once it is
//! whole and synced. What has a name here is complete.

use std::ffi::OsStr;
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use crm::id::OrganizationId;
use sha2::{Digest, Sha256};
use tokio::fs::File;
use tokio::io::AsyncWriteExt;

/// What a process left aside is deleted after so long.
const ASIDE_KEPT: Duration = Duration::from_secs(24 * 3600);
const ASIDE: &str = "incoming";
/// Between a file's name and its row lies less than this.
const SETTLED: Duration = Duration::from_secs(3600);

#[derive(Debug, Clone)]
pub struct MediaStore {
    root: PathBuf,
}

/// A file that is being written.
pub struct Incoming {
    aside: PathBuf,
    root: PathBuf,
    file: File,
    hash: Sha256,
    size: u64,
    most: u64,
    placed: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Below the media directory.
    pub path: String,
    /// Lower-case hexadecimal.
    pub sha256: String,
    pub size: u64,
}

/// What [`MediaStore::folders`] finds.
#[derive(Debug, Default)]
pub struct Folders {
    pub known: Vec<PathBuf>,
    pub of_others: Vec<OrganizationId>,
}

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the file is larger than {0} bytes")]
    TooLarge(u64),
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl MediaStore {
    /// Makes the directory where it is absent, for its owner only.
    pub fn open(root: &Path) -> io::Result<MediaStore> {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(root.join(ASIDE))?;
        Ok(MediaStore { root: root.to_owned() })
    }

    /// A new file of at most so many bytes.
    pub async fn create(&self, most: u64) -> io::Result<Incoming> {
        let aside = self.root.join(ASIDE).join(uuid::Uuid::new_v4().simple().to_string());
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        let file = tokio::fs::OpenOptions::from(options).open(&aside).await?;
        Ok(Incoming { aside, root: self.root.clone(), file, hash: Sha256::new(), size: 0, most, placed: false })
    }

    /// The whole path of a stored file. None where `path` leads out of the directory.
    pub fn path(&self, path: &str) -> Option<PathBuf> {
        let sound = path.split('/').all(|part| !part.is_empty() && !part.starts_with('.'));
        (sound && !path.contains('\0')).then(|| self.root.join(path))
    }

    /// Deletes a file that no row names. One that was put in place within the last hour stays: the row of an upload of the
    /// same bytes may be about to be written.
    pub async fn remove(&self, path: &str) -> io::Result<bool> {
        let Some(path) = self.path(path) else { return Ok(true) };
        let removed = match tokio::fs::metadata(&path).await.and_then(|data| data.modified()) {
            Ok(modified) if is_older(modified, SETTLED) => tokio::fs::remove_file(path).await.map(|()| true),
            Ok(_) => Ok(false),
            Err(error) => Err(error),
        };
        match removed {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
            removed => removed,
        }
    }

    /// The directories that files are in, those of these organizations; and of which others there are files. What cannot be
    /// read is left out, and told in the log.
    pub async fn folders(&self, of: Vec<OrganizationId>) -> io::Result<Folders> {
        let root = self.root.clone();
        let walk = move || -> io::Result<Folders> {
            let mut folders = Folders::default();
            for directory in directories(&root)? {
                let name = directory.file_name().and_then(OsStr::to_str);
                // Anything else, such as lost+found, is not ours.
                let Some(id) = name.and_then(|name| OrganizationId::from_str(name).ok()) else { continue };
                if !of.contains(&id) {
                    folders.of_others.push(id);
                    continue;
                }
                match directories(&directory) {
                    Ok(found) => folders.known.extend(found),
                    Err(error) => tracing::warn!(%error, organization = %id, "a directory of files cannot be read"),
                }
            }
            Ok(folders)
        };
        tokio::task::spawn_blocking(walk).await.map_err(io::Error::other)?
    }

    /// Of one directory the files that were put in place longer than `least` ago, and no longer than `most`; as
    /// [`Stored::path`] has them.
    pub async fn placed(&self, folder: PathBuf, least: Duration, most: Duration) -> io::Result<Vec<String>> {
        let root = self.root.clone();
        let look = move || -> io::Result<Vec<String>> {
            let mut found = Vec::new();
            for entry in std::fs::read_dir(folder)? {
                let entry = entry?;
                let modified = entry.metadata().and_then(|data| data.modified());
                let aged = modified.is_ok_and(|modified| is_older(modified, least) && !is_older(modified, most));
                let path = entry.path();
                let below = path.strip_prefix(&root).ok().and_then(Path::to_str);
                found.extend(below.filter(|_| aged).map(str::to_owned));
            }
            Ok(found)
        };
        tokio::task::spawn_blocking(look).await.map_err(io::Error::other)?
    }

    /// Deletes what was being written when a process ended; how many files that were.
    pub async fn sweep_aside(&self) -> io::Result<usize> {
        let mut entries = tokio::fs::read_dir(self.root.join(ASIDE)).await?;
        let mut swept = 0;
        while let Some(entry) = entries.next_entry().await? {
            let modified = entry.metadata().await.and_then(|data| data.modified());
            if modified.is_ok_and(|modified| is_older(modified, ASIDE_KEPT)) {
                tokio::fs::remove_file(entry.path()).await?;
                swept += 1;
            }
        }
        Ok(swept)
    }
}

fn directories(below: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(below)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            found.push(entry.path());
        }
    }
    Ok(found)
}

fn is_older(modified: SystemTime, than: Duration) -> bool {
    SystemTime::now().duration_since(modified).is_ok_and(|age| age > than)
}

impl Incoming {
    /// Of what was written so far, in lower-case hexadecimal.
    pub fn sha256(&self) -> String {
        format!("{:x}", self.hash.clone().finalize())
    }

    pub fn size(&self) -> u64 {
        self.size
    }

    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.size += bytes.len() as u64;
        if self.size > self.most {
            return Err(StoreError::TooLarge(self.most));
        }
        self.hash.update(bytes);
        Ok(self.file.write_all(bytes).await?)
    }

    /// Syncs it and gives it its name. The same bytes twice are one file.
    pub async fn finish(mut self, organization: OrganizationId) -> Result<Stored, StoreError> {
        self.file.flush().await?;
        self.file.sync_all().await?;
        let sha256 = self.sha256();
        let folder = format!("{organization}/{}", &sha256[..2]);
        let path = format!("{folder}/{sha256}");
        let (root, aside) = (self.root.clone(), self.aside.clone());
        let place = {
            let (folder, path) = (root.join(folder), root.join(&path));
            move || -> io::Result<()> {
                std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
                std::fs::rename(aside, path)?;
                // The name is on disk once its directory is, and that one's once the directory above is.
                for directory in [folder.as_path(), folder.parent().unwrap_or(&root), &root] {
                    std::fs::File::open(directory)?.sync_all()?;
                }
                Ok(())
            }
        };
        tokio::task::spawn_blocking(place).await.map_err(io::Error::other)??;
        self.placed = true;
        Ok(Stored { path, sha256, size: self.size })
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if !self.placed
            && let Err(error) = std::fs::remove_file(&self.aside)
        {
            tracing::debug!(%error, "a half file stays until it is swept");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_whole_has_a_name_and_nothing_else_is_left() {
        let directory = tempfile::tempdir().unwrap();
        let store = MediaStore::open(directory.path()).unwrap();
        let organization = OrganizationId::default();
        let mut stored = Vec::new();
        for _ in 0..2 {
            let mut incoming = store.create(5).await.unwrap();
            incoming.write(b"ho").await.unwrap();
            incoming.write(b"la").await.unwrap();
            stored.push(incoming.finish(organization).await.unwrap());
        }
        assert_eq!(stored[0], stored[1]);
        assert_eq!(stored[0].sha256, "b221d9dbb083a7f33428d7c2a3c3198ae925614d70210e28716ccaa7cd4ddb79");
        assert_eq!(std::fs::read(store.path(&stored[0].path).unwrap()).unwrap(), b"hola");
        let mut large = store.create(3).await.unwrap();
        assert!(matches!(large.write(b"hola").await, Err(StoreError::TooLarge(3))));
        drop(large);
        assert_eq!(std::fs::read_dir(directory.path().join(ASIDE)).unwrap().count(), 0);
        assert!(!store.remove(&stored[0].path).await.unwrap());
        assert!(store.path(&stored[0].path).unwrap().exists(), "it is too young to be nobody's");
        assert!(store.remove("nobody/aa/bb").await.unwrap());
        assert_eq!(store.path("../x"), None);
        assert_eq!(store.path("a/../x"), None);
        assert_eq!(store.path("/etc/passwd"), None);
    }
}
