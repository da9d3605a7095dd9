//! Bounded mutation fuzzing in one process, for the `fuzz` examples of the crates that read what comes from outside, which take
//! this file in. Inputs are changed byte by byte and piece by piece; a panic ends it with the input that did it.

use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// Where the dice begin; not zero.
pub const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

/// What to mutate with.
pub struct Mutation {
    /// Pieces that are likely to hurt.
    pub spice: &'static [&'static str],
    /// Bytes that are taken from another input, and repeated of this one, at most.
    pub borrowed: usize,
    pub repeated: usize,
    /// Bytes of a mutated input, at most.
    pub longest: usize,
}

struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(most.max(1)).unwrap_or(1)).unwrap_or(0)
    }
}

impl Mutation {
    fn apply(&self, text: &mut Vec<u8>, other: &[u8], dice: &mut Dice) {
        for _ in 0..=dice.below(6) {
            let at = dice.below(text.len() + 1);
            match dice.below(6) {
                0 if at < text.len() => text[at] = u8::try_from(dice.below(256)).unwrap_or(0),
                1 if at < text.len() => {
                    text.remove(at);
                }
                2 => {
                    let spice = self.spice[dice.below(self.spice.len())].as_bytes();
                    text.splice(at..at, spice.iter().copied());
                }
                3 => {
                    let from = dice.below(other.len());
                    let to = (from + dice.below(self.borrowed)).min(other.len());
                    text.splice(at..at, other[from..to].iter().copied());
                }
                4 => {
                    let to = (at + dice.below(30)).min(text.len());
                    text.drain(at..to);
                }
                _ => {
                    let to = (at + dice.below(self.repeated)).min(text.len());
                    let piece = text[at..to].to_vec();
                    text.splice(at..at, piece);
                }
            }
        }
        text.truncate(self.longest);
    }

    /// Runs mutated inputs as long as `more` (asked with the number of runs so far) says so; answers how many ran. `check` is
    /// told which input it was made of.
    pub fn run(
        &self,
        seed: u64,
        inputs: &[&[u8]],
        mut more: impl FnMut(u64) -> bool,
        check: impl Fn(usize, &[u8]),
    ) -> Result<u64, Box<dyn Error>> {
        let mut dice = Dice(seed);
        let mut runs = 0_u64;
        while more(runs) {
            let at = dice.below(inputs.len());
            let mut text = inputs[at].to_vec();
            self.apply(&mut text, inputs[dice.below(inputs.len())], &mut dice);
            if catch_unwind(AssertUnwindSafe(|| check(at, &text))).is_err() {
                return Err(format!("a panic: run {runs}, input {at}: {}", String::from_utf8_lossy(&text)).into());
            }
            runs += 1;
        }
        Ok(runs)
    }
}

/// The program: `SECONDS [SEED]`.
pub fn main(
    fuzz: impl Fn(u64, &mut dyn FnMut(u64) -> bool) -> Result<u64, Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let seconds: u64 = std::env::args().nth(1).unwrap_or_default().parse().unwrap_or(10);
    let seed = std::env::args().nth(2).and_then(|seed| seed.parse().ok()).unwrap_or(SEED);
    let until = Instant::now() + Duration::from_secs(seconds);
    let runs = fuzz(seed, &mut |_| Instant::now() < until)?;
    println!("{runs} runs in {seconds} s, no panic");
    Ok(())
}
