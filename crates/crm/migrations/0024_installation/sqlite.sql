-- What holds for the whole database, whichever organization and whichever node: which key seals in it, which directory has its files.
CREATE TABLE installation (
  name TEXT NOT NULL PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('installation', 'installation', '2 1');
ANALYZE sqlite_schema;
