//! `docs/configuration.md`, made from the table. Made anew with `RECADO_WRITE_DOCS=1 cargo test -p recado`.

use std::fmt::Write;

use super::table::{ALL, Use};

const INTRODUCTION: &str = "\
<!-- Made from crates/server/src/settings/table.rs by its tests. -->

# Configuration

Nothing needs to be configured. Each setting is a flag, an environment variable or a key of a file; a flag wins over a variable,
a variable over the file, the file over the default. A variable that is empty counts as not set.

The file is TOML. It is the one that `--config` (or `RECADO_CONFIG`) names, else `recado.toml` in the data directory where there
is one. A key that is none is refused, with the nearest one that is. A relative path in it is relative to the file. Whoever can
read it can read a password in `database_url`: give it mode 0600 then.

What is wrong with a setting is said with the place where it was written, and the program ends with 2.

";

const ENVIRONMENT_ONLY: &str = "
Secrets are no settings. They may come by the environment:

| variable | what it is |
| --- | --- |
| `RECADO_SECRET_KEY` | the key that seals secrets in the database, 64 hexadecimal digits, instead of the file `secret.key` |
| `RECADO_OWNER_PASSWORD` | the password for `recado init`, instead of `--owner-password` |
| `RECADO_MEMBER_PASSWORD` | the password for `recado member add` and `reset-password`, instead of `--password` |

## A file with everything in it

";

pub fn page() -> String {
    let mut page = String::from(INTRODUCTION);
    page.push_str("| key in the file | flag | variable | default | what it is |\n| --- | --- | --- | --- | --- |\n");
    for setting in ALL {
        let default = setting.default.map_or_else(|| setting.unset.to_owned(), |default| format!("`{default}`"));
        let note = if setting.usage == Use::Serve { " (`serve`)" } else { "" };
        let (key, flag, variable, about) = (setting.key, setting.flag, setting.variable, setting.about);
        let _ = writeln!(page, "| `{key}` | `--{flag}`{note} | `{variable}` | {default} | {about} |");
    }
    page.push_str(ENVIRONMENT_ONLY);
    page.push_str("```toml\n");
    for setting in ALL {
        let _ = writeln!(page, "{} = {}", setting.key, setting.example);
    }
    page.push_str("```\n");
    page
}

#[test]
fn the_page_is_what_the_table_says() {
    crate::documents::check("docs/configuration.md", &page());
}
