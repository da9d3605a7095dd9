//! What links and cookies hold: 256 random bits. The database has their SHA-256.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::problem::Problem;

/// Characters of a token as text.
pub const LENGTH: usize = 43;

pub fn make() -> Result<String, getrandom::Error> {
    let mut bits = [0u8; 32];
    getrandom::fill(&mut bits)?;
    Ok(URL_SAFE_NO_PAD.encode(bits))
}

pub(super) fn new() -> Result<String, Problem> {
    make().map_err(Problem::internal)
}

pub fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// What a page must send along with each change, beside the cookie: a page from elsewhere can have the cookie sent, but
/// cannot read it, nor this.
pub fn csrf(token: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(b"recado csrf\0");
    hash.update(token.as_bytes());
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

/// Whether two texts are the same, in a time that does not say where they differ.
pub fn same(one: &str, other: &str) -> bool {
    let differing = one.bytes().zip(other.bytes()).fold(0, |differing, (a, b)| differing | (a ^ b));
    one.len() == other.len() && differing == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_long_and_tell_nothing_of_what_is_made_of_them() {
        let (one, other) = (make().unwrap(), make().unwrap());
        assert!(one.len() == LENGTH && one != other);
        assert_ne!(csrf(&one), csrf(&other));
        assert!(same("abc", "abc") && !same("abc", "abd") && !same("abc", "abcd") && !same("", "a"));
    }
}
