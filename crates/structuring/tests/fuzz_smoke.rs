//! Two thousand mutated records: a short run of the fuzzer in `examples/fuzz.rs`.

#[path = "../examples/fuzz.rs"]
mod fuzzer;

#[test]
fn mutated_records_do_not_panic() {
    assert_eq!(fuzzer::fuzz(fuzzer::SEED, |runs| runs < 2000).unwrap(), 2000);
}
