//! Times as ranges of ids: what is kept by id is found by when it was made, without an index of its own.

use uuid::Uuid;

use crate::time::Timestamp;

/// No id that was made at this time or later is before it.
pub(super) fn first_id(at: Timestamp) -> Uuid {
    let milliseconds = (at.micros().max(0) / 1000) as u64;
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&milliseconds.to_be_bytes()[2..]);
    Uuid::from_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::IdSource;

    #[test]
    fn ids_begin_with_their_time() {
        let at = Timestamp::from_micros(1_800_000_000_123_000);
        let id = IdSource::new(at, 0).new_uuid();
        assert!(first_id(at) <= id && id < first_id(Timestamp::from_micros(at.micros() + 1000)));
    }
}
