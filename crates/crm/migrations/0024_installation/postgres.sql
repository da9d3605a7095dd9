-- What holds for the whole database, whichever organization and whichever node: which key seals in it, which directory has its files.
CREATE TABLE installation (
  name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  value BYTEA NOT NULL
);
