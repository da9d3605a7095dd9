//! The data directory: who may use it, and the key that seals secrets.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use api::seal::Sealer;

#[derive(Debug, thiserror::Error)]
pub enum DataDirError {
    #[error("cannot use {path}: {error}; --data-dir names another directory")]
    Io { path: PathBuf, error: std::io::Error },
    #[error("{0} is in use by a running `recado serve`")]
    InUse(PathBuf),
    #[error(
        "{0} must hold 32 bytes; it was cut or changed. Restore it from your backup: without it sealed secrets do not open"
    )]
    BadKey(PathBuf),
    #[error("RECADO_SECRET_KEY must be 64 hexadecimal digits")]
    BadKeyText,
    #[error("no randomness from the system: {0}")]
    Randomness(getrandom::Error),
}

#[derive(Debug, Clone)]
pub struct DataDir {
    path: PathBuf,
}

/// Held while a server runs; the lock goes when the process does, however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl DataDir {
    /// Makes it where it is absent, for its owner only.
    pub fn open(path: &Path) -> Result<DataDir, DataDirError> {
        let io = |error| DataDirError::Io { path: path.to_owned(), error };
        fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(io)?;
        Ok(DataDir { path: path.to_owned() })
    }

    /// As it is, whether it is there or not.
    pub fn at(path: &Path) -> DataDir {
        DataDir { path: path.to_owned() }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn database(&self) -> PathBuf {
        self.path.join("recado.db")
    }

    /// Why no new database may be made here: a restore that was cut off left one under another name, and a new one would
    /// throw its log away.
    pub fn cut_off(&self) -> Option<String> {
        if self.database().exists() {
            return None;
        }
        let names = fs::read_dir(&self.path).ok()?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let left = |name: &String| name == "recado.db.restoring" || name.starts_with("recado.db.before-restore-");
        let name = names.filter(left).max()?;
        Some(format!(
            "a restore was cut off: {} has no recado.db, but {name}. Run `recado restore` again; or give the file \
             recado.db.before-restore-… its name recado.db back, with what stands beside it; or take these files away",
            self.path.display()
        ))
    }

    pub fn key_file(&self) -> PathBuf {
        self.path.join("secret.key")
    }

    pub fn lock(&self) -> Result<Lock, DataDirError> {
        let path = self.path.join("serve.lock");
        let io = |error| DataDirError::Io { path: path.clone(), error };
        let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path).map_err(io)?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { _file: file }),
            Err(fs::TryLockError::WouldBlock) => Err(DataDirError::InUse(self.path.clone())),
            Err(fs::TryLockError::Error(error)) => Err(io(error)),
        }
    }

    /// From the environment (`RECADO_SECRET_KEY`), else from `secret.key`, which is made at the first call.
    pub fn sealer(&self) -> Result<Sealer, DataDirError> {
        if let Some(text) = key_from_environment() {
            return Ok(Sealer::new(&from_hex(&text).ok_or(DataDirError::BadKeyText)?));
        }
        let path = self.key_file();
        let io = |error| DataDirError::Io { path: path.clone(), error };
        if !path.exists() {
            self.make_key(&path)?;
        }
        let mut key = Vec::new();
        let mut file = File::open(&path).map_err(io)?;
        file.read_to_end(&mut key).map_err(io)?;
        if file.metadata().map_err(io)?.permissions().mode() & 0o077 != 0 {
            tracing::warn!(path = %path.display(), "the key file can be read by others; run chmod 600 on it");
        }
        let key: [u8; 32] = key.try_into().map_err(|_| DataDirError::BadKey(path))?;
        Ok(Sealer::new(&key))
    }

    /// Written aside, synced and linked into place: of two processes at once one key wins, and none is half written.
    fn make_key(&self, path: &Path) -> Result<(), DataDirError> {
        let io = |error| DataDirError::Io { path: path.to_owned(), error };
        let mut key = [0u8; 32];
        getrandom::fill(&mut key).map_err(DataDirError::Randomness)?;
        let aside = self.path.join(format!("secret.key.{}", std::process::id()));
        let mut file =
            OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&aside).map_err(io)?;
        file.write_all(&key).and_then(|()| file.sync_all()).map_err(io)?;
        let linked = fs::hard_link(&aside, path);
        let removed = fs::remove_file(&aside);
        match linked {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            other => other.map_err(io)?,
        }
        removed.map_err(io)
    }
}

/// `RECADO_SECRET_KEY`; empty is not set.
pub fn key_from_environment() -> Option<String> {
    std::env::var("RECADO_SECRET_KEY").ok().filter(|text| !text.is_empty())
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let text = text.trim();
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut key = [0u8; 32];
    for (at, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok()?;
    }
    Some(key)
}
