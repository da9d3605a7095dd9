//! API keys: 256 random bits, shown once; the database has their SHA-256.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// A key that was just made.
pub struct NewKey {
    /// `rk_` and 43 characters.
    pub secret: String,
    pub hash: [u8; 32],
    /// Its first characters, to recognise it in a list.
    pub hint: String,
}

pub fn new_key() -> Result<NewKey, getrandom::Error> {
    let mut bits = [0u8; 32];
    getrandom::fill(&mut bits)?;
    Ok(from_bits(&bits))
}

/// The key of known bits: the demo's, which is the same at every start.
pub fn from_bits(bits: &[u8; 32]) -> NewKey {
    let secret = format!("rk_{}", URL_SAFE_NO_PAD.encode(bits));
    let hint = secret.chars().take(8).collect();
    NewKey { hash: hash(&secret), hint, secret }
}

pub fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}
