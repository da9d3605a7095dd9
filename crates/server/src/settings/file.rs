//! The configuration file: TOML, one key a setting, nothing else.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::table;
use crate::cli::Failure;

#[derive(Debug)]
pub struct File {
    pub path: PathBuf,
    pub values: Vec<(&'static str, String)>,
}

/// None where it may be absent and is.
pub fn read(path: &Path, must_be_there: bool) -> Result<Option<File>, Failure> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !must_be_there => return Ok(None),
        Err(error) => {
            return Err(Failure::usage(format!("cannot read the configuration file {}: {error}", path.display())));
        }
    };
    let values = parse(&text).map_err(|problem| Failure::usage(format!("{}: {problem}", path.display())))?;
    Ok(Some(File { path: path.to_owned(), values }))
}

fn parse(text: &str) -> Result<Vec<(&'static str, String)>, String> {
    let table: Table = text.parse().map_err(|error: toml::de::Error| error.to_string())?;
    let mut values = Vec::new();
    for (key, value) in &table {
        let Some(setting) = table::find(key) else {
            let nearest = table::nearest(key);
            return Err(format!("there is no setting `{key}`; the one most like it is `{nearest}`"));
        };
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Integer(number) => number.to_string(),
            Value::Boolean(flag) => flag.to_string(),
            other => {
                return Err(format!("`{key}` must be such as `{key} = {}`, not {}", setting.example, other.type_str()));
            }
        };
        values.push((setting.key, text));
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_keys_and_plain_values() {
        let read = parse("listen = \"0.0.0.0:80\"\nbackup_keep = 3\nbackup_nightly = false").unwrap();
        assert_eq!(read.len(), 3);
        assert!(read.contains(&("backup_keep", "3".to_owned())));
        assert!(parse("listn = 1").unwrap_err().contains("`listen`"));
        assert!(parse("listen = [1]").unwrap_err().contains("not array"));
        assert!(parse("listen = ").is_err());
    }
}
