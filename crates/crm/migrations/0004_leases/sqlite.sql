-- Who does, of several servers on one database, what only one may do: a channel's sending. Of no organization: it is about
-- servers.
CREATE TABLE leases (
  name TEXT NOT NULL PRIMARY KEY,
  holder TEXT NOT NULL,
  -- Grows with every holder: what a former one does late is refused by it.
  fence INTEGER NOT NULL,
  -- Until when, by the database's own clock.
  until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('leases', 'leases', '100 1');
ANALYZE sqlite_schema;
