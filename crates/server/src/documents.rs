//! Pages of `docs/` that are made from the program, and the test that they are up to date.

use std::path::Path;

use clap::CommandFactory;

use crate::cli::Arguments;

/// Fails where the page in the repository is another; writes it where `RECADO_WRITE_DOCS` is set.
pub fn check(page: &str, wanted: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(page);
    if std::env::var_os("RECADO_WRITE_DOCS").is_some() {
        std::fs::write(&path, wanted).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == wanted, "{page} is out of date; run RECADO_WRITE_DOCS=1 cargo test -p recado");
}

const INTRODUCTION: &str = "\
<!-- Made from the program's own --help by the tests of crates/server. -->

# The command line

One program, `recado`. Every command explains itself with `--help`; this page is the same text.

| it ends with | when |
| --- | --- |
| 0 | all went well |
| 1 | it failed: the message on standard error says why |
| 2 | the arguments or the configuration are wrong |
| 3 | a check found something (`recado doctor`, `recado sunsets --fail-within`) |

`init`, `member`, `key`, `backup`, `doctor`, `sunsets` and `translate` work beside a running server; `restore` does not. On SIGTERM or Ctrl-C a server
takes no more requests and gives what runs 20 seconds; a second signal stops it at once. Nothing that was acknowledged is lost
either way.
";

fn page() -> String {
    let mut page = String::from(INTRODUCTION);
    let mut root = Arguments::command().term_width(100);
    root.build();
    for command in root.get_subcommands_mut() {
        describe(command, &mut page);
    }
    page
}

fn describe(command: &mut clap::Command, page: &mut String) {
    let name = command.get_bin_name().unwrap_or_default().to_owned();
    let help = command.clone().term_width(100).render_long_help().to_string();
    let help: Vec<&str> = help.lines().map(str::trim_end).collect();
    page.push_str(&format!("\n## {name}\n\n```text\n{}\n```\n", help.join("\n").trim_end()));
    for inner in command.get_subcommands_mut() {
        describe(inner, page);
    }
}

#[test]
fn the_command_line_is_described_as_it_is() {
    check("docs/cli.md", &page());
}

#[test]
fn every_command_has_an_example() {
    let mut root = Arguments::command();
    root.build();
    for command in root.get_subcommands() {
        let about = command.get_long_about().map(ToString::to_string).unwrap_or_default();
        assert!(about.contains(&format!("recado {}", command.get_name())), "{} has no example", command.get_name());
    }
}
