//! Which unique index a violation is about. SQLite names the columns, `UNIQUE constraint failed: t.a, t.b`; callers
//! want the index's name.

use std::collections::HashMap;

use rusqlite::Connection;

/// The unique indexes of the tables that were asked about, by table and columns ("a, b").
#[derive(Default)]
pub(super) struct Names {
    schema_version: i64,
    tables: HashMap<String, HashMap<String, Found>>,
}

enum Found {
    One(String),
    /// Partial indexes with the same columns: SQLite does not say which.
    Several,
}

const UNIQUE_INDEXES: &str = "SELECT list.name, list.origin, \
     (SELECT group_concat(info.name, ', ') FROM \
         (SELECT name FROM pragma_index_info(list.name) ORDER BY seqno) AS info) \
     FROM pragma_index_list(?1) AS list WHERE list.\"unique\" <> 0";

impl Names {
    /// The name of the one unique index of `table` on `columns`.
    pub(super) fn unique(&mut self, connection: &Connection, table: &str, columns: &str) -> Option<String> {
        // Any change of the schema, ours or another process's, makes what we know worthless.
        let version = connection.query_row("PRAGMA schema_version", [], |row| row.get(0)).ok()?;
        if version != self.schema_version {
            self.tables.clear();
            self.schema_version = version;
        }
        if !self.tables.contains_key(table) {
            let indexes = read(connection, table).ok()?;
            self.tables.insert(table.to_owned(), indexes);
        }
        match self.tables.get(table)?.get(columns)? {
            Found::One(name) => Some(name.clone()),
            Found::Several => None,
        }
    }
}

fn read(connection: &Connection, table: &str) -> rusqlite::Result<HashMap<String, Found>> {
    let mut statement = connection.prepare(UNIQUE_INDEXES)?;
    let mut rows = statement.query([table])?;
    let mut indexes = HashMap::new();
    while let Some(row) = rows.next()? {
        let (name, origin): (String, String) = (row.get(0)?, row.get(1)?);
        // An index on an expression has no column name there; its violations are told by the index's name anyway.
        let Some(columns) = row.get::<_, Option<String>>(2)? else { continue };
        let name = match origin.as_str() {
            "c" => name,
            "pk" => format!("{table}_pkey"),
            // An unnamed UNIQUE (a, b) of the table: the name PostgreSQL gives it.
            _ => format!("{table}_{}_key", columns.replace(", ", "_")),
        };
        indexes.entry(columns).and_modify(|found| *found = Found::Several).or_insert(Found::One(name));
    }
    Ok(indexes)
}
