//! Passwords: argon2id with the library's defaults (19 MiB, 2 passes), which are OWASP's minimum.

use argon2::Argon2;
use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{PasswordHasher, SaltString};

use crate::cli::Failure;

const SHORTEST: usize = 10;
/// Without those that are taken for each other when read aloud.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

pub fn hash(password: &str) -> Result<String, Failure> {
    if password.chars().count() < SHORTEST {
        return Err(Failure::usage(format!("a password has at least {SHORTEST} characters")));
    }
    let salt = SaltString::generate(&mut OsRng);
    let hash = Argon2::default()
        .hash_password(password.as_bytes(), &salt)
        .map_err(|error| Failure::new(format!("the password could not be hashed: {error}")))?;
    Ok(hash.to_string())
}

/// A password of 100 random bits, in groups of five.
pub fn make() -> Result<String, Failure> {
    let mut random = [0u8; 20];
    getrandom::fill(&mut random).map_err(|error| Failure::new(format!("no randomness from the system: {error}")))?;
    let letters: Vec<char> = random.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
    Ok(letters.chunks(5).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_ones_are_long_and_each_another() {
        let (one, other) = (make().unwrap(), make().unwrap());
        assert_eq!(one.len(), 23);
        assert_ne!(one, other);
    }
}
