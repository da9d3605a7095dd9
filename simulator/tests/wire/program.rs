//! The program: what it says, and what it refuses to start with.

use std::process::Command;

fn run(arguments: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_recado-simulator")).args(arguments).output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.success(), text)
}

#[test]
fn help_is_enough_for_a_stranger() {
    let (good, text) = run(&["--help"]);
    assert!(good);
    for word in
        ["graph.facebook.com", "--webhook-url", "--app-secret", "--set", "--frozen-clock", "/_simulator/inbound"]
    {
        assert!(text.contains(word), "{word} is not in\n{text}");
    }
}

#[test]
fn what_cannot_work_is_said_at_the_start() {
    for (arguments, word) in [
        (&["--set", "shufle=true"][..], "shufle"),
        (&["--set", "batch=1000"][..], "batch"),
        (&["--webhook-url", "https://example.com"][..], "http://"),
        (&["--number", "1,2"][..], "phone_number_id"),
        (&["--number", "x,2,3"][..], "digits"),
        (&["--verify"][..], "--webhook-url"),
        (&["--listen", "127.0.0.1:0", "--webhook-url", "http://127.0.0.1:1/hook", "--verify"][..], "handshake"),
    ] {
        let (good, text) = run(arguments);
        assert!(!good && text.contains(word), "{arguments:?}: {text}");
    }
}
