//! Sealing secrets for the database: XChaCha20-Poly1305 under one key, with the place they are kept at as associated
//! data, so that a sealed value moved to another row does not open.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};

const NONCE: usize = 24;

#[derive(Clone)]
pub struct Sealer {
    cipher: XChaCha20Poly1305,
}

#[derive(Debug, thiserror::Error)]
pub enum SealError {
    #[error("no randomness from the system: {0}")]
    Randomness(getrandom::Error),
    #[error("a sealed value does not open: another key, another place, or damage")]
    DoesNotOpen,
}

impl Sealer {
    pub fn new(key: &[u8; 32]) -> Self {
        Sealer { cipher: XChaCha20Poly1305::new(key.into()) }
    }

    /// `place` is table, row and column. Answers nonce and ciphertext.
    pub fn seal(&self, place: &str, plain: &[u8]) -> Result<Vec<u8>, SealError> {
        let mut sealed = vec![0u8; NONCE];
        getrandom::fill(&mut sealed).map_err(SealError::Randomness)?;
        let payload = Payload { msg: plain, aad: place.as_bytes() };
        let body = self.cipher.encrypt(XNonce::from_slice(&sealed), payload).map_err(|_| SealError::DoesNotOpen)?;
        sealed.extend_from_slice(&body);
        Ok(sealed)
    }

    pub fn open(&self, place: &str, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let (nonce, body) = sealed.split_at_checked(NONCE).ok_or(SealError::DoesNotOpen)?;
        let payload = Payload { msg: body, aad: place.as_bytes() };
        self.cipher.decrypt(XNonce::from_slice(nonce), payload).map_err(|_| SealError::DoesNotOpen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_only_under_its_key_and_at_its_place() {
        let sealer = Sealer::new(&[7; 32]);
        let sealed = sealer.seal("channels/1/secrets", b"token").unwrap();
        assert_eq!(sealer.open("channels/1/secrets", &sealed).unwrap(), b"token");
        assert!(sealer.open("channels/2/secrets", &sealed).is_err());
        assert!(Sealer::new(&[8; 32]).open("channels/1/secrets", &sealed).is_err());
        assert!(sealer.open("channels/1/secrets", &sealed[..10]).is_err());
        assert_ne!(sealer.seal("channels/1/secrets", b"token").unwrap(), sealed);
    }
}
