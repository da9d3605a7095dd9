//! Passwords: argon2id with the library's defaults (19 MiB, 2 passes), which are OWASP's minimum
//! (<https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html>). A hash takes tens of milliseconds
//! of a core: they run on threads of their own, a few at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{PasswordHash, SaltString};
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use crm::FieldError;
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

use crate::kinds::Text;
use crate::problem::Problem;

/// Characters.
pub const SHORTEST: usize = 10;
pub const PASSWORD: Text = Text { max: 256 };
/// Hashes that may wait for their turn.
const WAITING: usize = 64;
/// Nobody's: where there is no account, its verification takes the time that a member's would.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5J3Mgc2FsdCEhIQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// What is wrong with a new password, if anything.
pub fn problem(password: &str, pointer: &str) -> Option<FieldError> {
    let short = password.chars().count() < SHORTEST;
    let message = format!("A password has at least {SHORTEST} characters; several words are easy to keep in mind.");
    short.then(|| FieldError::new(pointer, "too_short", message))
}

/// The form in which a password is hashed: keyboards spell `é` in two ways.
fn normal(password: &str) -> String {
    password.nfc().collect()
}

/// Takes its time: not on a thread that serves requests.
pub fn hash(password: &str) -> Result<String, argon2::password_hash::Error> {
    let salt = SaltString::generate(&mut OsRng);
    Ok(Argon2::default().hash_password(normal(password).as_bytes(), &salt)?.to_string())
}

/// The same.
pub fn verify(password: &str, hash: &str) -> bool {
    let Ok(hash) = PasswordHash::new(hash) else { return false };
    Argon2::default().verify_password(normal(password).as_bytes(), &hash).is_ok()
}

/// Hashes, as many at once as there are cores.
#[derive(Debug)]
pub struct Hasher {
    permits: Arc<Semaphore>,
    waiting: AtomicUsize,
}

impl Default for Hasher {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Hasher::of(cores)
    }
}

impl Hasher {
    fn of(at_once: usize) -> Hasher {
        Hasher { permits: Arc::new(Semaphore::new(at_once)), waiting: AtomicUsize::new(0) }
    }

    pub async fn hash(&self, password: String) -> Result<String, Problem> {
        self.run(move || hash(&password)).await?.map_err(Problem::internal)
    }

    /// Which of these hashes are the password's. None at all takes as long as one.
    pub async fn verify(&self, password: String, hashes: Vec<Option<String>>) -> Result<Vec<bool>, Problem> {
        self.run(move || {
            if hashes.is_empty() {
                verify(&password, NOBODY);
            }
            let right = |hash: &Option<String>| {
                let found = verify(&password, hash.as_deref().unwrap_or(NOBODY));
                found && hash.is_some()
            };
            hashes.iter().map(right).collect()
        })
        .await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
        let place = Waiting::take(&self.waiting)?;
        let permit = self.permits.clone().acquire_owned().await.map_err(Problem::internal)?;
        drop(place);
        // The thread has the permit: where the client hangs up this future is dropped, and the hash goes on.
        let work = move || {
            let done = work();
            drop(permit);
            done
        };
        tokio::task::spawn_blocking(work).await.map_err(Problem::internal)
    }
}

/// A place in the queue, given back also where the client hangs up.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn take(count: &'a AtomicUsize) -> Result<Waiting<'a>, Problem> {
        let place = Waiting(count);
        if count.fetch_add(1, Ordering::Relaxed) < WAITING {
            return Ok(place);
        }
        let detail = "Too many are signing in at this moment; try again.";
        Err(Problem::new(503, "overloaded", detail).header("retry-after", "2"))
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_right_in_either_spelling_and_nobodys_never() {
        let kept = hash("contrase\u{f1}a segura").unwrap();
        assert!(verify("contrasen\u{303}a segura", &kept));
        assert!(!verify("contraseña insegura", &kept));
        assert!(kept.starts_with(&NOBODY[..NOBODY.len() - 66]), "nobody's takes as long as a member's: {kept}");
        assert!(PasswordHash::new(NOBODY).is_ok() && !verify("", NOBODY));
    }

    #[tokio::test]
    async fn a_hash_that_nobody_waits_for_any_more_keeps_its_place() {
        let hasher = Arc::new(Hasher::of(1));
        let (begun, begins) = tokio::sync::oneshot::channel();
        let (end, ends) = std::sync::mpsc::channel::<()>();
        let asked = hasher.clone();
        let hanging_up = tokio::spawn(async move {
            let work = move || {
                begun.send(()).unwrap();
                assert!(ends.recv().is_err(), "it ends where nobody can say any more");
            };
            asked.run(work).await.unwrap();
        });
        begins.await.unwrap();
        hanging_up.abort();
        assert!(hanging_up.await.unwrap_err().is_cancelled());
        assert_eq!(hasher.permits.available_permits(), 0);
        drop(end);
        hasher.run(|| ()).await.unwrap();
    }
}
