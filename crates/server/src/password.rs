//! Passwords: argon2id with the library's defaults (19 MiB, 2 passes), which are OWASP's minimum.

use argon2::Argon2;
use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{PasswordHasher, SaltString};

use crate::cli::Failure;

const SHORTEST: usize = 10;

pub fn hash(password: &str) -> Result<String, Failure> {
    if password.chars().count() < SHORTEST {
        return Err(Failure { message: format!("a password has at least {SHORTEST} characters"), code: 1 });
    }
    let salt = SaltString::generate(&mut OsRng);
    let hash = Argon2::default()
        .hash_password(password.as_bytes(), &salt)
        .map_err(|error| Failure { message: format!("the password could not be hashed: {error}"), code: 1 })?;
    Ok(hash.to_string())
}
