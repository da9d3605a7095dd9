//! Passwords that the command line takes or makes.

use crate::cli::Failure;

/// Without those that are taken for each other when read aloud.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

pub fn hash(password: &str) -> Result<String, Failure> {
    if let Some(problem) = api::password::problem(password, "") {
        return Err(Failure::usage(problem.message));
    }
    api::password::hash(password).map_err(|error| Failure::new(format!("the password could not be hashed: {error}")))
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
